//! [`Document`]: a PDF as text in reading order, with outline and figures.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{BlobRef, Language};
use crate::stage::StageData;

/// What the parser read from a PDF.
///
/// Running headers, footers and page numbers are already out of `pages`; hyphenation and ligatures are mended.
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
    /// The outline (bookmarks, or headings when the file has none), in reading order.
    pub outline: Vec<OutlineEntry>,
    /// Figures and tables with a caption, in reading order.
    pub figures: Vec<Figure>,
    /// The engine that read it, such as `pdfium`. Another engine gives other text.
    pub engine: String,
    /// The version of the engine; empty where an older Brainwrought did not store it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub engine_version: String,
    /// What a reader of the report should know, such as pages that could not be read.
    pub warnings: Vec<String>,
}

/// The engine that a PDF was read with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reader {
    /// Its name, such as `pdfium`.
    pub name: String,
    /// Its version; empty when it is not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
}

/// One page of a [`Document`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// The page's place in the file, from 1. It is what citations show.
    pub number: u32,
    /// Width as displayed, in points (1/72 inch), with the page's rotation applied.
    pub width: f32,
    /// Height as displayed, in points.
    pub height: f32,
    /// Text blocks in reading order.
    pub blocks: Vec<Block>,
    /// How far the page's text reads as text of a language, from 0 (nobody can read it) to 1; 1 where an older Brainwrought
    /// did not measure it. A page below 0.5 has no blocks: what cannot be read is left out.
    #[serde(default = "readable")]
    pub readability: f32,
    /// How certain the text recognition was of the page's letters on average, from 0 to 1; `None` where the text is that of
    /// the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ocr_confidence: Option<f32>,
}

/// A run of text that belongs together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// What the block is in the document.
    pub kind: BlockKind,
    /// The text on one line: hyphenation at line ends is mended and white space is single.
    pub text: String,
    /// Where it stands.
    pub bbox: Rect,
    /// The size of most of its letters, in points.
    pub font_size: f32,
    /// True when most of its letters are bold.
    pub bold: bool,
}

/// What a [`Block`] is in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum BlockKind {
    /// A title or section heading.
    Heading,
    /// Running text.
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
}

/// A box on a page, in points, with the origin at the top left of the page as displayed and `y` growing downwards.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
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
        Self { number: 1, width: 0.0, height: 0.0, blocks: Vec::new(), readability, ocr_confidence: None }
    }
}

fn readable() -> f32 {
    1.0
}

impl Page {
    /// Joins the text of all blocks with line feeds.
    pub fn text(&self) -> String {
        let texts: Vec<&str> = self.blocks.iter().map(|block| block.text.as_str()).collect();
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

impl StageData for Document {
    const SCHEMA: &'static str = "document/1";
}
