//! The pace of a narration: how much faster or slower it should be to meet its plan, and the same speech at that pace.

use brainwrought_core::data::Segment;

use super::narration::{Narration, SAMPLE_RATE};
use super::resample::{ResampleError, resample};
use super::stretch::{stretch, stretched};
use super::voice::{Speech, SpokenWord};

/// What a narration is slowed down to when it is faster, in words a minute.
const COMFORTABLE_PACE: f32 = 188.0;
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

fn moved(speech: &Speech, samples: Vec<f32>, sample_rate: u32, place: impl Fn(usize) -> usize) -> Speech {
    let words = speech.words.iter().map(|word| SpokenWord {
        written: word.written.clone(),
        samples: place(word.samples.start)..place(word.samples.end),
    });
    Speech { words: words.collect(), samples, sample_rate }
}

/// Words a minute while the voice speaks; `None` for less than three seconds, which say nothing about a pace.
pub(super) fn pace(speeches: &[Speech]) -> Option<u64> {
    let words: u64 = speeches.iter().map(|speech| speech.words.len() as u64).sum();
    let samples: u64 = speeches.iter().map(|speech| speech.samples.len() as u64).sum();
    (samples >= 3 * u64::from(SAMPLE_RATE)).then(|| words * 60 * u64::from(SAMPLE_RATE) / samples)
}
