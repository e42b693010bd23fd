//! Negations: whether a sentence denies what its source says, or says what its source denies.

use super::alignment::shared;
use super::doubt::Doubt;
use super::reading::{Pairing, Reading};
use super::token::Token;
use super::vocabulary::{Cue, Mark, Vocabulary};

/// How many words behind a negation it denies: "no hive recovered" denies the hive and the recovery.
const REACH: usize = 2;
/// How many words may stand between a negation and what it denies.
const APART: usize = 3;
/// How far behind a word a verb that denies it may stand: "pollen was scarce".
const BEHIND: usize = 4;
/// The share of the words of a claim that stand in its source in the same order where nothing else but a negation may differ.
const CLOSE: f64 = 0.8;

/// Compares the negations of a claim with those of its source, by the words that they deny.
pub(super) fn doubted(
    claim: &Reading,
    source: &Reading,
    pairing: &Pairing,
    vocabulary: &Vocabulary,
) -> Option<Doubt> {
    let pairs = shared(&claim.tokens, &source.tokens[..source.own], vocabulary);
    if pairs.len() as f64 >= CLOSE * claim.tokens.len() as f64
        && let Some(doubt) = turned(claim, source, &pairs, vocabulary)
    {
        return Some(doubt);
    }
    let denied = |reading: &Reading, mark: Mark| -> Vec<usize> {
        reading.behind(mark.end, vocabulary).take(REACH).collect()
    };
    for mark in claim.of(&[Cue::Negation]) {
        let known: Vec<usize> =
            denied(claim, mark).into_iter().filter_map(|place| pairing.partner(place)).collect();
        let is_denied =
            |place: &usize| denies(source, *place) || is_contrary_to_new(claim, mark, source, vocabulary);
        // A new word that is denied says the contrary of the word it stands for: "do not realize" for "underestimate".
        let first_is_new = denied(claim, mark).first().is_some_and(|&place| pairing.is_new(place));
        // "No block has two entries" is "blocks do not have two entries": both deny the same further on.
        let clause = claim.clause(mark.at);
        let goes_on = |place: &usize| {
            claim.content.iter().any(|&said| {
                said > mark.at && claim.clause(said) == clause && pairing.partner(said) == Some(*place)
            })
        };
        let is_same = || source.of(&[Cue::Negation]).any(|other| denied(source, other).iter().any(goes_on));
        // "No tags" are "untagged".
        let is_prefixed =
            denied(claim, mark).iter().any(|&place| has_negative_prefix(source, &claim.tokens[place]));
        let is_borne_out = known.is_empty() || known.iter().any(is_denied) || is_same() || is_prefixed;
        let is_reworded = first_is_new && drops_word(source, pairing, &known);
        if !is_borne_out && !is_reworded {
            return Some(Doubt::Negation(claim.shown(mark)));
        }
        // All that is denied may stand before it: "they wait not".
    }
    // "Not impossible" denies what is impossible.
    let is_denied =
        |reading: &Reading, mark: Mark| reading.of(&[Cue::Negation]).any(|other| other.end == mark.at);
    for mark in claim.of(&[Cue::Failing]).filter(|&mark| is_denied(claim, mark)) {
        let same = |other: &Mark| source.shown(*other).to_lowercase() == claim.shown(mark).to_lowercase();
        let mut asserted = source.of(&[Cue::Failing]).filter(same);
        if asserted.next().is_some_and(|other| !is_denied(source, other)) {
            return Some(Doubt::Negation(claim.words(mark.at - 1, mark.end)));
        }
    }
    // "None" leaves nothing over.
    let none = (0..source.own).find(|&place| source.tokens[place].key == "none");
    if let Some(place) = none
        && !claim.has(&[Cue::Negation, Cue::Failing, Cue::All, Cue::Only])
        && claim.has(&[Cue::Few, Cue::Some, Cue::Many, Cue::Most])
    {
        return Some(Doubt::LeftOut(source.tokens[place].text.clone()));
    }
    for mark in source.of(&[Cue::Negation]) {
        let behind = denied(source, mark);
        let kept =
            |place: &usize| (0..claim.tokens.len()).find(|&said| pairing.partner(said) == Some(*place));
        let Some(first) = behind.iter().find_map(kept) else { continue };
        // A word that fails on its own in both sentences denies nothing more in one of them.
        let fails = claim
            .of(&[Cue::Failing])
            .any(|mark| pairing.is_new(mark.at) && claim.clause(mark.at) == claim.clause(first));
        let is_told = fails || claim.of(&[Cue::Negation]).next().is_some();
        let clause = claim.clause(first);
        let has_new_word =
            claim.content.iter().any(|&place| claim.clause(place) == clause && pairing.is_new(place));
        let drops = behind.iter().any(|&place| !pairing.is_kept(place));
        let is_reworded = has_new_word && drops;
        if !is_told && !is_reworded {
            return Some(Doubt::LeftOut(source.shown(mark)));
        }
    }
    None
}

