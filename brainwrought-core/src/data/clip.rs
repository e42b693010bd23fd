//! [`Clip`]: a rendered segment, ready to be joined.

use serde::{Deserialize, Serialize};

use super::{AssetRecord, BlobRef, Rect};
use crate::stage::StageData;

/// A rendered segment: encoded pictures, as long as the narration that belongs to them.
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
    /// Every caption as it was drawn, in order.
    pub captions: Vec<CaptionRecord>,
    /// The first drawn picture without captions, as PNG, for the poster.
    pub poster: Option<BlobRef>,
    /// The fonts and the background that it shows, with the right to show them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assets: Vec<AssetRecord>,
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
    /// The first of its words in [`Audio::words`](super::Audio::words).
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
    const SCHEMA: &'static str = "clip/2";
}
