//! Tables and cells of Markdown, as GitHub and mdBook read them.

use std::fmt::Write as _;

/// A table; empty rows give nothing.
pub(super) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut text = format!("| {} |\n|{}\n", head.join(" | "), " --- |".repeat(head.len()));
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| one_line(cell)).collect();
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    text.push('\n');
    text
}

/// A text as code.
pub(super) fn code(text: &str) -> String {
    format!("`{text}`")
}

/// A text outside code whose angle brackets are not taken for HTML.
pub(super) fn escaped(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let parts = parts.map(|(at, part)| if at % 2 == 0 { part.replace('<', "&lt;") } else { part.to_owned() });
    parts.collect::<Vec<_>>().join("`")
}

/// A text that fits into a cell, which a bar and a new line would end.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    escaped(&words.join(" ")).replace('|', "\\|")
}

#[test]
fn cells_stay_cells() {
    assert_eq!(one_line("`on|off`,\n or  <none>"), "`on\\|off`, or &lt;none>");
    assert_eq!(table(&["a"], &[]), "");
    assert_eq!(
        table(&["a", "b"], &[vec!["1".into(), "2".into()]]),
        "| a | b |\n| --- | --- |\n| 1 | 2 |\n\n"
    );
}
