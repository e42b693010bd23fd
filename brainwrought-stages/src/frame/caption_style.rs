//! [`CaptionStyle`]: how captions look.

use serde::{Deserialize, Serialize};

/// The smallest letters of captions that can be read on a phone, in pixels of a frame 1,080 wide; a word that is too long even
/// for them is cut.
pub(crate) const MIN_CAPTION_SIZE: f32 = 36.0;

/// How captions look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CaptionStyle {
    /// Highlight the spoken word and let it pop.
    #[default]
    // What the limits of the gate called captions that are there.
    #[serde(alias = "drawn")]
    Pop,
    /// Highlight the spoken word.
    Plain,
    /// No captions in the picture; the caption files are still written.
    Off,
}

impl CaptionStyle {
    /// All styles, in the order in which they are offered.
    pub const ALL: &'static [Self] = &[Self::Pop, Self::Plain, Self::Off];

    /// The name by which a style is chosen and stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pop => "pop",
            Self::Plain => "plain",
            Self::Off => "off",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_is_stored_by_its_name() {
        for style in CaptionStyle::ALL {
            assert_eq!(serde_json::to_value(style).unwrap(), style.name());
        }
        // The derived list leaves none out.
        #[cfg(feature = "clap")]
        assert_eq!(<CaptionStyle as clap::ValueEnum>::value_variants(), CaptionStyle::ALL);
    }
}
