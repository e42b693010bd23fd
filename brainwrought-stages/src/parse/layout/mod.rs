//! [`Layout`]: makes pages of text of what an engine saw, the same way for every engine.

mod bidi;
mod block;
mod block_language;
mod drop_cap;
mod figure;
mod furniture;
mod gutter;
mod hyphen;
mod kind;
mod letters;
mod line;
mod line_number;
mod orientation;
mod outline;
mod page_blocks;
mod page_label;
mod pattern;
mod raised;
mod reading_order;
mod ruled;
mod section;
mod shapes;
mod table;
mod usual_size;
mod word;

use std::collections::VecDeque;

use brainwrought_core::data::PageUnit;

pub(super) use self::bidi::runs_left;
pub(super) use self::block_language::{mark_languages, two_letters};
use self::drop_cap::join_drop_caps;
use self::furniture::Furniture;
use self::gutter::{Gutter, gutters};
use self::hyphen::Vocabulary;
use self::kind::BlockClassifier;
use self::line::Line;
use self::line_number::margin_numbers;
use self::orientation::{Orientation, upright};
pub(super) use self::outline::{entry, is_title};
use self::page_blocks::{displayed, furniture_block, page_of};
use self::page_label::PrintedNumbers;
pub(super) use self::page_label::roman;
pub(super) use self::pattern::{is_list_start, without_marker};
pub(super) use self::raised::{lowered, raised};
use self::ruled::{RuledTable, ruled_tables};
pub(super) use self::section::sections_of_levels;
use self::shapes::Shapes;
use self::usual_size::usual_size;
pub(super) use self::word::is_piled;
use self::word::words;
use super::page_content::{FileContent, Glyph, PageContent, TextQuality};
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
    tables: Vec<RuledTable>,
    orientation: Orientation,
    /// Where something other than text is drawn.
    shapes: Shapes,
    quality: TextQuality,
}

/// The words of a page as far as they are known before there are lines, in the order in which they are drawn.
pub(super) fn word_texts(content: &PageContent) -> Vec<String> {
    let (page, _) = upright(content.clone());
    let mut texts: Vec<String> = Vec::new();
    let mut before: Option<Glyph> = None;
    for word in words(&page.glyphs) {
        let glyphs = page.glyphs.get(word.glyphs).unwrap_or_default();
        let letters = glyphs.iter().map(|glyph| glyph.letter);
        let runs_left = glyphs.first().is_some_and(|glyph| runs_left(glyph.letter));
        // Letters that stand from left to right are a word of a script that runs left in the wrong order.
        let text: String = if runs_left { letters.rev().collect() } else { letters.collect() };
        let goes_on =
            runs_left && before.zip(glyphs.last()).is_some_and(|(before, next)| before.is_right_of(next));
        match texts.last_mut() {
            Some(last) if goes_on => last.push_str(&text),
            _ => texts.push(text),
        }
        before = glyphs.first().copied().filter(|_| runs_left);
    }
    texts
}

impl Layout {
    pub(super) fn new(file: FileContent) -> Self {
        let mut furniture = Furniture::default();
        furniture.expect(file.bookmarks.iter().map(|bookmark| bookmark.title.as_str()));
        Self { file, pages: Vec::new(), furniture, known: VecDeque::new() }
    }

    /// Takes the next page, whose text was measured or recognised so well.
    pub(super) fn add(&mut self, content: PageContent, quality: TextQuality) {
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
        let size = word::median_size(&words);
        let tables = size.map_or_else(Vec::new, |size| ruled_tables(&content, &words, size));
        let gutters = gutters(&content, &words, &known, &tables);
        let walls = tables.iter().flat_map(|table| &table.walls);
        let parting: Vec<Gutter> = gutters.iter().chain(walls).copied().collect();
        let mut lines = line::lines_of(&content, &parting);
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
            tables,
            shapes: shapes::clusters(&content),
            quality,
        });
    }

    /// Notes what a reader of the report should know about the pages.
    pub(super) fn warn(&mut self, warnings: Vec<String>) {
        self.file.warnings.extend(warnings);
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
        let shapes = self.pages.iter_mut().map(|page| std::mem::take(&mut page.shapes)).collect();
        for (mut lined, shapes) in self.pages.into_iter().zip(shapes::without_repeated(shapes)) {
            // What is printed on the page is what a reader looks for, whatever the file calls it.
            let label = labels.remove(&lined.number).or_else(|| lined.label.take());
            let (orientation, quality) = (lined.orientation, lined.quality);
            let mut page = page_of(lined, &shapes, step, &vocabulary, &mut judge);
            (page.readability, page.ocr_confidence) = (quality.readability, quality.ocr_confidence);
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

/// The size that most letters of the document have.
fn body_size(pages: &[LinedPage]) -> f32 {
    usual_size(pages.iter().flat_map(|page| &page.lines))
}
