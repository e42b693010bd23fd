//! [`PairedFile`]: PDFium, with hayro for what PDFium does not tell: the names of some letters, what is cut off a form.

use std::cell::OnceCell;
use std::collections::HashMap;

use brainwrought_core::data::Rect;

use super::hayro::HayroFile;
use super::pdfium::{PdfiumFile, library};
use super::{DOUBTFUL_SPACE, Engine};
use crate::parse::error::ParseFailure;
use crate::parse::page_content::{FileContent, Glyph, PageContent, UNKNOWN};
use crate::picture::RgbaImage;

pub(super) use super::pdfium::load;

/// The two engines place the same letter at most this far apart, in points.
const REACH: f32 = 0.7;

/// On a page with fewer letters than this PDFium may have left out those of a whole font.
const FEW_GLYPHS: usize = 200;

/// Opens a file, or gives its bytes back where PDFium was not loaded or makes no sense of them.
pub(super) fn open(
    pdf: Vec<u8>,
    password: Option<&str>,
) -> Result<Result<Box<dyn Engine>, Vec<u8>>, ParseFailure> {
    let Some(library) = library() else { return Ok(Err(pdf)) };
    match PdfiumFile::open(library, pdf.clone(), password) {
        Ok(file) if file.page_count() > 0 => Ok(Ok(Box::new(PairedFile::new(file, pdf, password)))),
        Ok(_) | Err(ParseFailure::Corrupt) => Ok(Err(pdf)),
        Err(refusal) => Err(refusal),
    }
}

/// A file opened by PDFium, and by hayro once a page has letters without a meaning (ligatures, mostly) or forms.
struct PairedFile {
    first: PdfiumFile,
    second: OnceCell<Option<HayroFile>>,
    pdf: Vec<u8>,
    password: Option<String>,
}

impl PairedFile {
    fn new(first: PdfiumFile, pdf: Vec<u8>, password: Option<&str>) -> Self {
        Self { first, second: OnceCell::new(), pdf, password: password.map(str::to_owned) }
    }

    fn second(&self) -> Option<&HayroFile> {
        let open = || HayroFile::open(self.pdf.clone(), self.password.as_deref()).ok();
        self.second.get_or_init(open).as_ref()
    }
}

impl Engine for PairedFile {
    fn name(&self) -> &'static str {
        self.first.name()
    }

    fn page_count(&self) -> u32 {
        self.first.page_count()
    }

    fn file_content(&self) -> FileContent {
        self.first.file_content()
    }

    fn page_content(&self, page: u32) -> Option<PageContent> {
        let mut content = self.first.page_content(page)?;
        let has_unknown = content.glyphs.iter().any(|glyph| matches!(glyph.letter, UNKNOWN | DOUBTFUL_SPACE));
        let may_lack_text = content.glyphs.len() < FEW_GLYPHS && content.text_objects > content.glyphs.len();
        if (has_unknown || content.is_coarse || content.may_hide_text || may_lack_text)
            && let Some(other) = self.second().and_then(|second| second.page_content(page))
        {
            if may_lack_text && other.glyphs.len() > 2 * content.glyphs.len() {
                // PDFium gives no letters of fonts whose encoding it does not have.
                content.glyphs = other.glyphs;
            } else {
                content.glyphs = named(&content.glyphs, &other.glyphs);
                mark_unseen(&mut content.glyphs, &other.glyphs);
            }
            if content.is_coarse {
                content.images = other.images;
                content.drawings = other.drawings;
            }
        }
        for glyph in content.glyphs.iter_mut().filter(|glyph| glyph.letter == DOUBTFUL_SPACE) {
            glyph.letter = ' ';
        }
        Some(content)
    }

    fn render(&self, page: u32, crop: Option<Rect>, width_px: u32) -> Option<RgbaImage> {
        self.first.render(page, crop, width_px)
    }
}

/// The letters of a page by where they stand.
struct Places<'a> {
    cells: HashMap<(i32, i32, u8), Vec<&'a Glyph>>,
}

/// The width of a cell, in points.
const CELL: f32 = 8.0;

impl<'a> Places<'a> {
    fn new(glyphs: &'a [Glyph]) -> Self {
        let mut cells: HashMap<(i32, i32, u8), Vec<&Glyph>> = HashMap::new();
        for glyph in glyphs {
            cells.entry(Self::cell(glyph)).or_default().push(glyph);
        }
        Self { cells }
    }

    fn cell(glyph: &Glyph) -> (i32, i32, u8) {
        let middle = f32::midpoint(glyph.left, glyph.right);
        ((middle / CELL).floor() as i32, (glyph.baseline / CELL).floor() as i32, glyph.turn)
    }

