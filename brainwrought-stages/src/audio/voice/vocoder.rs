//! [`Spectrum`]: what the acoustic model predicts for each frame, and how it becomes a waveform.
//!
//! Every 12.5 ms frame is the sum of three parts: a pulse train at the pitch, shaped by magnitude and phase; noise,
//! shaped by magnitude; and a part with free phase. One inverse short-time Fourier transform adds the frames up.

use std::f32::consts::{PI, TAU};
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::super::noise::Noise;

/// Samples per second of the voice.
pub(super) const SAMPLE_RATE: u32 = 24_000;
/// Samples from one frame to the next.
pub(super) const HOP: usize = 300;
/// Samples of one transform.
const WINDOW: usize = 1_200;
/// Frequencies of one frame.
pub(super) const BINS: usize = WINDOW / 2 + 1;
/// Below this pitch in hertz a frame counts as unvoiced.
pub(super) const MIN_PITCH: f32 = 40.0;
/// Harmonics of the pulse train stop here, in hertz.
const MAX_HARMONIC: f32 = 11_000.0;
/// Magnitudes are predicted as logarithms; what exceeds this is an error of the model.
const MAX_LOG: f32 = 7.0;

/// What the acoustic model predicts: `[BINS, frames]` each, bin by bin, and the pitch per frame.
#[derive(Debug)]
pub(super) struct Spectrum<'a> {
    pub(super) harmonic_log: &'a [f32],
    pub(super) harmonic_phase: &'a [f32],
    pub(super) noise_log: &'a [f32],
    pub(super) free_log: &'a [f32],
    pub(super) free_phase: &'a [f32],
    pub(super) pitch: &'a [f32],
}

/// The transforms, planned once.
pub(super) struct Vocoder {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    window: Vec<f32>,
}

impl std::fmt::Debug for Vocoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vocoder").finish_non_exhaustive()
    }
}

impl Vocoder {
    pub(super) fn new() -> Self {
        let mut planner = RealFftPlanner::new();
        let window = (0..WINDOW).map(|n| 0.5 - 0.5 * (TAU * n as f32 / WINDOW as f32).cos()).collect();
        Self { forward: planner.plan_fft_forward(WINDOW), inverse: planner.plan_fft_inverse(WINDOW), window }
    }

    /// Makes the waveform: [`HOP`] samples a frame. `None` when the parts do not have the same number of frames.
    pub(super) fn synthesise(&self, spectrum: &Spectrum<'_>, noise: &mut Noise) -> Option<Vec<f32>> {
        let frames = spectrum.pitch.len();
        let parts = [
            spectrum.harmonic_log,
            spectrum.harmonic_phase,
            spectrum.noise_log,
            spectrum.free_log,
            spectrum.free_phase,
        ];
        if frames == 0 || parts.iter().any(|part| part.len() != BINS * frames) {
            return None;
        }
        let pulses = pulse_train(spectrum.pitch);
        let half = WINDOW / 2;
        let mut sum = vec![0.0_f32; frames * HOP + WINDOW];
        let mut weight = vec![0.0_f32; sum.len()];
        let mut time = self.forward.make_input_vec();
        let mut bins = self.forward.make_output_vec();
        let mut forward_scratch = self.forward.make_scratch_vec();
        let mut inverse_scratch = self.inverse.make_scratch_vec();
        // A cosine of amplitude 1 peaks at a quarter of the window in the transform, so the predicted magnitude is
        // the harmonic's own.
        let source_gain = 4.0 / WINDOW as f32;
        for frame in 0..frames {
            for (n, (sample, window)) in time.iter_mut().zip(&self.window).enumerate() {
                let at = reflect((frame * HOP + n) as isize - half as isize, pulses.len());
                *sample = pulses[at] * window * source_gain;
            }
            self.forward.process_with_scratch(&mut time, &mut bins, &mut forward_scratch).ok()?;
            for (bin, value) in bins.iter_mut().enumerate() {
                let at = bin * frames + frame;
                let turn = PI * spectrum.harmonic_phase[at].tanh();
                let voiced = *value * Complex::from_polar(magnitude(spectrum.harmonic_log[at]), turn);
                let (re, im) = noise.gaussian_pair();
                let breath = Complex::new(re, im) * magnitude(spectrum.noise_log[at]);
                let free = Complex::from_polar(magnitude(spectrum.free_log[at]), spectrum.free_phase[at]);
                *value = voiced + breath + free;
            }
            // A real signal has real ends.
            bins[0].im = 0.0;
            bins[BINS - 1].im = 0.0;
            self.inverse.process_with_scratch(&mut bins, &mut time, &mut inverse_scratch).ok()?;
            let start = frame * HOP;
            for (n, (sample, window)) in time.iter().zip(&self.window).enumerate() {
                sum[start + n] += sample * window / WINDOW as f32;
                weight[start + n] += window * window;
            }
        }
        Some((half..half + frames * HOP).map(|n| sum[n] / weight[n].max(1e-11)).collect())
    }
}

