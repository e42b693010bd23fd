//! Wording: whether the words of a claim are those of its source or may stand for them.

use super::doubt::Doubt;
use super::order::changes_voice;
use super::quantity::Kind;
use super::reading::{Pairing, Reading};
use super::token::Token;
use super::vocabulary::{Cue, Vocabulary};

/// The share of its words that a claim may have of its own where each of them is compared with the one it stands for.
const CLOSE: f64 = 0.5;
/// The share of its words that a source bears out at least.
const BORNE_OUT: f64 = 0.34;
/// The most words that stand in the place of others.
const LONGEST: usize = 3;
/// Prepositions behind which something is said to be; one or the other says the same.
const PLACES: [&str; 7] = ["in", "on", "at", "by", "from", "into", "near"];

/// Words that are contraries of words of the source, which the claim leaves out.
pub(super) fn contraries(
    claim: &Reading,
    source: &Reading,
    pairing: &Pairing,
    vocabulary: &Vocabulary,
) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let stems = |reading: &Reading, place: usize| reading.tokens[place].stem.clone();
    let counts = |reading: &Reading, place: usize| {
        reading
            .numbers
            .iter()
            .any(|number| number.kind != Kind::Place && (number.at..number.end).contains(&place))
    };
    let before = |reading: &Reading, place: usize| place.checked_sub(1).map(|place| stems(reading, place));
    for here in 0..claim.tokens.len().min(super::reading::MAX_WORDS) {
        let token = &claim.tokens[here];
        if counts(claim, here)
            || pairing.row.iter().any(|&(place, other)| place == here && stems(source, other) == token.stem)
        {
            continue;
        }
        // A word that the source has elsewhere is the contrary of another only in its very place.
        let is_elsewhere = source.tokens.iter().any(|other| other.stem == token.stem);
        let is_light = vocabulary.is_light(token);
        if is_light && is_elsewhere {
            continue;
        }
        let there = (0..source.tokens.len().min(super::reading::MAX_WORDS)).find(|&there| {
            let other = &source.tokens[there];
            let is_kept = pairing.is_kept(there) || claim.tokens.iter().any(|said| said.stem == other.stem);
            let is_there = !is_elsewhere || before(claim, here) == before(source, there);
            if is_kept || counts(source, there) || !is_there || !vocabulary.is_contrary(token, other) {
                return false;
            }
            // A word that states nothing by itself is the contrary of another only before the same word.
            let next = |reading: &Reading, place: usize| reading.behind(place + 1, vocabulary).next();
            !(is_light || vocabulary.is_light(other))
                || match (next(claim, here), next(source, there)) {
                    (Some(one), Some(two)) => {
                        pairing.partner(one) == Some(two) || stems(claim, one) == stems(source, two)
                    }
                    _ => false,
                }
        });
        found.extend(there.map(|there| (here, there)));
    }
    found
}

/// Finds words in the place of others: between the same words, and meaning something else.
pub(super) fn replaced(
    claim: &Reading,
    source: &Reading,
    pairing: &Pairing,
    vocabulary: &Vocabulary,
) -> Option<Doubt> {
    // In the other voice, what was done stands where he stood who did it.
    let may_move = changes_voice(&claim.tokens, &source.tokens[..source.own]);
    if !vocabulary.knows_synonyms() {
        return None;
    }
    let new = claim.content.iter().filter(|&&place| pairing.is_new(place)).count();
    if new as f64 > CLOSE * claim.content.len() as f64 {
        return None;
    }
    let ends = (claim.tokens.len(), source.tokens.len());
    let starts = std::iter::once(None).chain(pairing.row.iter().copied().map(Some));
    for (start, end) in starts.zip(pairing.row.iter().copied().chain([ends])) {
        let within = |places: &[usize], from: Option<usize>, to: usize| -> Vec<usize> {
            places
                .iter()
                .copied()
                .filter(|&place| from.is_none_or(|from| place > from) && place < to)
                .collect()
        };
        let here = within(&claim.content, start.map(|start| start.0), end.0);
        let mut there = within(&source.content, start.map(|start| start.1), end.1);
        there.retain(|&place| place < source.own);
        for said in runs(&here) {
            for written in runs(&there) {
                let is_moved = may_move && said.iter().all(|&place| !pairing.is_new(place));
                // The long form of an abbreviation stands in the abbreviation's place.
                let is_lent =
                    said.iter().all(|&place| pairing.partner(place).is_some_and(|of| of >= source.own));
                if !is_moved && !is_lent && stands_for(claim, source, said, written, pairing, vocabulary) {
                    let words = |reading: &Reading, places: &[usize]| {
                        reading.words(places[0], places[places.len() - 1] + 1)
                    };
                    let (text, other) = (words(claim, said), words(source, written));
                    return Some(Doubt::Word { said: text, written: other });
                }
            }
        }
    }
    None
}

