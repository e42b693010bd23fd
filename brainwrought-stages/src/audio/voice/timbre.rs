//! [`Timbre`]: another speaker from the same neural voice, by its pitch and the size of its mouth.
//!
//! The model predicts the melody and the shape of the sound apart from each other, so both can be changed and joined
//! again without a trace: the melody is moved, and the frequencies of the shape are stretched as those of a longer or
//! shorter mouth are.

use std::f32::consts::FRAC_1_SQRT_2;

use super::vocoder::{BINS, MIN_PITCH, Spectrum};

/// The share of the frequencies that are stretched as a whole; the rest is fitted in, up to the highest.
const KNEE: f32 = 0.8;
/// Below this magnitude, as a logarithm, nothing is heard.
const SILENT: f32 = -30.0;

/// A speaker that is made of the neural voice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Timbre {
    /// The name of the voice.
    pub(super) name: &'static str,
    /// What it is, for people.
    pub(super) description: &'static str,
    /// The pitch relative to the model's own.
    pitch: f32,
    /// The frequencies of the resonances relative to the model's own: below 1 is a longer mouth.
    resonance: f32,
}

/// The model's own voice.
pub(super) const HEART: Timbre =
    Timbre { name: "hibari/heart", description: "American English, female", pitch: 1.0, resonance: 1.0 };

/// All speakers. The factors of the derived ones keep them easy to understand: the word error rate of 24 sentences by
/// whisper tiny.en is 1.1 % for heart, 1.8 % for oak and 1.8 % for fern, their median pitch 190, 119 and 226 Hz.
pub(super) const TIMBRES: [Timbre; 3] = [
    HEART,
    Timbre { name: "hibari/oak", description: "American English, deep", pitch: 0.58, resonance: 0.87 },
    Timbre { name: "hibari/fern", description: "American English, bright", pitch: 1.15, resonance: 1.07 },
];

impl Timbre {
    /// Finds a speaker.
    pub(super) fn named(name: &str) -> Option<Self> {
        TIMBRES.into_iter().find(|timbre| timbre.name == name)
    }

    /// Gives the model's voice another mouth; the model's own stays as it is.
    pub(super) fn apply(self, parts: &mut SpectrumParts) {
        if self.pitch == 1.0 && self.resonance == 1.0 {
            return;
        }
        let frames = parts.pitch.len();
        for part in [
            &mut parts.harmonic_log,
            &mut parts.harmonic_phase,
            &mut parts.noise_log,
            &mut parts.free_log,
            &mut parts.free_phase,
        ] {
            *part = stretched(part, frames, self.resonance);
        }
        // The part with free phase carries the clicks of consonants, but under vowels it has traces of the old pitch in its
        // phases; as noise it has none.
        let voiced = parts.pitch.iter().map(|hertz| *hertz > MIN_PITCH).cycle();
        for ((noise, free), voiced) in parts.noise_log.iter_mut().zip(&mut parts.free_log).zip(voiced) {
            if voiced {
                *noise = (noise.exp() + free.exp() * FRAC_1_SQRT_2).ln();
                *free = SILENT;
            }
        }
        parts.pitch.iter_mut().for_each(|hertz| *hertz *= self.pitch);
    }
}

/// [`Spectrum`] as its owner.
#[derive(Debug)]
pub(super) struct SpectrumParts {
    pub(super) harmonic_log: Vec<f32>,
    pub(super) harmonic_phase: Vec<f32>,
    pub(super) noise_log: Vec<f32>,
    pub(super) free_log: Vec<f32>,
    pub(super) free_phase: Vec<f32>,
    pub(super) pitch: Vec<f32>,
}

impl SpectrumParts {
    pub(super) fn as_spectrum(&self) -> Spectrum<'_> {
        Spectrum {
            harmonic_log: &self.harmonic_log,
            harmonic_phase: &self.harmonic_phase,
            noise_log: &self.noise_log,
            free_log: &self.free_log,
            free_phase: &self.free_phase,
            pitch: &self.pitch,
        }
    }
}

/// The same shape on other frequencies: `[BINS, frames]`, bin by bin.
fn stretched(part: &[f32], frames: usize, factor: f32) -> Vec<f32> {
    let highest = (BINS - 1) as f32;
    let knee = KNEE * highest * factor.min(1.0);
    let mut stretched = Vec::with_capacity(part.len());
    for bin in 0..BINS {
        let bin = bin as f32;
        let from = if bin <= knee {
            bin / factor
        } else {
            knee / factor + (bin - knee) * (highest - knee / factor) / (highest - knee)
        };
        let low = (from as usize).min(BINS - 1);
        let high = (low + 1).min(BINS - 1);
        let share = (from - low as f32).clamp(0.0, 1.0);
        let row = |bin: usize| part.get(bin * frames..(bin + 1) * frames).unwrap_or_default();
        stretched.extend(row(low).iter().zip(row(high)).map(|(a, b)| a * (1.0 - share) + b * share));
    }
    stretched
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resonance_moves_by_the_factor_and_the_ends_stay() {
        let mut part = vec![0.0; BINS * 2];
        for (bin, level) in [(0, 1.0), (100, 5.0), (BINS - 1, 2.0)] {
            part[bin * 2..bin * 2 + 2].fill(level);
        }
        for (factor, place) in [(0.9, 90), (1.1, 110)] {
            let moved = stretched(&part, 2, factor);
            assert_eq!(moved.len(), part.len());
            let peak = (20..400).max_by(|a, b| moved[a * 2].total_cmp(&moved[b * 2])).unwrap();
            assert_eq!(peak, place);
            assert_eq!((moved[1], moved[BINS * 2 - 1]), (1.0, 2.0));
        }
    }

    #[test]
    fn every_speaker_is_found_by_its_name() {
        for timbre in TIMBRES {
            assert_eq!(Timbre::named(timbre.name), Some(timbre));
        }
        assert_eq!(Timbre::named("hibari/yew"), None);
    }
}
