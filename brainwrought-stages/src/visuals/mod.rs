//! The pictures of a segment: figures, page crops and cards, and what moves behind them.

mod avatar;
mod card;
mod compose;
mod cutout;
mod illustrate;
mod illustrations;
mod memes;
mod page_area;
mod panels;
mod picture_panel;
mod plan;
mod printed_text;
mod quiz_card;
mod quote;
mod scene_shows;
mod shows;
mod stage;
mod sticker;
mod surface;
mod text_layout;
mod theme;
mod word_match;

pub use illustrate::{
    Credit, Found, GENERATOR_KEY, IllustrateError, Illustrator, ImageRequest, Kept, MemesBy, NoSuchPictures,
    PictureChoice, PictureFile, Pictures, VideoGenerator, illustration,
};
#[cfg(feature = "ffmpeg")]
pub(crate) use scene_shows::drawn_show;
pub use stage::PrepareVisuals;
