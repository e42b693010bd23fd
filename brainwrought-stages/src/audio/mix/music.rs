//! [`Music`]: what plays under the voice.

use std::io::Cursor;

use brainwrought_core::id::Digest;
use bytes::Bytes;
use rodio::{Decoder, Source};
use serde::{Deserialize, Serialize};

use super::super::resample::resample;
use super::{MixError, Mood, SAMPLE_RATE, bed};

/// What is used of a music file, in seconds; then it starts over.
const MAX_SECONDS: usize = 600;

/// What plays under the voice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum MusicSource {
    /// Nothing.
    None,
    /// A loop that is composed and played by the program.
    Bed {
        /// What it feels like; without one, as the script wants it, or bright.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mood: Option<Mood>,
    },
    /// A file that the user has the right to use; it is looped.
    File(MusicFile),
}

impl Default for MusicSource {
    fn default() -> Self {
        Self::Bed { mood: None }
    }
}

/// The bytes of a WAV, MP3, FLAC or Ogg Vorbis file. Only their digest is serialised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MusicFile {
    sha256: Digest,
    #[serde(skip)]
    bytes: Bytes,
}

impl MusicFile {
    /// Takes the bytes of a file.
    pub fn new(bytes: Bytes) -> Self {
        Self { sha256: Digest::of(&bytes), bytes }
    }

    /// Tells whether the file can be played, by its first second.
    ///
    /// # Errors
    ///
    /// Fails when it is of no known kind, or has no sound.
    pub fn check(&self) -> Result<(), MixError> {
        decode(&self.bytes, 1).map(drop)
    }

    fn decode(&self) -> Result<Vec<f32>, MixError> {
        decode(&self.bytes, MAX_SECONDS)
    }
}

/// Decodes a WAV, MP3, FLAC or Ogg Vorbis file to interleaved stereo at 48 kHz, its first `seconds` at most.
pub(in crate::audio) fn decode(bytes: &Bytes, seconds: usize) -> Result<Vec<f32>, MixError> {
    let decoder = Decoder::new(Cursor::new(bytes.clone())).map_err(|e| MixError::Music(e.into()))?;
    let channels = usize::from(decoder.channels().get());
    let rate = decoder.sample_rate().get();
    let most = seconds * rate as usize * channels;
    let samples: Vec<f32> = decoder.take(most).collect();
    let stereo: Vec<f32> = samples
        .chunks_exact(channels)
        .flat_map(|frame| [frame[0], frame.get(1).copied().unwrap_or(frame[0])])
        .map(|sample| if sample.is_finite() { sample } else { 0.0 })
        .collect();
    if stereo.is_empty() {
        return Err(MixError::EmptyMusic);
    }
    resample(&stereo, 2, rate, SAMPLE_RATE).map_err(|e| MixError::Music(e.into()))
}

impl MusicSource {
    /// Makes one round of the music as interleaved stereo at 48 kHz; `None` for none.
    pub(super) fn render(&self, seed: u64) -> Result<Option<Vec<f32>>, MixError> {
        Ok(match self {
            Self::None => None,
            Self::Bed { mood } => Some(bed::render(mood.unwrap_or_default(), seed)),
            Self::File(file) => Some(file.decode()?),
        })
    }
}
