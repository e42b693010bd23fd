//! [`CaptionSample`]: some seconds of captions for people who choose how they look.

use brainwrought_core::data::{Speaker, Word};

use super::caption_track::{CaptionTrack, SpokenWords};
use super::captions::lay_out;
use crate::frame::{CaptionStyle, FramePlan};
use crate::picture::YuvFrame;
use crate::text::Fonts;

/// What a sample says: words, when each begins and ends, in milliseconds, its line, and whether it carries the line.
const SAID: [(&str, u64, u64, u32, bool); 8] = [
    ("Your", 150, 380, 0, false),
    ("paper,", 390, 820, 0, false),
    ("in", 900, 1_010, 0, false),
    ("one", 1_020, 1_270, 0, false),
    ("minute.", 1_280, 1_750, 0, true),
    ("Nothing", 2_000, 2_430, 1, false),
    ("boring", 2_440, 2_900, 1, true),
    ("survives.", 2_910, 3_550, 1, false),
];

/// The captions of a sentence or two.
pub(crate) struct CaptionSample {
    track: CaptionTrack,
}

impl CaptionSample {
    /// How long it goes, in milliseconds.
    pub(crate) const MS: u64 = 4_000;

    /// Sets a sample up for frames of a size and rate.
    pub(crate) fn new(style: CaptionStyle, fonts: Fonts, width: u32, height: u32, fps: u32) -> Self {
        let word = |(text, start_ms, end_ms, line, _): &(&str, u64, u64, u32, bool)| Word {
            text: (*text).to_owned(),
            start_ms: *start_ms,
            end_ms: *end_ms,
            scene: 0,
            line: *line,
            speaker: Speaker::Explainer,
        };
        let words: Vec<Word> = SAID.iter().map(word).collect();
        let chunks = lay_out(&words, Self::MS);
        let spoken = SpokenWords { words, emphasised: SAID.iter().map(|word| word.4).collect() };
        Self { track: CaptionTrack::new(chunks, spoken, style, fonts, FramePlan::new(width, height, fps)) }
    }

    /// Draws what is on screen at a frame; frames come in their order.
    pub(crate) fn draw(&mut self, frame_number: u64, frame: &mut YuvFrame) {
        self.track.draw(frame_number, frame);
    }
}
