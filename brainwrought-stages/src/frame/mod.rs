//! What stages agree on about the picture: the size of a frame and where things stand on it, the words of panels, and the
//! memes and pictures that a script may ask for.

mod caption_style;
mod characters;
#[cfg(feature = "ffmpeg")]
mod frame_plan;
mod frame_size;
mod layout;
mod memes;
mod picture_offer;
mod safe_box;
#[cfg(feature = "ffmpeg")]
mod show_times;
mod wording;

pub use caption_style::CaptionStyle;
pub(crate) use caption_style::MIN_CAPTION_SIZE;
pub use characters::Characters;
#[cfg(feature = "ffmpeg")]
pub(crate) use frame_plan::{DESIGN_SIZE, FramePlan};
pub use frame_size::{FRAME_HEIGHTS, FRAME_WIDTHS, NoFrameSize, frame_size};
pub use layout::Layout;
pub(crate) use memes::{MEME_TEMPLATES, MemeShape, is_meme_template};
pub use picture_offer::PictureOffer;
pub(crate) use safe_box::SAFE_BOX;
#[cfg(feature = "ffmpeg")]
pub(crate) use show_times::{ShowTime, show_times};
pub(crate) use wording::Wording;
