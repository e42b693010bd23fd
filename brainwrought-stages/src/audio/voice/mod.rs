//! [`Voice`]: turns a line of text into sound and says when each written word is heard.

mod envelope;
mod error;
mod espeak;
mod files;
mod hibari;
mod library;
mod pronunciation;
mod vocoder;
mod word_gate;

use std::fmt::Debug;
use std::ops::Range;

use tokio_util::sync::CancellationToken;

pub use error::VoiceError;
pub use espeak::EspeakVoice;
pub use files::VoiceFiles;
pub use hibari::HibariVoice;
pub use library::{AUTO, VoiceLibrary};

/// A voice: one line of text in, sound and word timings out.
///
/// The work is CPU-bound: call it from blocking threads. It is guaranteed that the same line in the same manner gives
/// the same samples, whatever the number of threads. It is guaranteed that [`Speech::words`] has one entry for each of
/// [`written_words`](super::written_words), in order, with times that never run backwards. It is not guaranteed
/// that every entry sounds: a bullet is heard as nothing and then starts where it ends.
///
/// ```
/// use brainwrought_stages::audio::{Manner, Speech, SpokenWord, Voice, VoiceError, written_words};
/// use tokio_util::sync::CancellationToken;
///
/// /// Beeps 100 ms for every word.
/// #[derive(Debug)]
/// struct Beeper;
///
/// impl Voice for Beeper {
///     fn name(&self) -> &str {
///         "beeper"
///     }
///
///     fn speak(&self, line: &str, _: Manner, _: &CancellationToken) -> Result<Speech, VoiceError> {
///         let words = written_words(line).into_iter().enumerate();
///         let words: Vec<_> = words
///             .map(|(i, written)| SpokenWord { written, samples: i * 2_400..(i + 1) * 2_400 })
///             .collect();
///         let samples = vec![0.1; words.len() * 2_400];
///         Ok(Speech { samples, sample_rate: 24_000, words })
///     }
/// }
///
/// let speech = Beeper.speak("costs $45, roughly", Manner::default(), &CancellationToken::new())?;
/// assert_eq!(speech.words.len(), 3);
/// # Ok::<_, VoiceError>(())
/// ```
pub trait Voice: Debug + Send + Sync + 'static {
    /// The engine and voice, such as `hibari/heart`.
    fn name(&self) -> &str;

    /// Speaks one line. Silence before the first and after the last word is cut off.
    ///
    /// # Errors
    ///
    /// Fails when the engine cannot run, or with [`VoiceError::Cancelled`].
    fn speak(
        &self,
        line: &str,
        manner: Manner,
        cancellation: &CancellationToken,
    ) -> Result<Speech, VoiceError>;
}

/// How a line is spoken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Manner {
    /// Pace relative to the voice's own: 1.0 is as it was trained, 1.2 is faster.
    pub speed: f32,
    /// Picks the breath noise of a neural voice.
    pub seed: u64,
}

impl Default for Manner {
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

/// A written word and where it is heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpokenWord {
    /// The place of the word in the line, in bytes.
    pub written: Range<usize>,
    /// The place of its sound in [`Speech::samples`].
    pub samples: Range<usize>,
}
