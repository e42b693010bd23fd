//! [`Sentence`]: one sentence of the document, made fit to be said, with the words it was made from.

use std::collections::BTreeSet;
use std::ops::Range;

use brainwrought_core::data::SectionRole;

use super::clean::{Cleaned, Passage};
use super::compress::{Shortened, Style, Tie, compress, without_citations};
use super::duration::estimate_ms;
use super::meta_text::is_meta_text;
use super::segment::segments;
use super::sentence_filter::{is_dangling, is_tellable};
use super::verbs::has_verb;
use crate::language::LanguageData;

/// A sentence that may be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sentence {
    /// What is said.
    pub(super) text: String,
    /// The sentence of the document that it was made from.
    pub(super) source: String,
    /// The page that the sentence stands on, or begins on, from 1.
    pub(super) page: u32,
    /// The page that it ends on, and its words there, where it goes over a page break.
    pub(super) rest: Option<(u32, String)>,
    /// Index into the sections.
    pub(super) section: usize,
    /// The passage it stands in.
    pub(super) passage: usize,
    /// Its place among the document's sentences; neighbours in a passage differ by one.
    pub(super) place: usize,
    /// True when it cannot be understood without the one before.
    pub(super) dangles: bool,
    /// True when the next one goes on with it: it asks something, or sets a scene.
    pub(super) leads_on: bool,
    /// How it hangs together with the sentence before it.
    pub(super) tie: Option<Tie>,
}

impl Sentence {
    /// Tells whether it asks something.
    pub(super) fn asks(&self) -> bool {
        asks(&self.text)
    }
}

fn asks(text: &str) -> bool {
    text.trim_end_matches(['”', '"', '»']).ends_with(['?', '？', '؟'])
}

/// What has less to say than this, in milliseconds, cannot be choosy.
const LITTLE_MS: u64 = 20_000;

/// Cuts the running text into sentences, makes them fit to be said, and drops those that are not. Of a short text, such
/// as a letter, what speaks of its author is kept.
pub(super) fn sentences(cleaned: &Cleaned, language: &str) -> Vec<Sentence> {
    let all = speakable(cleaned, language);
    let told: Vec<Sentence> =
        all.iter().filter(|sentence| !is_meta_text(&sentence.text, language)).cloned().collect();
    let ms: u64 = told.iter().map(|sentence| estimate_ms(&sentence.text)).sum();
    if ms < LITTLE_MS { all } else { told }
}

/// How many items of a list are said together, and the most words of each.
const LIST_ITEMS: std::ops::RangeInclusive<usize> = 2..=5;
const LIST_ITEM_WORDS: usize = 14;

