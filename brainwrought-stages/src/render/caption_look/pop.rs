//! The spoken word in another colour, which may pop.

use std::iter::once;

use super::line::SetLine;
use super::piece::Piece;

/// The word's scale in the first frames after it lights up; it keeps the last.
const POP: [f32; 4] = [1.03, 1.08, 1.10, 1.06];
/// The same for a word that carries the line.
const STRONG_POP: [f32; 4] = [1.05, 1.14, 1.18, 1.08];

/// All words in one colour, and above them the one that is said in another. A word that carries the line keeps its colour.
pub(super) fn pieces(line: &SetLine<'_>, pops: bool) -> Vec<Piece> {
    let (start, end) = (line.frames.start, line.frames.end);
    let mut pieces = Vec::new();
    for (place, word) in line.each() {
        let calm = |colour| line.word(place, colour, 1.0);
        let (before, after) = (start..word.from, word.until..end);
        if word.emphasised {
            pieces.extend(calm(line.colours.words).map(|ink| Piece::new(ink, [before])));
            pieces.extend(calm(line.colours.lit).map(|ink| Piece::new(ink, [after])));
        } else {
            pieces.extend(calm(line.colours.words).map(|ink| Piece::new(ink, [before, after])));
        }
    }
    // The word that is said comes last: when it pops, it lies over its neighbours.
    for (place, word) in line.each() {
        let scales: &[f32] = match (pops, word.emphasised) {
            (false, _) => &[1.0],
            (true, false) => &POP,
            (true, true) => &STRONG_POP,
        };
        for (step, scale) in (0..).zip(scales) {
            let from = (word.from + step).min(word.until);
            let is_last = step + 1 == scales.len() as u64;
            let until = if is_last { word.until } else { (from + 1).min(word.until) };
            pieces.extend(
                line.word(place, line.colours.lit, *scale).map(|ink| Piece::new(ink, once(from..until))),
            );
        }
    }
    pieces
}
