//! [`VoiceLibrary`]: finds and loads voices, each once.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use brainwrought_core::data::Language;
use tokio_util::sync::CancellationToken;

use super::kokoro::{self, KokoroModel};
use super::{
    Engine, EspeakVoice, HibariVoice, HostedVoice, LocalVoice, PiperVoice, Voice, VoiceError, VoiceFiles,
};
use crate::provider::ProviderSettings;

/// Asks for the best voice for the language.
pub const AUTO: &str = "auto";
const ESPEAK: &str = "espeak-ng";
/// The names that [`VoiceLibrary::voice`] understands.
const CHOICES: &str = "auto, heart, oak, fern, kokoro/am_michael and others of Kokoro, espeak, espeak-ng+VARIANT, \
    piper:FILE.onnx, elevenlabs:VOICE_ID, elevenlabs:design:DESCRIPTION, openai:VOICE, http://SERVER/v1#VOICE";
/// Loaded models are large, so only so many stay.
const MAX_OPENED: usize = 4;

/// Where voices lie, and those that are loaded. Clones share what is loaded.
#[derive(Debug, Clone)]
pub struct VoiceLibrary {
    /// Holds a folder for every neural voice, such as `hibari-heart`.
    pub folder: PathBuf,
    /// The program espeak-ng: a path, or a name that is looked up in `PATH`.
    pub espeak: PathBuf,
    /// What is known of providers, for hosted voices.
    pub providers: ProviderSettings,
    added: BTreeMap<String, Arc<dyn Voice>>,
    hibari: Arc<Mutex<Option<HibariVoice>>>,
    kokoro: KokoroModel,
    /// Hosted voices and those of Piper by their names and the language.
    opened: Arc<Mutex<OpenedVoices>>,
}

/// Voices by their names and the language.
type OpenedVoices = BTreeMap<(String, String), Arc<dyn Voice>>;

impl Default for VoiceLibrary {
    fn default() -> Self {
        Self::new("voices")
    }
}

impl VoiceLibrary {
    /// Looks for neural voices in `folder`.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        let espeak = PathBuf::from("espeak-ng");
        Self {
            folder: folder.into(),
            espeak,
            providers: ProviderSettings::default(),
            added: BTreeMap::new(),
            hibari: Arc::default(),
            kokoro: KokoroModel::default(),
            opened: Arc::default(),
        }
    }

    /// Sets what is known of providers.
    #[must_use]
    pub fn with_providers(mut self, providers: ProviderSettings) -> Self {
        self.providers = providers;
        self
    }

    /// Adds a voice of your own under its name; it goes before one of ours that has the same name.
    #[must_use]
    pub fn with_voice(mut self, voice: Arc<dyn Voice>) -> Self {
        self.added.insert(voice.name().to_owned(), voice);
        self
    }

    /// Forgets the models that are loaded; the next segment loads what it needs again. What is speaking goes on.
    pub fn unload(&self) {
        *self.hibari.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.kokoro.unload();
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).clear();
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
        if HostedVoice::is_meant(name) {
            return self.opened(name, language, || {
                let reference = self.reference(language, cancellation);
                name.parse::<HostedVoice>()?.open(&self.providers, reference, language)
            });
        }
        let is_kokoro = kokoro::is_name(name);
        if !is_kokoro && HibariVoice::speakers().all(|speaker| speaker != name) {
            return Err(no_such_voice(name));
        }
        if !is_english(language) {
            return Err(VoiceError::EnglishOnly { voice: name.to_owned(), language: language.to_string() });
        }
        if is_kokoro {
            let voice = self.kokoro.voice(name, &self.kokoro_folder(), &self.files())?;
            return Ok(Arc::new(LocalVoice::new(voice)));
        }
        let speaker = self.hibari()?.speaker(name).ok_or_else(|| no_such_voice(name))?;
        Ok(Arc::new(LocalVoice::new(Arc::new(speaker))))
    }

    /// Loads a voice of Piper from its files; `name` belongs to them.
    pub(in crate::audio) fn piper(
        &self,
        name: &str,
        files: impl FnOnce() -> (Vec<u8>, Vec<u8>),
        language: &Language,
        cancellation: &CancellationToken,
    ) -> Result<Arc<dyn Voice>, VoiceError> {
        self.opened(name, language, || {
            let (model, settings) = files();
            let voice = PiperVoice::load(name, model, &settings, language, &self.espeak, cancellation)?;
            Ok(Arc::new(LocalVoice::new(Arc::new(voice))))
        })
    }

    /// Tells whether a voice that takes a while to open is open.
    pub(in crate::audio) fn find_opened(&self, name: &str, language: &Language) -> Option<Arc<dyn Voice>> {
        // Asked on the runtime's threads, which do not wait: while another one is being opened, nothing is known.
        let opened = self.opened.try_lock().ok()?;
        opened.get(&(name.to_owned(), language.to_string())).cloned()
    }

    fn opened(
        &self,
        name: &str,
        language: &Language,
        open: impl FnOnce() -> Result<Arc<dyn Voice>, VoiceError>,
    ) -> Result<Arc<dyn Voice>, VoiceError> {
        // Held while opening, so that segments which start together open once.
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (name.to_owned(), language.to_string());
        if let Some(voice) = opened.get(&key) {
            return Ok(Arc::clone(voice));
        }
        let voice = open()?;
        while opened.len() >= MAX_OPENED {
            opened.pop_first();
        }
        opened.insert(key, Arc::clone(&voice));
        Ok(voice)
    }

    /// The engine that finds words for voices without timings: the embedded one, or espeak-ng for other languages.
    fn reference(&self, language: &Language, cancellation: &CancellationToken) -> Option<Arc<dyn Engine>> {
        if is_english(language)
            && let Ok(voice) = self.hibari()
        {
            return Some(Arc::new(voice));
        }
        Some(Arc::new(EspeakVoice::find(&self.espeak, language, "", cancellation).ok()?))
    }

    /// Checks how a name is written, so that a slip is told before any work is done.
    ///
    /// # Errors
    ///
    /// Fails when no voice is called like this. Whether its files or keys are there is not looked at.
    pub fn check_name(name: &str) -> Result<(), VoiceError> {
        let full = full_name(name);
        if HostedVoice::is_meant(full) {
            return Ok(full.parse::<HostedVoice>().map(drop)?);
        }
        let is_known = full == AUTO
            || kokoro::is_name(full)
            || HibariVoice::speakers().any(|speaker| speaker == full)
            || full.strip_prefix(ESPEAK).is_some_and(|rest| rest.is_empty() || rest.starts_with('+'))
            || full.strip_prefix("piper:").is_some_and(|rest| !rest.is_empty());
        if is_known { Ok(()) } else { Err(no_such_voice(name)) }
    }

    /// Where the files of Kokoro are looked for.
    pub(super) fn kokoro_folder(&self) -> PathBuf {
        self.folder.join("kokoro")
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
