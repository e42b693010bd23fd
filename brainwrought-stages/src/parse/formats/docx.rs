//! Texts of Word and others (WordprocessingML, ISO/IEC 29500-1, 17).

use std::collections::BTreeMap;

use super::archive::Archive;
use super::flow::{Flow, Kind};
use super::office::read_properties;
use super::xml::{Element, Piece, Xml};
use crate::parse::error::ParseFailure;
use crate::parse::layout::{lowered, raised};

/// The level that Word gives text that is no heading.
const BODY_LEVEL: u8 = 9;

/// What a style says of its paragraphs.
#[derive(Debug, Clone, Default)]
struct Style {
    name: String,
    based_on: Option<String>,
    outline_level: Option<u8>,
    is_list: bool,
}

/// A paragraph that is being read.
#[derive(Debug, Default)]
struct Paragraph {
    text: String,
    /// How many letters are bold.
    bold: usize,
    style: Option<String>,
    outline_level: Option<u8>,
    is_list: Option<bool>,
    /// How many of its letters belong to formulas.
    math: usize,
    /// The notes that it refers to.
    notes: Vec<String>,
}

/// A run of letters with one look.
#[derive(Debug, Clone, Copy, Default)]
struct Run {
    is_bold: bool,
    is_hidden: bool,
    is_raised: bool,
    is_lowered: bool,
}

/// Reads a text.
pub(super) fn read(archive: &mut Archive<'_>, flow: &mut Flow) -> Result<(), ParseFailure> {
    read_properties(archive, flow)?;
    let styles = match archive.text("word/styles.xml")? {
        Some(text) => styles(&text)?,
        None => BTreeMap::new(),
    };
    let notes = match archive.text("word/footnotes.xml")? {
        Some(text) => notes(&text)?,
        None => BTreeMap::new(),
    };
    let text = archive.text("word/document.xml")?.ok_or(ParseFailure::DamagedArchive)?;
    let mut reader = BodyReader { xml: Xml::new(&text), styles, notes, flow };
    reader.body()
}

/// Reads the styles by their ids.
fn styles(text: &str) -> Result<BTreeMap<String, Style>, ParseFailure> {
    let mut styles = BTreeMap::new();
    let (mut id, mut style) = (None, Style::default());
    let mut xml = Xml::new(text);
    while let Some(piece) = xml.next()? {
        match piece {
            Piece::Open(element) => {
                let value = || element.attribute("val");
                match element.name.as_str() {
                    "style" => (id, style) = (element.attribute("styleId"), Style::default()),
                    // The names of built-in styles are the same in every language.
                    "name" => style.name = value().unwrap_or_default().to_lowercase(),
                    "basedOn" => style.based_on = value(),
                    "outlineLvl" => style.outline_level = value().and_then(|level| level.parse().ok()),
                    "numId" => style.is_list = value().is_some_and(|number| number != "0"),
                    _ => {}
                }
            }
            Piece::Close(name) if name == "style" => {
                if let Some(id) = id.take() {
                    styles.insert(id, std::mem::take(&mut style));
                }
            }
            _ => {}
        }
    }
    Ok(styles)
}

/// Reads the footnotes by their ids.
fn notes(text: &str) -> Result<BTreeMap<String, String>, ParseFailure> {
    let mut notes = BTreeMap::new();
    let (mut id, mut note) = (None, String::new());
    let mut xml = Xml::new(text);
    while let Some(piece) = xml.next()? {
        match piece {
            Piece::Open(element) => match element.name.as_str() {
                // Lines between text and notes have a type.
                "footnote" if element.attribute("type").is_none() => id = element.attribute("id"),
                "t" => note.push_str(&xml.text()?),
                "tab" | "br" | "p" => note.push(' '),
                _ => {}
            },
            Piece::Close(name) if name == "footnote" => {
                let note = std::mem::take(&mut note);
                if let Some(id) = id.take() {
                    notes.insert(id, note);
                }
            }
            _ => {}
        }
    }
    Ok(notes)
}

/// Reads the body of the text.
struct BodyReader<'a, 'f> {
    xml: Xml<'a>,
    styles: BTreeMap<String, Style>,
    notes: BTreeMap<String, String>,
    flow: &'f mut Flow,
}

