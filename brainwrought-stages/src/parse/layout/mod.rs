//! [`Layout`]: makes pages of text of what an engine saw, the same way for every engine.

mod bidi;
mod block;
mod drop_cap;
mod figure;
mod furniture;
mod gutter;
mod hyphen;
mod kind;
mod language;
mod letters;
mod line;
mod line_number;
mod orientation;
mod outline;
mod page_label;
mod pattern;
mod raised;
mod reading_order;
mod section;
mod shapes;
mod table;
mod word;

use std::collections::{BTreeMap, VecDeque};

use brainwrought_core::data::{Block, BlockKind, Page, PageUnit, Rect, TextLine};

pub(super) use self::bidi::runs_left;
use self::block::Paragraph;
use self::drop_cap::join_drop_caps;
use self::furniture::Furniture;
use self::gutter::{Gutter, gutters};
use self::hyphen::Vocabulary;
use self::kind::BlockClassifier;
pub(super) use self::language::{mark_languages, two_letters};
use self::letters::word_count;
use self::line::Line;
use self::line_number::margin_numbers;
use self::orientation::{Orientation, upright};
pub(super) use self::outline::{entry, is_title};
use self::page_label::PrintedNumbers;
pub(super) use self::page_label::roman;
pub(super) use self::pattern::{is_list_start, without_marker};
pub(super) use self::raised::{lowered, raised};
pub(super) use self::section::sections_of_levels;
use self::word::words;
use super::page_content::{FileContent, PageContent, union};
use super::wire::ParsedPdf;

/// How many pages back a gutter still tells where the next one may be: left and right pages differ.
const KNOWN_PAGES: usize = 4;

/// Collects the pages of a file and makes text of them at the end, when it is known what repeats.
#[derive(Debug)]
pub(super) struct Layout {
    file: FileContent,
    pages: Vec<LinedPage>,
    furniture: Furniture,
    /// The gutters of the pages just before.
    known: VecDeque<Vec<Gutter>>,
}

/// A page as lines in reading order.
#[derive(Debug)]
struct LinedPage {
    number: u32,
    /// What the file calls the page.
    label: Option<String>,
    width: f32,
    height: f32,
    lines: Vec<Line>,
    gutters: Vec<Gutter>,
    orientation: Orientation,
    /// Where something other than text is drawn.
    shapes: Vec<Rect>,
}

impl Layout {
    pub(super) fn new(file: FileContent) -> Self {
        let mut furniture = Furniture::default();
        furniture.expect(file.bookmarks.iter().map(|bookmark| bookmark.title.as_str()));
        Self { file, pages: Vec::new(), furniture, known: VecDeque::new() }
    }

    /// Takes the next page.
    pub(super) fn add(&mut self, content: PageContent) {
        let (mut content, orientation) = upright(content);
        let found = words(&content.glyphs);
        let numbers = margin_numbers(&content.glyphs, &found);
        if !numbers.is_empty() {
            let mut is_number = vec![false; content.glyphs.len()];
            for at in numbers.iter().flat_map(Clone::clone) {
                if let Some(mark) = is_number.get_mut(at) {
                    *mark = true;
                }
            }
            let mut marks = is_number.into_iter();
            content.glyphs.retain(|_| !marks.next().unwrap_or(false));
        }
        let words = if numbers.is_empty() { found } else { words(&content.glyphs) };
        let known: Vec<Gutter> = self.known.iter().flatten().copied().collect();
        let gutters = gutters(&content, &words, &known);
        let mut lines = line::lines_of(&content, &gutters);
        join_drop_caps(&mut lines);
        if self.known.len() >= KNOWN_PAGES {
            self.known.pop_front();
        }
        self.known.push_back(gutters.clone());
        self.furniture.add(&lines, content.height);
        self.pages.push(LinedPage {
            number: content.number,
            label: content.label.take(),
            width: content.width,
            height: content.height,
            orientation,
            lines,
            gutters,
            shapes: shapes::clusters(&content),
        });
    }

    /// Notes what a reader of the report should know about pages that gave no text.
    pub(super) fn warn_of(&mut self, unreadable: &[u32], unseen: &[u32], scanned: u32) {
        let listed = |pages: &[u32]| pages.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
        if !unreadable.is_empty() {
            self.file.warnings.push(format!("pages that could not be read: {}", listed(unreadable)));
        }
        if !unseen.is_empty() {
            self.file
                .warnings
                .push(format!("text that nobody can see was left out, on pages {}", listed(unseen)));
        }
        if scanned > 0 {
            self.file.warnings.push(format!("{scanned} pages are scans without text and were left out"));
        }
    }

    /// Where most of a document is set in letters of one width, as typed, these mean nothing.
    fn ignore_usual_mono(&mut self) {
        let lines = || self.pages.iter().flat_map(|page| &page.lines);
        let all: usize = lines().map(|line| line.text.len()).sum();
        let mono: usize = lines().filter(|line| line.mono).map(|line| line.text.len()).sum();
        if 2 * mono > all {
            self.pages.iter_mut().flat_map(|page| &mut page.lines).for_each(|line| line.mono = false);
        }
    }

