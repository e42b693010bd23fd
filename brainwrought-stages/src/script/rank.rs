//! [`Unit`]: one to three neighbouring sentences, scored by how much they are worth saying.

use std::collections::{BTreeMap, BTreeSet};

use brainwrought_core::data::Concept;

use super::duration::{LINE_GAP_MS, estimate_ms};
use super::lexicon::{has_cue, stemmer, stop_words, words};
use super::sentences::Sentence;
use crate::language::{Cues, LanguageData};

// Weights measured on 32 papers against their own abstracts, with a prototype of this ranking.
const CENTRALITY: f32 = 0.32;
const CONCEPTS: f32 = 0.22;
const READABILITY: f32 = 0.18;
const POSITION: f32 = 0.16;
const TITLE: f32 = 0.12;
const CUE: f32 = 0.08;
const REDUNDANCY: f32 = 0.35;
/// What the words are worth that a unit is the first to say, a second of speech. This and the next weight lie in the middle
/// of a range in which scripts cover more of an abstract, and repeat less, than a TextRank summary does.
const NEWS: f32 = 0.6;
/// What it costs to say words again.
const REPEATED: f32 = 0.9;
/// What a section already heard costs, so that the script walks through the document.
const HEARD: f32 = 0.06;
/// What each further sentence of a unit is worth: a run of neighbours is easier to follow than single sentences.
const FOLLOWED: f32 = 0.07;
/// Units more alike than this are never both said.
const SAME: f32 = 0.6;

/// One of the first so many sentences is always said.
const OPENING: usize = 5;

type Vector = BTreeMap<String, f32>;

/// Neighbouring sentences that are said together.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    /// Indices into the sentences, in order.
    pub(super) members: Vec<usize>,
    pub(super) score: f32,
    pub(super) ms: u64,
    vector: Vector,
    /// The words that carry content, without their inflections, as often as they are said.
    stems: Vec<String>,
    /// How often the document says each of them, from 0 to 1 for its most frequent word.
    weights: Vec<f32>,
}

/// What units are scored against.
#[derive(Debug)]
pub(super) struct Topic<'a> {
    pub(super) title: &'a str,
    pub(super) language: &'a str,
    pub(super) concepts: &'a [Concept],
    /// What the sentences of each section are worth beside their words.
    pub(super) leads: &'a [f32],
}

/// Builds and scores all units of `sentences`.
pub(super) fn units(sentences: &[Sentence], topic: &Topic<'_>) -> Vec<Unit> {
    let stop = stop_words(topic.language);
    let stemmer = stemmer(topic.language);
    let stems = |text: &str| -> Vec<String> {
        words(text)
            .into_iter()
            .filter(|word| !stop.contains(word.as_str()))
            .map(|word| stemmer.as_ref().map_or(word.clone(), |stemmer| stemmer.stem(&word).into_owned()))
            .collect()
    };
    let bags: Vec<Vec<String>> = sentences.iter().map(|sentence| stems(&sentence.text)).collect();
    let mut frequency: BTreeMap<&str, usize> = BTreeMap::new();
    for bag in &bags {
        for word in bag.iter().map(String::as_str).collect::<BTreeSet<_>>() {
            *frequency.entry(word).or_default() += 1;
        }
    }
    let count = sentences.len().max(1) as f32;
    let vectors: Vec<Vector> = bags
        .iter()
        .map(|bag| {
            let mut vector = Vector::new();
            for word in bag {
                let idf =
                    (1.0 + count / (1.0 + frequency.get(word.as_str()).copied().unwrap_or(0) as f32)).ln();
                *vector.entry(word.clone()).or_default() += idf;
            }
            normalised(vector)
        })
        .collect();
    let mut middle = Vector::new();
    for vector in &vectors {
        add(&mut middle, vector);
    }
    let middle = normalised(middle);
    let title: BTreeSet<String> = stems(topic.title).into_iter().collect();
    let concepts: Vec<(BTreeSet<String>, f32)> = topic
        .concepts
        .iter()
        .map(|concept| (stems(&concept.term).into_iter().collect(), concept.weight))
        .collect();
    let scores: Vec<f32> = (0..sentences.len())
        .map(|index| {
            let bag: BTreeSet<String> = bags[index].iter().cloned().collect();
            let heard: f32 =
                concepts.iter().filter(|(words, _)| words.is_subset(&bag)).map(|&(_, weight)| weight).sum();
            let in_title = bag.intersection(&title).count() as f32 / title.len().clamp(1, 3) as f32;
            let text = &sentences[index].text;
            let Cues { problem, idea, how, result, .. } = &LanguageData::english().cues;
            let cues = [problem, idea, how, result];
            let cued = cues.iter().filter(|cues| has_cue(text, cues)).count().min(2) as f32;
            CENTRALITY * (dot(&vectors[index], &middle) * 2.5).min(1.0)
                + CONCEPTS * (heard / 1.8).min(1.0)
                + READABILITY * readability(text)
                + POSITION * position(index, sentences)
                + TITLE * in_title.min(1.0)
                + CUE * cued
                + topic.leads.get(sentences[index].section).copied().unwrap_or(0.0)
        })
        .collect();
    let most = frequency.values().max().map_or(1.0, |most| (1.0 + *most as f32).ln());
    let weight = |stem: &String| {
        frequency
            .get(stem.as_str())
            .map_or(0.0, |count| if *count < 2 { 0.0 } else { (*count as f32).ln() / most })
    };
    let mut units = Vec::new();
    for start in 0..sentences.len() {
        if sentences[start].dangles {
            continue;
        }
        for end in start..sentences.len().min(start + 3) {
            let linked = end == start
                || (sentences[end].passage == sentences[start].passage
                    && sentences[end].page == sentences[start].page
                    && sentences[end].place == sentences[end - 1].place + 1);
            if !linked {
                break;
            }
            // A question is said only with what comes after it.
            if sentences[end].text.ends_with('?') {
                continue;
            }
            let members: Vec<usize> = (start..=end).collect();
            let mut vector = Vector::new();
            members.iter().for_each(|&member| add(&mut vector, &vectors[member]));
            let mean = members.iter().map(|&member| scores[member]).sum::<f32>() / members.len() as f32;
            let stems: Vec<String> =
                members.iter().flat_map(|&member| bags[member].iter().cloned()).collect();
            units.push(Unit {
                weights: stems.iter().map(weight).collect(),
                stems,
                ms: members.iter().map(|&member| estimate_ms(&sentences[member].text) + LINE_GAP_MS).sum(),
                // A thought that is followed through is worth a little more than one that breaks off.
                score: mean + FOLLOWED * (members.len() - 1) as f32,
                vector: normalised(vector),
                members,
            });
        }
    }
    units
}

