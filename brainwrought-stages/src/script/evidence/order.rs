//! Order: whether words of a claim stand in each other's places.

use std::ops::Range;

use super::alignment::{MAX_WORDS, shared};
use super::token::Token;
use super::vocabulary::Vocabulary;
use crate::language::LanguageData;

/// A claim that has only words of its source, and as many as this share of them, is the same sentence but for their order.
const WHOLE: f64 = 0.9;

/// Finds words that the source has in another order, so that another does it.
pub(super) fn turned(said: &[Token], written: &[Token], vocabulary: &Vocabulary) -> Option<String> {
    if changes_voice(said, written) {
        return None;
    }
    turned_around(said, written, vocabulary).or_else(|| swapped(said, written, vocabulary))
}

/// Tells whether a claim has no words but those of its source.
fn is_retold(said: &[Token], written: &[Token]) -> bool {
    said.iter().all(|token| written.iter().any(|other| other.stem == token.stem))
}

/// Tells whether a claim is its source but for the order of its words.
pub(super) fn is_whole(said: &[Token], written: &[Token]) -> bool {
    is_retold(said, written) && said.len() as f64 >= WHOLE * written.len() as f64
}

/// Finds three shared words that the claim has in the very opposite order, such as two parties around what one does to
/// the other. A clause that was moved to the front keeps the order within itself and is no such thing.
fn turned_around(said: &[Token], written: &[Token], vocabulary: &Vocabulary) -> Option<String> {
    // Among other words, an auxiliary between two parties may belong to another verb.
    let is_retold = is_retold(said, written);
    let is_whole = is_whole(said, written);
    let least = match (is_whole, vocabulary.knows_synonyms()) {
        (true, _) => 0,
        (false, true) => 3 - usize::from(is_retold),
        // Where endings tell who does what, words stand where they like.
        (false, false) => usize::MAX,
    };
    let may_count =
        |token: &Token| is_whole || !vocabulary.is_light(token) || AUXILIARIES.contains(&token.key.as_str());
    let once = |tokens: &[Token], stem: &str| {
        let mut places = (0..tokens.len()).filter(|&place| tokens[place].stem == stem);
        places.next().filter(|_| places.next().is_none())
    };
    let known: Vec<(usize, usize, &Token)> = said
        .iter()
        .enumerate()
        .take(MAX_WORDS)
        .filter(|(_, token)| {
            may_count(token)
                && once(said, &token.stem).is_some()
                && !token.key.starts_with(|letter: char| letter.is_ascii_digit())
        })
        .filter_map(|(here, token)| Some((once(written, &token.stem)?, here, token)))
        .collect();
    let places: Vec<(usize, &str)> =
        known.iter().map(|(place, _, token)| (*place, token.text.as_str())).collect();
    // What was moved to the front stands before a comma.
    let clauses: Vec<usize> = known.iter().map(|(.., token)| token.clause).collect();
    // "The tumour's growth" is "the growth of the tumour".
    let belongs = |one: usize, other: usize| {
        let ((far, here, _), (near, there, _)) = (known[one], known[other]);
        let between = &written[near + 1..far];
        !is_whole
            && here + 1 == there
            && between.iter().any(|token| token.key == "of")
            && between.iter().all(|token| vocabulary.is_light(token))
    };
    // The longest run of falling places, by its last word.
    let mut runs: Vec<Vec<usize>> = Vec::with_capacity(places.len());
    for (index, &(place, _)) in places.iter().enumerate() {
        let before = (0..index)
            .filter(|&other| {
                places[other].0 > place
                    && (is_whole || clauses[other] == clauses[index])
                    && !belongs(other, index)
            })
            .max_by_key(|&other| runs[other].len());
        let mut run = before.map_or_else(Vec::new, |other| runs[other].clone());
        run.push(index);
        let states = run.iter().filter(|&&index| !vocabulary.is_light(known[index].2)).count();
        if run.len() >= 3 && states >= least {
            return Some(run.into_iter().map(|index| places[index].1).collect::<Vec<_>>().join(" … "));
        }
        runs.push(run);
    }
    None
}

