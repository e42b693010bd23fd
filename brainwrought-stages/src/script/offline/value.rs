//! [`Values`]: how much each sentence is worth saying, and how alike two sentences are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use brainwrought_core::data::{Concept, SectionRole};
use regex::Regex;

use super::super::clean::Cleaned;
use super::super::compress::Tie;
use super::super::lexicon::{has_cue, stemmer, stop_words, words};
use super::super::sentences::Sentence;
use crate::language::LanguageData;

// A sentence is worth between 0 and some 1.5 for each second that it takes. How near it is to what all the others say,
// and whether it names what the document is about, count most; the rest tells good sentences about it apart.
const CENTRALITY: f32 = 0.35;
const CONCEPTS: f32 = 0.3;
const TITLE: f32 = 0.25;
/// What a word is worth that tells of a problem, an idea, a mechanism or a result: how something works and what came out is
/// what listeners want to know, and what they can say afterwards.
const CUES: [f32; 4] = [0.04, 0.12, 0.15, 0.12];
/// What it is worth to give a reason.
const REASON: f32 = 0.06;
/// What is left of the worth of a sentence that speaks of letters and of numbered things, which stand for what was said or
/// shown elsewhere: "class 1", "the columns of A".
const LABELLED: f32 = 0.55;
/// What the first sentence of a paragraph is worth more: there authors say what it is about.
const OPENS: f32 = 0.08;
/// What it costs to be hard to follow: a long sentence, or one of long words.
const HARD: f32 = 0.15;
/// What it costs to speak of those who wrote.
const SELF: f32 = 0.1;
/// What is left of the worth of a sentence that tells what the text has done or will do.
const SELF_TALK: f32 = 0.25;
/// What an example or a number is worth: they make one thing vivid.
const VIVID: f32 = 0.08;
/// What the very first sentence is worth more than one behind the first third: what comes early explains what comes later.
const EARLY: f32 = 0.12;
/// The same in a text of more than so many sentences: nobody is told a book in a minute, but what it is for.
const EARLY_IN_BOOK: f32 = 0.4;
const BOOK_SENTENCES: usize = 300;

// Authors have written the short version themselves: what these sections say is worth that much more.
const ABSTRACT: f32 = 0.6;
const CONTRIBUTIONS: f32 = 0.3;
const CONCLUSION: f32 = 0.3;
/// What a conclusion is worth where the abstract has said it before.
const SAID_BEFORE: f32 = 0.05;
const INTRODUCTION: f32 = 0.15;
/// What a text opens with where nobody wrote a short version.
const LEAD: f32 = 0.1;
/// So many sentences open a text.
const LEAD_SENTENCES: usize = 10;

/// How something is done: "by electing a leader".
static BY_DOING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\bby (?:first |then )?[a-z]{3,}ing\b").expect("the pattern is a constant that tests compile")
});

/// What the writer and the reader did together earlier in the text: "we transformed the pieces".
static WE_DID: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\bwe (?:\w+ly )?\w+ed\b").expect("the pattern is a constant that tests compile")
});

type Vector = BTreeMap<String, f32>;

/// What the sentences of a document are worth.
#[derive(Debug)]
pub(super) struct Values {
    /// What each sentence is worth for a second that it takes.
    pub(super) worth: Vec<f32>,
    vectors: Vec<Vector>,
    middle: Vector,
}

