//! [`sections`]: the tree that headings make, and what its parts are for.

use std::collections::BTreeMap;

use brainwrought_core::data::{Block, BlockKind, Page, Section, SectionRole};

use super::letters::{is_ideograph, word_count};
use super::outline::{NUMBER, numbered_depth};
use crate::language::{LanguageData, Phrases, SectionWords};
use crate::parse::page_content::Bookmark;

/// The deepest level.
const MAX_LEVEL: usize = 6;
/// On how many pages at the start an abstract is looked for.
const ABSTRACT_PAGES: usize = 3;
/// The name of a part has at most so many words.
const MAX_NAME_WORDS: usize = 6;
/// A paragraph before the first section is an abstract from so many words on.
const MIN_ABSTRACT_WORDS: usize = 50;

/// Gives every heading its level, and makes sections of them, in reading order. The title opens none.
pub(super) fn sections(pages: &mut [Page], bookmarks: &[Bookmark], title: Option<&str>) -> Vec<Section> {
    let marked: BTreeMap<(u32, String), u8> = bookmarks
        .iter()
        .map(|bookmark| ((bookmark.page, letters(&bookmark.title)), bookmark.level))
        .collect();
    let title = title.map(letters).unwrap_or_default();
    let is_title = |page: u32, block: &Block| {
        page as usize <= ABSTRACT_PAGES && !title.is_empty() && title.contains(&letters(&block.text))
    };
    let headings = || {
        pages
            .iter()
            .flat_map(|page| page.blocks.iter().map(move |block| (page.number, block)))
            .filter(|(page, block)| block.kind == BlockKind::Heading && !is_title(*page, block))
    };
    let by_size = levels_by_size(headings().map(|(_, block)| block));
    for page in pages.iter_mut() {
        let number = page.number;
        for block in page.blocks.iter_mut().filter(|block| block.kind == BlockKind::Heading) {
            if is_title(number, block) {
                block.level = 1;
                continue;
            }
            let marked = marked.get(&(number, letters(&block.text))).map(|level| usize::from(*level));
            let level = marked
                .or_else(|| numbered_depth(&block.text))
                .or_else(|| by_size.get(&half_points(block)).copied())
                .unwrap_or(1);
            block.level = level.clamp(1, MAX_LEVEL) as u8;
        }
    }
    let mut found: Vec<Section> = Vec::new();
    for page in pages.iter() {
        for (at, block) in page.blocks.iter().enumerate() {
            if block.kind == BlockKind::Heading && !is_title(page.number, block) {
                found.push(section(block, page.number, at));
            } else if block.kind == BlockKind::Paragraph
                && page.number as usize <= ABSTRACT_PAGES
                && opens_as_abstract(&block.text)
            {
                let mut opened = Section::new("", 1, page.number, at);
                opened.role = Some(SectionRole::Abstract);
                found.push(opened);
            }
        }
    }
    if found.iter().all(|section| section.role != Some(SectionRole::Abstract)) {
        found.extend(unnamed_abstract(pages, &found));
        found.sort_by_key(|section| (section.page, section.block));
    }
    settle_end(&mut found);
    found
}

/// Makes sections of headings whose levels the file tells, in reading order. The title opens none.
pub(in crate::parse) fn sections_of_levels(pages: &[Page], title: Option<&str>) -> Vec<Section> {
    let title = title.map(letters).unwrap_or_default();
    let mut found = Vec::new();
    for (place, page) in pages.iter().enumerate() {
        for (at, block) in page.blocks.iter().enumerate() {
            let is_title = place < ABSTRACT_PAGES && letters(&block.text) == title;
            if block.kind == BlockKind::Heading && !is_title {
                found.push(section(block, page.number, at));
            }
        }
    }
    settle_end(&mut found);
    found
}

/// The level of headings by their size: that of the numbered ones of the same size, else by rank.
fn levels_by_size<'a>(headings: impl Iterator<Item = &'a Block>) -> BTreeMap<u32, usize> {
    // For each size, how many headings have how many numbers ("3.2" has two), and how many have none.
    let mut sizes: BTreeMap<u32, BTreeMap<Option<usize>, usize>> = BTreeMap::new();
    for block in headings {
        *sizes.entry(half_points(block)).or_default().entry(numbered_depth(&block.text)).or_default() += 1;
    }
    let mut above = 0;
    let mut levels = BTreeMap::new();
    for (size, depths) in sizes.iter().rev() {
        let usual = depths.iter().max_by_key(|(_, count)| **count).and_then(|(depth, _)| *depth);
        let level = usual.unwrap_or(above + 1).min(MAX_LEVEL);
        levels.insert(*size, level);
        above = level;
    }
    levels
}

