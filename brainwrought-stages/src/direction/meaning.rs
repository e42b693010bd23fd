//! What a line says that a term is.

use std::ops::Range;

use brainwrought_core::data::Show;

use super::phrase::Phrase;

/// The most words of a term.
const MAX_TERM: usize = 4;
/// The fewest words that explain anything.
const MIN_MEANING: usize = 3;

/// "A queue is a line of guests that wait": the term, and its meaning up to where the thought ends.
pub(super) fn show(
    phrase: &Phrase<'_>,
    icon: impl Fn(&str) -> Option<String>,
) -> Option<(Range<usize>, Show, &'static str)> {
    let words = &phrase.language.shows;
    let is = (1..phrase.len().min(MAX_TERM + 2)).find(|&at| words.is.contains(&phrase.key(at)))?;
    if !words.articles.contains(&phrase.key(is + 1)) || (0..is).any(|at| phrase.breaks_behind(at)) {
        return None;
    }
    // The article in front of the term is no part of it.
    let start = usize::from(words.articles.contains(&phrase.key(0)));
    let term = start..is;
    let names = term.clone().any(|at| !phrase.is_function(at)) && !phrase.is_function(is - 1);
    // "This is a …" and "There is a …" explain nothing.
    if !names || term.is_empty() || phrase.is_function(start) {
        return None;
    }
    let from = is + 1;
    let mut to = from;
    while to < phrase.len() && to - from < Show::MAX_MEANING_WORDS {
        to += 1;
        if phrase.breaks_behind(to - 1) {
            break;
        }
    }
    while to > from && phrase.is_function(to - 1) {
        to -= 1;
    }
    let meaning = phrase.label(from..to);
    if to - from < MIN_MEANING {
        return None;
    }
    let mut label = phrase.label(term);
    // A term that opens its line has its capital from there.
    if let Some(first) = label.chars().next().filter(|_| start == 0) {
        label = first.to_uppercase().chain(label.chars().skip(1)).collect();
    }
    let icon = icon(&label);
    Some((0..to, Show::Define { term: label, meaning, icon }, "a term is explained"))
}

/// "Dynamo, a highly available key-value store": what a term is, said in passing. `is_term` tells the terms of the document.
pub(super) fn in_passing(
    phrase: &Phrase<'_>,
    is_term: impl Fn(&str) -> bool,
    icon: impl Fn(&str) -> Option<String>,
) -> Option<(Range<usize>, Show, &'static str)> {
    let words = &phrase.language.shows;
    (1..phrase.len().saturating_sub(MIN_MEANING)).find_map(|from| {
        if !phrase.word(from - 1).ends_with(',') {
            return None;
        }
        let or = usize::from(words.joins.contains(&phrase.key(from)));
        let opens = words.articles.contains(&phrase.key(from + or));
        // The term is all that stands between its comma and a word without meaning of its own.
        let start = (0..from).rev().take(MAX_TERM).take_while(|&at| !phrase.is_function(at)).last()?;
        let named = (start..from).find(|&at| is_term(&phrase.key(at)))?;
        let mut to = from + or;
        while to < phrase.len() && to - from < Show::MAX_MEANING_WORDS {
            to += 1;
            if phrase.breaks_behind(to - 1) {
                break;
            }
        }
        // It is closed by a comma or the end, so that the meaning is whole.
        let closed = phrase.breaks_behind(to - 1) || to == phrase.len();
        if !opens || !closed || to - from - or < MIN_MEANING + 1 {
            return None;
        }
        // Behind a preposition stands a time or a place, and what has a verb is a clause.
        let alone = named == 0 || !phrase.is_function(named - 1);
        let states = (from + or..to).any(|at| phrase.language.words.verb_forms.contains(&phrase.key(at)));
        if !alone || states {
            return None;
        }
        let (term, meaning) = (phrase.label(named..from), phrase.label(from + or..to));
        let icon = icon(&term);
        Some((named..to, Show::Define { term, meaning, icon }, "a term is explained in passing"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<(String, String)> {
        let phrase = Phrase::new(text, "en");
        match show(&phrase, |_| None)?.1 {
            Show::Define { term, meaning, .. } => Some((term, meaning)),
            _ => None,
        }
    }

    #[test]
    fn a_term_stands_with_its_meaning() {
        assert_eq!(
            found("A queue is a line of guests that wait, and it grows.").unwrap(),
            ("queue".to_owned(), "a line of guests that wait".to_owned())
        );
        assert_eq!(
            found("Raft is a consensus algorithm for managing a replicated log.").unwrap(),
            ("Raft".to_owned(), "a consensus algorithm for managing a replicated log".to_owned())
        );
        let passing = |text: &str| {
            let phrase = Phrase::new(text, "en");
            in_passing(&phrase, |term| ["dynamo", "gamification"].contains(&term), |_| None)
                .map(|(_, show, _)| show.labels().join(" = "))
        };
        assert_eq!(
            passing("Meet Dynamo, a highly available key-value storage system").unwrap(),
            "Dynamo = a highly available key-value storage system"
        );
        assert_eq!(
            passing("Gamification, or the incorporation of game elements into other settings, helps.")
                .unwrap(),
            "Gamification = the incorporation of game elements into other settings"
        );
        assert_eq!(passing("On Dynamo day, the team will be hosting a party"), None);
        assert_eq!(passing("In the morning, the shop opens at nine sharp."), None);
        assert_eq!(found("This is a problem of many shops."), None);
        assert_eq!(found("There is a way out of it."), None);
        assert_eq!(found("The queue is long and slow."), None);
    }
}
