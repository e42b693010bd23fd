//! [`cepstra`]: the colour of a voice every 10 ms, as speech recognisers have long seen it.
//!
//! Mel-frequency cepstral coefficients (Davis and Mermelstein 1980) with their slopes, each brought to mean 0 and variance
//! 1 over the line, so that another voice and another microphone look alike.

use std::f32::consts::{PI, TAU};

use realfft::RealFftPlanner;

/// Samples per second of what is looked at.
pub(super) const RATE: u32 = 16_000;
/// Samples from one frame to the next: 10 ms.
pub(super) const HOP: usize = 160;
/// Samples of one frame: 25 ms.
const WINDOW: usize = 400;
/// Samples of one transform.
const TRANSFORM: usize = 512;
/// Bands on the mel scale.
const BANDS: usize = 26;
/// The lowest and the highest frequency that is looked at, in hertz.
const RANGE: [f32; 2] = [80.0, 7_200.0];
/// Coefficients of a frame, the level among them.
const COEFFICIENTS: usize = 13;
/// Frames to either side that a slope is taken over.
const SLOPE: usize = 2;

/// Coefficients and their slopes.
pub(super) type Frame = [f32; 2 * COEFFICIENTS];

/// Looks at `samples` at [`RATE`], frame by frame; empty for less than a frame.
pub(super) fn cepstra(samples: &[f32]) -> Vec<Frame> {
    let count = samples.len().div_ceil(HOP);
    if samples.len() < WINDOW {
        return Vec::new();
    }
    let transform = RealFftPlanner::<f32>::new().plan_fft_forward(TRANSFORM);
    let window: Vec<f32> =
        (0..WINDOW).map(|n| 0.54 - 0.46 * (TAU * n as f32 / (WINDOW - 1) as f32).cos()).collect();
    let filters = mel_filters();
    let mut input = transform.make_input_vec();
    let mut output = transform.make_output_vec();
    let mut scratch = transform.make_scratch_vec();
    let mut frames: Vec<Frame> = Vec::with_capacity(count);
    for frame in 0..count {
        input.fill(0.0);
        // A frame stands for the moment in its middle.
        let start = (frame * HOP) as isize - (WINDOW / 2) as isize;
        let at = |place: isize| usize::try_from(place).ok().and_then(|at| samples.get(at)).copied();
        for (n, (slot, gain)) in input.iter_mut().zip(&window).enumerate() {
            let place = start + n as isize;
            // High frequencies are weak in speech and tell consonants apart.
            *slot = (at(place).unwrap_or(0.0) - 0.97 * at(place - 1).unwrap_or(0.0)) * gain;
        }
        if transform.process_with_scratch(&mut input, &mut output, &mut scratch).is_err() {
            return Vec::new();
        }
        let power: Vec<f32> = output.iter().map(|value| value.norm_sqr()).collect();
        let bands: Vec<f32> = filters
            .iter()
            .map(|filter| {
                let sum: f32 =
                    filter.iter().map(|(bin, weight)| power.get(*bin).unwrap_or(&0.0) * weight).sum();
                (sum + 1e-7).ln()
            })
            .collect();
        let mut values = [0.0; 2 * COEFFICIENTS];
        for (order, value) in values.iter_mut().take(COEFFICIENTS).enumerate() {
            let turn = PI * order as f32 / BANDS as f32;
            *value = bands.iter().enumerate().map(|(n, band)| band * (turn * (n as f32 + 0.5)).cos()).sum();
        }
        frames.push(values);
    }
    add_slopes(&mut frames);
    normalise(&mut frames);
    frames
}

/// Triangles of equal width on the mel scale: bins with their weights.
fn mel_filters() -> Vec<Vec<(usize, f32)>> {
    let mel = |hertz: f32| 2595.0 * (1.0 + hertz / 700.0).log10();
    let hertz = |mel: f32| 700.0 * (10.0_f32.powf(mel / 2595.0) - 1.0);
    let [low, high] = RANGE.map(mel);
    let bin_width = RATE as f32 / TRANSFORM as f32;
    let edge = |n: usize| hertz(low + (high - low) * n as f32 / (BANDS + 1) as f32);
    (0..BANDS)
        .map(|band| {
            let (left, middle, right) = (edge(band), edge(band + 1), edge(band + 2));
            (0..=TRANSFORM / 2)
                .filter_map(|bin| {
                    let at = bin as f32 * bin_width;
                    let weight = ((at - left) / (middle - left)).min((right - at) / (right - middle));
                    (weight > 0.0).then_some((bin, weight))
                })
                .collect()
        })
        .collect()
}

fn add_slopes(frames: &mut [Frame]) {
    let last = frames.len().saturating_sub(1);
    // The slope of the line that fits best through the neighbours.
    let weight: f32 = (1..=SLOPE).map(|step| 2.0 * (step * step) as f32).sum();
    for at in 0..frames.len() {
        for order in 0..COEFFICIENTS {
            let rise =
                |step: usize| frames[(at + step).min(last)][order] - frames[at.saturating_sub(step)][order];
            let slope = (1..=SLOPE).map(|step| step as f32 * rise(step)).sum::<f32>() / weight;
            frames[at][COEFFICIENTS + order] = slope;
        }
    }
}

fn normalise(frames: &mut [Frame]) {
    let count = frames.len().max(1) as f32;
    for order in 0..2 * COEFFICIENTS {
        let mean = frames.iter().map(|frame| frame[order]).sum::<f32>() / count;
        let variance = frames.iter().map(|frame| (frame[order] - mean).powi(2)).sum::<f32>() / count;
        let scale = 1.0 / variance.sqrt().max(1e-3);
        frames.iter_mut().for_each(|frame| frame[order] = (frame[order] - mean) * scale);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_coefficient_has_mean_zero_and_variance_one() {
        let samples: Vec<f32> =
            (0..16_000).map(|n| (n as f32 * 0.02 * (1.0 + n as f32 / 8_000.0)).sin() * 0.3).collect();
        let frames = cepstra(&samples);
        assert_eq!(frames.len(), 100);
        for order in 0..2 * COEFFICIENTS {
            let mean = frames.iter().map(|frame| frame[order]).sum::<f32>() / 100.0;
            let variance = frames.iter().map(|frame| frame[order].powi(2)).sum::<f32>() / 100.0;
            assert!(mean.abs() < 1e-3 && (variance - 1.0).abs() < 1e-2, "{order}: {mean} {variance}");
        }
    }

    #[test]
    fn the_bands_cover_the_range_without_holes() {
        let filters = mel_filters();
        assert!(filters.iter().all(|filter| !filter.is_empty()));
        for bin in 6..200 {
            let weight: f32 = filters.iter().flatten().filter(|(at, _)| *at == bin).map(|(_, w)| w).sum();
            assert!(weight > 0.9, "{bin}: {weight}");
        }
    }
}
