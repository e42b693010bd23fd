//! The focus: a paper is taken whole, but of a long document one stretch of sections is told.

use super::clean::Cleaned;
use super::pace::{LINE_GAP_MS, estimate_ms};
use super::sentences::Sentence;

/// A document with more words than this that may be said is told in parts.
const WHOLE_WORDS: usize = 3_500;

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
    if cleaned.is_paper || words <= WHOLE_WORDS {
        return (sentences, None);
    }
    let mut best: Option<(usize, usize)> = None;
    for start in 0..cleaned.sections.len() {
        let title = cleaned.sections[start].title.to_lowercase();
        let is_front = title.is_empty()
            || [
                "preface",
                "foreword",
                "vorwort",
                "prólogo",
                "préface",
                "prefacio",
                "about",
                "executive",
                "prerequisite",
                "appendix",
                "contents",
                "suggestion",
            ]
            .iter()
            .any(|front| title.contains(front));
        if is_front || !sentences.iter().any(|sentence| sentence.section == start) {
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
        // Few sections mean one topic. A later start must be clearly better than an earlier one.
        if ms >= enough_ms && best.is_none_or(|(from, to)| end - start + 2 < (to - from)) {
            best = Some((start, end));
            if end - start <= 6 {
                break;
            }
        }
    }
    let Some((start, end)) = best else { return (sentences, None) };
    let title = cleaned.sections[start].title.clone();
    let kept = sentences.into_iter().filter(|sentence| (start..end).contains(&sentence.section)).collect();
    (kept, Some(title))
}
