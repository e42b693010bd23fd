//! [`page_labels`]: what a file calls its pages (ISO 32000-2, 12.4.2), read by hayro.

use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::object::{Array, Dict, Name, Object, String as PdfString};

use super::hayro::decode;
use crate::parse::layout::roman;

/// How many nodes of the tree are looked at; files with circles exist.
const MAX_NODES: usize = 1_000;
/// How many ranges are read; each is a part of the document.
const MAX_RANGES: usize = 5_000;
/// Roman numbers of thousands would be rows of M.
const MAX_ROMAN: u32 = 999;
/// Letters repeat after Z ("AA" follows "Z"), so that a large number would be a very long label.
const MAX_REPEAT: u32 = 8;

/// How the pages from one on are called.
struct Range {
    /// The first page, from 0.
    first: u32,
    prefix: String,
    style: Option<String>,
    /// The number of the first page.
    start: u32,
}

/// The labels of pages 1 to `pages`; nothing where the file names none.
pub(super) fn page_labels(pdf: &Pdf, pages: u32) -> Vec<String> {
    let mut ranges = ranges(pdf).unwrap_or_default();
    ranges.sort_by_key(|range| range.first);
    if ranges.is_empty() {
        return Vec::new();
    }
    (0..pages)
        .map(|page| {
            let at = ranges.partition_point(|range| range.first <= page);
            at.checked_sub(1)
                .and_then(|at| ranges.get(at))
                .map_or_else(String::new, |range| range.label(page))
        })
        .collect()
}

impl Range {
    fn label(&self, page: u32) -> String {
        let number = self.start.saturating_add(page - self.first);
        let written = match self.style.as_deref() {
            Some("D") => number.to_string(),
            Some("r") if number <= MAX_ROMAN => roman(number),
            Some("R") if number <= MAX_ROMAN => roman(number).to_uppercase(),
            Some("a") => letters(number),
            Some("A") => letters(number).to_uppercase(),
            _ => String::new(),
        };
        format!("{}{written}", self.prefix)
    }
}

fn ranges(pdf: &Pdf) -> Option<Vec<Range>> {
    let root: Dict<'_> = pdf.xref().get(pdf.xref().root_id())?;
    let mut open = vec![root.get::<Dict<'_>>("PageLabels")?];
    let mut found = Vec::new();
    let mut visited = 0;
    while let Some(node) = open.pop() {
        visited += 1;
        if visited > MAX_NODES || found.len() > MAX_RANGES {
            break;
        }
        if let Some(numbers) = node.get::<Array<'_>>("Nums") {
            let mut items = numbers.iter::<Object<'_>>();
            while let (Some(first), Some(Object::Dict(range))) = (items.next(), items.next()) {
                let Some(first) = first.into_i32().and_then(|first| u32::try_from(first).ok()) else {
                    continue;
                };
                let prefix = range.get::<PdfString<'_>>("P").map(|prefix| decode(prefix.as_bytes()));
                let style = range.get::<Name<'_>>("S").map(|style| style.as_str().to_owned());
                let start = range.get::<u32>("St").unwrap_or(1);
                found.push(Range { first, prefix: prefix.unwrap_or_default(), style, start });
            }
        }
        if let Some(kids) = node.get::<Array<'_>>("Kids") {
            open.extend(kids.iter::<Dict<'_>>());
        }
    }
    Some(found)
}

/// A, B … Z, AA, BB …
fn letters(number: u32) -> String {
    let Some(zero_based) = number.checked_sub(1) else { return String::new() };
    let letter = char::from(b'a' + (zero_based % 26) as u8);
    (0..(zero_based / 26 + 1).min(MAX_REPEAT)).map(|_| letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_count_as_their_range_says() {
        let range = |style: Option<&str>, prefix: &str, start| Range {
            first: 2,
            prefix: prefix.to_owned(),
            style: style.map(str::to_owned),
            start,
        };
        assert_eq!(range(Some("D"), "", 101).label(3), "102");
        assert_eq!(range(Some("r"), "", 1).label(5), "iv");
        assert_eq!(range(Some("A"), "App-", 26).label(3), "App-AA");
        assert_eq!(range(None, "Cover", 1).label(2), "Cover");
        assert_eq!(range(Some("R"), "", u32::MAX).label(9), "");
    }
}
