//! [`LlmChoice`]: which language model a user chose, as one word.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use url::Url;

use super::LanguageModel;
use super::anthropic::Anthropic;
use super::gemini::Gemini;
use super::openai::OpenAi;
use crate::provider::{Address, Price, ProviderClient, ProviderError, ProviderSettings, Service, start_of};

/// The name under which the key of a server of one's own is kept in [`ProviderSettings::keys`].
pub const SERVER_KEY: &str = "llm";

/// Which language model a user chose: `openai:MODEL`, `gemini:MODEL`, `anthropic:MODEL`, or the address of a server that
/// speaks as OpenAI does, `http://127.0.0.1:8080/v1#MODEL`. Serialised, it is that word without the secrets of the
/// address, see [`Address`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum LlmChoice {
    /// A model at OpenAI.
    OpenAi(String),
    /// A model at Google.
    Gemini(String),
    /// A model at Anthropic.
    Anthropic(String),
    /// A model at a server of one's own.
    Server {
        /// The base of its addresses.
        base: Address,
        /// The model.
        model: String,
    },
}

/// The chosen model as this machine has it.
///
/// A machine that lacks the key may still plan the job that needs it, so a model that cannot be opened is an error only for
/// the stage that wants to use it.
#[derive(Debug, Clone)]
pub struct ChosenLlm {
    /// What was chosen; it belongs into the settings of the stage.
    pub choice: LlmChoice,
    /// The model, or why it cannot be used here.
    pub model: Result<Arc<dyn LanguageModel>, Arc<ProviderError>>,
}

impl ChosenLlm {
    /// Opens the model as far as that can be done.
    pub fn new(choice: &LlmChoice, settings: &ProviderSettings) -> Self {
        Self { choice: choice.clone(), model: choice.open(settings).map_err(Arc::new) }
    }
}

/// Who would be paid for a model, and by which price.
#[derive(Debug, Clone, PartialEq)]
pub struct Quote {
    /// `provider/model`.
    pub provider: String,
    /// The price, if anybody wrote it down.
    pub price: Option<Price>,
    /// How many tokens fit, if that is known.
    pub context_tokens: Option<u32>,
}

/// A text names no language model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` names no language model; give openai:MODEL, gemini:MODEL, anthropic:MODEL, \
     or the address of a server, http://127.0.0.1:8080/v1#MODEL"
)]
pub struct NoSuchLlm(String);

impl LlmChoice {
    /// Opens the model. Opens no connection.
    ///
    /// # Errors
    ///
    /// Fails when the network is off, when the key is missing (the message names its variable), and when the address of
    /// the provider is none.
    pub fn open(&self, settings: &ProviderSettings) -> Result<Arc<dyn LanguageModel>, ProviderError> {
        let (client, price) = self.client(settings)?;
        Ok(match self {
            Self::OpenAi(model) => Arc::new(OpenAi::hosted(client, model, price)),
            Self::Gemini(model) => Arc::new(Gemini::new(client, model, price)),
            Self::Anthropic(model) => Arc::new(Anthropic::new(client, model, price)),
            Self::Server { model, .. } => Arc::new(OpenAi::compatible(client, model, price)),
        })
    }

    /// Tells who would be paid, and by which price. Needs neither a key nor the network.
    ///
    /// # Errors
    ///
    /// Fails when the address of the provider is none.
    pub fn quote(&self, settings: &ProviderSettings) -> Result<Quote, ProviderError> {
        let settings = settings.for_quotes();
        let (_, price) = self.client(&settings)?;
        let model = self.open(&settings)?;
        Ok(Quote { provider: model.name().to_owned(), price, context_tokens: model.context_tokens() })
    }

    /// The address of a server of one's own.
    pub fn address(&self) -> Option<&Address> {
        match self {
            Self::Server { base, .. } => Some(base),
            _ => None,
        }
    }

    fn client(&self, settings: &ProviderSettings) -> Result<(ProviderClient, Option<Price>), ProviderError> {
        match self {
            Self::OpenAi(model) => hosted(settings, "openai", model),
            Self::Gemini(model) => hosted(settings, "gemini", model),
            Self::Anthropic(model) => hosted(settings, "anthropic", model),
            Self::Server { base, model } => {
                // Two servers of one machine are two.
                let host = base.host();
                let client = ProviderClient::for_server(settings, host, SERVER_KEY, base)?;
                let price = client.price(settings, &format!("{host}/{model}"));
                Ok((client, price))
            }
        }
    }
}

fn hosted(
    settings: &ProviderSettings,
    name: &str,
    model: &str,
) -> Result<(ProviderClient, Option<Price>), ProviderError> {
    let service = Service::named(name).ok_or_else(|| ProviderError::Misconfigured {
        provider: name.to_owned(),
        what: "there is no such provider".to_owned(),
    })?;
    let client = ProviderClient::for_service(settings, service)?;
    let price = client.price(settings, &format!("{name}/{model}"));
    Ok((client, price))
}

impl FromStr for LlmChoice {
    type Err = NoSuchLlm;

