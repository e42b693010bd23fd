//! [`Recording`]: the sound that a provider sends, and where its words are.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use brainwrought_core::report::chain;
use bytes::Bytes;

use super::super::super::align::{align, guess_words};
use super::super::super::decoding::read_frames;
use super::super::{EngineExt as _, Envelope, Speech, SpokenWord, Utterance, VoiceError};
use super::parts::Parts;
use super::synthesis_text::SynthesisText;
use crate::provider::{ProviderError, Reply};

/// The longest that one line may sound, in seconds.
const MAX_SECONDS: usize = 600;
/// What stays of the silence at either end of a line, in milliseconds.
const MARGIN_MS: usize = 15;

/// A line of which nothing is said.
pub(super) fn silence(sent: &SynthesisText) -> Speech {
    Speech { words: sent.by_characters(&[], &[], 1), ..Speech::silent() }
}

/// The sound of one line as mono samples.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Recording {
    pub(super) samples: Vec<f32>,
    pub(super) sample_rate: u32,
}

/// Reads a sound that a reply holds as Base64.
pub(super) fn sound_in(reply: &Reply, text: &str) -> Result<Bytes, ProviderError> {
    let bytes = STANDARD.decode(text.trim()).map_err(|_| reply.bad("its sound is no base64"))?;
    Ok(bytes.into())
}

impl Recording {
    /// Decodes the sound of a reply, which is to blame where that fails; see [`Self::decode`].
    pub(super) fn from_reply(reply: &Reply, sound: &Bytes) -> Result<Self, ProviderError> {
        Self::decode(sound).map_err(|what| reply.bad(what))
    }

    /// Decodes the samples of a reply, which is to blame where that fails; see [`Self::decode_pcm`].
    pub(super) fn from_pcm_reply(
        reply: &Reply,
        samples: &Bytes,
        sample_rate: u32,
    ) -> Result<Self, ProviderError> {
        Self::decode_pcm(samples, sample_rate).map_err(|what| reply.bad(what))
    }

    /// Decodes WAV, MP3, FLAC or Ogg Vorbis. Says what is wrong when it is none of them, or holds no sound.
    fn decode(bytes: &Bytes) -> Result<Self, String> {
        let recording = match Self::plain_wave(bytes) {
            Some(recording) => recording,
            None => {
                let mut samples = Vec::new();
                let sample_rate = read_frames(bytes, MAX_SECONDS, |frame| samples.push(average(frame)))
                    .map_err(|error| format!("its sound cannot be decoded ({})", chain(&error)))?;
                Self { samples, sample_rate }
            }
        };
        recording.audible()
    }

    /// Reads 16-bit PCM without a header; a server that sends a file all the same is understood.
    fn decode_pcm(bytes: &Bytes, sample_rate: u32) -> Result<Self, String> {
        if bytes.starts_with(b"RIFF") || bytes.starts_with(b"ID3") {
            return Self::decode(bytes);
        }
        let most = bytes.len().min(MAX_SECONDS * sample_rate as usize * 2);
        Self { samples: pcm(&bytes[..most]), sample_rate }.audible()
    }

    /// Fails for silence.
    fn audible(self) -> Result<Self, String> {
        let loudest = self.samples.iter().map(|sample| sample.abs()).fold(0.0_f32, f32::max);
        if loudest < 1e-4 { Err("its sound is silence".to_owned()) } else { Ok(self) }
    }

    /// Reads 16-bit PCM out of a WAV whose lengths may be guesses: servers that stream do not know them beforehand.
    fn plain_wave(bytes: &[u8]) -> Option<Self> {
        let body = bytes.strip_prefix(b"RIFF")?.get(4..)?.strip_prefix(b"WAVE")?;
        let mut rest = body;
        let mut format = None;
        loop {
            let (name, length) = (rest.get(..4)?, rest.get(4..8)?);
            let length = u32::from_le_bytes(length.try_into().ok()?) as usize;
            let data = rest.get(8..)?;
            match name {
                b"fmt " => {
                    let field = |at: usize| Some(u16::from_le_bytes(data.get(at..at + 2)?.try_into().ok()?));
                    let rate = u32::from_le_bytes(data.get(4..8)?.try_into().ok()?);
                    format = Some((field(0)?, usize::from(field(2)?), rate, field(14)?));
                }
                b"data" => {
                    let (1, channels @ 1..=8, sample_rate @ 1..=192_000, 16) = format? else { return None };
                    let most = MAX_SECONDS * sample_rate as usize * channels * 2;
                    let data = &data[..length.min(data.len()).min(most)];
                    return Some(Self { samples: mono(&pcm(data), channels), sample_rate });
                }
                _ => {}
            }
            rest = data.get(length + length % 2..)?;
        }
    }

