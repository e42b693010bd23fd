//! A coloured box behind the spoken word.

use super::colours::WHITE;
use super::line::SetLine;
use super::piece::Piece;
use super::plate::{Edges, plate};

/// How much larger a word is that carries the line.
const STRONG: f32 = 1.1;
/// The scale of a box in the first frames; it keeps the last.
const HOP: [f32; 3] = [0.92, 1.03, 1.0];
/// The room between letters and the edges of the box, and the radius of its corners, of the size.
const SIDES: f32 = 0.14;
const OVER: f32 = 0.15;
const UNDER: f32 = 0.04;
const CORNER: f32 = 0.18;

/// All words, but for the one that is said, which stands on a box.
pub(super) fn pieces(line: &SetLine<'_>) -> Vec<Piece> {
    let (start, end) = (line.frames.start, line.frames.end);
    let scale = |emphasised: bool| if emphasised { STRONG } else { 1.0 };
    let mut pieces = Vec::new();
    for (place, word) in line.each() {
        let resting = line.word(place, line.colours.words, scale(word.emphasised));
        pieces.extend(resting.map(|ink| Piece::new(ink, [start..word.from, word.until..end])));
    }
    for (place, word) in line.each() {
        let Some(edges) = line.edges(place) else { continue };
        let size = line.size();
        let edges = Edges {
            left: edges.left - size * SIDES,
            top: edges.top - size * OVER,
            right: edges.right + size * SIDES,
            bottom: edges.bottom + size * UNDER,
        };
        for (step, hop) in (0..).zip(HOP) {
            let from = (word.from + step).min(word.until);
            let is_last = step + 1 == HOP.len() as u64;
            let until = if is_last { word.until } else { (from + 1).min(word.until) };
            let edges = edges.scaled(scale(word.emphasised) * hop);
            let drawn = plate(edges, size * CORNER, line.colours.plate);
            pieces.extend(drawn.map(|ink| Piece::new(ink, [from..until])));
        }
        let said = line.word(place, WHITE, scale(word.emphasised));
        pieces.extend(said.map(|ink| Piece::new(ink, [word.from..word.until])));
    }
    pieces
}
