//! [`Content`]: what of a document's blocks a model gets to see, cut into sentences.

use std::collections::BTreeSet;

use brainwrought_core::data::{Block, BlockKind, Citation, Document, SectionRole};

use super::super::duration::is_ideograph;
use super::super::prompt_injection::speaks_to_a_model;
use super::super::segment::segments;
use super::sources::{Form, Heading, Source};
use crate::language::LanguageData;

/// The most rows of a table that are shown.
const MAX_ROWS: usize = 60;
/// The most characters of a piece of code or a formula that are shown.
const MAX_PRINTED: usize = 400;

/// The content of a document.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) all: Vec<Source>,
    pub(super) headings: Vec<Heading>,
    /// How many sentences were kept back because they speak to models.
    pub(super) kept_back: usize,
}

/// A paragraph while it is read: it may go on in a block on the next page.
#[derive(Debug, Default)]
struct Open {
    text: String,
    /// Where in the text each page begins.
    pages: Vec<(usize, u32)>,
}

impl Content {
    /// Reads the content of a document in `language`.
    pub(super) fn read(document: &Document, language: &str) -> Self {
        let mut reader = Reader::new(document, language);
        for page in &document.pages {
            for (index, block) in page.blocks.iter().enumerate() {
                reader.read(block, page.number, index);
            }
        }
        reader.close();
        Self { all: reader.all, headings: reader.headings, kept_back: reader.kept_back }
    }
}

/// Reads the blocks of a document, one after the other.
struct Reader<'a> {
    document: &'a Document,
    language: &'a str,
    all: Vec<Source>,
    headings: Vec<Heading>,
    open: Open,
    passage: usize,
    /// The level of the heading whose section is left out.
    skipping: Option<u8>,
    seen: BTreeSet<String>,
    kept_back: usize,
}

impl<'a> Reader<'a> {
    fn new(document: &'a Document, language: &'a str) -> Self {
        Self {
            document,
            language,
            all: Vec::new(),
            headings: Vec::new(),
            open: Open::default(),
            passage: 0,
            skipping: None,
            seen: BTreeSet::new(),
            kept_back: 0,
        }
    }

    fn read(&mut self, block: &Block, page: u32, index: usize) {
        match block.kind {
            BlockKind::Heading => self.heading(block, page, index),
            _ if self.skipping.is_some() => {}
            // A video speaks one language: that of most of the text.
            _ if block.language.is_some() => self.close(),
            BlockKind::Paragraph | BlockKind::Quote => {
                if !self.open.goes_on(&block.text) {
                    self.close();
                }
                self.open.push(&block.text, page);
            }
            BlockKind::ListItem => {
                self.close();
                self.add_text(&block.text, page, Form::Item);
            }
            // A paragraph may go on behind these.
            BlockKind::Caption => self.add_text(&block.text, page, Form::Caption),
            BlockKind::Footnote => self.add_text(&block.text, page, Form::Note),
            BlockKind::Code | BlockKind::Formula => {
                self.close();
                self.add(printed(&block.text), page, Form::Printed);
            }
            BlockKind::Table => {
                self.close();
                self.rows(block, page);
            }
            BlockKind::Furniture | BlockKind::FigureText => {}
            _ => self.close(),
        }
    }

    fn heading(&mut self, block: &Block, page: u32, index: usize) {
        self.close();
        let level = block.level.max(1);
        if self.skipping.is_some_and(|skipped| level > skipped) {
            return;
        }
        let section =
            self.document.sections.iter().find(|section| (section.page, section.block) == (page, index));
        let role = section.and_then(|section| section.role);
        let title = section.map_or(block.text.as_str(), |section| section.title.as_str());
        let stands_beside = match role {
            Some(role) => matches!(
                role,
                SectionRole::References
                    | SectionRole::AuthorNotes
                    | SectionRole::Contents
                    | SectionRole::Legal
            ),
            None => heads_what_is_no_content(title),
        };
        self.skipping = stands_beside.then_some(level);
        if stands_beside {
            return;
        }
        if speaks_to_a_model(title) {
            self.kept_back += 1;
            return;
        }
        self.headings.push(Heading {
            title: title.split_whitespace().collect::<Vec<_>>().join(" "),
            page,
            level,
            is_summary: role == Some(SectionRole::Abstract),
            is_appendix: role == Some(SectionRole::Appendix),
        });
    }

