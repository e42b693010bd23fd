//! [`PdfiumFile`]: a file opened by the native PDFium library.

use std::path::Path;
use std::sync::OnceLock;

use brainwrought_core::data::Rect;
use pdfium_render::prelude::{
    PdfBitmap, PdfBitmapFormat, PdfBookmark, PdfColor, PdfDocument, PdfDocumentMetadataTagType, PdfPage,
    PdfPageObject, PdfPageObjectCommon, PdfPageObjectsCommon, PdfPageRenderRotation, PdfPageTextChar,
    PdfPageTextObject, PdfPageTextRenderMode, PdfPathSegments, PdfPoints, PdfRect, PdfRenderConfig, Pdfium,
    PdfiumError, PdfiumInternalError,
};

use super::{
    DOUBTFUL_SPACE, Engine, LIGHT, MAX_BOOKMARK_LEVEL, MAX_BOOKMARKS, MAX_GLYPHS, MAX_SHAPES, MIN_ALPHA,
    decoded, is_bold_name, is_mono_name, picture_size, visible,
};
use crate::parse::error::ParseFailure;
use crate::parse::layout::runs_left;
use crate::parse::page_content::{
    Bookmark, FileContent, Glyph, PageContent, SCAN_COVERAGE, rect_of, turned_back,
};
use crate::picture::RgbaImage;

/// How deep forms may nest before their content is no longer looked into.
const MAX_FORM_DEPTH: u32 = 4;

/// The library can be bound once in a process.
static LIBRARY: OnceLock<Result<Pdfium, String>> = OnceLock::new();

/// Binds the library at `path`, unless one was bound before.
pub(super) fn load(path: &Path) -> Result<(), String> {
    let bind = || match Pdfium::bind_to_library(path) {
        Ok(bindings) => Ok(Pdfium::new(bindings)),
        Err(PdfiumError::LoadLibraryError(error)) => Err(error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    LIBRARY.get_or_init(bind).as_ref().map(drop).map_err(Clone::clone)
}

/// The library, once it is bound.
pub(super) fn library() -> Option<&'static Pdfium> {
    LIBRARY.get()?.as_ref().ok()
}

/// A file that PDFium has opened.
pub(super) struct PdfiumFile {
    document: PdfDocument<'static>,
}

impl PdfiumFile {
    pub(super) fn open(
        library: &'static Pdfium,
        pdf: Vec<u8>,
        password: Option<&str>,
    ) -> Result<Self, ParseFailure> {
        match library.load_pdf_from_byte_vec(pdf, password) {
            Ok(document) => Ok(Self { document }),
            Err(PdfiumError::PdfiumLibraryInternalError(error)) => Err(match (error, password) {
                (PdfiumInternalError::PasswordError, None) => ParseFailure::PasswordRequired,
                (PdfiumInternalError::PasswordError, Some(_)) => ParseFailure::WrongPassword,
                (PdfiumInternalError::SecurityError, _) => ParseFailure::UnknownEncryption,
                _ => ParseFailure::Corrupt,
            }),
            Err(_) => Err(ParseFailure::Corrupt),
        }
    }

    fn page(&self, number: u32) -> Option<PdfPage<'static>> {
        let index = i32::try_from(number.checked_sub(1)?).ok()?;
        self.document.pages().get(index).ok()
    }
}

