//! [`Language`]: the language of a document, script or voice.

use serde::{Deserialize, Serialize};

/// The primary subtag of a BCP 47 tag in lower case, such as `en` or `de`; `und` when unknown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Language(String);

impl Language {
    /// Takes the primary subtag of `tag`, in lower case.
    pub fn new(tag: &str) -> Self {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        if primary.is_empty() { Self::undetermined() } else { Self(primary.to_ascii_lowercase()) }
    }

    /// English.
    pub fn english() -> Self {
        Self("en".to_owned())
    }

    /// The language that could not be told.
    pub fn undetermined() -> Self {
        Self("und".to_owned())
    }

    /// The subtag.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Language {
    fn default() -> Self {
        Self::undetermined()
    }
}

impl std::fmt::Display for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
