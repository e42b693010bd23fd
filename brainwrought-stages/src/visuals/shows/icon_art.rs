//! Icons as pictures.

use super::super::sticker;
use crate::icons::IconLibrary;
use crate::picture::RgbaImage;

/// Draws an icon, or a sticker, into a square of `side` pixels; nothing when there is none of that name.
pub(super) fn icon(name: &str, side: f32) -> Option<RgbaImage> {
    match IconLibrary::embedded().svg(name) {
        Some(svg) => sticker::draw(&svg, side, side),
        None => sticker::sticker(name, side),
    }
}