impl Engine for PdfiumFile {
    fn name(&self) -> &'static str {
        "pdfium"
    }

    fn page_count(&self) -> u32 {
        u32::try_from(self.document.pages().len()).unwrap_or(0)
    }

    fn file_content(&self) -> FileContent {
        let title = self.document.metadata().get(PdfDocumentMetadataTagType::Title);
        FileContent {
            title: title.map(|tag| tag.value().to_owned()),
            bookmarks: bookmarks(&self.document),
            knows_bold: true,
            warnings: Vec::new(),
        }
    }

    fn page_content(&self, number: u32) -> Option<PageContent> {
        let page = self.page(number)?;
        let view = View::from_page(&page);
        let mut content =
            PageContent { number, width: view.width(), height: view.height(), ..PageContent::default() };
        content.label = page.label().filter(|label| !label.is_empty()).map(str::to_owned);
        if let Ok(text) = page.text() {
            let mut face = Face::default();
            let chars = text.chars();
            content.glyphs =
                chars.iter().take(MAX_GLYPHS).filter_map(|c| view.glyph(&c, &mut face)).collect();
        }
        turn_ligatures(&mut content.glyphs);
        doubt_spaces(&mut content.glyphs);
        let mut painted: Vec<(Rect, Option<[u8; 3]>)> = Vec::new();
        // What comes after the shapes that are looked at is not known.
        content.may_hide_text = page.objects().len() > MAX_SHAPES;
        let mut has_text = false;
        for object in page.objects().iter().take(MAX_SHAPES) {
            let Ok(bounds) = object.bounds() else { continue };
            let area = view.rect(
                (bounds.left().value, bounds.bottom().value),
                (bounds.right().value, bounds.top().value),
            );
            content.is_coarse |= object.as_x_object_form_object().is_some();
            content.text_objects += usize::from(object.as_text_object().is_some());
            if let Some(text) = object.as_text_object().filter(|_| !content.may_hide_text) {
                let place = (area.x + 0.5 * area.width, area.y + 0.5 * area.height);
                let mut behind = painted.iter().rev().filter(|(area, _)| contains(area, place));
                content.may_hide_text = match visibility(text) {
                    Visibility::NotDrawn => true,
                    Visibility::Light if behind.next().is_none() => true,
                    Visibility::Coloured(own) if behind.any(|(_, colour)| *colour == Some(own)) => true,
                    _ => is_cut_off(&object, &bounds.to_rect()),
                };
            } else if let Some(colour) = dark(&object) {
                painted.push((area, colour));
            }
            has_text |= object.as_text_object().is_some();
            match kind(&object, 0) {
                Some(Shown::Image) => {
                    // The picture of a page may be drawn over the text that was recognised on it.
                    let is_page = area.width * area.height >= SCAN_COVERAGE * content.width * content.height;
                    content.may_hide_text |= has_text && is_page;
                    content.images.push(area);
                }
                Some(Shown::Drawing) => content.drawings.push(area),
                None => {}
            }
        }
        Some(content)
    }

    fn render(&self, number: u32, crop: Option<Rect>, width_px: u32) -> Option<RgbaImage> {
        let page = self.page(number)?;
        let view = View::from_page(&page);
        let area = visible(crop, view.width(), view.height());
        let (width, height) = picture_size(&area, width_px);
        let scale = width as f32 / area.width;
        let config = PdfRenderConfig::new()
            .set_target_width((view.width() * scale).round() as i32)
            .set_target_height((view.height() * scale).round() as i32)
            // Drawing form fields can hang for ever on a file of 2.5 KB.
            .render_form_data(false)
            .translate(PdfPoints::new(-area.x), PdfPoints::new(-area.y))
            .ok()?;
        let mut bitmap = PdfBitmap::empty(width as i32, height as i32, PdfBitmapFormat::BGRA).ok()?;
        page.render_into_bitmap_with_config(&mut bitmap, &config).ok()?;
        // The page is drawn on opaque white, so that premultiplied and straight colours are the same.
        RgbaImage::from_premultiplied(width as usize, height as usize, bitmap.as_rgba_bytes()).ok()
    }
}

/// Marks the spaces that PDFium made up where a letter may be missing: of two equal letters that overlap it takes the second
/// for a copy of the first, and a word with "ff" in a face with wide boxes falls apart.
fn doubt_spaces(glyphs: &mut [Glyph]) {
    /// A space that was made up is narrower than this, in points, and one between words reaches further, in sizes.
    const MADE_UP: f32 = 0.01;
    const NARROW: f32 = 0.25;
    for at in 1..glyphs.len().saturating_sub(1) {
        let (Some(&before), Some(&space), Some(&after)) =
            (glyphs.get(at - 1), glyphs.get(at), glyphs.get(at + 1))
        else {
            continue;
        };
        let is_made_up = space.letter == ' ' && space.right - space.left < MADE_UP;
        let is_inside = before.letter.is_alphabetic()
            && after.letter.is_lowercase()
            && (before.baseline - after.baseline).abs() < 0.1 * after.size
            && before.right > space.left + MADE_UP
            && (0.0..NARROW * after.size).contains(&(after.left - space.left));
        if is_made_up
            && is_inside
            && let Some(space) = glyphs.get_mut(at)
        {
            *space = Glyph {
                letter: DOUBTFUL_SPACE,
                right: after.left,
                size: after.size,
                baseline: after.baseline,
                ..*space
            };
        }
    }
}

/// Puts the letters of a ligature, which have one box, into the order in which they are read. PDFium turns those that run to
/// the left.
fn turn_ligatures(glyphs: &mut [Glyph]) {
    let is_one = |a: &Glyph, b: &Glyph| {
        runs_left(a.letter)
            && runs_left(b.letter)
            && (a.left, a.right, a.baseline) == (b.left, b.right, b.baseline)
    };
    glyphs.chunk_by_mut(is_one).for_each(<[Glyph]>::reverse);
}

/// Whether a text can be seen, as far as it says itself. What is behind it, and what is cut off, is for the other engine to
/// tell.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Visibility {
    Seen,
    NotDrawn,
    /// It has the colour of paper, or none.
    Light,
    /// It has another colour.
    Coloured([u8; 3]),
}

