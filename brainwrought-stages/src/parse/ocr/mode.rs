//! [`OcrMode`]: when text is recognised.

use serde::{Deserialize, Serialize};

/// When the text of a page is recognised on its picture instead of read from the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum OcrMode {
    /// Where a page is a scan without text, or its text cannot be read.
    #[default]
    Auto,
    /// On every page.
    Always,
    /// On no page; what cannot be read is left out.
    Never,
}

impl OcrMode {
    /// All of them with their names, the usual one first.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Auto, "auto"), (Self::Always, "always"), (Self::Never, "never")];

    /// The name, as in settings and on the command line.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(mode, _)| *mode == self).map_or("auto", |(_, name)| name)
    }

    /// Tells whether it is the usual one.
    pub fn is_auto(&self) -> bool {
        *self == Self::Auto
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_settings() {
        for (mode, name) in OcrMode::ALL {
            assert_eq!((serde_json::to_value(mode).unwrap(), mode.name()), (name.into(), name));
        }
    }
}
