//! [`HayroFile`]: a file opened by the built-in engine, which is pure Rust.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use brainwrought_core::data::Rect;
use hayro::hayro_interpret::font::{Glyph as FontGlyph, GlyphRun};
use hayro::hayro_interpret::hayro_cmap::BfString;
use hayro::hayro_interpret::util::TransformExt;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, Paint, SoftMask, interpret_page,
};
use hayro::hayro_syntax::object::{Array, Dict, Name, Object, String as PdfString};
use hayro::hayro_syntax::page::Page;
use hayro::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use hayro::kurbo::{Affine, BezPath, PathEl, Point, Rect as KurboRect, Shape};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::vello_cpu::{Pixmap, RasterizerSettings, RenderContext, Resources, TargetInit};
use hayro::{RenderCache, RenderSettings, render_into};

use super::page_labels::page_labels;
use super::{
    Engine, LIGHT, MAX_BOOKMARK_LEVEL, MAX_BOOKMARKS, MAX_GLYPHS, MAX_SHAPES, MIN_ALPHA, decoded,
    is_bold_name, is_mono_name, picture_size, visible,
};
use crate::parse::error::ParseFailure;
use crate::parse::layout::runs_left;
use crate::parse::page_content::{
    Bookmark, FileContent, Glyph, PageContent, SCAN_COVERAGE, UNKNOWN, Unseen, rect_of, turned_back,
};
use crate::picture::RgbaImage;

/// Outlines are given for this many units to the size of the face.
const UNITS_PER_EM: f64 = 1000.0;

pub(super) struct HayroFile {
    pdf: Pdf,
    /// What the file calls its pages, once it was asked.
    labels: OnceCell<Vec<String>>,
}

impl HayroFile {
    pub(super) fn open(pdf: Vec<u8>, password: Option<&str>) -> Result<Self, ParseFailure> {
        match Pdf::new_with_password(pdf, password.unwrap_or_default()) {
            Ok(pdf) => Ok(Self { pdf, labels: OnceCell::new() }),
            Err(LoadPdfError::Invalid) => Err(ParseFailure::Corrupt),
            Err(LoadPdfError::Decryption(DecryptionError::PasswordProtected)) => Err(match password {
                None => ParseFailure::PasswordRequired,
                Some(_) => ParseFailure::WrongPassword,
            }),
            Err(LoadPdfError::Decryption(_)) => Err(ParseFailure::UnknownEncryption),
        }
    }

    fn page(&self, number: u32) -> Option<&Page<'_>> {
        self.pdf.pages().get(number.checked_sub(1)? as usize)
    }

    fn label(&self, number: u32) -> Option<String> {
        let labels = self.labels.get_or_init(|| page_labels(&self.pdf, self.page_count()));
        labels.get(number.checked_sub(1)? as usize).filter(|label| !label.is_empty()).cloned()
    }
}

impl Engine for HayroFile {
    fn name(&self) -> &'static str {
        "hayro"
    }

    fn page_count(&self) -> u32 {
        u32::try_from(self.pdf.pages().len()).unwrap_or(u32::MAX)
    }

    fn file_content(&self) -> FileContent {
        FileContent {
            title: self.pdf.metadata().title.as_deref().map(decode),
            bookmarks: bookmarks(&self.pdf).unwrap_or_default(),
            // Type 1 fonts do not tell their names here.
            knows_bold: false,
            warnings: Vec::new(),
        }
    }

    fn page_content(&self, number: u32) -> Option<PageContent> {
        let page = self.page(number)?;
        let (width, height) = page.render_dimensions();
        let cache = InterpreterCache::new();
        let target = KurboRect::new(0.0, 0.0, f64::from(width), f64::from(height));
        let mut context = Context::new(
            page.initial_transform(true).to_kurbo(),
            target,
            &cache,
            page.xref(),
            InterpreterSettings::default(),
        );
        let label = self.label(number);
        let content = PageContent { number, label, width, height, ..PageContent::default() };
        let mut reader =
            PageReader { content, clips: vec![target], painted: Vec::new(), colours: BTreeSet::new() };
        interpret_page(page, &mut context, &mut reader);
        Some(reader.content)
    }

    fn render(&self, number: u32, crop: Option<Rect>, width_px: u32) -> Option<RgbaImage> {
        let page = self.page(number)?;
        let (page_width, page_height) = page.render_dimensions();
        let area = visible(crop, page_width, page_height);
        let (width, height) = picture_size(&area, width_px);
        let scale = f64::from(width) / f64::from(area.width);
        let transform = Affine::translate((-f64::from(area.x) * scale, -f64::from(area.y) * scale))
            * Affine::scale(scale)
            * page.initial_transform(true).to_kurbo();
        let (pixel_width, pixel_height) = (u16::try_from(width).ok()?, u16::try_from(height).ok()?);
        let mut context = RenderContext::new(pixel_width, pixel_height);
        let cache = RenderCache::new();
        let settings = InterpreterSettings::default();
        render_into(page, &cache, &settings, &RenderSettings::default(), &mut context, transform);
        context.flush();
        let mut pixmap = Pixmap::new(pixel_width, pixel_height);
        let settings = RasterizerSettings { target_init: TargetInit::Clear(WHITE), ..Default::default() };
        context.render_with(&mut pixmap, &mut Resources::default(), settings);
        let pixels = pixmap.data_as_u8_slice().to_vec();
        RgbaImage::from_premultiplied(width as usize, height as usize, pixels).ok()
    }
}