fn speakable(cleaned: &Cleaned, language: &str) -> Vec<Sentence> {
    let style = match (language, cleaned.is_paper) {
        ("en", true) => Style::EnglishPaper,
        ("en", false) => Style::English,
        _ => Style::Plain,
    };
    let mut found = Vec::new();
    let mut heard = BTreeSet::new();
    let mut place = 0;
    let mut told_items = 0;
    for (index, passage) in cleaned.passages.iter().enumerate() {
        if told_items > 0 {
            // It was said with the words that lead to its list.
            told_items -= 1;
            continue;
        }
        let (joined, pages) = joined(&passage.pieces);
        let section = whole_abstract(cleaned, passage.section);
        let follows_open_words = passage.is_item && index > 0 && leads_to_list(&cleaned.passages[index - 1]);
        for range in segments(language, &joined) {
            let page = page_at(&pages, range.start);
            // A sentence that goes over a page break stands on both pages.
            let (last, breaks) = (page_at(&pages, range.end.saturating_sub(1)), page_breaks(&pages, &range));
            if last > page + 1 || breaks.len() > 1 {
                place += 1;
                continue;
            }
            let on_page = |range: Range<usize>| joined.get(range).unwrap_or_default().trim().to_owned();
            let first = breaks.first().map(|&at| on_page(range.start..at));
            let rest = breaks.first().map(|&at| (last, on_page(at..range.end)));
            let source = joined.get(range).unwrap_or_default();
            // A remark in brackets may be left out, so what stands around it is neighbours.
            if source.starts_with('(') && source.ends_with(')') {
                continue;
            }
            if source.ends_with(':')
                && (language != "en"
                    || !source.starts_with("To ") && has_verb(&source.split_whitespace().collect::<Vec<_>>()))
                && rest.is_none()
                && let Some(list) = List::behind(cleaned, index, source)
                && is_tellable(&list.text.replace("following", "next"), language)
                && heard.insert(list.text.clone())
            {
                place += 1;
                told_items = list.items;
                let dangles = is_dangling(source, language);
                let List { text, source, .. } = list;
                found.push(Sentence {
                    text,
                    source,
                    page,
                    rest: None,
                    section,
                    passage: index,
                    place,
                    dangles,
                    leads_on: false,
                    tie: None,
                });
                continue;
            }
            // A space before a comma or a full stop is where something stood that could not be read, such as a formula.
            let is_torn = language == "en" && [" ,", " ."].iter().any(|gap| source.contains(gap));
            // What starts small is the end of a sentence whose start stands elsewhere.
            if is_torn || source.trim_start_matches(['"', '“', '‘', '(']).starts_with(char::is_lowercase)
            {
                place += 1;
                continue;
            }
            let shortened = compress(&without_citations(source), style, language);
            if shortened.is_empty() {
                place += 1;
            }
            for Shortened { text, tie } in shortened {
                // A sentence left out leaves a gap, so that its neighbours are not taken for a pair.
                place += 1;
                // A slide that builds up says the same on every page.
                if is_tellable(&text, language) && heard.insert(text.clone()) {
                    let dangles = follows_open_words || is_dangling(&text, language);
                    let leads_on = leads_on(&text, language);
                    found.push(Sentence {
                        text,
                        source: first.clone().unwrap_or_else(|| source.to_owned()),
                        page,
                        rest: rest.clone(),
                        section,
                        passage: index,
                        place,
                        dangles,
                        leads_on,
                        tie,
                    });
                }
            }
        }
        place += 1;
    }
    found
}

/// Tells whether `text` asks something or sets a scene, so that alone it says nothing: "Suppose two servers fail."
fn leads_on(text: &str, language: &str) -> bool {
    asks(text) || sets_scene(text, language)
}

/// Tells whether `text` sets a scene or a problem: "Suppose two servers fail."
pub(super) fn sets_scene(text: &str, language: &str) -> bool {
    LanguageData::of(language)
        .story
        .setups
        .iter()
        .any(|opening| text.strip_prefix(opening.as_str()).is_some_and(|rest| rest.starts_with([' ', ','])))
}

/// The section that a passage is told with: an abstract is one, whatever it is divided into ("Background", "Results").
fn whole_abstract(cleaned: &Cleaned, section: usize) -> usize {
    let is_abstract = |at: usize| {
        cleaned.sections.get(at).is_some_and(|section| section.role == Some(SectionRole::Abstract))
    };
    if !is_abstract(section) {
        return section;
    }
    (0..=section).rev().take_while(|&at| is_abstract(at)).last().unwrap_or(section)
}

/// Tells whether a passage ends with words that its list completes.
fn leads_to_list(passage: &Passage) -> bool {
    passage
        .pieces
        .last()
        .is_some_and(|(_, text)| text.trim_end().ends_with([':', '…']) || text.ends_with("..."))
}

/// A list that is said with the words that lead to it.
struct List {
    text: String,
    source: String,
    items: usize,
}

