//! [`Names`]: what a document calls people, places and things, and how it shortens them.

use std::collections::BTreeSet;

use super::token::{Token, tokens};
use super::vocabulary::Vocabulary;

/// The most letters of an abbreviation.
const MAX_LETTERS: usize = 8;

/// What a document calls people, places and things.
#[derive(Default)]
pub(super) struct Names {
    /// Words that are never written small.
    names: BTreeSet<String>,
    /// All words, as they are written in small letters and without their inflection.
    words: BTreeSet<String>,
    small: BTreeSet<String>,
    /// Abbreviations with the words that they stand for.
    abbreviations: Vec<(String, Vec<String>)>,
}

impl Names {
    /// Reads a text; one of headings, where every word may have a capital, tells no names.
    pub(super) fn read(&mut self, text: &str, is_heading: bool, vocabulary: &Vocabulary) {
        let read = tokens(text, |key| vocabulary.stem(key), |word| vocabulary.is_number(word));
        self.define(&read, text);
        for token in read {
            if token.text.chars().next().is_some_and(char::is_lowercase) {
                self.small.insert(token.key.clone());
                self.names.remove(&token.key);
            } else if token.is_name() && !is_heading && !self.small.contains(&token.key) {
                self.names.insert(token.key.clone());
            }
            self.words.insert(token.stem);
            self.words.insert(token.key);
        }
    }

    /// Finds abbreviations beside what they stand for: "National Health Service (NHS)", "NHS (National Health Service)".
    fn define(&mut self, read: &[Token], text: &str) {
        if !text.contains('(') {
            return;
        }
        for (place, token) in read.iter().enumerate() {
            let letters: Vec<char> = token
                .text
                .chars()
                .filter(|letter| letter.is_uppercase())
                .flat_map(char::to_lowercase)
                .collect();
            let count = letters.len();
            let is_short = (2..=MAX_LETTERS).contains(&count) && token.text.chars().count() <= count + 1;
            if !is_short {
                continue;
            }
            let initials = |from: usize| -> Option<Vec<String>> {
                let words = read.get(from..from + count)?;
                let fits = words.iter().zip(&letters).all(|(word, letter)| word.key.starts_with(*letter));
                fits.then(|| words.iter().map(|word| word.stem.clone()).collect())
            };
            let before = place.checked_sub(count).and_then(initials);
            let behind = initials(place + 1);
            if let Some(words) = before.or(behind)
                && !self.abbreviations.iter().any(|(short, _)| *short == token.key)
            {
                self.abbreviations.push((token.key.clone(), words));
            }
        }
    }

    /// Tells whether the document has this word.
    pub(super) fn has(&self, token: &Token) -> bool {
        self.words.contains(&token.key) || self.words.contains(&token.stem)
    }

    /// Tells whether a word is written like a name, or is one of the document's at the start of a sentence.
    pub(super) fn is_name(&self, token: &Token, vocabulary: &Vocabulary) -> bool {
        // German writes every noun like a name, and a noun that the source lacks is as much of a change.
        let is_plain = token.starts && vocabulary.is_light(token) || token.key.starts_with("i'");
        !is_plain && (token.is_name() || token.starts && self.names.contains(&token.key))
    }

    /// Tells whether a text has a name, or one that is made of it: Colombia is in "Colombian".
    pub(super) fn stands_in(read: &[Token], name: &Token) -> bool {
        read.iter().any(|other| {
            // The number of a note may be stuck to a name: "Institute2".
            let word = other.key.trim_end_matches(|letter: char| letter.is_ascii_digit());
            other.key == name.key
                || other.stem == name.stem
                || name.key.len() > 3 && word == name.key
                || is_made_of(&other.key, &name.key)
        })
    }

    /// What `text` says by abbreviations, in words, and the other way round.
    pub(super) fn written_out(&self, read: &[Token]) -> String {
        let has = |key: &str| read.iter().any(|token| token.key == key);
        let run = |words: &[String]| {
            read.windows(words.len())
                .any(|window| window.iter().zip(words).all(|(token, word)| token.stem == *word))
        };
        let mut more = String::new();
        for (short, words) in &self.abbreviations {
            if has(short) {
                more.push_str(&words.join(" "));
                more.push(' ');
            } else if run(words) {
                more.push_str(short);
                more.push(' ');
            }
        }
        more
    }
}

/// Tells whether one of two names is the place or the people of the other, by their endings.
fn is_made_of(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    let common = short.chars().zip(long.chars()).take_while(|(left, right)| left == right).count();
    let rest = |word: &str| word.chars().skip(common).collect::<String>();
    common >= 4
        && ["", "a", "y", "e", "ia", "o"].contains(&rest(short).as_str())
        && ["n", "an", "ian", "ns", "ans", "ians", "ish", "ese", "i", "s"].contains(&rest(long).as_str())
}
