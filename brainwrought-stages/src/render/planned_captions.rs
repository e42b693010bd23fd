//! [`planned_captions`]: what captions will be, told without drawing them.

use brainwrought_core::data::{CaptionRecord, Rect, Rule, Word};

use super::caption_art::join;
use super::caption_look::SIZE;
use super::captions::lay_out;
use crate::frame::FramePlan;
use crate::gate::{Limits, rules};
use crate::text::{Fonts, Weight};

/// The captions of a narration with all but their place, which is inside the safe area whatever they say, and their contrast,
/// which is that of the colours.
pub(crate) fn planned_captions(words: &[Word], end_ms: u64, fonts: &Fonts, fps: u32) -> Vec<CaptionRecord> {
    let plan = FramePlan::new(1080, 1920, fps);
    let chunks = lay_out(words, end_ms).into_iter();
    let captions = chunks.map(|chunk| {
        let shown = &words[chunk.words.clone()];
        let texts: Vec<String> = shown.iter().map(|word| word.text.clone()).collect();
        let (text, _) = join(&texts);
        CaptionRecord {
            start_ms: chunk.start_ms,
            end_ms: chunk.end_ms,
            first_word: chunk.words.start as u32,
            words: chunk.words.len() as u32,
            lit_ms: shown.iter().map(|word| plan.ms_of(plan.frame_at(word.start_ms))).collect(),
            bbox: Rect { x: plan.safe.x, y: plan.safe.y, width: 0.0, height: 0.0 },
            contrast: f32::INFINITY,
            missing_glyphs: fonts.set(&text, Weight::Black, SIZE).missing_glyphs(),
            text,
        }
    });
    captions.collect()
}

/// The rules of the gate that the captions of a segment would break.
pub(super) fn broken_rules(captions: &[CaptionRecord], limits: &Limits) -> Vec<Rule> {
    let Some(shortest) = captions.iter().map(|caption| caption.end_ms.saturating_sub(caption.start_ms)).min()
    else {
        return Vec::new();
    };
    let missing = captions.iter().map(|caption| caption.missing_glyphs).sum();
    let judged = [rules::missing_glyphs(missing), rules::caption_on_screen(captions.len(), shortest, limits)];
    judged.into_iter().filter(|rule| !rule.passed).collect()
}
