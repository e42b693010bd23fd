//! [`outline`] and [`title`]: what a document is called and how it is divided.

use std::sync::LazyLock;

use brainwrought_core::data::{Block, BlockKind, OutlineEntry, Page};
use regex::Regex;

use super::letters::word_count;
use crate::language::{LanguageData, alternatives};
use crate::parse::page_content::Bookmark;

/// What numbers a heading, with the space behind it.
pub(super) static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    let words = alternatives(LanguageData::all().iter().flat_map(|data| data.layout.numbering.iter()));
    let pattern =
        format!(r"^(?:{words}\s+)?(?:\d{{1,3}}(?:\.\d{{1,3}})*|[A-Z](?:\.\d{{1,3}})+|[IVX]{{1,5}})[.:]?\s+");
    Regex::new(&pattern).expect("the pattern is a constant that tests compile")
});

/// The headings that papers open with.
static OPENING: LazyLock<Regex> = LazyLock::new(|| {
    let headings = LanguageData::all().iter().flat_map(|data| data.layout.first_headings.iter());
    // Three letters open many a word, so they must be one.
    let (short, long): (Vec<&str>, Vec<&str>) = headings.partition(|heading| heading.chars().count() <= 3);
    let [short, long] = [short, long].map(|headings| alternatives(headings.into_iter()));
    let pattern = format!(r"(?i)^(?:(?:1|I)\.?\s+\S|{long}|{short}\b)");
    Regex::new(&pattern).expect("the pattern is a constant that tests compile")
});

/// What labels a title, as manuscripts and forms do.
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    let labels = alternatives(LanguageData::all().iter().flat_map(|data| data.layout.title_labels.iter()));
    Regex::new(&format!(r"(?i)^(?:{labels})\s?[:：]\s*"))
        .expect("the pattern is a constant that tests compile")
});

/// The longest outline that is made of headings.
const MAX_ENTRIES: usize = 400;
/// The ends of the names of files that documents are made from; what holds one is no title.
const FILE_EXTENSIONS: [&str; 14] = [
    ".doc", ".docx", ".dvi", ".htm", ".html", ".indd", ".odt", ".pdf", ".ppt", ".pptx", ".rtf", ".tex",
    ".txt", ".xlsx",
];
/// The first line of a document names it up to so many words.
const MAX_FIRST_LINE: usize = 16;
/// How many words stand for a title that nobody gave.
const FIRST_WORDS: usize = 8;
/// Titles are set on no more lines.
const MAX_TITLE_LINES: usize = 5;
/// The longest titles of papers have so many words.
const MAX_TITLE_WORDS: usize = 36;
/// Names, addresses and dates before a paper are no longer than this, in words.
const MAX_AUTHOR_WORDS: usize = 60;
/// Where a title ends that was never one.
const MAX_TITLE: usize = 200;

/// Makes the outline of the file's bookmarks, or of its headings when it has none.
pub(super) fn outline(bookmarks: &[Bookmark], pages: &[Page]) -> Vec<OutlineEntry> {
    let count = pages.len() as u32;
    let marked: Vec<OutlineEntry> = bookmarks
        .iter()
        .filter(|bookmark| (1..=count).contains(&bookmark.page))
        .map(|bookmark| entry(bookmark.level, &bookmark.title, bookmark.page))
        .filter(|entry| !entry.title.is_empty())
        .collect();
    if marked.len() > 1 { marked } else { from_headings(pages) }
}

/// Makes an entry of a heading.
pub(in crate::parse) fn entry(level: u8, title: &str, page: u32) -> OutlineEntry {
    let title: Vec<&str> =
        title.split(|letter: char| letter.is_whitespace() || letter.is_control()).collect();
    let title = title.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let number = NUMBER.find(&title).map_or(0, |found| found.end());
    let bare = title.get(number..).filter(|rest| !rest.is_empty()).unwrap_or(&title).to_owned();
    OutlineEntry { level, title: bare, page }
}

fn from_headings(pages: &[Page]) -> Vec<OutlineEntry> {
    pages
        .iter()
        .flat_map(|page| page.blocks.iter().map(move |block| (page.number, block)))
        .filter(|(_, block)| block.kind == BlockKind::Heading)
        .take(MAX_ENTRIES)
        .map(|(page, block)| entry(block.level.max(1), &block.text, page))
        .collect()
}

/// The depth of "3.2.1 Title".
pub(super) fn numbered_depth(text: &str) -> Option<usize> {
    let number = text.split_whitespace().next()?;
    let parts: Vec<&str> = number.trim_end_matches('.').split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    (parts.iter().all(is_number) && parts.len() <= 6).then_some(parts.len())
}

