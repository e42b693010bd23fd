//! [`SoundMeter`]: loudness of the finished sound, and whether it is where the narration is.

use ebur128::{EbuR128, Mode};

use crate::media::SAMPLE_RATE;

/// Samples that become one where sounds are compared: 2,000 a second are enough to tell half a millisecond.
const COARSE: usize = 24;
const COARSE_RATE: usize = SAMPLE_RATE as usize / COARSE;
/// The places where sounds are compared.
const PLACES: usize = 7;
/// The length of each, in coarse samples: 3 s.
const WINDOW: usize = 3 * COARSE_RATE;
/// How far apart two sounds are looked for: 250 ms.
const REACH: usize = COARSE_RATE / 4;
/// Sounds with a correlation of at least this are the same sound with music and effects around it.
const ALIKE: f32 = 0.4;
/// A window is speech when its mean power is at least this (-40 dBFS).
const SPEECH_POWER: f32 = 1e-4;

/// Listens to the decoded sound.
pub(super) struct SoundMeter {
    meter: Option<EbuR128>,
    coarse: Coarse,
}

impl SoundMeter {
    pub(super) fn new() -> Self {
        let meter = EbuR128::new(2, SAMPLE_RATE, Mode::I | Mode::TRUE_PEAK).ok();
        Self { meter, coarse: Coarse::default() }
    }

    /// Takes interleaved stereo.
    pub(super) fn sound(&mut self, stereo: &[f32]) {
        if let Some(meter) = &mut self.meter
            && meter.add_frames_f32(stereo).is_err()
        {
            self.meter = None;
        }
        stereo.chunks_exact(2).for_each(|pair| self.coarse.push(pair.iter().sum::<f32>() / 2.0));
    }

    /// The integrated loudness in LUFS; minus infinity for silence.
    pub(super) fn loudness(&self) -> f64 {
        self.meter.as_ref().and_then(|meter| meter.loudness_global().ok()).unwrap_or(f64::NEG_INFINITY)
    }

    /// The highest true peak in dBTP; minus infinity for silence.
    pub(super) fn true_peak(&self) -> f64 {
        let peaks = (0..2).filter_map(|channel| self.meter.as_ref()?.true_peak(channel).ok());
        20.0 * peaks.fold(0.0, f64::max).log10()
    }

    /// Compares with the narration at several places.
    pub(super) fn alignment(&self, narration: &[f32]) -> Alignment {
        let mut coarse = Coarse::default();
        narration.iter().for_each(|sample| coarse.push(*sample));
        let (said, heard) = (&coarse.samples, &self.coarse.samples);
        let window = WINDOW.min(said.len());
        let room = said.len() - window;
        let mut alignment = Alignment::default();
        for place in 0..PLACES {
            let start = room * place / (PLACES - 1).max(1);
            let part = said.get(start..start + window).unwrap_or_default();
            if power(part) < SPEECH_POWER {
                continue;
            }
            alignment.places += 1;
            if let Some(lag) = lag(part, heard, start) {
                alignment.lags_ms.push(lag as f64 * 1000.0 / COARSE_RATE as f64);
            }
        }
        alignment
    }
}

/// How two sounds lie to each other.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Alignment {
    /// The places where they were compared.
    pub(super) places: usize,
    /// How much later the narration is heard than it should be, in milliseconds, where it was found.
    pub(super) lags_ms: Vec<f64>,
}

impl Alignment {
    /// True when the narration was heard wherever it was looked for, and it was looked for somewhere.
    pub(super) fn is_found(&self) -> bool {
        self.places > 0 && self.lags_ms.len() == self.places
    }

    /// The lag in the middle of all, in milliseconds.
    pub(super) fn median_ms(&self) -> f64 {
        let mut lags = self.lags_ms.clone();
        lags.sort_by(f64::total_cmp);
        lags.get(lags.len() / 2).copied().unwrap_or(0.0)
    }
}

/// Sound at a rate low enough to compare quickly.
#[derive(Debug, Default)]
struct Coarse {
    samples: Vec<f32>,
    sum: f32,
    count: usize,
}

impl Coarse {
    fn push(&mut self, sample: f32) {
        self.sum += sample;
        self.count += 1;
        if self.count == COARSE {
            self.samples.push(self.sum / COARSE as f32);
            (self.sum, self.count) = (0.0, 0);
        }
    }
}

fn power(samples: &[f32]) -> f32 {
    samples.iter().map(|x| x * x).sum::<f32>() / samples.len().max(1) as f32
}

/// Finds how many samples after `start` a part is in `whole`.
fn lag(part: &[f32], whole: &[f32], start: usize) -> Option<i64> {
    let own = power(part).sqrt();
    let from = start.saturating_sub(REACH);
    let heard = whole.get(from..(start + part.len() + REACH).min(whole.len()))?;
    // Sums of squares up to each sample, so that the power of any stretch is one subtraction.
    let sums: Vec<f32> = std::iter::once(0.0)
        .chain(heard.iter().scan(0.0, |sum: &mut f32, x| {
            *sum += x * x;
            Some(*sum)
        }))
        .collect();
    let count = part.len() as f32;
    let mut best = (ALIKE, None);
    for (at, other) in heard.windows(part.len().max(1)).enumerate() {
        let power = (sums.get(at + part.len())? - sums.get(at)?) / count;
        let scale = own * power.max(0.0).sqrt();
        let likeness = product(part, other) / count / scale;
        if scale > 1e-6 && likeness > best.0 {
            best = (likeness, Some((from + at) as i64 - start as i64));
        }
    }
    best.1
}

/// The scalar product, summed in lanes so that it can be computed side by side.
fn product(one: &[f32], other: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; 8];
    for (a, b) in one.chunks_exact(8).zip(other.chunks_exact(8)) {
        for (lane, (a, b)) in lanes.iter_mut().zip(a.iter().zip(b)) {
            *lane += a * b;
        }
    }
    lanes.iter().sum()
}

#[cfg(test)]
mod tests {
    use brainwrought_core::split_mix::SplitMix64;

    use super::*;

    fn noise(count: usize) -> Vec<f32> {
        let mut numbers = SplitMix64::new(7);
        let mut smooth = 0.0_f32;
        (0..count)
            .map(|_| {
                smooth = smooth * 0.95 + ((numbers.bits() >> 40) as f32 / 8_388_608.0 - 1.0) * 0.4;
                smooth
            })
            .collect()
    }

    #[test]
    fn a_late_sound_is_measured() {
        let narration = noise(48_000 * 6);
        let mut meter = SoundMeter::new();
        let late: Vec<f32> =
            std::iter::repeat_n(0.0, 48 * 60).chain(narration.iter().copied()).flat_map(|x| [x, x]).collect();
        meter.sound(&late);
        let alignment = meter.alignment(&narration);
        assert!(alignment.median_ms() > 59.0 && alignment.median_ms() < 61.0, "{alignment:?}");
    }

    #[test]
    fn another_sound_is_not_found() {
        let narration = noise(48_000 * 6);
        let mut meter = SoundMeter::new();
        let other: Vec<f32> = (0..48_000 * 6).flat_map(|n| [(n as f32 * 0.03).sin() * 0.3; 2]).collect();
        meter.sound(&other);
        assert!(!meter.alignment(&narration).is_found());
        assert!(!SoundMeter::new().alignment(&narration).is_found());
    }
}
