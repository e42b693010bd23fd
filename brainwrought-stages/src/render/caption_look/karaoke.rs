//! Words that fill with colour while they are spoken, the way they are read.

use std::iter::once;

use super::line::{SetLine, SpokenWord};
use super::piece::{Piece, cut};
use crate::text::Ink;

/// How much larger a word is that carries the line.
const STRONG: f32 = 1.1;

/// All words in one colour, and over each the filled part of it in another.
pub(super) fn pieces(line: &SetLine<'_>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (place, word) in line.each() {
        let scale = if word.emphasised { STRONG } else { 1.0 };
        let colour = if word.emphasised { line.colours.strong } else { line.colours.lit };
        let unfilled = line.word(place, line.colours.words, scale);
        pieces.extend(unfilled.map(|ink| Piece::new(ink, [line.frames.clone()])));
        if let Some(filled) = line.word(place, colour, scale) {
            pieces.extend(fill(&filled, word, line.frames.end));
        }
    }
    pieces
}

/// A part of the word for each frame in which it is said, from the side where it begins; then the whole of it.
fn fill(filled: &Ink, word: &SpokenWord, end: u64) -> Vec<Piece> {
    let steps = word.said.min(word.until).saturating_sub(word.from).max(1);
    let whole_from = word.from + steps - 1;
    let width = filled.image.width();
    // Colour has half the resolution, so parts meet at even places of the frame.
    let edge = |step: u64| {
        let at = filled.left + (width as u64 * step / steps) as i32;
        if step == steps { width } else { usize::try_from((at & !1) - filled.left).unwrap_or(0) }
    };
    let part = |step: u64| {
        let (left, right) = if word.from_right {
            (edge(steps - 1 - step), edge(steps - step))
        } else {
            (edge(step), edge(step + 1))
        };
        let image = cut(&filled.image, left, 0, right.saturating_sub(left), filled.image.height())?;
        let ink = Ink { image, left: filled.left + left as i32, top: filled.top };
        Some(Piece::new(ink, once(word.from + step..whole_from)))
    };
    let mut pieces: Vec<Piece> = (0..steps - 1).filter_map(part).collect();
    pieces.push(Piece::new(filled.clone(), once(whole_from..end)));
    pieces
}
