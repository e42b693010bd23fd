//! [`glyphs`]: letters with their places on the page, as an engine would give them.

use super::line_reader::ReadLetter;
use super::region::Region;
use crate::parse::page_content::Glyph;

/// A line that was read, with its place on the picture.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PlacedLine {
    pub(super) region: Region,
    pub(super) letters: Vec<ReadLetter>,
}

/// The size of a face, as a part of the height of a line's box.
const SIZE: f32 = 0.8;
/// The baseline is so far below the middle of the box, as a part of the size.
const BELOW_MIDDLE: f32 = 0.3;
/// Ideographs and all letters behind them are as wide as high; others are half as wide, and a little more at most.
const FIRST_WIDE: char = '\u{2E80}';
/// Boxes of lines that are set alike differ by this much of their height: some have letters that reach up or down, some do
/// not.
const SAME: f32 = 0.25;

/// How a page lies on the picture it was read on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Lay {
    /// Width and height of the upright picture, in pixels.
    pub(super) size: (f32, f32),
    /// The angle of the lines, in radians.
    pub(super) skew: f32,
    /// How it was turned to be upright; see [`Glyph::turn`].
    pub(super) turn: u8,
    pub(super) points_a_pixel: f32,
}

impl Lay {
    /// How far everything moves when the page is made level around its middle instead of its corner, in pixels.
    fn shift(&self) -> (f32, f32) {
        let (x, y) = (self.size.0 / 2.0, self.size.1 / 2.0);
        let (sin, cos) = self.skew.sin_cos();
        (x - (x * cos + y * sin), y - (y * cos - x * sin))
    }
}

/// Places letters on a page. What is skewed on the picture is level here, because the layout looks for level lines.
pub(super) fn glyphs(lines: &[PlacedLine], lay: &Lay) -> Vec<Glyph> {
    let usual = usual_height(lines);
    let (right_by, down_by) = lay.shift();
    let mut glyphs = Vec::new();
    for PlacedLine { region, letters } in lines {
        let own = region.height();
        let height = if (own / usual - 1.0).abs() <= SAME { usual } else { own };
        let size = SIZE * height;
        let baseline = f32::midpoint(region.top, region.bottom) + BELOW_MIDDLE * size;
        let place = |part: f32| (region.left + part * region.width() + right_by) * lay.points_a_pixel;
        for (at, letter) in letters.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|at| letters.get(at));
            let (left, right) = edges(before, letter, letters.get(at + 1), size / region.width().max(1.0));
            glyphs.push(Glyph {
                letter: letter.letter,
                left: place(left),
                right: place(right),
                baseline: (baseline + down_by) * lay.points_a_pixel,
                size: size * lay.points_a_pixel,
                bold: false,
                mono: false,
                turn: lay.turn,
                unseen: None,
            });
        }
    }
    glyphs
}

/// The left and right edge of a letter, as parts of its line: half way to its neighbours, and no farther than a letter is
/// wide. `size` is that of the face, as a part of the line.
fn edges(
    before: Option<&ReadLetter>,
    letter: &ReadLetter,
    after: Option<&ReadLetter>,
    size: f32,
) -> (f32, f32) {
    let most = size * if letter.letter >= FIRST_WIDE { 0.5 } else { 0.3 };
    let left = before.map_or(letter.place - most, |before| f32::midpoint(before.place, letter.place));
    let right = after.map_or(letter.place + most, |after| f32::midpoint(letter.place, after.place));
    (left.max(letter.place - most).max(0.0), right.min(letter.place + most).min(1.0))
}

/// The height that most of the text of a page has, in pixels.
fn usual_height(lines: &[PlacedLine]) -> f32 {
    let mut heights: Vec<(f32, usize)> =
        lines.iter().map(|line| (line.region.height(), line.letters.len())).collect();
    heights.sort_by(|a, b| a.0.total_cmp(&b.0));
    let all: usize = heights.iter().map(|(_, letters)| letters).sum();
    let mut before = 0;
    let middle = heights.iter().find(|(_, letters)| {
        before += letters;
        2 * before >= all
    });
    middle.map_or(1.0, |(height, _)| height.max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(top: f32, height: f32, text: &str) -> PlacedLine {
        let count = text.chars().count() as f32;
        let letter = |(at, letter): (usize, char)| ReadLetter {
            letter,
            place: (at as f32 + 0.5) / count,
            confidence: 1.0,
        };
        let region = Region { left: 100.0, top, right: 100.0 + 10.0 * count, bottom: top + height };
        PlacedLine { region, letters: text.chars().enumerate().map(letter).collect() }
    }

    const LEVEL: Lay = Lay { size: (1000.0, 1000.0), skew: 0.0, turn: 0, points_a_pixel: 1.0 };

    #[test]
    fn letters_stand_side_by_side_in_points() {
        let placed = glyphs(&[line(200.0, 30.0, "ab c")], &Lay { points_a_pixel: 0.5, ..LEVEL });
        assert_eq!(placed.len(), 4);
        assert!(placed.windows(2).all(|pair| pair[0].right == pair[1].left), "{placed:?}");
        assert_eq!((placed[0].left, placed[3].right), (50.0, 70.0));
        assert_eq!((placed[0].size, placed[0].baseline), (12.0, 111.1));
    }

    #[test]
    fn a_skewed_page_is_turned_around_its_middle() {
        let skew = 0.05_f32;
        let (x, y) = (500.0 * (skew.cos() + skew.sin()), 500.0 * (skew.cos() - skew.sin()));
        let line = line(y - 10.0, 20.0, "x");
        let middle = PlacedLine { region: Region { left: x - 5.0, right: x + 5.0, ..line.region }, ..line };
        let placed = glyphs(&[middle], &Lay { skew, ..LEVEL })[0];
        let found = (f32::midpoint(placed.left, placed.right), placed.baseline - BELOW_MIDDLE * placed.size);
        assert!((found.0 - 500.0).abs() < 0.1 && (found.1 - 500.0).abs() < 0.1, "{found:?}");
    }

    #[test]
    fn lines_that_are_set_alike_have_one_size() {
        let lines =
            [line(0.0, 40.0, "Title"), line(60.0, 20.0, "some text"), line(90.0, 17.0, "more on a man")];
        let sizes: Vec<f32> = glyphs(&lines, &LEVEL).iter().map(|glyph| glyph.size).collect();
        assert_eq!((sizes[0], sizes[5]), (32.0, sizes[20]));
        assert!(sizes[5] < 17.0);
    }
}