/// Tells whether a sentence denies the word at a place.
pub(super) fn denies(reading: &Reading, place: usize) -> bool {
    let clause = reading.clause(place);
    let between = |from: usize, to: usize| reading.content.iter().filter(|&&at| at > from && at < to).count();
    reading.marks.iter().any(|mark| match mark.cue {
        Cue::Negation => {
            mark.at <= place
                && (reading.clause(mark.at) == clause || place - mark.at <= APART + BEHIND)
                && between(mark.at, place) <= APART
        }
        Cue::Failing => {
            mark.at <= place && between(mark.at, place) < APART && place - mark.at <= 2 * BEHIND
                || mark.at > place && mark.at - place <= BEHIND && reading.clause(mark.at) == clause
        }
        _ => false,
    })
}

/// Tells whether a text has a word with a prefix that denies it: "untagged" for "tags".
fn has_negative_prefix(reading: &Reading, token: &Token) -> bool {
    const PREFIXES: [&str; 7] = ["un", "in", "im", "ir", "il", "dis", "non"];
    token.stem.chars().count() >= 3
        && reading.tokens.iter().any(|other| {
            let rest = PREFIXES.iter().find_map(|prefix| other.key.strip_prefix(prefix));
            rest.is_some_and(|rest| rest.trim_start_matches('-').starts_with(token.stem.as_str()))
        })
}

/// Tells whether a sentence says "not" of the word at a place.
pub(super) fn says_not(reading: &Reading, place: usize) -> bool {
    let between = |from: usize| reading.content.iter().filter(|&&at| at > from && at < place).count();
    reading.of(&[Cue::Negation]).any(|mark| {
        mark.at < place && reading.clause(mark.at) == reading.clause(place) && between(mark.at) < REACH
    })
}

/// Tells whether the word that a claim denies is the contrary of one of the source: "not rare" for "common".
fn is_contrary_to_new(claim: &Reading, mark: Mark, source: &Reading, vocabulary: &Vocabulary) -> bool {
    claim
        .behind(mark.end, vocabulary)
        .take(REACH)
        .any(|place| source.tokens.iter().any(|token| vocabulary.is_contrary(&claim.tokens[place], token)))
}

/// Tells whether the source has a word near `known` that the claim leaves out.
fn drops_word(source: &Reading, pairing: &Pairing, known: &[usize]) -> bool {
    source
        .content
        .iter()
        .any(|&place| !pairing.is_kept(place) && known.iter().any(|&other| other.abs_diff(place) <= APART))
}

/// Compares the negations of a claim with those of its source where they say the same but for them.
///
/// `pairs` are the places of shared words in the claim and in the source, both ascending.
fn turned(
    claim: &Reading,
    source: &Reading,
    pairs: &[(usize, usize)],
    vocabulary: &Vocabulary,
) -> Option<Doubt> {
    let (claim, source) = (&claim.tokens[..], &source.tokens[..source.own]);
    let negations = |tokens: &[Token]| -> Vec<String> {
        let found = tokens.iter().filter(|token| vocabulary.is_negation(token));
        found.map(|token| token.text.clone()).collect()
    };
    // Words between two shared ones that follow each other belong together; what the source says before the first
    // and after the last shared word was left out on purpose.
    for window in pairs.windows(2) {
        let [(from, there), (to, beyond)] = *window else { continue };
        let said = negations(&claim[from + 1..to]);
        let written = negations(&source[there + 1..beyond]);
        // A clause that was cut out may deny something of its own.
        let is_cut = beyond - there > (to - from) + 3;
        // "Do not notice" says "overlook": what is denied is another word.
        let is_other = to - from > 1 + said.len() && beyond - there > 1 + written.len();
        if said.len() > written.len() && !is_other {
            return said.into_iter().next().map(Doubt::Negation);
        }
        if said.len() < written.len() && !is_cut {
            return written.into_iter().next().map(Doubt::LeftOut);
        }
    }
    let (first, last) = (pairs.first()?, pairs.last()?);
    let opening = negations(&claim[..first.0]);
    let before = negations(&source[first.1.saturating_sub(first.0 + 2)..first.1]);
    let ending = negations(&claim[last.0 + 1..]);
    let after = negations(&source[last.1 + 1..]);
    if opening.len() > before.len() {
        return opening.into_iter().next().map(Doubt::Negation);
    }
    // The word before the first shared one denies it: "No node waits" is not "Node waits".
    if opening.is_empty()
        && first.1.checked_sub(1).is_some_and(|place| vocabulary.is_negation(&source[place]))
    {
        return before.into_iter().next_back().map(Doubt::LeftOut);
    }
    if ending.len() > after.len() { ending.into_iter().next().map(Doubt::Negation) } else { None }
}
