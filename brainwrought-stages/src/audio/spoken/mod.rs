//! [`spoken_form`]: how English text is said, written word by written word.

use std::ops::Range;

use super::written::written_words;

/// A written word and what the voice says for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpokenToken {
    /// The place of the written word in the line, in bytes.
    pub written: Range<usize>,
    /// Plain words and the punctuation that shapes the melody; empty for what is not said.
    pub spoken: String,
}

/// Says how `line` is read aloud in English.
pub fn spoken_form(line: &str) -> Vec<SpokenToken> {
    written_words(line)
        .into_iter()
        .map(|written| SpokenToken { spoken: line[written.clone()].to_owned(), written })
        .collect()
}
