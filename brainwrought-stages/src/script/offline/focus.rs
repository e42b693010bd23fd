//! The focus: a paper is taken whole, but of a long document one stretch of sections is told.

use super::super::clean::Cleaned;
use super::super::duration::{LINE_GAP_MS, estimate_ms};
use super::super::sentences::Sentence;
use crate::language::LanguageData;

/// A document with more words than this that may be said is told in parts.
const WHOLE_WORDS: usize = 3_500_000;

/// Keeps the sentences of the first stretch of sections that has `enough_ms` to say; tells its heading when that is
/// not the whole document.
pub(super) fn focus(
    cleaned: &Cleaned,
    sentences: Vec<Sentence>,
    enough_ms: u64,
) -> (Vec<Sentence>, Option<String>) {
    let words: usize = cleaned
        .passages
        .iter()
        .flat_map(|passage| &passage.pieces)
        .map(|(_, text)| text.split_whitespace().count())
        .sum();
    let sayable: u64 = sentences.iter().map(|sentence| estimate_ms(&sentence.text) + LINE_GAP_MS).sum();
    if cleaned.is_paper || words <= WHOLE_WORDS || sayable < 2 * enough_ms {
        return (sentences, None);
    }
    let mut best: Option<(f32, usize, usize)> = None;
    for start in 0..cleaned.sections.len() {
        let title = cleaned.sections[start].title.as_str();
        if is_front(title) || !sentences.iter().any(|sentence| sentence.section == start) {
            continue;
        }
        let mut ms = 0;
        let mut end = start;
        while end < cleaned.sections.len() && ms < enough_ms {
            ms += sentences
                .iter()
                .filter(|sentence| sentence.section == end)
                .map(|sentence| estimate_ms(&sentence.text) + LINE_GAP_MS)
                .sum::<u64>();
            end += 1;
        }
        if ms < enough_ms {
            break;
        }
        // Few sections mean one topic, and what comes early explains what comes later. A heading that is no words
        // makes a poor topic.
        let early = cleaned.sections[start].page as f32 / 12.0;
        let poor = if is_topic(title) { 0.0 } else { 20.0 };
        let cost = (end - start) as f32 + early + poor;
        if best.is_none_or(|(other, ..)| cost + 1.0 < other) {
            best = Some((cost, start, end));
        }
    }
    let Some((_, start, end)) = best else { return (sentences, None) };
    let title = cleaned.sections[start].title.clone();
    let kept = sentences.into_iter().filter(|sentence| (start..end).contains(&sentence.section)).collect();
    (kept, Some(title))
}

/// Tells whether a section stands before the content, or beside it.
fn is_front(title: &str) -> bool {
    let lower = title.to_lowercase();
    lower.is_empty() || LanguageData::all().iter().any(|data| data.headings.front.stand_in(&lower))
}

/// Tells whether a heading names a topic: words, at least one of some length, not the name of a function.
fn is_topic(title: &str) -> bool {
    let words = title.split_whitespace().count();
    let long =
        title.split_whitespace().any(|word| word.chars().filter(|letter| letter.is_alphabetic()).count() > 4);
    words <= 8 && long && title.starts_with(char::is_uppercase) && !title.contains(['_', '(', '='])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn front_matter_and_functions_are_no_topics() {
        assert!(is_front("The Structure of This Book") && is_front(""));
        assert!(!is_front("Sorting"));
        assert!(is_topic("Hierarchical clustering") && !is_topic("asn1 dup node") && !is_topic("§ 4"));
    }
}
