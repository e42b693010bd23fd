//! How a video opens and closes: with what the document claims, asks or names, and with what follows from it.

use std::collections::BTreeSet;

use brainwrought_core::data::{Concept, SectionRole};

use super::super::clean::Cleaned;
use super::super::compress::{Tie, capitalised};
use super::super::duration::{SCENE_GAP_MS, estimate_ms};
use super::super::length::{ENDING_KEPT_MS, ENDING_PERCENT};
use super::super::lexicon::{has_cue, words};
use super::super::scenes::SOURCE_MS;
use super::super::sentences::Sentence;
use super::super::subject::{asks, lowered};
use super::claim::claim;
use super::value::Values;
use crate::language::LanguageData;

/// The most words of the closing sentence, and the longest that it may take, in milliseconds.
const CLOSE_WORDS: usize = 26;
const CLOSE_MS: u64 = 8_500;
/// What a sentence must be worth to close the video.
const CLOSES: f32 = 0.55;
/// What a claim must be worth to open a video whose title says what it is about.
const BETTER_CLAIM: f32 = 2.3;

/// How a video opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Opening {
    /// With this sentence of the document.
    Claim(usize),
    /// With words that are made of the title.
    Title(String),
    /// With the first sentence of the story.
    Story,
}

/// What opens and closes a video.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) opening: Opening,
    /// The sentence that closes it, where one sums up.
    pub(super) close: Option<usize>,
}

/// What a frame is made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Material<'a> {
    pub(super) title: &'a str,
    pub(super) sentences: &'a [Sentence],
    pub(super) cleaned: &'a Cleaned,
    pub(super) concepts: &'a [Concept],
    pub(super) values: &'a Values,
    /// The words of the document as they are written.
    pub(super) known: &'a BTreeSet<&'a str>,
    pub(super) language: &'a str,
    /// How long the video should be, in milliseconds.
    pub(super) length_ms: u64,
}

impl Frame {
    /// Chooses opening and close.
    pub(super) fn new(material: &Material<'_>) -> Self {
        let close = close(material);
        Self { opening: opening(material, close), close }
    }

    /// The sentences that the story between does not say again.
    pub(super) fn taken(&self) -> Vec<usize> {
        let claim = match self.opening {
            Opening::Claim(index) => Some(index),
            _ => None,
        };
        claim.into_iter().chain(self.close).collect()
    }
}

fn opening(material: &Material<'_>, close: Option<usize>) -> Opening {
    let title = material.title.trim();
    if let Some(hook) = asked(title) {
        return Opening::Title(hook);
    }
    if material.language != "en" {
        return Opening::Story;
    }
    let titled = stated(title, material.known)
        .or_else(|| named(title, material.known))
        .or_else(|| how_and_why(title, material.known));
    let claim = claim(material.sentences, title, material.concepts, &material.values.worth)
        .filter(|&(_, index)| Some(index) != close);
    match (claim, titled) {
        (Some((worth, index)), None) => {
            debug_assert!(worth > 0.0);
            Opening::Claim(index)
        }
        (Some((worth, index)), Some(_)) if worth >= BETTER_CLAIM => Opening::Claim(index),
        (_, Some(hook)) => Opening::Title(hook),
        (None, None) => Opening::Story,
    }
}

/// The title as a question, where it is one.
fn asked(title: &str) -> Option<String> {
    let size = title.split_whitespace().count();
    (title.ends_with(['?', '？', '؟']) && size <= 14).then(|| title.to_owned())
}

/// The title as a claim, where it states something: "Simple Testing Can Prevent Most Critical Failures: …".
fn stated(title: &str, known: &BTreeSet<&str>) -> Option<String> {
    const STATES: [&str; 12] = [
        "Can",
        "Is",
        "Are",
        "Should",
        "Will",
        "Must",
        "Cannot",
        "Matters",
        "Matter",
        "Considered",
        "Makes",
        "Beats",
    ];
    let head = title.split(": ").next().unwrap_or_default();
    let words: Vec<&str> = head.split_whitespace().collect();
    let states = words.iter().skip(1).take(words.len().saturating_sub(2)).any(|word| STATES.contains(word));
    ((4..=10).contains(&words.len()) && states && !asks(head))
        .then(|| format!("{}.", capitalised(&lowered(head, known)).trim_end_matches(['.', '!'])))
}

/// The title as a question and its answer, where it says what a name stands for: "Bitcoin: A Peer-to-Peer … System".
fn named(title: &str, known: &BTreeSet<&str>) -> Option<String> {
    let (name, what) = title.split_once(": ")?;
    let size = |text: &str| text.split_whitespace().count();
    let is_name = size(name) == 1
        && name.starts_with(char::is_uppercase)
        && name.chars().all(char::is_alphabetic)
        && !LanguageData::english().titles.kinds.contains(name);
    if !is_name || !(2..=8).contains(&size(what)) || what.contains(['?', ':']) {
        return None;
    }
    let is = if name.ends_with('s') && !name.ends_with("ss") { "are" } else { "is" };
    let what = capitalised(&lowered(what, known));
    Some(format!("What {is} {name}? {}.", what.trim_end_matches(['.', '!'])))
}