fn half_points(block: &Block) -> u32 {
    (block.font_size * 2.0).round() as u32
}

fn section(block: &Block, page: u32, at: usize) -> Section {
    let end = NUMBER.find(&block.text).map_or(0, |found| found.end());
    let (number, title) = block.text.split_at_checked(end).unwrap_or(("", &block.text));
    let (number, title) = if title.trim().is_empty() { ("", block.text.as_str()) } else { (number, title) };
    let mut section = Section::new(title.trim(), block.level.max(1), page, at);
    section.number = number.trim().trim_end_matches(['.', ':']).to_owned();
    section.role = role(title.trim());
    section
}

/// Finds the names that a language has for sections of some kind.
type NamesOf = fn(&SectionWords) -> &Phrases;

/// What a section with such a heading is for.
fn role(title: &str) -> Option<SectionRole> {
    let lower = title.to_lowercase();
    let lower = lower.trim_matches(|letter: char| !letter.is_alphanumeric());
    let is = |list: fn(&LanguageData) -> &Phrases| {
        LanguageData::all().iter().any(|data| list(data).contains(lower))
    };
    if is(|data| &data.layout.bibliographies) {
        return Some(SectionRole::References);
    }
    if is(|data| &data.headings.contents) {
        return Some(SectionRole::Contents);
    }
    // A heading of many words that begins like one of these is a statement of its own.
    if lower.split_whitespace().count() > MAX_NAME_WORDS {
        return None;
    }
    let roles: [(SectionRole, NamesOf); 8] = [
        (SectionRole::Abstract, |words| &words.abstracts),
        (SectionRole::Introduction, |words| &words.introductions),
        (SectionRole::Contributions, |words| &words.contributions),
        (SectionRole::Methods, |words| &words.methods),
        (SectionRole::Conclusion, |words| &words.conclusions),
        (SectionRole::AuthorNotes, |words| &words.author_notes),
        (SectionRole::Appendix, |words| &words.appendices),
        (SectionRole::Legal, |words| &words.legal),
    ];
    // The longest name that opens it counts: "Summary and Conclusion" is no summary.
    let named = roles.into_iter().filter_map(|(role, list)| {
        let names = LanguageData::all().iter().flat_map(|data| list(&data.sections).iter());
        let longest = names.filter(|name| opens(lower, name)).map(str::len).max()?;
        Some((longest, role))
    });
    named.reduce(|best, other| if other.0 > best.0 { other } else { best }).map(|(_, role)| role)
}

/// Tells whether a heading opens with a name, as whole words where words are set apart.
fn opens(heading: &str, name: &str) -> bool {
    heading.strip_prefix(name).is_some_and(|rest| {
        let next = rest.chars().next();
        next.is_none_or(|next| !next.is_alphanumeric()) || name.chars().next_back().is_some_and(is_ideograph)
    })
}

/// Tells whether a paragraph opens with the word "Abstract", set apart by a dash, a colon or a full stop.
fn opens_as_abstract(text: &str) -> bool {
    let mut labels = LanguageData::all().iter().flat_map(|data| data.text.abstract_labels.iter());
    labels.any(|label| {
        text.strip_prefix(label).is_some_and(|rest| rest.trim_start().starts_with(['.', ':', '—', '–', '-']))
    })
}

/// The paragraph that stands between authors and the first section: journals set it without a heading.
fn unnamed_abstract(pages: &[Page], found: &[Section]) -> Option<Section> {
    let first = found
        .iter()
        .find(|section| section.role == Some(SectionRole::Introduction) || !section.number.is_empty())?;
    let page = pages.first()?;
    if first.page != page.number {
        return None;
    }
    let authors = page.blocks.iter().position(|block| block.kind == BlockKind::FrontMatter)?;
    let before = page.blocks.iter().enumerate().take(first.block).skip(authors);
    let (at, _) = before
        .filter(|(_, block)| block.kind == BlockKind::Paragraph)
        .find(|(_, block)| word_count(&block.text) >= MIN_ABSTRACT_WORDS)?;
    let mut section = Section::new("", 1, page.number, at);
    section.role = Some(SectionRole::Abstract);
    Some(section)
}

/// Chapters have introductions and conclusions of their own: of those with the highest level the first introduction and
/// the last conclusion are the document's.
fn settle_end(found: &mut [Section]) {
    let level = |role: SectionRole, found: &[Section]| {
        found.iter().filter(|section| section.role == Some(role)).map(|section| section.level).min()
    };
    for role in [SectionRole::Conclusion, SectionRole::Introduction] {
        let Some(top) = level(role, found) else { continue };
        let of_top = |section: &Section| section.role == Some(role) && section.level == top;
        let counts = match role {
            SectionRole::Conclusion => found.iter().rposition(of_top),
            _ => found.iter().position(of_top),
        };
        for (at, section) in found.iter_mut().enumerate() {
            if section.role == Some(role) && Some(at) != counts {
                section.role = None;
            }
        }
    }
}

