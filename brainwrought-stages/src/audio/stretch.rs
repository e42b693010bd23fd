//! [`stretch`]: the same voice at another pace, without another pitch.
//!
//! Waveform similarity overlap-add (Verhelst and Roelands 1993): short windows of the sound are laid side by side, each
//! moved by some milliseconds to where it goes on most like the one before it.

use std::f32::consts::TAU;

/// The length of a window in milliseconds: two periods of a deep voice.
const WINDOW_MS: u32 = 26;
/// How far a window may be moved in milliseconds: a period of a deep voice.
const REACH_MS: u32 = 9;
/// Places are compared this many samples apart at first, then around the best one by one.
const COARSE: usize = 4;

/// Speaks `factor` times as fast: above 1 is shorter. A moment `t` of the sound is heard at `t / factor`, give or take
/// the few milliseconds that a window is moved.
pub(super) fn stretch(samples: &[f32], sample_rate: u32, factor: f32) -> Vec<f32> {
    let half = (sample_rate * WINDOW_MS / 2000).max(1) as usize;
    let reach = (sample_rate * REACH_MS / 1000) as usize;
    let length = stretched(samples.len(), factor);
    if samples.len() < 4 * half || (factor - 1.0).abs() < 1e-3 || factor <= 0.0 {
        return samples.to_vec();
    }
    let window: Vec<f32> =
        (0..2 * half).map(|n| 0.5 - 0.5 * (TAU * n as f32 / (2 * half) as f32).cos()).collect();
    let at = |place: usize| samples.get(place).copied().unwrap_or(0.0);
    let mut sum = vec![0.0_f32; length + 2 * half];
    // The first half window has no neighbour to be added to, so it is taken as it is.
    for (n, sample) in sum.iter_mut().take(half).enumerate() {
        *sample = at(n) * window[n + half];
    }
    let mut place = 0;
    let mut output = 0;
    while output < length {
        for (n, gain) in window.iter().enumerate() {
            sum[output + n] += at(place + n) * gain;
        }
        output += half;
        let wanted = (output as f32 * factor) as usize;
        place = best_place(samples, place + half, wanted, half, reach);
    }
    sum.truncate(length);
    sum
}

/// The place that the sample `at` has after [`stretch`].
pub(super) fn stretched(at: usize, factor: f32) -> usize {
    (at as f64 / f64::from(factor)).round() as usize
}

/// The place near `wanted` where the sound is most like the one at `follows`.
fn best_place(samples: &[f32], follows: usize, wanted: usize, length: usize, reach: usize) -> usize {
    let Some(model) = samples.get(follows..follows + length) else { return wanted };
    let likeness = |place: usize, step: usize| -> f32 {
        let Some(candidate) = samples.get(place..place + length) else { return f32::NEG_INFINITY };
        let (mut product, mut power) = (0.0, 1e-6);
        for (a, b) in model.iter().step_by(step).zip(candidate.iter().step_by(step)) {
            product += a * b;
            power += b * b;
        }
        product / power.sqrt()
    };
    let best = |places: &mut dyn Iterator<Item = usize>, step: usize| {
        let mut best = (wanted, f32::NEG_INFINITY);
        for place in places {
            let value = likeness(place, step);
            if value > best.1 {
                best = (place, value);
            }
        }
        best.0
    };
    let coarse = best(&mut (wanted.saturating_sub(reach)..=wanted + reach).step_by(COARSE), COARSE / 2);
    best(&mut (coarse.saturating_sub(COARSE)..=coarse + COARSE), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(length: usize) -> Vec<f32> {
        (0..length).map(|n| (TAU * 200.0 * n as f32 / 24_000.0).sin() * 0.5).collect()
    }

    #[test]
    fn a_tone_gets_longer_and_keeps_its_pitch_and_level() {
        for factor in [0.8, 0.95, 1.04, 1.15] {
            let slow = stretch(&tone(24_000), 24_000, factor);
            assert_eq!(slow.len(), stretched(24_000, factor));
            let middle = &slow[2_400..slow.len() - 2_400];
            let crossings = middle.windows(2).filter(|pair| pair[0] <= 0.0 && pair[1] > 0.0).count();
            let hertz = crossings as f32 * 24_000.0 / middle.len() as f32;
            assert!((hertz - 200.0).abs() < 4.0, "{factor}: {hertz}");
            let power = middle.iter().map(|x| x * x).sum::<f32>() / middle.len() as f32;
            assert!((power - 0.125).abs() < 0.01, "{factor}: {power}");
        }
    }

    #[test]
    fn a_click_moves_to_its_place() {
        let mut samples = vec![0.0; 24_000];
        samples[12_000..12_200].fill(0.5);
        for factor in [0.85, 1.15] {
            let moved = stretch(&samples, 24_000, factor);
            let place = moved.iter().position(|sample| *sample > 0.25).unwrap();
            assert!(place.abs_diff(stretched(12_000, factor)) < 360, "{place}");
        }
    }

    #[test]
    fn a_factor_of_one_changes_nothing() {
        assert_eq!(stretch(&tone(24_000), 24_000, 1.0), tone(24_000));
        assert_eq!(stretch(&tone(100), 24_000, 1.2), tone(100));
        assert!(stretch(&[], 24_000, 0.8).is_empty());
    }
}
