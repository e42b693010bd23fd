//! How the sounds of [`Effect`] are made: oscillators, noise and filters.

use std::f32::consts::TAU;

use super::super::noise::Noise;
use super::SAMPLE_RATE;
use super::effect::Effect;

impl Effect {
    /// Makes the sound as frames of stereo at 48 kHz.
    pub(super) fn render(self, noise: &mut Noise) -> Vec<[f32; 2]> {
        let rate = SAMPLE_RATE as f32;
        let frames = |seconds: f32| (seconds * rate) as usize;
        match self {
            Self::Whoosh => {
                let (mut low, mut band) = (0.0_f32, 0.0_f32);
                let total = frames(0.5);
                (0..total)
                    .map(|n| {
                        let x = n as f32 / total as f32;
                        // A band of noise that rises until the picture changes and falls after it.
                        let swell = (1.0 - ((x - 0.44) / 0.44).powi(2)).max(0.0);
                        let tune = 2.0 * (TAU * (300.0 + 1_500.0 * swell) / rate / 2.0).sin();
                        low += tune * band;
                        band += tune * (noise.signed() - low - 0.7 * band);
                        let value = band * swell * swell;
                        [value * (1.0 - 0.4 * x), value * (0.6 + 0.4 * x)]
                    })
                    .collect()
            }
            Self::Impact => {
                let mut phase = 0.0_f32;
                (0..frames(0.7))
                    .map(|n| {
                        let t = n as f32 / rate;
                        phase += TAU * (48.0 + 70.0 * (-t * 22.0).exp()) / rate;
                        let body = phase.sin() * (-t * 7.0).exp();
                        let knock = noise.signed() * (-t * 90.0).exp() * 0.3;
                        [(body + knock) * (t * 500.0).min(1.0); 2]
                    })
                    .collect()
            }
            Self::Ding => (0..frames(0.9))
                .map(|n| {
                    let t = n as f32 / rate;
                    // A struck bar: its partials lie at 1, 2.76 and 5.4 times the first.
                    let partial =
                        |ratio: f32, decay: f32| (TAU * 880.0 * ratio * t).sin() * (-t * decay).exp();
                    let value = partial(1.0, 5.0) + 0.35 * partial(2.76, 9.0) + 0.12 * partial(5.4, 18.0);
                    [value * (t * 400.0).min(1.0); 2]
                })
                .collect(),
            Self::Tick => (0..frames(0.06))
                .map(|n| {
                    let t = n as f32 / rate;
                    let value = (TAU * 1_800.0 * t).sin() * (-t * 110.0).exp() * (t * 2_000.0).min(1.0);
                    [value; 2]
                })
                .collect(),
            Self::Riser => {
                let (mut low, mut band, mut phase) = (0.0_f32, 0.0_f32, 0.0_f32);
                let total = frames(1.4);
                (0..total)
                    .map(|n| {
                        let x = n as f32 / total as f32;
                        let tune = 2.0 * (TAU * (250.0 + 3_500.0 * x * x) / rate / 2.0).sin();
                        low += tune * band;
                        band += tune * (noise.signed() - low - 0.5 * band);
                        phase += TAU * (180.0 + 700.0 * x * x) / rate;
                        // It stops at its height, as what comes after it is the point.
                        let swell = x * x * ((1.0 - x) * 40.0).min(1.0);
                        let value = (0.7 * band + 0.35 * phase.sin()) * swell;
                        [value * (1.0 - 0.3 * x), value * (0.7 + 0.3 * x)]
                    })
                    .collect()
            }
            Self::Scratch => {
                let (mut low, mut band, mut phase) = (0.0_f32, 0.0_f32, 0.0_f32);
                let total = frames(0.55);
                (0..total)
                    .map(|n| {
                        let x = n as f32 / total as f32;
                        // The hand pushes the record forth and pulls it back, slower and slower.
                        let speed = (1.0 - x).powf(0.7) * (TAU * 2.2 * x.sqrt()).cos().abs() + 0.05;
                        let tune = 2.0 * (TAU * (200.0 + 2_600.0 * speed) / rate / 2.0).sin();
                        low += tune * band;
                        band += tune * (noise.signed() - low - 0.25 * band);
                        phase += TAU * (90.0 + 900.0 * speed) / rate;
                        let saw = (phase / TAU).fract() * 2.0 - 1.0;
                        let edge = (x * 60.0).min(1.0) * ((1.0 - x) * 12.0).min(1.0);
                        [(band + 0.3 * saw) * speed * edge; 2]
                    })
                    .collect()
            }
            Self::Pop => {
                let mut phase = 0.0_f32;
                (0..frames(0.14))
                    .map(|n| {
                        let t = n as f32 / rate;
                        phase += TAU * (300.0 + 900.0 * (t * 12.0).min(1.0)) / rate;
                        [phase.sin() * (-t * 38.0).exp() * (t * 800.0).min(1.0); 2]
                    })
                    .collect()
            }
            Self::Boom => {
                let (mut phase, mut rumble) = (0.0_f32, 0.0_f32);
                let total = frames(1.6);
                (0..total)
                    .map(|n| {
                        let t = n as f32 / rate;
                        phase += TAU * (34.0 + 60.0 * (-t * 9.0).exp()) / rate;
                        // Noise below some 120 Hz.
                        rumble += 0.016 * (noise.signed() - rumble);
                        let end = ((total - n) as f32 / (0.2 * rate)).min(1.0);
                        let body = phase.sin() * (-t * 3.2).exp() + 2.5 * rumble * (-t * 2.4).exp();
                        [body * (t * 300.0).min(1.0) * end; 2]
                    })
                    .collect()
            }
            Self::Drum => {
                let (mut phase, mut before) = (0.0_f32, 0.0_f32);
                (0..frames(0.35))
                    .map(|n| {
                        let t = n as f32 / rate;
                        phase += TAU * (185.0 + 60.0 * (-t * 60.0).exp()) / rate;
                        let now = noise.signed();
                        let wires = 0.5 * (now - before) * (-t * 17.0).exp();
                        before = now;
                        [(0.7 * phase.sin() * (-t * 24.0).exp() + wires) * (t * 900.0).min(1.0); 2]
                    })
                    .collect()
            }
            Self::Buzzer => {
                let total = frames(0.55);
                (0..total)
                    .map(|n| {
                        let t = n as f32 / rate;
                        // Two rough tones that rub; odd overtones fall off as those of a square do.
                        let tone = |hertz: f32| -> f32 {
                            [1.0_f32, 3.0, 5.0, 7.0].iter().map(|k| (TAU * hertz * k * t).sin() / k).sum()
                        };
                        let edge = (t * 200.0).min(1.0) * ((total - n) as f32 / (0.06 * rate)).min(1.0);
                        [0.5 * (tone(138.0) + tone(146.0)) * edge; 2]
                    })
                    .collect()
            }
            Self::Click => (0..frames(0.12))
                .map(|n| {
                    let t = n as f32 / rate;
                    // A shutter opens and closes.
                    let strike = |from: f32| {
                        let age = t - from;
                        if age < 0.0 { 0.0 } else { (-age * 130.0).exp() * (age * 3_000.0).min(1.0) }
                    };
                    let grain = noise.signed() + (TAU * 2_900.0 * t).sin();
                    [grain * (strike(0.001) + 0.7 * strike(0.055)); 2]
                })
                .collect(),
            Self::Sparkle => {
                let notes = [1_318.5_f32, 1_568.0, 1_975.5, 2_637.0, 3_136.0];
                (0..frames(1.1))
                    .map(|n| {
                        let t = n as f32 / rate;
                        let (mut left, mut right) = (0.0, 0.0);
                        for (place, hertz) in (0_u8..).zip(notes) {
                            let age = t - 0.07 * f32::from(place);
                            if age >= 0.0 {
                                let value =
                                    (TAU * hertz * age).sin() * (-age * 7.0).exp() * (age * 400.0).min(1.0);
                                let pan = f32::from(place) / 4.0;
                                left += value * (1.0 - 0.6 * pan);
                                right += value * (0.4 + 0.6 * pan);
                            }
                        }
                        [left, right]
                    })
                    .collect()
            }
            Self::Zap => {
                let mut phase = 0.0_f32;
                let total = frames(0.32);
                (0..total)
                    .map(|n| {
                        let t = n as f32 / rate;
                        phase += TAU * (160.0 + 2_200.0 * (-t * 13.0).exp()) / rate;
                        let rough = 1.0 + 0.4 * (TAU * 61.0 * t).sin();
                        let edge = (t * 600.0).min(1.0) * ((total - n) as f32 / (0.05 * rate)).min(1.0);
                        [(phase.sin() + 0.3 * (2.0 * phase).sin()) * rough * (-t * 6.0).exp() * edge; 2]
                    })
                    .collect()
            }
            Self::Heartbeat => (0..frames(0.8))
                .map(|n| {
                    let t = n as f32 / rate;
                    let thump = |from: f32, hertz: f32| {
                        let age = t - from;
                        if age < 0.0 {
                            0.0
                        } else {
                            (TAU * hertz * age).sin() * (-age * 22.0).exp() * (age * 200.0).min(1.0)
                        }
                    };
                    [thump(0.0, 58.0) + 0.75 * thump(0.27, 50.0); 2]
                })
                .collect(),
        }
    }
}