impl Values {
    /// Values `sentences`; `title` and `concepts` say what the document is about.
    pub(super) fn new(
        sentences: &[Sentence],
        cleaned: &Cleaned,
        title: &str,
        concepts: &[Concept],
        language: &str,
    ) -> Self {
        let stop = stop_words(language);
        let stemmer = stemmer(language);
        let stem = |word: &String| {
            stemmer.as_ref().map_or_else(|| word.clone(), |stemmer| stemmer.stem(word).into_owned())
        };
        let stems = |text: &str| -> Vec<String> {
            if language_without_spaces(language) {
                return pairs(text);
            }
            words(text).iter().filter(|word| !stop.contains(word.as_str())).map(stem).collect()
        };
        let bags: Vec<Vec<String>> = sentences.iter().map(|sentence| stems(&sentence.text)).collect();
        let mut frequency: BTreeMap<&str, usize> = BTreeMap::new();
        for bag in &bags {
            for word in bag.iter().map(String::as_str).collect::<BTreeSet<_>>() {
                *frequency.entry(word).or_default() += 1;
            }
        }
        let count = sentences.len().max(1) as f32;
        let rarity =
            |word: &str| (1.0 + count / (1.0 + frequency.get(word).copied().unwrap_or_default() as f32)).ln();
        let vectors: Vec<Vector> = bags
            .iter()
            .map(|bag| {
                let mut vector = Vector::new();
                for word in bag {
                    *vector.entry(word.clone()).or_default() += rarity(word);
                }
                normalised(vector)
            })
            .collect();
        let mut middle = Vector::new();
        for vector in &vectors {
            for (word, weight) in vector {
                *middle.entry(word.clone()).or_default() += weight;
            }
        }
        let middle = normalised(middle);
        // A letter may be the name of what the document is about, such as a language.
        let names: Vec<&str> = title.split(|letter: char| !letter.is_alphanumeric()).collect();
        let leads = leads(sentences, cleaned, title);
        let title: BTreeSet<String> = stems(title).into_iter().collect();
        let concepts: Vec<(BTreeSet<String>, f32)> = concepts
            .iter()
            .map(|concept| (stems(&concept.term).into_iter().collect(), concept.weight))
            .collect();
        let first = if sentences.len() > BOOK_SENTENCES { EARLY_IN_BOOK } else { EARLY };
        let has_short_version = leads.iter().any(|lead| *lead >= ABSTRACT);
        let data = LanguageData::of(language);
        let cues = [&data.cues.problem, &data.cues.idea, &data.cues.how, &data.cues.result];
        let worth = sentences
            .iter()
            .enumerate()
            .map(|(index, sentence)| {
                let bag: BTreeSet<String> = bags[index].iter().cloned().collect();
                let named: f32 = concepts
                    .iter()
                    .filter(|(words, _)| !words.is_empty() && words.is_subset(&bag))
                    .map(|&(_, weight)| weight)
                    .sum();
                let in_title = bag.intersection(&title).count() as f32 / title.len().clamp(1, 3) as f32;
                let lower = sentence.text.to_lowercase();
                let cued: f32 = cues
                    .iter()
                    .zip(CUES)
                    .filter(|(cues, _)| has_cue(&sentence.text, cues))
                    .map(|(_, worth)| worth)
                    .sum();
                let cued =
                    if language == "en" && BY_DOING.is_match(&lower) { cued.max(CUES[2]) } else { cued };
                let opens = index == 0 || sentences[index - 1].passage != sentence.passage;
                let own = lower.contains("the authors");
                let talks =
                    data.story.self_talk.stand_in(&lower) || language == "en" && WE_DID.is_match(&lower);
                let vivid = sentence.tie == Some(Tie::Example)
                    || lower.contains(|letter: char| letter.is_ascii_digit());
                let early = 1.0 - index as f32 / count * 3.0;
                let worth = CENTRALITY * (dot(&vectors[index], &middle) * 2.5).min(1.0)
                    + CONCEPTS * (named / 1.8).min(1.0)
                    + TITLE * in_title.min(1.0)
                    + cued
                    + if opens { OPENS } else { 0.0 }
                    + if vivid { VIVID } else { 0.0 }
                    + if data.story.reasons.stand_in(&lower) { REASON } else { 0.0 }
                    + if has_short_version { 0.0 } else { first * early.max(0.0) }
                    - if own { SELF } else { 0.0 }
                    - HARD * hardness(&sentence.text)
                    + leads[index];
                let of_talk = if talks { SELF_TALK } else { 1.0 };
                let of_labels = if speaks_of_labels(&sentence.text, &names) { LABELLED } else { 1.0 };
                worth * of_talk * of_labels
            })
            .map(|worth| worth.max(0.02))
            .collect();
        Self { worth, vectors, middle }
    }

    /// How alike two sentences are, from 0 to 1.
    pub(super) fn likeness(&self, one: usize, other: usize) -> f32 {
        match (self.vectors.get(one), self.vectors.get(other)) {
            (Some(one), Some(other)) => dot(one, other),
            _ => 0.0,
        }
    }

    /// How much of what a sentence says another one said before it, by the weight of its words, from 0 to 1.
    pub(super) fn known(&self, earlier: usize, later: usize) -> f32 {
        let (Some(earlier), Some(later)) = (self.vectors.get(earlier), self.vectors.get(later)) else {
            return 0.0;
        };
        later.iter().filter(|(word, _)| earlier.contains_key(*word)).map(|(_, weight)| weight * weight).sum()
    }

