//! [`Letters`]: one line of set text, as outlines that can be filled and stroked.

use std::ops::Range;

use cosmic_text::Command;
use tiny_skia::{
    Color, FillRule, LineJoin, Paint, Path, PathBuilder, Pixmap, Stroke as PathStroke, Transform,
};

use crate::picture::RgbaImage;

/// One line of set text. The origin is the start of the baseline; `y` grows downwards; lengths are in pixels.
#[derive(Debug, Clone)]
pub struct Letters {
    size: f32,
    letters: Vec<Letter>,
}

/// One glyph of a line.
#[derive(Debug, Clone)]
pub(super) struct Letter {
    /// The bytes of the text that it shows.
    pub(super) bytes: Range<usize>,
    pub(super) x: f32,
    pub(super) advance: f32,
    pub(super) outline: Option<Path>,
    pub(super) is_missing: bool,
}

/// A line around letters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stroke {
    /// How far it reaches out of the letter, in pixels.
    pub reach: f32,
    /// Its colour, as straight RGBA.
    pub colour: [u8; 4],
}

/// Letters as a picture, and where it lies against the start of the baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct Ink {
    /// The picture.
    pub image: RgbaImage,
    /// Where its left edge lies, in pixels.
    pub left: i32,
    /// Where its top edge lies, in pixels; usually negative.
    pub top: i32,
}

impl Letters {
    pub(super) fn new(size: f32) -> Self {
        Self { size, letters: Vec::new() }
    }

    pub(super) fn push(&mut self, letter: Letter) {
        self.letters.push(letter);
    }

    /// The size of the letters.
    pub fn size(&self) -> f32 {
        self.size
    }

    /// How long the line is.
    pub fn width(&self) -> f32 {
        self.letters.iter().map(|letter| letter.x + letter.advance).fold(0.0, f32::max)
    }

    /// Makes every space in `text`, which these letters show, wider by some pixels.
    #[must_use]
    pub fn with_wider_spaces(mut self, text: &str, by: f32) -> Self {
        // Letters lie in the order they are seen, so this holds for scripts that run to the left, too.
        let mut shift = 0.0;
        for letter in &mut self.letters {
            letter.x += shift;
            if shift > 0.0 {
                letter.outline = letter
                    .outline
                    .take()
                    .and_then(|path| path.transform(Transform::from_translate(shift, 0.0)));
            }
            if text.as_bytes().get(letter.bytes.start) == Some(&b' ') {
                letter.advance += by;
                shift += by;
            }
        }
        self
    }

    /// The number of characters that no font could draw.
    pub fn missing_glyphs(&self) -> u32 {
        self.missing().count() as u32
    }

    /// The bytes of the text that no font could show, one range a glyph.
    pub fn missing(&self) -> impl Iterator<Item = &Range<usize>> {
        self.letters.iter().filter(|letter| letter.is_missing).map(|letter| &letter.bytes)
    }

    /// Where the letters of some bytes of the text begin and end.
    pub fn span(&self, bytes: &Range<usize>) -> Option<(f32, f32)> {
        let within = self.letters.iter().filter(|letter| bytes.contains(&letter.bytes.start));
        within.fold(None, |span, letter| {
            let (from, to) = span.unwrap_or((f32::MAX, f32::MIN));
            Some((from.min(letter.x), to.max(letter.x + letter.advance)))
        })
    }

    /// How far the letters reach above and below the baseline: their top, usually negative, and their bottom.
    pub fn reach(&self) -> Option<(f32, f32)> {
        let outlines = self.letters.iter().filter_map(|letter| letter.outline.as_ref());
        let bounds = outlines.map(Path::bounds);
        bounds.fold(None, |reach, bounds| {
            let (top, bottom) = reach.unwrap_or((f32::MAX, f32::MIN));
            Some((bounds.top().min(top), bounds.bottom().max(bottom)))
        })
    }

    /// Draws the letters of some bytes of the text in `colour`, enlarged by `scale` around `centre`.
    ///
    /// `None` when they leave no ink, as white space does.
    pub fn draw(
        &self,
        bytes: &Range<usize>,
        colour: [u8; 4],
        stroke: Option<Stroke>,
        scale: f32,
        centre: (f32, f32),
    ) -> Option<Ink> {
        let paths: Vec<&Path> = self
            .letters
            .iter()
            .filter(|letter| bytes.contains(&letter.bytes.start))
            .filter_map(|letter| letter.outline.as_ref())
            .collect();
        let reach = stroke.map_or(0.0, |stroke| stroke.reach);
        let bounds = paths.iter().map(|path| path.bounds()).reduce(|a, b| a.join(&b).unwrap_or(a))?;
        let place = |at: f32, centre: f32| (at - centre) * scale + centre;
        let left = (place(bounds.left() - reach, centre.0) - 1.0).floor();
        let top = (place(bounds.top() - reach, centre.1) - 1.0).floor();
        let right = (place(bounds.right() + reach, centre.0) + 1.0).ceil();
        let bottom = (place(bounds.bottom() + reach, centre.1) + 1.0).ceil();
        let mut pixmap = Pixmap::new((right - left) as u32, (bottom - top) as u32)?;
        let transform = Transform::from_translate(-centre.0, -centre.1)
            .post_scale(scale, scale)
            .post_translate(centre.0 - left, centre.1 - top);
        if let Some(stroke) = stroke {
            let line =
                PathStroke { width: stroke.reach * 2.0, line_join: LineJoin::Round, ..PathStroke::default() };
            paths
                .iter()
                .for_each(|path| pixmap.stroke_path(path, &paint(stroke.colour), &line, transform, None));
        }
        for path in paths {
            pixmap.fill_path(path, &paint(colour), FillRule::Winding, transform, None);
        }
        let (width, height) = (pixmap.width() as usize, pixmap.height() as usize);
        let image = RgbaImage::from_premultiplied(width, height, pixmap.take()).ok()?;
        Some(Ink { image, left: left as i32, top: top as i32 })
    }
}