/// Reads letters and shapes where another device would draw them.
struct PageReader {
    content: PageContent,
    /// The areas that are drawn in, each inside the one before; the first is the page.
    clips: Vec<KurboRect>,
    /// The areas that were painted, and with what colour, if it is one.
    painted: Vec<(KurboRect, Option<[f32; 3]>)>,
    /// The colours among them, coarsely.
    colours: BTreeSet<[u8; 3]>,
}

impl PageReader {
    fn clip(&self) -> KurboRect {
        self.clips.last().copied().unwrap_or_default()
    }

    /// The part of an area that shows; `None` when it lies outside of what is drawn in.
    fn shown(&self, area: KurboRect) -> Option<Rect> {
        let (clip, flat) = (self.clip(), area.inflate(0.01, 0.01));
        let shown = clip.intersect(flat);
        (shown.width() > 0.0 && shown.height() > 0.0).then(|| points(clip.intersect(area)))
    }

    /// Notes that an area was painted, for the letters that are drawn on it. `colour` is `None` where it has no single one, or
    /// its shape is not that of the area.
    fn paint(&mut self, area: KurboRect, colour: Option<[f32; 3]>) {
        let is_large = area.width() > MIN_PAINTED && area.height() > MIN_PAINTED;
        if is_large && self.painted.len() <= MAX_PAINTED {
            self.painted.push((area.intersect(self.clip()), colour));
            self.colours.extend(colour.map(quantised));
        }
    }

    /// Notes that nobody sees the letters so far where a picture of the whole page was drawn over them.
    fn hide_under(&mut self, picture: KurboRect) {
        let (width, height) = (self.content.width, self.content.height);
        let Some(area) =
            self.shown(picture).filter(|area| area.width * area.height >= SCAN_COVERAGE * width * height)
        else {
            return;
        };
        let is_over = |glyph: &Glyph| {
            // The measures of a turned letter are those on a turned page.
            glyph.turn != 0
                || (area.x..area.right()).contains(&f32::midpoint(glyph.left, glyph.right))
                    && (area.y..area.bottom()).contains(&glyph.baseline)
        };
        for glyph in self.content.glyphs.iter_mut().filter(|glyph| glyph.unseen.is_none() && is_over(glyph)) {
            glyph.unseen = Some(Unseen::NotDrawn);
        }
    }

