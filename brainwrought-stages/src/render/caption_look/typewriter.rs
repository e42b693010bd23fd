//! Words that appear as they are said and stay, behind a cursor.

use std::iter::once;

use std::ops::Range;

use super::colours::DIM;
use super::line::{SetLine, SpokenWord};
use super::piece::Piece;
use super::plate::{Edges, plate};

/// How far the cursor stands from the last letter, and how wide it is, of the size.
const AWAY: f32 = 0.1;
const WIDE: f32 = 0.09;
/// For how many frames the cursor is seen, and then not.
const BLINK: (u64, u64) = (10, 8);

/// Each word from when it is said. What a caption opens with is there before, in a dim colour, so that none is ever empty.
pub(super) fn pieces(line: &SetLine<'_>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (place, word) in line.each() {
        let colour = if word.emphasised { line.colours.lit } else { line.colours.words };
        if place == 0 && line.frames.start < word.from {
            let early = line.word(place, DIM, 1.0);
            pieces.extend(early.map(|ink| Piece::new(ink, once(line.frames.start..word.from))));
        }
        let typed = line.word(place, colour, 1.0);
        pieces.extend(typed.map(|ink| Piece::new(ink, once(word.from..line.frames.end))));
        pieces.extend(cursor(line, place, word));
    }
    pieces
}

/// The cursor after a word, until the next one is said.
fn cursor(line: &SetLine<'_>, place: usize, word: &SpokenWord) -> Option<Piece> {
    let (size, at) = (line.size(), line.edges(place)?);
    let left = if word.from_right { at.left - size * (AWAY + WIDE) } else { at.right + size * AWAY };
    let edges = Edges { left, right: left + size * WIDE, ..at };
    let ink = plate(edges, size * 0.03, line.colours.lit)?;
    let period = BLINK.0 + BLINK.1;
    let starts = (word.from..word.until).step_by(period as usize);
    let seen: Vec<Range<u64>> = starts.map(|at| at..(at + BLINK.0).min(word.until)).collect();
    Some(Piece::new(ink, seen))
}