fn visibility(text: &PdfPageTextObject<'_>) -> Visibility {
    use PdfPageTextRenderMode as Mode;
    // What is not drawn and clips what comes after it, as the letters of a gradient do, is seen by that.
    if matches!(text.render_mode(), Mode::Invisible) {
        return Visibility::NotDrawn;
    }
    match text.fill_color() {
        Ok(colour) if is_light(&colour) || f32::from(colour.alpha()) < 255.0 * MIN_ALPHA => Visibility::Light,
        Ok(colour) => Visibility::Coloured(opaque(&colour)),
        Err(_) => Visibility::Seen,
    }
}

fn is_light(colour: &PdfColor) -> bool {
    f32::from(colour.red().min(colour.green()).min(colour.blue())) > 255.0 * LIGHT
}

fn opaque(colour: &PdfColor) -> [u8; 3] {
    [colour.red(), colour.green(), colour.blue()]
}

/// What an object paints that light text is seen on: the colour, if it has a single one; `None` where it paints nothing dark.
fn dark(object: &PdfPageObject<'_>) -> Option<Option<[u8; 3]>> {
    if object.as_image_object().is_some() || object.as_shading_object().is_some() {
        return Some(None);
    }
    object.as_path_object()?;
    object.fill_color().ok().filter(|colour| !is_light(colour)).map(|colour| Some(opaque(&colour)))
}

fn contains(area: &Rect, (x, y): (f32, f32)) -> bool {
    (area.x..=area.right()).contains(&x) && (area.y..=area.bottom()).contains(&y)
}

/// How many paths of a clip are looked at, and how many corners of each.
const CLIP_PATHS: u16 = 4;
const CLIP_CORNERS: u32 = 16;

/// Tells whether an object lies outside of what is drawn in, as far as the boxes of its clips tell.
fn is_cut_off(object: &PdfPageObject<'_>, bounds: &PdfRect) -> bool {
    let Some(clip) = object.get_clip_path() else { return false };
    let middle = (
        f32::midpoint(bounds.left().value, bounds.right().value),
        f32::midpoint(bounds.bottom().value, bounds.top().value),
    );
    (0..clip.len().min(CLIP_PATHS)).filter_map(|path| clip.get(path).ok()).any(|path| {
        let (mut low, mut high) = ((f32::INFINITY, f32::INFINITY), (f32::NEG_INFINITY, f32::NEG_INFINITY));
        let corners = (0..path.len().min(CLIP_CORNERS)).filter_map(|corner| path.get(corner).ok());
        for corner in corners {
            let (x, y) = (corner.x().value, corner.y().value);
            low = (low.0.min(x), low.1.min(y));
            high = (high.0.max(x), high.1.max(y));
        }
        let is_inside = |at: f32, low: f32, high: f32| at >= low - 1.0 && at <= high + 1.0;
        low.0 <= high.0 && !(is_inside(middle.0, low.0, high.0) && is_inside(middle.1, low.1, high.1))
    })
}

/// What an object shows beside text.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Shown {
    Image,
    Drawing,
}

fn kind(object: &PdfPageObject<'_>, depth: u32) -> Option<Shown> {
    if object.as_image_object().is_some() {
        return Some(Shown::Image);
    }
    if object.as_path_object().is_some() || object.as_shading_object().is_some() {
        return Some(Shown::Drawing);
    }
    // The boxes of what lies inside a form are in the form's own space, so a form counts as a whole.
    let form = object.as_x_object_form_object()?;
    if depth >= MAX_FORM_DEPTH {
        return None;
    }
    let inner: Vec<Shown> = form.iter().take(200).filter_map(|inner| kind(&inner, depth + 1)).collect();
    if inner.contains(&Shown::Image) { Some(Shown::Image) } else { inner.first().copied() }
}

