//! [`CaptionLook`]: what a style of captions draws, as a function of the frame.

mod boxed;
mod calm;
mod colours;
mod karaoke;
mod line;
mod one_word;
mod piece;
mod plate;
mod pop;
mod typewriter;

use std::ops::Range;

use brainwrought_core::data::{Speaker, Word};
use colours::{BLACK, Colours, DIM, PLATE, SOFT, WHITE, contrast, over_white};
use line::Lettering;
pub(super) use line::{SetLine, SpokenWord, Timed};
pub(super) use piece::{Piece, cut, opacity};

use crate::frame::CaptionStyle;
use crate::text::Weight;

/// Letter size on a frame 1,080 wide, in pixels: the genre's 96 to 104.
pub(super) const SIZE: f32 = 100.0;
/// The middle of the caption, from the top of a frame 1,920 high.
const CENTRE_Y: f32 = 1150.0;

/// A style of captions for one who speaks.
#[derive(Debug, Clone, Copy)]
pub(super) struct CaptionLook {
    style: CaptionStyle,
    pub(super) colours: Colours,
}

impl CaptionLook {
    pub(super) fn new(style: CaptionStyle, speaker: Speaker) -> Self {
        Self { style, colours: Colours::of(speaker) }
    }

    /// How letters are set in a caption with a word that carries the line, or without one.
    pub(super) fn lettering(self, has_emphasis: bool) -> Lettering {
        // A word that pops must not touch the next one.
        let wider_spaces = if has_emphasis { 0.22 } else { 0.12 };
        let loud =
            Lettering { size: SIZE, weight: Weight::Black, stroke: 9.0, wider_spaces, centre_y: CENTRE_Y };
        match self.style {
            // Large letters stand a little higher, so that they end where the others do.
            CaptionStyle::OneWord => Lettering { size: 150.0, stroke: 11.0, centre_y: 1_140.0, ..loud },
            CaptionStyle::Box => Lettering { size: 92.0, wider_spaces: wider_spaces + 0.1, ..loud },
            CaptionStyle::Typewriter => {
                Lettering { size: 84.0, weight: Weight::SemiBold, stroke: 8.0, ..loud }
            }
            CaptionStyle::Calm => {
                Lettering { size: 64.0, weight: Weight::SemiBold, stroke: 0.0, wider_spaces: 0.0, ..loud }
            }
            _ => loud,
        }
    }

    /// Splits a caption into the words that stand on the screen together, in places among its words.
    pub(super) fn beats(self, words: &[Word], end_ms: u64) -> Vec<Range<usize>> {
        match self.style {
            CaptionStyle::OneWord => one_word::beats(words, end_ms),
            _ => std::iter::once(0..words.len()).collect(),
        }
    }

    /// Draws words that stand on the screen together.
    pub(super) fn pieces(self, line: &SetLine<'_>) -> Vec<Piece> {
        match self.style {
            CaptionStyle::Pop => pop::pieces(line, true),
            CaptionStyle::Plain | CaptionStyle::Off => pop::pieces(line, false),
            CaptionStyle::OneWord => one_word::pieces(line),
            CaptionStyle::Karaoke => karaoke::pieces(line),
            CaptionStyle::Box => boxed::pieces(line),
            CaptionStyle::Typewriter => typewriter::pieces(line),
            CaptionStyle::Calm => calm::pieces(line),
        }
    }

    /// The least contrast between letters and what lies next to them: their stroke, or their plate over the brightest
    /// background.
    pub(super) fn contrast(self) -> f32 {
        let Colours { words, lit, strong, plate } = self.colours;
        let pairs: &[_] = match self.style {
            CaptionStyle::Karaoke => &[(words, BLACK), (lit, BLACK), (strong, BLACK)],
            CaptionStyle::Box => &[(words, BLACK), (WHITE, plate)],
            CaptionStyle::Typewriter => &[(words, BLACK), (lit, BLACK), (DIM, BLACK)],
            CaptionStyle::Calm => {
                let plate = over_white(PLATE);
                &[(WHITE, plate), (DIM, plate), (SOFT, plate)]
            }
            _ => &[(words, BLACK), (lit, BLACK)],
        };
        pairs.iter().map(|(letters, ground)| contrast(*letters, *ground)).fold(f32::INFINITY, f32::min)
    }
}
