//! [`Lettering`]: text set in the fonts that panels use.

use std::cell::RefCell;
use std::fmt;

use cosmic_text::{Attrs, Buffer, Color, Family, FontSystem, Metrics, Shaping, SwashCache, Wrap, fontdb};

use super::theme::{INK, Rgb};
use crate::picture::RgbaImage;

/// How heavy letters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// For headlines and pills.
    Black,
    /// For everything that is read.
    Text,
}

/// How text looks.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Look {
    /// The size of the letters in pixels.
    pub(super) size: f32,
    pub(super) weight: Weight,
    pub(super) colour: Rgb,
    /// The width at which lines break, in pixels.
    pub(super) width: f32,
    /// The most lines; what does not fit ends in an ellipsis.
    pub(super) lines: usize,
    /// The distance of two lines, of the size.
    pub(super) leading: f32,
}

impl Default for Look {
    fn default() -> Self {
        Self { size: 32.0, weight: Weight::Text, colour: INK, width: 2000.0, lines: 12, leading: 1.22 }
    }
}

impl Look {
    pub(super) fn scaled(&self, scale: f32) -> Self {
        Self { size: self.size * scale, width: self.width * scale, ..self.clone() }
    }
}

/// Sets text. It keeps the shapes of letters it has drawn, so one is used for many panels.
pub(super) struct Lettering {
    fonts: RefCell<FontSystem>,
    shapes: RefCell<SwashCache>,
}

impl fmt::Debug for Lettering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lettering").finish_non_exhaustive()
    }
}

impl Lettering {
    pub(super) fn new() -> Self {
        let mut fonts = fontdb::Database::new();
        fonts.load_font_data(include_bytes!("../../assets/fonts/Montserrat-Black.ttf").to_vec());
        fonts.load_font_data(include_bytes!("../../assets/fonts/Montserrat-SemiBold.ttf").to_vec());
        Self {
            fonts: RefCell::new(FontSystem::new_with_locale_and_db("en".to_owned(), fonts)),
            shapes: RefCell::new(SwashCache::new()),
        }
    }

    /// The width and height of set text in pixels.
    pub(super) fn size(&self, text: &str, look: &Look) -> (f32, f32) {
        measure(&self.lay_out(text, look))
    }

    /// Sets text on a transparent picture that is just large enough.
    pub(super) fn set(&self, text: &str, look: &Look) -> RgbaImage {
        let buffer = self.lay_out(text, look);
        let (width, height) = measure(&buffer);
        let mut image =
            RgbaImage::transparent((width.ceil() as usize).max(1), (height.ceil() as usize).max(1));
        let mut fonts = self.fonts.borrow_mut();
        let mut shapes = self.shapes.borrow_mut();
        let [r, g, b] = look.colour;
        let ink = Color::rgb(r, g, b);
        for run in buffer.layout_runs() {
            for glyph in run.glyphs {
                let glyph = glyph.physical((0.0, run.line_y), 1.0);
                shapes.with_pixels(&mut fonts, glyph.cache_key, ink, |x, y, colour| {
                    blend(&mut image, glyph.x + x, glyph.y + y, colour);
                });
            }
        }
        image
    }

    /// Breaks text into lines. Words that do not fit give way to an ellipsis, last ones first.
    fn lay_out(&self, text: &str, look: &Look) -> Buffer {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let most = look.lines.max(1);
        let whole = self.lay_out_all(&text, look);
        if whole.layout_runs().count() <= most {
            return whole;
        }
        let ends: Vec<usize> =
            text.char_indices().map(|(at, _)| at).filter(|&at| text[at..].starts_with(' ')).collect();
        let cut = |end: usize| format!("{}…", text[..end].trim_end_matches([' ', ',', ';', ':', '.']));
        let fits = |end: &usize| self.lay_out_all(&cut(*end), look).layout_runs().count() <= most;
        let kept = ends.partition_point(fits);
        match kept.checked_sub(1).and_then(|last| ends.get(last)) {
            Some(&end) => self.lay_out_all(&cut(end), look),
            // Not even the first word fits, so letters go.
            None => {
                let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).skip(1).collect();
                let kept = starts.partition_point(fits);
                let end = kept.checked_sub(1).and_then(|last| starts.get(last)).copied().unwrap_or(0);
                self.lay_out_all(&cut(end), look)
            }
        }
    }

    fn lay_out_all(&self, text: &str, look: &Look) -> Buffer {
        let mut fonts = self.fonts.borrow_mut();
        let size = look.size.max(1.0);
        let mut buffer = Buffer::new(&mut fonts, Metrics::new(size, (size * look.leading).max(1.0)));
        let weight = match look.weight {
            Weight::Black => fontdb::Weight::BLACK,
            Weight::Text => fontdb::Weight::SEMIBOLD,
        };
        let attrs = Attrs::new().family(Family::Name("Montserrat")).weight(weight);
        buffer.set_wrap(Wrap::WordOrGlyph);
        buffer.set_size(Some(look.width.max(1.0)), None);
        buffer.set_text(text, &attrs, Shaping::Advanced, None);
        buffer.shape_until_scroll(&mut fonts, false);
        buffer
    }
}

/// The width of the longest line and the height of all.
fn measure(buffer: &Buffer) -> (f32, f32) {
    let (mut width, mut height) = (0.0f32, 0.0f32);
    for run in buffer.layout_runs() {
        width = width.max(run.line_w);
        height = height.max(run.line_top + run.line_height);
    }
    (width, height)
}

/// Lays a colour over a pixel; outside the picture nothing happens.
fn blend(image: &mut RgbaImage, x: i32, y: i32, colour: Color) {
    let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else { return };
    if x >= image.width() || y >= image.height() || colour.a() == 0 {
        return;
    }
    let at = (y * image.width() + x) * 4;
    let alpha = u32::from(colour.a());
    let over = [colour.r(), colour.g(), colour.b(), 255];
    for (below, above) in image.pixels[at..at + 4].iter_mut().zip(over) {
        *below = ((u32::from(above) * alpha + u32::from(*below) * (255 - alpha) + 127) / 255) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_breaks_and_ends_in_an_ellipsis() {
        let lettering = Lettering::new();
        let look = Look { size: 40.0, width: 300.0, lines: 2, ..Look::default() };
        let long = "The ten thousand things that follow from a single assumption about networks";
        let (width, height) = lettering.size(long, &look);
        assert!(width <= 300.0 && (97.0..=98.0).contains(&height), "{width} {height}");
        let (_, all) = lettering.size(long, &Look { lines: 40, ..look });
        assert!(all > 150.0);
    }

    #[test]
    fn letters_are_drawn_in_their_colour() {
        let look = Look { size: 60.0, weight: Weight::Black, colour: [255, 0, 0], ..Look::default() };
        let image = Lettering::new().set("W", &look);
        assert!(image.pixels.chunks_exact(4).any(|p| p == [255, 0, 0, 255]));
    }
}
