//! Measures of captions: place, contrast, time on screen, and whether they go with the voice.

use brainwrought_core::data::Rule;

use crate::assemble::Timeline;
use crate::frame::DESIGN_SIZE;
use crate::gate::{Limits, rules};
use crate::media::CaptionSpot;

/// Rounding of a scaled box, in pixels.
const ROUNDING: f32 = 1.0;

/// What was measured of the captions.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Captions {
    /// The captions that were drawn.
    pub(super) drawn: usize,
    /// Words without a caption.
    pub(super) words_without: usize,
    /// How far the furthest caption sticks out of the safe box, in pixels; 0 for none.
    pub(super) outside: f32,
    /// Captions that stick out.
    pub(super) outside_count: usize,
    /// The least contrast.
    pub(super) contrast: f32,
    /// Characters that no font could draw.
    pub(super) missing_glyphs: u32,
    /// The shortest time on screen, in milliseconds.
    pub(super) shortest_ms: u64,
    /// The furthest that a word lights up from where the voice starts it, in milliseconds.
    pub(super) furthest_ms: u64,
}

impl Captions {
    /// Measures the captions of a video.
    pub(super) fn new(timeline: &Timeline, width: u32, height: u32, limits: &Limits) -> Self {
        let (sx, sy) = (width as f32 / DESIGN_SIZE.0, height as f32 / DESIGN_SIZE.1);
        let [left, top, right, bottom] = limits.safe_box;
        let mut captions = Self {
            drawn: 0,
            words_without: timeline.words.len(),
            outside: 0.0,
            outside_count: 0,
            contrast: f32::INFINITY,
            missing_glyphs: 0,
            shortest_ms: u64::MAX,
            furthest_ms: 0,
        };
        for cue in &timeline.cues {
            let Some(drawn) = cue.drawn else { continue };
            captions.drawn += 1;
            captions.words_without = captions.words_without.saturating_sub(cue.words.len());
            let bbox = drawn.bbox;
            let beyond = [
                left * sx - bbox.x,
                top * sy - bbox.y,
                bbox.right() - right * sx,
                bbox.bottom() - bottom * sy,
            ];
            let furthest = beyond.into_iter().fold(0.0, f32::max);
            captions.outside = captions.outside.max(furthest);
            captions.outside_count += usize::from(furthest > ROUNDING);
            captions.contrast = captions.contrast.min(drawn.contrast);
            captions.missing_glyphs += drawn.missing_glyphs;
            captions.shortest_ms = captions.shortest_ms.min(cue.end_ms.saturating_sub(cue.start_ms));
            let distances = cue.words.iter().map(|word| word.lit_ms.abs_diff(word.said_ms));
            captions.furthest_ms = captions.furthest_ms.max(distances.max().unwrap_or(0));
        }
        captions
    }

    /// The rules that need no picture, but for that on words without a caption.
    pub(super) fn rules(&self, limits: &Limits) -> [Rule; 3] {
        [
            rules::missing_glyphs(self.missing_glyphs),
            rules::caption_on_screen(self.drawn, self.shortest_ms, limits),
            rules::caption_timing(self.furthest_ms, limits),
        ]
    }
}

/// Lists where and when captions should be seen: between their last word and their end, when some looks show it all.
pub(super) fn spots(timeline: &Timeline) -> Vec<CaptionSpot> {
    let drawn = timeline.cues.iter().filter_map(|cue| Some((cue, cue.drawn?)));
    drawn
        .map(|(cue, drawn)| {
            let last = cue.words.last().map(|word| word.lit_ms.max(cue.start_ms));
            let last = last.filter(|lit| *lit < cue.end_ms).unwrap_or(cue.start_ms);
            CaptionSpot { frame: (last + cue.end_ms) / 2 * u64::from(timeline.fps) / 1000, bbox: drawn.bbox }
        })
        .collect()
}