/// Finds what stands between the title and the first section of a paper: authors, addresses, dates. They may be set large,
/// but they are no headings.
pub(super) fn mark_authors(page: &mut Page) {
    let is_opening = |block: &Block| {
        block.text.split_whitespace().count() <= 12
            && OPENING.is_match(&block.text)
            && (block.kind == BlockKind::Heading || block.bold)
    };
    let Some(opening) = page.blocks.iter().position(is_opening) else { return };
    if let Some(block) = page.blocks.get_mut(opening) {
        block.kind = BlockKind::Heading;
    }
    let largest = page.blocks.iter().map(|block| block.font_size).fold(0.0, f32::max);
    let is_of_title = |block: &Block| block.font_size >= 0.94 * largest;
    let title_ends = page.blocks.iter().take(opening).position(is_of_title).map_or(0, |at| at + 1);
    for (at, block) in page.blocks.iter_mut().enumerate().take(opening) {
        let is_short = word_count(&block.text) <= MAX_AUTHOR_WORDS;
        let is_sentence = block.text.ends_with(['.', '!', '?', '。']) && block.text.contains(' ');
        match block.kind {
            BlockKind::Heading if block.font_size < 0.94 * largest => block.kind = BlockKind::FrontMatter,
            BlockKind::Paragraph if at >= title_ends && is_short && !is_sentence => {
                block.kind = BlockKind::FrontMatter;
            }
            _ => {}
        }
    }
}

/// Finds the title: what is labelled as one, the largest print on the first page with text, or what the file's metadata say.
pub(super) fn title(pages: &[Page], metadata: Option<&str>) -> Option<String> {
    let first = pages.iter().take(3).find(|page| !page.blocks.is_empty());
    let metadata = metadata.map(str::trim).filter(|title| is_title(title)).map(str::to_owned);
    // A heading in the lower part of a page that has nothing larger still names more than a file does.
    first
        .and_then(labelled)
        .or_else(|| first.and_then(largest))
        .or(metadata)
        .or_else(|| first.and_then(first_heading))
        .or_else(|| first.and_then(first_line))
        .or_else(|| first.and_then(first_words))
}

/// What stands behind "Title:" on a page, in print of any size.
fn labelled(page: &Page) -> Option<String> {
    let text = |block: &Block| {
        let label = LABEL.find(&block.text)?;
        let title: String = block.text.get(label.end()..)?.trim().chars().take(MAX_TITLE).collect();
        let is_short = word_count(&title) <= MAX_TITLE_WORDS;
        // In a form, "Title: Mr Mrs Ms Dr" asks for something else.
        let long = title.split_whitespace().filter(|word| word.chars().count() >= 4).count();
        (is_short && long >= 3 && is_title(&title)).then(|| tidied(&title))
    };
    page.blocks.iter().find_map(text)
}

/// The first print on a page, where it is set like a title: short, above everything else, and no sentence.
fn first_line(page: &Page) -> Option<String> {
    let is_named = |block: &&Block| {
        let is_short = (2..=MAX_FIRST_LINE).contains(&word_count(&block.text));
        let is_sentence = block.text.ends_with(['.', '!', '?', ':', '。']);
        is_short && !is_sentence && block.bbox.y < 0.4 * page.height && is_title(&block.text)
    };
    let running = page.blocks.iter().position(|block| word_count(&block.text) > 2 * MAX_FIRST_LINE);
    page.blocks.iter().take(running.unwrap_or(0)).find(is_named).map(|block| tidied(&block.text))
}

/// The first words of the text, which name it better than its file does.
fn first_words(page: &Page) -> Option<String> {
    let is_text =
        |block: &&Block| block.kind == BlockKind::Paragraph && word_count(&block.text) > FIRST_WORDS;
    let text = &page.blocks.iter().find(is_text)?.text;
    let words: Vec<&str> = text.split_whitespace().take(FIRST_WORDS).collect();
    // Scripts without spaces have no words to be counted.
    let start: String = words.join(" ").chars().take(8 * FIRST_WORDS).collect();
    Some(format!("{}…", start.trim_end_matches(|letter: char| !letter.is_alphanumeric())))
}

fn first_heading(page: &Page) -> Option<String> {
    // What ends with a colon heads what follows it and not the whole.
    let names = |block: &Block| !block.text.ends_with(':') && is_title(&block.text);
    let headings = || page.blocks.iter().filter(|block| block.kind == BlockKind::Heading && names(block));
    let size = headings().map(|block| block.font_size).fold(0.0, f32::max);
    headings().find(|block| block.font_size > 0.94 * size).map(|block| tidied(&block.text))
}

