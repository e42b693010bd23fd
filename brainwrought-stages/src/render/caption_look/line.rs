//! [`SetLine`]: words of a caption, set and placed on the frame.

use std::ops::Range;

use super::colours::{BLACK, Colours, Rgba};
use super::plate::Edges;
use crate::frame::FramePlan;
use crate::text::{Ink, Letters, Stroke, Weight};

/// Capital letters of Montserrat are this high, of the size.
const CAPITALS: f32 = 0.7;
/// How far letters of Montserrat reach below the line, of the size.
const DESCENT: f32 = 0.2;

/// How the letters of a look are set, in pixels of a frame 1,080 wide.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Lettering {
    pub(crate) size: f32,
    pub(crate) weight: Weight,
    /// How far the black stroke reaches out of a letter; 0 for none.
    pub(crate) stroke: f32,
    /// How much wider spaces are than the font has them, of the size.
    pub(crate) wider_spaces: f32,
    /// The middle of the caption, from the top of a frame 1,920 high.
    pub(crate) centre_y: f32,
}

/// A word of a caption and its frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SpokenWord {
    /// The frame in which it begins to be said.
    pub(crate) from: u64,
    /// The frame in which it has been said.
    pub(crate) said: u64,
    /// The frame in which the next one begins; the end of the caption for the last.
    pub(crate) until: u64,
    /// Whether it carries its line.
    pub(crate) emphasised: bool,
    /// Whether it is read from the right.
    pub(crate) from_right: bool,
}

/// Words that stand on the frame together, each where it belongs.
#[derive(Debug)]
pub(crate) struct SetLine<'a> {
    pub(super) words: &'a [SpokenWord],
    /// The frames in which the line is there.
    pub(super) frames: Range<u64>,
    /// Whether the caption before it goes in the frame in which this one comes, and the next one comes when it goes.
    pub(super) joins: (bool, bool),
    pub(super) colours: Colours,
    pub(super) scale: f32,
    lettering: Lettering,
    letters: &'a Letters,
    ranges: &'a [Range<usize>],
    left: f32,
    baseline: f32,
}

/// A line before it is set: what is said when, and for whom.
#[derive(Debug, Clone)]
pub(crate) struct Timed<'a> {
    pub(crate) words: &'a [SpokenWord],
    pub(crate) frames: Range<u64>,
    pub(crate) joins: (bool, bool),
    pub(crate) colours: Colours,
}

impl<'a> SetLine<'a> {
    /// Places letters in the middle of the safe area; `ranges` are the bytes of the words.
    pub(crate) fn new(
        timed: Timed<'a>,
        lettering: Lettering,
        letters: &'a Letters,
        ranges: &'a [Range<usize>],
        plan: &FramePlan,
    ) -> Self {
        let middle = plan.safe.x + plan.safe.width / 2.0;
        let left = (middle - letters.width() / 2.0).round();
        let baseline = (lettering.centre_y * plan.scale + letters.size() * CAPITALS / 2.0).round();
        let Timed { words, frames, joins, colours } = timed;
        Self { words, frames, joins, colours, scale: plan.scale, lettering, letters, ranges, left, baseline }
    }

    /// Draws a word in a colour, with the stroke of the look, enlarged around its middle.
    pub(super) fn word(&self, place: usize, colour: Rgba, scale: f32) -> Option<Ink> {
        let reach = (self.lettering.stroke * self.scale).max(1.5);
        let stroke = (self.lettering.stroke > 0.0).then_some(Stroke { reach, colour: BLACK });
        let range = self.ranges.get(place)?;
        let (from, to) = self.letters.span(range).unwrap_or_default();
        let centre = ((from + to) / 2.0, -self.letters.size() * CAPITALS / 2.0);
        let mut ink = self.letters.draw(range, colour, stroke, scale, centre)?;
        ink.left += self.left as i32;
        ink.top += self.baseline as i32;
        Some(ink)
    }

    /// Where a word stands: its letters from side to side, and the line from its capitals to what reaches below it, or
    /// further where letters of other scripts do.
    pub(super) fn edges(&self, place: usize) -> Option<Edges> {
        let (from, to) = self.letters.span(self.ranges.get(place)?)?;
        let size = self.letters.size();
        let mut edges = Edges {
            left: self.left + from,
            top: self.baseline - size * CAPITALS,
            right: self.left + to,
            bottom: self.baseline + size * DESCENT,
        };
        if let Some((top, bottom)) = self.letters.reach() {
            // Round letters and accents reach a little above capitals; only what reaches further counts.
            edges.top = edges.top.min(self.baseline + top + size * 0.1);
            edges.bottom = edges.bottom.max(self.baseline + bottom);
        }
        Some(edges)
    }

    /// The size of the letters, in pixels of the video.
    pub(super) fn size(&self) -> f32 {
        self.letters.size()
    }

    /// The words with their places.
    pub(super) fn each(&self) -> impl Iterator<Item = (usize, &'a SpokenWord)> {
        self.words.iter().enumerate()
    }
}
