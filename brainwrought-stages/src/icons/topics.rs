//! [`Topics`]: what a text is about, as far as the senses of words are told by it.

use std::collections::HashMap;

use super::token::Token;

/// Words of a topic that must stand around a text, at least, when none stands in it.
const MIN_AROUND: usize = 2;
/// Letters by which a word is taken for another form of one that is in question.
const SAME_LETTERS: usize = 4;

/// The words of the topics of a language.
#[derive(Default)]
pub(super) struct Topics {
    names: Vec<String>,
    words: HashMap<String, u64>,
    starts: HashMap<String, u64>,
}

/// The topics of a text.
pub(super) struct Scene {
    /// Words of topics with a bit for each, and where in the text they stand; no place for those around it.
    found: Vec<(Option<usize>, String, u64)>,
}

impl Topics {
    /// Adds a topic: words, or starts of words with a star behind them. Topics past the 64th are left out.
    pub(super) fn add(&mut self, name: &str, words: &str) {
        let Some(bit) = 1_u64.checked_shl(self.names.len() as u32) else { return };
        self.names.push(name.to_owned());
        for word in words.split_whitespace() {
            match word.strip_suffix('*') {
                Some(start) => *self.starts.entry(start.to_owned()).or_default() |= bit,
                None => *self.words.entry(word.to_owned()).or_default() |= bit,
            }
        }
    }

    /// The place of a topic, by its name.
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }

    /// What `text` is about, and what stands around it.
    pub(super) fn scene(&self, text: &[Token], around: &[Token]) -> Scene {
        let mut found: Vec<(Option<usize>, String, u64)> = Vec::new();
        let placed = text.iter().enumerate().map(|(at, word)| (Some(at), word));
        for (place, word) in placed.chain(around.iter().map(|word| (None, word))) {
            let bits = self.of(&word.lower);
            if bits != 0 {
                found.push((place, word.lower.clone(), bits));
            }
        }
        Scene { found }
    }

    fn of(&self, word: &str) -> u64 {
        let mut bits = self.words.get(word).copied().unwrap_or(0);
        if !self.starts.is_empty() {
            let ends = word.char_indices().map(|(at, letter)| at + letter.len_utf8());
            bits |= ends.filter_map(|end| self.starts.get(&word[..end])).fold(0, |all, bits| all | bits);
        }
        bits
    }
}

impl Scene {
    /// Tells whether a topic is spoken of, by other words than those at `from..to`.
    pub(super) fn has(&self, topic: usize, words: &[Token], from: usize, to: usize) -> bool {
        let start = |word: &str| word.chars().take(SAME_LETTERS).collect::<String>();
        let own: Vec<String> = words[from..to].iter().map(|word| start(&word.lower)).collect();
        let others = || {
            let of_topic = self.found.iter().filter(|(_, _, bits)| bits >> topic & 1 == 1);
            of_topic.filter(|(_, word, _)| !own.contains(&start(word)))
        };
        if others().any(|(place, _, _)| place.is_some()) {
            return true;
        }
        let mut around: Vec<String> = others().map(|(_, word, _)| start(word)).collect();
        around.sort();
        around.dedup();
        around.len() >= MIN_AROUND
    }
}
