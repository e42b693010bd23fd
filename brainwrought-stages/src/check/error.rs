//! [`CheckError`]: why a video does not count as done.

use brainwrought_core::data::Rule;

/// A video does not count as done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// Rules of the gate failed.
    #[error("the video did not pass the gate: {}", list(.rules))]
    Failed {
        /// The rules that failed.
        rules: Vec<Rule>,
    },
    /// The report could not be written.
    #[error("could not write report.json")]
    Report(#[source] serde_json::Error),
}

fn list(rules: &[Rule]) -> String {
    let named =
        rules.iter().map(|rule| format!("{} is {}, allowed is {}", rule.name, rule.figure, rule.limit));
    named.collect::<Vec<_>>().join("; ")
}
