//! [`Layout`]: makes pages of text of what an engine saw, the same way for every engine.

mod bidi;
mod block;
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
mod pattern;
mod raised;
mod reading_order;
mod shapes;
mod word;

use std::collections::{BTreeMap, VecDeque};

use brainwrought_core::data::{Block, BlockKind, Language, Page, Rect};

pub(super) use self::bidi::runs_left;
use self::drop_cap::join_drop_caps;
use self::furniture::Furniture;
use self::gutter::{Gutter, gutters};
use self::hyphen::Vocabulary;
use self::kind::BlockClassifier;
use self::line::Line;
use self::line_number::margin_numbers;
use self::orientation::{Orientation, upright};
use self::word::words;
use super::page_content::{FileContent, Glyph, PageContent, TextQuality};
use super::wire::ParsedPdf;

/// How many letters the language is told from; more would not change the answer.
const LANGUAGE_SAMPLE: usize = 20_000;

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
    width: f32,
    height: f32,
    lines: Vec<Line>,
    gutters: Vec<Gutter>,
    orientation: Orientation,
    /// Where something other than text is drawn.
    shapes: Vec<Rect>,
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
            width: content.width,
            height: content.height,
            orientation,
            lines,
            gutters,
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

    /// Makes text of all pages.
    pub(super) fn finish(mut self, engine: &str) -> ParsedPdf {
        self.ignore_usual_mono();
        let body_size = body_size(&self.pages);
        for page in &mut self.pages {
            self.furniture.clear(&mut page.lines, page.height, body_size);
            page.lines = reading_order::arrange(std::mem::take(&mut page.lines), &page.gutters);
        }
        let mut vocabulary = Vocabulary::default();
        self.pages.iter().flat_map(|page| &page.lines).for_each(|line| vocabulary.add(&line.text));
        let step = block::usual_step(self.pages.iter().map(|page| page.lines.as_slice()));
        let mut judge = BlockClassifier::new(body_size);
        judge.knows_bold = self.file.knows_bold;
        let mut figures = Vec::new();
        let mut pages = Vec::with_capacity(self.pages.len());
        for lined in self.pages {
            let orientation = lined.orientation;
            let (mut page, shapes) = page_of(lined, step, &vocabulary, &mut judge);
            let mut of_page = figure::figures(&page, &shapes);
            (page.width, page.height) = orientation.size();
            page.blocks.iter_mut().for_each(|block| block.bbox = orientation.displayed(&block.bbox));
            of_page.iter_mut().for_each(|figure| figure.bbox = orientation.displayed(&figure.bbox));
            figures.extend(of_page);
            pages.push(page);
        }
        if let Some(first) = pages.first_mut() {
            outline::demote_authors(first);
        }
        ParsedPdf {
            title: outline::title(&pages, self.file.title.as_deref()),
            language: language(&pages),
            outline: outline::outline(&self.file.bookmarks, &pages),
            pages,
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
    let LinedPage { number, width, height, lines, shapes, quality, .. } = lined;
    let mut blocks = Vec::new();
    judge.page_size = page_size(&lines);
    for paragraph in block::paragraphs(lines, step) {
        let text = paragraph.text(vocabulary);
        let mut kind = judge.kind(&paragraph, &text, height);
        let text = if kind == BlockKind::ListItem { pattern::without_marker(&text).to_owned() } else { text };
        let mut block = Block {
            kind,
            text,
            bbox: paragraph.bbox(),
            font_size: paragraph.size(),
            bold: paragraph.is_mostly(|line| line.bold),
        };
        // Words inside a diagram are no running text, and must not be read aloud as such.
        let is_short = paragraph.lines.len() <= 3 && block.text.split_whitespace().count() < 12;
        if kind == BlockKind::Paragraph && is_short && figure::is_label(&block, &shapes) {
            kind = BlockKind::Table;
        }
        block.kind = kind;
        blocks.push(block);
    }
    let TextQuality { readability, ocr_confidence } = quality;
    (Page { number, width, height, blocks, readability, ocr_confidence }, shapes)
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

fn language(pages: &[Page]) -> Language {
    let mut sample = String::new();
    let prose = [BlockKind::Paragraph, BlockKind::ListItem, BlockKind::Heading, BlockKind::Caption];
    for block in pages.iter().flat_map(|page| &page.blocks).filter(|block| prose.contains(&block.kind)) {
        if sample.len() > LANGUAGE_SAMPLE {
            break;
        }
        sample.push_str(&block.text);
        sample.push('\n');
    }
    whatlang::detect(&sample)
        .filter(|found| found.is_reliable() || sample.len() >= 2000)
        .map_or_else(Language::undetermined, |found| Language::new(two_letters(found.lang())))
}

/// The ISO 639-1 code of a language where one exists, as voices and the rest of the program name it.
fn two_letters(language: whatlang::Lang) -> &'static str {
    use whatlang::Lang;
    match language {
        Lang::Afr => "af",
        Lang::Ara => "ar",
        Lang::Aze => "az",
        Lang::Bel => "be",
        Lang::Ben => "bn",
        Lang::Bul => "bg",
        Lang::Cat => "ca",
        Lang::Ces => "cs",
        Lang::Cmn => "zh",
        Lang::Cym => "cy",
        Lang::Dan => "da",
        Lang::Deu => "de",
        Lang::Ell => "el",
        Lang::Eng => "en",
        Lang::Epo => "eo",
        Lang::Est => "et",
        Lang::Fin => "fi",
        Lang::Fra => "fr",
        Lang::Guj => "gu",
        Lang::Heb => "he",
        Lang::Hin => "hi",
        Lang::Hrv => "hr",
        Lang::Hun => "hu",
        Lang::Hye => "hy",
        Lang::Ind => "id",
        Lang::Ita => "it",
        Lang::Jav => "jv",
        Lang::Jpn => "ja",
        Lang::Kan => "kn",
        Lang::Kat => "ka",
        Lang::Khm => "km",
        Lang::Kor => "ko",
        Lang::Lat => "la",
        Lang::Lav => "lv",
        Lang::Lit => "lt",
        Lang::Mal => "ml",
        Lang::Mar => "mr",
        Lang::Mkd => "mk",
        Lang::Mya => "my",
        Lang::Nep => "ne",
        Lang::Nld => "nl",
        Lang::Nob => "nb",
        Lang::Ori => "or",
        Lang::Pan => "pa",
        Lang::Pes => "fa",
        Lang::Pol => "pl",
        Lang::Por => "pt",
        Lang::Ron => "ro",
        Lang::Rus => "ru",
        Lang::Sin => "si",
        Lang::Slk => "sk",
        Lang::Slv => "sl",
        Lang::Sna => "sn",
        Lang::Spa => "es",
        Lang::Srp => "sr",
        Lang::Swe => "sv",
        Lang::Tam => "ta",
        Lang::Tel => "te",
        Lang::Tgl => "tl",
        Lang::Tha => "th",
        Lang::Tuk => "tk",
        Lang::Tur => "tr",
        Lang::Ukr => "uk",
        Lang::Urd => "ur",
        Lang::Uzb => "uz",
        Lang::Vie => "vi",
        Lang::Yid => "yi",
        Lang::Zul => "zu",
        other => other.code(),
    }
}
