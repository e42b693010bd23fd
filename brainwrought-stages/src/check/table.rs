//! [`table`]: a report for people.

use brainwrought_core::data::Report;

/// Writes a report as a table, one rule a line, with what is worth knowing below.
pub fn table(report: &Report) -> String {
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