    /// Makes speech of it, without the silence at its ends. Words may have been placed a little outside.
    pub(super) fn with_words(self, words: Vec<SpokenWord>) -> Speech {
        let Self { samples, sample_rate } = self;
        let heard = Envelope::from_samples(&samples, sample_rate).heard(0..samples.len());
        let margin = MARGIN_MS * sample_rate as usize / 1000;
        let kept = heard.start.saturating_sub(margin)..(heard.end + margin).min(samples.len());
        let place = |at: usize| at.clamp(kept.start, kept.end) - kept.start;
        let words = words.into_iter().map(|word| SpokenWord {
            written: word.written,
            samples: place(word.samples.start)..place(word.samples.end),
        });
        let words = words.collect();
        Speech { samples: samples.get(kept).unwrap_or_default().to_vec(), sample_rate, words }
    }

    /// Finds the words by letting an engine of this machine say the same, or guesses them by their letters where there is
    /// none for the language.
    pub(super) async fn aligned(
        self,
        parts: &Parts,
        utterance: &Utterance,
        cx: &brainwrought_core::stage::StageContext,
    ) -> Result<Speech, VoiceError> {
        let reference = parts.reference.clone();
        let (said, token) = (utterance.clone(), cx.cancellation().clone());
        let name = parts.name.clone();
        let failed = move |source: Box<dyn std::error::Error + Send + Sync>| VoiceError::Engine {
            voice: name.clone(),
            action: "be aligned with its words".to_owned(),
            source,
        };
        let lost = failed.clone();
        let work = move || {
            let words = match reference {
                Some(engine) => {
                    let engine = Arc::clone(&engine);
                    let known = engine.speak_whole(&said, &token)?;
                    align(&known, &self.samples, self.sample_rate).map_err(|error| failed(error.into()))?
                }
                None => guess_words(&said.line, &self.samples, self.sample_rate),
            };
            Ok(self.with_words(words))
        };
        tokio::task::spawn_blocking(work).await.map_err(|error| lost(error.into()))?
    }
}

fn pcm(bytes: &[u8]) -> Vec<f32> {
    let pairs = bytes.as_chunks::<2>().0.iter();
    pairs.map(|pair| f32::from(i16::from_le_bytes(*pair)) / 32_768.0).collect()
}

fn mono(samples: &[f32], channels: usize) -> Vec<f32> {
    samples.chunks_exact(channels.max(1)).map(average).collect()
}

fn average(frame: &[f32]) -> f32 {
    frame.iter().sum::<f32>() / frame.len() as f32
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A WAV of 16-bit samples whose header claims `claimed` bytes of sound.
    pub(in crate::audio::voice::hosted) fn wave(samples: &[i16], rate: u32, claimed: u32) -> Vec<u8> {
        let mut wave = b"RIFF".to_vec();
        wave.extend(claimed.wrapping_add(36).to_le_bytes());
        wave.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
        wave.extend(rate.to_le_bytes());
        wave.extend((rate * 2).to_le_bytes());
        wave.extend(b"\x02\0\x10\0data");
        wave.extend(claimed.to_le_bytes());
        wave.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
        wave
    }

    #[test]
    fn a_streamed_wave_that_does_not_know_its_length_is_read() {
        let samples: Vec<i16> = (0..2_000).map(|n| if n % 40 < 20 { 8_000 } else { -8_000 }).collect();
        for claimed in [4_000, u32::MAX, 0x7fff_ffff] {
            let recording = Recording::decode(&wave(&samples, 24_000, claimed).into()).unwrap();
            assert_eq!((recording.samples.len(), recording.sample_rate), (2_000, 24_000));
            assert!((recording.samples[0] - 8_000.0 / 32_768.0).abs() < 1e-6);
        }
    }

    #[test]
    fn an_invalid_recording_is_refused() {
        let told = |bytes: &[u8]| Recording::decode(&Bytes::copy_from_slice(bytes)).unwrap_err();
        assert!(told(b"<html>").contains("decoded"));
        assert!(told(b"").contains("decoded"));
        assert!(told(b"RIFF\0\0\0\0WAVEdata").contains("decoded"));
        assert!(told(&wave(&[0; 500], 24_000, 1_000)).contains("silence"));
        assert!(Recording::decode_pcm(&Bytes::from_static(&[0; 9]), 24_000).unwrap_err().contains("silence"));
    }

    #[test]
    fn sound_without_a_header_is_read_at_the_rate_that_was_asked_for() {
        let recording = Recording::decode_pcm(&Bytes::from_static(&[0, 64, 0, 192]), 24_000).unwrap();
        assert_eq!(recording, Recording { samples: vec![0.5, -0.5], sample_rate: 24_000 });
        let file = wave(&[16_384; 4], 11_025, 8);
        assert_eq!(Recording::decode_pcm(&file.into(), 24_000).unwrap().sample_rate, 11_025);
    }
}
