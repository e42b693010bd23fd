//! [`Known`]: a document whose right reading is known.

use std::path::{Path, PathBuf};

use serde::Deserialize;

/// A document, with what a person reads in it. See `benches/reading/README.md` for its parts.
#[derive(Debug, Clone, Deserialize)]
pub struct Known {
    /// The name of the files, without an ending.
    #[serde(skip)]
    pub name: String,
    /// The PDF.
    #[serde(skip)]
    pub pdf: PathBuf,
    /// The heading that names the document.
    pub title: String,
    /// The language of most of the text.
    pub language: String,
    /// What the document is there for.
    pub covers: Vec<String>,
    /// Its pages, in order.
    pub pages: Vec<KnownPage>,
}

/// One page of a [`Known`].
#[derive(Debug, Clone, Deserialize)]
pub struct KnownPage {
    /// The number that is printed on it.
    pub label: String,
    /// Its blocks, in reading order.
    pub blocks: Vec<KnownBlock>,
    /// Its figures and tables that have captions.
    pub figures: Vec<KnownFigure>,
}

/// One block of a [`KnownPage`].
#[derive(Debug, Clone, Deserialize)]
pub struct KnownBlock {
    /// What it is, by the name of the `BlockKind`.
    pub kind: String,
    /// The depth of a heading.
    #[serde(default)]
    pub level: u8,
    /// What a person reads.
    pub text: String,
    /// What is printed, where that is more.
    #[serde(default)]
    printed: Option<String>,
    /// The cells of a table.
    #[serde(default)]
    pub rows: Vec<Vec<String>>,
    /// The name of the blocks beside the text that it belongs to.
    #[serde(default)]
    pub group: Option<String>,
    /// Left edge, top, width and height in points, one for each column that it goes through.
    pub boxes: Vec<[f32; 4]>,
}

/// One figure of a [`KnownPage`].
#[derive(Debug, Clone, Deserialize)]
pub struct KnownFigure {
    /// Its label, such as `Figure 3`.
    pub label: String,
    /// Left edge, top, width and height in points, its caption included.
    #[serde(rename = "box")]
    pub area: [f32; 4],
}

impl KnownBlock {
    /// What is printed: with the markers of list items and the marks of notes.
    pub fn printed(&self) -> &str {
        self.printed.as_deref().unwrap_or(&self.text)
    }

    /// Tells whether a reader may come to it before the text around it, or after.
    pub fn stands_aside(&self) -> bool {
        self.group.is_some()
            || matches!(self.kind.as_str(), "caption" | "footnote" | "figure-text" | "furniture")
    }
}

/// Reads all documents of a folder, by name.
pub fn known_documents(folder: &Path) -> Vec<Known> {
    let mut documents: Vec<Known> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let mut known: Known = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            known.name = path.file_stem().unwrap().to_string_lossy().into_owned();
            known.pdf = path.with_extension("pdf");
            known
        })
        .collect();
    documents.sort_by(|one, other| one.name.cmp(&other.name));
    documents
}
