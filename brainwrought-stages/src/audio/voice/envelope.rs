//! [`Envelope`]: how loud a voice is over time, to find where sound starts and stops.

use std::ops::Range;

/// Steps a second.
const RATE: u32 = 200;
/// Sound within this many decibels of the voice's own level counts as heard.
const HEARD_DB: f32 = 34.0;

/// The level of a voice in decibels, every 5 ms.
#[derive(Debug)]
pub(in crate::audio) struct Envelope {
    decibels: Vec<f32>,
    step: usize,
    threshold: f32,
}

impl Envelope {
    /// Measures `samples`.
    pub(in crate::audio) fn from_samples(samples: &[f32], sample_rate: u32) -> Self {
        let step = (sample_rate / RATE).max(1) as usize;
        let decibels: Vec<f32> = (0..samples.len().div_ceil(step))
            .map(|at| {
                let window = &samples[at * step..((at + 2) * step).min(samples.len())];
                let power = window.iter().map(|x| x * x).sum::<f32>() / window.len().max(1) as f32;
                10.0 * (power + 1e-10).log10()
            })
            .collect();
        let mut sorted = decibels.clone();
        sorted.sort_by(f32::total_cmp);
        let loud = sorted.get(sorted.len() * 19 / 20).copied().unwrap_or(-100.0);
        Self { decibels, step, threshold: loud - HEARD_DB }
    }

    /// The samples from the first to the last heard one inside `range`; empty at its start when nothing is heard.
    pub(in crate::audio) fn heard(&self, range: Range<usize>) -> Range<usize> {
        let first = range.start / self.step;
        let last = range.end.div_ceil(self.step).min(self.decibels.len());
        let steps = self.decibels.get(first..last).unwrap_or_default();
        let Some(from) = steps.iter().position(|level| *level >= self.threshold) else {
            return range.start..range.start;
        };
        let to = steps.iter().rposition(|level| *level >= self.threshold).unwrap_or(from);
        ((first + from) * self.step).max(range.start)..((first + to + 1) * self.step).min(range.end)
    }

    /// The moment where the sound after the pause in `range` began: the end of its longest stretch of quiet, for the closure
    /// of a `t` is quiet too and no pause.
    ///
    /// `None` when there is no pause in it, or nothing behind the pause.
    pub(in crate::audio) fn onset(&self, range: Range<usize>) -> Option<usize> {
        let first = range.start / self.step;
        let last = range.end.div_ceil(self.step).min(self.decibels.len());
        let steps = self.decibels.get(first..last)?;
        let (mut longest, mut run) = ((0, 0), 0);
        for (at, level) in steps.iter().enumerate() {
            run = if *level < self.threshold { run + 1 } else { 0 };
            if run > 0 && run >= longest.0 {
                longest = (run, at + 1);
            }
        }
        let (quiet, end) = longest;
        (quiet > 0 && end < steps.len()).then_some((first + end) * self.step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn burst() -> Vec<f32> {
        (0..24_000)
            .map(|n| if (4_800..9_600).contains(&n) { (n as f32 * 0.1).sin() * 0.5 } else { 0.0 })
            .collect()
    }

    #[test]
    fn a_burst_is_heard_where_it_is() {
        let envelope = Envelope::from_samples(&burst(), 24_000);
        let heard = envelope.heard(0..24_000);
        assert!(heard.start.abs_diff(4_800) <= 240 && heard.end.abs_diff(9_600) <= 240, "{heard:?}");
        assert!(envelope.onset(2_400..7_200).unwrap().abs_diff(4_800) <= 240);
    }

    #[test]
    fn a_closure_is_no_pause() {
        let mut samples = burst();
        samples[5_760..6_480].fill(0.0);
        let onset = Envelope::from_samples(&samples, 24_000).onset(2_400..7_200).unwrap();
        assert!(onset.abs_diff(4_800) <= 240, "{onset}");
    }

    #[test]
    fn silence_is_not_heard() {
        let envelope = Envelope::from_samples(&burst(), 24_000);
        assert!(envelope.heard(12_000..20_000).is_empty());
        assert_eq!(envelope.onset(6_000..9_000), None);
    }
}
