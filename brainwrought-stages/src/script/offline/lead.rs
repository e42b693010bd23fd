//! [`Lead`]: what sentences are worth for where they stand, such as in the abstract.

use brainwrought_core::data::SectionRole;

use super::super::clean::Cleaned;
use super::super::compress::Tie;
use super::super::sentences::Sentence;

// Authors have written the short version themselves: what these sections say is worth that much more.
pub(super) const ABSTRACT: f32 = 0.6;
/// What the first sentence of an abstract is worth more: what it is all about.
const SETS_OUT: f32 = 0.2;
/// An abstract has at least so many words.
const SHORTEST_ABSTRACT: usize = 40;
/// What was wrong before the work is the problem that it solves.
const WRONG_BEFORE: f32 = 0.7;
/// What is left of the worth of what was known before the work, behind the first sentence, which says what it is all about.
const KNOWN_BEFORE: f32 = 0.4;
const CONTRIBUTIONS: f32 = 0.3;
const CONCLUSION: f32 = 0.3;
/// What a conclusion is worth where the abstract has said it before.
const SAID_BEFORE: f32 = 0.3;
const INTRODUCTION: f32 = 0.15;
/// What a text opens with where nobody wrote a short version.
const LEAD: f32 = 0.1;
/// So many sentences open a text.
const LEAD_SENTENCES: usize = 10;

/// Tells whether authors wrote a short version of the document before it; a summary at its end sums up.
fn has_abstract(sentences: &[Sentence], cleaned: &Cleaned) -> bool {
    let early = sentences.len() / 3 + 1;
    sentences.iter().take(early).any(|sentence| {
        cleaned
            .sections
            .get(sentence.section)
            .is_some_and(|section| section.role == Some(SectionRole::Abstract))
    })
}

/// What a sentence is worth for where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lead {
    /// What it is worth more.
    pub(super) worth: f32,
    /// What is left of all that it is worth.
    pub(super) left: f32,
}

impl Lead {
    fn of(worth: f32) -> Self {
        Self { worth, left: 1.0 }
    }
}

/// What sentences are worth for where they stand.
pub(super) fn leads(sentences: &[Sentence], cleaned: &Cleaned, title: &str) -> Vec<Lead> {
    let role = |sentence: &Sentence| cleaned.sections.get(sentence.section).and_then(|section| section.role);
    // Before the first heading beside the title, and no longer than an abstract: the introduction may have no heading either.
    let mut words = 0;
    let mut last = None;
    for sentence in sentences {
        if words >= SHORTEST_ABSTRACT && last != Some(sentence.passage) {
            break;
        }
        words += sentence.text.split_whitespace().count();
        last = Some(sentence.passage);
    }
    let is_first = |sentence: &Sentence| {
        let heading = cleaned.sections.get(sentence.section).map_or("", |section| section.title.as_str());
        sentence.page <= 2
            && last.is_some_and(|last| sentence.passage <= last)
            && (heading.is_empty() || heading.to_lowercase() == title.to_lowercase())
    };
    // A summary at the end sums up: there it is a conclusion.
    let is_late = |index: usize| index * 3 > sentences.len();
    let has_abstract = has_abstract(sentences, cleaned);
    // What was known before stands before what is new in an abstract.
    let of_abstract = |index: &usize| {
        let sentence = &sentences[*index];
        match role(sentence) {
            Some(SectionRole::Abstract) => !is_late(*index),
            _ => !has_abstract && cleaned.is_paper && is_first(sentence),
        }
    };
    let own = |text: &str| text.contains("he author") || text.starts_with("Meet ");
    let news = (0..sentences.len()).filter(of_abstract).position(|index| own(&sentences[index].text));
    let first = (0..sentences.len()).find(of_abstract).unwrap_or_default();
    let is_known = |index: usize| index > first && news.is_some_and(|news| index < first + news);
    let before = |sentence: &Sentence| {
        if sentence.tie == Some(Tie::Contrast) {
            Lead::of(WRONG_BEFORE)
        } else {
            Lead { worth: 0.0, left: KNOWN_BEFORE }
        }
    };
    sentences
        .iter()
        .enumerate()
        .map(|(index, sentence)| match role(sentence) {
            Some(SectionRole::Abstract) if !is_late(index) && is_known(index) => before(sentence),
            Some(SectionRole::Abstract) if !is_late(index) && index == first && !own(&sentence.text) => {
                Lead::of(ABSTRACT + SETS_OUT)
            }
            Some(SectionRole::Abstract) if !is_late(index) => Lead::of(ABSTRACT),
            Some(SectionRole::Contributions) => Lead::of(CONTRIBUTIONS),
            Some(SectionRole::Conclusion | SectionRole::Abstract) if has_abstract => Lead::of(SAID_BEFORE),
            Some(SectionRole::Conclusion | SectionRole::Abstract) => Lead::of(CONCLUSION),
            // What a paper says before its first heading is its abstract.
            _ if !has_abstract && cleaned.is_paper && is_first(sentence) && is_known(index) => {
                before(sentence)
            }
            _ if !has_abstract && cleaned.is_paper && is_first(sentence) => Lead::of(ABSTRACT),
            _ if !has_abstract && index < LEAD_SENTENCES => Lead::of(LEAD),
            Some(SectionRole::Introduction) if !has_abstract => Lead::of(INTRODUCTION),
            _ => Lead::of(0.0),
        })
        .collect()
}
