//! [`Card`]: a rounded card with its shadow, and the parts that several cards share.

use super::surface::{Field, Surface};
use super::text_layout::{Look, SetWord, TextLayout};
use super::theme::{ACCENT, CORNER, DUSK, HUES, MARGIN, NIGHT, PADDING, PANEL_WIDTH, PAPER, RULE, Rgb};
use crate::picture::RgbaImage;
use crate::text::{Weight, is_read_from_right};

/// What a card is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stock {
    /// White, for print.
    Paper,
    /// Deep violet, for large words.
    Night,
    /// One of [`HUES`], for large words.
    Hue(u8),
}

/// Draws cards at one scale: 1 for frames 1,080 pixels wide.
#[derive(Debug, Clone, Copy)]
pub(super) struct Table<'a> {
    pub(super) lettering: &'a TextLayout,
    pub(super) scale: f32,
}

/// A card that is being drawn. Its places are in pixels of a frame 1,080 wide, from the top left of the panel.
pub(super) struct Card<'a> {
    table: Table<'a>,
    sheet: Surface,
    /// The card without its shadow.
    pub(super) face: Field,
}

impl<'a> Card<'a> {
    /// Lays down a card whose panel has the given height, shadow included.
    pub(super) fn new(table: Table<'a>, stock: Stock, height: f32) -> Self {
        let sheet = Surface::new(PANEL_WIDTH * table.scale, height * table.scale);
        let face =
            Field::new(MARGIN, MARGIN * 0.6, PANEL_WIDTH - 2.0 * MARGIN, height - 2.0 * MARGIN, CORNER);
        let mut card = Self { table, sheet, face };
        let scaled = card.scaled(face);
        card.sheet.shadow(scaled, 7.0 * table.scale, 8.0 * table.scale, 0.55);
        match stock {
            Stock::Paper => card.sheet.fill(scaled, PAPER, 1.0),
            Stock::Night => card.sheet.fill_gradient(scaled, NIGHT, DUSK),
            Stock::Hue(place) => {
                let (top, bottom) = HUES[usize::from(place) % HUES.len()];
                card.sheet.fill_gradient(scaled, top, bottom);
            }
        }
        card
    }

    /// The left edge of what is on the card.
    pub(super) fn left(&self) -> f32 {
        self.face.x + PADDING
    }

    /// The width of what is on the card.
    pub(super) fn inner_width(&self) -> f32 {
        self.face.width - 2.0 * PADDING
    }

    /// The lower edge of the card.
    pub(super) fn bottom(&self) -> f32 {
        self.face.y + self.face.height
    }

    pub(super) fn fill(&mut self, field: Field, colour: Rgb, opacity: f32) {
        let field = self.scaled(field);
        self.sheet.fill(field, colour, opacity);
    }

    /// Sets text with its top left corner at a place; its top right corner where it is read from the right and has a width.
    pub(super) fn text(&mut self, text: &str, look: &Look, x: f32, y: f32) {
        let scale = self.table.scale;
        let image = self.table.set(text, look);
        let spare = look.width * scale - image.width() as f32;
        let moves = is_read_from_right(text) && !look.centred && look.width <= self.face.width && spare > 0.0;
        self.sheet.paste(&image, x * scale + if moves { spare } else { 0.0 }, y * scale);
    }

    /// Puts down a picture that is already in the output's pixels.
    pub(super) fn paste(&mut self, image: &RgbaImage, x: f32, y: f32, corner: f32) {
        let scale = self.table.scale;
        let (width, height) = (image.width() as f32, image.height() as f32);
        let field = Field::new((x * scale).round(), (y * scale).round(), width, height, corner * scale);
        self.sheet.paste_inside(image, x * scale, y * scale, field);
    }

    /// Puts down a sheet of paper, turned by some degrees, with a shadow, cut at the card's edge.
    pub(super) fn paste_sheet(&mut self, image: &RgbaImage, x: f32, y: f32, degrees: f32) {
        let scale = self.table.scale;
        let face = self.scaled(self.face);
        let mut lifted = Surface::new(image.width() as f32 + 48.0, image.height() as f32 + 48.0);
        let field = Field::new(24.0, 24.0, image.width() as f32, image.height() as f32, 8.0 * scale);
        lifted.shadow(field, 6.0 * scale, 5.0 * scale, 0.5);
        lifted.paste_inside(image, 24.0, 24.0, field);
        self.sheet.paste_turned(
            &lifted.into_image(),
            x * scale - 24.0,
            y * scale - 24.0,
            degrees,
            Some(face),
        );
    }