fn magnitude(log: f32) -> f32 {
    log.min(MAX_LOG).exp()
}

/// Mirrors an index at both ends without repeating the end itself.
fn reflect(index: isize, length: usize) -> usize {
    let last = length as isize - 1;
    if last <= 0 {
        return 0;
    }
    let folded = index.rem_euclid(2 * last);
    (if folded > last { 2 * last - folded } else { folded }) as usize
}

/// All harmonics of the pitch at equal amplitude: `sum cos(h t) = sin((H + 1/2) t) / (2 sin(t / 2)) - 1/2`.
fn pulse_train(pitch: &[f32]) -> Vec<f32> {
    let at = |frame: isize| pitch[frame.clamp(0, pitch.len() as isize - 1) as usize];
    let mut phase = 0.0_f64;
    let mut pulses = Vec::with_capacity(pitch.len() * HOP);
    for frame in 0..pitch.len() as isize {
        for n in 0..HOP {
            // Frames are known at their middle; samples between two middles are interpolated.
            let place = (n as f32 + 0.5) / HOP as f32 - 0.5;
            let hertz = if place < 0.0 {
                at(frame - 1) * -place + at(frame) * (1.0 + place)
            } else {
                at(frame) * (1.0 - place) + at(frame + 1) * place
            };
            let voiced = hertz > MIN_PITCH;
            let hertz = hertz.max(MIN_PITCH);
            phase = (phase + f64::from(hertz) / f64::from(SAMPLE_RATE)).fract();
            let angle = (phase * std::f64::consts::TAU) as f32;
            let harmonics = (MAX_HARMONIC / hertz).floor() + 0.5;
            let below = 2.0 * (angle * 0.5).sin();
            let pulse = if below.abs() <= 2e-3 { harmonics } else { (harmonics * angle).sin() / below };
            pulses.push(if voiced { pulse - 0.5 } else { 0.0 });
        }
    }
    pulses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unshaped_pulse_train_comes_back_with_its_own_period() {
        let frames = 40;
        let pitch = vec![200.0; frames];
        let quiet = vec![-30.0; BINS * frames];
        let flat = vec![0.0; BINS * frames];
        let spectrum = Spectrum {
            harmonic_log: &flat,
            harmonic_phase: &flat,
            noise_log: &quiet,
            free_log: &quiet,
            free_phase: &flat,
            pitch: &pitch,
        };
        let wave = Vocoder::new().synthesise(&spectrum, &mut Noise::new(1)).unwrap();
        assert_eq!(wave.len(), frames * HOP);
        let middle = &wave[3_000..9_000];
        let similarity = |lag: usize| -> f32 { middle.iter().zip(&middle[lag..]).map(|(a, b)| a * b).sum() };
        assert!(similarity(120) > 10.0 * similarity(60).abs(), "a 200 Hz train repeats every 120 samples");
    }

    #[test]
    fn parts_of_unequal_length_are_refused() {
        let spectrum = Spectrum {
            harmonic_log: &[0.0],
            harmonic_phase: &[],
            noise_log: &[],
            free_log: &[],
            free_phase: &[],
            pitch: &[100.0],
        };
        assert!(Vocoder::new().synthesise(&spectrum, &mut Noise::new(1)).is_none());
    }
}
