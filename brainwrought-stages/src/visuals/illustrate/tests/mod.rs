//! What places for pictures are asked, what becomes of what they send, and of every way to fail.

mod foreign;
mod scenes;
mod services;

use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use brainwrought_core::artifact_store::ArtifactStore;
use brainwrought_core::budget::Cost;
use brainwrought_core::data::{
    Background, Citation, Document, IllustrationKind, Language, Line, LineRole, Meme, Page, PanelKind, Scene,
    SceneKind, Segment, VisualCue, Visuals,
};
use brainwrought_core::id::{JobId, TaskKey};
use brainwrought_core::memory::MemoryArtifactStore;
use brainwrought_core::stage::{Stage as _, StageContext, StageError};
use image::ImageFormat;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::raster::tests::picture;
use super::*;
use crate::media::{EncoderSettings, H264Encoder, Mp4Settings, Mp4Writer};
use crate::picture::{RgbaImage, YuvFrame};
use crate::provider::peer::Peer;
use crate::provider::scripted_server::{Act, ScriptedServer, json as answer};
use crate::provider::{Network, ProviderSettings, Request, Secret, Timeouts};
use crate::visuals::PrepareVisuals;

const JPEG: &str = "content-type: image/jpeg\r\n";

const MP4: &str = "content-type: video/mp4\r\n";

fn settings(base: &str) -> ProviderSettings {
    let mut settings = ProviderSettings::default();
    for (name, path) in [("openai", "/v1"), ("gemini", ""), ("pexels", ""), ("pixabay", "/api")] {
        settings.keys.insert(name.to_owned(), Secret::new("sk-hush-0123456789").unwrap());
        settings.bases.insert(name.to_owned(), format!("{base}{path}"));
    }
    settings.keys.insert("imgflip".to_owned(), Secret::new("ann:hush-0123456789").unwrap());
    settings.bases.insert("imgflip".to_owned(), base.to_owned());
    settings.timeouts = Timeouts { retries: Some(1), read_timeout_ms: Some(150), first_rest_ms: Some(1) };
    settings
}

fn context() -> StageContext {
    context_of(&(Arc::new(MemoryArtifactStore::default()) as Arc<dyn ArtifactStore>))
}

fn context_of(store: &Arc<dyn ArtifactStore>) -> StageContext {
    let key = TaskKey { stage: "visuals".into(), segment: Some(0) };
    StageContext::new(
        JobId::random().unwrap(),
        key,
        Arc::clone(store),
        PathBuf::new(),
        CancellationToken::new(),
    )
}

fn wish(query: &str, kind: IllustrationKind) -> ImageRequest {
    let (width, height) = if kind == IllustrationKind::Clip { (540, 960) } else { (406, 330) };
    ImageRequest { query: query.to_owned(), kind, width, height }
}

fn joke() -> Meme {
    Meme { template: "cat".to_owned(), top: "Queues & lines".to_owned(), bottom: "Bruh.".to_owned() }
}

fn photo() -> Vec<u8> {
    picture(600, 400, ImageFormat::Jpeg)
}

/// A short clip in which a bright bar moves down.
fn clip() -> Vec<u8> {
    clip_of(|frame, row| if row / 8 == frame { 160 } else { 60 })
}

/// A short clip with the luma of each row of each frame.
fn clip_of(luma: impl Fn(usize, usize) -> u8) -> Vec<u8> {
    const FRAMES: usize = 20;
    let settings = EncoderSettings { width: 96, height: 160, ..EncoderSettings::default() };
    let mut encoder = H264Encoder::new(&settings).unwrap();
    for frame in 0..FRAMES {
        let mut picture = YuvFrame::black(96, 160);
        let rows = picture.y.chunks_exact_mut(96).enumerate();
        rows.for_each(|(row, pixels)| pixels.fill(luma(frame, row)));
        encoder.push(&picture).unwrap();
    }
    let stream = encoder.finish().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clip.mp4");
    let about = Mp4Settings {
        fps: settings.fps,
        title: String::new(),
        comment: String::new(),
        description: String::new(),
        language: Language::english(),
        audio_bit_rate: 96_000,
    };
    let silence = vec![0.0; 2 * FRAMES * 48_000 / settings.fps as usize];
    let mut writer = Mp4Writer::create(&path, about, silence).unwrap();
    writer.push_clip(&stream.into()).unwrap();
    writer.finish().unwrap();
    std::fs::read(path).unwrap()
}

fn drawn(bytes: &[u8]) -> Act {
    answer(200, &json!({ "created": 1, "data": [{ "b64_json": STANDARD.encode(bytes) }] }))
}
