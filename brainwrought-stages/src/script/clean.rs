//! [`Cleaned`]: the running text of a document, by section, without what nobody would read aloud.

use std::collections::BTreeMap;

use brainwrought_core::data::{Block, BlockKind, Document, Page, SectionRole};

use super::slides::{is_slides, parts};
use crate::language::{Headings, LanguageData};

/// The running text of a document.
#[derive(Debug, Clone)]
pub(super) struct Cleaned {
    pub(super) sections: Vec<Section>,
    pub(super) passages: Vec<Passage>,
    /// True for a research paper: it has an abstract or references, and is not as long as a book.
    pub(super) is_paper: bool,
}

/// A stretch of text under one heading.
#[derive(Debug, Clone)]
pub(super) struct Section {
    /// The heading without its number; empty before the first.
    pub(super) title: String,
    /// The page it starts on, from 1.
    pub(super) page: u32,
    /// What it is for, where its heading and place tell.
    pub(super) role: Option<SectionRole>,
}

/// A paragraph or list item, joined over line, column and page breaks.
#[derive(Debug, Clone)]
pub(super) struct Passage {
    /// Index into [`Cleaned::sections`].
    pub(super) section: usize,
    /// Its pieces, in order: page and text. Most have one.
    pub(super) pieces: Vec<(u32, String)>,
    pub(super) is_item: bool,
}

/// Signs that mark a block as small print in any language.
const SMALL_PRINT: [&str; 8] = ["©", "isbn", "arxiv:", "doi:", "@", "http://", "https://", "www."];

/// Takes the running text out of `document`.
pub(super) fn clean(document: &Document) -> Cleaned {
    let body = body_size(document);
    let mut sections = vec![Section { title: String::new(), page: 1, role: None }];
    let mut passages: Vec<Passage> = Vec::new();
    let mut skipping: Option<f32> = None;
    let (mut has_abstract, mut has_references) = (false, false);
    // Text may only be joined when nothing stood between its parts.
    let mut joinable = false;
    let slides = is_slides(document);
    let roles: BTreeMap<(u32, usize), SectionRole> = document
        .sections
        .iter()
        .filter_map(|section| Some(((section.page, section.block), section.role?)))
        .collect();
    let inherited = inherited(document);
    let first_chapter = first_chapter(document);
    for page in &document.pages {
        for (index, block) in page.blocks.iter().enumerate() {
            match block.kind {
                BlockKind::Heading => {
                    joinable = false;
                    let title = without_number(&block.text);
                    let lower = title.to_lowercase();
                    has_references |= lower.starts_with("references") || lower.starts_with("bibliography");
                    let place = (page.number, index);
                    let role = roles.get(&place).copied();
                    let told_as = inherited.get(&place).copied();
                    has_references |= role == Some(SectionRole::References);
                    let is_skipped = role.is_some_and(stands_beside)
                        || in_any(|data| {
                            let Headings { skipped, parts, .. } = &data.headings;
                            skipped.open(&lower) || parts.open(&lower)
                        });
                    let is_abstract = role == Some(SectionRole::Abstract)
                        || in_any(|data| data.headings.abstracts.open(&lower));
                    has_abstract |= is_abstract;
                    let is_front = first_chapter.is_some_and(|chapter| place < chapter);
                    if first_chapter == Some(place) || is_front && is_abstract {
                        skipping = None;
                        sections.push(Section { title, page: page.number, role: told_as.or(role) });
                    } else if is_front {
                        // Nothing is large enough to end front matter but the first chapter.
                        skipping = Some(f32::INFINITY);
                    } else if is_skipped {
                        skipping = Some(block.font_size);
                    } else if in_any(|data| data.headings.licences.stand_in(&lower)) {
                        // A licence has headings of its own, of its size and below.
                        skipping = Some(block.font_size + 1.0);
                    } else if page.number <= 2 && lower.starts_with("by ") {
                        // The authors.
                    } else if is_numbered_remark(&title) {
                        // The heading of a theorem or an example divides nothing.
                    } else if skipping.is_none_or(|size| block.font_size > size - 0.5) {
                        skipping = None;
                        sections.push(Section { title, page: page.number, role: told_as.or(role) });
                    }
                }
                // A video speaks one language: that of most of the text.
                BlockKind::Paragraph | BlockKind::ListItem
                    if skipping.is_none() && block.language.is_none() && is_text(block, body) =>
                {
                    let (text, is_labelled) = without_abstract(&block.text);
                    has_abstract |= is_labelled && page.number <= 3;
                    let role = roles.get(&(page.number, index)).copied();
                    let is_abstract = is_labelled || role == Some(SectionRole::Abstract);
                    if is_abstract
                        && sections.last().is_none_or(|last| last.role != Some(SectionRole::Abstract))
                    {
                        // An abstract without a heading is a section all the same.
                        joinable = false;
                        sections.push(Section {
                            title: String::new(),
                            page: page.number,
                            role: Some(SectionRole::Abstract),
                        });
                    }
                    let is_item = block.kind == BlockKind::ListItem;
                    let points = if slides { points(text) } else { vec![text.to_owned()] };
                    for text in &points {
                        let open = passages.last_mut().filter(|last| {
                            joinable
                                && !is_item
                                && !slides
                                && last.section + 1 == sections.len()
                                && is_open(last)
                        });
                        match open {
                            Some(last) if starts_lower(text) || !last.is_item => {
                                last.pieces.push((page.number, text.to_owned()));
                            }
                            _ => passages.push(Passage {
                                section: sections.len() - 1,
                                pieces: vec![(page.number, text.to_owned())],
                                is_item,
                            }),
                        }
                        joinable = true;
                    }
                }
                BlockKind::Reference => {
                    has_references = true;
                    joinable = false;
                }
                // Captions and footnotes stand aside from the text, so a paragraph may go on after them.
                kind if kind.stands_aside() => {}
                _ => joinable = false,
            }
        }
    }
    // References alone make a paper of what is short; what is long and has neither them nor a part on its methods, as a
    // manuscript that is sent without them has, is a report or a book.
    let pages = document.pages.len();
    let has_methods = document.sections.iter().any(|section| section.role == Some(SectionRole::Methods));
    let is_paper = has_abstract && ((has_references || has_methods) && pages <= 60 || pages <= 30)
        || has_references && pages <= 24;
    Cleaned { sections, passages, is_paper }
}

