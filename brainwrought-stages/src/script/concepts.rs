//! Key concepts: the terms that a document is about.

use std::collections::{BTreeMap, BTreeSet};

use brainwrought_core::data::Concept;

use super::clean::Cleaned;
use super::lexicon::{stemmer, stop_words};
use super::sentences::Sentence;
use crate::language::LanguageData;

/// The most concepts that are kept.
const MAX_CONCEPTS: usize = 15;

#[derive(Debug, Default)]
struct Candidate {
    count: usize,
    forms: BTreeMap<String, usize>,
    page: u32,
    words: usize,
}

/// Finds the 5 to 15 key concepts among the sentences that may be said; fewer where the text is short.
pub(super) fn concepts(
    title: &str,
    cleaned: &Cleaned,
    sentences: &[Sentence],
    language: &str,
) -> Vec<Concept> {
    let stop = stop_words(language);
    let stemmer = stemmer(language);
    let stem = |word: &str| match &stemmer {
        Some(stemmer) => stemmer.stem(&word.to_lowercase()).into_owned(),
        None => word.to_lowercase(),
    };
    let mut candidates: BTreeMap<Vec<String>, Candidate> = BTreeMap::new();
    for sentence in sentences {
        for phrase in phrases(&sentence.text, &stop) {
            for length in 1..=phrase.len().min(3) {
                for window in phrase.windows(length) {
                    // A name and a common word side by side are rarely one term.
                    let capital = |word: &String| word.chars().next().is_some_and(char::is_uppercase);
                    if length > 1
                        && language == "en"
                        && window.iter().any(capital)
                        && !window.iter().all(capital)
                    {
                        continue;
                    }
                    let key: Vec<String> = window.iter().map(|word| stem(word)).collect();
                    let candidate = candidates.entry(key).or_default();
                    candidate.count += 1;
                    candidate.words = length;
                    *candidate.forms.entry(window.join(" ")).or_default() += 1;
                    if candidate.page == 0 {
                        candidate.page = sentence.page;
                    }
                }
            }
        }
    }
    let headings: BTreeSet<String> = cleaned
        .sections
        .iter()
        .map(|section| section.title.as_str())
        .chain([title])
        .flat_map(super::lexicon::words)
        .map(|word| stem(&word))
        .collect();
    let mut ranked: Vec<(f32, Vec<String>, Candidate)> = candidates
        .into_iter()
        .filter(|(key, candidate)| {
            candidate.count >= if key.len() > 1 && sentences.len() > 40 { 3 } else { 2 }
        })
        .filter(|(key, candidate)| candidate.words > 1 || key[0].chars().count() > 3)
        .map(|(key, candidate)| {
            let in_headings =
                key.iter().filter(|word| headings.contains(*word)).count() as f32 / key.len() as f32;
            let length = match candidate.words {
                1 => 0.7,
                2 => 1.6,
                _ => 1.5,
            };
            let score = (candidate.count as f32).ln_1p() * length * (1.0 + in_headings);
            (score, key, candidate)
        })
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let best = ranked.first().map_or(1.0, |first| first.0);
    let mut kept: Vec<(Vec<String>, Concept)> = Vec::new();
    for (score, key, candidate) in ranked {
        // A term inside a better one says the same.
        if kept.iter().any(|(other, _)| {
            key.iter().all(|word| other.contains(word)) || other.iter().all(|word| key.contains(word))
        }) {
            continue;
        }
        let Some(term) =
            candidate.forms.iter().max_by_key(|&(form, count)| (*count, std::cmp::Reverse(form)))
        else {
            continue;
        };
        kept.push((key, Concept { term: term.0.clone(), weight: score / best, page: candidate.page }));
        if kept.len() == MAX_CONCEPTS {
            break;
        }
    }
    kept.into_iter().map(|(_, concept)| concept).collect()
}

/// Runs of words that are no stop words, as they are written (a capital at the sentence's start is kept down).
fn phrases(text: &str, stop: &BTreeSet<&'static str>) -> Vec<Vec<String>> {
    let not_terms = &LanguageData::english().words.not_terms;
    let mut runs = vec![Vec::new()];
    for (index, raw) in text.split_whitespace().enumerate() {
        let word = raw.trim_matches(|letter: char| !letter.is_alphanumeric());
        let word = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word);
        let lower = word.to_lowercase();
        let is_term = word.chars().count() > 2
            && !stop.contains(lower.as_str())
            && !lower.ends_with("ly")
            && !not_terms.contains(&lower)
            && word.chars().next().is_some_and(char::is_alphabetic)
            && word.chars().all(|letter| letter.is_alphanumeric() || letter == '-');
        if is_term {
            // Only a word that is written in capitals elsewhere keeps its capital at the start of a sentence.
            let word = if index == 0 && word.chars().skip(1).all(|letter| !letter.is_uppercase()) {
                lower
            } else {
                word.to_owned()
            };
            if let Some(run) = runs.last_mut() {
                run.push(word);
            }
        }
        if !is_term || raw.ends_with([',', '.', ';', ':', ')', '!', '?']) {
            runs.push(Vec::new());
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}
