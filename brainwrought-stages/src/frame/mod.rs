//! What stages agree on about the picture: the size of a frame and where things stand on it, the words of panels, and the
//! memes and pictures that a script may ask for.

mod caption_style;
#[cfg(feature = "ffmpeg")]
mod frame_plan;
mod frame_size;
mod layout;
mod memes;
mod picture_offer;
mod safe_box;
mod wording;

pub use caption_style::CaptionStyle;
pub(crate) use caption_style::MIN_CAPTION_SIZE;
#[cfg(feature = "ffmpeg")]
pub(crate) use frame_plan::{DESIGN_SIZE, FramePlan};
pub use frame_size::{FRAME_HEIGHTS, FRAME_WIDTHS, NoFrameSize, frame_size};
pub use layout::Layout;
pub(crate) use memes::{MEME_TEMPLATES, MemeShape, is_meme_template};
pub use picture_offer::PictureOffer;
pub(crate) use safe_box::SAFE_BOX;
pub(crate) use wording::Wording;
