//! [`Effect`]: short synthesised sounds at marked moments.

use std::f32::consts::TAU;

use brainwrought_core::data::{AudioMark, MarkKind};

use super::super::loudness::silences;
use super::super::noise::Noise;
use super::SAMPLE_RATE;

/// Think time after a question ticks at least this often, in milliseconds.
const TICK_MS: u64 = 1_000;
/// Think time starts within this time after the question is announced, in milliseconds.
const QUESTION_MS: u64 = 15_000;

/// A short sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// Air that passes, for a new picture.
    Whoosh,
    /// A deep hit, after the hook.
    Impact,
    /// A small bell, for a question.
    Ding,
    /// A clock, while the viewer thinks.
    Tick,
}

/// An effect and the frame that it is centred on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) effect: Effect,
    pub(super) at: usize,
}

/// Chooses which marks are heard: never two within `gap_ms`, the rarer kind first. Ticks fill think time.
pub(super) fn place(narration: &[f32], marks: &[AudioMark], gap_ms: u64) -> Vec<Placed> {
    let mut chosen: Vec<(u64, Effect)> = Vec::new();
    for (kind, effect) in [
        (MarkKind::Ding, Effect::Ding),
        (MarkKind::Impact, Effect::Impact),
        (MarkKind::Whoosh, Effect::Whoosh),
    ] {
        for mark in marks.iter().filter(|mark| mark.kind == kind) {
            if chosen.iter().all(|(at, _)| at.abs_diff(mark.at_ms) >= gap_ms) {
                chosen.push((mark.at_ms, effect));
            }
        }
    }
    let questions: Vec<u64> =
        marks.iter().filter(|mark| mark.kind == MarkKind::Ding).map(|mark| mark.at_ms).collect();
    if !questions.is_empty() {
        for silence in silences(narration, SAMPLE_RATE, -60.0, 1_200) {
            let answers = |asked: &u64| (*asked..asked + QUESTION_MS).contains(&silence.start_ms);
            if questions.iter().any(answers) {
                let ticks =
                    (silence.start_ms + 300..silence.end_ms.saturating_sub(200)).step_by(TICK_MS as usize);
                chosen.extend(ticks.map(|at| (at, Effect::Tick)));
            }
        }
    }
    chosen.sort_by_key(|(at, _)| *at);
    let frame = |ms: u64| (ms * u64::from(SAMPLE_RATE) / 1000) as usize;
    chosen.into_iter().map(|(at, effect)| Placed { effect, at: frame(at) }).collect()
}

/// The level of a voice while it speaks: the RMS of those 50 ms that are within 25 dB of the loudest.
pub(super) fn level(narration: &[f32]) -> f32 {
    let powers: Vec<f32> = narration
        .chunks(SAMPLE_RATE as usize / 20)
        .map(|window| window.iter().map(|x| x * x).sum::<f32>() / window.len() as f32)
        .collect();
    let loudest = powers.iter().copied().fold(0.0, f32::max);
    if loudest <= 1e-9 {
        return 0.1;
    }
    let active: Vec<f32> = powers.into_iter().filter(|power| *power > loudest * 0.003).collect();
    (active.iter().sum::<f32>() / active.len() as f32).sqrt()
}

impl Effect {
    /// How much quieter than the others it should be, in decibels.
    pub(super) fn softer_db(self) -> f32 {
        match self {
            Self::Tick => 6.0,
            Self::Whoosh => 2.0,
            Self::Impact | Self::Ding => 0.0,
        }
    }

    /// Adds it to interleaved stereo around frame `at`, so that its loudest 50 ms have the RMS `level`.
    pub(super) fn add(self, programme: &mut [f32], at: usize, level: f32, seed: u64) {
        let sound = self.render(&mut Noise::new(seed ^ at as u64));
        let window = SAMPLE_RATE as usize / 20;
        let loudest = sound
            .chunks(window)
            .map(|part| part.iter().map(|[l, r]| l * l + r * r).sum::<f32>() / (2 * window) as f32)
            .fold(0.0, f32::max)
            .sqrt();
        let gain = level / loudest.max(1e-6);
        let start = at.saturating_sub(self.lead());
        for (frame, sample) in programme.chunks_exact_mut(2).skip(start).zip(&sound) {
            frame[0] += sample[0] * gain;
            frame[1] += sample[1] * gain;
        }
    }

    /// Frames from its start to the moment that it is about.
    fn lead(self) -> usize {
        if self == Self::Whoosh { SAMPLE_RATE as usize * 22 / 100 } else { 0 }
    }

    fn render(self, noise: &mut Noise) -> Vec<[f32; 2]> {
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
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(at_ms: u64, kind: MarkKind) -> AudioMark {
        AudioMark { at_ms, kind }
    }

    #[test]
    fn effects_keep_their_distance_and_the_rarer_kind_wins() {
        let marks = [
            mark(0, MarkKind::Scene),
            mark(2_000, MarkKind::Whoosh),
            mark(3_000, MarkKind::Impact),
            mark(6_900, MarkKind::Whoosh),
            mark(7_100, MarkKind::Whoosh),
        ];
        let loud = vec![0.1; 48_000 * 10];
        let placed: Vec<_> = place(&loud, &marks, 4_000).iter().map(|p| (p.effect, p.at / 48)).collect();
        assert_eq!(placed, [(Effect::Impact, 3_000), (Effect::Whoosh, 7_100)]);
    }

    #[test]
    fn think_time_ticks() {
        let mut narration = vec![0.1; 48_000 * 8];
        narration[48_000 * 3..48_000 * 6].fill(0.0);
        let placed = place(&narration, &[mark(1_000, MarkKind::Ding)], 4_000);
        let ticks = placed.iter().filter(|p| p.effect == Effect::Tick).count();
        assert_eq!(ticks, 3);
        assert!(place(&narration, &[], 4_000).is_empty());
    }

    #[test]
    fn an_effect_has_the_level_it_should_and_stays_inside() {
        for effect in [Effect::Whoosh, Effect::Impact, Effect::Ding, Effect::Tick] {
            let mut programme = vec![0.0; 2 * 48_000];
            effect.add(&mut programme, 20_000, 0.05, 1);
            let left: Vec<f32> = programme.iter().step_by(2).copied().collect();
            let peak = left.iter().map(|x| x.abs()).fold(0.0, f32::max);
            assert!((0.03..0.4).contains(&peak), "{effect:?} {peak}");
            effect.add(&mut programme, 47_990, 0.05, 1);
        }
    }
}