    /// The same letters at the same place.
    fn same<'g>(&self, glyph: &'g Glyph) -> impl Iterator<Item = &'a Glyph> + use<'a, 'g> {
        let (column, row, turn) = Self::cell(glyph);
        let middle = f32::midpoint(glyph.left, glyph.right);
        let near =
            (-1..=1).flat_map(move |down| (-1..=1).map(move |right| (column + right, row + down, turn)));
        let near: Vec<&Glyph> = near
            .filter_map(|cell| self.cells.get(&cell))
            .flat_map(|cell| cell.iter().take(MAX_STACKED))
            .copied()
            .collect();
        near.into_iter().filter(move |other| {
            other.letter == glyph.letter
                && (other.baseline - glyph.baseline).abs() <= REACH
                && other.left - REACH < middle
                && middle < other.right + REACH
        })
    }
}

/// How many letters of a cell are looked at; a cell has room for a few.
const MAX_STACKED: usize = 64;

/// Takes over which letters nobody sees. A letter that the other engine does not have is taken for seen.
fn mark_unseen(glyphs: &mut [Glyph], others: &[Glyph]) {
    if others.iter().all(|other| other.unseen.is_none()) {
        return;
    }
    let places = Places::new(others);
    for glyph in glyphs {
        let place = *glyph;
        let mut here = places.same(&place);
        if let Some(first) = here.next()
            && first.unseen.is_some()
            && here.all(|other| other.unseen.is_some())
        {
            glyph.unseen = first.unseen;
        }
    }
}

/// Puts the letters that stand in the places of unknown ones there.
fn named(glyphs: &[Glyph], others: &[Glyph]) -> Vec<Glyph> {
    let mut others: Vec<&Glyph> = others.iter().collect();
    others.sort_by(|a, b| a.baseline.total_cmp(&b.baseline));
    let mut named = Vec::with_capacity(glyphs.len());
    for glyph in glyphs {
        if !matches!(glyph.letter, UNKNOWN | DOUBTFUL_SPACE) {
            named.push(*glyph);
            continue;
        }
        let from = others.partition_point(|other| other.baseline < glyph.baseline - REACH);
        let mut found: Vec<&Glyph> = others
            .iter()
            .skip(from)
            .take_while(|other| other.baseline <= glyph.baseline + REACH)
            .filter(|other| {
                let middle = f32::midpoint(other.left, other.right);
                other.turn == glyph.turn && middle > glyph.left - REACH && middle < glyph.right + REACH
            })
            .filter(|other| other.right - other.left <= glyph.right - glyph.left + 2.0 * REACH)
            .copied()
            .collect();
        found.sort_by(|a, b| a.left.total_cmp(&b.left));
        // What was a space stays one where there is nothing else.
        if found.is_empty() && glyph.letter == DOUBTFUL_SPACE {
            named.push(*glyph);
        }
        named.extend(found.iter().map(|other| Glyph { letter: other.letter, ..*glyph }));
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glyph(letter: char, left: f32, right: f32) -> Glyph {
        Glyph {
            letter,
            left,
            right,
            baseline: 100.0,
            size: 10.0,
            bold: false,
            mono: false,
            turn: 0,
            unseen: None,
        }
    }

    #[test]
    fn unknown_letters_get_their_names() {
        let glyphs = [glyph('o', 0.0, 5.0), glyph(UNKNOWN, 5.0, 11.0), glyph('!', 11.0, 13.0)];
        let others = [
            glyph('o', 0.1, 5.1),
            glyph('f', 5.1, 8.1),
            glyph('f', 8.1, 11.1),
            glyph('!', 11.9, 14.0),
            Glyph { baseline: 112.0, ..glyph('x', 5.0, 11.0) },
        ];
        let letters: String = named(&glyphs, &others).iter().map(|glyph| glyph.letter).collect();
        assert_eq!(letters, "off!");
    }

    #[test]
    fn a_doubtful_space_is_what_the_other_engine_sees() {
        let glyphs = [
            glyph('O', 0.0, 7.0),
            glyph('f', 5.0, 12.0),
            glyph(DOUBTFUL_SPACE, 10.0, 12.8),
            glyph('i', 12.8, 15.0),
        ];
        let with = |letter: char| {
            let others = [
                glyph('O', 0.0, 7.0),
                glyph('f', 7.0, 10.0),
                glyph(letter, 10.0, 12.8),
                glyph('i', 12.8, 15.0),
            ];
            named(&glyphs, &others).iter().map(|glyph| glyph.letter).collect::<String>()
        };
        assert_eq!((with('f').as_str(), with(' ').as_str()), ("Offi", "Of i"));
        let alone = named(&glyphs, &[]);
        assert_eq!(alone[2].letter, DOUBTFUL_SPACE);
    }
}
