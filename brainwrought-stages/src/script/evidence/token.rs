//! [`Token`]: a word of a sentence, as the checks compare it.

use super::numeral::{in_ascii, opened, parts};

/// A word or a number of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// The word as it is written, without what stands around it.
    pub(super) text: String,
    /// Lower case, ligatures opened, quotes made plain, numbers in ASCII, without the ending of possession.
    pub(super) key: String,
    /// The key without its inflection.
    pub(super) stem: String,
    /// True for the first word of a sentence, which is written with a capital whatever it is.
    pub(super) starts: bool,
    /// The number of marks of punctuation that stand before it in the text.
    pub(super) clause: usize,
}

impl Token {
    /// Tells whether the word is written like a name: with a capital where none is due, or with capitals inside.
    pub(super) fn is_name(&self) -> bool {
        // Roman numerals have capitals too.
        let letters = || self.text.chars().filter(|letter| letter.is_alphabetic() && !letter.is_numeric());
        let capitals = letters().filter(|letter| letter.is_uppercase()).count();
        let first = self.text.chars().next().is_some_and(char::is_uppercase);
        letters().count() > 1 && (capitals > 1 || (capitals == 1 && (!self.starts || !first)))
    }
}

/// Splits `text` into words, and reads their stems with `stem`. Parts that hyphens, dashes and slashes join are words of their
/// own, as are numbers beside letters of scripts that put no space between.
pub(super) fn tokens(text: &str, stem: impl Fn(&str) -> String) -> Vec<Token> {
    let mut found = Vec::new();
    let mut starts = true;
    let mut clause = 0;
    for raw in text.split_whitespace() {
        let raw = opened(raw);
        clause += usize::from(raw.starts_with(['(', '–', '—']));
        let joined = raw.split(['-', '‐', '‑', '–', '—', '/', '⁄', '∕', '\u{ad}', ' ']);
        for part in joined.flat_map(|joined| parts(trimmed(joined))) {
            let part = trimmed(part);
            let word = part.strip_suffix("'s").unwrap_or(part);
            if word.is_empty() {
                continue;
            }
            let key = in_ascii(word).to_lowercase();
            found.push(Token { text: word.to_owned(), stem: stem(&key), key, starts, clause });
            starts = false;
        }
        let bare = raw.trim_end_matches(['"', '”', '\'', ')']);
        starts = starts || bare.ends_with(['.', '!', '?', ':', '“', '"']);
        clause += usize::from(bare.ends_with(['.', '!', '?', ':', ',', ';', '–', '—']) || raw.ends_with(')'));
    }
    found
}

fn trimmed(word: &str) -> &str {
    word.trim_matches(|letter: char| !(letter.is_alphanumeric() || "%$€£°".contains(letter)))
}
