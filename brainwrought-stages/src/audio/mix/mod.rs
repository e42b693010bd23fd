//! [`mix`]: mixes narration, music and effects at broadcast loudness.

mod bed;
mod effect;
mod limiter;
mod music;
mod placement;
mod synth;

use brainwrought_core::data::AudioMark;
use serde::{Deserialize, Serialize};

use super::decoding::DecodeError;
use super::loudness::{Loudness, measure};
use limiter::Limiter;
use placement::{Placed, level};

pub use bed::Mood;
pub use effect::{CuedEffect, Effect, Recorded, Sound};
pub(super) use music::decode;
pub use music::{MusicFile, MusicSource};
pub use placement::heard_cues;

/// Samples per second of a programme.
pub(super) const SAMPLE_RATE: u32 = 48_000;
/// Music fades in and out over this many frames: 0.5 s.
const FADE: usize = SAMPLE_RATE as usize / 2;
/// How far the music is lowered while the voice speaks, in decibels.
const DUCK_DB: f32 = 5.0;
/// The loudness of music without a voice before the final gain, in LUFS; any would do.
const NO_VOICE_LUFS: f64 = -20.0;
/// The highest that a sample of music is made under a narration, before the final gain. Music with the widest range stays
/// far below.
const MAX_MUSIC_PEAK: f32 = 0.5;
/// Frames between two looks at whether to stop.
const BLOCK: usize = 4_800;

/// What is mixed under a narration, and how loud the whole is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Mix {
    /// The music.
    pub music: MusicSource,
    /// How far the music lies under the speaking voice, in decibels.
    pub music_below_db: f32,
    /// Which sounds are heard beside the voice.
    pub effects: Effects,
    /// How far effects lie under the voice, in decibels.
    pub effects_below_db: f32,
    /// The least time from one effect to the next, in milliseconds.
    pub effect_gap_ms: u64,
    /// The integrated loudness, in LUFS.
    pub target_lufs: f64,
    /// The highest true peak, in dBTP.
    pub ceiling_dbtp: f64,
    /// Picks melody and effects.
    pub seed: u64,
}

impl Default for Mix {
    fn default() -> Self {
        Self {
            music: MusicSource::default(),
            music_below_db: 19.0,
            effects: Effects::On,
            effects_below_db: 14.0,
            effect_gap_ms: 4_000,
            target_lufs: -14.0,
            // AAC raises peaks: up to 0.9 dB were measured, and −1 dBTP is the limit in the finished file.
            ceiling_dbtp: -2.4,
            seed: 1,
        }
    }
}

/// Who makes the sounds beside the voice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Effects {
    /// Built-in sound effects.
    #[default]
    On,
    /// No sound effects.
    Off,
    /// Sound effects by ElevenLabs for those that a script asks for; built-in ones where that fails.
    #[cfg_attr(feature = "clap", value(name = "elevenlabs"))]
    #[serde(rename = "elevenlabs")]
    ElevenLabs,
}

/// What a programme is mixed of, beside its music. Times are from the start of the narration.
#[derive(Debug, Clone, Copy)]
pub struct Sounds<'a> {
    /// The narration: mono samples at 48 kHz.
    pub narration: &'a [f32],
    /// Moments where an effect fits.
    pub marks: &'a [AudioMark],
    /// The effects that the script asks for.
    pub cues: &'a [CuedEffect],
}

