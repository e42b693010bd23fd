//! [`FrameLayout`]: where panels stand in a frame.

use serde::Serialize;

/// Where panels stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FrameLayout {
    /// A card above full-screen motion.
    #[default]
    Card,
    /// Pictures in the upper half, motion in the lower.
    Split,
}
