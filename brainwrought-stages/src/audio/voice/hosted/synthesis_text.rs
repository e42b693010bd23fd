//! [`SynthesisText`]: the text that goes to a provider, and which part of it each written word has.

use std::ops::Range;

use brainwrought_core::data::Language;

use super::super::super::spoken::spoken_form;
use super::super::{SpokenWord, Utterance};

/// The text that goes to a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SynthesisText {
    pub(super) text: String,
    /// The place of each written word in the line, and of what is said for it in `text`, in characters.
    words: Vec<(Range<usize>, Range<usize>)>,
}

impl SynthesisText {
    /// Writes out what is said: numbers and signs as the language has them, the lexicon's words as it has them.
    pub(super) fn new(utterance: &Utterance, language: &Language) -> Self {
        let line = &utterance.line;
        let written = |range: &Range<usize>| line.get(range.clone()).unwrap_or_default();
        let said = spoken_form(line, language).into_iter().map(|token| {
            let own = utterance.lexicon.said(written(&token.written));
            let said = if own == written(&token.written) { token.spoken } else { own };
            (token.written, said)
        });
        let mut text = String::new();
        let mut letters = 0;
        let mut words = Vec::new();
        let mut end = 0;
        for (range, said) in said {
            // Scripts without spaces stay without.
            let gap = range.start > end;
            if letters > 0 && gap && !said.is_empty() {
                text.push(' ');
                letters += 1;
            }
            end = range.end;
            let count = said.chars().count();
            text.push_str(&said);
            words.push((range, letters..letters + count));
            letters += count;
        }
        Self { text, words }
    }

    /// Tells whether there is nothing to say.
    pub(super) fn is_silent(&self) -> bool {
        !self.text.chars().any(char::is_alphanumeric)
    }

    /// The words, from times for each character in seconds: starts and ends.
    pub(super) fn by_characters(&self, starts: &[f64], ends: &[f64], sample_rate: u32) -> Vec<SpokenWord> {
        let letters: Vec<char> = self.text.chars().collect();
        self.words_by(sample_rate, |range| {
            let is_said = |at: &usize| letters.get(*at).is_some_and(|letter| letter.is_alphanumeric());
            let first = range.clone().find(is_said)?;
            let last = range.clone().rev().find(is_said)?;
            Some((*starts.get(first)?, *ends.get(last)?))
        })
    }

    /// The words, from times for parts of the text in seconds: what is said, start and end. `None` when the parts say
    /// something else than the text.
    pub(super) fn by_parts(&self, parts: &[(String, f64, f64)], sample_rate: u32) -> Option<Vec<SpokenWord>> {
        // Only letters count: providers split punctuation off, or leave it out.
        let mut times: Vec<(char, f64, f64)> = Vec::new();
        for (part, start, end) in parts {
            let letters = part.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
            times.extend(letters.map(|letter| (letter, *start, *end)));
        }
        let mut times = times.into_iter();
        let mut by_letter: Vec<Option<(f64, f64)>> = Vec::new();
        for letter in self.text.chars() {
            if !letter.is_alphanumeric() {
                by_letter.push(None);
                continue;
            }
            let mut time = None;
            for small in letter.to_lowercase() {
                let (found, start, end) = times.next()?;
                if found != small {
                    return None;
                }
                time = Some((start, end));
            }
            by_letter.push(time);
        }
        if times.next().is_some() {
            return None;
        }
        Some(self.words_by(sample_rate, |range| {
            let known: Vec<(f64, f64)> = by_letter.get(range)?.iter().flatten().copied().collect();
            Some((known.first()?.0, known.last()?.1))
        }))
    }

    fn words_by(
        &self,
        sample_rate: u32,
        times: impl Fn(Range<usize>) -> Option<(f64, f64)>,
    ) -> Vec<SpokenWord> {
        let place = |seconds: f64| (seconds.max(0.0) * f64::from(sample_rate)).round() as usize;
        let mut last = 0;
        let words = self.words.iter().map(|(written, range)| {
            let samples = match times(range.clone()) {
                Some((start, end)) => {
                    let start = place(start).max(last);
                    start..place(end).max(start)
                }
                None => last..last,
            };
            last = samples.end;
            SpokenWord { written: written.clone(), samples }
        });
        words.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(words: &[SpokenWord]) -> Vec<usize> {
        words.iter().map(|word| word.samples.start).collect()
    }

    #[test]
    fn the_words_of_a_text_are_found_by_its_characters() {
        let sent = SynthesisText::new(&Utterance::new("It costs $45, yes."), &Language::english());
        assert_eq!(sent.text, "It costs forty five dollars, yes.");
        let count = sent.text.chars().count();
        let starts_at: Vec<f64> = (0..count).map(|at| at as f64 * 0.1).collect();
        let ends_at: Vec<f64> = (1..=count).map(|at| at as f64 * 0.1).collect();
        let words = sent.by_characters(&starts_at, &ends_at, 1_000);
        assert_eq!(starts(&words), [0, 300, 900, 2_900]);
        // The comma is not part of the sound.
        assert_eq!(words[2].samples, 900..2_700);
    }

    #[test]
    fn the_words_of_a_text_are_found_by_its_parts() {
        let sent = SynthesisText::new(&Utterance::new("It costs $45, yes."), &Language::english());
        let part = |word: &str, at: f64| (word.to_owned(), at, at + 0.1);
        let parts = [
            part("it", 0.0),
            part("costs", 0.2),
            part("forty-five", 0.5),
            part("dollars", 0.9),
            part(",", 1.0),
            part("Yes", 1.3),
        ];
        assert_eq!(starts(&sent.by_parts(&parts, 1_000).unwrap()), [0, 200, 500, 1_300]);
        assert_eq!(sent.by_parts(&parts[..4], 1_000), None);
        assert_eq!(sent.by_parts(&[part("no", 0.0)], 1_000), None);
    }

    #[test]
    fn signs_are_written_out_in_the_language_of_the_line() {
        let sent = SynthesisText::new(&Utterance::new("Es kostet 1,5 Mio. €, ja."), &Language::new("de"));
        assert_eq!(sent.text, "Es kostet 1 Komma 5 Millionen Euro, ja.");
    }

    #[test]
    fn scripts_without_spaces_stay_without() {
        let sent = SynthesisText::new(&Utterance::new("机器学习很有趣。"), &Language::new("zh"));
        assert_eq!(sent.text, "机器学习很有趣。");
        assert!(SynthesisText::new(&Utterance::new("— …"), &Language::english()).is_silent());
    }
}
