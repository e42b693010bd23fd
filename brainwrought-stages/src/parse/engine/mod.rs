//! [`Engine`]: what the layout needs of a PDF library, and the choice between two of them.

mod hayro;
mod page_labels;
#[cfg_attr(not(feature = "pdfium"), path = "no_pdfium.rs")]
mod paired;
#[cfg(feature = "pdfium")]
mod pdfium;

use std::path::Path;

use brainwrought_core::data::Rect;

use super::error::ParseFailure;
use super::page_content::{FileContent, PageContent, UNKNOWN};
use crate::picture::RgbaImage;

/// How many drawn shapes of a page are looked at; maps and charts have a hundred thousand.
const MAX_SHAPES: usize = 20_000;
/// How many letters of a page are read; a dense page has some ten thousand.
const MAX_GLYPHS: usize = 200_000;
/// How many bookmarks are read.
const MAX_BOOKMARKS: usize = 5_000;
/// How deep bookmarks may nest.
const MAX_BOOKMARK_LEVEL: u8 = 6;

/// A PDF library with an open file.
pub(crate) trait Engine {
    /// Its name in reports.
    fn name(&self) -> &'static str;

    /// The number of pages.
    fn page_count(&self) -> u32;

    /// Reads what belongs to the file as a whole.
    fn file_content(&self) -> FileContent;

    /// Reads a page, from 1; `None` when it is broken or not there.
    fn page_content(&self, page: u32) -> Option<PageContent>;

    /// Draws a part of a page on white; `None` when the page is broken or not there.
    fn render(&self, page: u32, crop: Option<Rect>, width_px: u32) -> Option<RgbaImage>;
}

/// Loads PDFium for this process.
///
/// # Errors
///
/// Tells why the library cannot be loaded; files are then opened without it.
pub(crate) fn load_library(path: &Path) -> Result<(), String> {
    paired::load(path)
}

/// Opens a file with PDFium if its library was loaded, else, or where PDFium cannot make sense of the file, with hayro.
///
/// # Errors
///
/// Refuses files that neither engine can open; of two refusals the more telling one counts.
pub(crate) fn open(pdf: Vec<u8>, password: Option<&str>) -> Result<Box<dyn Engine>, ParseFailure> {
    let pdf = match paired::open(pdf, password)? {
        Ok(file) => return Ok(file),
        Err(pdf) => pdf,
    };
    match hayro::HayroFile::open(pdf, password) {
        Ok(file) if file.page_count() > 0 => Ok(Box::new(file)),
        Ok(_) => Err(ParseFailure::Corrupt),
        Err(refusal) => Err(refusal),
    }
}

/// The most pixels of a picture: more than a panel of a video 2160 × 3840 has, and 32 MB.
pub(super) const MAX_PICTURE_PIXELS: usize = 8 << 20;

/// The size in pixels of a picture of `area` that is `width_px` wide, kept between 1 and 4096 on each side and to
/// [`MAX_PICTURE_PIXELS`].
fn picture_size(area: &Rect, width_px: u32) -> (u32, u32) {
    let width = width_px.clamp(1, 4096) as f32;
    let height = width * area.height.max(1.0) / area.width.max(1.0);
    let shrink = (4096.0 / height).min((MAX_PICTURE_PIXELS as f32 / (width * height)).sqrt()).min(1.0);
    ((width * shrink).round().max(1.0) as u32, (height * shrink).round().max(1.0) as u32)
}

/// The part of a page that is asked for: the crop where it meets the page, or the whole page.
fn visible(crop: Option<Rect>, width: f32, height: f32) -> Rect {
    let page = Rect { x: 0.0, y: 0.0, width, height };
    let Some(crop) = crop else { return page };
    let (left, top) = (crop.x.clamp(0.0, width), crop.y.clamp(0.0, height));
    let (right, bottom) = (crop.right().clamp(left, width), crop.bottom().clamp(top, height));
    if right - left < 1.0 || bottom - top < 1.0 {
        return page;
    }
    Rect { x: left, y: top, width: right - left, height: bottom - top }
}

/// A space that PDFium made up where it may have left a letter out.
#[cfg(feature = "pdfium")]
const DOUBTFUL_SPACE: char = '\u{1}';

/// Each part of a colour that may be taken for that of paper is above this, of 1.
const LIGHT: f32 = 0.9;
/// Text is seen from this opacity on, of 1.
const MIN_ALPHA: f32 = 0.05;

