//! [`DocumentKind`]: what a document is to its readers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a document is to its readers, and therefore how it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DocumentKind {
    /// A research paper: problem, idea, how, result.
    Paper,
    /// A report or a guideline: what was found, and what is recommended.
    Report,
    /// An essay: a claim and its reasons.
    Essay,
    /// A chapter of a textbook, or lecture notes: a question, a worked example, a rule.
    Chapter,
    /// A manual: what it is for, and how it is done.
    Manual,
    /// Slides.
    Slides,
    /// An announcement or a letter: what, when, and what to do.
    Announcement,
    /// An article of a reference work, a biography or a history: events in time.
    Article,
    /// A law, a rule or a judgment: what it regulates and what follows.
    Law,
    /// A form and its instructions.
    Form,
}

impl DocumentKind {
    /// All of them, in the order in which they are listed.
    pub const ALL: [Self; 10] = [
        Self::Paper,
        Self::Report,
        Self::Essay,
        Self::Chapter,
        Self::Manual,
        Self::Slides,
        Self::Announcement,
        Self::Article,
        Self::Law,
        Self::Form,
    ];

    /// The name that it has in stored data and arguments, such as `paper`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::Report => "report",
            Self::Essay => "essay",
            Self::Chapter => "chapter",
            Self::Manual => "manual",
            Self::Slides => "slides",
            Self::Announcement => "announcement",
            Self::Article => "article",
            Self::Law => "law",
            Self::Form => "form",
        }
    }
}

impl fmt::Display for DocumentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for DocumentKind {
    type Err = UnknownDocumentKind;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name() == text)
            .ok_or_else(|| UnknownDocumentKind { name: text.to_owned() })
    }
}

/// There is no kind of document of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no kind of document `{name}`; choose one of {}", DocumentKind::ALL.map(DocumentKind::name).join(", "))]
#[non_exhaustive]
pub struct UnknownDocumentKind {
    /// What was given.
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_stored_data() {
        for kind in DocumentKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
            assert_eq!(kind.name().parse(), Ok(kind));
        }
        let error = "poem".parse::<DocumentKind>().unwrap_err();
        assert!(error.to_string().contains("`poem`; choose one of paper, report"), "{error}");
    }
}
