//! [`show_preview`]: a show as it looks at a moment, for galleries and for people who direct.

use brainwrought_core::data::Show;

use crate::background;
use crate::frame::Layout;
use crate::picture::{Area, RgbaImage, YuvFrame};
use crate::render::{RenderError, draw_show_at};
use crate::text::Fonts;
use crate::visuals::drawn_show;

/// The frames of a preview in a second.
const FPS: u32 = 30;
/// What moves behind a preview.
const BACKGROUND: &str = "calm";
const SEED: u64 = 7;

/// Draws a show over a calm background as it is so many milliseconds after it appeared, its line spoken at the usual pace. A
/// figure, a page and a receipt need a document: of these, only the receipt is drawn, on page 1.
///
/// `size` is the frame's in pixels. `number` chooses the ground, which changes from show to show. CPU-bound: call it from
/// blocking threads.
///
/// # Errors
///
/// Fails when the background cannot be drawn in that size.
pub fn show_preview(
    show: &Show,
    (width, height): (u32, u32),
    at_ms: u64,
    number: u64,
    fonts: &Fonts,
) -> Result<RgbaImage, RenderError> {
    let mut frame = YuvFrame::black(width as usize, height as usize);
    let mut style = background::open(BACKGROUND, SEED, width as usize, height as usize, FPS, at_ms)?;
    style.draw(0, &mut frame, &Area::default());
    if let Some((visual, sheet)) = drawn_show(show, width, height, number, fonts) {
        draw_show_at(&visual, &sheet, Layout::Card, FPS, at_ms, &mut frame);
    }
    Ok(frame.to_rgba())
}
