//! The gate's numbers and its rules on what is known before anything is drawn: the finished video is judged by them, and so
//! are the script, the narration and the captions while they can still be mended.

mod limits;
pub(crate) mod rule;
#[cfg(feature = "ffmpeg")]
pub(crate) mod rules;

pub use limits::Limits;
pub(crate) use limits::{SILENCE_DB, STILL_MS};
