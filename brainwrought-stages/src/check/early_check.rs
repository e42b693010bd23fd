//! [`early_rules`]: what the gate will find of a video whose narration is there and whose pictures are not.

use brainwrought_core::data::{AudioMark, CaptionRecord, Rule, SceneKind, Word};

use super::captions::Captions;
use super::speech::Speech;
use crate::assemble::{Timeline, TimelinePart};
use crate::frame::CaptionStyle;
use crate::gate::{Limits, rules};
use crate::media::SAMPLE_RATE;

/// A segment that is spoken and not drawn.
#[derive(Debug)]
pub(crate) struct Part {
    /// What its scenes are for.
    pub(crate) scenes: Vec<SceneKind>,
    /// Its narration, mono.
    pub(crate) samples: Vec<f32>,
    /// The words of the narration.
    pub(crate) words: Vec<Word>,
    /// The marks of the narration.
    pub(crate) marks: Vec<AudioMark>,
    /// The captions that it will have.
    pub(crate) captions: Vec<CaptionRecord>,
}

/// Judges by every rule of the gate that needs no picture but for citations: length, speech and captions.
pub(crate) fn early_rules(parts: &[Part], target_ms: u64, fps: u32, limits: &Limits) -> Vec<Rule> {
    let mut timeline = Timeline::empty(fps);
    for part in parts {
        let frames = part.samples.len() as u64 * u64::from(timeline.fps) / u64::from(SAMPLE_RATE);
        let Part { words, marks, captions, .. } = part;
        timeline.push(TimelinePart { frames, words, marks, captions }, part.scenes.iter().copied());
    }
    let narration: Vec<f32> = parts.iter().flat_map(|part| &part.samples).copied().collect();
    let length = timeline.frames as f64 / f64::from(timeline.fps);
    let mut found = vec![rules::duration(length, target_ms, limits)];
    found.extend(Speech::new(&narration, &timeline, limits.silence_ms).rules(0.0, limits));
    if limits.captions != CaptionStyle::Off {
        found.extend(early_caption_rules(&timeline, limits));
    }
    found
}

fn early_caption_rules(timeline: &Timeline, limits: &Limits) -> Vec<Rule> {
    // Where captions stand does not matter to the rules that are judged here.
    let captions = Captions::new(timeline, 1080, 1920, limits);
    let mut found = vec![rules::captions_complete(captions.drawn, captions.words_without)];
    found.extend(captions.rules(limits));
    found
}
