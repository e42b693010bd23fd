//! [`Style`]: a look under one name, which fills in many choices at once.

use serde::Deserialize;

use super::options::{BackgroundChoice, MakeOptions, Music};
use super::{background_styles, is_background_style};
use crate::audio::Effects;
use crate::background::Colours;
use crate::frame::{CaptionStyle, Characters};

/// The built-in styles and their files, in the order in which they are offered.
const BUILT_IN: [(&str, &str); 5] = [
    ("classic", include_str!("../../assets/styles/classic.toml")),
    ("arcade", include_str!("../../assets/styles/arcade.toml")),
    ("sweet", include_str!("../../assets/styles/sweet.toml")),
    ("study", include_str!("../../assets/styles/study.toml")),
    ("plain", include_str!("../../assets/styles/plain.toml")),
];

/// The highest level of intensity, slang and memes.
const MAX_LEVEL: u8 = 3;

/// A look: choices that go together. Choices that it leaves out stay as they are.
///
/// A style is written as TOML:
///
/// ```
/// use brainwrought_stages::standard::{MakeOptions, Style};
///
/// let style: Style = r#"
/// background = "marbles"
/// colours = "ember"
/// captions = "karaoke"
/// music = "focus"
/// memes = 0
/// "#.parse()?;
/// let mut options = MakeOptions::default();
/// style.apply(&mut options);
/// assert_eq!(options.memes, 0);
/// # Ok::<(), brainwrought_stages::standard::StyleError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Style {
    /// What it is like, in a sentence.
    pub summary: Option<String>,
    /// What moves behind: `auto`, or the name of a procedural style.
    pub background: Option<String>,
    /// How lively the background is, from 0 (calm) to 3.
    pub intensity: Option<u8>,
    /// Which colours the video keeps to.
    pub colours: Option<Colours>,
    /// How captions look.
    pub captions: Option<CaptionStyle>,
    /// What plays under the voice: one of [`Music::NAMES`].
    pub music: Option<String>,
    /// Whether sounds stand beside the voice.
    pub effects: Option<bool>,
    /// How much slang, from 0 (none) to 3.
    pub slang: Option<u8>,
    /// How many memes, from 0 (none) to 3.
    pub memes: Option<u8>,
    /// Who talks in a dialogue.
    pub characters: Option<Characters>,
}

/// Why a style cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StyleError {
    /// It is no TOML, or has an entry that no style has.
    #[error("the style cannot be read")]
    Toml(#[from] toml::de::Error),
    /// An entry has a value that there is not.
    #[error("`{entry}` of the style must be {expected}, not `{value}`")]
    Value {
        /// The entry.
        entry: &'static str,
        /// What it may be.
        expected: String,
        /// What it is.
        value: String,
    },
}

impl Style {
    /// The names of the built-in styles, in the order in which they are offered.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    /// The built-in style of this name.
    pub fn named(name: &str) -> Option<Self> {
        let (_, text) = BUILT_IN.iter().find(|(built_in, _)| *built_in == name)?;
        // A test reads all of them.
        text.parse().ok()
    }

    /// Fills its choices into options. Apply it before what somebody chose by hand, which wins.
    pub fn apply(&self, options: &mut MakeOptions) {
        fn set<T: Clone>(place: &mut T, choice: Option<&T>) {
            if let Some(choice) = choice {
                place.clone_from(choice);
            }
        }
        set(&mut options.background, self.background.clone().map(BackgroundChoice::Style).as_ref());
        set(&mut options.intensity, self.intensity.as_ref());
        set(&mut options.colours, self.colours.as_ref());
        set(&mut options.captions, self.captions.as_ref());
        set(&mut options.music, self.music.as_deref().and_then(Music::named).as_ref());
        let effects = self.effects.map(|is_on| if is_on { Effects::On } else { Effects::Off });
        set(&mut options.effects, effects.as_ref());
        set(&mut options.slang, self.slang.as_ref());
        set(&mut options.memes, self.memes.as_ref());
        set(&mut options.characters, self.characters.as_ref());
    }

    fn check(&self) -> Result<(), StyleError> {
        let wrong = |entry, expected: String, value: &dyn ToString| {
            Err(StyleError::Value { entry, expected, value: value.to_string() })
        };
        if let Some(name) = self.background.as_ref().filter(|name| !is_background_style(name)) {
            return wrong("background", format!("auto, {}", background_styles().join(", ")), name);
        }
        if let Some(name) = self.music.as_ref().filter(|name| Music::named(name).is_none()) {
            return wrong("music", Music::NAMES.join(", "), name);
        }
        let levels = [("intensity", self.intensity), ("slang", self.slang), ("memes", self.memes)];
        for (entry, level) in levels {
            if let Some(level) = level.filter(|level| *level > MAX_LEVEL) {
                return wrong(entry, format!("0 to {MAX_LEVEL}"), &level);
            }
        }
        Ok(())
    }
}

impl std::str::FromStr for Style {
    type Err = StyleError;

    fn from_str(text: &str) -> Result<Self, StyleError> {
        let style: Self = toml::from_str(text)?;
        style.check()?;
        Ok(style)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_style_can_be_read_says_what_it_is_and_differs() {
        let mut looks = Vec::new();
        for name in Style::names() {
            let style = Style::named(name).unwrap_or_else(|| panic!("{name}"));
            assert!(style.summary.as_ref().is_some_and(|summary| !summary.is_empty()), "{name}");
            let mut options = MakeOptions::default();
            style.apply(&mut options);
            assert!(!looks.contains(&options), "{name}");
            looks.push(options);
        }
        assert_eq!(looks.first(), Some(&MakeOptions::default()), "the first style is what nobody chose");
    }

    #[test]
    fn the_plain_style_has_no_brainrot() {
        let mut options = MakeOptions::default();
        Style::named("plain").unwrap().apply(&mut options);
        assert_eq!((options.slang, options.memes, options.intensity), (0, 0, 0));
        assert_eq!((options.music, options.effects), (Music::None, Effects::Off));
    }

    #[test]
    fn what_a_style_leaves_out_stays() {
        let mut options = MakeOptions { memes: 3, ..MakeOptions::default() };
        "captions = \"box\"".parse::<Style>().unwrap().apply(&mut options);
        assert_eq!(options, MakeOptions { memes: 3, captions: CaptionStyle::Box, ..MakeOptions::default() });
    }

    #[test]
    fn a_wrong_entry_is_named() {
        for (text, named) in [
            ("background = \"minecraft\"", "background"),
            ("music = \"song.mp3\"", "music"),
            ("memes = 4", "memes"),
            ("slang = 9", "slang"),
            ("intensity = 7", "intensity"),
        ] {
            let error = text.parse::<Style>().unwrap_err();
            assert!(error.to_string().starts_with(&format!("`{named}`")), "{error}");
        }
        for text in ["colour = \"ember\"", "colours = \"beige\"", "captions = 3", "["] {
            assert!(matches!(text.parse::<Style>(), Err(StyleError::Toml(_))), "{text}");
        }
    }

    #[test]
    fn music_that_needs_no_file_has_a_name() {
        for name in Music::NAMES {
            assert_eq!(Music::named(name).unwrap().name(), Some(*name));
        }
    }
}
