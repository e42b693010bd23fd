//! Cuts a line into stretches that are shown one after the other.

use std::ops::Range;

use super::phrase::Phrase;

/// The words of a stretch that fits best: some three seconds of speech.
const WANTED: usize = 8;
/// The most words of a stretch, which is what can be read at once.
const MOST: usize = brainwrought_core::data::Show::MAX_QUOTE_WORDS;
/// The fewest words: below that, pictures change faster than anybody can look.
pub(super) const FEWEST: usize = 4;

/// Cuts a line where a reader would breathe: the cheapest of all ways. A line of a few words is one stretch.
pub(super) fn stretches(phrase: &Phrase<'_>) -> Vec<Range<usize>> {
    let count = phrase.len();
    if count <= WANTED + 2 {
        return std::iter::once(0..count).filter(|range| !range.is_empty()).collect();
    }
    let mut best: Vec<Option<(usize, usize)>> = vec![Some((0, 0))];
    for end in 1..=count {
        let from = end.saturating_sub(MOST);
        let choice = (from..end)
            .filter_map(|start| {
                let length = end - start;
                let before = best[start]?.0;
                let short = if length < FEWEST { 60 } else { 0 };
                let off = length.abs_diff(WANTED).pow(2);
                Some((before + off + short + cut(phrase, end), start))
            })
            .min();
        best.push(choice);
    }
    let mut ranges = Vec::new();
    let mut end = count;
    while end > 0 {
        let start = best[end].map_or(0, |(_, start)| start);
        ranges.push(start..end);
        end = start;
    }
    ranges.reverse();
    ranges
}

/// What it costs to cut before a word.
fn cut(phrase: &Phrase<'_>, at: usize) -> usize {
    if at >= phrase.len() || phrase.ends_sentence(at - 1) {
        return 0;
    }
    if phrase.breaks_behind(at - 1) {
        return 2;
    }
    let (before, next) = (phrase.key(at - 1), phrase.key(at));
    let opens = phrase.language.story.clause_openers.contains(&next)
        || phrase.language.words.conjunctions.contains(&next);
    // A function word belongs to what follows it.
    match (opens, phrase.is_function(at - 1), phrase.is_function(at)) {
        _ if phrase.language.words.leaning.contains(&before) => 60,
        (true, ..) => 3,
        (_, true, _) => 50,
        (_, false, true) => 22,
        (_, false, false) => 40,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_where_a_reader_breathes() {
        let text = "Every queue explodes at the same point, because the server has no time left to catch up when guests come in groups.";
        let phrase = Phrase::new(text, "en");
        let cut: Vec<String> = stretches(&phrase).into_iter().map(|range| phrase.label(range)).collect();
        assert_eq!(
            cut,
            [
                "Every queue explodes at the same point",
                "because the server has no time left to catch up",
                "when guests come in groups"
            ]
        );
        let short = Phrase::new("It costs $45 a month.", "en");
        assert_eq!((stretches(&short).len(), stretches(&short)[0].clone()), (1, 0..5));
        assert!(stretches(&Phrase::new("", "en")).is_empty());
    }
}
