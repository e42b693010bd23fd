//! [`Mood`]: a loop of calm music, composed from a seed and played by a few oscillators.

use std::f32::consts::{FRAC_PI_2, TAU};

use serde::{Deserialize, Serialize};

use super::super::noise::Noise;
use super::SAMPLE_RATE;

/// What generated music feels like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Mood {
    /// Plucked and moving, in a major key.
    #[default]
    Bright,
    /// A steady pulse in a minor key.
    Focus,
    /// Slow pads without a beat.
    Calm,
}

/// Bars of a loop: four chords of two bars.
const BARS: usize = 8;
/// Beats of a bar.
const BEATS: usize = 4;

/// Composes and plays one round as interleaved stereo at 48 kHz; its end leads into its start.
pub(super) fn render(mood: Mood, seed: u64) -> Vec<f32> {
    let mut noise = Noise::new(seed.wrapping_mul(31).wrapping_add(mood as u64));
    let style = Style::from_mood(mood);
    let beat = (60.0 / style.tempo * SAMPLE_RATE as f32) as usize;
    let mut loop_ = Loop { stereo: vec![0.0; BARS * BEATS * beat * 2] };
    let key = style.lowest_key + (noise.bits() % 5) as i32;
    let chords = noise.pick(style.progressions).copied().unwrap_or([0; 4]);
    let figure = noise.pick(&FIGURES).copied().unwrap_or([0; 8]);
    for bar in 0..BARS {
        let start = bar * BEATS * beat;
        let degree = chords[bar / 2 % chords.len()];
        let chord: Vec<i32> = [0, 2, 4, 6].map(|step| key + style.pitch(degree + step)).to_vec();
        if bar % 2 == 0 {
            for (voice, note) in chord.iter().enumerate() {
                let pan = 0.3 + 0.4 * voice as f32 / 3.0;
                loop_.pad(start, 2 * BEATS * beat, *note, 0.10, pan);
            }
            loop_.pad(start, 2 * BEATS * beat, chord[0] - 12, 0.14, 0.5);
        }
        if style.plucks > 0.0 {
            for (eighth, step) in figure.iter().enumerate() {
                // A figure that always sounds alike tires: some notes stay out.
                if noise.unit() < 0.15 {
                    continue;
                }
                let note = key + 12 + style.pitch(degree + step);
                let pan = 0.35 + 0.3 * (eighth % 2) as f32;
                loop_.pluck(start + eighth * beat / 2, note, style.plucks * (0.8 + 0.2 * noise.unit()), pan);
            }
        }
        if style.pulse > 0.0 {
            for at in 0..BEATS {
                if at % 2 == 0 {
                    loop_.kick(start + at * beat, style.pulse);
                }
                loop_.hat(start + at * beat + beat / 2, style.pulse * 0.12, &mut noise);
            }
        }
    }
    loop_.stereo
}

/// Eighth notes as steps of the scale above the chord's root.
const FIGURES: [[i32; 8]; 4] =
    [[0, 2, 4, 7, 4, 2, 4, 2], [0, 4, 7, 4, 2, 4, 7, 4], [7, 4, 2, 4, 0, 4, 2, 4], [0, 2, 4, 2, 7, 4, 2, 0]];

struct Style {
    tempo: f32,
    /// The lowest root, as a MIDI number.
    lowest_key: i32,
    scale: [i32; 7],
    /// Roots of the four chords, as steps of the scale.
    progressions: &'static [[i32; 4]],
    plucks: f32,
    pulse: f32,
}

impl Style {
    fn from_mood(mood: Mood) -> Self {
        let (major, minor) = ([0, 2, 4, 5, 7, 9, 11], [0, 2, 3, 5, 7, 8, 10]);
        match mood {
            Mood::Bright => Self {
                tempo: 100.0,
                lowest_key: 48,
                scale: major,
                progressions: &[[0, 4, 5, 3], [0, 5, 3, 4], [3, 0, 4, 5]],
                plucks: 0.16,
                pulse: 0.35,
            },
            Mood::Focus => Self {
                tempo: 88.0,
                lowest_key: 45,
                scale: minor,
                progressions: &[[0, 5, 2, 6], [0, 3, 5, 6], [0, 2, 5, 3]],
                plucks: 0.11,
                pulse: 0.28,
            },
            Mood::Calm => Self {
                tempo: 66.0,
                lowest_key: 48,
                scale: major,
                progressions: &[[0, 3, 5, 4], [0, 2, 3, 0], [5, 3, 0, 4]],
                plucks: 0.0,
                pulse: 0.0,
            },
        }
    }

