//! [`place`]: which sounds are heard, and when.

use brainwrought_core::data::{AudioMark, MarkKind};

use super::super::loudness::silences;
use super::SAMPLE_RATE;
use super::effect::{CuedEffect, Effect, Sound};

/// Think time after a question ticks at least this often, in milliseconds.
const TICK_MS: u64 = 1_000;
/// Think time starts within this time after the question is announced, in milliseconds.
const QUESTION_MS: u64 = 15_000;

/// A sound and the frame that it is about.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Placed {
    pub(super) sound: Sound,
    pub(super) at: usize,
}

/// What is heard at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heard {
    Mark(Effect),
    /// The place of a cue in the list.
    Cue(usize),
}

/// Chooses which marks and cues are heard: never two within `gap_ms`; questions first, then what the script asks for, then
/// the rarer kind of mark.
fn heard(marks: &[AudioMark], cues: &[u64], gap_ms: u64) -> Vec<(u64, Heard)> {
    let of = |kind: MarkKind, effect: Effect| {
        let marks = marks.iter().filter(move |mark| mark.kind == kind);
        marks.map(move |mark| (mark.at_ms, Heard::Mark(effect)))
    };
    let wanted = of(MarkKind::Ding, Effect::Ding)
        .chain(cues.iter().enumerate().map(|(place, at)| (*at, Heard::Cue(place))))
        .chain(of(MarkKind::Impact, Effect::Impact))
        .chain(of(MarkKind::Whoosh, Effect::Whoosh));
    let mut chosen: Vec<(u64, Heard)> = Vec::new();
    for (at, what) in wanted {
        if chosen.iter().all(|(other, _)| other.abs_diff(at) >= gap_ms) {
            chosen.push((at, what));
        }
    }
    chosen
}

/// Tells which of the cues at these times, in milliseconds, are heard beside the marks, by their places in the list.
pub fn heard_cues(marks: &[AudioMark], cues: &[u64], gap_ms: u64) -> Vec<usize> {
    let heard = heard(marks, cues, gap_ms).into_iter();
    let mut places: Vec<usize> = heard
        .filter_map(|(_, what)| match what {
            Heard::Cue(place) => Some(place),
            Heard::Mark(_) => None,
        })
        .collect();
    places.sort_unstable();
    places
}

/// Places what is heard. Ticks fill think time.
pub(super) fn place(narration: &[f32], marks: &[AudioMark], cues: &[CuedEffect], gap_ms: u64) -> Vec<Placed> {
    let times: Vec<u64> = cues.iter().map(|cue| cue.at_ms).collect();
    let mut chosen: Vec<(u64, Sound)> = heard(marks, &times, gap_ms)
        .into_iter()
        .filter_map(|(at, what)| {
            Some((
                at,
                match what {
                    Heard::Mark(effect) => Sound::BuiltIn(effect),
                    Heard::Cue(place) => cues.get(place)?.sound.clone(),
                },
            ))
        })
        .collect();
    let questions: Vec<u64> =
        marks.iter().filter(|mark| mark.kind == MarkKind::Ding).map(|mark| mark.at_ms).collect();
    if !questions.is_empty() {
        for silence in silences(narration, SAMPLE_RATE, -60.0, 1_200) {
            let answers = |asked: &u64| (*asked..asked + QUESTION_MS).contains(&silence.start_ms);
            if questions.iter().any(answers) {
                let ticks =
                    (silence.start_ms + 300..silence.end_ms.saturating_sub(200)).step_by(TICK_MS as usize);
                chosen.extend(ticks.map(|at| (at, Sound::BuiltIn(Effect::Tick))));
            }
        }
    }
    chosen.sort_by_key(|(at, _)| *at);
    let frame = |ms: u64| (ms * u64::from(SAMPLE_RATE) / 1000) as usize;
    chosen.into_iter().map(|(at, sound)| Placed { sound, at: frame(at) }).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(at_ms: u64, kind: MarkKind) -> AudioMark {
        AudioMark { at_ms, kind }
    }

    fn cue(at_ms: u64, effect: Effect) -> CuedEffect {
        CuedEffect { at_ms, sound: Sound::BuiltIn(effect) }
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
        let effects = |cues: &[CuedEffect]| -> Vec<(Sound, usize)> {
            place(&loud, &marks, cues, 4_000).into_iter().map(|p| (p.sound, p.at / 48)).collect()
        };
        let built_in = |effect, at| (Sound::BuiltIn(effect), at);
        assert_eq!(effects(&[]), [built_in(Effect::Impact, 3_000), built_in(Effect::Whoosh, 7_100)]);
        // What the script asks for comes before what only fits.
        let cues = [cue(4_000, Effect::Scratch), cue(5_000, Effect::Pop), cue(9_000, Effect::Zap)];
        assert_eq!(effects(&cues), [built_in(Effect::Scratch, 4_000), built_in(Effect::Zap, 9_000)]);
        assert_eq!(heard_cues(&marks, &[4_000, 5_000, 9_000], 4_000), [0, 2]);
        assert!(heard_cues(&[mark(4_100, MarkKind::Ding)], &[4_000], 4_000).is_empty());
    }

    #[test]
    fn think_time_ticks() {
        let mut narration = vec![0.1; 48_000 * 8];
        narration[48_000 * 3..48_000 * 6].fill(0.0);
        let placed = place(&narration, &[mark(1_000, MarkKind::Ding)], &[], 4_000);
        let ticks = placed.iter().filter(|p| p.sound == Sound::BuiltIn(Effect::Tick)).count();
        assert_eq!(ticks, 3);
        assert!(place(&narration, &[], &[], 4_000).is_empty());
    }
}
