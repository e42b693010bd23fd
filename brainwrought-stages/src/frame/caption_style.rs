//! [`CaptionStyle`]: how captions look.

use serde::{Deserialize, Serialize};

/// How captions look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CaptionStyle {
    /// The word that is said lights up and pops.
    #[default]
    // What the limits of the gate called captions that are there.
    #[serde(alias = "drawn")]
    Pop,
    /// The word that is said lights up.
    Plain,
    /// No captions in the picture; they are timed and measured, and the caption files are made all the same.
    Off,
}
