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
        assert_eq!(found("This is a problem of many shops."), None);
        assert_eq!(found("There is a way out of it."), None);
        assert_eq!(found("The queue is long and slow."), None);
    }
}
