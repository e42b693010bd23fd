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
    /// One large word at a time.
    OneWord,
    /// Fill each word with colour while it is spoken.
    Karaoke,
    /// Put a coloured box behind the spoken word.
    Box,
    /// Let words appear as they are said, behind a cursor.
    Typewriter,
    /// Small letters on a dark plate that fade in and out.
    Calm,
    /// No captions in the picture; the caption files are still written.
    Off,
}

impl CaptionStyle {
    /// All styles, in the order in which they are offered.
    pub const ALL: &'static [Self] = &[
        Self::Pop,
        Self::Plain,
        Self::OneWord,
        Self::Karaoke,
        Self::Box,
        Self::Typewriter,
        Self::Calm,
        Self::Off,
    ];

    /// The name by which a style is chosen and stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pop => "pop",
            Self::Plain => "plain",
            Self::OneWord => "one-word",
            Self::Karaoke => "karaoke",
            Self::Box => "box",
            Self::Typewriter => "typewriter",
            Self::Calm => "calm",
            Self::Off => "off",
        }
    }

    /// What it does, in a few words for people who choose.
    pub const fn summary(self) -> &'static str {
        match self {
            Self::Pop => "the spoken word lights up and pops",
            Self::Plain => "the spoken word lights up",
            Self::OneWord => "one large word at a time",
            Self::Karaoke => "words fill with colour as they are spoken",
            Self::Box => "a box behind the spoken word",
            Self::Typewriter => "words appear as they are said",
            Self::Calm => "small, on a dark plate, no pop",
            Self::Off => "none in the picture",
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

    #[test]
    fn jobs_that_were_stored_under_the_old_names_are_read() {
        let read = |name: &str| serde_json::from_str::<CaptionStyle>(name).unwrap();
        assert_eq!([read("\"drawn\""), read("\"pop\"")], [CaptionStyle::Pop; 2]);
        assert_eq!((read("\"plain\""), read("\"off\"")), (CaptionStyle::Plain, CaptionStyle::Off));
    }
}
