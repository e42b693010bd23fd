//! [`Music`]: what plays under the voice.

use std::io::Cursor;
use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind};

use brainwrought_core::id::Digest;
use bytes::Bytes;
use rodio::{Decoder, Source};
use serde::{Deserialize, Serialize};

use super::super::resample::resample;
use super::{MixError, Mood, SAMPLE_RATE, bed};

/// What is used of a music file, in seconds; then it starts over. No video is longer.
const MAX_SECONDS: usize = 200;

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

/// The sample rates that are taken: from the telephone to the studio. A header may name any other, and memory for it.
const SAMPLE_RATES: RangeInclusive<u32> = 8_000..=192_000;
/// The most channels that are taken: 7.1 surround.
const MAX_CHANNELS: usize = 8;

/// Decodes a WAV, MP3, FLAC or Ogg Vorbis file to interleaved stereo at 48 kHz, its first `seconds` at most.
pub(in crate::audio) fn decode(bytes: &Bytes, seconds: usize) -> Result<Vec<f32>, MixError> {
    let damaged = |reason: &str| MixError::Music(reason.into());
    // The decoders take some headers for granted and panic where these are wrong.
    let opened = catch_unwind(AssertUnwindSafe(|| Decoder::new(Cursor::new(bytes.clone()))));
    let decoder =
        opened.map_err(|_| damaged("its header is damaged"))?.map_err(|e| MixError::Music(e.into()))?;
    let channels = usize::from(decoder.channels().get());
    let rate = decoder.sample_rate().get();
    if !SAMPLE_RATES.contains(&rate) || channels > MAX_CHANNELS {
        return Err(damaged(&format!("{rate} Hz in {channels} channels is no music")));
    }
    let most = seconds * rate as usize * channels;
    let mut stereo: Vec<f32> = Vec::new();
    let read = catch_unwind(AssertUnwindSafe(|| {
        let mut first = 0.0;
        for (at, sample) in decoder.take(most).enumerate() {
            let sample = if sample.is_finite() { sample } else { 0.0 };
            match at % channels {
                0 if channels == 1 => stereo.extend([sample, sample]),
                0 => first = sample,
                1 => stereo.extend([first, sample]),
                _ => {}
            }
        }
    }));
    read.map_err(|_| damaged("its sound is damaged"))?;
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A WAV file of 8-bit samples whose header says what it likes.
    fn wav(rate: u32, channels: u16) -> MusicFile {
        let samples = [128_u8, 200, 128, 56].repeat(12_000);
        let mut bytes = b"RIFF".to_vec();
        bytes.extend((36 + samples.len() as u32).to_le_bytes());
        bytes.extend(b"WAVEfmt ");
        bytes.extend(16_u32.to_le_bytes());
        bytes.extend(1_u16.to_le_bytes());
        bytes.extend(channels.to_le_bytes());
        bytes.extend(rate.to_le_bytes());
        bytes.extend(rate.wrapping_mul(u32::from(channels)).to_le_bytes());
        bytes.extend(channels.to_le_bytes());
        bytes.extend(8_u16.to_le_bytes());
        bytes.extend(b"data");
        bytes.extend((samples.len() as u32).to_le_bytes());
        bytes.extend(samples);
        MusicFile::new(bytes.into())
    }

    #[test]
    fn a_header_that_names_no_sound_is_refused_before_memory_is_taken() {
        assert!(wav(48_000, 1).check().is_ok() && wav(44_100, 2).check().is_ok());
        for rate in [0, 1, 7_999, 192_001, u32::MAX] {
            assert!(matches!(wav(rate, 1).check(), Err(MixError::Music(_))), "{rate}");
        }
        assert!(wav(48_000, 9).check().is_err());
    }
}