impl BodyReader<'_, '_> {
    fn body(&mut self) -> Result<(), ParseFailure> {
        // Text boxes stand inside paragraphs, so several may be open.
        let mut open: Vec<Paragraph> = Vec::new();
        let mut run = Run::default();
        while let Some(piece) = self.xml.next()? {
            match piece {
                Piece::Open(element) => match element.name.as_str() {
                    "p" => open.push(Paragraph::default()),
                    "tbl" if open.is_empty() => self.table()?,
                    // The list of headings that Word makes.
                    "sdtPr" => self.skip_contents_list()?,
                    _ => self.element(&element, open.last_mut(), &mut run)?,
                },
                Piece::Close(name) if name == "p" => {
                    if let Some(paragraph) = open.pop() {
                        self.add(&paragraph)?;
                    }
                }
                Piece::Close(name) if name == "r" => run = Run::default(),
                _ => {}
            }
        }
        Ok(())
    }

    /// Reads what stands inside a paragraph.
    fn element(
        &mut self,
        element: &Element<'_>,
        paragraph: Option<&mut Paragraph>,
        run: &mut Run,
    ) -> Result<(), ParseFailure> {
        let name = element.name.as_str();
        // What was deleted or moved away, what stands for newer Office only, and what is drawn.
        if matches!(
            name,
            "del" | "moveFrom" | "Fallback" | "rPrChange" | "pPrChange" | "instrText" | "delText"
        ) {
            return self.xml.skip();
        }
        let Some(paragraph) = paragraph else { return Ok(()) };
        let value = || element.attribute("val").unwrap_or_default();
        match name {
            "pStyle" => paragraph.style = Some(value()),
            "outlineLvl" => paragraph.outline_level = value().parse().ok(),
            "numId" => paragraph.is_list = Some(value() != "0"),
            "r" => *run = Run::default(),
            "b" => run.is_bold = element.is_on(),
            "vanish" => run.is_hidden = element.is_on(),
            "vertAlign" => {
                run.is_raised = value() == "superscript";
                run.is_lowered = value() == "subscript";
            }
            "t" => {
                let text = self.xml.text()?;
                paragraph.add(&text, *run);
            }
            "oMath" => {
                let formula = self.formula()?;
                paragraph.math += formula.chars().filter(|c| c.is_alphanumeric()).count();
                paragraph.text.push_str(&formula);
            }
            "tab" | "br" | "cr" => paragraph.text.push(' '),
            "noBreakHyphen" => paragraph.text.push('-'),
            "footnoteReference" => paragraph.notes.extend(element.attribute("id")),
            _ => {}
        }
        Ok(())
    }

    /// Reads a formula (ISO/IEC 29500-1, 22) as a line of text.
    fn formula(&mut self) -> Result<String, ParseFailure> {
        let mut text = String::new();
        // Where raised or lowered letters began.
        let mut moved: Vec<usize> = Vec::new();
        while let Some(piece) = self.xml.next()? {
            match piece {
                Piece::Open(element) => match element.name.as_str() {
                    "t" => text.push_str(&self.xml.text()?),
                    "sup" | "sub" => moved.push(text.len()),
                    // The line of a fraction stands between its parts.
                    "den" => text.push('/'),
                    _ => {}
                },
                Piece::Close(name) => match name.as_str() {
                    "sup" | "sub" => {
                        let run = text.split_off(moved.pop().unwrap_or(0).min(text.len()));
                        let stands_for = match name.as_str() {
                            "sup" => raised(&run, &text, false, None),
                            _ => lowered(&run, &text),
                        };
                        // In a formula nothing is the mark of a note.
                        text.push_str(stands_for.filter(|text| !text.is_empty()).as_deref().unwrap_or(&run));
                    }
                    "oMath" => break,
                    _ => {}
                },
                Piece::Text(_) => {}
            }
        }
        Ok(text)
    }

