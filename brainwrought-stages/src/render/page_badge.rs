//! The page badge: a pill that names the page a sentence comes from.

use tiny_skia::{Color, FillRule, Paint, PathBuilder, Pixmap, PixmapPaint, Transform};

use crate::frame::FramePlan;
use crate::picture::RgbaImage;
use crate::text::{Fonts, Weight};

/// The middle of the badge, from the top of a frame 1,920 high: between panel and captions.
const CENTRE_Y: f32 = 1032.0;
/// Letter size in pixels of a frame 1,080 wide.
const SIZE: f32 = 34.0;

/// Draws a badge with the name of a page, and tells where its left top corner lies on the frame.
pub(super) fn page_badge(text: &str, fonts: &Fonts, plan: &FramePlan) -> Option<(RgbaImage, i32, i32)> {
    let size = (SIZE * plan.scale).max(9.0);
    let letters = fonts.set(text, Weight::SemiBold, size);
    let ink = letters.draw(&(0..text.len()), [255, 255, 255, 255], None, 1.0, (0.0, 0.0))?;
    let (width, height) = (letters.width() + size * 1.1, size * 1.55);
    let mut pixmap = Pixmap::new(width.ceil() as u32, height.ceil() as u32)?;
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color(Color::from_rgba8(12, 14, 34, 235));
    let mut pill = PathBuilder::new();
    let radius = height / 2.0;
    pill.push_circle(radius, radius, radius);
    pill.push_circle(width - radius, radius, radius);
    pill.push_rect(tiny_skia::Rect::from_ltrb(radius, 0.0, width - radius, height)?);
    pixmap.fill_path(&pill.finish()?, &paint, FillRule::Winding, Transform::identity(), None);
    let size_of = tiny_skia::IntSize::from_wh(ink.image.width() as u32, ink.image.height() as u32)?;
    let text = Pixmap::from_vec(ink.image.pixels, size_of)?;
    let baseline = (height / 2.0 + size * 0.35).round() as i32;
    let (x, y) = ((size * 0.55).round() as i32 + ink.left, baseline + ink.top);
    pixmap.draw_pixmap(x, y, text.as_ref(), &PixmapPaint::default(), Transform::identity(), None);
    let (columns, rows) = (pixmap.width() as usize, pixmap.height() as usize);
    let image = RgbaImage::from_premultiplied(columns, rows, pixmap.take()).ok()?;
    let left = plan.safe.x + (plan.safe.width - width) / 2.0;
    let top = CENTRE_Y * plan.scale - height / 2.0;
    Some((image, left.round() as i32, top.round() as i32))
}
