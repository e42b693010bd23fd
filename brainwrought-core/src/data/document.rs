//! [`Document`]: a file as text in reading order, with outline and figures.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{BlobRef, Language, PageUnit};
use crate::stage::StageData;

/// What the parser read from a file.
///
/// Everything that stands on the pages is here, each block with its kind, so that a writer chooses: running headers and
/// the words inside drawings, too. Hyphenation and ligatures are mended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// The bytes that were parsed.
    pub source: BlobRef,
    /// The name that the user knows the file by.
    pub file_name: String,
    /// The title; never empty (the file name stands in when none was found).
    pub title: String,
    /// The language of most of the text.
    pub language: Language,
    /// Every page, in order.
    pub pages: Vec<Page>,
    /// What the pages are to readers.
    #[serde(default, skip_serializing_if = "PageUnit::is_page")]
    pub unit: PageUnit,
    /// The outline (bookmarks, or headings when the file has none), in reading order.
    pub outline: Vec<OutlineEntry>,
    /// The sections that the headings open, in reading order; a section's place in the tree is told by its level.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<Section>,
    /// Figures and tables with a caption, in reading order.
    pub figures: Vec<Figure>,
    /// The engine that read it, such as `pdfium` or `markdown`. Another engine gives other text.
    pub engine: String,
    /// The version of the engine; empty where an older Brainwrought did not store it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub engine_version: String,
    /// What a reader of the report should know, such as pages that could not be read.
    pub warnings: Vec<String>,
}

/// The engine that a file was read with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reader {
    /// Its name, such as `pdfium`.
    pub name: String,
    /// Its version; empty when it is not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
}

/// One page of a [`Document`].
///
/// In a text that flows nobody has laid out pages: there, width, height and every box are 0, see [`Page::is_drawn`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// The page's place in the file, from 1. Links go there.
    pub number: u32,
    /// The number that is printed on the page, such as `xii` or `103`, where it is another one. See [`Page::name`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Width as displayed, in points (1/72 inch), with the page's rotation applied.
    pub width: f32,
    /// Height as displayed, in points.
    pub height: f32,
    /// Text blocks in reading order.
    pub blocks: Vec<Block>,
    /// How far the page's text reads as text of a language, from 0 (nobody can read it) to 1; 1 where an older Brainwrought
    /// did not measure it. A page below 0.5 has no blocks: what cannot be read is left out.
    #[serde(default = "readable", skip_serializing_if = "is_readable")]
    pub readability: f32,
    /// How certain the text recognition was of the page's letters on average, from 0 to 1; `None` where the text is that of
    /// the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ocr_confidence: Option<f32>,
}

/// A run of text that belongs together.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// What the block is in the document.
    pub kind: BlockKind,
    /// The depth of a heading, from 1; 0 for everything else.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub level: u8,
    /// The text on one line: hyphenation at line ends is mended and white space is single. The cells of a table stand
    /// between `|`.
    pub text: String,
    /// The rows of a table, from the top down; empty for everything else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<TableRow>,
    /// The lines that the text is set in, in order; empty where an older Brainwrought did not store them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<TextLine>,
    /// The language of the text, where it is surely another one than [`Document::language`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Where it stands.
    pub bbox: Rect,
    /// The size of most of its letters, in points.
    pub font_size: f32,
    /// True when most of its letters are bold.
    pub bold: bool,
}

/// One line of print of a [`Block`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct TextLine {
    /// Where the line ends in the text of its block, in bytes; it starts where the one before ends.
    pub end: u32,
    /// Where it stands on the page.
    pub bbox: Rect,
}

/// One row of a table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TableRow {
    /// Its cells, in reading order. Rows of one table may have different numbers of them.
    pub cells: Vec<TableCell>,
}

/// One cell of a table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TableCell {
    /// What stands in it, on one line.
    pub text: String,
    /// Where it stands.
    pub bbox: Rect,
}

/// What a [`Block`] is in the document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum BlockKind {
    /// A title or section heading.
    Heading,
    /// Words of somebody else, set apart from the text.
    Quote,
    /// Running text.
    #[default]
    Paragraph,
    /// One item of a list, or one bullet of a slide, without its marker.
    ListItem,
    /// The caption of a figure or table.
    Caption,
    /// Program code or other text in a fixed-width face.
    Code,
    /// A displayed formula, or text that is mostly symbols.
    Formula,
    /// Small print at the foot of a page.
    Footnote,
    /// Cells of a table.
    Table,
    /// One entry of a bibliography.
    Reference,
    /// Authors, affiliations, dates and addresses between a title and the text.
    FrontMatter,
    /// Words inside a drawing, such as the labels of a diagram.
    FigureText,
    /// A running header or footer, a page number or a watermark.
    Furniture,
}

impl BlockKind {
    /// Tells whether it stands beside the text of the document rather than in it: a paragraph may go on after it.
    pub fn stands_aside(self) -> bool {
        matches!(self, Self::Caption | Self::Footnote | Self::FigureText | Self::Furniture)
    }
}