/// The roles that sections have from those that they are parts of: what an introduction is divided into introduces, too.
fn inherited(document: &Document) -> BTreeMap<(u32, usize), SectionRole> {
    let mut open: Vec<(u8, Option<SectionRole>)> = Vec::new();
    let mut found = BTreeMap::new();
    for section in &document.sections {
        open.retain(|(level, _)| *level < section.level);
        if section.role == Some(SectionRole::Introduction) {
            // It is no part of an abstract, however large their headings are.
            open.retain(|(_, role)| *role != Some(SectionRole::Abstract));
        }
        let above = open.iter().rev().find_map(|(_, role)| *role);
        // A structured abstract has methods and conclusions of its own.
        let of_abstract = above.filter(|role| *role == SectionRole::Abstract);
        let role = of_abstract.or(section.role).or(above);
        if let Some(role) = role {
            found.insert((section.page, section.block), role);
        }
        open.push((section.level, role));
    }
    found
}

/// Tells whether a section stands beside the content of a document.
fn stands_beside(role: SectionRole) -> bool {
    matches!(
        role,
        SectionRole::References
            | SectionRole::AuthorNotes
            | SectionRole::Contents
            | SectionRole::Appendix
            | SectionRole::Legal
    )
}

/// Where chapter 1 of a document begins, as page and block, when a table of contents stands on a page before it: what comes
/// first there is front matter, however its parts are called. A table of contents names the chapter, too, so the last
/// such heading within the first third of the pages counts.
fn first_chapter(document: &Document) -> Option<(u32, usize)> {
    let headings = || {
        let blocks = |page: &Page| {
            page.blocks
                .iter()
                .enumerate()
                .filter(|(_, block)| block.kind == BlockKind::Heading)
                .map(|(index, block)| (page.number, index, block.text.to_lowercase()))
                .collect::<Vec<_>>()
        };
        document.pages.iter().take(document.pages.len() / 3 + 1).flat_map(blocks)
    };
    let (contents, ..) =
        headings().find(|(.., text)| in_any(|data| data.headings.contents.contains(text.trim())))?;
    let is_first = |text: &str| {
        let mut words = text.split_whitespace();
        let first = words.next().unwrap_or_default();
        let is_word = in_any(|data| data.layout.numbering.iter().any(|word| word.to_lowercase() == first));
        let number = if is_word { words.next().unwrap_or_default() } else { first };
        // A number alone is a heading of its own only behind such a word.
        ["1", "i"].contains(&number.trim_end_matches(['.', ':'])) && (is_word || words.next().is_some())
    };
    let (page, index, _) = headings().rfind(|(page, _, text)| *page > contents && is_first(text))?;
    Some((page, index))
}