/// Why a programme could not be mixed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MixError {
    /// The music file cannot be decoded.
    #[error("the music file cannot be decoded; give a WAV, MP3, FLAC or Ogg Vorbis file")]
    Music(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The music file was decoded, but holds samples that are no sound.
    #[error("the music file cannot be played")]
    UnusableMusic(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The music file holds no sound.
    #[error("the music file holds no sound; give another, or none")]
    EmptyMusic,
    /// The work was told to stop.
    #[error("the mix was cancelled")]
    Cancelled,
}

impl From<DecodeError> for MixError {
    fn from(error: DecodeError) -> Self {
        if error.is_about_samples() { Self::UnusableMusic(error.into()) } else { Self::Music(error.into()) }
    }
}

/// Mixes a programme.
///
/// Returns interleaved stereo at 48 kHz with as many frames as the narration has samples. It is guaranteed that the same
/// input gives the same samples, and that a programme with any sound meets [`Mix::target_lufs`] within 0.5 as long as
/// [`Mix::ceiling_dbtp`] leaves room for it.
///
/// # Errors
///
/// Fails when the music file is no music, or once `cancelled` says so.
pub fn mix(sounds: &Sounds<'_>, settings: &Mix, cancelled: &dyn Fn() -> bool) -> Result<Vec<f32>, MixError> {
    let Sounds { narration, marks, cues } = *sounds;
    let mut programme: Vec<f32> = narration.iter().flat_map(|sample| [*sample, *sample]).collect();
    let voice = measure(&programme, 2, SAMPLE_RATE);
    check(cancelled)?;
    if let Some(music) = settings.music.render(settings.seed)? {
        add_music(&mut programme, narration, &music, voice, settings, cancelled)?;
    }
    if settings.effects != Effects::Off {
        let voice = level(narration);
        for Placed { sound, at } in placement::place(narration, marks, cues, settings.effect_gap_ms) {
            check(cancelled)?;
            let level = voice * gain(-settings.effects_below_db - sound.softer_db());
            sound.add(&mut programme, at, level, settings.seed);
        }
    }
    master(programme, settings, cancelled)
}

/// Adds looped music, lowered while the voice speaks and faded at both ends.
fn add_music(
    programme: &mut [f32],
    narration: &[f32],
    music: &[f32],
    voice: Loudness,
    settings: &Mix,
    cancelled: &dyn Fn() -> bool,
) -> Result<(), MixError> {
    let own = measure(music, 2, SAMPLE_RATE).integrated_lufs;
    if !own.is_finite() {
        return Ok(());
    }
    let (target, duck_db) = if voice.integrated_lufs.is_finite() {
        (voice.integrated_lufs - f64::from(settings.music_below_db), DUCK_DB)
    } else {
        (NO_VOICE_LUFS, 0.0)
    };
    // Music that is silent but for a click is as quiet as it is, and the click is not made louder than a voice.
    let peak = music.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    let most = MAX_MUSIC_PEAK / peak.max(f32::MIN_POSITIVE);
    let ducked = gain((target - own) as f32).min(most);
    let open = gain((target - own) as f32 + duck_db).min(most);
    // Falls within some 60 ms of the voice and comes back over some 400 ms.
    let (fall, rise) = (smoothing(0.02), smoothing(0.15));
    let threshold = 0.1 * level(narration);
    let (mut presence, mut level) = (0.0_f32, open);
    let frames = narration.len();
    for (frame, (out, speech)) in programme.chunks_exact_mut(2).zip(narration).enumerate() {
        if frame % BLOCK == 0 {
            check(cancelled)?;
        }
        presence = (presence * 0.9995).max(speech.abs());
        let (wanted, pace) = if presence > threshold { (ducked, fall) } else { (open, rise) };
        level += (wanted - level) * pace;
        let fade = (frame.min(frames - 1 - frame) as f32 / FADE as f32).min(1.0);
        let at = (frame * 2) % music.len();
        out[0] += music[at] * level * fade;
        out[1] += music[at + 1] * level * fade;
    }
    Ok(())
}

/// Brings a programme to its loudness without breaking its ceiling.
fn master(programme: Vec<f32>, settings: &Mix, cancelled: &dyn Fn() -> bool) -> Result<Vec<f32>, MixError> {
    let before = measure(&programme, 2, SAMPLE_RATE);
    if !before.integrated_lufs.is_finite() {
        return Ok(programme);
    }
    let mut gain_db = settings.target_lufs - before.integrated_lufs;
    let mut ceiling_db = settings.ceiling_dbtp;
    let mut mastered = Vec::new();
    // Limiting takes some loudness away and peaks between samples go over: both are answered by measuring again.
    for _ in 0..5 {
        check(cancelled)?;
        mastered.clear();
        mastered.extend(programme.iter().map(|sample| sample * gain(gain_db as f32)));
        Limiter::new(gain(ceiling_db as f32)).limit(&mut mastered);
        let after = measure(&mastered, 2, SAMPLE_RATE);
        let missing = settings.target_lufs - after.integrated_lufs;
        let excess = after.true_peak_dbtp - settings.ceiling_dbtp;
        if missing.abs() < 0.1 && excess < 0.05 {
            break;
        }
        gain_db += missing;
        ceiling_db -= excess.max(0.0);
    }
    Ok(mastered)
}

fn gain(decibels: f32) -> f32 {
    10.0_f32.powf(decibels / 20.0)
}

/// The share of the way that a level goes in one sample to be two thirds there after `seconds`.
fn smoothing(seconds: f32) -> f32 {
    1.0 - (-1.0 / (seconds * SAMPLE_RATE as f32)).exp()
}

fn check(cancelled: &dyn Fn() -> bool) -> Result<(), MixError> {
    if cancelled() { Err(MixError::Cancelled) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn music_lies_under_the_voice_and_rises_in_pauses() {
        let mut narration: Vec<f32> = (0..48_000 * 9).map(|n| (n as f32 * 0.03).sin() * 0.2).collect();
        narration[48_000 * 4..48_000 * 6].fill(0.0);
        let stereo: Vec<f32> = narration.iter().flat_map(|sample| [*sample; 2]).collect();
        let voice = measure(&stereo, 2, SAMPLE_RATE);
        let settings = Mix::default();
        let music: Vec<f32> = (0..96_000).map(|n| (n as f32 * 0.05).sin() * 0.4).collect();
        let mut only = vec![0.0; stereo.len()];
        add_music(&mut only, &narration, &music, voice, &settings, &|| false).unwrap();
        let level = |from: usize, to: usize| measure(&only[96_000 * from..96_000 * to], 2, SAMPLE_RATE);
        let under = voice.integrated_lufs - level(1, 4).integrated_lufs;
        assert!((17.5..=20.5).contains(&under), "{under} dB under the voice");
        let rise = level(5, 6).integrated_lufs - level(1, 4).integrated_lufs;
        assert!((3.0..6.0).contains(&rise), "{rise} dB louder in a pause");
        assert!(only[..2_000].iter().all(|sample| sample.abs() < 0.002), "it fades in");
    }

    #[test]
    fn silence_and_nothing_are_mixed_without_trouble() {
        let settings = Mix { music: MusicSource::None, ..Mix::default() };
        let of = |narration: &[f32], settings: &Mix| {
            mix(&Sounds { narration, marks: &[], cues: &[] }, settings, &|| false).unwrap()
        };
        assert!(of(&[], &Mix::default()).is_empty());
        assert_eq!(of(&[0.0; 4_800], &settings), vec![0.0; 9_600]);
    }
}