    /// Why a letter at this place cannot be seen, if it cannot. `colour` is its own; `None` when it has no single one.
    fn unseen(&self, place: Point, colour: Option<[f32; 4]>) -> Option<Unseen> {
        if !self.clip().inflate(1.0, 1.0).contains(place) {
            return Some(Unseen::Clipped);
        }
        let [red, green, blue, alpha] = colour?;
        if alpha < MIN_ALPHA {
            return Some(Unseen::Colour);
        }
        let own = [red, green, blue];
        // Nearly all text is dark on white; only what is light, or has a colour that was painted, is looked into. Where there
        // is more than can be kept, nobody knows what is behind a letter.
        let is_suspect = own.iter().all(|part| *part > LIGHT) || self.colours.contains(&quantised(own));
        if !is_suspect || self.painted.len() > MAX_PAINTED {
            return None;
        }
        let behind = self.painted.iter().rev().find(|(area, _)| area.contains(place));
        let behind = behind.map_or(Some([1.0; 3]), |(_, colour)| *colour);
        behind.is_some_and(|behind| is_same(own, behind)).then_some(Unseen::Colour)
    }

    /// The letter just before that stands in the place of this one, if it was struck twice, to make it bold or cast a shadow.
    fn struck_before(&mut self, text: &str, area: &Rect, baseline: f32, size: f64) -> Option<&mut Glyph> {
        let reach = STRUCK_WITHIN * size as f32;
        let first = text.chars().next();
        self.content.glyphs.iter_mut().rev().take(STRUCK_BACK).find(|other| {
            Some(other.letter) == first
                && (other.left - area.x).abs() < reach
                && (other.baseline - baseline).abs() < reach
        })
    }

    fn glyph(&mut self, glyph: &FontGlyph<'_>, transform: Affine, paint: Option<[f32; 4]>, is_drawn: bool) {
        if self.content.glyphs.len() >= MAX_GLYPHS {
            return;
        }
        let mut name = String::new();
        let (advance, bold, mono) = match glyph {
            FontGlyph::Outline(outline) => {
                let data = outline.font_data();
                let found = data.as_ref().and_then(|data| data.postscript_name.as_deref());
                found.unwrap_or_default().clone_into(&mut name);
                let weight = data.as_ref().and_then(|data| data.weight).unwrap_or(400);
                let mono = data.as_ref().is_some_and(|data| data.is_monospace);
                (
                    outline.advance_width().unwrap_or(500.0),
                    weight >= 600 || is_bold_name(&name),
                    mono || is_mono_name(&name),
                )
            }
            FontGlyph::Type3(glyph) => (glyph.advance_width().unwrap_or(500.0), false, false),
        };
        let text = match glyph.as_unicode() {
            Some(BfString::Char(letter)) => letter.to_string(),
            Some(BfString::String(text)) => text,
            // Nobody knows what it is, and that there is one matters.
            None => UNKNOWN.to_string(),
        };
        let origin = transform * Point::ORIGIN;
        let end = transform * Point::new(f64::from(advance), 0.0);
        let up = transform * Point::new(0.0, UNITS_PER_EM) - origin;
        let angle = (end - origin).atan2().to_degrees() / 90.0;
        if !angle.is_finite() || (angle - angle.round()).abs() > 0.1 {
            return;
        }
        let turn = (angle.round() as i64).rem_euclid(4) as u8;
        let size = (self.content.width, self.content.height);
        let place = |point: Point| turned_back((point.x as f32, point.y as f32), turn, size);
        let area = rect_of(place(origin), place(end));
        let baseline = place(origin).1;
        let middle = origin + 0.5 * (end - origin) + 0.3 * up;
        let unseen = if is_drawn { self.unseen(middle, paint) } else { Some(Unseen::NotDrawn) };
        if let Some(before) = self.struck_before(&text, &area, baseline, up.hypot()) {
            // One of them may be a halo that cannot be seen.
            before.unseen = before.unseen.and(unseen);
            return;
        }
        let count = text.chars().count().max(1);
        // The letters of a ligature share its box in the order in which they are read.
        let runs_left = text.chars().next().is_some_and(runs_left);
        let width = area.width / count as f32;
        for (index, letter) in text.chars().enumerate() {
            let place = if runs_left { count - 1 - index } else { index };
            let letter = decoded(letter, &name);
            self.content.glyphs.push(Glyph {
                letter,
                left: area.x + width * place as f32,
                right: area.x + width * (place + 1) as f32,
                baseline,
                size: up.hypot() as f32,
                bold,
                mono,
                turn,
                unseen,
            });
        }
    }
}

