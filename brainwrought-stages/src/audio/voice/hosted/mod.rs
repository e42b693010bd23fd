//! Voices of providers and of servers: ElevenLabs, OpenAI, and whoever speaks as OpenAI does.

mod choice;
mod elevenlabs;
mod openai;
mod parts;
mod recording;
mod synthesis_text;

use std::sync::Arc;

use brainwrought_core::data::Language;

pub use choice::{HostedVoice, NoSuchHostedVoice};

use self::elevenlabs::ElevenLabsVoice;
use self::openai::OpenAiVoice;
use self::parts::Parts;
use super::{Engine, Voice, VoiceError};
use crate::provider::{Price, ProviderClient, ProviderSettings, Service};

impl HostedVoice {
    /// Checks that the voice could be opened here: that there is a key, and the network is on. Opens no connection.
    ///
    /// # Errors
    ///
    /// Fails with what is missing.
    pub fn check(&self, settings: &ProviderSettings) -> Result<(), VoiceError> {
        self.open(settings, None, &Language::english()).map(drop)
    }

    /// Opens the voice. Opens no connection. `reference` finds the words of engines that tell no timings: an engine of this
    /// machine for the language, if there is one.
    ///
    /// # Errors
    ///
    /// Fails when the network is off, when there is no key, and when the address is none.
    pub(super) fn open(
        &self,
        settings: &ProviderSettings,
        reference: Option<Arc<dyn Engine>>,
        language: &Language,
    ) -> Result<Arc<dyn Voice>, VoiceError> {
        let client = self.client(settings)?;
        let price = client.price(settings, &self.priced());
        let parts = Parts { name: self.to_string(), client, price, reference, language: language.clone() };
        Ok(match self.clone() {
            Self::ElevenLabs { voice, model } => Arc::new(ElevenLabsVoice::new(parts, voice, model)),
            Self::Designed { description, model } => {
                Arc::new(ElevenLabsVoice::designed(parts, description, model))
            }
            Self::OpenAi { voice, model } => Arc::new(OpenAiVoice::new(parts, voice, model)),
            Self::Server { base, voice, model } => {
                // Kokoro-FastAPI tells times beside the version of its interface, not under it.
                let root = settings.complete(base)?.without_suffix("/v1");
                let captions = ProviderClient::for_server(settings, "speech-server", "speech", root)?;
                Arc::new(OpenAiVoice::of_server(parts, captions, voice, model))
            }
        })
    }
}

impl HostedVoice {
    /// Tells who would be paid, as `provider/model`, and by which price, if anybody wrote it down. Needs neither a key nor
    /// the network.
    ///
    /// # Errors
    ///
    /// Fails when the address is none.
    pub fn quote(&self, settings: &ProviderSettings) -> Result<(String, Option<Price>), VoiceError> {
        let settings = settings.for_quotes();
        let client = self.client(&settings)?;
        let priced = self.priced();
        let price = client.price(&settings, &priced);
        Ok((priced, price))
    }

    fn client(&self, settings: &ProviderSettings) -> Result<ProviderClient, VoiceError> {
        let service = |name: &str| Service::named(name).expect("the table of services has it");
        Ok(match self {
            Self::ElevenLabs { .. } | Self::Designed { .. } => {
                ProviderClient::for_service(settings, service("elevenlabs"))?
            }
            Self::OpenAi { .. } => ProviderClient::for_service(settings, service("openai"))?,
            Self::Server { base, .. } => {
                ProviderClient::for_server(settings, "speech-server", "speech", base)?
            }
        })
    }

    /// The name of the price.
    fn priced(&self) -> String {
        match self {
            Self::ElevenLabs { model, .. } | Self::Designed { model, .. } => format!("elevenlabs/{model}"),
            Self::OpenAi { model, .. } => format!("openai/{model}"),
            Self::Server { model, .. } => format!("speech-server/{model}"),
        }
    }
}

#[cfg(test)]
#[cfg(feature = "providers")]
mod tests;
