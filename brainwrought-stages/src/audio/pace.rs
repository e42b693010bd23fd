//! The pace of a narration: how much faster or slower it should be to meet its plan, and the same speech at that pace.

use brainwrought_core::data::Segment;

use super::narration::{Narration, Pauses, SAMPLE_RATE};
use super::resample::{ResampleError, resample};
use super::stretch::{stretch, stretched};
use super::voice::{Speech, SpokenWord};

/// What a narration is slowed down to when it is faster, in words a minute.
pub(super) const COMFORTABLE_PACE: f32 = 188.0;
/// What it is slowed down to where the comfortable pace would break the plan, in words a minute.
const HURRIED_PACE: f32 = 196.0;
/// A segment that is longer than planned by more than this share breaks the plan.
const LATE: f32 = 0.04;

/// How much faster the lines should be spoken to meet the plan, if that is worth it.
///
/// No estimate from letters is exact, and a gate holds the length of the whole; a voice that is a few percent slower
/// or faster is not noticed. A pace that is hard to follow is slowed down even where that breaks the plan.
pub(super) fn correction(segment: &Segment, narration: &Narration, speeches: &[Speech]) -> Option<f32> {
    let length = narration.samples.len() as f32 * 1000.0 / SAMPLE_RATE as f32;
    let spoken: usize = speeches.iter().map(|speech| speech.samples.len()).sum();
    let spoken = spoken as f32 * 1000.0 / SAMPLE_RATE as f32;
    let mut factor = 1.0;
    if segment.planned_ms > 0 && spoken > 0.0 {
        // Only speech gives way, pauses do not.
        let wanted = (spoken + segment.planned_ms as f32 - length).max(spoken * 0.5);
        factor = (spoken / wanted).clamp(0.85, 1.2);
    }
    if let Some(pace) = pace(speeches) {
        let most = |limit: f32| factor.min(limit / pace.max(1) as f32).max(0.75);
        let late = length - spoken + spoken / most(COMFORTABLE_PACE) - segment.planned_ms as f32;
        let is_late = segment.planned_ms > 0 && late > segment.planned_ms as f32 * LATE;
        factor = most(if is_late { HURRIED_PACE } else { COMFORTABLE_PACE });
    }
    ((factor - 1.0).abs() > 0.015).then_some(factor)
}

/// How much shorter and longer a pause may be made to meet the plan, in milliseconds: shorter, lines run into each other;
/// longer, they fall apart.
const PAUSE_GIVES_MS: std::ops::RangeInclusive<i64> = -100..=320;

/// The pauses that bring a narration to its planned length where the voice itself gave way as far as it may.
pub(super) fn breathed(segment: &Segment, narration: &Narration, pauses: &Pauses) -> Option<Pauses> {
    let spoken = segment.scenes.iter().filter(|scene| !scene.lines.is_empty());
    // The pauses between the lines of a scene, and the one after the last.
    let places: i64 = spoken.map(|scene| scene.lines.len() as i64).sum();
    if segment.planned_ms == 0 || places == 0 {
        return None;
    }
    let length = narration.samples.len() as i64 * 1000 / i64::from(SAMPLE_RATE);
    let each = (segment.planned_ms as i64 - length) / places;
    let each = each.clamp(*PAUSE_GIVES_MS.start(), *PAUSE_GIVES_MS.end());
    let given = |pause: u64| pause.saturating_add_signed(each);
    let breathed =
        Pauses { line: given(pauses.line), scene_tail: given(pauses.scene_tail), ..pauses.clone() };
    (each.abs() >= 20).then_some(breathed)
}

/// The same speech at [`SAMPLE_RATE`].
pub(super) fn resampled(speech: &Speech) -> Result<Speech, ResampleError> {
    let samples = resample(&speech.samples, 1, speech.sample_rate, SAMPLE_RATE)?;
    let place = |at: usize| at * SAMPLE_RATE as usize / speech.sample_rate.max(1) as usize;
    Ok(moved(speech, samples, SAMPLE_RATE, place))
}

/// The same speech `factor` times as fast.
pub(super) fn paced(speech: &Speech, factor: f32) -> Speech {
    let samples = stretch(&speech.samples, speech.sample_rate, factor);
    let length = samples.len();
    let place = |at: usize| stretched(at, factor).min(length);
    moved(speech, samples, speech.sample_rate, place)
}

pub(super) fn moved(
    speech: &Speech,
    samples: Vec<f32>,
    sample_rate: u32,
    place: impl Fn(usize) -> usize,
) -> Speech {
    let words = speech.words.iter().map(|word| SpokenWord {
        written: word.written.clone(),
        samples: place(word.samples.start)..place(word.samples.end),
    });
    Speech { words: words.collect(), samples, sample_rate }
}

/// Words a minute while the voice speaks; `None` for less than three seconds, which say nothing about a pace.
pub(super) fn pace(speeches: &[Speech]) -> Option<u64> {
    let words: usize = speeches.iter().map(|speech| speech.words.len()).sum();
    let seconds: f64 = speeches.iter().map(seconds).sum();
    (seconds >= 3.0).then(|| (words as f64 * 60.0 / seconds) as u64)
}

/// How long a line sounds.
pub(super) fn seconds(speech: &Speech) -> f64 {
    speech.samples.len() as f64 / f64::from(speech.sample_rate.max(1))
}
