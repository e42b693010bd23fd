//! The claim: the sentence of a document that makes the best opening.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use brainwrought_core::data::Concept;
use regex::Regex;

use super::super::duration::estimate_ms;
use super::super::lexicon::words;
use super::super::sentences::Sentence;
use crate::language::{LanguageData, alternatives};

/// The most words of a claim that opens the video.
const CLAIM_WORDS: usize = 15;
/// The longest that a claim may take, in milliseconds.
const CLAIM_MS: u64 = 5_100;
/// A claim is looked for among so many sentences at the start, or a fifth of them all.
const EARLY: usize = 12;
/// What a claim must be worth to open the video.
const CLAIM: f32 = 1.4;

/// Words that make a viewer stay.
static STRONG: LazyLock<Regex> = LazyLock::new(|| {
    let words = alternatives(LanguageData::english().cues.strong.iter());
    Regex::new(&format!(r"(?i)\b(?:{words}|(?:more|less|fewer) than \d+)\b|\d%"))
        .expect("the pattern is made of constants that tests compile")
});
/// Words that help.
static MILD: LazyLock<Regex> = LazyLock::new(|| {
    let words = alternatives(LanguageData::english().cues.mild.iter());
    Regex::new(&format!(r"(?i)\b{words}\b")).expect("the pattern is made of constants that tests compile")
});

/// Finds the sentence that makes the best opening: short, understood alone, about the topic, and worth a second look.
pub(super) fn claim(
    sentences: &[Sentence],
    title: &str,
    concepts: &[Concept],
    worth_of: &[f32],
) -> Option<(f32, usize)> {
    let topic: BTreeSet<String> = words(title).into_iter().filter(|word| word.chars().count() > 3).collect();
    let count = sentences.len().max(1) as f32;
    let worth = |index: usize, sentence: &Sentence| -> Option<f32> {
        let text = sentence.text.as_str();
        let size = text.split_whitespace().count();
        let lower = text.to_lowercase();
        let spoken = words(text);
        let is_meta_text = ["author", " we ", " i ", "his ", "figure", "said", "in order to", "if ", "when "]
            .iter()
            .any(|word| lower.contains(word))
            || [
                "we", "i", "for", "with", "to", "since", "as", "given", "because", "using", "once", "let",
                "suppose",
            ]
            .contains(&spoken.first().map_or("", String::as_str));
        // What stands deep inside a text leans on what came before, whatever its words are.
        let is_early = index < if text.ends_with('?') { EARLY } else { EARLY.max(sentences.len() / 5) };
        if !is_early
            || sentence.dangles
            || sentence.tie.is_some()
            || size > CLAIM_WORDS
            || estimate_ms(text) > CLAIM_MS
            || is_meta_text
        {
            return None;
        }
        let about = concepts
            .iter()
            .take(8)
            .filter(|concept| lower.contains(&concept.term.to_lowercase()))
            .map(|concept| concept.weight)
            .fold(0.0, |sum: f32, weight| (sum + 0.5 * weight).min(0.8));
        let in_title = spoken.iter().filter(|word| topic.contains(*word)).count().min(2) as f32 * 0.25;
        if about + in_title < 0.3 {
            return None;
        }
        let strong = STRONG.find_iter(text).count().min(2) as f32 * 0.7;
        let mild = MILD.find_iter(text).count().min(2) as f32 * 0.25;
        let asks = if text.ends_with('?') { 0.5 } else { 0.0 };
        let short = if size <= 11 { 0.2 } else { 0.0 };
        let lead = worth_of.get(index).copied().unwrap_or(0.0);
        let early = 0.4 * (1.0 - index as f32 / count) + 0.5 * lead;
        (strong + asks > 0.0 || mild > 0.4 && lead > 0.5)
            .then_some(about + in_title + strong + mild + asks + short + early)
    };
    sentences
        .iter()
        .enumerate()
        .filter_map(|(index, sentence)| Some((worth(index, sentence)?, index)))
        .filter(|&(worth, _)| worth >= CLAIM)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(&a.1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(text: &str, place: usize) -> Sentence {
        Sentence {
            text: text.into(),
            source: text.into(),
            page: 2,
            section: 0,
            passage: 0,
            place,
            rest: None,
            dangles: false,
            leads_on: false,
            tie: None,
        }
    }

    #[test]
    fn claim_is_short_surprising_and_about_the_topic() {
        let concepts = [Concept { term: "queue".into(), weight: 1.0, page: 1 }];
        let sentences = [
            sentence("The queue has a front and a back end.", 0),
            sentence("A busy queue never gets shorter without idle time.", 1),
            sentence("Cats never listen to anybody in the house.", 2),
        ];
        let found = |sentences: &[Sentence]| claim(sentences, "Why Queues Explode", &concepts, &[]);
        assert_eq!(found(&sentences).map(|(_, index)| index), Some(1));
        assert_eq!(found(&sentences[..1]), None);
    }
}
