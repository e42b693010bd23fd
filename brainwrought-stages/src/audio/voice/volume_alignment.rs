//! [`gated_words`]: which word is heard when, from two renderings that differ in every second word's volume.

use std::ops::Range;

use super::wave::Wave;

/// The volume of every second word in the rendering that tells words apart, in percent.
pub(super) const LOW_VOLUME: u32 = 30;

/// Steps a second.
const RATE: u32 = 100;
/// The fewest steps of a word: 30 ms.
const MIN_WORD_STEPS: usize = 3;

/// Finds where each of `count` words lies, as ranges of samples that follow on each other.
///
/// In `low`, the second, fourth … word are turned down to [`LOW_VOLUME`] percent; otherwise both are the same. Of all ways to
/// cut the sound into `count` stretches the one is taken whose volumes agree best.
pub(super) fn gated_words(full: &Wave, low: &Wave, count: usize) -> Vec<Range<usize>> {
    let step = (full.rate / RATE).max(1) as usize;
    let evidence = evidence(full, low, step);
    let steps = evidence.len();
    if count == 0 {
        return Vec::new();
    }
    if steps < count * MIN_WORD_STEPS {
        // Too short to tell: every word gets an equal share.
        return (0..count).map(|word| share(word, count, full)..share(word + 1, count, full)).collect();
    }
    // best[word][at]: the best agreement when `word` has spoken until step `at`, and where it then began.
    let mut sums = vec![0.0_f32; steps + 1];
    for (at, value) in evidence.iter().enumerate() {
        sums[at + 1] = sums[at] + value;
    }
    let mut before: Vec<f32> = vec![f32::NEG_INFINITY; steps + 1];
    before[0] = 0.0;
    let mut starts: Vec<Vec<usize>> = Vec::with_capacity(count);
    for word in 0..count {
        let sign = if word % 2 == 0 { 1.0 } else { -1.0 };
        let mut now = vec![f32::NEG_INFINITY; steps + 1];
        let mut from = vec![0_usize; steps + 1];
        let (mut best, mut best_start) = (f32::NEG_INFINITY, 0);
        for at in MIN_WORD_STEPS..=steps {
            let start = at - MIN_WORD_STEPS;
            let candidate = before[start] - sign * sums[start];
            if candidate > best {
                (best, best_start) = (candidate, start);
            }
            now[at] = best + sign * sums[at];
            from[at] = best_start;
        }
        starts.push(from);
        before = now;
    }
    let mut ranges = Vec::with_capacity(count);
    let mut end = steps;
    for from in starts.iter().rev() {
        let start = from[end];
        ranges.push(start * step..if end == steps { full.samples.len() } else { end * step });
        end = start;
    }
    ranges.reverse();
    ranges
}

/// For every step: how surely an even (+1) or odd (-1) word is heard, weighed by how much is heard at all.
fn evidence(full: &Wave, low: &Wave, step: usize) -> Vec<f32> {
    let power = |samples: &[f32]| samples.iter().map(|x| x * x).sum::<f32>();
    let halfway = 0.5 * (100.0 / LOW_VOLUME as f32).log2();
    let loudest = full.samples.chunks(step).map(power).fold(1e-9, f32::max);
    let length = full.samples.len().min(low.samples.len());
    (0..length.div_ceil(step))
        .map(|at| {
            let window = at * step..((at + 2) * step).min(length);
            let (a, b) = (power(&full.samples[window.clone()]), power(&low.samples[window]));
            if a < loudest * 1e-4 {
                return 0.0;
            }
            let turned_down = 0.5 * (a / b.max(1e-12)).log2();
            (1.0 - turned_down / halfway).clamp(-1.0, 1.0) * (a / loudest).sqrt().min(0.3)
        })
        .collect()
}

fn share(word: usize, count: usize, full: &Wave) -> usize {
    full.samples.len() * word / count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_by_their_volume() {
        let bounds = [0, 4_000, 5_500, 12_000, 15_000];
        let tone = |n: usize| (n as f32 * 0.08).sin() * 0.3;
        let full = Wave { rate: 22_050, samples: (0..15_000).map(tone).collect() };
        let gain = |n: usize| {
            let word = bounds.iter().filter(|bound| **bound <= n).count() - 1;
            if word % 2 == 0 { 1.0 } else { 0.3 }
        };
        let low = Wave { rate: 22_050, samples: (0..15_000).map(|n| tone(n) * gain(n)).collect() };
        let words = gated_words(&full, &low, 4);
        assert_eq!(words.len(), 4);
        for (word, bounds) in words.iter().zip(bounds.windows(2)) {
            assert!(
                word.start.abs_diff(bounds[0]) <= 441 && word.end.abs_diff(bounds[1]) <= 441,
                "{words:?}"
            );
        }
    }

    #[test]
    fn too_little_sound_is_shared_evenly() {
        let wave = || Wave { rate: 22_050, samples: vec![0.1; 1_000] };
        assert_eq!(gated_words(&wave(), &wave(), 4)[3], 750..1_000);
        assert!(gated_words(&wave(), &wave(), 0).is_empty());
    }
}
