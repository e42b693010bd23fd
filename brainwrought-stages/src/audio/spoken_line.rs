//! [`spoken_line`]: one line of a narration, said once and then remembered.

use std::ops::Range;

use brainwrought_core::data::BlobRef;
use brainwrought_core::stage::{StageContext, StageError};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::lexicon::Lexicon;
use super::voice::{Speech, SpokenWord, Utterance, Voice, VoiceError};

/// Grows whenever a remembered line could not be read, or should be said again.
const VERSION: u32 = 2;

/// Everything that decides how a line sounds.
#[derive(Debug, Serialize)]
struct LineKey<'a> {
    version: u32,
    voice: &'a str,
    identity: String,
    line: &'a str,
    speed: f32,
    seed: u64,
    /// How the words of the line are said; other words do not matter to it.
    lexicon: Lexicon,
}

/// A line as it is remembered.
#[derive(Debug, Serialize, Deserialize)]
struct StoredLine {
    /// Mono samples as little-endian `f32` at `sample_rate`.
    pcm: BlobRef,
    sample_rate: u32,
    words: Vec<StoredWord>,
}

/// A word as it is remembered: its place in the line in bytes, and in the sound in samples.
#[derive(Debug, Serialize, Deserialize)]
struct StoredWord {
    written: Range<usize>,
    samples: Range<usize>,
}

/// Finds how `voice` said the line before, in this job or another, or lets it speak.
pub(super) async fn spoken_line(
    cx: &StageContext,
    voice: &dyn Voice,
    utterance: Utterance,
) -> Result<Speech, LineError> {
    let key = LineKey {
        version: VERSION,
        voice: voice.name(),
        identity: voice.identity(),
        line: &utterance.line,
        speed: utterance.manner.speed,
        seed: utterance.manner.seed,
        lexicon: utterance.lexicon.for_line(&utterance.line),
    };
    // What has just been said need not be fetched.
    let mut fresh = None;
    let mut failure = None;
    let (said, failed, utterance) = (&mut fresh, &mut failure, &utterance);
    let make = |cx: StageContext| async move {
        let mut speech = Speech::silent();
        if let Err(error) = voice.speak(&cx, utterance, &mut |chunk| speech.append(chunk)).await {
            // What went wrong is told beside the context, which knows of stages only.
            *failed = Some(error);
            return Err(StageError::cancelled());
        }
        let bytes: Vec<u8> = speech.samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        let media_type = format!("audio/pcm;rate={};encoding=float", speech.sample_rate);
        let pcm = cx.put(Bytes::from(bytes), &media_type).await?;
        let words = speech.words.iter();
        let words =
            words.map(|word| StoredWord { written: word.written.clone(), samples: word.samples.clone() });
        let stored = StoredLine { pcm, sample_rate: speech.sample_rate, words: words.collect() };
        *said = Some(speech);
        Ok(stored)
    };
    let stored = cx.cached("line", &key, make).await;
    if let Some(error) = failure {
        return Err(error.into());
    }
    let stored = stored?;
    if let Some(speech) = fresh {
        return Ok(speech);
    }
    let bytes = cx.get(&stored.pcm).await?;
    let samples = bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    let words = stored.words.into_iter();
    let words = words.map(|word| SpokenWord { written: word.written, samples: word.samples });
    Ok(Speech { samples, sample_rate: stored.sample_rate, words: words.collect() })
}

/// Why a line is not there.
#[derive(Debug)]
pub(super) enum LineError {
    /// The voice failed.
    Voice(VoiceError),
    /// Something around it did.
    Stage(StageError),
}

impl From<VoiceError> for LineError {
    fn from(error: VoiceError) -> Self {
        Self::Voice(error)
    }
}

impl From<StageError> for LineError {
    fn from(error: StageError) -> Self {
        Self::Stage(error)
    }
}

impl From<LineError> for StageError {
    /// A missing file or program stays missing; a stop, and what may pass at a provider, is worth another attempt.
    fn from(error: LineError) -> Self {
        match error {
            LineError::Stage(error) => error,
            LineError::Voice(VoiceError::Cancelled) => Self::cancelled(),
            LineError::Voice(VoiceError::Provider(error)) => error.into(),
            LineError::Voice(other) => Self::fatal(other),
        }
    }
}