impl<'a> Device<'a> for PageReader {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        let area = props.transform.transform_rect_bbox(path.bounding_box());
        match mode {
            DrawMode::Fill(_) | DrawMode::FillAndStroke(..) => {
                let colour =
                    colour(&props.paint).filter(|colour| colour[3] > OPAQUE && is_box(path, props.transform));
                self.paint(area, colour.map(opaque));
            }
            // A thick line is an area, too.
            DrawMode::Stroke(stroke) => {
                let width = f64::from(stroke.line_width) * props.transform.determinant().abs().sqrt();
                self.paint(area.inflate(width / 2.0, width / 2.0), None);
            }
            DrawMode::Invisible => {}
        }
        if self.content.drawings.len() < MAX_SHAPES {
            self.content.drawings.extend(self.shown(area));
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        let area = KurboRect::new(0.0, 0.0, f64::from(image.width()), f64::from(image.height()));
        let area = props.transform.transform_rect_bbox(area);
        self.paint(area, None);
        self.hide_under(area);
        if self.content.images.len() < MAX_SHAPES {
            self.content.images.extend(self.shown(area));
        }
    }

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        let (paint, is_drawn) = (colour(&props.paint), !matches!(mode, DrawMode::Invisible));
        for glyph in run.glyphs() {
            self.glyph(glyph, props.transform * glyph.transform(), paint, is_drawn);
        }
    }

    fn push_clip_path(&mut self, clip: &ClipPath) {
        self.clips.push(self.clip().intersect(clip.path.bounding_box()));
    }

    fn pop_clip(&mut self) {
        if self.clips.len() > 1 {
            self.clips.pop();
        }
    }

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn pop_transparency_group(&mut self) {}
}

/// The same letter within this part of its size is the same letter once more; no two letters are set so near.
const STRUCK_WITHIN: f32 = 0.12;
/// How many letters back it is looked for.
const STRUCK_BACK: usize = 3;

/// Painted areas that are kept; pages with more are maps and charts.
const MAX_PAINTED: usize = 2_000;
/// Areas that are smaller on one side, in points, are no background of letters.
const MIN_PAINTED: f64 = 2.0;
/// From this opacity on nothing shines through.
const OPAQUE: f32 = 0.98;

/// Tells whether an outline fills its box: all of its edges are upright or level.
fn is_box(path: &BezPath, transform: Affine) -> bool {
    const MAX_EDGES: usize = 12;
    let is_level = |a: Point, b: Point| (a.x - b.x).abs() < 0.1 || (a.y - b.y).abs() < 0.1;
    let mut corners = Vec::new();
    for element in path.elements().iter().take(MAX_EDGES + 1) {
        match element {
            PathEl::MoveTo(point) | PathEl::LineTo(point) => corners.push(transform * *point),
            PathEl::ClosePath => {}
            PathEl::QuadTo(..) | PathEl::CurveTo(..) => return false,
        }
    }
    let closed = corners.iter().zip(corners.iter().cycle().skip(1));
    (4..=5).contains(&corners.len()) && closed.take(corners.len()).all(|(a, b)| is_level(*a, *b))
}

fn quantised(colour: [f32; 3]) -> [u8; 3] {
    colour.map(|part| (part * 16.0).round() as u8)
}

/// The colour of a paint and its opacity, each from 0 to 1; `None` for a pattern.
fn colour(paint: &Paint<'_>) -> Option<[f32; 4]> {
    match paint {
        Paint::Color(colour) => Some(colour.to_rgba().components()),
        Paint::Pattern(_) => None,
    }
}

fn opaque([red, green, blue, _]: [f32; 4]) -> [f32; 3] {
    [red, green, blue]
}

/// Tells whether two colours cannot be told apart.
fn is_same(a: [f32; 3], b: [f32; 3]) -> bool {
    a.iter().zip(b).all(|(a, b)| (a - b).abs() < 0.04)
}

fn points(area: KurboRect) -> Rect {
    rect_of((area.x0 as f32, area.y0 as f32), (area.x1 as f32, area.y1 as f32))
}