/// Finds two words that stand in each other's place.
fn swapped(said: &[Token], written: &[Token], vocabulary: &Vocabulary) -> Option<String> {
    let pairs = shared(said, written, vocabulary);
    let gaps = gaps(&pairs, said.len().min(MAX_WORDS), written.len().min(MAX_WORDS));
    let has = |tokens: &[Token], token: &Token| tokens.iter().any(|other| other.stem == token.stem);
    let replaced: Vec<(&[Token], &[Token])> = gaps
        .into_iter()
        .map(|(here, there)| (said.get(here).unwrap_or_default(), written.get(there).unwrap_or_default()))
        .filter(|(here, there)| !here.is_empty() && !there.is_empty())
        .collect();
    for (index, (here, there)) in replaced.iter().enumerate() {
        for (other_here, other_there) in &replaced[index + 1..] {
            let moved = |from: &[Token], to: &[Token]| {
                from.iter()
                    .find(|token| !vocabulary.is_stop(token) && has(to, token))
                    .map(|token| token.text.clone())
            };
            if let (Some(one), Some(other)) = (moved(here, other_there), moved(other_here, there)) {
                return Some(format!("{one} … {other}"));
            }
        }
    }
    None
}

/// Tells whether a verb of one sentence is in the passive voice in the other: "A is measured by B" and "B measures A" say the
/// same.
pub(super) fn changes_voice(said: &[Token], written: &[Token]) -> bool {
    let names_agent = |tokens: &[Token]| {
        let is_agent =
            |token: &Token| LanguageData::all().iter().any(|data| data.words.agents.contains(&token.key));
        tokens.iter().any(is_agent)
    };
    let one_way = |passive: &[Token], active: &[Token]| {
        let (done, other) = (participles(passive), participles(active));
        let count = |tokens: &[Token]| tokens.iter().filter(|token| BE.contains(&token.key.as_str())).count();
        if count(passive) <= count(active) {
            return false;
        }
        done.iter().any(|stem| !other.contains(stem) && active.iter().any(|token| token.stem == **stem))
    };
    names_agent(said) != names_agent(written) || one_way(said, written) || one_way(written, said)
}

/// The stems of what is done in the passive voice.
fn participles(tokens: &[Token]) -> Vec<&str> {
    let is_participle = |token: &&Token| {
        token.key != token.stem
            && (token.key.ends_with("ed") || token.key.ends_with("en") || is_irregular(token))
    };
    let places = (0..tokens.len()).filter(|&place| BE.contains(&tokens[place].key.as_str()));
    let behind = |place: usize| tokens[place + 1..].iter().take(2);
    places.flat_map(|place| behind(place).filter(is_participle)).map(|token| token.stem.as_str()).collect()
}

/// English verbs that stand between two parties.
const AUXILIARIES: [&str; 19] = [
    "is", "are", "was", "were", "be", "been", "being", "has", "have", "had", "do", "does", "did", "can",
    "may", "must", "should", "will", "would",
];

const BE: [&str; 7] = ["is", "are", "was", "were", "be", "been", "being"];

/// Tells whether a form is made by no regular ending.
fn is_irregular(token: &Token) -> bool {
    !token.key.starts_with(token.stem.as_str())
        || !["s", "ing", "ly", "e"].iter().any(|ending| token.key.ends_with(ending))
}

/// What stands before, between and behind the shared words, in the claim and in the source.
fn gaps(pairs: &[(usize, usize)], said: usize, written: usize) -> Vec<(Range<usize>, Range<usize>)> {
    let starts = std::iter::once((0, 0)).chain(pairs.iter().map(|&(here, there)| (here + 1, there + 1)));
    let ends = pairs.iter().copied().chain(std::iter::once((said, written)));
    starts.zip(ends).map(|(start, end)| (start.0..end.0, start.1..end.1)).collect()
}
