//! Small letters on a dark plate, which come and go softly.

use super::colours::{DIM, PLATE, SOFT, WHITE};
use super::line::SetLine;
use super::piece::Piece;
use super::plate::{Edges, plate};

/// The room between letters and the edges of the plate, and the radius of its corners, of the size.
const SIDES: f32 = 0.5;
const OVER: f32 = 0.38;
const UNDER: f32 = 0.22;
const CORNER: f32 = 0.4;
/// How many frames letters and the plate take to come and to go.
const SOFTLY: u64 = 5;

/// The words on their plate, each a little brighter once it is said.
pub(super) fn pieces(line: &SetLine<'_>) -> Vec<Piece> {
    let (start, end) = (line.frames.start, line.frames.end);
    // A caption that follows another one at once keeps its plate: only the letters change, and nothing blinks.
    let at_end = if line.joins.1 { 0 } else { SOFTLY };
    // The first caption is there from the first frame.
    let at_start = if start == 0 { 0 } else { SOFTLY };
    let plate_fades = (if line.joins.0 { 0 } else { at_start }, at_end);
    let mut pieces = Vec::new();
    let all = (0..line.words.len()).filter_map(|place| line.edges(place));
    let around = all.reduce(|a, b| Edges {
        left: a.left.min(b.left),
        top: a.top.min(b.top),
        right: a.right.max(b.right),
        bottom: a.bottom.max(b.bottom),
    });
    if let Some(around) = around {
        let size = line.size();
        let edges = Edges {
            left: around.left - size * SIDES,
            top: around.top - size * OVER,
            right: around.right + size * SIDES,
            bottom: around.bottom + size * UNDER,
        };
        let drawn = plate(edges, size * CORNER, PLATE);
        pieces.extend(drawn.map(|ink| Piece::new(ink, [line.frames.clone()]).fading(plate_fades)));
    }
    for (place, word) in line.each() {
        let said = if word.emphasised { SOFT } else { WHITE };
        let (before, after) = (start..word.from.max(start), word.from.max(start)..end);
        let comes = if before.is_empty() { at_start } else { 0 };
        let dim = line.word(place, DIM, 1.0);
        pieces.extend(dim.map(|ink| Piece::new(ink, [before]).fading((at_start, 0))));
        let bright = line.word(place, said, 1.0);
        pieces.extend(bright.map(|ink| Piece::new(ink, [after]).fading((comes, at_end))));
    }
    pieces
}
