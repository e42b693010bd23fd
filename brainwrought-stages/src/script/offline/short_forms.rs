//! [`ShortForms`]: what a document's abbreviations stand for, so that each is spelt out until it was explained.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use brainwrought_core::data::{BlockKind, Document};
use regex::Regex;

use super::super::evidence::Evidence;

/// A long form has at most so many words.
const MAX_WORDS: usize = 6;
/// Words of a long form that may give no letter: "Massachusetts Institute of Technology".
const SILENT: [&str; 14] =
    ["of", "and", "the", "for", "in", "on", "to", "a", "an", "de", "der", "des", "du", "et"];

/// The abbreviations that a document explains, with what they stand for.
#[derive(Debug, Default)]
pub(super) struct ShortForms {
    long: BTreeMap<String, String>,
}

impl ShortForms {
    /// Finds "Ross River virus (RRV)" and "RRV (Ross River virus)" in the running text of `document`.
    pub(super) fn new(document: &Document, evidence: &Evidence) -> Self {
        static BRACKETED: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(
                r"(?P<before>(?:[\p{L}’'-]+ ){1,8})\((?P<short>\p{Lu}[\p{L}\d-]{0,6}\p{Lu}|\p{Lu}{2,8})s?\)",
            )
            .expect("the pattern is a constant that tests compile")
        });
        static EXPLAINED: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"\b(?P<short>\p{Lu}{2,8}) \((?P<long>[\p{L} ’'-]{6,60})\)")
                .expect("the pattern is a constant that tests compile")
        });
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut long_forms: BTreeMap<String, String> = BTreeMap::new();
        let mut define = |short: &str, long: String| {
            found.entry(short.to_owned()).or_default().insert(long.to_lowercase());
            long_forms.entry(short.to_owned()).or_insert(long);
        };
        let is_text = |kind: BlockKind| matches!(kind, BlockKind::Paragraph | BlockKind::ListItem);
        let blocks = document.pages.iter().flat_map(|page| &page.blocks);
        for block in blocks.filter(|block| is_text(block.kind) && block.text.contains('(')) {
            for pair in BRACKETED.captures_iter(&block.text) {
                let words: Vec<&str> = pair["before"].split_whitespace().collect();
                if let Some(long) = stands_for(&words, &pair["short"]) {
                    define(&pair["short"], long);
                }
            }
            for pair in EXPLAINED.captures_iter(&block.text) {
                let words: Vec<&str> = pair["long"].split_whitespace().collect();
                // All of what stands in the brackets is the long form.
                if let Some(long) = stands_for(&words, &pair["short"])
                    && long.split_whitespace().count() == words.len()
                {
                    define(&pair["short"], long);
                }
            }
        }
        // What stands for two things is clear from its place alone, and lines are judged by the evidence in the end.
        long_forms.retain(|short, long| {
            found.get(short).is_some_and(|meanings| meanings.len() == 1)
                && evidence.doubts(&format!("The {long} grows."), &format!("The {short} grows.")).is_empty()
        });
        Self { long: long_forms }
    }

    /// `text` with what its abbreviations stand for behind it.
    pub(super) fn with_long_forms(&self, text: &str) -> String {
        let long = self.long.iter().filter(|(short, _)| place_of(text, short).is_some());
        long.fold(text.to_owned(), |all, (_, long)| format!("{all} {long}"))
    }

    /// Counts the abbreviations in `text` that the document does not explain, those in `names` aside. A text that shouts has none.
    pub(super) fn unexplained(&self, text: &str, names: &[&str]) -> usize {
        let is_short = |word: &str| {
            (2..=6).contains(&word.len())
                && word.bytes().all(|letter| letter.is_ascii_uppercase())
                && !word.bytes().all(|letter| b"IVXLCDM".contains(&letter))
                && !names.contains(&word)
                && !self.long.contains_key(word)
        };
        let words: Vec<&str> = text.split(|letter: char| !letter.is_alphanumeric()).collect();
        let short: BTreeSet<&str> = words.iter().copied().filter(|word| is_short(word)).collect();
        let counted = words.iter().filter(|word| !word.is_empty()).count();
        if short.len() * 2 > counted { 0 } else { short.len() }
    }

    /// Spells out, in `texts`, each abbreviation that was not heard beside what it stands for.
    pub(super) fn spell_out(&self, texts: &mut [&mut String]) {
        let mut known: BTreeSet<&str> = BTreeSet::new();
        for text in texts {
            for (short, long) in &self.long {
                if known.contains(short.as_str()) {
                    continue;
                }
                if let Some(at) = place_of(text, short) {
                    // "Raft, the …": both stand in the sentence.
                    if text.to_lowercase().contains(&long.to_lowercase()) {
                        known.insert(short);
                        continue;
                    }
                    let long = if at == 0 { super::super::compress::capitalised(long) } else { long.clone() };
                    text.replace_range(at..at + short.len(), &long);
                }
            }
        }
    }
}

