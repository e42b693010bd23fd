//! [`FramePlan`]: the size of the frame, what of it can be read on every platform, and its time line.

use brainwrought_core::data::Rect;

use super::safe_box::SAFE_BOX;

/// The frame that everything is designed on, in pixels.
pub(crate) const DESIGN_SIZE: (f32, f32) = (1080.0, 1920.0);

/// The size and time line of a video. Everything is designed on 1,080 × 1,920 and scaled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct FramePlan {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) fps: u32,
    /// How large a design pixel is.
    pub(crate) scale: f32,
    /// [`SAFE_BOX`] in pixels of the video.
    pub(crate) safe: Rect,
}

impl FramePlan {
    pub(crate) fn new(width: u32, height: u32, fps: u32) -> Self {
        let scale = (width as f32 / DESIGN_SIZE.0).min(height as f32 / DESIGN_SIZE.1);
        let [left, top, right, bottom] = SAFE_BOX;
        let safe = Rect {
            x: left * scale,
            y: top * scale,
            width: (right - left) * scale,
            height: (bottom - top) * scale,
        };
        Self { width, height, fps: fps.max(1), scale, safe }
    }

    /// The frame that is on screen closest to a moment.
    pub(crate) fn frame_at(&self, ms: u64) -> u64 {
        (ms * u64::from(self.fps) + 500) / 1000
    }

    /// When a frame appears.
    pub(crate) fn ms_of(&self, frame: u64) -> u64 {
        frame * 1000 / u64::from(self.fps)
    }
}
