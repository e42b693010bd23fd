//! [`resample`]: the same sound at another sample rate.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler};

/// Frames that are transformed at a time.
const CHUNK: usize = 1_024;

/// Why sound could not be brought to another sample rate.
#[derive(Debug, thiserror::Error)]
#[error("sound at {from} Hz could not be brought to {to} Hz")]
pub(crate) struct ResampleError {
    from: u32,
    to: u32,
    #[source]
    source: Box<dyn std::error::Error + Send + Sync>,
}

/// Brings interleaved samples from one rate to another; the length changes by the same ratio.
///
/// # Errors
///
/// Fails when a rate or the number of channels is 0.
pub(crate) fn resample(
    samples: &[f32],
    channels: usize,
    from: u32,
    to: u32,
) -> Result<Vec<f32>, ResampleError> {
    if from == to || samples.is_empty() {
        return Ok(samples.to_vec());
    }
    let failed = |source: Box<dyn std::error::Error + Send + Sync>| ResampleError { from, to, source };
    let mut resampler = Fft::<f32>::new(from as usize, to as usize, CHUNK, channels, FixedSync::Input)
        .map_err(|e| failed(e.into()))?;
    let frames = samples.len() / channels;
    let input = InterleavedSlice::new(samples, channels, frames).map_err(|e| failed(e.into()))?;
    let output = resampler.process_all(&input, frames, None).map_err(|e| failed(e.into()))?;
    Ok(output.take_data())
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;

    #[test]
    fn a_tone_keeps_its_pitch_place_and_level() {
        let tone = |rate: f32, n: usize| (TAU * 440.0 * n as f32 / rate).sin() * 0.5;
        let low: Vec<f32> = (0..24_000).map(|n| tone(24_000.0, n)).collect();
        let high = resample(&low, 1, 24_000, 48_000).unwrap();
        assert_eq!(high.len(), 48_000);
        let worst = (4_000..44_000).map(|n| (high[n] - tone(48_000.0, n)).abs()).fold(0.0_f32, f32::max);
        assert!(worst < 0.01, "{worst}");
    }

    #[test]
    fn nothing_stays_nothing() {
        assert!(resample(&[], 1, 24_000, 48_000).unwrap().is_empty());
    }
}