    /// Leaves out a table of contents: the headings are there themselves.
    fn skip_contents_list(&mut self) -> Result<(), ParseFailure> {
        let mut is_contents = false;
        while let Some(piece) = self.xml.next()? {
            match piece {
                Piece::Open(element) if element.name == "docPartGallery" => {
                    is_contents = element.attribute("val").as_deref() == Some("Table of Contents");
                }
                Piece::Open(element) if element.name == "sdtContent" => {
                    return if is_contents { self.xml.skip() } else { Ok(()) };
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Reads a table; tables inside its cells are a part of their text.
    fn table(&mut self) -> Result<(), ParseFailure> {
        let mut rows: Vec<Vec<String>> = Vec::new();
        let mut cell = Paragraph::default();
        let mut run = Run::default();
        let mut depth = 1;
        while depth > 0 {
            let Some(piece) = self.xml.next()? else { break };
            match piece {
                Piece::Open(element) => match element.name.as_str() {
                    "tbl" => depth += 1,
                    "tr" if depth == 1 => rows.push(Vec::new()),
                    "tc" if depth == 1 => cell = Paragraph::default(),
                    "p" => cell.text.push(' '),
                    _ => self.element(&element, Some(&mut cell), &mut run)?,
                },
                Piece::Close(name) => match name.as_str() {
                    "tbl" => depth -= 1,
                    "tc" if depth == 1 => {
                        if let Some(row) = rows.last_mut() {
                            row.push(std::mem::take(&mut cell.text));
                        }
                    }
                    "r" => run = Run::default(),
                    _ => {}
                },
                Piece::Text(_) => {}
            }
        }
        // A frame around text is no table.
        if rows.iter().all(|row| row.len() < 2) {
            return rows.iter().flatten().try_for_each(|text| self.flow.add(Kind::Paragraph, text));
        }
        self.flow.add_table(&rows)
    }

    fn add(&mut self, paragraph: &Paragraph) -> Result<(), ParseFailure> {
        let Some(kind) = self.kind(paragraph) else { return Ok(()) };
        if kind == Kind::Heading(1) && self.flow.printed_title.is_none() && self.is_style(paragraph, "title")
        {
            self.flow.printed_title = Some(paragraph.text.clone());
        }
        self.flow.add(kind, &paragraph.text)?;
        let notes = paragraph.notes.iter().filter_map(|id| self.notes.get(id));
        let notes: Vec<String> = notes.cloned().collect();
        notes.iter().try_for_each(|note| self.flow.add(Kind::Footnote, note))
    }

    /// What a paragraph is; `None` for a line of a table of contents.
    fn kind(&self, paragraph: &Paragraph) -> Option<Kind> {
        let styles = self.styles_of(paragraph);
        let names = || styles.iter().map(|style| style.name.as_str());
        let is_named = |name: &str| names().any(|own| own == name);
        let level = paragraph.outline_level.or_else(|| styles.iter().find_map(|style| style.outline_level));
        let named_level = names().find_map(|name| name.strip_prefix("heading ")?.parse::<u8>().ok());
        if names().any(|name| name.starts_with("toc ") || name == "table of figures") {
            return None;
        }
        if is_named("title") {
            return Some(Kind::Heading(1));
        }
        // The title stands above the chapters.
        let below_title = |level: u8| if self.flow.printed_title.is_some() { level + 1 } else { level };
        if let Some(level) = named_level.or(level.filter(|level| *level < BODY_LEVEL).map(|level| level + 1))
        {
            return Some(Kind::Heading(below_title(level.clamp(1, 9))));
        }
        let is_code = |name: &str| {
            ["code", "source", "preformatted", "verbatim", "listing"].iter().any(|word| name.contains(word))
        };
        let is_list = paragraph.is_list.unwrap_or_else(|| styles.iter().any(|style| style.is_list));
        let letters = paragraph.text.chars().filter(|c| c.is_alphanumeric()).count();
        Some(match () {
            () if is_named("caption") => Kind::Caption,
            () if is_named("quote") || is_named("intense quote") || is_named("block text") => Kind::Quote,
            () if is_named("footnote text") || is_named("endnote text") => Kind::Footnote,
            () if names().any(is_code) => Kind::Code,
            () if is_list || names().any(|name| name.starts_with("list ")) => Kind::ListItem,
            () if paragraph.math > 0 && paragraph.math == letters => Kind::Formula,
            () if letters > 0 && paragraph.bold == letters => Kind::BoldParagraph,
            () => Kind::Paragraph,
        })
    }

    fn is_style(&self, paragraph: &Paragraph, name: &str) -> bool {
        self.styles_of(paragraph).iter().any(|style| style.name == name)
    }

    /// The style of a paragraph and those that it stands on.
    fn styles_of(&self, paragraph: &Paragraph) -> Vec<&Style> {
        /// Word allows as many.
        const MAX_STYLES: usize = 11;
        let mut styles: Vec<&Style> = Vec::new();
        let mut id = paragraph.style.as_ref();
        while let Some(style) = id.and_then(|id| self.styles.get(id)).filter(|_| styles.len() < MAX_STYLES) {
            styles.push(style);
            id = style.based_on.as_ref();
        }
        styles
    }
}

impl Paragraph {
    fn add(&mut self, text: &str, run: Run) {
        if run.is_hidden {
            return;
        }
        let is_spaced = self.text.ends_with(char::is_whitespace);
        let stands_for = match run {
            Run { is_raised: true, .. } => raised(text.trim(), self.text.trim_end(), is_spaced, None),
            Run { is_lowered: true, .. } => lowered(text.trim(), &self.text),
            _ => None,
        };
        self.text.push_str(stands_for.as_deref().unwrap_or(text));
        if run.is_bold {
            self.bold += text.chars().filter(|c| c.is_alphanumeric()).count();
        }
    }
}
