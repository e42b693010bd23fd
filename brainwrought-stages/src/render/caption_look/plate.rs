//! Plates: rectangles of one colour with round corners, under letters.

use tiny_skia::{Color, FillRule, Paint, PathBuilder, Pixmap, Transform};

use crate::picture::RgbaImage;
use crate::text::Ink;

/// The edges of a plate on the frame, in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Edges {
    pub(super) left: f32,
    pub(super) top: f32,
    pub(super) right: f32,
    pub(super) bottom: f32,
}

impl Edges {
    /// The same plate, enlarged around its middle.
    pub(super) fn scaled(self, scale: f32) -> Self {
        let grow = |from: f32, to: f32| {
            let (middle, half) = ((from + to) / 2.0, (to - from) / 2.0 * scale);
            (middle - half, middle + half)
        };
        let ((left, right), (top, bottom)) = (grow(self.left, self.right), grow(self.top, self.bottom));
        Self { left, top, right, bottom }
    }
}

/// Draws a plate in a straight RGBA colour; `None` when it is too small or too large to be one.
pub(super) fn plate(edges: Edges, corner: f32, [r, g, b, a]: [u8; 4]) -> Option<Ink> {
    let (left, top) = (edges.left.floor(), edges.top.floor());
    let (width, height) = ((edges.right.ceil() - left) as u32, (edges.bottom.ceil() - top) as u32);
    let mut pixmap = Pixmap::new(width, height)?;
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color(Color::from_rgba8(r, g, b, a));
    let (x, y) = (edges.left - left, edges.top - top);
    let (right, bottom) = (edges.right - left, edges.bottom - top);
    let r = corner.min((right - x) / 2.0).min((bottom - y) / 2.0).max(0.0);
    // The distance of the control points that makes a cubic closest to a quarter circle.
    let k = r * (1.0 - 0.552_284_8);
    let mut path = PathBuilder::new();
    path.move_to(x + r, y);
    path.line_to(right - r, y);
    path.cubic_to(right - k, y, right, y + k, right, y + r);
    path.line_to(right, bottom - r);
    path.cubic_to(right, bottom - k, right - k, bottom, right - r, bottom);
    path.line_to(x + r, bottom);
    path.cubic_to(x + k, bottom, x, bottom - k, x, bottom - r);
    path.line_to(x, y + r);
    path.cubic_to(x, y + k, x + k, y, x + r, y);
    path.close();
    pixmap.fill_path(&path.finish()?, &paint, FillRule::Winding, Transform::identity(), None);
    let image = RgbaImage::from_premultiplied(width as usize, height as usize, pixmap.take()).ok()?;
    Some(Ink { image, left: left as i32, top: top as i32 })
}
