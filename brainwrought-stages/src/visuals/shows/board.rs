//! [`Board`]: a card whose parts come in one after the other.

use brainwrought_core::data::{Layer, Moment, Motion, Patch};

use super::super::card::{Card, Stock, Table};
use super::super::sticker;
use super::super::surface::{Field, Surface};
use super::super::text_layout::Look;
use super::super::theme::{MARGIN, PADDING, PANEL_WIDTH, Rgb};
use crate::picture::RgbaImage;

/// A drawn show before its sheet is stored.
#[derive(Debug)]
pub(in super::super) struct DrawnShow {
    pub(in super::super) sheet: RgbaImage,
    pub(in super::super) layers: Vec<Layer>,
    pub(in super::super) width: u32,
    pub(in super::super) height: u32,
    /// In pixels of a frame 1,080 wide; 0 where nothing is set in type.
    pub(in super::super) smallest_type: f32,
}

/// A show that is being drawn. Places are in pixels of a frame 1,080 wide, from the top left of the show.
pub(super) struct Board<'a> {
    pub(super) table: Table<'a>,
    height: f32,
    parts: Vec<(RgbaImage, Layer)>,
    smallest_type: f32,
}

/// The left edge of what is on a board.
pub(super) const LEFT: f32 = MARGIN + PADDING;
/// The top edge of what is on a board.
pub(super) const TOP: f32 = MARGIN * 0.6 + PADDING;
/// The width of what is on a board.
pub(super) const WIDTH: f32 = PANEL_WIDTH - 2.0 * LEFT;

impl<'a> Board<'a> {
    /// Lays down a card whose content has the given height.
    pub(super) fn new(table: Table<'a>, stock: Stock, content: f32) -> Self {
        let height = content + 2.0 * MARGIN + 2.0 * PADDING;
        let mut board = Self { table, height, parts: Vec::new(), smallest_type: 0.0 };
        let card = Card::new(table, stock, height).into_image();
        board.put(card, (0.0, 0.0), Moment::START, Motion::Rise);
        board
    }

    /// Puts down a picture in the output's pixels, with its top left corner at a place.
    pub(super) fn put(&mut self, image: RgbaImage, (x, y): (f32, f32), enters: Moment, motion: Motion) {
        let scale = self.table.scale;
        let from = Patch { x: 0, y: 0, width: image.width() as u32, height: image.height() as u32 };
        let (x, y) = ((x * scale).round() as i32, (y * scale).round() as i32);
        self.parts.push((image, Layer { from, x, y, enters, leaves: None, motion }));
    }

    /// Lets what was put down last go at a moment.
    pub(super) fn until(&mut self, leaves: Moment) {
        if let Some((_, layer)) = self.parts.last_mut() {
            layer.leaves = Some(leaves);
        }
    }

    /// Sets text with its top left corner at a place; in the middle of `look.width` where it is centred.
    pub(super) fn text(
        &mut self,
        text: &str,
        look: &Look,
        (x, y): (f32, f32),
        enters: Moment,
        motion: Motion,
    ) {
        if text.trim().is_empty() {
            return;
        }
        let image = self.table.set(text, look);
        let spare = look.width - image.width() as f32 / self.table.scale;
        let from_right = crate::text::is_read_from_right(text);
        let shift = match (look.centred, from_right) {
            (true, _) => spare / 2.0,
            (false, true) => spare,
            (false, false) => 0.0,
        };
        self.saw(look.size);
        self.put(image, (x + shift.max(0.0), y), enters, motion);
    }

    /// Notes the size of letters that are on the board.
    pub(super) fn saw(&mut self, size: f32) {
        self.smallest_type = if self.smallest_type == 0.0 { size } else { self.smallest_type.min(size) };
    }

    /// Fills a field.
    pub(super) fn field(&mut self, field: Field, colour: Rgb, enters: Moment, motion: Motion) {
        let scale = self.table.scale;
        let (width, height) = (field.width * scale, field.height * scale);
        let mut surface = Surface::new(width, height);
        surface.fill(Field::new(0.0, 0.0, width, height, field.corner * scale), colour, 1.0);
        self.put(surface.into_image(), (field.x, field.y), enters, motion);
    }

    /// Draws an SVG into a rectangle.
    pub(super) fn svg(
        &mut self,
        svg: &str,
        (x, y, width, height): (f32, f32, f32, f32),
        enters: Moment,
        motion: Motion,
    ) {
        let scale = self.table.scale;
        if let Some(image) = sticker::draw(svg, width * scale, height * scale) {
            self.put(image, (x, y), enters, motion);
        }
    }

    /// Draws an icon into a square; false when there is none of that name.
    pub(super) fn icon(
        &mut self,
        name: &str,
        (x, y): (f32, f32),
        side: f32,
        enters: Moment,
        motion: Motion,
    ) -> bool {
        let image = super::icon_art::icon(name, side * self.table.scale);
        let is_there = image.is_some();
        if let Some(image) = image {
            self.put(image, (x, y), enters, motion);
        }
        is_there
    }

    /// Packs all parts onto one sheet.
    pub(super) fn finish(self) -> DrawnShow {
        let scale = self.table.scale;
        let width = self.parts.iter().map(|(image, _)| image.width()).max().unwrap_or(1).max(1);
        let (mut x, mut y, mut shelf) = (0, 0, 0);
        let mut places = Vec::with_capacity(self.parts.len());
        for (image, _) in &self.parts {
            if x + image.width() > width {
                (x, y, shelf) = (0, y + shelf, 0);
            }
            places.push((x, y));
            x += image.width();
            shelf = shelf.max(image.height());
        }
        let mut sheet = RgbaImage::transparent(width, (y + shelf).max(1));
        let mut layers = Vec::with_capacity(self.parts.len());
        for ((image, mut layer), (x, y)) in self.parts.into_iter().zip(places) {
            for (row, line) in image.pixels.chunks_exact((image.width() * 4).max(4)).enumerate() {
                let at = ((y + row) * width + x) * 4;
                sheet.pixels[at..at + line.len()].copy_from_slice(line);
            }
            (layer.from.x, layer.from.y) = (x as u32, y as u32);
            if let Motion::Push { to, .. } = &mut layer.motion {
                (to.x, to.y) = (to.x + x as u32, to.y + y as u32);
            }
            layers.push(layer);
        }
        DrawnShow {
            sheet,
            layers,
            width: (PANEL_WIDTH * scale).ceil() as u32,
            height: (self.height * scale).ceil() as u32,
            smallest_type: self.smallest_type,
        }
    }
}
