//! [`Service`]: the hosted providers that are known by name.

use super::client_settings::Auth;

/// A hosted provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Service {
    /// Its name in settings, prices and ledgers.
    pub name: &'static str,
    /// Where it is, unless the settings name another place.
    pub base: &'static str,
    /// The environment variable that holds the key.
    pub key_variable: &'static str,
    /// The environment variable that names another place, by the custom of the provider's own tools.
    pub base_variable: &'static str,
    /// How the key travels.
    pub auth: Auth,
    /// Headers that every request carries.
    pub headers: &'static [(&'static str, &'static str)],
}

/// The hosted providers that are known by name.
pub const SERVICES: [Service; 8] = [
    Service {
        name: "openai",
        base: "https://api.openai.com/v1",
        key_variable: "OPENAI_API_KEY",
        base_variable: "OPENAI_BASE_URL",
        auth: Auth::Bearer,
        headers: &[],
    },
    Service {
        name: "gemini",
        base: "https://generativelanguage.googleapis.com",
        key_variable: "GOOGLE_API_KEY",
        base_variable: "GOOGLE_GEMINI_BASE_URL",
        auth: Auth::Header("x-goog-api-key"),
        headers: &[],
    },
    Service {
        name: "anthropic",
        base: "https://api.anthropic.com",
        key_variable: "ANTHROPIC_API_KEY",
        base_variable: "ANTHROPIC_BASE_URL",
        auth: Auth::Header("x-api-key"),
        headers: &[("anthropic-version", "2023-06-01")],
    },
    Service {
        name: "elevenlabs",
        base: "https://api.elevenlabs.io",
        key_variable: "ELEVENLABS_API_KEY",
        base_variable: "ELEVENLABS_BASE_URL",
        auth: Auth::Header("xi-api-key"),
        headers: &[],
    },
    Service {
        name: "tavily",
        base: "https://api.tavily.com",
        key_variable: "TAVILY_API_KEY",
        base_variable: "TAVILY_BASE_URL",
        auth: Auth::Bearer,
        headers: &[],
    },
    Service {
        name: "pexels",
        base: "https://api.pexels.com",
        key_variable: "PEXELS_API_KEY",
        base_variable: "PEXELS_BASE_URL",
        auth: Auth::Header("authorization"),
        headers: &[],
    },
    Service {
        name: "pixabay",
        base: "https://pixabay.com/api",
        key_variable: "PIXABAY_API_KEY",
        base_variable: "PIXABAY_BASE_URL",
        auth: Auth::Query("key"),
        headers: &[],
    },
    Service {
        name: "imgflip",
        base: "https://api.imgflip.com",
        key_variable: "IMGFLIP_ACCOUNT",
        base_variable: "IMGFLIP_BASE_URL",
        auth: Auth::Form("username", "password"),
        headers: &[],
    },
];

impl Service {
    /// Finds a service by its name.
    pub fn named(name: &str) -> Option<&'static Self> {
        SERVICES.iter().find(|service| service.name == name)
    }
}
