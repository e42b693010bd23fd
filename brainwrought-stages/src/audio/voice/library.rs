//! [`VoiceLibrary`]: finds and loads voices, each once.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use brainwrought_core::data::Language;
use tokio_util::sync::CancellationToken;

use super::{EspeakVoice, HibariVoice, LocalVoice, Voice, VoiceError, VoiceFiles};

/// Asks for the best voice for the language.
pub const AUTO: &str = "auto";
const ESPEAK: &str = "espeak-ng";
/// The names that [`VoiceLibrary::voice`] understands.
const CHOICES: &str = "auto, hibari/heart, hibari/oak, hibari/fern, espeak-ng";

/// Where voices lie, and those that are loaded. Clones share what is loaded.
#[derive(Debug, Clone)]
pub struct VoiceLibrary {
    /// Holds a folder for every neural voice, such as `hibari-heart`.
    pub folder: PathBuf,
    /// The program espeak-ng: a path, or a name that is looked up in `PATH`.
    pub espeak: PathBuf,
    added: BTreeMap<String, Arc<dyn Voice>>,
    hibari: Arc<Mutex<Option<HibariVoice>>>,
}

impl Default for VoiceLibrary {
    fn default() -> Self {
        Self::new("voices")
    }
}

impl VoiceLibrary {
    /// Looks for neural voices in `folder`.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        let espeak = PathBuf::from("espeak-ng");
        Self { folder: folder.into(), espeak, added: BTreeMap::new(), hibari: Arc::default() }
    }

    /// Adds a voice of your own under its name; it goes before one of ours that has the same name.
    #[must_use]
    pub fn with_voice(mut self, voice: Arc<dyn Voice>) -> Self {
        self.added.insert(voice.name().to_owned(), voice);
        self
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
        if let Some(voice) = self.added.get(name) {
            return Ok(Arc::clone(voice));
        }
        let name = if name == AUTO { automatic(0, language) } else { full_name(name) };
        if let Some(variant) = name.strip_prefix(ESPEAK) {
            let variant = variant.strip_prefix('+').unwrap_or(variant);
            let voice = EspeakVoice::find(&self.espeak, language, variant, cancellation)?;
            return Ok(Arc::new(LocalVoice::new(Arc::new(voice))));
        }
        if HibariVoice::speakers().all(|speaker| speaker != name) {
            return Err(no_such_voice(name));
        }
        if !is_english(language) {
            return Err(VoiceError::EnglishOnly { language: language.to_string() });
        }
        let speaker = self.hibari()?.speaker(name).ok_or_else(|| no_such_voice(name))?;
        Ok(Arc::new(LocalVoice::new(Arc::new(speaker))))
    }

    fn hibari(&self) -> Result<HibariVoice, VoiceError> {
        // Held while loading, so that segments which start together load once.
        let mut loaded = self.hibari.lock().unwrap_or_else(PoisonError::into_inner);
        let voice = match loaded.as_ref() {
            Some(voice) => voice.clone(),
            None => loaded.insert(HibariVoice::load(&self.files())?).clone(),
        };
        Ok(voice)
    }
}

/// What `auto` means for a speaker: 0 leads, 1 answers.
pub(in crate::audio) fn automatic(speaker: usize, language: &Language) -> &'static str {
    match (is_english(language), speaker) {
        (true, 0) => "hibari/heart",
        (true, _) => "hibari/oak",
        (false, 0) => ESPEAK,
        (false, _) => "espeak-ng+f3",
    }
}

/// The name behind a short one.
pub(in crate::audio) fn full_name(name: &str) -> &str {
    match name {
        "heart" => "hibari/heart",
        "oak" => "hibari/oak",
        "fern" => "hibari/fern",
        "espeak" => ESPEAK,
        other => other,
    }
}

fn is_english(language: &Language) -> bool {
    // What could not be told is most often English.
    matches!(language.as_str(), "en" | "und")
}

fn no_such_voice(name: &str) -> VoiceError {
    VoiceError::NoSuchVoice { voice: name.to_owned(), choices: CHOICES.to_owned() }
}
