//! [`upright`]: turns a page so that most of its text is read from left to right and from the top down.

use brainwrought_core::data::Rect;

use super::letters::is_ideograph;
use crate::parse::page_content::{ASCENT, Glyph, PageContent, rect_of, turned_back};

/// How a page was turned to be read, clockwise in quarters, and its size before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Orientation {
    turn: u8,
    width: f32,
    height: f32,
}

/// The part of the letters that must agree for a page to be turned.
const MOST: f32 = 0.6;
/// Pages with fewer letters are left as they are.
const MIN_LETTERS: usize = 30;

impl Orientation {
    /// Where an area of the page as it was read lies on the page as displayed.
    pub(super) fn displayed(&self, area: &Rect) -> Rect {
        let back = |x: f32, y: f32| match self.turn {
            1 => (self.width - y, x),
            2 => (self.width - x, self.height - y),
            3 => (y, self.height - x),
            _ => (x, y),
        };
        rect_of(back(area.x, area.y), back(area.right(), area.bottom()))
    }

    /// The size of the page as displayed.
    pub(super) fn size(&self) -> (f32, f32) {
        (self.width, self.height)
    }

    /// Where a place on the page as displayed lies on the page as it is read.
    fn read(&self, x: f32, y: f32) -> (f32, f32) {
        turned_back((x, y), self.turn, (self.width, self.height))
    }
}

/// Turns a page whose text is turned, or written from the top down, so that it is read like any other. Letters that run
/// in another direction than most are left out.
pub(super) fn upright(mut page: PageContent) -> (PageContent, Orientation) {
    let mut counts = [0_usize; 4];
    for glyph in page.glyphs.iter().filter(|glyph| !glyph.letter.is_whitespace()) {
        if let Some(count) = counts.get_mut(usize::from(glyph.turn)) {
            *count += 1;
        }
    }
    let all: usize = counts.iter().sum();
    let turn =
        counts.iter().position(|count| all >= MIN_LETTERS && *count as f32 > MOST * all as f32).unwrap_or(0);
    let mut orientation = Orientation { turn: turn as u8, width: page.width, height: page.height };
    if turn == 0 && runs_down(&page.glyphs) {
        // The columns become lines; the first one stands at the right.
        orientation.turn = 1;
        for glyph in page.glyphs.iter_mut().filter(|glyph| glyph.turn == 0) {
            *glyph = stacked(glyph, &orientation);
        }
    }
    if orientation.turn == 0 {
        return (page, orientation);
    }
    let turn = if turn == 0 { 0 } else { orientation.turn };
    page.glyphs.retain(|glyph| glyph.turn == turn);
    page.glyphs.iter_mut().for_each(|glyph| glyph.turn = 0);
    let turned = |area: &Rect| {
        rect_of(orientation.read(area.x, area.y), orientation.read(area.right(), area.bottom()))
    };
    page.images = page.images.iter().map(turned).collect();
    page.drawings = page.drawings.iter().map(turned).collect();
    if orientation.turn % 2 == 1 {
        (page.width, page.height) = (page.height, page.width);
    }
    (page, orientation)
}

/// Tells whether ideographs stand one below the other rather than side by side.
fn runs_down(glyphs: &[Glyph]) -> bool {
    let (mut down, mut along) = (0_usize, 0_usize);
    for (a, b) in glyphs.iter().zip(glyphs.iter().skip(1)) {
        if a.turn != 0 || b.turn != 0 || !is_ideograph(a.letter) || !is_ideograph(b.letter) {
            continue;
        }
        let (across, below) =
            ((b.left - a.left) / a.size.max(0.1), (b.baseline - a.baseline) / a.size.max(0.1));
        down += usize::from(across.abs() < 0.3 && (0.6..1.8).contains(&below));
        along += usize::from(below.abs() < 0.3 && (0.6..1.8).contains(&across));
    }
    down >= MIN_LETTERS && down as f32 > MOST * (down + along) as f32
}

/// A letter of a column, as a letter of the line that the column becomes.
fn stacked(glyph: &Glyph, page: &Orientation) -> Glyph {
    let top = glyph.baseline - ASCENT * glyph.size;
    // Punctuation may have no width of its own where a font measures it downwards.
    let width =
        if glyph.right - glyph.left < 0.1 * glyph.size { glyph.size } else { glyph.right - glyph.left };
    let middle = glyph.left + width / 2.0;
    let (left, line) = page.read(middle, top);
    // A letter of a line stands on its baseline, which lies below its middle.
    Glyph { left, right: left + glyph.size, baseline: line + (ASCENT - 0.5) * glyph.size, ..*glyph }
}

#[cfg(test)]
mod tests {
    use super::super::line::tests::set;
    use super::*;

    fn page(glyphs: Vec<Glyph>) -> PageContent {
        PageContent { number: 1, width: 600.0, height: 800.0, glyphs, ..PageContent::default() }
    }

    #[test]
    fn a_page_whose_text_is_turned_is_turned_and_a_stamp_is_left_out() {
        let mut glyphs = set("forty letters that all run downwards now", 100.0, 50.0, 10.0);
        glyphs.iter_mut().for_each(|glyph| glyph.turn = 1);
        glyphs.extend(set("stamp", 10.0, 90.0, 10.0));
        let (read, orientation) = upright(page(glyphs));
        assert_eq!((read.width, read.height, read.glyphs.len()), (800.0, 600.0, 40));
        let area = orientation.displayed(&Rect { x: 100.0, y: 40.0, width: 200.0, height: 10.0 });
        assert_eq!(area, Rect { x: 550.0, y: 100.0, width: 10.0, height: 200.0 });
    }

    #[test]
    fn columns_of_ideographs_are_read_from_the_right() {
        let mut glyphs = Vec::new();
        for (column, letters) in
            ["一二三四五六七八九十百千万年月日", "山川草木花鳥風月雪雨雲海空星光音"].iter().enumerate()
        {
            for (row, letter) in letters.chars().enumerate() {
                let left = 500.0 - 20.0 * column as f32;
                let baseline = 100.0 + 10.0 * row as f32;
                let mut glyph = set("x", left, baseline, 10.0)[0];
                (glyph.letter, glyph.right) = (letter, left + 10.0);
                glyphs.push(glyph);
            }
        }
        let (read, _) = upright(page(glyphs));
        let lines = super::super::line::lines_of(&read, &[]);
        let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, ["一二三四五六七八九十百千万年月日", "山川草木花鳥風月雪雨雲海空星光音"]);
        assert!(lines[0].baseline < lines[1].baseline);
    }

    #[test]
    fn an_upright_page_stays_as_it_is() {
        let glyphs = set("letters that stand as they should", 100.0, 50.0, 10.0);
        let (read, orientation) = upright(page(glyphs.clone()));
        assert_eq!(read.glyphs, glyphs);
        let area = Rect { x: 1.0, y: 2.0, width: 3.0, height: 4.0 };
        assert_eq!(orientation.displayed(&area), area);
    }
}