    /// How near a sentence is to what all of them say, from 0 to 1.
    pub(super) fn centrality(&self, index: usize) -> f32 {
        self.vectors.get(index).map_or(0.0, |vector| dot(vector, &self.middle))
    }
}

/// What sentences are worth for where they stand.
fn leads(sentences: &[Sentence], cleaned: &Cleaned, title: &str) -> Vec<f32> {
    let role = |sentence: &Sentence| cleaned.sections.get(sentence.section).and_then(|section| section.role);
    // Before the first heading beside the title.
    let is_first = |sentence: &Sentence| {
        let heading = cleaned.sections.get(sentence.section).map_or("", |section| section.title.as_str());
        sentence.page <= 2 && (heading.is_empty() || heading.to_lowercase() == title.to_lowercase())
    };
    // A summary at the end sums up: there it is a conclusion.
    let is_late = |index: usize| index * 3 > sentences.len();
    let has_abstract = (0..sentences.len())
        .any(|index| role(&sentences[index]) == Some(SectionRole::Abstract) && !is_late(index));
    sentences
        .iter()
        .enumerate()
        .map(|(index, sentence)| match role(sentence) {
            Some(SectionRole::Abstract) if !is_late(index) => ABSTRACT,
            Some(SectionRole::Contributions) => CONTRIBUTIONS,
            Some(SectionRole::Conclusion | SectionRole::Abstract) if has_abstract => SAID_BEFORE,
            Some(SectionRole::Conclusion | SectionRole::Abstract) => CONCLUSION,
            // What a paper says before its first heading is its abstract.
            _ if !has_abstract && cleaned.is_paper && is_first(sentence) => ABSTRACT,
            _ if !has_abstract && index < LEAD_SENTENCES => LEAD,
            Some(SectionRole::Introduction) if !has_abstract => INTRODUCTION,
            _ => 0.0,
        })
        .collect()
}

/// Tells whether a sentence speaks of letters, or of things with a number of one digit: "class 1", "the columns of C".
fn speaks_of_labels(text: &str, names: &[&str]) -> bool {
    let words: Vec<&str> = text
        .split_whitespace()
        .map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric()))
        .collect();
    words.iter().enumerate().any(|(place, word)| {
        let mut letters = word.chars();
        let (Some(only), None) = (letters.next(), letters.next()) else { return false };
        let before = place.checked_sub(1).and_then(|before| words.get(before)).copied().unwrap_or_default();
        if only.is_ascii_digit() {
            let next = words.get(place + 1).copied().unwrap_or_default();
            let counts =
                next.starts_with(char::is_lowercase) && !["and", "or", "is", "in", "to"].contains(&next);
            return before.chars().count() > 3 && before.chars().all(char::is_alphabetic) && !counts;
        }
        only.is_ascii_alphabetic()
            && !(matches!(only, 'a' | 'I') || only == 'A' && place == 0)
            && !names.contains(word)
    })
}

/// How hard a sentence is to follow by ear, from 0 to 1.
fn hardness(text: &str) -> f32 {
    let words: Vec<&str> = text.split_whitespace().collect();
    let count = words.len().max(1) as f32;
    let letters = text.chars().filter(|letter| letter.is_alphabetic()).count() as f32 / count;
    let long = ((count - 20.0) / 20.0).clamp(0.0, 1.0);
    let heavy = ((letters - 5.2) / 2.0).clamp(0.0, 1.0);
    (0.6 * long + 0.6 * heavy).min(1.0)
}

fn language_without_spaces(language: &str) -> bool {
    matches!(language, "zh" | "ja" | "ko" | "th")
}

/// Pairs of neighbouring characters, which stand for words where nothing divides these.
fn pairs(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().filter(|letter| letter.is_alphanumeric()).collect();
    letters.windows(2).map(|pair| pair.iter().collect()).collect()
}

fn dot(a: &Vector, b: &Vector) -> f32 {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    short.iter().filter_map(|(word, weight)| long.get(word).map(|other| weight * other)).sum()
}

fn normalised(mut vector: Vector) -> Vector {
    let length = vector.values().map(|weight| weight * weight).sum::<f32>().sqrt();
    if length > 0.0 {
        vector.values_mut().for_each(|weight| *weight /= length);
    }
    vector
}
