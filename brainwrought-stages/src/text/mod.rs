//! Text: shaping with an explicit set of fonts, and letters as outlines.

mod fonts;
mod letters;

pub(crate) use fonts::named;
pub use fonts::{Fonts, Weight};
pub use letters::{Ink, Letters, Stroke};
