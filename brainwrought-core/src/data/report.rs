//! [`Report`]: what the gate measured.

use serde::{Deserialize, Serialize};

use super::Video;
use crate::stage::StageData;

/// What the gate measured of a video. A video with a failed rule is not complete.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Every rule, in the order they are shown.
    pub rules: Vec<Rule>,
    /// What is worth knowing but no failure.
    pub warnings: Vec<String>,
    /// The video that was measured, with `report.json` among its sidecars.
    pub video: Video,
}

/// One rule of the gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// A stable name, such as `loudness`.
    pub name: String,
    /// What was measured, with its unit, such as `-14.0 LUFS`.
    pub figure: String,
    /// What is allowed, with its unit, such as `-14 ±1 LUFS`.
    pub limit: String,
    /// True when the figure is within the limit.
    pub passed: bool,
}

impl Report {
    /// True when every rule passed.
    pub fn is_passed(&self) -> bool {
        self.rules.iter().all(|rule| rule.passed)
    }
}

impl StageData for Report {
    const SCHEMA: &'static str = "report/1";
}
