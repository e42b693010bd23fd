//! How the length of a script is shared out among its segments.

use brainwrought_core::data::Script;

use super::duration::{Pace, SCENE_GAP_MS};

/// Quiz, last line and source card take at most this part of a video, in percent.
pub(crate) const ENDING_PERCENT: u64 = 15;
/// In a shorter video than this, in milliseconds, not even a last line keeps to it.
pub(crate) const ENDING_KEPT_MS: u64 = 30_000;

/// Shares the length that the video should have among its segments, in proportion to what they have to say.
pub(super) fn share_out(script: &mut Script, pace: &Pace) {
    for segment in &mut script.segments {
        segment.planned_ms = segment.scenes.iter().map(|scene| pace.scene_ms(scene) + SCENE_GAP_MS).sum();
    }
    let sum: u64 = script.segments.iter().map(|segment| segment.planned_ms).sum();
    let mut start = 0;
    for segment in &mut script.segments {
        segment.planned_start_ms = start;
        segment.planned_ms = segment.planned_ms * script.target_ms / sum.max(1);
        start += segment.planned_ms;
    }
}
