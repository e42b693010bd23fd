//! [`Characters`]: who talks in a dialogue.

use serde::{Deserialize, Serialize};

/// Who talks in a dialogue: one who explains, and one who asks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Characters {
    /// A brain explains and a sprout asks.
    #[default]
    Brain,
    /// A robot explains and a ghost asks.
    Robot,
    /// An owl explains and a frog asks.
    Owl,
}

impl Characters {
    /// All pairs, in the order in which they are offered.
    pub const ALL: &'static [Self] = &[Self::Brain, Self::Robot, Self::Owl];

    /// The name by which a pair is chosen and stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Brain => "brain",
            Self::Robot => "robot",
            Self::Owl => "owl",
        }
    }

    /// Who they are, for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Brain => "Brain and sprout",
            Self::Robot => "Robot and ghost",
            Self::Owl => "Owl and frog",
        }
    }

    /// Tells whether they are the usual ones.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_stored_by_its_name() {
        for pair in Characters::ALL {
            assert_eq!(serde_json::to_value(pair).unwrap(), pair.name());
        }
        #[cfg(feature = "clap")]
        assert_eq!(<Characters as clap::ValueEnum>::value_variants(), Characters::ALL);
    }
}
