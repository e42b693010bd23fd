//! [`VoiceListing`]: a voice that can be chosen, and whether it is there.

use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::espeak_program::EspeakProgram;
use super::timbre::TIMBRES;
use super::{VoiceError, VoiceLibrary, VoiceRights, kokoro};
use crate::provider::{Network, Service};

/// A voice that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VoiceListing {
    /// What to write, such as `hibari/oak`; words in capitals stand for something of the user's own.
    pub name: String,
    /// Who speaks.
    pub engine: String,
    /// What it speaks.
    pub language: String,
    /// Under which terms.
    pub licence: String,
    /// True when it can be used here and now.
    pub present: bool,
    /// What it is like, or what is missing.
    pub detail: String,
}

impl VoiceLibrary {
    /// Lists every voice that can be chosen. Looks at files and starts espeak-ng; opens no connection. Call it from
    /// blocking threads.
    pub fn list(&self) -> Vec<VoiceListing> {
        let token = CancellationToken::new();
        let files = self.files().check();
        let mut list: Vec<VoiceListing> = TIMBRES
            .iter()
            .map(|timbre| VoiceListing {
                name: timbre.name.to_owned(),
                engine: "hibari, neural, on this machine".to_owned(),
                language: "English".to_owned(),
                licence: VoiceRights::installed().licence,
                present: files.is_ok(),
                detail: files
                    .as_ref()
                    .err()
                    .map_or_else(|| timbre.description.to_owned(), ToString::to_string),
            })
            .collect();
        let found = kokoro::find(&self.kokoro_folder());
        let described = match &found {
            Ok(()) => kokoro::names()
                .map(|name| {
                    let like = if name.contains("/am_") { "like a man" } else { "like a woman" };
                    (name, format!("sounds {like}"))
                })
                .collect(),
            Err(error) => vec![("kokoro/SPEAKER".to_owned(), error.to_string())],
        };
        list.extend(described.into_iter().map(|(name, detail)| VoiceListing {
            name,
            engine: "Kokoro, neural, on this machine".to_owned(),
            language: "English".to_owned(),
            licence: VoiceRights::installed().licence,
            present: found.is_ok(),
            detail,
        }));
        let espeak = EspeakProgram::new(self.espeak.clone(), "espeak-ng".to_owned()).languages(&token);
        list.push(VoiceListing {
            name: "espeak-ng".to_owned(),
            engine: "espeak-ng, a program of its own".to_owned(),
            language: espeak.as_ref().map_or_else(|_| "many".to_owned(), |codes| codes.join(" ")),
            licence: VoiceRights::espeak().licence,
            present: espeak.is_ok(),
            detail: told(&espeak, "also espeak-ng+f1 to +f5 and +m1 to +m8"),
        });
        list.push(VoiceListing {
            name: "piper:FILE.onnx".to_owned(),
            engine: "Piper, neural, on this machine".to_owned(),
            language: "that of the file".to_owned(),
            licence: VoiceRights::piper().licence,
            present: espeak.is_ok(),
            detail: told(&espeak, "with FILE.onnx.json beside it"),
        });
        for (name, service, detail) in [
            ("elevenlabs:VOICE_ID", "elevenlabs", "a voice of your library"),
            ("elevenlabs:design:DESCRIPTION", "elevenlabs", "a voice that is made from words, once"),
            ("openai:VOICE", "openai", "such as alloy or onyx"),
        ] {
            let service = Service::named(service).expect("the table of services has it");
            let reason = match (self.providers.network, self.providers.keys.contains_key(service.name)) {
                (Network::Off, _) => Some("the network is off".to_owned()),
                (Network::On, false) => Some(format!("{} is not set", service.key_variable)),
                (Network::On, true) => None,
            };
            list.push(VoiceListing {
                name: name.to_owned(),
                engine: format!("{}, hosted, paid", service.name),
                language: "many".to_owned(),
                licence: VoiceRights::hosted().licence,
                present: reason.is_none(),
                detail: reason.unwrap_or_else(|| detail.to_owned()),
            });
        }
        list.push(VoiceListing {
            name: "http://SERVER/v1#VOICE".to_owned(),
            engine: "a server that speaks as OpenAI does".to_owned(),
            language: "that of the server".to_owned(),
            licence: VoiceRights::hosted().licence,
            present: self.providers.network == Network::On,
            detail: match self.providers.network {
                Network::On => "such as Kokoro-FastAPI at http://127.0.0.1:8880/v1#af_heart".to_owned(),
                Network::Off => "the network is off".to_owned(),
            },
        });
        list
    }
}

fn told(found: &Result<Vec<String>, VoiceError>, detail: &str) -> String {
    found.as_ref().err().map_or_else(|| detail.to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "onnxruntime")]
    #[test]
    fn a_missing_voice_is_listed_with_the_reason() {
        let mut library = VoiceLibrary::new("/nowhere");
        library.espeak = "/nowhere/espeak-ng".into();
        let list = library.list();
        let named = |name: &str| list.iter().find(|voice| voice.name == name).unwrap();
        assert!(!named("hibari/oak").present && named("hibari/oak").detail.contains("make setup"));
        assert!(named("kokoro/SPEAKER").detail.contains("make setup-kokoro"));
        assert!(named("espeak-ng").detail.contains("not found"));
        assert!(named("openai:VOICE").detail.contains("OPENAI_API_KEY"));
        assert!(named("http://SERVER/v1#VOICE").present);
    }
}
