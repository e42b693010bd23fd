//! [`VoiceRights`]: under which terms a voice may be heard, and whether it is a trained model.

use crate::licence;

/// Under which terms a voice may be heard, and what it is: both go into the manifest of each video.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoiceRights {
    /// The SPDX expression of its licence, or a sentence where there is none.
    pub licence: String,
    /// True when it is a model that was trained on people's voices, which the video then discloses.
    pub is_model: bool,
}

impl VoiceRights {
    /// The neural voices that `make setup` installs: Hibari's and Kokoro's models have one licence.
    pub(super) fn installed() -> Self {
        Self::of_model("Apache-2.0")
    }

    /// espeak-ng, which computes its sounds by rules. Its licence is that of the program, which is started and not linked;
    /// what it says is free.
    pub(super) fn espeak() -> Self {
        Self { licence: "GPL-3.0-or-later, a separate program".to_owned(), is_model: false }
    }

    /// A voice of Piper, whose file has terms of its own.
    pub(super) fn piper() -> Self {
        Self::of_model(licence::SUPPLIED)
    }

    /// A voice of a provider or of a server.
    pub(super) fn hosted() -> Self {
        Self::of_model(licence::PROVIDER_TERMS)
    }

    fn of_model(licence: &str) -> Self {
        Self { licence: licence.to_owned(), is_model: true }
    }
}
