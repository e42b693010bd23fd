//! [`Clip`]: a rendered segment, ready to be joined.

use serde::{Deserialize, Serialize};

use super::{AssetRecord, Audio, BlobRef, OutboundCall, Rect, SceneKind};
use crate::stage::StageData;

/// A rendered segment: encoded pictures, and the narration that belongs to them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Clip {
    /// H.264 as an Annex B byte stream, `video/h264`; starts with an IDR picture and refers to nothing outside.
    pub video: BlobRef,
    /// The number of frames.
    pub frames: u64,
    /// Frames per second.
    pub fps: u32,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The narration, as long as the pictures.
    pub audio: Audio,
    /// The kind of every scene, in order.
    pub scenes: Vec<SceneKind>,
    /// Every caption as it was drawn, in order.
    pub captions: Vec<CaptionRecord>,
    /// The first drawn picture without captions, as PNG, for the poster.
    pub poster: Option<BlobRef>,
    /// Where the background comes from, for the manifest, such as `procedural:marbles`.
    pub background: String,
    /// What it shows, the fonts and the background included, with the right to show it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assets: Vec<AssetRecord>,
    /// The calls to providers that its pictures took.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<OutboundCall>,
    /// What a reader of the report should know.
    pub warnings: Vec<String>,
}

/// One caption as it was drawn; the gate measures these.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaptionRecord {
    /// The text on screen.
    pub text: String,
    /// When it appears, in milliseconds from the start of the segment.
    pub start_ms: u64,
    /// When it goes, in milliseconds from the start of the segment.
    pub end_ms: u64,
    /// The first of its words in [`Audio::words`].
    pub first_word: u32,
    /// The number of its words.
    pub words: u32,
    /// When each of its words lights up, in milliseconds from the start of the segment.
    pub lit_ms: Vec<u64>,
    /// The box of its ink, stroke and pop included, in pixels of the frame.
    pub bbox: Rect,
    /// The least contrast ratio of its letters against what surrounds them, from 1 to 21 (WCAG 2.2).
    pub contrast: f32,
    /// The characters that no font could draw.
    pub missing_glyphs: u32,
}

impl StageData for Clip {
    const SCHEMA: &'static str = "clip/1";
}
