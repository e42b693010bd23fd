//! [`passages`]: the short stretches of a document that a small model tells, one scene each.

use std::collections::BTreeSet;

use super::facts::{Facts, bag};
use super::sources::Form;

/// The most sentences of a passage.
const SENTENCES: usize = 4;
/// The most words of a passage: small models lose the thread of more.
const WORDS: usize = 90;
/// What a passage takes of a prompt at most, in tokens.
pub(super) const MOST_TOKENS: u32 = 400;
/// How long a scene of two short sentences takes, in milliseconds.
const SCENE_MS: u64 = 6_500;
/// The most passages that are told for each scene that there is time for: some come to nothing.
pub(super) const TRIES: usize = 2;
/// How many sentences at the start tell what a document is about that has no summary of its own.
const OPENING_SENTENCES: usize = 4;

/// How many scenes there is time for.
pub(super) fn scenes_in(story_ms: u64) -> usize {
    story_ms.div_ceil(SCENE_MS).max(2) as usize
}

/// The passages of a document, those that tell most of what it is about first.
pub(super) fn passages(facts: &Facts, title: &str) -> Vec<Vec<usize>> {
    let sources = &facts.sources;
    let mut windows: Vec<Vec<usize>> = Vec::new();
    let mut words = 0;
    for (index, source) in sources.iter().enumerate() {
        if !matches!(source.form, Form::Sentence | Form::Item) {
            continue;
        }
        let count = source.quote.split_whitespace().count();
        let last = windows.last().and_then(|window| window.last().copied());
        let goes_on =
            last.is_some_and(|last| last + 1 == index && sources.section(last) == sources.section(index));
        let has_room =
            windows.last().is_some_and(|window| window.len() < SENTENCES) && words + count <= WORDS;
        if !(goes_on && has_room) {
            windows.push(Vec::new());
            words = 0;
        }
        words += count;
        if let Some(window) = windows.last_mut() {
            window.push(index);
        }
    }
    let summary: Vec<usize> = sources.all().into_iter().filter(|&index| sources.is_summary(index)).collect();
    let lead = if summary.is_empty() {
        sources.all().into_iter().take(OPENING_SENTENCES).collect()
    } else {
        summary
    };
    let mut about = bag(title);
    about.extend(lead.iter().filter_map(|&index| sources.at(index)).flat_map(|source| bag(&source.quote)));
    let worth = |window: &Vec<usize>| {
        let said: BTreeSet<String> = window
            .iter()
            .filter_map(|&index| sources.at(index))
            .flat_map(|source| bag(&source.quote))
            .collect();
        let shared = said.intersection(&about).count() as f64;
        let leads = window.iter().any(|index| lead.contains(index));
        // A long passage has more words in common whatever it is about.
        shared / (said.len().max(8) as f64).sqrt() + if leads { 1.0 } else { 0.0 }
    };
    let mut ranked: Vec<(f64, Vec<usize>)> = windows
        .into_iter()
        .filter(|window| !window.is_empty())
        .map(|window| (worth(&window), window))
        .collect();
    ranked.sort_by(|one, other| other.0.total_cmp(&one.0));
    ranked.into_iter().map(|(_, window)| window).collect()
}

#[cfg(test)]
mod tests {
    use brainwrought_core::data::BlockKind;

    use super::super::super::evidence::Evidence;
    use super::super::super::offline::tests::{block, document};
    use super::super::sources::Sources;
    use super::*;

    #[test]
    fn what_speaks_of_the_subject_comes_first() {
        let text = |text: &str| block(BlockKind::Paragraph, text);
        let heading = |text: &str| block(BlockKind::Heading, text);
        let document = document(vec![vec![
            heading("Waiting"),
            text(
                "Queues explode when no idle time is left. Idle time keeps queues short. It is not waste. Nobody sees it.",
            ),
            heading("Thanks"),
            text("Penguins march happily towards frozen oceans. Bright moonlight helps them."),
            heading("Repairs"),
            text("Idle time can be bought. Short queues follow from idle time."),
        ]]);
        let facts = Facts::new(Evidence::new(&document), Sources::new(&document, "en"), "", "en");
        let found = passages(&facts, "Why Queues Explode");
        assert_eq!(found, [vec![0, 1, 2, 3], vec![6, 7], vec![4, 5]]);
    }
}
