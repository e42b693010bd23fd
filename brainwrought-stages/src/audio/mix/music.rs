//! [`Music`]: what plays under the voice.

use std::f32::consts::TAU;

use brainwrought_core::id::Digest;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::super::decoding::read_frames;
use super::super::resample::resample;
use super::{MixError, Mood, SAMPLE_RATE, bed};
use crate::contained::contained;

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

    /// Tells whether the file can be played, by all that would be used of it. Blocks while it is decoded.
    ///
    /// # Errors
    ///
    /// Fails when it is of no known kind, has no sound, or holds samples that cannot be played.
    pub fn check(&self) -> Result<(), MixError> {
        let mut has_sound = false;
        read_frames(&self.bytes, MAX_SECONDS, |_| has_sound = true)?;
        if has_sound { Ok(()) } else { Err(MixError::EmptyMusic) }
    }

    fn decode(&self) -> Result<Vec<f32>, MixError> {
        decode(&self.bytes, MAX_SECONDS)
    }
}

/// Decodes a WAV, MP3, FLAC or Ogg Vorbis file to interleaved stereo at 48 kHz, its first `seconds` at most.
pub(in crate::audio) fn decode(bytes: &Bytes, seconds: usize) -> Result<Vec<f32>, MixError> {
    let mut stereo: Vec<f32> = Vec::new();
    let rate = read_frames(bytes, seconds, |frame| {
        stereo.extend([frame[0], frame.get(1).copied().unwrap_or(frame[0])]);
    })?;
    if stereo.is_empty() {
        return Err(MixError::EmptyMusic);
    }
    remove_offset(&mut stereo, rate);
    let resampled = contained(|| resample(&stereo, 2, rate, SAMPLE_RATE));
    let resampled = resampled.map_err(|gave_up| MixError::Music(gave_up.into()))?;
    resampled.map_err(|error| MixError::Music(error.into()))
}

/// Takes away what is too low to be heard, above all a constant offset. A meter of loudness does not count it, so that it
/// would be made as loud as there is room.
fn remove_offset(stereo: &mut [f32], rate: u32) {
    /// Where hearing begins, in hertz.
    const LOWEST_HZ: f32 = 20.0;
    let keep = (-TAU * LOWEST_HZ / rate as f32).exp();
    let (mut before, mut after) = ([0.0_f32; 2], [0.0_f32; 2]);
    for frame in stereo.as_chunks_mut::<2>().0 {
        for ((sample, before), after) in frame.iter_mut().zip(&mut before).zip(&mut after) {
            *after = *sample - *before + keep * *after;
            *before = std::mem::replace(sample, *after);
        }
    }
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
    use super::super::super::decoding::tests::{float_wave, wave};
    use super::super::super::loudness::measure;
    use super::super::{Effects, Mix, Sounds, mix};
    use super::*;

    #[test]
    fn music_is_checked_to_its_end() {
        let mut samples = vec![0.25_f32; 44_100 * 3];
        assert!(MusicFile::new(float_wave(&samples)).check().is_ok());
        *samples.last_mut().unwrap() = 3e38;
        let error = MusicFile::new(float_wave(&samples)).check().unwrap_err();
        assert!(matches!(error, MixError::UnusableMusic(_)), "{error:?}");
        let told = brainwrought_core::report::chain(&error);
        assert!(told.starts_with("the music file cannot be played: at 3.0 s a sample is 770 dB"), "{told}");
        assert!(matches!(MusicFile::new(float_wave(&[])).check(), Err(MixError::EmptyMusic)));
        assert!(MusicFile::new(wave(44_100, 2, 8, &[128, 200].repeat(9_000))).check().is_ok());
        assert!(matches!(MusicFile::new(wave(0, 1, 8, &[128; 9_000])).check(), Err(MixError::Music(_))));
    }

    #[test]
    fn an_offset_is_not_made_loud() {
        let narration: Vec<f32> = (0..48_000 * 6).map(|n| (n as f32 * 0.03).sin() * 0.2).collect();
        let flat = [0.9_f32; 44_100];
        let step: Vec<f32> = (0..44_100 * 3).map(|n| if n < 66_150 { 0.0 } else { 0.9 }).collect();
        let tone: Vec<f32> = (0..44_100 * 3).map(|n| 0.6 + (n as f32 * 0.05).sin() * 0.05).collect();
        let loud: Vec<f32> = tone.iter().map(|sample| sample * 20.0).collect();
        for samples in [&flat[..], &step, &tone, &loud] {
            let file = MusicFile::new(float_wave(samples));
            assert!(file.check().is_ok());
            let settings = Mix { music: MusicSource::File(file), effects: Effects::Off, ..Mix::default() };
            let sounds = Sounds { narration: &narration, marks: &[], cues: &[] };
            let mixed = mix(&sounds, &settings, &|| false).unwrap();
            let heard = measure(&mixed, 2, SAMPLE_RATE);
            assert!((heard.integrated_lufs - settings.target_lufs).abs() < 0.5, "{heard:?}");
            assert!(heard.true_peak_dbtp <= settings.ceiling_dbtp + 0.1, "{heard:?}");
            let mean = mixed.iter().sum::<f32>() / mixed.len() as f32;
            assert!(mean.abs() < 0.01, "{mean}");
        }
    }
}
