//! [`Words`] and [`Phrases`]: the two kinds of lists.

use serde::{Deserialize, Deserializer};

/// Single words of a language, written one after the other in a string of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Words(Vec<String>);

/// Words or runs of words that were chosen because a class of documents has them, written as an array in the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(crate) struct Phrases(Vec<String>);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(Self(text.split_whitespace().map(str::to_owned).collect()))
    }
}

impl Words {
    /// Tells whether `word` is one of them.
    pub(crate) fn contains(&self, word: &str) -> bool {
        self.0.iter().any(|other| other == word)
    }

    /// All of them, in the order of the file.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Tells whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Phrases {
    /// Tells whether `text` is one of them.
    pub(crate) fn contains(&self, text: &str) -> bool {
        self.0.iter().any(|phrase| phrase == text)
    }

    /// Tells whether one of them opens `text`.
    pub(crate) fn open(&self, text: &str) -> bool {
        self.0.iter().any(|phrase| text.starts_with(phrase.as_str()))
    }

    /// Tells whether one of them stands anywhere in `text`.
    pub(crate) fn stand_in(&self, text: &str) -> bool {
        self.0.iter().any(|phrase| text.contains(phrase.as_str()))
    }

    /// All of them, in the order of the file.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

/// The part of a regular expression that matches any of `phrases`, longer ones first; nothing where there is none.
pub(crate) fn alternatives<'a>(phrases: impl Iterator<Item = &'a str>) -> String {
    let mut phrases: Vec<&str> = phrases.collect();
    phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.len()));
    let escaped: Vec<String> = phrases.into_iter().map(regex::escape).collect();
    // An empty group would match anywhere.
    if escaped.is_empty() { r"[^\s\S]".to_owned() } else { format!("(?:{})", escaped.join("|")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longer_phrases_match_first_and_none_match_nothing() {
        let found = |phrases: &[&str]| {
            let pattern = regex::Regex::new(&alternatives(phrases.iter().copied())).unwrap();
            pattern.find("Fig. 3").map(|found| found.as_str().to_owned())
        };
        assert_eq!(found(&["Fig", "Fig."]).as_deref(), Some("Fig."));
        assert_eq!(found(&[]), None);
    }
}
