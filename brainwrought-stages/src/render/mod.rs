//! Frames and captions, straight into the encoder.

mod backdrop;
mod caption_art;
mod caption_track;
pub(crate) mod captions;
mod chip;
mod composer;
mod foresight;
mod frame_plan;
mod pump;
mod puppet;
mod sprite;
mod stage;
mod turns;

pub use caption_art::CaptionLook;
pub use captions::{Chunk, lay_out};
pub(crate) use foresight::planned_captions;
pub use stage::{FrameLayout, FrameSource, Render, RenderError};
pub use turns::RenderTurns;