fn bookmarks(document: &PdfDocument<'_>) -> Vec<Bookmark> {
    let mut found = Vec::new();
    let mut open: Vec<(PdfBookmark<'_>, u8)> = Vec::new();
    open.extend(document.bookmarks().root().map(|root| (root, 1)));
    // Files with bookmarks in a circle exist; the cap ends them.
    let mut visited = 0;
    while let Some((bookmark, level)) = open.pop() {
        visited += 1;
        if visited > MAX_BOOKMARKS {
            break;
        }
        let page = match bookmark.destination() {
            Some(destination) => destination.page_index().ok(),
            None => bookmark.action().and_then(|action| {
                let local = action.as_local_destination_action()?;
                local.destination().ok()?.page_index().ok()
            }),
        };
        if let (Some(title), Some(page)) = (bookmark.title(), page.and_then(|page| u32::try_from(page).ok()))
        {
            found.push(Bookmark { level, title, page: page + 1 });
        }
        open.extend(bookmark.next_sibling().map(|next| (next, level)));
        if level < MAX_BOOKMARK_LEVEL {
            open.extend(bookmark.first_child().map(|child| (child, level + 1)));
        }
    }
    found
}

/// The face of the last letter, so that its name is looked into once.
#[derive(Debug, Default)]
struct Face {
    name: String,
    is_bold: bool,
    is_mono: bool,
}

impl Face {
    fn change_to(&mut self, name: String) {
        if name != self.name {
            *self = Self { is_bold: is_bold_name(&name), is_mono: is_mono_name(&name), name };
        }
    }
}

/// Maps the file's own coordinates to the page as displayed.
struct View {
    left: f32,
    top: f32,
    /// Before the rotation.
    size: (f32, f32),
    quarter_turns: u8,
}

impl View {
    fn from_page(page: &PdfPage<'_>) -> Self {
        let quarter_turns = match page.rotation() {
            Ok(PdfPageRenderRotation::Degrees90) => 1,
            Ok(PdfPageRenderRotation::Degrees180) => 2,
            Ok(PdfPageRenderRotation::Degrees270) => 3,
            _ => 0,
        };
        let (width, height) = (page.width().value, page.height().value);
        let size = if quarter_turns % 2 == 1 { (height, width) } else { (width, height) };
        let (left, top) = match page.boundaries().bounding() {
            Ok(found) => (found.bounds.left().value, found.bounds.top().value),
            Err(_) => (0.0, size.1),
        };
        Self { left, top, size, quarter_turns }
    }

    fn width(&self) -> f32 {
        if self.quarter_turns % 2 == 1 { self.size.1 } else { self.size.0 }
    }

    fn height(&self) -> f32 {
        if self.quarter_turns % 2 == 1 { self.size.0 } else { self.size.1 }
    }

    fn point(&self, x: f32, y: f32) -> (f32, f32) {
        let (x, y) = (x - self.left, self.top - y);
        let (width, height) = self.size;
        match self.quarter_turns {
            1 => (height - y, x),
            2 => (width - x, height - y),
            3 => (y, width - x),
            _ => (x, y),
        }
    }

    fn rect(&self, a: (f32, f32), b: (f32, f32)) -> Rect {
        rect_of(self.point(a.0, a.1), self.point(b.0, b.1))
    }

    fn glyph(&self, c: &PdfPageTextChar<'_>, face: &mut Face) -> Option<Glyph> {
        face.change_to(c.font_name());
        let letter = match c.unicode_char()? {
            // PDFium marks a hyphen at the end of a line so, and puts line feeds in by itself.
            letter @ '\u{02}' => letter,
            letter if letter.is_control() && c.is_generated().unwrap_or(false) => letter,
            letter => decoded(letter, &face.name),
        };
        let bounds = c.loose_bounds().ok()?;
        let area = self
            .rect((bounds.left().value, bounds.bottom().value), (bounds.right().value, bounds.top().value));
        let (x, y) = c.origin().ok()?;
        let origin = self.point(x.value, y.value);
        // PDFium measures the angle clockwise; it says so by a failure where the angle is minus zero.
        let angle = c.angle_degrees().unwrap_or(0.0) / 90.0;
        if (angle - angle.round()).abs() > 0.1 {
            return None;
        }
        let turn = (angle.round() as i64 + i64::from(self.quarter_turns)).rem_euclid(4) as u8;
        let page = (self.width(), self.height());
        let area = rect_of(
            turned_back((area.x, area.y), turn, page),
            turned_back((area.right(), area.bottom()), turn, page),
        );
        let (_, baseline) = turned_back(origin, turn, page);
        let size = match c.scaled_font_size().value.abs() {
            size if size > 0.5 => size,
            // It is nothing where the text is turned in the file, and the page back again.
            _ if (0.5..1.2).contains(&(c.unscaled_font_size().value / area.height.max(0.1))) => {
                c.unscaled_font_size().value
            }
            _ => area.height.min(area.width * 3.0),
        };
        let weight = c.font_weight().map_or(0, weight);
        Some(Glyph {
            letter,
            left: area.x,
            right: area.right(),
            baseline,
            size,
            bold: weight >= 600 || face.is_bold,
            mono: face.is_mono || c.font_is_fixed_pitch(),
            turn,
            unseen: None,
        })
    }
}

fn weight(weight: pdfium_render::prelude::PdfFontWeight) -> u32 {
    use pdfium_render::prelude::PdfFontWeight as Weight;
    match weight {
        Weight::Weight600 => 600,
        Weight::Weight700Bold => 700,
        Weight::Weight800 => 800,
        Weight::Weight900 => 900,
        Weight::Custom(weight) if weight < 1000 => weight,
        _ => 400,
    }
}
