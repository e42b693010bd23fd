//! [`Visuals`]: the pictures of a segment.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{AssetRecord, BlobRef, Mood, OutboundCall, PageUnit, Rect, ShowVisual, Speaker};
use crate::stage::StageData;

/// What a segment shows, apart from captions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Visuals {
    /// One entry for every scene of the segment, in order.
    pub scenes: Vec<SceneVisual>,
    /// What the numbers of its page badges count.
    #[serde(default, skip_serializing_if = "PageUnit::is_page")]
    pub unit: PageUnit,
    /// The numbers that are printed on pages of the document, by page, where they are others than the pages' places in the
    /// file: page badges show these.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub page_labels: BTreeMap<u32, String>,
    /// What moves behind them.
    pub background: Background,
    /// The characters of a dialogue.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub avatars: Vec<Avatar>,
    /// What it shows of the document and of others, with the right to show it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assets: Vec<AssetRecord>,
    /// The calls to providers that the pictures took, those for remembered ones included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<OutboundCall>,
    /// What a reader of the report should know.
    pub warnings: Vec<String>,
}

/// A character that moves with its voice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Avatar {
    /// Whose character it is.
    pub speaker: Speaker,
    /// A PNG with alpha, in pixels of the output frame: the body alone where there is a [face](Self::face), else all poses,
    /// equally large: a column for each mouth, from closed to wide open, and two rows, the first with open eyes and the second
    /// with closed.
    pub sheet: BlobRef,
    /// The number of mouths.
    pub mouths: u32,
    /// The parts of its face, which show how a line is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub face: Option<AvatarFace>,
}

/// The parts of a face that lie over a body, as sheets of equally large pictures with a row for each mood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AvatarFace {
    /// The moods, in the order of the rows.
    pub moods: Vec<Mood>,
    /// A PNG of eyes with their brows. Columns: at the viewer, at the picture, at the other character, closed.
    pub eyes: BlobRef,
    /// Where eyes lie on the body, from its top left corner.
    pub eyes_at: (u32, u32),
    /// A PNG of mouths, a column for each, from closed to wide open.
    pub mouths: BlobRef,
    /// Where mouths lie on the body, from its top left corner.
    pub mouths_at: (u32, u32),
}

/// What one scene shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SceneVisual {
    /// The picture above the captions, if the scene has one.
    pub panel: Option<Panel>,
    /// What takes its place while lines are said, in the order of time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shows: Vec<ShowVisual>,
    /// The page badge of each line, from 1; `None` for a line without one.
    #[serde(rename = "chips")]
    pub badges: Vec<Option<u32>>,
}

/// A picture with transparent corners, ready to be placed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Panel {
    /// A PNG with alpha.
    pub image: BlobRef,
    /// Width in pixels of the output frame.
    pub width: u32,
    /// Height in pixels of the output frame.
    pub height: u32,
    /// What it shows.
    pub kind: PanelKind,
    /// The page it comes from, from 1, if it shows a page.
    pub page: Option<u32>,
    /// What it shows, in words, for people who cannot see it.
    pub description: String,
    /// What moves on it, where it is a question of the quiz.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiz: Option<QuizState>,
}

/// What moves on the card of a quiz question. Its [`Panel::image`] shows the question with its choices, whatever the state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
#[non_exhaustive]
pub enum QuizState {
    /// The question is asked, and then there is time to think.
    Asked {
        /// Where that time runs down, in pixels of the image.
        countdown: Rect,
    },
    /// The answer is told: once its words are heard, another picture takes the place of the card.
    Answered {
        /// The card with the right choice marked and the others faded; a PNG as large as the first one.
        image: BlobRef,
        /// The words of the right choice.
        right: String,
    },
}

/// What a [`Panel`] shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PanelKind {
    /// The title card.
    Title,
    /// A figure of the document.
    Figure,
    /// A part of a page.
    PageCrop,
    /// A quiz question.
    Quiz,
    /// The source card.
    Source,
    /// A joke.
    Meme,
    /// A picture that is not the document's own.
    Illustration,
}

/// What moves behind a segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "from")]
#[non_exhaustive]
pub enum Background {
    /// Drawn by the program: the picture is a function of style, seed and time.
    Procedural {
        /// The name of the style, such as `marbles`.
        style: String,
        /// The seed.
        seed: u64,
        /// Where in the animation the segment starts, in milliseconds.
        offset_ms: u64,
    },
    /// A clip of the user's, or one that was found or made for a scene, looped.
    Clip {
        /// The file's bytes.
        clip: BlobRef,
        /// Where in the clip the segment starts, in milliseconds.
        offset_ms: u64,
    },
    /// One flat, dark colour that drifts slowly.
    Calm {
        /// The seed that chooses the colour.
        seed: u64,
    },
}

impl Background {
    /// What it is, for manifests, such as `procedural:marbles`.
    pub fn name(&self) -> String {
        match self {
            Self::Procedural { style, .. } => format!("procedural:{style}"),
            Self::Clip { clip, .. } => format!("clip:{}", clip.digest),
            Self::Calm { .. } => "procedural:calm".to_owned(),
        }
    }
}

impl StageData for Visuals {
    const SCHEMA: &'static str = "visuals/1";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Digest;

    #[test]
    fn a_background_is_named_by_its_style_or_its_file() {
        let procedural = Background::Procedural { style: "marbles".to_owned(), seed: 1, offset_ms: 0 };
        assert_eq!(procedural.name(), "procedural:marbles");
        assert_eq!(Background::Calm { seed: 1 }.name(), "procedural:calm");
        let digest = Digest::of(b"clip");
        let clip = BlobRef { digest: digest.clone(), bytes: 4, media_type: "video/mp4".to_owned() };
        assert_eq!(Background::Clip { clip, offset_ms: 0 }.name(), format!("clip:{digest}"));
    }
}
