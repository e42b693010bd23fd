//! The engine of Kokoro where the feature `onnxruntime` is off: there is none, and whoever wants one is told so.

use std::path::Path;
use std::sync::Arc;

use super::super::{Engine, VoiceError, VoiceFiles};
use crate::MissingFeature;

/// The model of all speakers, which is never loaded.
#[derive(Debug, Clone, Default)]
pub(in crate::audio::voice) struct KokoroModel {}

impl KokoroModel {
    pub(in crate::audio::voice) fn voice(
        &self,
        name: &str,
        _folder: &Path,
        _files: &VoiceFiles,
    ) -> Result<Arc<dyn Engine>, VoiceError> {
        Err(missing(&format!("the voice {name}")))
    }

    pub(in crate::audio::voice) fn unload(&self) {}
}

pub(in crate::audio::voice) fn find(_folder: &Path) -> Result<(), VoiceError> {
    Err(missing("Kokoro"))
}

fn missing(what: &str) -> VoiceError {
    MissingFeature { what: what.to_owned(), feature: "onnxruntime" }.into()
}
