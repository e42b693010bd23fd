//! [`CaptionTrack`]: the captions of a segment, each set and drawn when its time comes.

use brainwrought_core::data::{CaptionRecord, Word};

use super::caption_art::{Caption, CaptionArt};
use super::captions::Chunk;
use crate::frame::{CaptionStyle, FramePlan};
use crate::picture::YuvFrame;
use crate::text::Fonts;

/// The words of a segment, and which of them carry their lines.
#[derive(Debug, Clone, Default)]
pub(super) struct SpokenWords {
    pub(super) words: Vec<Word>,
    pub(super) emphasised: Vec<bool>,
}

/// Captions in the order of time. Only one is kept as pictures, so that memory does not grow with the segment, and the
/// encoder need not wait until all are drawn.
#[derive(Debug)]
pub(super) struct CaptionTrack {
    rest: std::iter::Peekable<std::vec::IntoIter<Chunk>>,
    spoken: SpokenWords,
    style: CaptionStyle,
    fonts: Fonts,
    plan: FramePlan,
    shown: Option<CaptionArt>,
    /// When the caption that was drawn last goes.
    last_end_ms: Option<u64>,
    records: Vec<CaptionRecord>,
}

impl CaptionTrack {
    pub(super) fn new(
        chunks: Vec<Chunk>,
        spoken: SpokenWords,
        style: CaptionStyle,
        fonts: Fonts,
        plan: FramePlan,
    ) -> Self {
        let rest = chunks.into_iter().peekable();
        Self { rest, spoken, style, fonts, plan, shown: None, last_end_ms: None, records: Vec::new() }
    }

    /// Draws what is on screen at a frame; frames come in their order.
    pub(super) fn draw(&mut self, frame_number: u64, frame: &mut YuvFrame) {
        while self.shown.as_ref().is_none_or(|shown| shown.frames().end <= frame_number) {
            let plan = self.plan;
            let Some(chunk) = self.rest.next_if(|next| plan.frame_at(next.start_ms) <= frame_number) else {
                return;
            };
            self.show(&chunk);
        }
        if let Some(shown) = self.shown.as_ref().filter(|shown| shown.frames().contains(&frame_number)) {
            shown.draw(frame_number, frame);
        }
    }

    /// Ends the track: what the gate measures of every caption.
    pub(super) fn finish(&mut self) -> Vec<CaptionRecord> {
        while let Some(chunk) = self.rest.next() {
            self.show(&chunk);
        }
        std::mem::take(&mut self.records)
    }

    fn show(&mut self, chunk: &Chunk) {
        let follows = self.last_end_ms.replace(chunk.end_ms) == Some(chunk.start_ms);
        let is_followed = self.rest.peek().is_some_and(|next| next.start_ms == chunk.end_ms);
        let SpokenWords { words, emphasised } = &self.spoken;
        let caption = Caption { chunk, words, emphasised, joins: (follows, is_followed) };
        let art = CaptionArt::new(caption, self.style, &self.fonts, &self.plan);
        self.records.push(art.record.clone());
        self.shown = Some(art);
    }
}
