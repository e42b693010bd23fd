//! [`LineReport`]: a line of a script with what it comes from and what the gate found of it.

use brainwrought_core::data::{Citation, LineRole, Opinion};
use serde::{Deserialize, Serialize};

/// A line of a script with what it comes from and what the gate found of it, for reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LineReport {
    /// What is said.
    pub text: String,
    /// What it does.
    pub role: LineRole,
    /// The words of the document that it was compared with; none for a line that quotes nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Citation>,
    /// What the sources do not say; a line that says a sentence with others shares it with them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<String>,
    /// True when a person let it stand.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overruled: bool,
    /// What a language model said of it, where one wrote the script.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opinion: Option<Opinion>,
}
