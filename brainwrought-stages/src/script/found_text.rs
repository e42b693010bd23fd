//! [`FoundText`]: how much of which kind of text a document has.

use std::collections::BTreeMap;
use std::fmt;

use brainwrought_core::data::{BlockKind, Document};

/// How many words a document has in blocks of each kind, for the reason of a refusal: "8,120 words in tables and 54 in
/// headings".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FoundText {
    /// The kinds that there are, the one with the most words first.
    kinds: Vec<(BlockKind, usize)>,
}

/// Kinds with fewer words are not worth a mention.
const MIN_WORDS: usize = 3;

impl FoundText {
    /// Counts the words of `document`, without running headers and footers.
    pub fn new(document: &Document) -> Self {
        let mut counts: BTreeMap<BlockKind, usize> = BTreeMap::new();
        for block in document.pages.iter().flat_map(|page| &page.blocks) {
            if block.kind != BlockKind::Furniture {
                *counts.entry(block.kind).or_default() += block.text.split_whitespace().count();
            }
        }
        let mut kinds: Vec<(BlockKind, usize)> =
            counts.into_iter().filter(|(_, words)| *words >= MIN_WORDS).collect();
        kinds.sort_by_key(|(_, words)| std::cmp::Reverse(*words));
        Self { kinds }
    }
}

impl fmt::Display for FoundText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (kind, words)) in self.kinds.iter().enumerate() {
            let joint = match at {
                0 => "",
                _ if at + 1 == self.kinds.len() => " and ",
                _ => ", ",
            };
            let unit = if at == 0 { " words" } else { "" };
            write!(f, "{joint}{}{unit} in {}", grouped(*words), name(*kind))?;
        }
        if self.kinds.is_empty() { f.write_str("no words at all") } else { Ok(()) }
    }
}

/// What the blocks of a kind are called.
fn name(kind: BlockKind) -> &'static str {
    match kind {
        BlockKind::Heading => "headings",
        BlockKind::Paragraph => "paragraphs",
        BlockKind::ListItem => "lists",
        BlockKind::Caption => "captions",
        BlockKind::Code => "code",
        BlockKind::Formula => "formulas",
        BlockKind::Footnote => "footnotes",
        BlockKind::Table => "tables",
        BlockKind::Reference => "references",
        BlockKind::FrontMatter => "names and addresses",
        BlockKind::FigureText => "drawings",
        BlockKind::Quote => "quotations",
        _ => "other blocks",
    }
}

/// Writes a number with commas.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::offline::tests::{block, document};
    use super::*;

    #[test]
    fn what_was_found_is_told_by_kind() {
        let rows = "9 ".repeat(1204);
        let found = FoundText::new(&document(vec![vec![
            block(BlockKind::Heading, "The numbers of May"),
            block(BlockKind::Table, &rows),
            block(BlockKind::Furniture, "page one of some that follow"),
            block(BlockKind::Formula, "x = 1 + y"),
        ]]));
        assert_eq!(found.to_string(), "1,204 words in tables, 5 in formulas and 4 in headings");
        assert_eq!(FoundText::new(&document(vec![])).to_string(), "no words at all");
    }
}