    fn rows(&mut self, block: &Block, page: u32) {
        for row in block.rows.iter().take(MAX_ROWS) {
            let cells: Vec<&str> =
                row.cells.iter().map(|cell| cell.text.trim()).filter(|text| !text.is_empty()).collect();
            let row = cells.join(" | ");
            // What is quoted must stand on the page in one run.
            if block.text.contains(&row) {
                self.add(row, page, Form::Row);
            }
        }
        if block.rows.is_empty() {
            self.add(printed(&block.text), page, Form::Row);
        }
    }

    fn add_text(&mut self, text: &str, page: u32, form: Form) {
        self.passage += 1;
        for range in segments(self.language, text) {
            let quote = text.get(range).unwrap_or_default();
            self.push(vec![Citation { page, quote: quote.to_owned() }], form);
        }
    }

    fn add(&mut self, text: String, page: u32, form: Form) {
        self.passage += 1;
        self.push(vec![Citation { page, quote: text }], form);
    }

    /// Takes in the paragraph that is open.
    fn close(&mut self) {
        let Open { text, pages } = std::mem::take(&mut self.open);
        self.passage += 1;
        for range in segments(self.language, &text) {
            let ends = pages.iter().skip(1).map(|&(at, _)| at).chain([text.len()]);
            let pieces = pages.iter().zip(ends).filter_map(|(&(start, page), end)| {
                let (from, to) = (start.max(range.start), end.min(range.end));
                let quote = if from < to { text.get(from..to)?.trim() } else { "" };
                (!quote.is_empty()).then(|| Citation { page, quote: quote.to_owned() })
            });
            self.push(pieces.collect(), Form::Sentence);
        }
    }

    fn push(&mut self, mut pieces: Vec<Citation>, form: Form) {
        for piece in &mut pieces {
            piece.quote = piece.quote.split_whitespace().collect::<Vec<_>>().join(" ");
        }
        let quote = pieces.iter().map(|piece| piece.quote.as_str()).collect::<Vec<_>>().join(" ");
        if !says_something(&quote, form) {
            return;
        }
        if speaks_to_a_model(&quote) {
            self.kept_back += 1;
            return;
        }
        // Slides that build up say the same on every page.
        if !self.seen.insert(quote.to_lowercase()) {
            return;
        }
        let heading = self.headings.len().checked_sub(1);
        self.all.push(Source { quote, pieces, heading, passage: self.passage, form });
    }
}

impl Open {
    /// Tells whether `text` goes on with what is open.
    fn goes_on(&self, text: &str) -> bool {
        let ends = self.text.trim_end_matches(['"', '”', '’', ')', ']']);
        let is_open = !self.text.is_empty() && !ends.ends_with(['.', '!', '?', ':', '。', '！', '？', '…']);
        let starts = |letter: char| !letter.is_uppercase();
        is_open && text.chars().find(|letter| letter.is_alphanumeric()).is_some_and(starts)
    }

    fn push(&mut self, text: &str, page: u32) {
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        if self.pages.last().is_none_or(|&(_, last)| last != page) {
            self.pages.push((self.text.len(), page));
        }
        self.text.push_str(text);
    }
}

/// Tells whether there are words in it: of formulas and tables of signs nothing can be told, and a label alone tells nothing.
fn says_something(quote: &str, form: Form) -> bool {
    let long = |most: usize| {
        let is_long = |word: &&str| word.chars().filter(|letter| letter.is_alphabetic()).count() >= most;
        quote.split(|letter: char| !letter.is_alphanumeric()).filter(is_long).count()
    };
    match form {
        Form::Sentence | Form::Item | Form::Note => quote.chars().any(char::is_alphabetic),
        Form::Caption => quote.split_whitespace().count() > 2 || quote.chars().any(is_ideograph),
        Form::Row => long(3) > 0 || quote.chars().any(is_ideograph),
        Form::Printed => long(3) > 2,
    }
}

/// The beginning of code or a formula, cut between words: a run of what stands on the page.
fn printed(text: &str) -> String {
    match text.char_indices().nth(MAX_PRINTED) {
        None => text.to_owned(),
        Some((end, _)) => {
            let cut = &text[..end];
            cut.rsplit_once(' ').map_or(cut, |(head, _)| head).to_owned()
        }
    }
}

/// Tells by its words whether a heading stands over what is no content, where nothing else is known of it.
fn heads_what_is_no_content(title: &str) -> bool {
    let lower = title.trim().to_lowercase();
    LanguageData::all().iter().any(|data| {
        data.headings.skipped.open(&lower)
            || data.headings.contents.contains(&lower)
            || data.layout.bibliographies.open(&lower)
            || data.sections.author_notes.open(&lower)
            || data.sections.legal.open(&lower)
    })
}
