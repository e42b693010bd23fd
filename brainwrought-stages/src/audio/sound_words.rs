//! [`SoundWords`]: the words of a description, as far as they can be compared.

use std::collections::BTreeSet;

use rust_stemmers::{Algorithm, Stemmer};

/// The stems of the words of a description. What describes sounds and moods for a program is English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SoundWords(BTreeSet<String>);

impl SoundWords {
    pub(super) fn from_text(text: &str) -> Self {
        let stemmer = Stemmer::create(Algorithm::English);
        let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
        Self(words.map(|word| stemmer.stem(&word.to_lowercase()).into_owned()).collect())
    }

    /// Counts what both say.
    pub(super) fn shared(&self, other: &Self) -> usize {
        self.0.intersection(&other.0).count()
    }
}

/// Finds what a description means: the entry of `table` that shares most words with it, the first of equals.
pub(super) fn meant<T: Copy>(text: &str, table: &[(T, &str)]) -> Option<T> {
    let words = SoundWords::from_text(text);
    let scored = table.iter().map(|(value, known)| (SoundWords::from_text(known).shared(&words), *value));
    let best = scored.reduce(|best, next| if next.0 > best.0 { next } else { best });
    best.filter(|(score, _)| *score > 0).map(|(_, value)| value)
}
