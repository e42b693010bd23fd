//! [`Flow`]: a text without pages, put together block by block, and divided into pages at the end.

use brainwrought_core::data::{Block, BlockKind, OutlineEntry, Page, PageUnit, TableCell, TableRow};

use super::format_reader::FormatReader;
use super::stated_language::settled;
use crate::parse::error::ParseFailure;
use crate::parse::layout::{entry, is_title, sections_of_levels};
use crate::parse::limits::ParseLimits;
use crate::parse::wire::ParsedPdf;
use crate::text::without_invisible;

/// About how many letters a page of a text that flows has: as many as a printed page of a book. A longer section is divided.
const PAGE_LETTERS: usize = 3_000;
/// A file with fewer letters says nothing.
const MIN_LETTERS: usize = 40;
/// The size of running text, in points: that of a browser, 16 pixels of 1/96 inch.
const TEXT_SIZE: f32 = 12.0;
/// The sizes of headings by level, in points. The first three are those that the HTML standard suggests; further ones stay
/// apart from each other and from the text by half a point.
const HEADING_SIZES: [f32; 6] = [24.0, 18.0, 14.0, 13.0, 12.5, 12.0];
/// How many headings go with the text behind them to another page: one of each level.
const MAX_HEADINGS: usize = 6;
/// The longest outline that is made of headings.
const MAX_ENTRIES: usize = 400;

/// What a block of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A heading with its level, from 1.
    Heading(u8),
    Paragraph,
    /// A paragraph set in bold throughout: a heading, where the file has no others.
    BoldParagraph,
    ListItem,
    Quote,
    Code,
    Caption,
    Footnote,
    Formula,
}

/// A text without pages.
#[derive(Debug)]
pub(super) struct Flow {
    pages: Vec<FlowPage>,
    /// How many bytes of text there are, and how many there may be.
    bytes: usize,
    max_bytes: usize,
    max_pages: u32,
    /// The title as it stands in the text.
    pub(super) printed_title: Option<String>,
    /// The title that the file gives itself.
    pub(super) metadata_title: Option<String>,
    /// The language that the file says it is in, such as `de-AT`.
    pub(super) declared_language: Option<String>,
    /// The file's own outline: level, title and the place among the pages that were begun.
    pub(super) bookmarks: Vec<(u8, String, usize)>,
    pub(super) warnings: Vec<String>,
}

#[derive(Debug, Default)]
struct FlowPage {
    /// Its number where the file counts its pages.
    number: Option<u32>,
    /// What people call it, where that is not its number.
    label: Option<String>,
    blocks: Vec<FlowBlock>,
}

#[derive(Debug, Clone)]
struct FlowBlock {
    kind: Kind,
    text: String,
    /// The cells of a table, row by row.
    rows: Vec<Vec<String>>,
}

impl FlowBlock {
    fn is_heading_to(&self, level: u8) -> bool {
        matches!(self.kind, Kind::Heading(own) if own <= level)
    }
}

