//! Panels of pictures from elsewhere, with the words that say who made them.

use super::card::Table;
use super::surface::{Field, Surface};
use super::text_layout::Look;
use super::theme::{CORNER, MARGIN, NIGHT, PANEL_HEIGHT, PANEL_WIDTH, PAPER};
use crate::picture::RgbaImage;
use crate::text::Weight;

/// The room for a picture, in pixels of a frame 1,080 wide.
pub(super) const PICTURE_ROOM: (f32, f32) = (PANEL_WIDTH - 2.0 * MARGIN, PANEL_HEIGHT - 2.0 * MARGIN);
/// The height of a credit.
const CREDIT_HEIGHT: f32 = 40.0;
/// The room between a credit and the edge of its picture.
const CREDIT_EDGE: f32 = 16.0;

/// Draws a picture as a card with round corners. `image` is in the output's pixels.
pub(super) fn picture(table: Table<'_>, image: &RgbaImage, credit: Option<&str>) -> RgbaImage {
    let (width, height) = (image.width() as f32, image.height() as f32);
    let margin = (MARGIN * table.scale).round();
    let mut sheet = Surface::new(width + 2.0 * margin, height + 2.0 * margin);
    let top = (margin * 0.6).round();
    let field = Field::new(margin, top, width, height, CORNER * table.scale);
    sheet.shadow(field, 7.0 * table.scale, 8.0 * table.scale, 0.55);
    // A picture may have holes.
    sheet.fill(field, PAPER, 1.0);
    sheet.paste_inside(image, margin, top, field);
    if let Some(text) = credit {
        draw_credit(&mut sheet, table, text, (margin, top + height), width);
    }
    sheet.into_image()
}

/// Draws a credit alone, where a panel would have it: for a clip that fills the frame behind.
pub(super) fn credit(table: Table<'_>, text: &str) -> RgbaImage {
    let (width, height) = (PANEL_WIDTH * table.scale, PANEL_HEIGHT * table.scale);
    let mut sheet = Surface::new(width, height);
    draw_credit(&mut sheet, table, text, (0.0, height), width);
    sheet.into_image()
}

/// Draws who made a picture into its lower left corner; all measures are in the output's pixels.
fn draw_credit(sheet: &mut Surface, table: Table<'_>, text: &str, (left, bottom): (f32, f32), width: f32) {
    let scale = table.scale;
    let (edge, inset) = (CREDIT_EDGE * scale, 14.0 * scale);
    let room = (width - 2.0 * edge - 2.0 * inset).max(1.0);
    let look = Look {
        size: 23.0,
        weight: Weight::SemiBold,
        colour: PAPER,
        width: room / scale,
        lines: 1,
        ..Look::default()
    };
    let words = table.set(text, &look);
    let height = CREDIT_HEIGHT * scale;
    let (x, y) = (left + edge, bottom - edge - height);
    let field = Field::new(x, y, words.width() as f32 + 2.0 * inset, height, height / 2.0);
    sheet.fill(field, NIGHT, 0.8);
    sheet.paste(&words, x + inset, y + (height - words.height() as f32) / 2.0);
}

#[cfg(test)]
mod tests {
    use super::super::text_layout::TextLayout;
    use super::*;
    use crate::text::Fonts;

    #[test]
    fn a_picture_has_round_corners_and_says_who_made_it() {
        let lettering = TextLayout::new(Fonts::embedded());
        let table = Table { lettering: &lettering, scale: 0.5 };
        let mut image = RgbaImage::transparent(300, 200);
        image.pixels.chunks_exact_mut(4).for_each(|pixel| pixel.copy_from_slice(&[0, 200, 0, 255]));
        let plain = picture(table, &image, None);
        assert_eq!((plain.width(), plain.height()), (320, 220));
        let at = |image: &RgbaImage, x: usize, y: usize| image.pixels[(y * image.width() + x) * 4 + 1];
        assert_eq!((at(&plain, 160, 100), plain.pixels[(7 * 320 + 11) * 4 + 3] < 200), (200, true));
        let credited = picture(table, &image, Some(&"A very long name of somebody / Pexels ".repeat(9)));
        let changed = credited.pixels.iter().zip(&plain.pixels).filter(|(a, b)| a != b).count();
        assert!(changed > 2_000 && at(&credited, 160, 100) == 200);
        let alone = credit(table, "Somebody / Pexels");
        assert_eq!((alone.width(), alone.height()), (426, 350));
    }
}
