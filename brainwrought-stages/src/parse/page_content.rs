//! [`PageContent`]: what an engine sees on a page, before any of it is text.

use std::collections::BTreeMap;

use brainwrought_core::data::Rect;

/// Everything an engine read from a file.
#[derive(Debug, Default)]
pub(crate) struct FileContent {
    /// The title in the file's metadata.
    pub title: Option<String>,
    pub bookmarks: Vec<Bookmark>,
    /// True when the engine can tell bold letters in every font.
    pub knows_bold: bool,
    pub warnings: Vec<String>,
}

/// One entry of the file's own outline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bookmark {
    /// Depth, from 1.
    pub level: u8,
    pub title: String,
    /// The page, from 1.
    pub page: u32,
}

/// What an engine sees on a page. All measures are points, with the origin at the top left as displayed.
#[derive(Debug, Default, Clone)]
pub(crate) struct PageContent {
    pub number: u32,
    /// What the file calls the page, where it says so.
    pub label: Option<String>,
    pub width: f32,
    pub height: f32,
    /// The letters, in the order in which they are drawn.
    pub glyphs: Vec<Glyph>,
    /// Where raster images are shown.
    pub images: Vec<Rect>,
    /// True when the boxes of images and drawings may be too large, because the engine does not say what is cut off.
    #[cfg_attr(
        not(feature = "pdfium"),
        expect(dead_code, reason = "no other engine is asked for better ones")
    )]
    pub is_coarse: bool,
    /// True when the engine cannot tell whether all of the text is seen.
    #[cfg_attr(
        not(feature = "pdfium"),
        expect(dead_code, reason = "no other engine is asked for better ones")
    )]
    pub may_hide_text: bool,
    /// How many times the page draws text, where the engine counts it.
    #[cfg_attr(
        not(feature = "pdfium"),
        expect(dead_code, reason = "no other engine is asked for letters that are missing")
    )]
    pub text_objects: usize,
    /// Where lines and areas are drawn.
    pub drawings: Vec<Rect>,
}

/// One letter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Glyph {
    pub letter: char,
    pub left: f32,
    pub right: f32,
    /// The height of the baseline on the page; grows downwards.
    pub baseline: f32,
    /// The size of the face.
    pub size: f32,
    pub bold: bool,
    pub mono: bool,
    /// Clockwise quarter turns of the writing direction; 0 reads from left to right. The measures of a turned letter are
    /// those on a page that is turned so that the letter stands upright.
    pub turn: u8,
    /// Why nobody sees it, if nobody does.
    pub unseen: Option<Unseen>,
}

impl Glyph {
    /// Tells whether it stands next to the other one's right edge in the same line, as letters do that run left.
    pub(crate) fn is_right_of(&self, other: &Self) -> bool {
        let gap = (self.left - other.right) / self.size.max(1.0);
        (self.baseline - other.baseline).abs() < 0.5 * self.size && (-0.5..0.2).contains(&gap)
    }
}

/// What an engine gives for a letter whose meaning the file does not tell.
pub(crate) const UNKNOWN: char = '\0';

/// Why a letter is in the file and not on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unseen {
    /// It is neither filled nor stroked (text rendering mode 3 or 7), as text recognition puts it over a scan, or the picture
    /// of the page is drawn over it.
    NotDrawn,
    /// It has the colour of what is behind it, or none.
    Colour,
    /// It lies outside of what is drawn in.
    Clipped,
}

/// How good the text of a page is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TextQuality {
    /// From 0 (nobody can read it) to 1.
    pub readability: f32,
    /// How certain the text recognition was, from 0 to 1, where the text is its own.
    pub ocr_confidence: Option<f32>,
}

/// Above the baseline, as a part of the size: the reach of most faces.
pub(crate) const ASCENT: f32 = 0.78;
/// Below the baseline, as a part of the size.
pub(crate) const DESCENT: f32 = 0.22;

/// The small letters of a face are half as wide as its size, as a rule, and never wider than this part of it. Fewer of them
/// tell nothing.
const USUAL_WIDTH: f32 = 0.47;
const WIDEST: f32 = 0.75;
const MIN_MEASURED: usize = 30;

/// A page that pictures cover by this part is a scan, whose text is recognised and lies unseen over it.
pub(crate) const SCAN_COVERAGE: f32 = 0.5;

