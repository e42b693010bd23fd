//! Who acts on whom in a line, and what is done one after the other.

use std::ops::Range;

use brainwrought_core::data::{FlowShape, Show, ShowItem};

use super::phrase::Phrase;

/// The most words of a thing that acts.
const MAX_WORDS: usize = 6;

/// The most words of a place that something goes from or to.
const MAX_PLACE: usize = 3;

/// "Long queues lead to lost guests": the cause above its effect.
pub(super) fn cause(
    phrase: &Phrase<'_>,
    icon: impl Fn(&str) -> Option<String>,
) -> Option<(Range<usize>, Show, &'static str)> {
    let (at, length) = (1..phrase.len()).find_map(|at| {
        let longest = phrase.language.shows.causes.iter().filter_map(|verb| {
            let words: Vec<&str> = verb.split(' ').collect();
            words.iter().enumerate().all(|(n, word)| phrase.key(at + n) == *word).then_some(words.len())
        });
        Some((at, longest.max()?))
    })?;
    // The cause stands alone before the verb, from the beginning of its clause.
    let start = (0..at).rev().find(|&before| phrase.breaks_behind(before)).map_or(0, |before| before + 1);
    let opens = start == 0 || phrase.ends_sentence(start - 1);
    let cause = phrase.trimmed(start..at);
    let from = at + length;
    let mut to = from;
    while to < phrase.len() && to - from < MAX_WORDS {
        to += 1;
        if phrase.breaks_behind(to - 1) {
            break;
        }
    }
    let effect = phrase.trimmed(from..to);
    let whole = to == phrase.len() || phrase.breaks_behind(to - 1) || phrase.is_function(to);
    if !opens
        || !(1..=MAX_WORDS).contains(&cause.len())
        || effect.is_empty()
        || !whole
        || phrase.breaks_behind(at)
    {
        return None;
    }
    let words = cause.start..effect.end;
    let node = |range: Range<usize>| {
        let label = phrase.label(range.clone());
        ShowItem { icon: icon(&label), label, at_word: range.start as u32 }
    };
    let nodes = vec![node(cause), node(effect)];
    Some((words, Show::Flow { shape: FlowShape::Chain, nodes }, "one thing leads to another"))
}

/// "From one shop to another": the way that something takes.
pub(super) fn way(
    phrase: &Phrase<'_>,
    icon: impl Fn(&str) -> Option<String>,
) -> Option<(Range<usize>, Show, &'static str)> {
    let pairs: Vec<(&str, &str)> =
        phrase.language.shows.ranges.iter().filter_map(|pair| pair.split_once(' ')).collect();
    (0..phrase.len()).find_map(|at| {
        let (_, to) = pairs.iter().find(|(from, _)| phrase.key(at) == *from)?;
        let between = (at + 2..phrase.len().min(at + 2 + MAX_PLACE)).find(|&next| phrase.key(next) == *to)?;
        let mut end = between + 1;
        while end < phrase.len()
            && end - between <= MAX_PLACE
            && (end == between + 1 || !phrase.is_function(end))
        {
            end += 1;
            if phrase.breaks_behind(end - 1) {
                break;
            }
        }
        let (one, other) = (at + 1..between, between + 1..end);
        let holds = |range: &Range<usize>| {
            range.clone().any(|at| !phrase.is_function(at))
                && range.clone().all(|at| !phrase.word(at).contains(|letter: char| letter.is_ascii_digit()))
        };
        let unbroken = (at..end - 1).all(|at| !phrase.breaks_behind(at));
        if !unbroken || !holds(&one) || !holds(&other) {
            return None;
        }
        let node = |range: Range<usize>| {
            let label = phrase.label(range.clone());
            ShowItem { icon: icon(&label), label, at_word: range.start as u32 }
        };
        let nodes = vec![node(one), node(other)];
        Some((at..end, Show::Flow { shape: FlowShape::Chain, nodes }, "something goes from one to the other"))
    })
}

/// "First …, then …, finally …": each step with the words up to the next.
pub(super) fn steps(phrase: &Phrase<'_>) -> Option<(Range<usize>, Show, &'static str)> {
    let order = &phrase.language.shows.order;
    let begins = |at: usize| {
        order.contains(&phrase.key(at)) && (at == 0 || phrase.breaks_behind(at - 1) || joins(phrase, at - 1))
    };
    let starts: Vec<usize> = (0..phrase.len()).filter(|&at| begins(at)).collect();
    let opens = starts.first().is_some_and(|&at| phrase.language.shows.first.contains(&phrase.key(at)));
    if !opens || !(2..=Show::MAX_STEPS).contains(&starts.len()) {
        return None;
    }
    let ends = starts.iter().skip(1).copied().chain([phrase.len()]);
    let steps: Vec<ShowItem> = starts
        .iter()
        .zip(ends)
        .map(|(&start, end)| {
            let from = start + 1;
            let mut to = from;
            while to < end && to - from < Show::MAX_LABEL_WORDS {
                to += 1;
                if phrase.breaks_behind(to - 1) && to > from + 1 {
                    break;
                }
            }
            let range = phrase.trimmed(from..to);
            ShowItem { label: phrase.label(range), icon: None, at_word: start as u32 }
        })
        .collect();
    let sound = steps.iter().all(|step| !step.label.is_empty());
    let words = *starts.first()?..phrase.len();
    sound.then_some((words, Show::Steps { steps }, "steps follow one another"))
}

fn joins(phrase: &Phrase<'_>, at: usize) -> bool {
    phrase.language.shows.joins.contains(&phrase.key(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_stands_above_its_effect() {
        let labels = |text: &str| -> Vec<String> {
            let phrase = Phrase::new(text, "en");
            let found = cause(&phrase, |_| None).map(|(_, show, _)| show);
            found.iter().flat_map(|show| show.labels().into_iter().map(str::to_owned)).collect()
        };
        assert_eq!(labels("Long queues lead to lost guests."), ["Long queues", "lost guests"]);
        assert_eq!(
            labels("In most shops, which the owners of the street know well, causes matter."),
            [""; 0]
        );
    }

    #[test]
    fn what_goes_from_one_to_the_other_takes_a_way() {
        let labels = |text: &str| -> Vec<String> {
            let phrase = Phrase::new(text, "en");
            let found = way(&phrase, |_| None).map(|(_, show, _)| show);
            found.iter().flat_map(|show| show.labels().into_iter().map(str::to_owned)).collect()
        };
        assert_eq!(
            labels("Orders travel from the hot kitchen to hungry guests every day."),
            ["the hot kitchen", "hungry guests"]
        );
        assert_eq!(labels("It grew from 12% to 30% of them."), [""; 0]);
    }

    #[test]
    fn steps_are_told_in_their_order() {
        let phrase = Phrase::new("First, guests take a number, then they wait, and finally they pay.", "en");
        let (_, show, _) = steps(&phrase).unwrap();
        assert_eq!(show.labels(), ["guests take a number", "wait", "pay"]);
        assert!(steps(&Phrase::new("The first guest waits, then leaves.", "en")).is_none());
    }
}
