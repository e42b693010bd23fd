//! The pictures of a segment: figures, page crops and cards, and what moves behind them.

mod avatar;
mod card;
mod clipping;
mod compose;
mod illustrate;
mod lettering;
mod memes;
mod page_area;
mod panels;
mod picture_panel;
mod plan;
mod print;
mod quote;
mod scenery;
mod sheet;
mod stage;
mod sticker;
mod theme;
mod word_match;

pub use illustrate::{
    Credit, Found, GENERATOR_KEY, IllustrateError, Illustrator, Kept, MemesBy, NoSuchPictures, PictureChoice,
    PictureFile, Pictures, VideoGenerator, Wish, illustration,
};
pub use stage::PrepareVisuals;