impl List {
    /// The list behind `lead`, the last words of the passage at `index`; none where its items are sentences of their own, many,
    /// or on another page.
    fn behind(cleaned: &Cleaned, index: usize, lead: &str) -> Option<Self> {
        let passage = cleaned.passages.get(index)?;
        let page = passage.pieces.last()?.0;
        let items: Vec<&str> = cleaned
            .passages
            .iter()
            .skip(index + 1)
            .take_while(|item| item.is_item && item.section == passage.section)
            .map(|item| match &item.pieces[..] {
                [(on, text)] if *on == page => Some(text.as_str()),
                _ => None,
            })
            .collect::<Option<_>>()?;
        let short = |item: &&str| {
            let words = item.split_whitespace().count();
            (1..=LIST_ITEM_WORDS).contains(&words) && !item.contains(". ")
        };
        if !LIST_ITEMS.contains(&items.len()) || !items.iter().all(short) {
            return None;
        }
        let bare = |item: &&str| {
            let item = item.trim_end_matches([',', ';', '.', ' ']);
            item.strip_suffix(" and")
                .or_else(|| item.strip_suffix(" or"))
                .unwrap_or(item)
                .trim_end_matches(',')
                .to_owned()
        };
        let told: Vec<String> = items.iter().map(bare).collect();
        let lead = super::compress::without_citations(lead);
        Some(Self {
            text: format!("{lead} {}.", told.join("; ")),
            source: format!("{lead} {}", items.join(" ")),
            items: items.len(),
        })
    }
}

/// Joins the pieces of a passage; tells where each page starts.
fn joined(pieces: &[(u32, String)]) -> (String, Vec<(usize, u32)>) {
    let mut text = String::new();
    let mut pages = Vec::new();
    for (page, piece) in pieces {
        if text.ends_with('-') && piece.starts_with(char::is_lowercase) {
            text.pop();
        } else if !text.is_empty() {
            text.push(' ');
        }
        pages.push((text.len(), *page));
        text.push_str(piece);
    }
    (text, pages)
}

/// Where pages begin inside `range`.
fn page_breaks(pages: &[(usize, u32)], range: &Range<usize>) -> Vec<usize> {
    let inside = pages.windows(2).filter(|pair| pair[0].1 != pair[1].1).map(|pair| pair[1].0);
    inside.filter(|at| range.start < *at && *at < range.end).collect()
}

fn page_at(pages: &[(usize, u32)], at: usize) -> u32 {
    pages.iter().rev().find(|&&(start, _)| start <= at).or_else(|| pages.first()).map_or(1, |&(_, page)| page)
}

#[cfg(test)]
mod tests {
    use super::super::clean::Section;
    use super::*;

    #[test]
    fn rest_of_a_sentence_is_not_made_one() {
        let cleaned = Cleaned {
            sections: vec![Section { title: String::new(), page: 1, role: None }],
            passages: vec![Passage {
                section: 0,
                pieces: vec![(1, "rithm is within a small factor of the fastest possible one.".into())],
                is_item: false,
            }],
            is_paper: true,
        };
        assert_eq!(sentences(&cleaned, "en"), []);
    }

    #[test]
    fn sentence_over_a_page_break_stands_on_both_pages() {
        let cleaned = Cleaned {
            sections: vec![Section { title: String::new(), page: 1, role: None }],
            passages: vec![Passage {
                section: 0,
                pieces: vec![
                    (1, "A busy barista has no time to spare. The second customer must wait for".into()),
                    (2, "the first drink to be made. Every queue in the world needs some idle time.".into()),
                ],
                is_item: false,
            }],
            is_paper: false,
        };
        let found = sentences(&cleaned, "en");
        let pages: Vec<(u32, Option<u32>)> = found
            .iter()
            .map(|sentence| (sentence.page, sentence.rest.as_ref().map(|(page, _)| *page)))
            .collect();
        assert_eq!(pages, [(1, None), (1, Some(2)), (2, None)]);
        assert_eq!(found[1].text, "The second customer must wait for the first drink to be made.");
        assert_eq!(found[1].source, "The second customer must wait for");
        assert_eq!(found[1].rest, Some((2, "the first drink to be made.".to_owned())));
    }
}
