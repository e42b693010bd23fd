//! [`FrameHook`]: a change of every frame between the compositor and the encoder.

use std::fmt::Debug;
use std::sync::Arc;

use serde::{Serialize as _, Serializer};
use serde_json::Value;

use crate::picture::YuvFrame;

/// Changes every frame of a video after it is composed, captions included, and before it is encoded: a watermark, say.
///
/// The same frame, moment and settings must give the same picture, on every machine: segments are rendered by several
/// workers, and what one has rendered is not rendered again.
pub trait FrameHook: Debug + Send + Sync + 'static {
    /// What tells its pictures from those of another hook, or of another version of it. It is part of the stage's settings,
    /// so that segments are rendered again when it changes.
    fn settings(&self) -> Value;

    /// Changes a frame. It is called once for each, in order, on a thread where it may take its time.
    fn apply(&self, frame: &mut YuvFrame, moment: FrameMoment);
}

/// Where in a video a frame stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FrameMoment {
    /// The segment, from 0.
    pub segment: u32,
    /// The frame in its segment, from 0.
    pub frame: u64,
    /// Frames per second.
    pub fps: u32,
}

/// A hook of a function. `version` stands for its settings: it must change whenever the function paints otherwise.
///
/// ```
/// use brainwrought_stages::render::{FrameHook as _, frame_hook};
///
/// let bar = frame_hook("white-bar/1", |frame, _moment| {
///     let width = frame.width();
///     frame.y[..width * 4].fill(235);
/// });
/// assert_eq!(bar.settings(), "white-bar/1");
/// ```
pub fn frame_hook(
    version: impl Into<String>,
    apply: impl Fn(&mut YuvFrame, FrameMoment) + Send + Sync + 'static,
) -> Arc<dyn FrameHook> {
    Arc::new(FunctionHook { version: version.into(), apply })
}

struct FunctionHook<F> {
    version: String,
    apply: F,
}

impl<F> Debug for FunctionHook<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FunctionHook").field("version", &self.version).finish_non_exhaustive()
    }
}

impl<F: Fn(&mut YuvFrame, FrameMoment) + Send + Sync + 'static> FrameHook for FunctionHook<F> {
    fn settings(&self) -> Value {
        Value::from(self.version.as_str())
    }

    fn apply(&self, frame: &mut YuvFrame, moment: FrameMoment) {
        (self.apply)(frame, moment);
    }
}

/// Writes the settings of hooks in place of them.
pub(super) fn hook_settings<S: Serializer>(
    hooks: &[Arc<dyn FrameHook>],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    hooks.iter().map(|hook| hook.settings()).collect::<Vec<_>>().serialize(serializer)
}
