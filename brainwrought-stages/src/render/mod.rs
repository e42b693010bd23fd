//! Frames and captions, straight into the encoder.

mod acting;
mod avatar_animation;
mod background_source;
mod caption_art;
mod caption_look;
mod caption_sample;
mod caption_track;
mod captions;
mod compositor;
mod emphasis;
mod error;
mod frame_hook;
mod frame_pipeline;
mod page_badge;
mod planned_captions;
mod quiz_animation;
mod show_art;
mod show_track;
mod sprite;
mod stage;
mod turns;
mod window;

pub(crate) use caption_sample::CaptionSample;
pub use captions::{Chunk, lay_out};
pub(crate) use compositor::draw_show_at;
pub use error::RenderError;
pub use frame_hook::{FrameHook, FrameMoment, frame_hook};
pub(crate) use planned_captions::planned_captions;
pub use stage::{FrameSource, Render};
pub use turns::RenderTurns;