impl Flow {
    pub(super) fn new(limits: &ParseLimits) -> Self {
        // A letter takes four bytes at most.
        let max_bytes = (limits.max_pages as usize).saturating_mul(4 * PAGE_LETTERS);
        Self {
            pages: vec![FlowPage::default()],
            bytes: 0,
            max_bytes,
            max_pages: limits.max_pages,
            printed_title: None,
            metadata_title: None,
            declared_language: None,
            bookmarks: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Begins a page. Its number is that in the file, where pages are counted there.
    pub(super) fn begin_page(&mut self, number: Option<u32>) {
        self.pages.push(FlowPage { number, ..FlowPage::default() });
    }

    /// The place of the page that was begun last.
    pub(super) fn page_place(&self) -> usize {
        self.pages.len() - 1
    }

    /// Adds a block; one without letters is left out.
    pub(super) fn add(&mut self, kind: Kind, text: &str) -> Result<(), ParseFailure> {
        let text = on_one_line(text);
        self.push(FlowBlock { kind, text, rows: Vec::new() })
    }

    /// Adds a table.
    pub(super) fn add_table(&mut self, rows: &[Vec<String>]) -> Result<(), ParseFailure> {
        let clean = |row: &Vec<String>| row.iter().map(|cell| on_one_line(cell)).collect::<Vec<_>>();
        let rows: Vec<Vec<String>> = rows.iter().map(clean).collect();
        let is_said = |row: &Vec<String>| row.iter().any(|cell| !cell.is_empty());
        let rows: Vec<Vec<String>> = rows.into_iter().filter(is_said).collect();
        // A table may be as long as a book; pages end between its rows.
        let mut part: Vec<Vec<String>> = Vec::new();
        let mut length = 0;
        for row in rows {
            let own: usize = row.iter().map(String::len).sum();
            if length + own > PAGE_LETTERS && !part.is_empty() {
                self.push(table(std::mem::take(&mut part)))?;
                length = 0;
            }
            length += own;
            part.push(row);
        }
        if part.is_empty() { Ok(()) } else { self.push(table(part)) }
    }

    /// Tells whether nothing has been added since the last page began.
    pub(super) fn is_page_empty(&self) -> bool {
        self.pages.last().is_none_or(|page| page.blocks.is_empty())
    }

    /// The first heading on the page that was begun last.
    pub(super) fn first_heading(&self) -> Option<&str> {
        let blocks = &self.pages.last()?.blocks;
        let heading = blocks.iter().find(|block| matches!(block.kind, Kind::Heading(_)))?;
        Some(&heading.text)
    }

    /// Puts a block before all others of the page that was begun last.
    pub(super) fn open_with(&mut self, kind: Kind, text: &str) {
        let block = FlowBlock { kind, text: on_one_line(text), rows: Vec::new() };
        if let Some(page) = self.pages.last_mut() {
            page.blocks.insert(0, block);
        }
    }

    fn push(&mut self, block: FlowBlock) -> Result<(), ParseFailure> {
        if !block.text.chars().any(char::is_alphanumeric) {
            return Ok(());
        }
        self.bytes += block.text.len();
        if self.bytes > self.max_bytes {
            return Err(ParseFailure::TooMuchText { pages: self.max_pages });
        }
        if let Some(page) = self.pages.last_mut() {
            page.blocks.extend(divided(block));
        }
        Ok(())
    }

    /// Makes a document of it.
    ///
    /// # Errors
    ///
    /// Fails when there is too little text, or too much.
    pub(super) fn finish(mut self, reader: &FormatReader) -> Result<ParsedPdf, ParseFailure> {
        let blocks = || self.pages.iter().flat_map(|page| &page.blocks);
        let letters = blocks().flat_map(|block| block.text.chars()).filter(|c| c.is_alphanumeric());
        if letters.take(MIN_LETTERS).count() < MIN_LETTERS {
            return Err(ParseFailure::NoWords { format: reader.format });
        }
        self.settle_kinds();
        let first_heading = blocks_of(&self.pages).find_map(|block| match block.kind {
            Kind::Heading(_) if is_title(&block.text) => Some(block.text.clone()),
            _ => None,
        });
        let metadata = self.metadata_title.take().map(|title| on_one_line(&title));
        let printed = self.printed_title.take().map(|title| on_one_line(&title));
        let title = printed.filter(|title| is_title(title));
        let title = title.or(metadata.filter(|title| is_title(title))).or(first_heading);

        let marked = std::mem::take(&mut self.bookmarks);
        let (divided, places) = match reader.unit {
            PageUnit::Slide => {
                let places = (0..self.pages.len()).collect();
                (std::mem::take(&mut self.pages), places)
            }
            _ => divided_pages(std::mem::take(&mut self.pages)),
        };
        let mut pages = Vec::new();
        let mut numbers = Vec::with_capacity(divided.len());
        for page in divided {
            let number = page.number.unwrap_or(pages.len() as u32 + 1);
            numbers.push(number);
            if !page.blocks.is_empty() {
                pages.push(made(page, number));
            }
        }
        if pages.len() as u64 > u64::from(self.max_pages) {
            return Err(ParseFailure::TooMuchText { pages: self.max_pages });
        }
        let number_of = |place: usize| places.get(place).and_then(|place| numbers.get(*place)).copied();
        let outline = outline(&pages, &marked, number_of);
        let sections = sections_of_levels(&pages, title.as_deref());
        let language = settled(&mut pages, self.declared_language.as_deref(), &mut self.warnings);
        Ok(ParsedPdf {
            title,
            language,
            pages,
            unit: reader.unit,
            outline,
            sections,
            figures: Vec::new(),
            engine: reader.name.to_owned(),
            engine_version: reader.version.to_owned(),
            warnings: self.warnings,
        })
    }

    /// Decides what is known only when all of the text is there.
    fn settle_kinds(&mut self) {
        let count = |holds: &dyn Fn(&FlowBlock) -> bool| -> usize {
            blocks_of(&self.pages).filter(|block| holds(block)).map(|block| block.text.len()).sum()
        };
        // Where most of a text is quoted, as in old mails and on pages that indent with quotes, that is the text.
        let is_quoted = 2 * count(&|block| block.kind == Kind::Quote) > count(&|_| true);
        let is_code = 2 * count(&|block| block.kind == Kind::Code) > count(&|_| true);
        let has_headings = blocks_of(&self.pages).any(|block| matches!(block.kind, Kind::Heading(_)));
        let top = blocks_of(&self.pages).filter_map(|block| match block.kind {
            Kind::Heading(level) => Some(level),
            _ => None,
        });
        let raise = top.min().unwrap_or(1).saturating_sub(1);
        for block in self.pages.iter_mut().flat_map(|page| &mut page.blocks) {
            block.kind = match block.kind {
                Kind::Quote if is_quoted => Kind::Paragraph,
                Kind::Code if is_code => Kind::Paragraph,
                Kind::BoldParagraph if has_headings || !may_be_heading(&block.text) => Kind::Paragraph,
                Kind::BoldParagraph => Kind::Heading(1),
                Kind::Heading(level) => Kind::Heading((level - raise.min(level - 1)).min(6)),
                kind => kind,
            };
        }
    }
}

fn blocks_of(pages: &[FlowPage]) -> impl Iterator<Item = &FlowBlock> {
    pages.iter().flat_map(|page| &page.blocks)
}

/// Sets text on one line, without what nobody sees.
fn on_one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    // Soft hyphens mark where a word may be divided.
    without_invisible(&words.join(" "))
}

fn table(rows: Vec<Vec<String>>) -> FlowBlock {
    let lines: Vec<String> = rows.iter().map(|row| row.join(" | ")).collect();
    FlowBlock { kind: Kind::Paragraph, text: lines.join(" | "), rows }
}

/// The longest heading that a section is cited by, in letters: a badge has room for as many.
const MAX_NAME: usize = 24;

/// The longest heading that is told by its bold letters alone, in letters.
const MAX_BOLD_HEADING: usize = 80;

/// Tells whether a bold paragraph may be a heading: it is short and no sentence.
fn may_be_heading(text: &str) -> bool {
    text.chars().count() <= MAX_BOLD_HEADING && !text.ends_with(['.', ',', ';', ':', '!', '。'])
}

/// Divides a block that is longer than a page: at the end of a sentence, else between words, else between letters.
fn divided(block: FlowBlock) -> Vec<FlowBlock> {
    if block.text.len() <= 2 * PAGE_LETTERS || !block.rows.is_empty() {
        return vec![block];
    }
    let FlowBlock { kind, text, .. } = block;
    let mut parts = Vec::new();
    let mut rest = text.as_str();
    while rest.len() > 2 * PAGE_LETTERS {
        let head = rest.get(..rest.floor_char_boundary(PAGE_LETTERS)).unwrap_or(rest);
        let sentence =
            [". ", "? ", "! ", "。"].iter().filter_map(|end| Some(head.rfind(end)? + end.len())).max();
        let at = sentence.or(head.rfind(' ').map(|at| at + 1)).unwrap_or(head.len()).max(1);
        let (part, after) = rest.split_at(rest.ceil_char_boundary(at));
        parts.push(part.trim_end());
        rest = after;
    }
    parts.push(rest);
    parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .map(|part| FlowBlock { kind, text: part.to_owned(), rows: Vec::new() })
        .collect()
}

/// Divides the text at the headings of its sections, and long sections at the edges of blocks. Returns with the pages the
/// place among them of each page that was begun.
fn divided_pages(begun: Vec<FlowPage>) -> (Vec<FlowPage>, Vec<usize>) {
    // A file that begins pages of its own has divided itself.
    let is_text = |page: &&FlowPage| page.blocks.iter().any(|block| !matches!(block.kind, Kind::Heading(_)));
    let is_divided = begun.iter().filter(is_text).count() > 1;
    let level = if is_divided { 0 } else { section_level(&begun) };
    let mut sections: Vec<FlowPage> = Vec::new();
    let mut places = Vec::with_capacity(begun.len());
    for page in begun {
        places.push(sections.len());
        let mut open = FlowPage { number: page.number, ..FlowPage::default() };
        let mut has_text = false;
        for block in page.blocks {
            if block.is_heading_to(level) && has_text {
                sections.push(std::mem::take(&mut open));
                has_text = false;
            }
            has_text |= !matches!(block.kind, Kind::Heading(_));
            open.blocks.push(block);
        }
        sections.push(open);
    }
    name_sections(&mut sections);
    let mut pages = Vec::new();
    let mut starts = Vec::with_capacity(sections.len());
    for section in sections {
        starts.push(pages.len());
        pages.extend(pages_of(section));
    }
    let places = places.into_iter().map(|place| starts.get(place).copied().unwrap_or(0)).collect();
    (pages, places)
}

/// The level of the headings that open sections: the highest that occurs more than once, since a level that occurs once is
/// the title's. 0 when there are no such headings.
fn section_level(pages: &[FlowPage]) -> u8 {
    let count = |level: u8| blocks_of(pages).filter(|block| block.kind == Kind::Heading(level)).count();
    (1..=6).find(|level| count(*level) > 1).unwrap_or(0)
}

/// Gives sections the numbers that people will look for: those printed in their headings, else their place among the
/// sections that have text.
fn name_sections(sections: &mut [FlowPage]) {
    let heading_of = |section: &FlowPage| -> Option<String> {
        let headings = section.blocks.iter().take_while(|block| matches!(block.kind, Kind::Heading(_)));
        headings.last().map(|heading| heading.text.clone())
    };
    let number_of = |section: &FlowPage| heading_of(section).as_deref().and_then(printed_number);
    let numbered = sections.iter().filter(|section| number_of(section).is_some()).count();
    // A single number may be anything.
    let are_numbered = numbered > 1;
    let mut place = 0;
    for section in sections.iter_mut().filter(|section| !section.blocks.is_empty()) {
        place += 1;
        // Beside numbered sections, one without a number goes by its name.
        let named = || heading_of(section).filter(|name| place > 1 && name.chars().count() <= MAX_NAME);
        section.label =
            if are_numbered { number_of(section).or_else(named) } else { Some(place.to_string()) };
    }
}

/// The number that a heading begins with: "3" of "3 Results", "2.1" of "2.1. Data".
fn printed_number(heading: &str) -> Option<String> {
    let (first, rest) = heading.split_once(' ')?;
    let number = first.trim_end_matches(['.', ':', ')']);
    let parts: Vec<&str> = number.split('.').collect();
    let is_part =
        |part: &&str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    (parts.iter().all(is_part) && rest.starts_with(char::is_alphabetic)).then(|| number.to_owned())
}

/// Divides a section into pages of about [`PAGE_LETTERS`], unless it is hardly longer than one. A heading goes with what
/// follows it.
fn pages_of(section: FlowPage) -> Vec<FlowPage> {
    let length: usize = section.blocks.iter().map(|block| block.text.len()).sum();
    if length <= PAGE_LETTERS * 3 / 2 {
        return vec![section];
    }
    // Parts of equal length, so that none is left over at the end.
    let parts = length.div_ceil(PAGE_LETTERS);
    let FlowPage { number, label, blocks } = section;
    let begin = || FlowPage { number, label: label.clone(), blocks: Vec::new() };
    let mut pages = vec![begin()];
    let mut filled = 0;
    for block in blocks {
        let own = block.text.len();
        // The block goes where most of it belongs.
        let is_full = filled + own / 2 > length * pages.len() / parts;
        if is_full && pages.last().is_some_and(|page| !page.blocks.is_empty()) {
            let mut next = begin();
            if let Some(last) = pages.last_mut() {
                let is_heading = |block: &&FlowBlock| matches!(block.kind, Kind::Heading(_));
                let headings = last.blocks.iter().skip(1).rev().take(MAX_HEADINGS).take_while(is_heading);
                let kept = last.blocks.len() - headings.count();
                next.blocks = last.blocks.split_off(kept);
            }
            pages.push(next);
        }
        filled += own;
        if let Some(page) = pages.last_mut() {
            page.blocks.push(block);
        }
    }
    pages
}

fn made(page: FlowPage, number: u32) -> Page {
    let label = page.label.filter(|label| *label != number.to_string());
    Page { number, label, blocks: page.blocks.into_iter().map(made_block).collect(), ..Page::default() }
}

fn made_block(block: FlowBlock) -> Block {
    let kind = match block.kind {
        _ if !block.rows.is_empty() => BlockKind::Table,
        Kind::Heading(_) => BlockKind::Heading,
        Kind::Paragraph | Kind::BoldParagraph => BlockKind::Paragraph,
        Kind::ListItem => BlockKind::ListItem,
        Kind::Quote => BlockKind::Quote,
        Kind::Code => BlockKind::Code,
        Kind::Caption => BlockKind::Caption,
        Kind::Footnote => BlockKind::Footnote,
        Kind::Formula => BlockKind::Formula,
    };
    let level = if let Kind::Heading(level) = block.kind { level } else { 0 };
    let font_size = match usize::from(level).checked_sub(1) {
        Some(place) => HEADING_SIZES.get(place).copied().unwrap_or(TEXT_SIZE),
        None => TEXT_SIZE,
    };
    let cell = |text: String| TableCell { text, ..TableCell::default() };
    let row = |cells: Vec<String>| TableRow { cells: cells.into_iter().map(cell).collect() };
    let rows = block.rows.into_iter().map(row).collect();
    Block { kind, level, text: block.text, rows, font_size, bold: level > 0, ..Block::default() }
}

/// Makes the outline of the file's own, or of its headings.
fn outline(
    pages: &[Page],
    marked: &[(u8, String, usize)],
    number_of: impl Fn(usize) -> Option<u32>,
) -> Vec<OutlineEntry> {
    let exists = |number: u32| pages.iter().any(|page| page.number == number);
    let own: Vec<OutlineEntry> = marked
        .iter()
        .filter_map(|(level, title, place)| Some((*level, title, number_of(*place)?)))
        .filter(|(_, title, number)| exists(*number) && !title.trim().is_empty())
        .map(|(level, title, number)| entry(level, title, number))
        .collect();
    if own.len() > 1 {
        return own;
    }
    let headings = pages.iter().flat_map(|page| {
        let headings = page.blocks.iter().filter(|block| block.kind == BlockKind::Heading);
        headings.map(|block| entry(block.level, &block.text, page.number))
    });
    headings.take(MAX_ENTRIES).collect()
}