fn largest(page: &Page) -> Option<String> {
    let candidates: Vec<&Block> = page
        .blocks
        .iter()
        .filter(|block| block.bbox.y < 0.7 * page.height && is_title(&block.text))
        .filter(|block| match block.kind {
            BlockKind::Heading => true,
            // Running text that is a little larger than the rest of its page, as in books of small pages, names nothing.
            BlockKind::Paragraph => block.lines.len() <= MAX_TITLE_LINES,
            _ => false,
        })
        .collect();
    let size = candidates.iter().map(|block| block.font_size).fold(0.0, f32::max);
    // On a title page the title itself may be the longest text: without a sentence, what is set smallest is compared.
    let running = page.blocks.iter().filter(|block| block.text.len() > 80);
    let smallest = page.blocks.iter().map(|block| block.font_size).fold(size, f32::min);
    let body = running.max_by_key(|block| block.text.len()).map_or(smallest, |block| block.font_size);
    if size < 1.1 * body {
        return None;
    }
    // A title may be set in several blocks of one size, one under the other.
    let mut parts: Vec<&str> = Vec::new();
    let mut bottom = None;
    for block in candidates.iter().filter(|block| block.font_size > 0.94 * size) {
        let is_next = bottom.is_none_or(|bottom: f32| (block.bbox.y - bottom).abs() < 1.6 * size);
        if !is_next {
            break;
        }
        parts.push(&block.text);
        bottom = Some(block.bbox.bottom());
    }
    let title: String = parts.join(" ").chars().take(MAX_TITLE).collect();
    let title = tidied(&title);
    is_title(&title).then_some(title)
}

