//! [`CheckError`]: why a video does not count as done.

use brainwrought_core::data::Rule;

use crate::gate::rule::listed;

/// A video does not count as done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// Rules of the gate failed.
    #[error("the video did not pass the gate: {}", listed(.rules))]
    Failed {
        /// The rules that failed.
        rules: Vec<Rule>,
    },
    /// The report could not be written.
    #[error("could not write report.json")]
    Report(#[source] serde_json::Error),
    /// The manifest could not be written.
    #[error("could not write manifest.json")]
    Manifest(#[source] serde_json::Error),
}