    /// Where most of a document is bold, by what its fonts say of themselves, that means nothing either.
    fn ignore_usual_bold(&mut self) {
        let lines = || self.pages.iter().flat_map(|page| &page.lines);
        let all: usize = lines().map(|line| line.text.len()).sum();
        let bold: usize = lines().filter(|line| line.bold).map(|line| line.text.len()).sum();
        if 2 * bold > all {
            self.pages.iter_mut().flat_map(|page| &mut page.lines).for_each(|line| line.bold = false);
        }
    }

    /// Makes text of all pages.
    pub(super) fn finish(mut self, engine: &str) -> ParsedPdf {
        self.ignore_usual_mono();
        self.ignore_usual_bold();
        let body_size = body_size(&self.pages);
        let mut numbers = PrintedNumbers::default();
        let mut furniture = Vec::with_capacity(self.pages.len());
        for page in &mut self.pages {
            let taken = self.furniture.take(&mut page.lines, page.height, body_size);
            taken.iter().for_each(|line| numbers.add(page.number, &line.text));
            furniture.push(taken);
            page.lines = reading_order::arrange(std::mem::take(&mut page.lines), &page.gutters);
        }
        let mut labels = numbers.labels(self.pages.len() as u32);
        let mut vocabulary = Vocabulary::default();
        self.pages.iter().flat_map(|page| &page.lines).for_each(|line| vocabulary.add(&line.text));
        let step = block::usual_step(self.pages.iter().map(|page| page.lines.as_slice()));
        let mut judge = BlockClassifier::new(body_size);
        judge.knows_bold = self.file.knows_bold;
        let mut figures = Vec::new();
        let mut orientations = Vec::with_capacity(self.pages.len());
        let mut pages = Vec::with_capacity(self.pages.len());
        for mut lined in self.pages {
            // What is printed on the page is what a reader looks for, whatever the file calls it.
            let label = labels.remove(&lined.number).or_else(|| lined.label.take());
            let orientation = lined.orientation;
            let (mut page, shapes) = page_of(lined, step, &vocabulary, &mut judge);
            page.label = label.filter(|label| *label != page.number.to_string());
            figures.extend(figure::figures(&page, &shapes).into_iter().map(|mut figure| {
                figure.bbox = orientation.displayed(&figure.bbox);
                figure
            }));
            orientations.push(orientation);
            pages.push(page);
        }
        if let Some(first) = pages.first_mut() {
            outline::mark_authors(first);
        }
        let title = outline::title(&pages, self.file.title.as_deref());
        let language = mark_languages(&mut pages);
        let sections = section::sections(&mut pages, &self.file.bookmarks, title.as_deref());
        let outline = outline::outline(&self.file.bookmarks, &pages);
        for ((page, orientation), furniture) in pages.iter_mut().zip(orientations).zip(furniture) {
            page.blocks.extend(furniture.iter().map(furniture_block));
            (page.width, page.height) = orientation.size();
            page.blocks.iter_mut().for_each(|block| displayed(block, &orientation));
        }
        ParsedPdf {
            title,
            language,
            outline,
            sections,
            pages,
            unit: PageUnit::Page,
            figures,
            engine: engine.to_owned(),
            engine_version: String::new(),
            warnings: self.file.warnings,
        }
    }
}