/// Tells whether something holds of the words of any language: a text may have headings in another one than its own.
fn in_any(holds: impl Fn(&LanguageData) -> bool) -> bool {
    LanguageData::all().iter().any(holds)
}

/// The font size that most letters of running text have.
fn body_size(document: &Document) -> f32 {
    let mut letters = BTreeMap::<u32, usize>::new();
    for block in document.pages.iter().flat_map(|page| &page.blocks) {
        if matches!(block.kind, BlockKind::Paragraph | BlockKind::ListItem) {
            *letters.entry((block.font_size.max(0.0) * 2.0).round() as u32).or_default() += block.text.len();
        }
    }
    letters.into_iter().max_by_key(|&(_, count)| count).map_or(10.0, |(size, _)| size as f32 / 2.0)
}

fn is_text(block: &Block, body: f32) -> bool {
    let lower = block.text.to_lowercase();
    // Abstracts are often a little smaller than the body; notes and labels in figures are smaller still.
    // In a long paragraph one address is no reason to leave all of it out: the sentence that holds it goes later.
    let phrases = LanguageData::all().iter().flat_map(|data| data.text.small_print.iter());
    let marks = phrases.chain(SMALL_PRINT).filter(|mark| lower.contains(mark)).count();
    block.font_size >= body * 0.86
        && marks <= usize::from(block.text.len() > 400)
        && block.text.chars().any(char::is_alphabetic)
}

fn is_open(passage: &Passage) -> bool {
    passage.pieces.last().is_some_and(|(_, text)| {
        !text.trim_end_matches(['"', '”', '’', ')', ']']).ends_with(['.', '!', '?', ':', '。', '！', '？'])
    })
}

fn starts_lower(text: &str) -> bool {
    text.chars()
        .next()
        .is_some_and(|letter| letter.is_lowercase() || letter.is_ascii_digit() || letter == '(')
}

/// Cuts what stands on a slide into its points; one as long as a sentence gets the full stop that it is set without.
fn points(text: &str) -> Vec<String> {
    let ended = |point: &str| {
        let size = point.split_whitespace().count();
        let is_open = point.ends_with(|letter: char| letter.is_alphanumeric() || letter == ')');
        let starts = point.starts_with(|letter: char| letter.is_uppercase() || letter.is_ascii_digit());
        if is_open && starts && (6..=22).contains(&size) { format!("{point}.") } else { point.to_owned() }
    };
    parts(text).into_iter().map(ended).collect()
}

/// Takes the word "Abstract" off the paragraph that it opens; tells whether it stood there.
fn without_abstract(text: &str) -> (&str, bool) {
    for word in LanguageData::all().iter().flat_map(|data| data.text.abstract_labels.iter()) {
        if let Some(rest) = text.strip_prefix(word)
            && rest.starts_with(|letter: char| !letter.is_alphanumeric())
        {
            return (rest.trim_start_matches(['.', '—', '–', '-', ':', ' ']), true);
        }
    }
    (text, false)
}

