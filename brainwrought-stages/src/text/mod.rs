//! Text: shaping with an explicit set of fonts, and letters as outlines.

mod caption_words;
mod direction;
mod fonts;
mod invisible;
mod letters;
#[cfg(feature = "ffmpeg")]
mod spacing;

pub(crate) use caption_words::is_han;
pub use caption_words::written_words;
pub(crate) use direction::is_read_from_right;
pub(crate) use fonts::named;
pub use fonts::{DISPLAY_FONT, EMBEDDED_FONTS, EmbeddedFont, Fonts, Weight};
pub use invisible::{has_invisible, without_invisible};
pub use letters::{Ink, Letters, Stroke};
#[cfg(feature = "ffmpeg")]
pub(crate) use spacing::{is_unspaced, is_wide, needs_space};
