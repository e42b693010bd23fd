//! The patterns by which lines open: captions, list items, numbered headings, references.

use std::sync::LazyLock;

use regex::Regex;

use crate::language::{LanguageData, alternatives};

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant that tests compile")
}

static CAPTION: LazyLock<Regex> = LazyLock::new(|| {
    let words = alternatives(LanguageData::all().iter().flat_map(|data| data.layout.captions.iter()));
    regex(&format!(
        r"^(?P<label>{words}\s*(?:[A-Z]?\d+|[IVX]+)(?:[.\-–]\d+)*[a-z]?)\s*(?P<mark>[:.–—|]|-\s)?\s*(?P<rest>.*)$"
    ))
});
pub(super) static NUMBERED: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"^(?:(?:\d{1,2}(?:\.\d{1,2})*|[A-Z](?:\.\d{1,2})+|[IVX]{1,5}\.|§\s?\d+)\.?)\s+\p{Lu}")
});
/// The signs that stand before the items of a list, as the inside of a class: bullets, blocks, squares, circles, diamonds,
/// arrowheads and ticks. What a sentence may open with, as "△ABC is", is none.
const BULLETS: &str =
    r"•‣⁃∙◦⦁⦾⦿\u{2580}-\u{259F}\u{25A0}-\u{25B2}\u{25B4}-\u{25FE}✓✔✗✘☐☑☒✦✧❍❏❐❑❒❖➔➙➛➜➝➞➠➡➢➣➤➥";
static LIST: LazyLock<Regex> = LazyLock::new(|| regex(&format!(r"{}\S", list_marker())));
static LIST_MARKER: LazyLock<Regex> = LazyLock::new(|| regex(&list_marker()));

fn list_marker() -> String {
    format!(r"^(?:[{BULLETS}]\s*|[-–*·]\s+|\(?(?:\d{{1,2}}|[a-hA-H]|[ivx]{{1,4}})\)\s+|\d{{1,2}}\.\s+)")
}
static REFERENCE: LazyLock<Regex> = LazyLock::new(|| regex(r"^\[[\w+\-]{1,12}\]\s*\S"));
pub(super) static REFERENCES_HEADING: LazyLock<Regex> = LazyLock::new(|| {
    let names = alternatives(LanguageData::all().iter().flat_map(|data| data.layout.bibliographies.iter()));
    regex(&format!(r"(?i)^(?:[\dIVX]+\.?\s+)?{names}\s*:?$"))
});
/// The dots between an entry of a table of contents and its page.
pub(super) static LEADERS: LazyLock<Regex> = LazyLock::new(|| regex(r"(?:\.\s?){6,}|(?:…\s?){3,}"));
pub(super) static FOOTNOTE: LazyLock<Regex> = LazyLock::new(|| regex(r"^(?:\d{1,2}|[*†‡§¶∗])\s?\S"));

static NOTE: LazyLock<Regex> = LazyLock::new(|| regex(r"^(?:\d{1,2}|[*†‡§∗])\s\p{Lu}"));

pub(super) static LIST_BULLET: LazyLock<Regex> =
    LazyLock::new(|| regex(&format!(r"^(?:[{BULLETS}]|[-–*·]\s)")));
/// The number of a recommendation, a question, a requirement: "R1", "Q 4.2", "REQ-12".
static STATEMENT_NUMBER: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^\p{Lu}{1,4}[-–. ]?\d{1,3}(?:\.\d{1,3})*[a-z]?[.:)]?$"));

/// Tells whether a line opens a list item.
pub(in crate::parse) fn is_list_start(text: &str) -> bool {
    // Between two dashes stands a name, as in addresses.
    let is_between_dashes =
        text.starts_with(['-', '–', '—']) && [" -", " –", " —"].iter().any(|end| text.ends_with(end));
    LIST.is_match(text) && !is_between_dashes
}

/// Tells whether a text is nothing but the number of a statement.
pub(super) fn is_statement_number(text: &str) -> bool {
    STATEMENT_NUMBER.is_match(text)
}

/// Tells whether a text is nothing but a bullet or the number of a section or an item.
pub(super) fn is_marker(text: &str) -> bool {
    let is_number = text.len() <= 8
        && text.starts_with(|first: char| first.is_ascii_digit() || first == '(')
        && text.contains(|letter: char| letter.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || b".)(".contains(&byte));
    is_number || is_list_start(&format!("{text} x")) && text.chars().count() <= 5
}

/// Tells whether a line opens an entry of a bibliography.
pub(super) fn is_reference_start(text: &str) -> bool {
    REFERENCE.is_match(text)
}

/// Tells whether a line opens with the mark of a note.
pub(super) fn is_note_start(text: &str) -> bool {
    NOTE.is_match(text)
}

/// Tells whether a line opens a caption: a label that is not the start of a sentence such as "Figure 3 shows".
pub(super) fn is_caption_start(text: &str) -> bool {
    caption(text).is_some()
}

/// Tells whether a line opens like "3.2 Results".
pub(super) fn is_numbered_heading(text: &str) -> bool {
    NUMBERED.is_match(text) && text.split_whitespace().count() <= 12 && !text.ends_with(['.', ',', ';'])
}

/// Splits a caption into its label and the words after it.
pub(super) fn caption(text: &str) -> Option<(&str, &str)> {
    let found = CAPTION.captures(text)?;
    let label = found.name("label")?.as_str();
    let rest = found.name("rest").map_or("", |rest| rest.as_str());
    let is_marked = found.name("mark").is_some();
    // Without a mark it is a caption when it stands alone or goes on with a capital, as a title would.
    let is_title = rest.chars().next().is_none_or(char::is_uppercase);
    (is_marked || is_title).then_some((label, rest))
}

/// Takes the marker off a list item.
pub(in crate::parse) fn without_marker(text: &str) -> &str {
    let marker = LIST_MARKER.find(text).map_or(0, |found| found.end());
    text.get(marker..).unwrap_or(text)
}