/// Tells whether a heading only numbers a remark: "Definition 72", "Example 3 (Cost)", "Beispiele".
fn is_numbered_remark(title: &str) -> bool {
    let lower = title.to_lowercase();
    let mut words = lower.split_whitespace();
    let first = words.next().unwrap_or_default().trim_end_matches(['.', ':']);
    let second = words.next();
    in_any(|data| data.headings.remarks.contains(first))
        && second
            .is_none_or(|second| second.starts_with(|letter: char| letter.is_ascii_digit() || letter == '('))
}

/// Takes the number off a heading.
pub(super) fn without_number(heading: &str) -> String {
    let rest = heading
        .trim()
        .trim_start_matches(|letter: char| letter.is_ascii_digit() || matches!(letter, '.' | ' ' | '§'));
    let rest = match rest.split_once(". ") {
        Some((number, rest)) if number.len() <= 5 && number.chars().all(|letter| "IVX".contains(letter)) => {
            rest
        }
        Some((letter, rest))
            if letter.len() == 1 && letter.chars().all(|letter| letter.is_ascii_uppercase()) =>
        {
            rest
        }
        _ => rest,
    };
    let rest = if rest.is_empty() || rest.len() + 9 < heading.len() { heading } else { rest };
    rest.trim().trim_end_matches([':', '.']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::offline::tests::{block, document};
    use super::*;

    #[test]
    fn references_stay_out_and_paragraphs_go_on_over_pages() {
        let cleaned = clean(&document(vec![
            vec![
                block(BlockKind::Heading, "1 Introduction"),
                block(BlockKind::Paragraph, "The queue grows without"),
                block(BlockKind::Caption, "Figure 1: A queue."),
            ],
            vec![
                block(BlockKind::Paragraph, "any bound."),
                block(BlockKind::Heading, "References"),
                block(BlockKind::Paragraph, "Erlang wrote this paper."),
            ],
        ]));
        assert_eq!(cleaned.passages.len(), 1);
        assert_eq!(cleaned.passages[0].pieces.len(), 2);
        assert_eq!(cleaned.sections[1].title, "Introduction");
    }

    #[test]
    fn pages_between_the_contents_and_chapter_1_are_front_matter() {
        let heading = |text: &str| block(BlockKind::Heading, text);
        let text = |text: &str| block(BlockKind::Paragraph, text);
        let pages = |chapter: &str| {
            vec![
                vec![heading("Queues at Night"), heading("Abstract"), text("Queues grow at night.")],
                vec![heading("Contents"), heading("1 Arrivals")],
                vec![heading("Our Team"), text("We travel to shops.")],
                vec![heading(chapter), text("Guests arrive."), heading("Our Shop"), text("It is small.")],
                vec![heading("2 Service"), text("A barista serves.")],
                vec![heading("3 Waiting"), text("They wait.")],
                vec![],
                vec![],
                vec![],
            ]
        };
        let told = |pages| -> Vec<String> {
            let passages = clean(&document(pages)).passages;
            passages.into_iter().flat_map(|passage| passage.pieces).map(|(_, text)| text).collect()
        };
        let after = ["Guests arrive.", "It is small.", "A barista serves.", "They wait."];
        assert_eq!(told(pages("Chapter 1. Arrivals")), [&["Queues grow at night."][..], &after].concat());
        assert_eq!(told(pages("1 Arrivals"))[1..], after);
        let mut bare = pages("1 Arrivals");
        bare[1].clear();
        assert!(
            told(bare).contains(&"We travel to shops.".to_owned()),
            "without a table of contents nothing goes"
        );
    }

    #[test]
    fn heading_numbers_go() {
        assert_eq!(without_number("3.2 Leader election"), "Leader election");
        assert_eq!(without_number("2018"), "2018");
        assert_eq!(without_number("§ 5. The Composition"), "The Composition");
        assert_eq!(without_number("IV. Design"), "Design");
    }

    #[test]
    fn headings_of_remarks_divide_nothing() {
        for title in ["Bemerkung 58", "Definition 72 (Norm)", "Beispiele", "Theorem 2.1"] {
            assert!(is_numbered_remark(title), "{title}");
        }
        assert!(!is_numbered_remark("Definition of a queue") && !is_numbered_remark("Example programs"));
    }
}