/// A word that neither the sources nor, as `is_known` tells, the document has, put between two that are neighbours in the source:
/// before a noun ("where poisonous flowers stand") or behind a preposition ("dance on Mars"). Other verbs are a matter of style.
pub(super) fn inserted(
    claim: &Reading,
    source: &Reading,
    pairing: &Pairing,
    vocabulary: &Vocabulary,
    is_known: impl Fn(&Token) -> bool,
) -> Option<Doubt> {
    if !vocabulary.knows_synonyms() {
        return None;
    }
    let key = |place: usize| claim.tokens[place].key.as_str();
    let is_new = |place: usize| {
        let token = &claim.tokens[place];
        pairing.is_new(place)
            && !vocabulary.is_joint(token)
            && !is_known(token)
            // "With two facts: …" tells how many follow.
            && !claim.numbers.iter().any(|number| number.end == place)
            && !claim.marks.iter().any(|mark| (mark.at..mark.end).contains(&place))
    };
    let is_exact = |&(here, there): &(usize, usize)| claim.tokens[here].stem == source.tokens[there].stem;
    for pair in pairing.row.windows(2) {
        let [one, other] = pair else { continue };
        let is_apart = source.content.iter().any(|&there| there > one.1 && there < other.1);
        if is_apart || !is_exact(one) || !is_exact(other) {
            continue;
        }
        let mut between = (one.0 + 1..other.0).filter(|&place| claim.content.contains(&place));
        let found = between.find(|&place| {
            let opens = vocabulary.is_light(&claim.tokens[place - 1]);
            let describes = place + 1 == other.0 && opens;
            is_new(place) && (describes || PLACES.contains(&key(place - 1)))
        });
        if let Some(place) = found {
            return Some(Doubt::Unsupported(claim.tokens[place].text.clone()));
        }
    }
    None
}

/// All runs of up to [`LONGEST`] places.
fn runs(places: &[usize]) -> impl Iterator<Item = &[usize]> {
    (0..places.len()).flat_map(move |start| {
        (start + 1..=places.len().min(start + LONGEST)).map(move |end| &places[start..end])
    })
}

/// Tells whether `said` stands between the same words as `written`, and says something else.
fn stands_for(
    claim: &Reading,
    source: &Reading,
    said: &[usize],
    written: &[usize],
    pairing: &Pairing,
    vocabulary: &Vocabulary,
) -> bool {
    let (Some(&here), Some(&there), Some(&last), Some(&end)) =
        (said.first(), written.first(), said.last(), written.last())
    else {
        return false;
    };
    // Articles, possessives and what joins a list make no difference.
    let skips = |reading: &Reading, place: usize| {
        let key = reading.tokens.get(place).map_or("", |token| token.key.as_str());
        ["a", "an", "the", "its", "their", "and", "or"].contains(&key)
    };
    let stem = |reading: &Reading, place: usize, from: usize| {
        let is_near = reading.clause(place) == reading.clause(from);
        is_near.then(|| reading.tokens[place].stem.clone())
    };
    let before = |reading: &Reading, from: usize| {
        let place = (0..from).rev().find(|&place| !skips(reading, place))?;
        // Where something is said to be, it is said with one preposition or another.
        let is_where = PLACES.contains(&reading.tokens[place].key.as_str());
        if is_where { Some("in".to_owned()) } else { stem(reading, place, from) }
    };
    let behind = |reading: &Reading, from: usize| {
        let place = (from + 1..reading.tokens.len()).find(|&place| !skips(reading, place))?;
        let ends = ["because", "but", "while"].contains(&reading.tokens[place].key.as_str());
        stem(reading, place, from).filter(|_| !ends)
    };
    let is_run = |reading: &Reading, at: usize, last: usize, count: usize| {
        last - at < 2 * count
            && reading.clause(at) == reading.clause(last)
            && !reading.numbers.iter().any(|number| number.at <= last && number.end > at)
    };
    is_run(claim, here, last, said.len())
        && is_run(source, there, end, written.len())
        && before(claim, here) == before(source, there)
        && behind(claim, last) == behind(source, end)
        && if said.iter().any(|&place| pairing.is_new(place)) {
            before(claim, here).is_some() || behind(claim, last).is_some()
        } else {
            // A word that was moved there stands between words of one clause.
            before(claim, here).is_some() && behind(claim, last).is_some()
        }
        // Adverbs colour what is said; their contraries are looked for apart.
        && !(is_adverb(claim, said) && is_adverb(source, written))
        && written.iter().all(|&place| !pairing.is_kept(place))
        && said.iter().all(|&one| {
            written.iter().all(|&other| !vocabulary.is_same(&claim.tokens[one], &source.tokens[other]))
        })
        && said.iter().any(|&place| super::polarity::says_not(claim, place))
            == written.iter().any(|&place| super::polarity::says_not(source, place))
}