    /// Half tones above the key for a step of the scale.
    fn pitch(&self, step: i32) -> i32 {
        self.scale[step.rem_euclid(7) as usize] + 12 * step.div_euclid(7)
    }
}

/// One round of music; what runs over its end is heard at its start.
struct Loop {
    stereo: Vec<f32>,
}

impl Loop {
    fn add(&mut self, frame: usize, value: f32, [left, right]: [f32; 2]) {
        let at = frame * 2 % self.stereo.len();
        self.stereo[at] += value * left;
        self.stereo[at + 1] += value * right;
    }

    /// A soft chord tone: two slightly detuned oscillators with few overtones, swelling in and out.
    fn pad(&mut self, start: usize, length: usize, note: i32, level: f32, pan: f32) {
        let gains = gains(pan);
        let tail = SAMPLE_RATE as usize;
        let total = length + tail;
        for detune in [-0.0015_f32, 0.0015] {
            for overtone in 1..=4_u8 {
                let harmonic = f32::from(overtone);
                let mut tone = Tone::new(hertz(note) * harmonic * (1.0 + detune));
                let level = 0.5 * level / (harmonic * harmonic);
                for n in 0..total {
                    let swell = (n as f32 / tail as f32).min((total - n) as f32 / tail as f32).min(1.0);
                    self.add(start + n, tone.next() * level * swell * swell, gains);
                }
            }
        }
    }

    /// A plucked tone that dies away within a second.
    fn pluck(&mut self, start: usize, note: i32, level: f32, pan: f32) {
        let gains = gains(pan);
        for overtone in 1..=3_u8 {
            let harmonic = f32::from(overtone);
            let mut tone = Tone::new(hertz(note) * harmonic);
            let fall = (-(3.5 + 3.0 * harmonic) / SAMPLE_RATE as f32).exp();
            let mut level = level / (harmonic * harmonic);
            for n in 0..SAMPLE_RATE as usize {
                self.add(start + n, tone.next() * level * (n as f32 / 240.0).min(1.0), gains);
                level *= fall;
            }
        }
    }

    fn kick(&mut self, start: usize, level: f32) {
        let gains = gains(0.5);
        let mut phase = 0.0_f32;
        for n in 0..SAMPLE_RATE as usize / 4 {
            let t = n as f32 / SAMPLE_RATE as f32;
            phase += TAU * (46.0 + 60.0 * (-t * 30.0).exp()) / SAMPLE_RATE as f32;
            self.add(start + n, phase.sin() * (-t * 16.0).exp() * level * (n as f32 / 96.0).min(1.0), gains);
        }
    }

    fn hat(&mut self, start: usize, level: f32, noise: &mut Noise) {
        let gains = gains(0.6);
        let mut before = 0.0;
        for n in 0..SAMPLE_RATE as usize / 20 {
            let t = n as f32 / SAMPLE_RATE as f32;
            let now = noise.signed();
            self.add(start + n, (now - before) * (-t * 120.0).exp() * level, gains);
            before = now;
        }
    }
}

/// A sine by recurrence, which is much cheaper than a call for every sample.
struct Tone {
    turn: f64,
    last: f64,
    now: f64,
}

impl Tone {
    fn new(hertz: f32) -> Self {
        let angle = std::f64::consts::TAU * f64::from(hertz) / f64::from(SAMPLE_RATE);
        Self { turn: 2.0 * angle.cos(), last: -angle.sin(), now: 0.0 }
    }

    fn next(&mut self) -> f32 {
        let value = self.now;
        (self.last, self.now) = (self.now, self.turn * self.now - self.last);
        value as f32
    }
}

/// How loud the left and the right side are, for a place from 0 (left) to 1 (right), at the same power everywhere.
fn gains(pan: f32) -> [f32; 2] {
    [(pan * FRAC_PI_2).cos(), (pan * FRAC_PI_2).sin()]
}

/// The frequency of a MIDI note: 69 is 440 Hz.
fn hertz(note: i32) -> f32 {
    440.0 * 2.0_f32.powf((note - 69) as f32 / 12.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mood_loops_without_a_click_and_depends_on_the_seed() {
        for mood in [Mood::Bright, Mood::Focus, Mood::Calm] {
            let music = render(mood, 1);
            assert!(music.iter().all(|sample| sample.is_finite() && sample.abs() < 4.0));
            let seam = (music[0] - music[music.len() - 2]).abs();
            let steps = music.chunks(2).zip(music[2..].chunks(2)).map(|(a, b)| (a[0] - b[0]).abs());
            assert!(seam <= steps.fold(0.0, f32::max), "{mood:?}");
            assert_eq!(music, render(mood, 1));
            assert_ne!(music, render(mood, 2));
        }
    }
}
