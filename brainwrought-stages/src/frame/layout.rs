//! [`Layout`]: where panels stand in a frame.

use serde::{Deserialize, Serialize};

/// Where panels stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Layout {
    /// A card in the upper third above full-screen motion.
    #[default]
    #[cfg_attr(feature = "clap", value(alias = "a"))]
    #[serde(alias = "a")]
    Card,
    /// The page in the upper half, motion in the lower.
    #[cfg_attr(feature = "clap", value(alias = "b"))]
    #[serde(alias = "b")]
    Split,
}

impl Layout {
    /// The name by which a layout is chosen and stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Split => "split",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_that_were_stored_under_the_old_names_are_read() {
        for (old, layout) in [("\"a\"", Layout::Card), ("\"b\"", Layout::Split)] {
            assert_eq!(serde_json::from_str::<Layout>(old).unwrap(), layout);
        }
        assert_eq!(serde_json::to_string(&Layout::Split).unwrap(), "\"split\"");
    }
}