fn is_adverb(reading: &Reading, places: &[usize]) -> bool {
    places.iter().all(|&place| reading.tokens[place].key.ends_with("ly"))
}

/// The words of a claim, or of a clause of it, where its sources bear out hardly any.
pub(super) fn unsupported(
    claim: &Reading,
    source: &Reading,
    near: &Reading,
    pairing: &Pairing,
    vocabulary: &Vocabulary,
) -> Option<Doubt> {
    if !vocabulary.knows_words() {
        return None;
    }
    let least = if vocabulary.knows_synonyms() { BORNE_OUT } else { BORNE_OUT / 2.0 };
    let is_near = |place: usize| {
        let token = &claim.tokens[place];
        near.content.iter().any(|&other| vocabulary.is_same(token, &near.tokens[other]))
    };
    let worth = |place: &usize| {
        if !pairing.is_new(*place) {
            1.0
        } else if is_near(*place) {
            0.5
        } else {
            0.0
        }
    };
    let shown = |places: &[usize]| {
        let words: Vec<&str> = places
            .iter()
            .filter(|&&place| pairing.is_new(place))
            .map(|&place| claim.tokens[place].text.as_str())
            .collect();
        Some(Doubt::Unsupported(words.join(", ")))
    };
    let numbers = claim
        .numbers
        .iter()
        .filter(|number| source.numbers.iter().any(|other| other.measure() == number.measure()))
        .count() as f64;
    let sum: f64 = claim.content.iter().map(worth).sum::<f64>() + numbers;
    let all = claim.content.len() as f64 + numbers;
    if claim.content.len() >= 2 && sum < least * all {
        return shown(&claim.content);
    }
    // A clause of which the sources have no word says something of its own, as does one behind a connective.
    let mut clauses: Vec<usize> = claim.content.iter().map(|&place| claim.clause(place)).collect();
    clauses.dedup();
    for clause in clauses {
        // "At first glance" is a turn of phrase.
        let is_phrase = |place: usize| {
            claim.marks.iter().any(|mark| mark.end - mark.at > 1 && (mark.at..mark.end).contains(&place))
        };
        let within: Vec<usize> = claim
            .content
            .iter()
            .copied()
            .filter(|&place| claim.clause(place) == clause && !is_phrase(place))
            .collect();
        let counts = claim.numbers.iter().any(|number| claim.clause(number.at) == clause);
        if within.len() >= 2 && !counts && within.iter().all(|place| worth(place) < 1.0) {
            return shown(&within);
        }
    }
    for mark in claim.of(&[Cue::CauseBehind, Cue::CauseBefore]) {
        let behind: Vec<usize> = claim.behind(mark.end, vocabulary).collect();
        if behind.len() >= 2 && behind.iter().all(|place| worth(place) < 1.0) {
            return shown(&behind);
        }
    }
    None
}
