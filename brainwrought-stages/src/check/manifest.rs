//! The manifest: what a video was made of and which files belong to it.

use std::collections::BTreeMap;

use brainwrought_core::data::{AssetRecord, BlobRef, Document, OutboundCall, Profile, Reader, Script, Video};
use serde::Serialize;

use crate::assemble::{Disclosure, Part, Spending, Timeline, calls};

/// What is written to `manifest.json`. It says nothing about the job, the time or the machine, so that the same video has
/// the same manifest everywhere.
#[derive(Serialize)]
struct Manifest<'a> {
    schema: &'static str,
    title: &'a str,
    language: &'a str,
    source: Source<'a>,
    #[serde(flatten)]
    disclosure: Disclosure,
    video: Shape,
    #[serde(skip_serializing_if = "serde_json::Value::is_null")]
    settings: &'a serde_json::Value,
    writer: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<&'a Profile>,
    segments: Vec<Chapter<'a>>,
    assets: &'a [AssetRecord],
    files: BTreeMap<&'a str, &'a BlobRef>,
    calls: Vec<&'a OutboundCall>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spent: Option<Spending>,
    warnings: &'a [String],
}

#[derive(Serialize)]
struct Source<'a> {
    file_name: &'a str,
    pages: u32,
    bytes: u64,
    sha256: &'a str,
    /// The engine that the text was read with.
    reader: Reader,
}

#[derive(Serialize)]
struct Shape {
    frames: u64,
    fps: u32,
    width: u32,
    height: u32,
    duration_ms: u64,
}

#[derive(Serialize)]
struct Chapter<'a> {
    title: &'a str,
    start_ms: u64,
    end_ms: u64,
}

/// Writes the manifest of a video, which has all its other files by now.
pub(super) fn manifest(
    document: &Document,
    script: &Script,
    parts: &[Part<'_>],
    timeline: &Timeline,
    video: &Video,
) -> Result<Vec<u8>, serde_json::Error> {
    let mut files: BTreeMap<&str, &BlobRef> =
        video.sidecars.iter().map(|(name, blob)| (name.as_str(), blob)).collect();
    files.insert("video.mp4", &video.video);
    let segments = script.segments.iter().enumerate();
    serde_json::to_vec_pretty(&Manifest {
        schema: "manifest/1",
        title: &script.title,
        language: script.language.as_str(),
        source: Source {
            file_name: &document.file_name,
            pages: script.page_count,
            bytes: document.source.bytes,
            sha256: document.source.digest.as_str(),
            reader: document.reader(),
        },
        disclosure: Disclosure::of(&script.writer, &video.assets),
        video: Shape {
            frames: video.frames,
            fps: video.fps,
            width: video.width,
            height: video.height,
            duration_ms: timeline.duration_ms(),
        },
        settings: &video.settings,
        writer: &script.writer,
        profile: script.profile.as_ref(),
        segments: segments
            .map(|(n, segment)| Chapter {
                title: &segment.title,
                start_ms: timeline.segment_ms(n),
                end_ms: timeline.segment_ms(n + 1),
            })
            .collect(),
        assets: &video.assets,
        files,
        // Whoever was spoken to, what for, and how much they learned; nobody, where everything was made on this machine.
        calls: calls(script, parts).chain(&video.calls).collect(),
        spent: Spending::of(script, parts, &video.calls),
        warnings: &video.warnings,
    })
}
