//! Slides: how they are told from pages, and how points that stand in one paragraph are told apart.

use std::sync::LazyLock;

use brainwrought_core::data::{Document, Page, PageUnit};
use regex::Regex;

/// A slide has at most so many words: a wide page with more is read like any other.
const SLIDE_WORDS: usize = 180;

/// Tells whether the pages of `document` are slides: they say so, or most are wider than they are high and hold few words.
pub(super) fn is_slides(document: &Document) -> bool {
    if document.unit == PageUnit::Slide {
        return true;
    }
    let words = |page: &Page| -> usize {
        page.blocks.iter().map(|block| block.text.split_whitespace().count()).sum()
    };
    let is_slide = |page: &&Page| page.width > 1.15 * page.height && words(page) <= SLIDE_WORDS;
    let wide = document.pages.iter().filter(is_slide).count();
    wide * 2 > document.pages.len()
}

/// Takes the point's mark off, where the font's bullet was read as a letter: "I Simple is better".
fn without_bullet(text: &str) -> &str {
    let rest = text.trim_start_matches([
        '•', '◦', '▪', '▸', '►', '‣', '∙', '●', '○', '■', '✗', '✓', '⇒', '➔', '-', '–', '*', ' ',
    ]);
    ["I ", "E ", "B ", "ä ", "◮ "]
        .iter()
        .find_map(|bullet| rest.strip_prefix(bullet))
        .filter(|rest| rest.starts_with(|letter: char| letter.is_uppercase() || letter == '“'))
        .filter(|rest| !rest.starts_with("I "))
        .unwrap_or(rest)
}

/// Cuts a paragraph where bullets stand inside it, read as letters: "I Alice is in the US I Bob in Germany".
pub(super) fn parts(text: &str) -> Vec<&str> {
    static BULLET: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\s(?:I|E|[•◦▪▸►‣●■✗✓⇒➔])\s+(?:\p{Lu}\p{Ll}|A\s|[“])")
            .expect("the pattern is a constant that tests compile")
    });
    let mut parts = Vec::new();
    let mut from = 0;
    for found in BULLET.find_iter(text) {
        parts.push(text[from..found.start()].trim());
        from = found.start();
    }
    parts.push(text[from..].trim());
    parts.into_iter().map(without_bullet).filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bullets_read_as_letters_part_points() {
        assert_eq!(
            parts("I Build a car I Alice is in Rome I Bob waits"),
            ["Build a car", "Alice is in Rome", "Bob waits"]
        );
        assert_eq!(parts("Alice and I wait. Then I go."), ["Alice and I wait. Then I go."]);
    }
}