/// A part of a document under one heading, up to the next heading of its level or a higher one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Section {
    /// The heading, with its number taken off.
    pub title: String,
    /// Its number as printed, such as `3.2`; empty where it has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub number: String,
    /// Depth, from 1.
    pub level: u8,
    /// What the section is for, where its heading and place tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<SectionRole>,
    /// The page that its heading stands on, from 1.
    pub page: u32,
    /// The place of the heading among the blocks of that page, from 0.
    pub block: usize,
}

impl Section {
    /// A section that begins with the block at `block` on `page`, without a number or a role.
    pub fn new(title: impl Into<String>, level: u8, page: u32, block: usize) -> Self {
        Self { title: title.into(), number: String::new(), level, role: None, page, block }
    }
}

/// What a [`Section`] is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SectionRole {
    /// The authors' short version: abstract, executive summary.
    Abstract,
    /// What the document is about and why.
    Introduction,
    /// What the authors add to what was known.
    Contributions,
    /// How the work was done: materials, methods, data.
    Methods,
    /// What follows from it all.
    Conclusion,
    /// The works cited.
    References,
    /// Thanks, funding, interests, affiliations: notes of and about the authors.
    AuthorNotes,
    /// The table of contents, or a list of figures.
    Contents,
    /// What stands after the end: appendices, glossaries, indexes.
    Appendix,
    /// Licences, trademarks, disclaimers.
    Legal,
}

/// A box on a page, in points, with the origin at the top left of the page as displayed and `y` growing downwards.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Rect {
    /// The left edge.
    pub x: f32,
    /// The top edge.
    pub y: f32,
    /// The width.
    pub width: f32,
    /// The height.
    pub height: f32,
}

/// One line of the outline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutlineEntry {
    /// Depth, from 1.
    pub level: u8,
    /// The heading, with its number taken off.
    pub title: String,
    /// The page it points to, from 1.
    pub page: u32,
}

/// A figure or table on a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Unique in the document, such as `p3-f1`.
    pub id: String,
    /// The page it stands on, from 1.
    pub page: u32,
    /// The area of the picture and its caption together.
    pub bbox: Rect,
    /// The label as printed, such as `Figure 3`, if it has one.
    pub label: Option<String>,
    /// The caption without the label, if it has one.
    pub caption: Option<String>,
}

impl Document {
    /// The engine that read it.
    pub fn reader(&self) -> Reader {
        Reader { name: self.engine.clone(), version: self.engine_version.clone() }
    }

    /// Finds a page by its number, from 1.
    pub fn page(&self, number: u32) -> Option<&Page> {
        self.pages.iter().find(|page| page.number == number)
    }

    /// Names a page in English, as in "p. xii" and "slide 3".
    pub fn cited(&self, number: u32) -> String {
        self.unit.cited(self.page_name(number))
    }

    /// What people call the page with this number: see [`Page::name`].
    pub fn page_name(&self, number: u32) -> String {
        self.page(number).map_or_else(|| number.to_string(), Page::name)
    }

    /// The numbers that are printed on pages, by page, where they are others than the pages' places in the file.
    pub fn page_labels(&self) -> BTreeMap<u32, String> {
        self.pages.iter().filter_map(|page| Some((page.number, page.label.clone()?))).collect()
    }

    /// The innermost section that holds the block at `block` on `page`, if a heading stands before it.
    pub fn section_at(&self, page: u32, block: usize) -> Option<&Section> {
        self.sections.iter().take_while(|section| (section.page, section.block) <= (page, block)).last()
    }
}

impl fmt::Display for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.version.as_str() {
            "" => f.write_str(&self.name),
            version => write!(f, "{} {version}", self.name),
        }
    }
}

impl Default for Page {
    /// An empty first page without a size.
    fn default() -> Self {
        let readability = readable();
        Self {
            number: 1,
            label: None,
            width: 0.0,
            height: 0.0,
            blocks: Vec::new(),
            readability,
            ocr_confidence: None,
        }
    }
}

fn readable() -> f32 {
    1.0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands references over")]
fn is_readable(readability: &f32) -> bool {
    *readability >= readable()
}

impl Page {
    /// Tells whether the page has a size, so that a picture of it can be drawn.
    pub fn is_drawn(&self) -> bool {
        self.width > 0.0 && self.height > 0.0
    }

    /// What people call the page: the number printed on it, else its place in the file.
    pub fn name(&self) -> String {
        self.label.clone().unwrap_or_else(|| self.number.to_string())
    }

    /// Joins the text of all blocks with line feeds, without running headers and footers.
    pub fn text(&self) -> String {
        let read = self.blocks.iter().filter(|block| block.kind != BlockKind::Furniture);
        let texts: Vec<&str> = read.map(|block| block.text.as_str()).collect();
        texts.join("\n")
    }
}

impl Rect {
    /// The right edge.
    pub fn right(&self) -> f32 {
        self.x + self.width
    }

    /// The bottom edge.
    pub fn bottom(&self) -> f32 {
        self.y + self.height
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands references over")]
fn is_zero(level: &u8) -> bool {
    *level == 0
}

impl StageData for Document {
    const SCHEMA: &'static str = "document/1";
}
