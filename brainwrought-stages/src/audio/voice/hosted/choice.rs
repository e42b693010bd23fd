//! [`HostedVoice`]: which voice of which provider, as a user writes it.

use std::fmt;
use std::str::FromStr;

use crate::provider::Address;

/// ElevenLabs designs voices from descriptions of at least so many letters, by its API description.
const MIN_DESCRIPTION_CHARS: usize = 20;
/// ElevenLabs designs voices from descriptions of at most so many letters, by its API description.
const MAX_DESCRIPTION_CHARS: usize = 1_000;
/// The model of ElevenLabs unless another is named.
const ELEVENLABS_MODEL: &str = "eleven_multilingual_v2";
/// The model of OpenAI unless another is named.
const OPENAI_MODEL: &str = "gpt-4o-mini-tts";
/// The name of a model that servers of one's own take for whatever they have.
const SERVER_MODEL: &str = "tts-1";

/// A voice of a provider.
///
/// Written as `elevenlabs:VOICE_ID`, `elevenlabs:design:DESCRIPTION`, `openai:VOICE`, each with `@MODEL` after it where it is
/// not the usual one, or as the address of a server, `http://127.0.0.1:8880/v1#VOICE` or `…#VOICE@MODEL`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HostedVoice {
    /// A voice of the user's ElevenLabs library.
    ElevenLabs {
        /// Its id.
        voice: String,
        /// Who speaks it.
        model: String,
    },
    /// A voice that ElevenLabs makes from a description, once.
    Designed {
        /// What it sounds like.
        description: String,
        /// Who speaks it.
        model: String,
    },
    /// A voice of OpenAI.
    OpenAi {
        /// Its name, such as `alloy`.
        voice: String,
        /// Who speaks it.
        model: String,
    },
    /// A voice of a server that speaks as OpenAI does.
    Server {
        /// The address, such as `http://127.0.0.1:8880/v1`.
        base: Address,
        /// Its name.
        voice: String,
        /// Who speaks it.
        model: String,
    },
}

/// A text names no hosted voice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` names no hosted voice; write elevenlabs:VOICE_ID, elevenlabs:design:DESCRIPTION (20 to 1000 letters), \
     openai:VOICE, or the address of a server, http://127.0.0.1:8880/v1#VOICE"
)]
pub struct NoSuchHostedVoice(String);

impl HostedVoice {
    /// Tells whether a text is meant to name a hosted voice.
    pub fn is_meant(text: &str) -> bool {
        ["elevenlabs:", "openai:", "http://", "https://"].iter().any(|start| text.starts_with(start))
    }

    /// The address of a server of one's own, if the text names one.
    pub fn address(text: &str) -> Option<Address> {
        let is_address = ["http://", "https://"].iter().any(|start| text.starts_with(start));
        is_address.then(|| Address::new(text.split_once('#').map_or(text, |(base, _)| base)))
    }

    /// The name of a voice as it may be stored: without the secrets of an address.
    pub fn stored(text: &str) -> String {
        match (Self::address(text), text.split_once('#')) {
            (Some(address), Some((_, voice))) => format!("{address}#{voice}"),
            (Some(address), None) => address.to_string(),
            (None, _) => text.to_owned(),
        }
    }
}

impl FromStr for HostedVoice {
    type Err = NoSuchHostedVoice;

    fn from_str(text: &str) -> Result<Self, NoSuchHostedVoice> {
        // An address may hold a password, and what is wrong with a text is shown.
        let wrong = || {
            let shown = text.split_once('#').map_or(text, |(front, _)| front);
            NoSuchHostedVoice(Address::new(shown).as_str().chars().take(80).collect())
        };
        let is_name = |name: &str| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.+:/()".contains(c))
        };
        let with_model = |rest: &str, usual: &str| {
            let (voice, model) = rest.split_once('@').unwrap_or((rest, usual));
            (is_name(voice) && is_name(model)).then(|| (voice.to_owned(), model.to_owned()))
        };
        if let Some(description) = text.strip_prefix("elevenlabs:design:") {
            let description = description.trim();
            let letters = description.chars().count();
            return if (MIN_DESCRIPTION_CHARS..=MAX_DESCRIPTION_CHARS).contains(&letters) {
                Ok(Self::Designed { description: description.to_owned(), model: ELEVENLABS_MODEL.to_owned() })
            } else {
                Err(wrong())
            };
        }
        if let Some(rest) = text.strip_prefix("elevenlabs:") {
            // The id becomes part of an address.
            let (voice, model) = with_model(rest, ELEVENLABS_MODEL).ok_or_else(wrong)?;
            return if voice.contains(['/', ':']) {
                Err(wrong())
            } else {
                Ok(Self::ElevenLabs { voice, model })
            };
        }
        if let Some(rest) = text.strip_prefix("openai:") {
            let (voice, model) = with_model(rest, OPENAI_MODEL).ok_or_else(wrong)?;
            return Ok(Self::OpenAi { voice, model });
        }
        let (base, rest) = text.split_once('#').filter(|_| Self::is_meant(text)).ok_or_else(wrong)?;
        let (voice, model) = with_model(rest, SERVER_MODEL).ok_or_else(wrong)?;
        Ok(Self::Server { base: Address::new(base), voice, model })
    }
}

impl fmt::Display for HostedVoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let model = |model: &str, usual: &str| match model == usual {
            true => String::new(),
            false => format!("@{model}"),
        };
        match self {
            Self::ElevenLabs { voice, model: m } => {
                write!(f, "elevenlabs:{voice}{}", model(m, ELEVENLABS_MODEL))
            }
            Self::Designed { description, .. } => write!(f, "elevenlabs:design:{description}"),
            Self::OpenAi { voice, model: m } => write!(f, "openai:{voice}{}", model(m, OPENAI_MODEL)),
            Self::Server { base, voice, model: m } => write!(f, "{base}#{voice}{}", model(m, SERVER_MODEL)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn voices_are_written_as_they_are_read() {
        for text in [
            "elevenlabs:21m00Tcm4TlvDq8ikWAM",
            "elevenlabs:21m00Tcm4TlvDq8ikWAM@eleven_v3",
            "elevenlabs:design:A calm old man who has seen it all.",
            "openai:alloy",
            "openai:alloy@tts-1-hd",
            "http://127.0.0.1:8880/v1#af_bella(2)+af_sky@kokoro",
        ] {
            assert_eq!(text.parse::<HostedVoice>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn the_secrets_of_a_servers_address_are_not_stored() {
        let typed = "https://me:hush@host/v1?key=hush#voice@model";
        assert_eq!(HostedVoice::stored(typed), "https://***@host/v1?key=***#voice@model");
        assert_eq!(HostedVoice::stored("openai:alloy"), "openai:alloy");
        let voice: HostedVoice = typed.parse().unwrap();
        assert!(!format!("{voice:?} {voice}").contains("hush"));
        for wrong in ["https://me:hush@host/v1", "https://me:hush@host/v1#"] {
            assert!(!wrong.parse::<HostedVoice>().unwrap_err().to_string().contains("hush"));
        }
    }

    #[test]
    fn an_unknown_voice_is_refused_with_the_accepted_forms() {
        for text in [
            "elevenlabs:",
            "elevenlabs:../../v1/user",
            "elevenlabs:design:short",
            "openai:",
            "openai:al loy",
            "http://127.0.0.1:8880/v1",
            "http://127.0.0.1:8880/v1#",
            "elvis",
        ] {
            let error = text.parse::<HostedVoice>().unwrap_err();
            assert!(error.to_string().contains("openai:VOICE"), "{text}");
        }
    }
}
