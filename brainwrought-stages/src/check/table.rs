//! [`table`]: a report for people, and [`ReportFile`], the report as it lies beside the video.

use brainwrought_core::data::{DocumentKind, Reader, Rule};
use serde::{Deserialize, Serialize};

use crate::assemble::Spending;
use crate::script::LineReport;

/// What `report.json` holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReportFile {
    /// Name and number of the form: `gate/1`.
    pub schema: String,
    /// True when every rule passed.
    pub passed: bool,
    /// The engine that the PDF was read with; nothing where an older Brainwrought wrote the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reader: Option<Reader>,
    /// What kind of document the script was written for; nothing where no writer said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<DocumentKind>,
    /// Every rule, in the order they are shown.
    pub rules: Vec<Rule>,
    /// Every line of the script with its sources and what was found of it; nothing where an older Brainwrought wrote the report.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<LineReport>,
    /// What is worth knowing but no failure.
    pub warnings: Vec<String>,
    /// What providers were paid for what is in the video; nothing where nobody was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spent: Option<Spending>,
}

impl ReportFile {
    /// Reads `report.json`; `None` when it is not one.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}

/// Writes a report as a table, one rule a line, with what is worth knowing below.
pub fn table(report: &ReportFile) -> String {
    let widest = |lengths: &mut dyn Iterator<Item = usize>| lengths.max().unwrap_or(0);
    let names = widest(&mut report.rules.iter().map(|rule| rule.name.chars().count()));
    let figures = widest(&mut report.rules.iter().map(|rule| rule.figure.chars().count()));
    let mut table = String::new();
    for rule in &report.rules {
        let mark = if rule.passed { "ok  " } else { "FAIL" };
        table += &format!("{mark}  {:names$}  {:figures$}  {}\n", rule.name, rule.figure, rule.limit);
    }
    for warning in &report.warnings {
        table += &format!("note  {warning}\n");
    }
    table
}