impl PageContent {
    /// Drops the letters that nobody sees, but for those under or over the picture of a text, and returns how many.
    pub(crate) fn drop_unseen(&mut self) -> usize {
        let is_scan = self.image_coverage() >= SCAN_COVERAGE;
        let before = self.glyphs.len();
        self.glyphs.retain(|glyph| match glyph.unseen {
            None => true,
            Some(Unseen::NotDrawn | Unseen::Colour) => is_scan,
            Some(Unseen::Clipped) => false,
        });
        before - self.glyphs.len()
    }

    /// Corrects sizes that cannot be: a font of pictures may be drawn at another scale than it says, and no face has small
    /// letters that are nearly as wide as its size.
    pub(crate) fn mend_sizes(&mut self) {
        let tenths = |glyph: &Glyph| (glyph.size * 10.0).round() as i32;
        let mut widths: BTreeMap<i32, Vec<f32>> = BTreeMap::new();
        for glyph in self.glyphs.iter().filter(|glyph| glyph.letter.is_lowercase()) {
            widths.entry(tenths(glyph)).or_default().push(glyph.right - glyph.left);
        }
        let mut sizes: BTreeMap<i32, f32> = BTreeMap::new();
        for (size, mut widths) in widths {
            widths.sort_by(f32::total_cmp);
            let median = widths.get(widths.len() / 2).copied().unwrap_or(0.0);
            if widths.len() >= MIN_MEASURED && median > WIDEST * size as f32 / 10.0 {
                sizes.insert(size, median / USUAL_WIDTH);
            }
        }
        if sizes.is_empty() {
            return;
        }
        for glyph in &mut self.glyphs {
            if let Some(size) = sizes.get(&tenths(glyph)) {
                glyph.size = *size;
            }
        }
    }

    /// How many letters have no meaning in the file: engines give a zero for them.
    pub(crate) fn nameless(&self) -> f32 {
        self.glyphs.iter().filter(|glyph| glyph.letter == UNKNOWN).count() as f32
    }

    /// The part of the page that raster images cover, from 0 to 1; overlaps count once for each image.
    pub(crate) fn image_coverage(&self) -> f32 {
        let area: f32 = self.images.iter().map(|image| self.clipped(image)).sum();
        (area / (self.width * self.height).max(1.0)).min(1.0)
    }

    fn clipped(&self, area: &Rect) -> f32 {
        let width = area.right().min(self.width) - area.x.max(0.0);
        let height = area.bottom().min(self.height) - area.y.max(0.0);
        width.max(0.0) * height.max(0.0)
    }
}

/// Where a place of a page of this size lies when the page is turned so that letters with `turn` stand upright.
pub(crate) fn turned_back((x, y): (f32, f32), turn: u8, (width, height): (f32, f32)) -> (f32, f32) {
    match turn {
        1 => (y, width - x),
        2 => (width - x, height - y),
        3 => (height - y, x),
        _ => (x, y),
    }
}

/// The box around two corners.
pub(crate) fn rect_of(a: (f32, f32), b: (f32, f32)) -> Rect {
    let (left, right) = (a.0.min(b.0), a.0.max(b.0));
    let (top, bottom) = (a.1.min(b.1), a.1.max(b.1));
    Rect { x: left, y: top, width: right - left, height: bottom - top }
}

/// The box around both.
pub(crate) fn union(a: &Rect, b: &Rect) -> Rect {
    rect_of((a.x.min(b.x), a.y.min(b.y)), (a.right().max(b.right()), a.bottom().max(b.bottom())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_as_wide_as_their_size_are_larger_than_the_file_says() {
        let glyph = |letter, size, left: f32| Glyph {
            letter,
            left,
            right: left + 4.5,
            baseline: 100.0,
            size,
            bold: false,
            mono: false,
            turn: 0,
            unseen: None,
        };
        let letters =
            |size| (0..40).map(move |at| glyph(if at == 0 { 'T' } else { 'e' }, size, 5.0 * at as f32));
        let mut page = PageContent { glyphs: letters(4.3).collect(), ..PageContent::default() };
        page.mend_sizes();
        assert!(page.glyphs.iter().all(|glyph| (9.0..10.5).contains(&glyph.size)), "{:?}", page.glyphs[0]);
        page.glyphs = letters(9.0).collect();
        page.mend_sizes();
        assert!(page.glyphs.iter().all(|glyph| glyph.size == 9.0));
    }
}
