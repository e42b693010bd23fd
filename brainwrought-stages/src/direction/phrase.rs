//! [`Phrase`]: the words of a line with what a language knows of them.

use std::ops::Range;

use crate::language::LanguageData;
use crate::text::written_words;

/// The words of a line, in the order of captions.
pub(super) struct Phrase<'a> {
    pub(super) text: &'a str,
    /// The bytes of each word, with its punctuation.
    pub(super) words: Vec<Range<usize>>,
    pub(super) language: &'static LanguageData,
}

/// Signs that open or close what they surround.
const AROUND: [char; 18] =
    ['.', ',', ';', ':', '!', '?', '(', ')', '[', ']', '"', '“', '”', '«', '»', '、', '。', '…'];

impl<'a> Phrase<'a> {
    pub(super) fn new(text: &'a str, language: &str) -> Self {
        Self { text, words: written_words(text), language: LanguageData::of(language) }
    }

    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    /// A word as it is written, with its punctuation; nothing behind the last one.
    pub(super) fn word(&self, at: usize) -> &'a str {
        self.words.get(at).map_or("", |bytes| &self.text[bytes.clone()])
    }

    /// A word without punctuation, in small letters.
    pub(super) fn key(&self, at: usize) -> String {
        self.word(at).trim_matches(AROUND).to_lowercase()
    }

    /// Some words as they are written, without the punctuation around them.
    pub(super) fn label(&self, range: Range<usize>) -> String {
        let (Some(first), Some(last)) =
            (self.words.get(range.start), self.words.get(range.end.wrapping_sub(1)))
        else {
            return String::new();
        };
        if range.is_empty() || first.start > last.end {
            return String::new();
        }
        let text = &self.text[first.start..last.end];
        let text = text.trim_start_matches(['(', '[', '“', '"', '«', ',', ';', ':']);
        let mut text = text
            .trim_end_matches([',', ';', ':', '!', '?', '.', '”', '"', '»', '、', '。', '…', '—', '–', '-']);
        // A bracket that opens outside is none here.
        for (open, close) in [('(', ')'), ('[', ']')] {
            if text.ends_with(close) && !text.contains(open) {
                text = text.trim_end_matches(close);
            }
        }
        text.trim().to_owned()
    }

    /// Tells whether a word carries no meaning of its own.
    pub(super) fn is_function(&self, at: usize) -> bool {
        let key = self.key(at);
        let own = &self.language.shows.function;
        let words = if own.is_empty() { &self.language.words.stop } else { own };
        key.is_empty() || words.contains(&key) || self.language.words.conjunctions.contains(&key)
    }

    /// Tells whether a word may be a verb, by its ending.
    pub(super) fn is_verb(&self, at: usize) -> bool {
        let key = self.key(at);
        let words = &self.language.words;
        let stem = |ending: &str, with: &str| {
            key.strip_suffix(ending).is_some_and(|stem| words.verb_stems.contains(&format!("{stem}{with}")))
        };
        words.verb_forms.contains(&key)
            || words.verb_stems.contains(&key)
            || [
                ("s", ""),
                ("es", ""),
                ("ies", "y"),
                ("d", ""),
                ("ed", ""),
                ("ied", "y"),
                ("ing", ""),
                ("ing", "e"),
            ]
            .into_iter()
            .any(|(ending, with)| stem(ending, with))
    }

    /// Tells whether punctuation ends the words up to here: nothing that belongs together goes on behind it.
    pub(super) fn breaks_behind(&self, at: usize) -> bool {
        self.word(at).ends_with([',', ';', ':', '.', '!', '?', ')', '—', '–', '、', '。', '，', '；', '：'])
    }

    /// Tells whether something denies what stands at a word: a negation in its clause before it. What is cut out behind one would
    /// say the contrary.
    pub(super) fn is_denied(&self, at: usize) -> bool {
        let clause = (0..at).rev().take_while(|&before| !self.breaks_behind(before));
        clause.into_iter().any(|before| self.language.words.negations.contains(&self.key(before)))
    }

    /// Tells whether a new sentence begins behind a word.
    pub(super) fn ends_sentence(&self, at: usize) -> bool {
        self.word(at).trim_end_matches(['”', '"', '»', ')']).ends_with(['.', '!', '?', '。', '！', '？'])
    }

    /// The range without the words at both ends that carry no meaning of their own.
    pub(super) fn trimmed(&self, range: Range<usize>) -> Range<usize> {
        let start = range.clone().find(|&at| !self.is_function(at)).unwrap_or(range.end);
        let end = (start..range.end).rev().find(|&at| !self.is_function(at)).map_or(start, |at| at + 1);
        start..end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_have_no_punctuation_around_them() {
        let phrase = Phrase::new("The server (a log), said “no,” and stopped.", "en");
        assert_eq!(phrase.label(1..4), "server (a log)");
        assert_eq!(phrase.label(2..4), "a log");
        assert_eq!(phrase.label(5..6), "no");
        assert_eq!(phrase.trimmed(0..4), 1..4);
        assert!(phrase.breaks_behind(3) && phrase.ends_sentence(7) && !phrase.ends_sentence(3));
        assert_eq!(phrase.label(3..3), "");
        let denied = Phrase::new("They have not bought tea, and pay 3 euros.", "en");
        assert!(denied.is_denied(3) && denied.is_denied(4) && !denied.is_denied(7));
    }
}