fn page_of(
    lined: LinedPage,
    step: f32,
    vocabulary: &Vocabulary,
    judge: &mut BlockClassifier,
) -> (Page, Vec<Rect>) {
    let LinedPage { number, width, height, lines, shapes, .. } = lined;
    let mut blocks: Vec<Block> = Vec::new();
    let mut short = Vec::new();
    // Those of the table at the end of `blocks`, if one stands there.
    let mut table_lines: Vec<Line> = Vec::new();
    judge.page_size = page_size(&lines);
    for paragraph in block::paragraphs(lines, step) {
        let (mut text, mut ends) = paragraph.text(vocabulary);
        let kind = judge.kind(&paragraph, &text, height);
        let is_marked_heading = kind == BlockKind::Heading && pattern::LIST_BULLET.is_match(&text);
        if kind == BlockKind::Paragraph && pattern::is_list_start(&text)
            || kind == BlockKind::ListItem
            || is_marked_heading
        {
            let bare = pattern::without_marker(&text).to_owned();
            let marker = text.len() - bare.len();
            ends.iter_mut().for_each(|end| *end = end.saturating_sub(marker));
            text = bare;
        }
        let lines = text_lines(&ends, &paragraph, 0).collect();
        if kind == BlockKind::Table
            && let Some(last) = blocks.last_mut().filter(|last| goes_on_in(last, &paragraph))
        {
            // A wider gap between two groups of rows parts no table.
            let start = last.text.len() + 1;
            last.text = format!("{} {text}", last.text);
            table_lines.extend(paragraph.lines.iter().cloned());
            last.rows = table::rows(&table_lines);
            last.lines.extend(text_lines(&ends, &paragraph, start));
            last.bbox = union(&last.bbox, &paragraph.bbox());
            continue;
        }
        table_lines.clear();
        if kind == BlockKind::Table {
            table_lines.extend(paragraph.lines.iter().cloned());
        }
        let block = Block {
            kind,
            text,
            rows: if kind == BlockKind::Table && paragraph.cell_rows > 0 {
                table::rows(&paragraph.lines)
            } else {
                Vec::new()
            },
            lines,
            bbox: paragraph.bbox(),
            font_size: paragraph.size(),
            bold: paragraph.is_mostly(|line| line.bold),
            ..Block::default()
        };
        if kind == BlockKind::Paragraph
            && paragraph.lines.len() <= 3
            && word_count(&block.text) < MIN_RUNNING_WORDS
        {
            short.push(blocks.len());
        }
        blocks.push(block);
    }
    // Words inside a diagram are no running text, and must not be read aloud as such. What running text stands in is a box
    // around it.
    let drawings: Vec<Rect> = shapes
        .iter()
        .filter(|shape| !blocks.iter().any(|block| is_running_in(block, shape)))
        .copied()
        .collect();
    for at in short {
        if let Some(block) = blocks.get_mut(at).filter(|block| figure::is_label(block, &drawings)) {
            block.kind = BlockKind::FigureText;
        }
    }
    (Page { number, width, height, blocks, ..Page::default() }, shapes)
}

/// The lines of a paragraph whose text begins at `start` in that of its block.
fn text_lines<'a>(
    ends: &'a [usize],
    paragraph: &'a Paragraph,
    start: usize,
) -> impl Iterator<Item = TextLine> + 'a {
    let lines = ends.iter().zip(&paragraph.lines);
    lines.map(move |(end, line)| TextLine { end: (start + end) as u32, bbox: line.bbox() })
}

/// Groups of rows that are at most this far apart, in sizes, are parts of one table.
const MAX_ROW_GAP: f32 = 2.5;

/// Tells whether a table goes on with these rows.
fn goes_on_in(last: &Block, paragraph: &Paragraph) -> bool {
    let area = paragraph.bbox();
    let gap = area.y - last.bbox.bottom();
    let shared = last.bbox.right().min(area.right()) - last.bbox.x.max(area.x);
    last.kind == BlockKind::Table
        && !last.rows.is_empty()
        && paragraph.cell_rows > 0
        && (-0.5 * last.font_size..MAX_ROW_GAP * last.font_size).contains(&gap)
        && (last.font_size - paragraph.size()).abs() < 0.15 * last.font_size
        && shared > 0.5 * last.bbox.width.min(area.width)
}

/// Shorter paragraphs may be labels of a diagram, in words.
const MIN_RUNNING_WORDS: usize = 12;

/// Tells whether a block is running text that stands in an area.
fn is_running_in(block: &Block, area: &Rect) -> bool {
    matches!(block.kind, BlockKind::Paragraph | BlockKind::ListItem)
        && block.lines.len() >= 2
        && word_count(&block.text) >= 2 * MIN_RUNNING_WORDS
        && figure::is_label(block, std::slice::from_ref(area))
}

fn furniture_block(line: &Line) -> Block {
    Block {
        kind: BlockKind::Furniture,
        text: line.text.clone(),
        lines: vec![TextLine { end: line.text.len() as u32, bbox: line.bbox() }],
        bbox: line.bbox(),
        font_size: line.size,
        bold: line.bold,
        ..Block::default()
    }
}

/// Turns all boxes of a block to where they lie on the page as displayed.
fn displayed(block: &mut Block, orientation: &Orientation) {
    let lines = block.lines.iter_mut().map(|line| &mut line.bbox);
    let cells = block.rows.iter_mut().flat_map(|row| &mut row.cells).map(|cell| &mut cell.bbox);
    for bbox in lines.chain(cells).chain([&mut block.bbox]) {
        // An empty cell has no place.
        if bbox.width > 0.0 || bbox.height > 0.0 {
            *bbox = orientation.displayed(bbox);
        }
    }
}

/// The size that most letters of a page have, if the page has more than a few lines.
fn page_size(lines: &[Line]) -> Option<f32> {
    (lines.len() > 4).then(|| usual_size(lines.iter()))
}

/// The size that most letters of the document have.
fn body_size(pages: &[LinedPage]) -> f32 {
    usual_size(pages.iter().flat_map(|page| &page.lines))
}

fn usual_size<'a>(lines: impl Iterator<Item = &'a Line>) -> f32 {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for line in lines {
        *counts.entry((line.size * 2.0).round() as u32).or_default() += line.text.len();
    }
    let usual = counts.iter().max_by_key(|(size, count)| (**count, **size));
    usual.map_or(10.0, |(size, _)| *size as f32 / 2.0)
}
