//! [`PictureOffer`]: what pictures from elsewhere a script may ask for.

use std::fmt;

use brainwrought_core::data::IllustrationKind;
use serde::Serialize;

/// What a script may ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PictureOffer {
    /// Whether there are stills, clips, or both.
    pub kinds: Vec<IllustrationKind>,
    /// The names of the user's own files; empty where anything can be asked for.
    pub names: Vec<String>,
}

/// The most names of files that a writer is told.
const MAX_NAMES: usize = 60;

impl fmt::Display for PictureOffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds: Vec<&str> = self
            .kinds
            .iter()
            .map(|kind| if *kind == IllustrationKind::Clip { "clips" } else { "pictures" })
            .collect();
        f.write_str(&kinds.join(" and "))?;
        if !self.names.is_empty() {
            let names: Vec<&str> = self.names.iter().take(MAX_NAMES).map(String::as_str).collect();
            write!(
                f,
                ", of these files alone, to be named by the words in their names: {}",
                names.join(", ")
            )?;
        }
        Ok(())
    }
}
