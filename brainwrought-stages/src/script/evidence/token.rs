//! [`Token`]: a word of a sentence, as the checks compare it.

use rust_stemmers::Stemmer;

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

/// Splits `text` into words. Parts that hyphens, dashes and slashes join are words of their own, as are numbers beside letters
/// of scripts that put no space between.
pub(super) fn tokens(text: &str, stemmer: Option<&Stemmer>) -> Vec<Token> {
    let mut found = Vec::new();
    let mut starts = true;
    for raw in text.split_whitespace() {
        let raw = opened(raw);
        let joined = raw.split(['-', '‐', '‑', '–', '—', '/', '⁄', '∕', '\u{ad}', ' ']);
        for part in joined.flat_map(|joined| parts(trimmed(joined))) {
            let part = trimmed(part);
            let word = part.strip_suffix("'s").unwrap_or(part);
            if word.is_empty() {
                continue;
            }
            let key = in_ascii(word).to_lowercase();
            let stem = stemmer.map_or_else(|| key.clone(), |stemmer| stemmer.stem(&key).into_owned());
            found.push(Token { text: word.to_owned(), key, stem, starts });
            starts = false;
        }
        starts =
            starts || raw.trim_end_matches(['"', '”', '\'', ')']).ends_with(['.', '!', '?', ':', '“', '"']);
    }
    found
}

fn trimmed(word: &str) -> &str {
    word.trim_matches(|letter: char| !(letter.is_alphanumeric() || "%$€£°".contains(letter)))
}