/// The letters of a text alone, in lower case.
fn letters(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use brainwrought_core::data::Rect;

    use super::*;

    fn block(kind: BlockKind, text: &str, font_size: f32) -> Block {
        let bbox = Rect { x: 50.0, y: 50.0, width: 400.0, height: font_size };
        Block { kind, text: text.to_owned(), bbox, font_size, ..Block::default() }
    }

    fn heading(text: &str, font_size: f32) -> Block {
        block(BlockKind::Heading, text, font_size)
    }

    fn page(number: u32, blocks: Vec<Block>) -> Page {
        Page { number, width: 600.0, height: 800.0, blocks, ..Page::default() }
    }

    #[test]
    fn headings_make_a_tree_with_roles() {
        let mut pages = vec![
            page(
                1,
                vec![
                    heading("Queues at Night", 18.0),
                    heading("Abstract", 12.0),
                    block(BlockKind::Paragraph, "We watch queues.", 10.0),
                    heading("1 Introduction", 12.0),
                    heading("1.1 Aims", 10.0),
                ],
            ),
            page(
                2,
                vec![
                    heading("2. Waiting", 12.0),
                    heading("3 Conclusions and Outlook", 12.0),
                    heading("References", 12.0),
                ],
            ),
        ];
        let found = sections(&mut pages, &[], Some("Queues at Night"));
        let told: Vec<(&str, &str, u8, Option<SectionRole>)> =
            found.iter().map(|s| (s.number.as_str(), s.title.as_str(), s.level, s.role)).collect();
        assert_eq!(
            told,
            [
                ("", "Abstract", 1, Some(SectionRole::Abstract)),
                ("1", "Introduction", 1, Some(SectionRole::Introduction)),
                ("1.1", "Aims", 2, None),
                ("2", "Waiting", 1, None),
                ("3", "Conclusions and Outlook", 1, Some(SectionRole::Conclusion)),
                ("", "References", 1, Some(SectionRole::References)),
            ]
        );
        assert_eq!((found[3].page, found[3].block), (2, 0));
    }

    #[test]
    fn parts_are_known_in_many_languages() {
        for (title, expected) in [
            ("Zusammenfassung und Ausblick", SectionRole::Conclusion),
            ("Zusammenfassung", SectionRole::Abstract),
            ("Remerciements", SectionRole::AuthorNotes),
            ("Introducción", SectionRole::Introduction),
            ("Riferimenti bibliografici", SectionRole::References),
            ("Considerações finais", SectionRole::Conclusion),
            ("Samenvatting", SectionRole::Abstract),
            ("Sonuç ve Öneriler", SectionRole::Conclusion),
            ("الخاتمة", SectionRole::Conclusion),
            ("参考文献", SectionRole::References),
            ("おわりに", SectionRole::Conclusion),
            ("附录一", SectionRole::Appendix),
            ("Terms and Conditions", SectionRole::Legal),
        ] {
            assert_eq!(role(title), Some(expected), "{title}");
        }
        for title in
            ["Ekonomi", "Abstraction in Programs", "Background noise is what the microphones of cars hear"]
        {
            assert_eq!(role(title), None, "{title}");
        }
    }

    #[test]
    fn an_abstract_without_a_heading_is_found() {
        let prose = "Queues grow at night. ".repeat(20);
        let labelled = format!("Abstract—{prose}");
        let mut pages = vec![page(
            1,
            vec![block(BlockKind::Paragraph, &labelled, 9.0), heading("I. INTRODUCTION", 10.0)],
        )];
        let found = sections(&mut pages, &[], None);
        assert_eq!((found[0].role, found[0].block), (Some(SectionRole::Abstract), 0));
        let authors = block(BlockKind::FrontMatter, "Ada Lovelace, London", 10.0);
        let blocks = vec![authors, block(BlockKind::Paragraph, &prose, 9.0), heading("1 Arrivals", 12.0)];
        let found = sections(&mut [page(1, blocks)], &[], None);
        assert_eq!((found[0].role, found[0].block), (Some(SectionRole::Abstract), 1));
    }

    #[test]
    fn chapters_have_conclusions_of_their_own() {
        let blocks = ["1 Introduction", "1.1 Conclusion", "2 Conclusion", "3 Conclusion"];
        let found = sections(&mut [page(1, blocks.map(|text| heading(text, 12.0)).to_vec())], &[], None);
        let roles: Vec<bool> = found.iter().map(|s| s.role == Some(SectionRole::Conclusion)).collect();
        assert_eq!(roles, [false, false, false, true]);
    }
}
