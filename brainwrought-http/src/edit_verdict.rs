//! [`VerdictBody`]: what an edit of a script would come to, as it is written in an answer.

use brainwrought_stages::script::{EditVerdict, LineFault};
use serde::Serialize;
use utoipa::ToSchema;

/// What an edit would come to. Nothing was changed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VerdictBody {
    /// True when the edit can be saved.
    pub(crate) passed: bool,
    /// How long the video is planned to be with the edit, in seconds; an estimate.
    pub(crate) seconds: f64,
    /// The shortest that it may be, in seconds.
    pub(crate) min_seconds: f64,
    /// The longest that it may be, in seconds.
    pub(crate) max_seconds: f64,
    /// Why the video would be too short or too long, if it would, or what is wrong with the quiz.
    pub(crate) error: Option<String>,
    /// The lines whose words would change.
    pub(crate) lines: Vec<LineVerdictBody>,
}

/// What an edit of one line comes to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct LineVerdictBody {
    /// The line, from 0.
    pub(crate) line: usize,
    /// How long its words take to say, in seconds; an estimate.
    pub(crate) seconds: f64,
    /// Why it cannot be saved, such as a number that the cited page does not have; empty when it can.
    pub(crate) errors: Vec<String>,
    /// True when a person can let it stand all the same, by `overruled`: nothing else is wrong with it than what it says.
    pub(crate) overrulable: bool,
    /// What the document does not bear out and a person lets stand.
    pub(crate) overruled: Vec<String>,
}

impl VerdictBody {
    /// Writes a verdict.
    pub(crate) fn from_verdict(verdict: &EditVerdict) -> Self {
        let lines = verdict.lines.iter().map(|line| LineVerdictBody {
            line: line.line,
            seconds: seconds(line.spoken_ms),
            errors: line.faults.iter().map(ToString::to_string).collect(),
            overrulable: !line.faults.is_empty() && line.faults.iter().all(LineFault::is_overrulable),
            overruled: line.overruled.iter().map(ToString::to_string).collect(),
        });
        Self {
            passed: verdict.is_passed(),
            seconds: seconds(verdict.planned_ms()),
            min_seconds: seconds(*verdict.allowed_ms.start()),
            max_seconds: seconds(*verdict.allowed_ms.end()),
            error: verdict.quiz_fault.clone().or_else(|| verdict.length_fault()),
            lines: lines.collect(),
        }
    }
}

/// Milliseconds as seconds, to the tenth.
pub(crate) fn seconds(ms: u64) -> f64 {
    ((ms as f64) / 100.0).round() / 10.0
}