/// Decodes a text string of the file: UTF-16 with a mark, UTF-8 with a mark, else close to Latin-1.
pub(super) fn decode(bytes: &[u8]) -> String {
    match bytes {
        [0xFE, 0xFF, rest @ ..] => {
            let units: Vec<u16> =
                rest.as_chunks::<2>().0.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
            String::from_utf16_lossy(&units)
        }
        [0xFF, 0xFE, rest @ ..] => {
            let units: Vec<u16> =
                rest.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
            String::from_utf16_lossy(&units)
        }
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => bytes.iter().map(|&byte| char::from(byte)).collect(),
    }
}

fn bookmarks(pdf: &Pdf) -> Option<Vec<Bookmark>> {
    let root: Dict<'_> = pdf.xref().get(pdf.xref().root_id())?;
    let outlines: Dict<'_> = root.get("Outlines")?;
    let mut found = Vec::new();
    let mut open: Vec<(Dict<'_>, u8)> = Vec::new();
    open.extend(outlines.get::<Dict<'_>>("First").map(|first| (first, 1)));
    // Files with bookmarks in a circle exist; the cap ends them.
    let mut visited = 0;
    while let Some((item, level)) = open.pop() {
        visited += 1;
        if visited > MAX_BOOKMARKS {
            break;
        }
        let title = item.get::<PdfString<'_>>("Title").map(|title| decode(title.as_bytes()));
        if let (Some(title), Some(page)) = (title, target(pdf, &root, &item)) {
            found.push(Bookmark { level, title, page });
        }
        open.extend(item.get::<Dict<'_>>("Next").map(|next| (next, level)));
        if level < MAX_BOOKMARK_LEVEL {
            open.extend(item.get::<Dict<'_>>("First").map(|first| (first, level + 1)));
        }
    }
    Some(found)
}

/// Finds the page that a bookmark points to: directly, by action, or by name.
fn target(pdf: &Pdf, root: &Dict<'_>, item: &Dict<'_>) -> Option<u32> {
    let holder = if item.contains_key("Dest") { item.clone() } else { item.get::<Dict<'_>>("A")? };
    let key = if item.contains_key("Dest") { "Dest" } else { "D" };
    let place = holder.get::<Array<'_>>(key).or_else(|| {
        let name = match holder.get::<PdfString<'_>>(key) {
            Some(name) => name.as_bytes().to_vec(),
            None => holder.get::<Name<'_>>(key)?.as_str().as_bytes().to_vec(),
        };
        named(root, &name)
    })?;
    let page = place.raw_iter().next()?.as_obj_ref()?;
    let id = page.into();
    let index = pdf.pages().iter().position(|page| page.raw().obj_id() == Some(id))?;
    u32::try_from(index + 1).ok()
}

/// Looks a named place up: in the old dictionary, else in the name tree.
fn named<'a>(root: &Dict<'a>, name: &[u8]) -> Option<Array<'a>> {
    let place = |holder: &Dict<'a>, key: &[u8]| {
        holder.get::<Array<'a>>(key).or_else(|| holder.get::<Dict<'a>>(key)?.get::<Array<'a>>("D"))
    };
    if let Some(found) = root.get::<Dict<'a>>("Dests").and_then(|names| place(&names, name)) {
        return Some(found);
    }
    let mut open = vec![root.get::<Dict<'a>>("Names")?.get::<Dict<'a>>("Dests")?];
    let mut visited = 0;
    while let Some(node) = open.pop() {
        visited += 1;
        if visited > MAX_BOOKMARKS {
            return None;
        }
        if let Some(names) = node.get::<Array<'a>>("Names") {
            let mut items = names.iter::<Object<'a>>();
            while let (Some(key), Some(value)) = (items.next(), items.next()) {
                if key.into_string().is_some_and(|key| key.as_bytes() == name) {
                    return match value {
                        Object::Array(array) => Some(array),
                        Object::Dict(holder) => holder.get::<Array<'a>>("D"),
                        _ => None,
                    };
                }
            }
        }
        if let Some(kids) = node.get::<Array<'a>>("Kids") {
            open.extend(kids.iter::<Dict<'a>>());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_decoded() {
        assert_eq!(decode(b"\xFE\xFF\x00F\x00\xFC\x00r"), "Für");
        assert_eq!(decode(b"\xEF\xBB\xBFna\xC3\xAFve"), "naïve");
        assert_eq!(decode(b"caf\xE9"), "café");
    }
}
