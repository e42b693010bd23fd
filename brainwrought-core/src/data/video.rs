//! [`Video`]: the finished file with everything beside it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{BlobRef, OutboundCall};
use crate::stage::StageData;

/// The finished video and its sidecar files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Video {
    /// The MP4 file.
    pub video: BlobRef,
    /// Everything beside it by file name, such as `captions.srt`.
    pub sidecars: BTreeMap<String, BlobRef>,
    /// The number of frames.
    pub frames: u64,
    /// Frames per second.
    pub fps: u32,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Where each segment starts, in frames, in order.
    pub segment_starts: Vec<u64>,
    /// Every asset that went into it.
    pub assets: Vec<AssetRecord>,
    /// What the parts were joined with, for the manifest, without the names of the user's files.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub settings: serde_json::Value,
    /// What a reader of the report should know, from every stage.
    pub warnings: Vec<String>,
    /// The calls to providers that joining the parts took, such as those for sounds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<OutboundCall>,
}

/// Something that went into a video, and the right to use it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AssetRecord {
    /// The stage that brought it.
    pub stage: String,
    /// What it is, such as `font`, `voice`, `figure`.
    pub kind: String,
    /// Its name for people.
    pub name: String,
    /// Its bytes, when it has any of its own.
    pub bytes: Option<u64>,
    /// The SHA-256 of its bytes in hex, when it has any.
    pub sha256: Option<String>,
    /// The SPDX expression of its licence, or a sentence where there is none.
    pub licence: String,
    /// Who gave it, where that was a provider, such as `pexels`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Who made it, where somebody did and is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// The page where it was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// True when a model made it for this video.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub synthetic: bool,
}

impl AssetRecord {
    /// Makes a record of what every asset has; the rest is nothing.
    pub fn new(
        stage: impl Into<String>,
        kind: impl Into<String>,
        name: impl Into<String>,
        licence: impl Into<String>,
    ) -> Self {
        Self {
            stage: stage.into(),
            kind: kind.into(),
            name: name.into(),
            bytes: None,
            sha256: None,
            licence: licence.into(),
            provider: None,
            author: None,
            source: None,
            synthetic: false,
        }
    }

    /// Adds the size and the digest of its bytes.
    #[must_use]
    pub fn with_blob(mut self, blob: &BlobRef) -> Self {
        self.bytes = Some(blob.bytes);
        self.sha256 = Some(blob.digest.as_str().to_owned());
        self
    }
}

impl Video {
    /// The length in milliseconds, rounded down.
    pub fn duration_ms(&self) -> u64 {
        self.frames * 1000 / u64::from(self.fps.max(1))
    }
}

impl StageData for Video {
    const SCHEMA: &'static str = "video/1";
}
