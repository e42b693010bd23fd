//! [`Loudness`]: how loud a mix is, and where it is silent.

use ebur128::{EbuR128, Mode};

/// What a meter after EBU R 128 reads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Loudness {
    /// Integrated loudness in LUFS; minus infinity for silence.
    pub integrated_lufs: f64,
    /// The highest true peak of any channel in dBTP; minus infinity for silence.
    pub true_peak_dbtp: f64,
}

/// Measures interleaved samples after EBU R 128.
///
/// A rate or number of channels that the meter does not know (no channel, under 16 Hz) reads as silence.
pub fn measure(samples: &[f32], channels: u32, rate: u32) -> Loudness {
    let silent = Loudness { integrated_lufs: f64::NEG_INFINITY, true_peak_dbtp: f64::NEG_INFINITY };
    let Ok(mut meter) = EbuR128::new(channels, rate, Mode::I | Mode::TRUE_PEAK) else { return silent };
    let whole = samples.len() - samples.len() % channels.max(1) as usize;
    if meter.add_frames_f32(&samples[..whole]).is_err() {
        return silent;
    }
    let peaks = (0..channels).filter_map(|channel| meter.true_peak(channel).ok());
    let peak = peaks.fold(0.0_f64, f64::max);
    Loudness {
        integrated_lufs: meter.loudness_global().unwrap_or(f64::NEG_INFINITY),
        true_peak_dbtp: 20.0 * peak.log10(),
    }
}

/// A stretch without sound, in milliseconds from the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Silence {
    /// When it starts.
    pub start_ms: u64,
    /// When it ends.
    pub end_ms: u64,
}

impl Silence {
    /// Its length in milliseconds.
    pub fn duration_ms(self) -> u64 {
        self.end_ms - self.start_ms
    }
}

/// Lists the stretches of at least `least_ms` in which no 10 ms of `mono` reach `threshold_db` (RMS, in dBFS).
pub fn silences(mono: &[f32], rate: u32, threshold_db: f32, least_ms: u64) -> Vec<Silence> {
    let step = (rate / 100).max(1) as usize;
    let threshold = 10.0_f32.powf(threshold_db / 10.0);
    let mut silences = Vec::new();
    let mut open: Option<u64> = None;
    let mut at = 0;
    for window in mono.chunks(step) {
        let power = window.iter().map(|x| x * x).sum::<f32>() / window.len() as f32;
        if power < threshold {
            open = open.or(Some(at));
        } else if let Some(start_ms) = open.take() {
            silences.push(Silence { start_ms, end_ms: at });
        }
        at += 10;
    }
    silences.extend(open.map(|start_ms| Silence { start_ms, end_ms: at }));
    silences.retain(|silence| silence.duration_ms() >= least_ms);
    silences
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;

    #[test]
    fn a_full_scale_tone_on_one_channel_reads_as_the_standard_says() {
        // EBU Tech 3341: a 997 Hz sine at 0 dBFS on one channel is -3.01 LUFS.
        let tone: Vec<f32> =
            (0..48_000 * 3).flat_map(|n| [(TAU * 997.0 * n as f32 / 48_000.0).sin(), 0.0]).collect();
        let loudness = measure(&tone, 2, 48_000);
        assert!((loudness.integrated_lufs + 3.01).abs() < 0.1, "{loudness:?}");
        assert!(loudness.true_peak_dbtp.abs() < 0.2, "{loudness:?}");
    }

    #[test]
    fn silence_and_nonsense_read_as_silence() {
        assert_eq!(measure(&[0.0; 96_000], 2, 48_000).integrated_lufs, f64::NEG_INFINITY);
        assert_eq!(measure(&[0.5; 10], 0, 48_000).true_peak_dbtp, f64::NEG_INFINITY);
    }

    #[test]
    fn silences_are_found_where_they_are() {
        let mut sound = vec![0.2_f32; 48_000];
        sound[9_600..33_600].fill(0.0);
        let expected = Silence { start_ms: 200, end_ms: 700 };
        assert_eq!(silences(&sound, 48_000, -50.0, 300), [expected]);
        assert!(silences(&sound, 48_000, -50.0, 600).is_empty());
        assert!(silences(&[], 48_000, -50.0, 1).is_empty());
    }
}
