//! [`Read`]: what a reader made of a document.

use serde::Deserialize;

use super::text::normalised;

/// A document as a reader tells it. Those that tell plain text have no blocks.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Read {
    /// The title that was found.
    #[serde(default)]
    pub title: Option<String>,
    /// The language that was found.
    #[serde(default)]
    pub language: Option<String>,
    /// The pages, in order.
    pub pages: Vec<ReadPage>,
    /// Figures of all pages.
    #[serde(default)]
    pub figures: Vec<ReadFigure>,
}

/// One page of a [`Read`].
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ReadPage {
    /// The number that is printed on it, where it is another one than its place in the file.
    #[serde(default)]
    pub label: Option<String>,
    /// Its blocks, in reading order.
    #[serde(default)]
    pub blocks: Vec<ReadBlock>,
    /// Its text, of a reader that tells plain text.
    #[serde(default)]
    pub plain: Option<String>,
}

/// One block of a [`ReadPage`].
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ReadBlock {
    /// What it was taken for.
    pub kind: String,
    /// The depth of a heading.
    #[serde(default)]
    pub level: u8,
    /// Its text.
    pub text: String,
    /// The rows of a table.
    #[serde(default)]
    pub rows: Vec<ReadRow>,
    /// Where it stands.
    pub bbox: Area,
}

/// One row of a table.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ReadRow {
    /// Its cells.
    pub cells: Vec<ReadCell>,
}

/// One cell of a table.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ReadCell {
    /// Its text.
    pub text: String,
}

/// A figure that was found.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ReadFigure {
    /// The page, from 1.
    pub page: usize,
    /// Where it stands, with its caption.
    pub bbox: Area,
}

/// A box in points, from the top left of the page.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct Area {
    x: f32,
    y: f32,
    width: f32,
    height: f32,
}

impl Read {
    /// Takes what Brainwrought made of a document, as its JSON.
    pub fn from_json(parsed: serde_json::Value) -> Self {
        serde_json::from_value(parsed).unwrap()
    }

    /// Takes plain text, one for each page.
    pub fn from_plain(pages: impl IntoIterator<Item = String>) -> Self {
        let page = |plain| ReadPage { plain: Some(plain), ..ReadPage::default() };
        Self { pages: pages.into_iter().map(page).collect(), ..Self::default() }
    }
}

impl ReadPage {
    /// The text of the page, normalised line by line.
    pub(super) fn text(&self) -> String {
        let lines: Vec<String> = match &self.plain {
            Some(plain) => normalised_lines(plain),
            None => self.blocks.iter().map(ReadBlock::normalised).collect(),
        };
        lines.join("\n")
    }
}

/// Lines of plain text. A line that ends with a soft hyphen goes on.
fn normalised_lines(plain: &str) -> Vec<String> {
    let joined = plain.replace("\u{ad}\r\n", "").replace("\u{ad}\n", "");
    joined.lines().map(normalised).filter(|line| !line.is_empty()).collect()
}

impl ReadBlock {
    /// The text, normalised and without the signs that part cells.
    pub(super) fn normalised(&self) -> String {
        if self.rows.is_empty() {
            return normalised(&self.text);
        }
        let cells = self.rows.iter().flat_map(|row| &row.cells);
        let texts: Vec<&str> = cells.map(|cell| cell.text.as_str()).collect();
        normalised(&texts.join(" "))
    }
}

impl Area {
    /// A box from left edge, top, width and height.
    pub(super) fn new([x, y, width, height]: [f32; 4]) -> Self {
        Self { x, y, width, height }
    }

    /// Tells whether the boxes touch, or nearly so: readers differ in how high letters are.
    pub(super) fn meets(&self, other: &Self) -> bool {
        const SLACK: f32 = 4.0;
        self.x < other.x + other.width + SLACK
            && other.x < self.x + self.width + SLACK
            && self.y < other.y + other.height + SLACK
            && other.y < self.y + self.height + SLACK
    }

    /// The part of the area of both that they share.
    pub(super) fn overlap(&self, other: &Self) -> f64 {
        let width = (self.x + self.width).min(other.x + other.width) - self.x.max(other.x);
        let height = (self.y + self.height).min(other.y + other.height) - self.y.max(other.y);
        let shared = f64::from(width.max(0.0)) * f64::from(height.max(0.0));
        let both = f64::from(self.width * self.height) + f64::from(other.width * other.height) - shared;
        if both > 0.0 { shared / both } else { 0.0 }
    }
}
