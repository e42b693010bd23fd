//! [`CaptionStyle`]: how captions look.

use serde::{Deserialize, Serialize};

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
