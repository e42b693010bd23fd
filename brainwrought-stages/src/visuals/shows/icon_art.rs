//! Icons as pictures.

use super::super::sticker;
use crate::picture::RgbaImage;

/// Draws an icon into a square of `side` pixels; nothing when there is none of that name.
pub(super) fn icon(name: &str, side: f32) -> Option<RgbaImage> {
    sticker::sticker(name, side)
}
