//! [`UnreadPages`]: the pages of a file whose text nobody can read, and why it was not recognised.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The pages of a file whose text cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UnreadPages {
    /// The number of pages of the file.
    pub pages: u32,
    /// How many of them are scans without text.
    pub scans: u32,
    /// How many have text whose letters are not those that the page shows, hardly a word that is whole, or lines that run
    /// over each other.
    pub unreadable: u32,
    /// Why no text was recognised on them.
    pub unrecognised: Unrecognised,
}

/// Why no text was recognised on the picture of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Unrecognised {
    /// Nobody wants it.
    TurnedOff,
    /// The weights are not there.
    NotInstalled,
    /// The weights cannot be used.
    Damaged,
    /// Nothing was found, or nothing that can be read.
    Unsure,
    /// There was no time left for it.
    TimeUp,
    /// The page could not be drawn, or the recognition broke down over it.
    Failed,
}

/// What stands in an error about weights that are not there, so that it can be told from others when it was stored.
const NOT_INSTALLED: &str = "the weights for text recognition are not installed";

impl UnreadPages {
    /// Tells whether an error that was stored as a text is that of a file for which weights would be needed that are not
    /// there.
    pub fn lacks_weights(text: &str) -> bool {
        text.contains(NOT_INSTALLED)
    }
}

impl fmt::Display for UnreadPages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pages, scans, unreadable, unrecognised } = self;
        f.write_str(if *pages == 1 { "its one page " } else { "of its " })?;
        let (are, have) = if *pages == 1 { ("is a scan", "has text") } else { ("are scans", "have text") };
        if *pages > 1 {
            write!(f, "{pages} pages ")?;
        }
        let count = |n: &u32| if *pages == 1 { String::new() } else { format!("{n} ") };
        if *scans > 0 {
            write!(f, "{}{are} without text", count(scans))?;
        }
        if *scans > 0 && *unreadable > 0 {
            f.write_str(" and ")?;
        }
        if *unreadable > 0 {
            write!(f, "{}{have} that cannot be read", count(unreadable))?;
            f.write_str(" (the letters in the file are not those that are seen, or stand on each other)")?;
        }
        write!(f, "; {unrecognised}")
    }
}

impl fmt::Display for Unrecognised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TurnedOff => "text recognition is turned off",
            Self::NotInstalled => NOT_INSTALLED,
            Self::Damaged => "the weights for text recognition are damaged",
            Self::Unsure => {
                "what text recognition makes of them cannot be read either (it knows Latin letters, Chinese and Japanese)"
            }
            Self::TimeUp => "the time for recognising text was up",
            Self::Failed => "text recognition broke down over them",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_counted() {
        let pages =
            UnreadPages { pages: 8, scans: 6, unreadable: 1, unrecognised: Unrecognised::NotInstalled };
        let text = pages.to_string();
        assert!(text.starts_with("of its 8 pages 6 are scans without text and 1 have text that"), "{text}");
        assert!(UnreadPages::lacks_weights(&text));
        let one = UnreadPages { pages: 1, scans: 1, unreadable: 0, unrecognised: Unrecognised::TurnedOff };
        assert_eq!(one.to_string(), "its one page is a scan without text; text recognition is turned off");
        assert!(!UnreadPages::lacks_weights(&one.to_string()));
    }
}
