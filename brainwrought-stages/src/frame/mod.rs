//! What stages agree on about the picture: the size of a frame and where things stand on it, the words of panels, and the
//! memes and pictures that a script may ask for.

mod frame_plan;
mod layout;
mod memes;
mod picture_offer;
mod wording;

pub(crate) use frame_plan::{DESIGN_SIZE, FramePlan, SAFE_BOX};
pub use layout::FrameLayout;
pub(crate) use memes::{MEME_TEMPLATES, MemeShape, is_meme_template};
pub use picture_offer::PictureOffer;
pub(crate) use wording::Wording;