/// The title that says how or why: "Why Queues Explode".
fn how_and_why(title: &str, known: &BTreeSet<&str>) -> Option<String> {
    let bare = title.trim_end_matches(['.', '!']);
    if !(3..=13).contains(&bare.split_whitespace().count()) || bare.contains(':') {
        return None;
    }
    ["Why ", "How "]
        .iter()
        .any(|start| bare.starts_with(start))
        .then(|| format!("Here is {}.", lowered(bare, known)))
}

/// Finds the sentence to close with: understood alone, close to what the whole document says, and where authors sum up.
fn close(material: &Material<'_>) -> Option<usize> {
    let role = |sentence: &Sentence| {
        material.cleaned.sections.get(sentence.section).and_then(|section| section.role)
    };
    let is_last = |index: usize, of: usize| {
        let section = material.sentences[index].section;
        material.sentences.get(index + of).is_none_or(|next| next.section != section)
    };
    // A conclusion is the message; of an abstract only its end is.
    let sums_up = |index: usize, sentence: &Sentence| match role(sentence) {
        Some(SectionRole::Conclusion) => true,
        // A summary at the end of a text is its conclusion.
        Some(SectionRole::Abstract) => is_last(index, 2) && index > 1 || index * 3 > material.sentences.len(),
        _ => false,
    };
    let topic: BTreeSet<String> =
        words(material.title).into_iter().filter(|word| word.chars().count() > 3).collect();
    let data = LanguageData::of(material.language);
    let room = match material.length_ms {
        short if short < ENDING_KEPT_MS => CLOSE_MS,
        length => (length * ENDING_PERCENT / 100).saturating_sub(SOURCE_MS + SCENE_GAP_MS).min(CLOSE_MS),
    };
    let worth = |index: usize, sentence: &Sentence| -> Option<f32> {
        let text = sentence.text.as_str();
        let lower = text.to_lowercase();
        let fits = !sentence.dangles
            && sentence.tie.is_none_or(|tie| tie == Tie::Consequence)
            && text.split_whitespace().count() <= CLOSE_WORDS
            && estimate_ms(text) <= room
            && !text.ends_with('?')
            && !text.contains([':', '“', '"'])
            && !lower.contains("the authors")
            && !data.story.self_talk.stand_in(&lower)
            && !text.starts_with("Meet ");
        if !fits || !sums_up(index, sentence) {
            return None;
        }
        let heard: BTreeSet<String> = words(text).into_iter().collect();
        let in_title = heard.intersection(&topic).count().min(2) as f32 * 0.15;
        let named: f32 = material
            .concepts
            .iter()
            .take(8)
            .filter(|concept| lower.contains(&concept.term.to_lowercase()))
            .map(|concept| 0.2 * concept.weight)
            .sum();
        let concludes = if role(sentence) == Some(SectionRole::Conclusion) { 0.15 } else { 0.0 };
        let follows = if sentence.tie == Some(Tie::Consequence) { 0.25 } else { 0.0 };
        let result = if has_cue(&lower, &data.cues.result) { 0.1 } else { 0.0 };
        // The last sentence of a summary is where it was heading to.
        let ends = if is_last(index, 1) { 0.2 } else { 0.0 };
        let short = if text.split_whitespace().count() <= 16 { 0.1 } else { 0.0 };
        Some(
            material.values.centrality(index)
                + named.min(0.4)
                + in_title
                + concludes
                + follows
                + result
                + ends
                + short,
        )
    };
    material
        .sentences
        .iter()
        .enumerate()
        .filter_map(|(index, sentence)| Some((worth(index, sentence)?, index)))
        .filter(|(worth, _)| *worth >= CLOSES)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(&a.1)))
        .map(|(_, index)| index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_that_say_something_open_the_video() {
        let known = BTreeSet::from(["Raft"]);
        assert_eq!(how_and_why("Why Queues Explode", &known).unwrap(), "Here is why queues explode.");
        assert_eq!(how_and_why("Queues", &known), None);
        assert_eq!(
            named("Raft: A Second-Rate Way to Agree", &known).unwrap(),
            "What is Raft? A second-rate way to agree."
        );
        assert_eq!(named("SoK: Eternal War in Memory", &known), None);
        assert_eq!(
            stated("Simple Testing Can Prevent Failures: An Analysis", &known).unwrap(),
            "Simple testing can prevent failures."
        );
        assert_eq!(
            asked("Gamification in Education: What, How, Why Bother?").unwrap(),
            "Gamification in Education: What, How, Why Bother?"
        );
    }
}
