//! [`Vocabulary`]: the words of a document, which tell whether a hyphen at the end of a line belongs to its word.

use std::collections::BTreeSet;

use crate::language::LanguageData;

/// The words that a document writes inside its lines.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    words: BTreeSet<String>,
}

impl Vocabulary {
    /// Takes note of the words of a line. The last one may be cut, the first one may be the rest of one.
    pub(super) fn add(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let inner = words.len().saturating_sub(1);
        for word in words.iter().take(inner).skip(1) {
            let word = bare(word).to_lowercase();
            if word.chars().count() > 3 {
                self.words.insert(word);
            }
        }
    }

    /// Joins two lines of one paragraph.
    pub(super) fn join(&self, text: &mut String, line: &str) {
        let hyphenated = text.strip_suffix('-').filter(|rest| rest.ends_with(char::is_alphabetic));
        let Some(rest) = hyphenated else {
            let ideographs = text.chars().next_back().is_some_and(super::letters::is_ideograph)
                && line.chars().next().is_some_and(super::letters::is_ideograph);
            if !text.is_empty() && !ideographs {
                text.push(' ');
            }
            text.push_str(line);
            return;
        };
        let first =
            rest.rsplit(|letter: char| letter.is_whitespace() || letter == '(').next().unwrap_or(rest);
        let second = line.split_whitespace().next().unwrap_or(line);
        if LanguageData::all().iter().any(|data| data.words.conjunctions.contains(second)) {
            text.push(' ');
        } else if !self.keeps_hyphen(first, second) {
            text.pop();
        }
        text.push_str(line);
    }

    fn keeps_hyphen(&self, first: &str, second: &str) -> bool {
        let Some(start) = second.chars().next() else { return true };
        if !start.is_lowercase() {
            return true;
        }
        let (first, second) = (first.to_lowercase(), bare(second).to_lowercase());
        if self.words.contains(&format!("{first}{second}")) {
            return false;
        }
        if self.words.contains(&format!("{first}-{second}")) {
            return true;
        }
        // A word with a hyphen before ("state-of-the-") goes on in the same way.
        let last = first.rsplit('-').next().unwrap_or(&first);
        first.contains('-')
            || last.chars().count() == 1
            || LanguageData::english().words.hyphenated_prefixes.contains(last)
    }
}

fn bare(word: &str) -> &str {
    word.trim_matches(|letter: char| !letter.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(known: &str, lines: &[&str]) -> String {
        let mut vocabulary = Vocabulary::default();
        vocabulary.add(known);
        let mut text = String::new();
        lines.iter().for_each(|line| vocabulary.join(&mut text, line));
        text
    }

    #[test]
    fn hyphens_go_or_stay_as_the_word_wants() {
        assert_eq!(joined("", &["a distri-", "buted log"]), "a distributed log");
        assert_eq!(joined("", &["Internet e-", "commerce grew"]), "Internet e-commerce grew");
        assert_eq!(joined("the peer-to-peer net", &["a peer-to-", "peer net"]), "a peer-to-peer net");
        assert_eq!(joined("some double-spending here", &["double-", "spending,"]), "double-spending,");
        assert_eq!(joined("", &["Vor-", "und Nachteile"]), "Vor- und Nachteile");
        assert_eq!(joined("", &["the Diffie-", "Hellman way"]), "the Diffie-Hellman way");
        assert_eq!(joined("", &["pages 3-", "5 of it"]), "pages 3- 5 of it");
    }
}