/// Picks units worth `budget_ms`, best first, none too like another; gives them in the order of the document.
pub(super) fn pick(units: &[Unit], sentences: &[Sentence], budget_ms: u64) -> Vec<Unit> {
    let mut picked: Vec<Unit> = Vec::new();
    let mut left = budget_ms;
    let mut said = BTreeSet::new();
    loop {
        let best = units
            .iter()
            .filter(|unit| unit.ms <= left + budget_ms / 50)
            // The first pick is an opening, so that the story starts where the document does.
            .filter(|unit| !picked.is_empty() || unit.members[0] < OPENING.max(sentences.len() / 14))
            .filter_map(|unit| worth(unit, &picked, &said, sentences).map(|worth| (worth, unit)))
            .map(|(worth, unit)| {
                // Near the end, the piece that fills the time best is taken.
                let rest = left.saturating_sub(unit.ms);
                let fit = if left < 16_000 && rest > 1_500 && rest < 3_500 { 0.15 } else { 0.0 };
                let fill = if left < 9_000 { 0.4 * rest as f32 / 9_000.0 } else { 0.0 };
                (worth - fit - fill, unit)
            })
            .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.members.cmp(&a.1.members)));
        let Some((_, unit)) = best else {
            if picked.is_empty() && units.first().is_some_and(|unit| unit.ms <= left) {
                picked.push(units[0].clone());
                left = left.saturating_sub(units[0].ms);
                continue;
            }
            break;
        };
        left = left.saturating_sub(unit.ms);
        said.extend(unit.stems.iter().cloned());
        picked.push(unit.clone());
        if left < 700 {
            break;
        }
    }
    picked.sort_by_key(|unit| unit.members[0]);
    picked
}

/// What `unit` is worth beside `picked`; none when it may not be added.
fn worth(unit: &Unit, picked: &[Unit], said: &BTreeSet<String>, sentences: &[Sentence]) -> Option<f32> {
    if picked.iter().any(|other| other.members.iter().any(|member| unit.members.contains(member))) {
        return None;
    }
    let like = picked.iter().map(|other| dot(&unit.vector, &other.vector)).fold(0.0, f32::max);
    if like > SAME {
        return None;
    }
    let section = sentences[unit.members[0]].section;
    let heard = picked.iter().filter(|other| sentences[other.members[0]].section == section).count() as f32;
    let mut fresh = BTreeSet::new();
    let mut news = 0.0;
    for (stem, weight) in unit.stems.iter().zip(&unit.weights) {
        if !said.contains(stem) && fresh.insert(stem) {
            news += weight;
        }
    }
    let repeated = 1.0 - fresh.len() as f32 / unit.stems.len().max(1) as f32;
    let news = news * 1000.0 / unit.ms.max(1) as f32;
    Some(unit.score + NEWS * news - REDUNDANCY * like - REPEATED * repeated - HEARD * heard.min(4.0))
}

/// Best between 8 and 15 words, and for short words.
fn readability(text: &str) -> f32 {
    let words: Vec<&str> = text.split_whitespace().collect();
    let count = words.len() as f32;
    let length = 1.0 - ((count - 11.5).abs() - 3.5).max(0.0) / 7.0;
    let letters = text.chars().filter(|letter| letter.is_alphabetic()).count() as f32 / count.max(1.0);
    let short = 1.0 - ((letters - 4.6).max(0.0) / 3.0);
    (0.6 * length + 0.4 * short).clamp(0.0, 1.0)
}

/// Best at the start and near the end of the document, and at the start of a passage.
fn position(index: usize, sentences: &[Sentence]) -> f32 {
    let at = index as f32 / sentences.len().max(1) as f32;
    let whole = if at < 0.2 {
        1.0 - at * 2.5
    } else if at > 0.85 {
        0.7
    } else {
        0.35
    };
    let opens = index == 0 || sentences[index - 1].passage != sentences[index].passage;
    (whole + if opens { 0.3 } else { 0.0 }).min(1.0)
}

fn add(sum: &mut Vector, vector: &Vector) {
    for (word, weight) in vector {
        *sum.entry(word.clone()).or_default() += weight;
    }
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
