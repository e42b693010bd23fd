//! [`Limiter`]: keeps peaks under a ceiling without clicks.

use std::collections::VecDeque;

/// Frames that the limiter looks ahead: 5 ms.
const AHEAD: usize = 240;
/// How fast the level comes back, per frame: two thirds of the way in 80 ms.
const RELEASE: f32 = 1.0 / 3_840.0;

/// A look-ahead peak limiter for interleaved stereo.
#[derive(Debug)]
pub(super) struct Limiter {
    ceiling: f32,
    /// The lowest gains ahead, oldest first and rising: (frame, gain).
    lowest: VecDeque<(usize, f32)>,
    /// The last [`AHEAD`] gains, whose mean is applied.
    recent: VecDeque<f32>,
    held: f32,
}

impl Limiter {
    /// Makes a limiter whose output never exceeds `ceiling` (linear).
    pub(super) fn new(ceiling: f32) -> Self {
        Self { ceiling, lowest: VecDeque::new(), recent: VecDeque::from(vec![1.0; AHEAD]), held: 1.0 }
    }

    /// Limits in place.
    pub(super) fn limit(mut self, stereo: &mut [f32]) {
        let frames = stereo.len() / 2;
        let mut sum = f64::from(AHEAD as u32);
        for frame in 0..frames + AHEAD {
            if frame < frames {
                let peak = stereo[frame * 2].abs().max(stereo[frame * 2 + 1].abs());
                let wanted = if peak > self.ceiling { self.ceiling / peak } else { 1.0 };
                while self.lowest.back().is_some_and(|(_, gain)| *gain >= wanted) {
                    self.lowest.pop_back();
                }
                self.lowest.push_back((frame, wanted));
            }
            // The gain for the frame that is now AHEAD frames old knows everything that is coming.
            let Some(current) = frame.checked_sub(AHEAD) else { continue };
            while self.lowest.front().is_some_and(|(at, _)| *at < current) {
                self.lowest.pop_front();
            }
            let lowest = self.lowest.front().map_or(1.0, |(_, gain)| *gain);
            self.held = lowest.min(self.held + (1.0 - self.held) * RELEASE);
            sum += f64::from(self.held) - f64::from(self.recent.pop_front().unwrap_or(1.0));
            self.recent.push_back(self.held);
            let gain = (sum / AHEAD as f64) as f32;
            for sample in &mut stereo[current * 2..current * 2 + 2] {
                // The mean is never above what this frame needs, but for rounding.
                *sample = (*sample * gain).clamp(-self.ceiling, self.ceiling);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peaks_stay_under_the_ceiling_and_quiet_sound_stays_as_it_is() {
        let mut sound: Vec<f32> = (0..48_000)
            .flat_map(|n| {
                let loud = if (20_000..20_050).contains(&n) { 1.6 } else { 0.3 };
                let value = (n as f32 * 0.05).sin() * loud;
                [value, -value]
            })
            .collect();
        let before = sound.clone();
        Limiter::new(0.8).limit(&mut sound);
        assert!(sound.iter().all(|sample| sample.abs() <= 0.8));
        assert_eq!(sound[..20_000], before[..20_000]);
        let step = |s: &[f32]| {
            s.chunks(2).zip(s[2..].chunks(2)).map(|(a, b)| (a[0] - b[0]).abs()).fold(0.0, f32::max)
        };
        assert!(step(&sound) <= step(&before));
    }

    #[test]
    fn nothing_is_no_trouble() {
        Limiter::new(0.5).limit(&mut []);
    }
}