    fn from_str(text: &str) -> Result<Self, NoSuchLlm> {
        // The text may hold a password, and what is wrong with it is shown.
        let wrong = || NoSuchLlm(start_of(text));
        if text.starts_with("http://") || text.starts_with("https://") {
            // The model of a server may hold a `#` no more than an address.
            let (base, model) = text.split_once('#').ok_or_else(wrong)?;
            let url = Url::parse(base).map_err(|_| wrong())?;
            if model.is_empty() || url.host().is_none() {
                return Err(NoSuchLlm(format!("{}#", Address::new(base))));
            }
            return Ok(Self::Server { base: Address::new(base), model: model.to_owned() });
        }
        let (provider, model) = text.split_once(':').ok_or_else(wrong)?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '/');
        if model.is_empty() || !model.chars().all(is_name) {
            return Err(wrong());
        }
        match provider {
            "openai" => Ok(Self::OpenAi(model.to_owned())),
            "gemini" => Ok(Self::Gemini(model.to_owned())),
            "anthropic" => Ok(Self::Anthropic(model.to_owned())),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for LlmChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OpenAi(model) => write!(f, "openai:{model}"),
            Self::Gemini(model) => write!(f, "gemini:{model}"),
            Self::Anthropic(model) => write!(f, "anthropic:{model}"),
            Self::Server { base, model } => write!(f, "{base}#{model}"),
        }
    }
}

impl TryFrom<String> for LlmChoice {
    type Error = NoSuchLlm;

    fn try_from(text: String) -> Result<Self, NoSuchLlm> {
        text.parse()
    }
}

impl From<LlmChoice> for String {
    fn from(choice: LlmChoice) -> Self {
        choice.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::{Network, Secret};

    #[test]
    fn a_choice_is_one_word() {
        for word in [
            "openai:gpt-5-mini",
            "gemini:gemini-2.5-flash",
            "anthropic:claude-sonnet-4-5-20250929",
            "openai:ft:gpt-4o-mini:org::id",
            "http://127.0.0.1:8080/v1#smollm2",
            "https://llm.example.com/v1#meta/llama-3:8b",
        ] {
            let choice: LlmChoice = word.parse().unwrap();
            assert_eq!(choice.to_string(), word);
            let json = serde_json::to_string(&choice).unwrap();
            assert_eq!(json, format!("\"{word}\""));
            assert_eq!(serde_json::from_str::<LlmChoice>(&json).unwrap(), choice);
        }
        for wrong in [
            "",
            "openai",
            "openai:",
            "gpt-5",
            "mistral:x",
            "http://host/v1",
            "http://#m",
            "openai:a b",
            "https://me:hush@host/v1",
            "https://me:hush@/v1#m",
            "ftp://host#m",
        ] {
            let error = wrong.parse::<LlmChoice>().unwrap_err();
            assert!(!error.to_string().contains("hush"), "{error}");
        }
    }

    #[cfg(feature = "providers")]
    #[test]
    fn the_secrets_of_a_servers_address_stay_in_memory() {
        let typed: LlmChoice = "https://me:hush@host:8443/v1?key=hush#m".parse().unwrap();
        let json = serde_json::to_string(&typed).unwrap();
        assert_eq!(json, "\"https://***@host:8443/v1?key=***#m\"");
        assert!(!format!("{typed:?} {typed}").contains("hush"));
        let stored: LlmChoice = serde_json::from_str(&json).unwrap();
        assert_eq!(stored, typed);
        let mut settings = ProviderSettings::default();
        assert!(typed.open(&settings).is_ok());
        let error = stored.open(&settings).unwrap_err();
        assert!(matches!(&error, ProviderError::IncompleteAddress { .. }), "{error}");
        settings.remember_address(typed.address().unwrap());
        let model = stored.open(&settings).unwrap();
        assert_eq!(model.name(), "host:8443/m");
        assert!(!format!("{model:?} {settings:?}").contains("hush"));
    }

    #[cfg(feature = "providers")]
    #[test]
    fn a_missing_key_is_named_and_an_open_model_too() {
        let mut settings = ProviderSettings::default();
        for (word, variable) in [
            ("openai:gpt-5-mini", "OPENAI_API_KEY"),
            ("gemini:gemini-2.5-flash", "GOOGLE_API_KEY"),
            ("anthropic:claude-haiku-4-5", "ANTHROPIC_API_KEY"),
        ] {
            let choice: LlmChoice = word.parse().unwrap();
            let error = choice.open(&settings).unwrap_err().to_string();
            assert!(error.contains(variable), "{error}");
            let name = word.split(':').next().unwrap().to_owned();
            settings.keys.insert(name, Secret::new("sk-hush-0123456789").unwrap());
            let model = choice.open(&settings).unwrap();
            assert_eq!(model.name(), word.replacen(':', "/", 1));
            assert!(model.context_tokens().is_some());
            assert!(!format!("{model:?}").contains("hush"));
        }
        let server: LlmChoice = "http://127.0.0.1:8080/v1#m".parse().unwrap();
        assert_eq!(server.open(&settings).unwrap().name(), "127.0.0.1:8080/m");
        settings.network = Network::Off;
        assert!(matches!(server.open(&settings), Err(ProviderError::Offline { .. })));
    }
}