    /// Draws a pill with a word in it and returns its width. `x` is its left edge.
    pub(super) fn pill(&mut self, text: &str, x: f32, y: f32, ground: Rgb, ink: Rgb) -> f32 {
        let (word_width, _) = self.table.size(text, &pill_look(ink));
        let width = word_width + 36.0;
        self.fill(Field::new(x, y, width, PILL_HEIGHT, PILL_HEIGHT), ground, 1.0);
        let image = self.table.set(text, &pill_look(ink));
        let (image_height, scale) = (image.height() as f32, self.table.scale);
        self.sheet.paste(&image, (x + 18.0) * scale, y * scale + (PILL_HEIGHT * scale - image_height) / 2.0);
        width
    }

    /// Draws a pill whose right edge is at the right edge of what is on the card; returns its left edge.
    pub(super) fn pill_right(&mut self, text: &str, y: f32, ground: Rgb, ink: Rgb) -> f32 {
        let (word_width, _) = self.table.size(text, &pill_look(ink));
        let x = self.left() + self.inner_width() - word_width - 36.0;
        self.pill(text, x, y, ground, ink);
        x
    }

    /// Draws a thin line across the card.
    pub(super) fn rule(&mut self, y: f32) {
        let field = Field::new(self.left(), y, self.inner_width(), 3.0, 1.5);
        self.fill(field, RULE, 1.0);
    }

    /// Draws the short yellow bar that stands under large words.
    pub(super) fn bar(&mut self, x: f32, y: f32) {
        self.fill(Field::new(x, y, 96.0, 12.0, 6.0), ACCENT, 1.0);
    }

    pub(super) fn into_image(self) -> RgbaImage {
        self.sheet.into_image()
    }

    fn scaled(&self, field: Field) -> Field {
        let s = self.table.scale;
        Field::new(field.x * s, field.y * s, field.width * s, field.height * s, field.corner * s)
    }
}

/// A line of set text, in pixels of a frame 1,080 wide.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SetLine {
    pub(super) text: String,
    /// Its upper edge, from the upper edge of the text.
    pub(super) top: f32,
    pub(super) height: f32,
}

/// The height of a pill.
pub(super) const PILL_HEIGHT: f32 = 48.0;

fn pill_look(colour: Rgb) -> Look {
    Look { size: 27.0, weight: Weight::Black, colour, lines: 1, ..Look::default() }
}

impl Table<'_> {
    /// The lines that text breaks into, in pixels of a frame 1,080 wide.
    pub(super) fn lines(&self, text: &str, look: &Look) -> Vec<SetLine> {
        let height = look.size * look.leading;
        let lines = self.lettering.lines(text, &look.scaled(self.scale));
        let set = |(n, text): (usize, String)| SetLine { text, top: n as f32 * height, height };
        lines.into_iter().enumerate().map(set).collect()
    }

    /// The words of set text, in its order, each where it stands.
    pub(super) fn words(&self, text: &str, look: &Look) -> Vec<SetWord> {
        self.lettering.words(text, &look.scaled(self.scale))
    }

    /// Sets text in the output's pixels.
    pub(super) fn set(&self, text: &str, look: &Look) -> RgbaImage {
        self.lettering.set(text, &look.scaled(self.scale))
    }

    /// The width and height of set text in pixels of a frame 1,080 wide.
    pub(super) fn size(&self, text: &str, look: &Look) -> (f32, f32) {
        let (width, height) = self.lettering.size(text, &look.scaled(self.scale));
        (width / self.scale, height / self.scale)
    }

    /// Tells whether no word of a text is wider than its lines.
    pub(super) fn keeps_words(&self, text: &str, look: &Look) -> bool {
        let wide = Look { width: f32::MAX, ..look.clone() };
        text.split_whitespace().all(|word| self.size(word, &wide).0 <= look.width)
    }

    /// The look at the largest of `sizes` that lets the text stand within `height` without breaking a word; the smallest if none
    /// does, with as many lines as fit.
    pub(super) fn fit(&self, text: &str, look: &Look, sizes: &[f32], height: f32) -> Look {
        for &size in sizes {
            let look = Look { size, ..look.clone() };
            // Without a limit on lines, text that does not fit shows as too tall.
            let (_, tall) = self.size(text, &Look { lines: usize::MAX, ..look.clone() });
            if tall <= height && self.keeps_words(text, &look) {
                return look;
            }
        }
        let size = sizes.last().copied().unwrap_or(look.size);
        let (_, line) = self.size("Xg", &Look { size, lines: 1, ..look.clone() });
        let lines = (height / line.max(1.0)).floor().max(1.0) as usize;
        Look { size, lines, ..look.clone() }
    }
}
