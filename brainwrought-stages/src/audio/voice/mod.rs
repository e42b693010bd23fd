//! [`Voice`]: turns a line of text into sound and says when each written word is heard.

mod acoustics;
mod engine;
mod envelope;
mod error;
mod espeak;
mod espeak_program;
mod files;
mod hibari;
mod hosted;
mod kokoro;
mod library;
mod listing;
mod piper;
mod pronunciation;
mod rights;
mod timbre;
mod vocoder;
mod volume_alignment;
mod wave;

use std::fmt::Debug;
use std::ops::Range;

use async_trait::async_trait;
use brainwrought_core::stage::StageContext;

use super::lexicon::Lexicon;
pub(super) use envelope::Envelope;
pub(super) use library::{automatic, full_name};

pub use engine::{Engine, EngineExt, LocalVoice};
pub use error::VoiceError;
pub use espeak::EspeakVoice;
pub use files::VoiceFiles;
pub use hibari::HibariVoice;
pub use hosted::{HostedVoice, NoSuchHostedVoice};
#[cfg(feature = "onnxruntime")]
pub use kokoro::KokoroVoice;
pub use library::{AUTO, VoiceLibrary};
pub use listing::VoiceListing;
pub use piper::{PiperFiles, PiperVoice};
pub use rights::VoiceRights;

/// A voice, wherever it lives: one line of text in, sound and word timings out, piece by piece.
///
/// An engine that runs on this machine implements [`Engine`] instead, and becomes a voice as a [`LocalVoice`].
///
/// It is guaranteed that the chunks follow on each other without overlap, have one sample rate, and together have one
/// word for each of [`written_words`](super::written_words), in order, with times that never run backwards. It is not
/// guaranteed that every word sounds: a bullet is heard as nothing and then starts where it ends. It is not guaranteed
/// that a hosted voice says the same line twice with the same samples; that is why [`Narrate`](super::Narrate)
/// remembers what was said.
///
/// ```
/// use brainwrought_core::stage::StageContext;
/// use brainwrought_stages::audio::{ChunkSink, Speech, SpokenWord, Utterance, Voice, VoiceError, VoiceRights, written_words};
///
/// /// Beeps 100 ms for every word.
/// #[derive(Debug)]
/// struct Beeper;
///
/// #[async_trait::async_trait]
/// impl Voice for Beeper {
///     fn name(&self) -> &str {
///         "beeper"
///     }
///
///     fn identity(&self) -> String {
///         "beeper/1".to_owned()
///     }
///
///     fn rights(&self) -> VoiceRights {
///         VoiceRights { licence: "CC0-1.0".to_owned(), is_model: false }
///     }
///
///     async fn speak(
///         &self,
///         cx: &StageContext,
///         utterance: &Utterance,
///         chunks: ChunkSink<'_>,
///     ) -> Result<(), VoiceError> {
///         for written in written_words(&utterance.line) {
///             if cx.cancellation().is_cancelled() {
///                 return Err(VoiceError::Cancelled);
///             }
///             let words = vec![SpokenWord { written, samples: 0..2_400 }];
///             chunks(Speech { samples: vec![0.1; 2_400], sample_rate: 24_000, words });
///         }
///         Ok(())
///     }
/// }
/// ```
#[async_trait]
pub trait Voice: Debug + Send + Sync + 'static {
    /// The engine and voice, such as `hibari/heart`.
    fn name(&self) -> &str;

    /// Names everything beside the utterance that decides how it sounds: files by their digests, programs by their
    /// versions, models and settings. What was said once is said again from memory as long as this stays the same.
    fn identity(&self) -> String;

    /// Tells under which terms it may be heard.
    fn rights(&self) -> VoiceRights;

    /// Speaks one line and hands over its sound in chunks. Silence before the first and after the last word is cut off.
    ///
    /// # Errors
    ///
    /// Fails when the engine cannot run, or with [`VoiceError::Cancelled`]; the chunks so far are then worth nothing.
    async fn speak(
        &self,
        cx: &StageContext,
        utterance: &Utterance,
        chunks: ChunkSink<'_>,
    ) -> Result<(), VoiceError>;
}

/// Takes the sound of a line, chunk by chunk. Places of words in the text count from the start of the line, places in
/// the sound from the start of the chunk.
pub type ChunkSink<'a> = &'a mut (dyn FnMut(Speech) + Send);

/// What is to be said, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Utterance {
    /// One line of text as a reader wants to see it.
    pub line: String,
    /// How it is spoken.
    pub manner: VoiceSettings,
    /// How single words are said.
    pub lexicon: Lexicon,
}

impl Utterance {
    /// Says `line` in the manner that is usual.
    pub fn new(line: impl Into<String>) -> Self {
        Self { line: line.into(), manner: VoiceSettings::default(), lexicon: Lexicon::default() }
    }
}

/// How a line is spoken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VoiceSettings {
    /// Pace relative to the voice's own: 1.0 is as it was trained, 1.2 is faster.
    pub speed: f32,
    /// Picks the breath noise of a neural voice.
    pub seed: u64,
}

impl Default for VoiceSettings {
    fn default() -> Self {
        Self { speed: 1.0, seed: 1 }
    }
}

/// Sound with word timings.
#[derive(Debug, Clone, PartialEq)]
pub struct Speech {
    /// Mono samples, nominally from -1 to 1.
    pub samples: Vec<f32>,
    /// Samples per second.
    pub sample_rate: u32,
    /// The written words in order.
    pub words: Vec<SpokenWord>,
}

impl Speech {
    /// Speech without sound, to append chunks to.
    pub fn silent() -> Self {
        Self { samples: Vec::new(), sample_rate: 24_000, words: Vec::new() }
    }

    /// Adds what is said next; an empty speech takes over its sample rate.
    pub fn append(&mut self, chunk: Self) {
        if self.samples.is_empty() {
            self.sample_rate = chunk.sample_rate;
        }
        debug_assert_eq!(self.sample_rate, chunk.sample_rate, "a voice keeps its sample rate");
        let offset = self.samples.len();
        self.samples.extend(chunk.samples);
        self.words.extend(chunk.words.into_iter().map(|word| SpokenWord {
            written: word.written,
            samples: word.samples.start + offset..word.samples.end + offset,
        }));
    }
}

/// A written word and where it is heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpokenWord {
    /// The place of the word in the line, in bytes.
    pub written: Range<usize>,
    /// The place of its sound in [`Speech::samples`].
    pub samples: Range<usize>,
}