fn paint([r, g, b, a]: [u8; 4]) -> Paint<'static> {
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color(Color::from_rgba8(r, g, b, a));
    paint
}

/// Turns a glyph's outline, whose `y` grows upwards, into a path at its place in the line.
pub(super) fn outline(commands: &[Command], x: f32, y: f32) -> Option<Path> {
    let mut path = PathBuilder::new();
    for command in commands {
        match command {
            Command::MoveTo(p) => path.move_to(x + p.x, y - p.y),
            Command::LineTo(p) => path.line_to(x + p.x, y - p.y),
            Command::QuadTo(c, p) => path.quad_to(x + c.x, y - c.y, x + p.x, y - p.y),
            Command::CurveTo(c, d, p) => path.cubic_to(x + c.x, y - c.y, x + d.x, y - d.y, x + p.x, y - p.y),
            Command::Close => path.close(),
        }
    }
    path.finish()
}

#[cfg(test)]
mod tests {
    use super::super::{Fonts, Weight};
    use super::*;

    #[test]
    fn letters_stand_in_order_and_leave_ink() {
        let letters = Fonts::embedded().set("Queue theory", Weight::Black, 100.0);
        let (first, second) = (letters.span(&(0..5)).unwrap(), letters.span(&(6..12)).unwrap());
        assert!(first.1 < second.0 && second.1 <= letters.width() + 0.5);
        let stroke = Stroke { reach: 8.0, colour: [0, 0, 0, 255] };
        let ink = letters.draw(&(0..5), [255, 255, 255, 255], Some(stroke), 1.0, (0.0, 0.0)).unwrap();
        assert!(ink.top < -50 && ink.left < 10);
        let count = |pixel: [u8; 4]| ink.image.pixels.chunks_exact(4).filter(|p| *p == pixel).count();
        assert!(count([255; 4]) > 3000 && count([0, 0, 0, 255]) > 3000 && count([0; 4]) > 1000);
        assert!(letters.draw(&(5..6), [255; 4], None, 1.0, (0.0, 0.0)).is_none(), "a space leaves no ink");
    }

    #[test]
    fn letters_that_no_font_has_are_counted() {
        assert_eq!(Fonts::embedded().set("naïve Größe", Weight::Black, 40.0).missing_glyphs(), 0);
        assert_eq!(Fonts::embedded().set("注意", Weight::Black, 40.0).missing_glyphs(), 2);
    }

    #[test]
    fn letters_that_no_font_has_leave_no_ink() {
        let letters = Fonts::embedded().set("a注b", Weight::Black, 40.0);
        assert!(letters.draw(&(1..4), [255; 4], None, 1.0, (0.0, 0.0)).is_none());
        assert!(letters.draw(&(0..1), [255; 4], None, 1.0, (0.0, 0.0)).is_some());
        assert_eq!(Fonts::embedded().missing_in("a注b\n意注 c"), ["意", "注"]);
    }

    #[test]
    fn wider_spaces_push_what_follows() {
        let text = "one two six";
        let plain = Fonts::embedded().set(text, Weight::Black, 100.0);
        let wide = plain.clone().with_wider_spaces(text, 10.0);
        assert!((wide.width() - plain.width() - 20.0).abs() < 0.01);
        for (bytes, by) in [(0..3, 0), (4..7, 10), (8..11, 20)] {
            let left =
                |letters: &Letters| letters.draw(&bytes, [255; 4], None, 1.0, (0.0, 0.0)).unwrap().left;
            assert_eq!(left(&wide) - left(&plain), by);
            assert!((wide.span(&bytes).unwrap().0 - plain.span(&bytes).unwrap().0 - by as f32).abs() < 0.01);
        }
    }

    #[test]
    fn scaling_keeps_the_centre() {
        let letters = Fonts::embedded().set("o", Weight::Black, 80.0);
        let (from, to) = letters.span(&(0..1)).unwrap();
        let centre = ((from + to) / 2.0, -25.0);
        let middle = |scale: f32| {
            let ink = letters.draw(&(0..1), [255; 4], None, scale, centre).unwrap();
            ink.left as f32 + ink.image.width() as f32 / 2.0
        };
        assert!((middle(1.0) - middle(1.2)).abs() <= 1.5);
    }
}
