//! [`SAFE_BOX`]: what of the frame can be read on every platform.

/// What no platform covers with buttons or text, as left, top, right and bottom in pixels of 1,080 × 1,920: the overlays of
/// TikTok, Reels and Shorts together left out.
pub(crate) const SAFE_BOX: [f32; 4] = [108.0, 270.0, 960.0, 1250.0];
