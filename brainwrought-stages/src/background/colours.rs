//! [`Colours`]: which colours a video keeps to.

use serde::{Deserialize, Serialize};

/// Which colours a video keeps to: those of what moves behind, and the grounds of what is shown while lines are said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Colours {
    /// A palette that the seed chooses, and grounds that change from picture to picture.
    #[default]
    Auto,
    /// Violet and rose.
    Dusk,
    /// Blue and turquoise.
    Lagoon,
    /// Red and orange.
    Ember,
    /// Greens.
    Orchard,
    /// Dark blues.
    Midnight,
    /// Pink and violet.
    Candy,
}

impl Colours {
    /// All of them, in the order in which they are offered.
    pub const ALL: &'static [Self] =
        &[Self::Auto, Self::Dusk, Self::Lagoon, Self::Ember, Self::Orchard, Self::Midnight, Self::Candy];

    /// The name by which colours are chosen and stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Dusk => "dusk",
            Self::Lagoon => "lagoon",
            Self::Ember => "ember",
            Self::Orchard => "orchard",
            Self::Midnight => "midnight",
            Self::Candy => "candy",
        }
    }

    /// The colours with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|colours| colours.name() == name)
    }

    /// What they are, for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Auto => "A surprise",
            Self::Dusk => "Violet and rose",
            Self::Lagoon => "Blue and turquoise",
            Self::Ember => "Red and orange",
            Self::Orchard => "Greens",
            Self::Midnight => "Dark blues",
            Self::Candy => "Pink and violet",
        }
    }

    /// Tells whether nobody chose.
    pub fn is_auto(&self) -> bool {
        *self == Self::Auto
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_stored_by_their_name() {
        for colours in Colours::ALL {
            assert_eq!(serde_json::to_value(colours).unwrap(), colours.name());
            assert_eq!(Colours::named(colours.name()), Some(*colours));
        }
        assert_eq!(Colours::named("Dusk"), None);
        #[cfg(feature = "clap")]
        assert_eq!(<Colours as clap::ValueEnum>::value_variants(), Colours::ALL);
    }
}
