//! The pictures of a segment: figures, page crops and cards, and what moves behind them.

mod avatar;
mod card;
mod clipping;
mod compose;
mod lettering;
pub(crate) mod memes;
mod page_area;
mod panels;
mod plan;
mod print;
mod quote;
mod sheet;
mod stage;
mod sticker;
mod theme;
mod wording;

pub use stage::PrepareVisuals;
