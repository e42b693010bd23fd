//! [`Manifest`]: what a video was made of and which files belong to it.

use std::collections::BTreeMap;

use brainwrought_core::data::{AssetRecord, BlobRef, Document, OutboundCall, Profile, Reader, Script, Video};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::assemble::{Disclosure, Part, Spending, Timeline, calls};
use crate::script::LineReport;

/// What is written to `manifest.json`. It says nothing about the job, the time or the machine, so that the same video has
/// the same manifest everywhere.
///
/// What an earlier version did not write is empty when it is read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Manifest {
    /// The name and number of its form.
    pub schema: String,
    /// The title of the video.
    pub title: String,
    /// The language of the script, as a tag such as `en`.
    pub language: String,
    /// The document.
    pub source: ManifestSource,
    /// What of the video is synthetic.
    #[serde(flatten)]
    pub disclosure: Option<Disclosure>,
    /// The length and the size of the video.
    pub video: ManifestVideo,
    /// The settings that the video was made with.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub settings: Value,
    /// Who wrote the script, such as `offline/en`.
    pub writer: String,
    /// Who the video is for, where a model said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
    /// The lines that a person let stand although the document does not bear them out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub overruled: Vec<LineReport>,
    /// The chapters, in order.
    pub segments: Vec<ManifestChapter>,
    /// What went into the video, and the right to use it.
    pub assets: Vec<AssetRecord>,
    /// The files of the video by name, but for the report and this manifest.
    pub files: BTreeMap<String, BlobRef>,
    /// The calls to providers that the video took, in order.
    pub calls: Vec<OutboundCall>,
    /// What providers were paid for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spent: Option<Spending>,
    /// What a reader should know.
    pub warnings: Vec<String>,
}

/// The document that a [`Manifest`] is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ManifestSource {
    /// The name of its file.
    pub file_name: String,
    /// The number of its pages.
    pub pages: u32,
    /// The bytes of its file.
    pub bytes: u64,
    /// The SHA-256 of its file in hex.
    pub sha256: String,
    /// The engine that the text was read with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reader: Option<Reader>,
}

/// The length and the size of the video that a [`Manifest`] is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ManifestVideo {
    /// The number of frames.
    pub frames: u64,
    /// Frames in a second.
    pub fps: u32,
    /// The width of a frame in pixels.
    pub width: u32,
    /// The height of a frame in pixels.
    pub height: u32,
    /// The length in milliseconds.
    pub duration_ms: u64,
}

/// A chapter in a [`Manifest`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ManifestChapter {
    /// Its title.
    pub title: String,
    /// Where it begins, in milliseconds.
    pub start_ms: u64,
    /// Where it ends, in milliseconds.
    pub end_ms: u64,
}

/// Writes the manifest of a video, which has all its other files by now.
pub(super) fn manifest(
    document: &Document,
    script: &Script,
    lines: &[LineReport],
    parts: &[Part<'_>],
    timeline: &Timeline,
    video: &Video,
) -> Result<Vec<u8>, serde_json::Error> {
    let mut files = video.sidecars.clone();
    files.insert("video.mp4".to_owned(), video.video.clone());
    let segments = script.segments.iter().enumerate();
    serde_json::to_vec_pretty(&Manifest {
        schema: "manifest/1".to_owned(),
        title: script.title.clone(),
        language: script.language.as_str().to_owned(),
        source: ManifestSource {
            file_name: document.file_name.clone(),
            pages: script.page_count,
            bytes: document.source.bytes,
            sha256: document.source.digest.to_string(),
            reader: Some(document.reader()),
        },
        disclosure: Some(Disclosure::new(&script.writer, &video.assets)),
        video: ManifestVideo {
            frames: video.frames,
            fps: video.fps,
            width: video.width,
            height: video.height,
            duration_ms: timeline.duration_ms(),
        },
        settings: video.settings.clone(),
        writer: script.writer.clone(),
        profile: script.profile.clone(),
        overruled: lines.iter().filter(|line| line.overruled).cloned().collect(),
        segments: segments
            .map(|(n, segment)| ManifestChapter {
                title: segment.title.clone(),
                start_ms: timeline.segment_ms(n),
                end_ms: timeline.segment_ms(n + 1),
            })
            .collect(),
        assets: video.assets.clone(),
        files,
        // Whoever was spoken to, what for, and how much they learned; nobody, where everything was made on this machine.
        calls: calls(script, parts).chain(&video.calls).cloned().collect(),
        spent: Spending::new(script, parts, &video.calls),
        warnings: video.warnings.clone(),
    })
}