/// The last of `words` that `short` stands for, letter by letter.
fn stands_for(words: &[&str], short: &str) -> Option<String> {
    let letters: Vec<char> =
        short.chars().filter(|letter| letter.is_uppercase()).flat_map(char::to_lowercase).collect();
    let (mut left, mut from) = (letters.len(), words.len());
    while left > 0 {
        from = from.checked_sub(1)?;
        let word = words[from].to_lowercase();
        if word.starts_with(letters[left - 1]) {
            left -= 1;
        } else if !SILENT.contains(&word.as_str()) || left == letters.len() {
            return None;
        }
    }
    let long = &words[from..];
    (2..=MAX_WORDS).contains(&long.len()).then(|| long.join(" "))
}

/// Where `short` stands in `text` as a word of its own, not as a part of one and not in the plural.
fn place_of(text: &str, short: &str) -> Option<usize> {
    let is_free =
        |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric() && letter != '-');
    text.match_indices(short).map(|(at, _)| at).find(|&at| {
        is_free(text[..at].chars().next_back()) && is_free(text[at + short.len()..].chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{block, document};
    use super::*;

    #[test]
    fn abbreviations_are_spelt_out_until_they_are_explained() {
        let text = "The Ross River virus (RRV) spreads. The NHS (National Health Service) pays. A wait (of an HR team) grows.";
        let document = document(vec![vec![block(BlockKind::Paragraph, text)]]);
        let forms = ShortForms::new(&document, &Evidence::new(&document));
        let mut texts = [
            "RRV is endemic in the north.".to_owned(),
            "Most RRV cases are paid by the clinic.".to_owned(),
            "The NHS pays for non-RRV cases, and HR waits.".to_owned(),
            "Ross River virus, RRV for short, is old.".to_owned(),
            "Nobody has seen RRV.".to_owned(),
        ];
        forms.spell_out(&mut texts.iter_mut().collect::<Vec<_>>());
        assert_eq!(
            texts,
            [
                "Ross River virus is endemic in the north.",
                "Most Ross River virus cases are paid by the clinic.",
                "The National Health Service pays for non-RRV cases, and HR waits.",
                "Ross River virus, RRV for short, is old.",
                "Nobody has seen RRV.",
            ]
        );
    }

    #[test]
    fn abbreviations_that_nothing_explains_are_counted() {
        let text = "The National Health Service (NHS) pays.";
        let document = document(vec![vec![block(BlockKind::Paragraph, text)]]);
        let forms = ShortForms::new(&document, &Evidence::new(&document));
        for (text, count) in [
            ("Three letters from LSAT, SCAC, and PTO came, and LSAT answered.", 3),
            ("The NHS pays for an MRI in part II.", 1),
            ("DO NOT PARK HERE.", 0),
            ("Nobody waits at 10 AM.", 1),
            ("The NBA counts points.", 0),
        ] {
            assert_eq!(forms.unexplained(text, &["NBA"]), count, "{text}");
        }
    }

    #[test]
    fn letters_must_fit() {
        assert_eq!(
            stands_for(&["the", "Institute", "of", "Technology"], "IT").as_deref(),
            Some("Institute of Technology")
        );
        assert_eq!(stands_for(&["a", "large", "queue"], "RRV"), None);
        assert_eq!(stands_for(&["queue"], "Q"), None);
    }
}
