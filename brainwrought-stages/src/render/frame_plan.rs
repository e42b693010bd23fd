//! [`FramePlan`]: the size of the frame, what of it can be read on every platform, and its time line.

use brainwrought_core::data::Rect;

/// The size and time line of a video. Everything is designed on 1,080 × 1,920 and scaled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct FramePlan {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) fps: u32,
    /// How large a design pixel is.
    pub(super) scale: f32,
    /// What no platform covers with buttons or text: the union of the overlays of TikTok, Reels and Shorts left out.
    pub(super) safe: Rect,
}

impl FramePlan {
    pub(super) fn new(width: u32, height: u32, fps: u32) -> Self {
        let scale = (width as f32 / 1080.0).min(height as f32 / 1920.0);
        let safe = Rect { x: 108.0 * scale, y: 270.0 * scale, width: 852.0 * scale, height: 980.0 * scale };
        Self { width, height, fps: fps.max(1), scale, safe }
    }

    /// The frame that is on screen closest to a moment.
    pub(super) fn frame_at(&self, ms: u64) -> u64 {
        (ms * u64::from(self.fps) + 500) / 1000
    }

    /// When a frame appears.
    pub(super) fn ms_of(&self, frame: u64) -> u64 {
        frame * 1000 / u64::from(self.fps)
    }
}