/// The letters of TeX's text faces in the encoding OT1, which have their ligatures at the places of control codes.
const OT1_FACES: [&str; 14] = [
    "cmb", "cmbx", "cmbxsl", "cmbxti", "cmdunh", "cmff", "cmfib", "cmr", "cmsl", "cmss", "cmssbx", "cmssdc",
    "cmssi", "cmti",
];

/// What a letter is: that itself, or where it is a control code, what stands in its place. The text faces of TeX keep their
/// ligatures there, in the order of their encodings OT1 and T1; in any other font nobody knows.
fn decoded(letter: char, font: &str) -> char {
    const LIGATURES: [char; 5] = ['\u{FB00}', '\u{FB01}', '\u{FB02}', '\u{FB03}', '\u{FB04}'];
    if !letter.is_control() {
        return if letter.is_ascii_graphic() && is_pictorial_name(font) { '•' } else { letter };
    }
    let name = font.split_once('+').map_or(font, |(_, name)| name).to_ascii_lowercase();
    let face = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_sized = face.len() < name.len() && face.bytes().all(|byte| byte.is_ascii_lowercase());
    let first = match face {
        _ if !is_sized => None,
        face if OT1_FACES.contains(&face) => Some(0x0B),
        face if face.starts_with("sf") || face.starts_with("ec") => Some(0x1B),
        _ => None,
    };
    let place = first.and_then(|first| (letter as usize).checked_sub(first));
    let ligature = place.and_then(|place| LIGATURES.get(place)).copied();
    // Tabs and line feeds part words in any font.
    ligature.unwrap_or(if letter.is_whitespace() { letter } else { UNKNOWN })
}

/// Tells from its name whether a face has pictures in the places of letters. They stand before items and headings.
fn is_pictorial_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["dingbat", "wingding", "webding", "symbols", "ornament", "pictogram"]
        .iter()
        .any(|mark| name.contains(mark))
}

/// Tells from its name whether a face is bold.
fn is_bold_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["bold", "black", "heavy", "cmbx", "-medi", "demi", "sfbx", "lmroman10-bo", "ptmb", "phvb"]
        .iter()
        .any(|mark| name.contains(mark))
        && !name.contains("medium")
}

/// Tells from its name whether a face has letters of one width.
fn is_mono_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [
        "mono",
        "courier",
        "cmtt",
        "sftt",
        "consol",
        "typewriter",
        "menlo",
        "inconsolata",
        "nimbusmon",
        "txtt",
        "lmtt",
    ]
    .iter()
    .any(|mark| name.contains(mark))
        && !name.contains("monotype")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faces_tell_by_their_names() {
        assert!(is_bold_name("ABCDEF+NimbusRomNo9L-Medi") && is_bold_name("Arial-BoldMT"));
        assert!(!is_bold_name("Roboto-Medium") && !is_bold_name("CMR10"));
        assert!(is_mono_name("CMTT10") && is_mono_name("DejaVuSansMono") && !is_mono_name("MonotypeCorsiva"));
    }

    #[test]
    fn a_control_code_is_a_ligature_where_the_font_says_so() {
        assert_eq!(decoded('\u{0C}', "ABCDEF+CMR10"), '\u{FB01}');
        assert_eq!(decoded('\u{1E}', "SFRM1000"), '\u{FB03}');
        assert_eq!(decoded('\u{01}', "ABCDEF+Arial"), UNKNOWN);
        assert_eq!(decoded('\u{0B}', "CMMI10"), '\u{0B}', "it is an alpha there");
        assert_eq!((decoded('\t', "Arial"), decoded('x', "Arial")), ('\t', 'x'));
        assert_eq!(decoded('\u{05}', "CMR10"), UNKNOWN);
        assert_eq!((decoded('s', "GeneralSymbolsP04"), decoded('s', "Symbol")), ('•', 's'));
    }

    #[test]
    fn crop_outside_the_page_shows_the_page() {
        let crop = Rect { x: 700.0, y: 0.0, width: 10.0, height: 10.0 };
        assert_eq!(visible(Some(crop), 600.0, 800.0).width, 600.0);
        let half = Rect { x: -10.0, y: 0.0, width: 310.0, height: 900.0 };
        let expected = Rect { x: 0.0, y: 0.0, width: 300.0, height: 800.0 };
        assert_eq!(visible(Some(half), 600.0, 800.0), expected);
        assert_eq!(picture_size(&expected, 600), (600, 1600));
        let (width, height) = picture_size(&Rect { width: 800.0, ..expected }, 5000);
        assert!(
            (width * height) as usize <= MAX_PICTURE_PIXELS + 4096 && width == height,
            "{width} {height}"
        );
    }
}