/// Takes off the mark of a footnote, and sets in small letters what is set in capitals throughout.
fn tidied(title: &str) -> String {
    let title = title.trim().trim_end_matches(['*', '∗', '†', '‡', '§', '¶', '⋆', '★', ' ']);
    let words: Vec<&str> = title.split_whitespace().collect();
    if words.len() < 2 || title.chars().any(char::is_lowercase) {
        return words.join(" ");
    }
    let small =
        ["a", "an", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"];
    let written = words.iter().enumerate().map(|(place, word)| {
        let lower = word.to_lowercase();
        let is_number = word.chars().all(|letter| "IVX.:".contains(letter)) && place > 0;
        // What has digits is a name, and the small letter of İ depends on the language.
        let is_name = word.chars().any(|letter| letter.is_ascii_digit() || letter == 'İ');
        if is_number || is_name {
            (*word).to_owned()
        } else if place > 0 && small.contains(&lower.as_str()) {
            lower
        } else {
            let mut letters = lower.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        }
    });
    written.collect::<Vec<_>>().join(" ")
}

/// Tells whether a text may be the title of a document: it is no date, stamp, address or name of a file.
pub(in crate::parse) fn is_title(text: &str) -> bool {
    let letters = text.chars().filter(|letter| letter.is_alphabetic()).count();
    let lower = text.to_lowercase();
    let is_file_name = |word: &str| FILE_EXTENSIONS.iter().any(|extension| word.ends_with(extension));
    let is_file = lower.split_whitespace().any(is_file_name);
    // A date, a page's number or an address is no title.
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let mut months = LanguageData::all().iter().flat_map(|data| data.layout.months.iter());
    let is_date =
        digits >= letters || months.any(|month| lower.contains(month)) && digits >= 3 && letters <= 24;
    let is_stamp = ["arxiv:", "doi:", "isbn", "issn", "http://", "https://", "www.", "vol. "]
        .iter()
        .any(|start| lower.starts_with(start));
    // A title names; a whole sentence, or the rest of one, does not.
    let words = text.split_whitespace().count();
    let is_running =
        words > MAX_TITLE_WORDS || words > 6 && text.trim_start().starts_with(char::is_lowercase);
    // The name of a file that lost its ending.
    let is_file = is_file || lower.contains('_') && !lower.contains(' ');
    letters >= 3
        && !is_file
        && !is_running
        && !is_date
        && !is_stamp
        && !lower.contains('@')
        && !lower.starts_with("untitled")
        && !lower.starts_with("microsoft ")
        && !LanguageData::all()
            .iter()
            .any(|data| data.layout.no_titles.contains(lower.trim_end_matches([':', '.'])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use brainwrought_core::data::Rect;

    fn block(kind: BlockKind, text: &str, y: f32, font_size: f32) -> Block {
        let bbox = Rect { x: 50.0, y, width: 400.0, height: font_size };
        Block { kind, text: text.to_owned(), bbox, font_size, ..Block::default() }
    }

    fn page(blocks: Vec<Block>) -> Page {
        Page { number: 1, width: 600.0, height: 800.0, blocks, ..Page::default() }
    }

    fn page_of_text(text: &str) -> Page {
        page(vec![block(BlockKind::Paragraph, text, 60.0, 10.0)])
    }

    #[test]
    fn largest_print_is_the_title() {
        let page = page(vec![
            block(BlockKind::Paragraph, "Proceedings of something", 30.0, 9.0),
            block(BlockKind::Heading, "In Search of an", 60.0, 18.0),
            block(BlockKind::Heading, "Understandable Algorithm", 80.0, 18.0),
            block(BlockKind::Paragraph, "A long abstract that says what it is all about.", 140.0, 10.0),
        ]);
        let found = title(&[page], Some("paper.dvi"));
        assert_eq!(found.as_deref(), Some("In Search of an Understandable Algorithm"));
    }

    #[test]
    fn a_label_names_the_title_in_print_of_any_size() {
        let page = page(vec![
            block(BlockKind::Paragraph, "Title: Responses of maize leaves to elevated ozone", 60.0, 10.0),
            block(BlockKind::Heading, "ORCID:", 90.0, 12.0),
            block(BlockKind::Paragraph, "A long abstract that says what it is all about.", 140.0, 10.0),
        ]);
        let found = title(&[page], Some("Microsoft Word - main.docx"));
        assert_eq!(found.as_deref(), Some("Responses of maize leaves to elevated ozone"));
        let form = block(BlockKind::Paragraph, "Title: Mr / Mrs / Miss / Other", 60.0, 10.0);
        assert_eq!(labelled(&self::page(vec![form])), None);
    }

    #[test]
    fn title_page_with_little_else_has_a_title() {
        let page = page(vec![
            block(BlockKind::Heading, "PAXOS MADE SIMPLE ∗", 324.0, 17.0),
            block(BlockKind::Paragraph, "Leslie Lamport", 374.0, 12.0),
            block(BlockKind::Paragraph, "01 November 2001", 405.0, 12.0),
        ]);
        assert_eq!(title(&[page], None).as_deref(), Some("Paxos Made Simple"));
        assert_eq!(tidied("THE ADSP-21161N MANUAL"), "The ADSP-21161N Manual");
    }

    #[test]
    fn dates_stamps_and_programs_are_no_titles() {
        for text in [
            "14. August 2018",
            "arXiv:1601.04920v1",
            "Microsoft PowerPoint - talk",
            "Contents",
            "a.doc",
            "Common_Ground",
        ] {
            assert!(!is_title(text), "{text}");
        }
        assert!(is_title("The August Crisis and What Came of It in 1914"));
    }

    #[test]
    fn authors_are_no_headings() {
        let mut page = page(vec![
            block(BlockKind::Heading, "A Fine Paper", 60.0, 18.0),
            block(BlockKind::Heading, "Ada Lovelace, London", 90.0, 12.0),
            block(BlockKind::Heading, "Abstract", 120.0, 12.0),
        ]);
        mark_authors(&mut page);
        let kinds: Vec<BlockKind> = page.blocks.iter().map(|block| block.kind).collect();
        assert_eq!(kinds, [BlockKind::Heading, BlockKind::FrontMatter, BlockKind::Heading]);
    }

    #[test]
    fn metadata_help_where_nothing_stands_out() {
        let page = page(vec![block(BlockKind::Paragraph, "Only plain text here.", 60.0, 10.0)]);
        assert_eq!(title(std::slice::from_ref(&page), Some("A Name")).as_deref(), Some("A Name"));
        assert_eq!(title(&[page], Some("report.docx")).as_deref(), None, "it is too short to be quoted");
        let letter = page_of_text("Dear all, the coffee machine on the second floor is broken again.");
        assert_eq!(title(&[letter], None).as_deref(), Some("Dear all, the coffee machine on the second…"));
    }

    #[test]
    fn numbers_are_taken_off() {
        let page = page(vec![
            block(BlockKind::Heading, "1 Introduction", 60.0, 12.0),
            Block { level: 2, ..block(BlockKind::Heading, "1.1 Aims", 90.0, 12.0) },
        ]);
        let entries = outline(&[], &[page]);
        let found: Vec<(u8, &str)> =
            entries.iter().map(|entry| (entry.level, entry.title.as_str())).collect();
        assert_eq!(found, [(1, "Introduction"), (2, "Aims")]);
        assert_eq!(entry(1, "Chapter 4: Greed", 1).title, "Greed");
        assert_eq!(entry(1, "A Note", 1).title, "A Note");
    }
}
