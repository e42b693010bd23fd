//! [`VoiceLibrary`]: finds and loads voices, each once.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use brainwrought_core::data::Language;
use tokio_util::sync::CancellationToken;

use super::{EspeakVoice, HibariVoice, Voice, VoiceError, VoiceFiles, hibari};

/// Asks for the best voice for the language.
pub const AUTO: &str = "auto";
/// The names that [`VoiceLibrary::voice`] understands.
const CHOICES: &str = "auto, hibari/heart, espeak-ng";

/// Where voices lie, and those that are loaded. Clones share what is loaded.
#[derive(Debug, Clone)]
pub struct VoiceLibrary {
    /// Holds a folder for every neural voice, such as `hibari-heart`.
    pub folder: PathBuf,
    /// The program espeak-ng: a path, or a name that is looked up in `PATH`.
    pub espeak: PathBuf,
    hibari: Arc<Mutex<Option<Arc<HibariVoice>>>>,
}

impl Default for VoiceLibrary {
    fn default() -> Self {
        Self::new("voices")
    }
}

impl VoiceLibrary {
    /// Looks for neural voices in `folder`.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), espeak: PathBuf::from("espeak-ng"), hibari: Arc::default() }
    }

    /// The files of the default voice.
    pub fn files(&self) -> VoiceFiles {
        VoiceFiles { folder: self.folder.join("hibari-heart") }
    }

    /// Loads the voice called `name` for `language`; blocks for about half a second the first time.
    ///
    /// `auto` is the neural voice for English and for a language that could not be told, else espeak-ng.
    ///
    /// # Errors
    ///
    /// Fails when there is no such voice, it does not speak the language, or its files are not in order.
    pub fn voice(
        &self,
        name: &str,
        language: &Language,
        cancellation: &CancellationToken,
    ) -> Result<Arc<dyn Voice>, VoiceError> {
        let english = matches!(language.as_str(), "en" | "und");
        match name {
            AUTO | hibari::NAME if english => self.hibari(),
            AUTO | "espeak-ng" => Ok(Arc::new(EspeakVoice::find(&self.espeak, language, cancellation)?)),
            hibari::NAME => Err(VoiceError::EnglishOnly { language: language.to_string() }),
            _ => Err(VoiceError::NoSuchVoice { voice: name.to_owned(), choices: CHOICES.to_owned() }),
        }
    }

    fn hibari(&self) -> Result<Arc<dyn Voice>, VoiceError> {
        // Held while loading, so that segments which start together load once.
        let mut loaded = self.hibari.lock().unwrap_or_else(PoisonError::into_inner);
        let voice = match loaded.as_ref() {
            Some(voice) => Arc::clone(voice),
            None => Arc::clone(loaded.insert(Arc::new(HibariVoice::load(&self.files())?))),
        };
        Ok(voice)
    }
}
