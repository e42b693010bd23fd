//! Things of equal rank that a line counts up.

use std::ops::Range;

use brainwrought_core::data::{Show, ShowItem};

use super::phrase::Phrase;

/// The most words of an item.
const MAX_WORDS: usize = 4;

/// The items of the first list of a line of at least three, as ranges of words: "tea, hot coffee, and cake".
fn items(phrase: &Phrase<'_>) -> Option<Vec<Range<usize>>> {
    let joins = |at: usize| phrase.language.shows.joins.contains(&phrase.key(at));
    for join in (2..phrase.len().saturating_sub(1)).filter(|&at| joins(at)) {
        let mut ends = Vec::new();
        // Back over the commas: what stands between two of them is an item.
        let mut at = join;
        if phrase.word(at - 1).ends_with(',') || at >= 2 {
            ends.push(at);
        }
        let mut starts = Vec::new();
        while let Some(&end) = ends.last() {
            let from = end.saturating_sub(MAX_WORDS);
            let comma =
                (from..end.saturating_sub(1)).rev().find(|&at| phrase.word(at).ends_with([',', '、']));
            match comma {
                Some(comma) if ends.len() < Show::MAX_ITEMS - 1 => {
                    starts.push(comma + 1);
                    at = comma + 1;
                    ends.push(at);
                }
                _ => break,
            }
        }
        if starts.is_empty() {
            continue;
        }
        let mut found: Vec<Range<usize>> =
            starts.iter().zip(&ends).map(|(&start, &end)| start..end).collect();
        found.reverse();
        // The first item has no comma before it: it is no longer than the others, and begins behind a word that opens it, such
        // as a verb where verbs are known.
        let end = *ends.last()?;
        let lengths = || found.iter().map(ExactSizeIterator::len);
        let longest = lengths().max()?;
        let knows_verbs = !phrase.language.words.verb_stems.is_empty();
        let most = if knows_verbs { longest + 1 } else { lengths().min()? };
        let mut start = end;
        while start > 0 && end - start < most {
            let before = start - 1;
            let opens = before + 1 != end && (phrase.breaks_behind(before) || phrase.is_verb(before));
            if opens || phrase.is_function(before) {
                break;
            }
            start = before;
        }
        if start == end {
            continue;
        }
        found.insert(0, start..end);
        // The last one ends with the thought, or where a function word leads on.
        let last = join + 1;
        let mut to = last;
        while to < phrase.len() && to - last < longest.max(2) {
            if to > last && phrase.is_function(to) {
                break;
            }
            to += 1;
            if phrase.breaks_behind(to - 1) {
                break;
            }
        }
        found.push(last..to);
        let trimmed: Vec<Range<usize>> = found.iter().map(|range| phrase.trimmed(range.clone())).collect();
        // What stands before an item is an article or joins it: "it is more important" is a clause, and no item.
        let plain = |range: &Range<usize>, trimmed: &Range<usize>| {
            let mut before = range.start..trimmed.start;
            let words = &phrase.language.shows;
            before.all(|at| words.articles.contains(&phrase.key(at)) || joins(at)) && trimmed.end == range.end
        };
        let clean = found.iter().zip(&trimmed).all(|(range, trimmed)| plain(range, trimmed));
        let sound = clean && trimmed.iter().all(|range| (1..=MAX_WORDS).contains(&range.len()))
            && (3..=Show::MAX_ITEMS).contains(&trimmed.len())
            // A number counts, and is shown as such.
            && trimmed.iter().all(|range| range.clone().all(|at| !phrase.word(at).contains(|c: char| c.is_ascii_digit())));
        if sound {
            return Some(trimmed);
        }
    }
    None
}

/// A list for what a line counts up; the icon of an item is what `icon` finds for it.
pub(super) fn show(
    phrase: &Phrase<'_>,
    icon: impl Fn(&str) -> Option<String>,
) -> Option<(Range<usize>, Show, &'static str)> {
    let items = items(phrase)?;
    let words = items.first()?.start..items.last()?.end;
    let item = |range: &Range<usize>| {
        let label = phrase.label(range.clone());
        ShowItem { icon: icon(&label), label, at_word: range.start as u32 }
    };
    let items: Vec<ShowItem> = items.iter().map(item).collect();
    let show = if items.iter().all(|item| item.icon.is_some()) {
        Show::Cast { members: items, passes: false }
    } else {
        Show::List { items }
    };
    Some((words, show, "things are counted up"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let phrase = Phrase::new(text, "en");
        items(&phrase).unwrap_or_default().into_iter().map(|range| phrase.label(range)).collect()
    }

    #[test]
    fn what_is_counted_up_is_found() {
        assert_eq!(
            found("We study fairness, privacy, and robustness of models."),
            ["fairness", "privacy", "robustness"]
        );
        assert_eq!(found("The shop sells tea, hot coffee and cake."), ["tea", "hot coffee", "cake"]);
        assert_eq!(
            found("It separates leader election, log replication, and safety, and it is easier."),
            ["leader election", "log replication", "safety"]
        );
        assert_eq!(found("Guests enter their names, seats and wishes."), ["names", "seats", "wishes"]);
        assert_eq!(
            found("It helps with data manipulation, calculation and display."),
            ["data manipulation", "calculation", "display"]
        );
        assert_eq!(
            found("As software becomes more and more complex, it is more and more important."),
            [""; 0]
        );
        assert_eq!(found("As examples, we manipulate lists and trees."), [""; 0]);
        assert_eq!(found("The queue grows, and nobody waits."), [""; 0]);
        assert_eq!(found("Guests and waiters wait."), [""; 0]);
    }
}
