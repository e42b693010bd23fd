//! A small video whose every word, caption and picture is known.

use std::path::Path;
use std::sync::Arc;

use brainwrought_core::data::*;
use brainwrought_core::id::{JobId, TaskKey};
use brainwrought_core::memory::MemoryArtifactStore;
use brainwrought_core::split_mix::SplitMix64;
use brainwrought_core::stage::{Stage, StageContext};
use brainwrought_stages::assemble::Assemble;
use brainwrought_stages::audio::{Effects, Mix, MusicSource};
use brainwrought_stages::check::Check;
use brainwrought_stages::media::{EncoderSettings, H264Encoder};
use brainwrought_stages::picture::YuvFrame;
use bytes::Bytes;
use tokio_util::sync::CancellationToken;

pub(crate) const WIDTH: usize = 270;
pub(crate) const HEIGHT: usize = 480;
pub(crate) const FPS: u32 = 30;
/// Frames of each of the two segments.
pub(crate) const FRAMES: u64 = 120;

/// What is put in, before it is joined. Tests break a part of it.
pub(crate) struct Short {
    pub(crate) document: Document,
    pub(crate) script: Script,
    pub(crate) audios: Vec<Audio>,
    pub(crate) visuals: Vec<Visuals>,
    pub(crate) clips: Vec<Clip>,
    /// The sound of each segment, mono.
    pub(crate) sounds: Vec<Vec<f32>>,
    pub(crate) look: Look,
    pub(crate) settings: Assemble,
    folder: tempfile::TempDir,
    pub(crate) cx: StageContext,
}

/// What the pictures show.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// Something that moves.
    Moving,
    /// The same picture for two seconds.
    Frozen,
    /// Nothing for two seconds.
    Black,
    /// A strobe.
    Flashing,
    /// Movement, but no captions.
    Bare,
}

impl Short {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let job = JobId::from_bytes([7; 16]);
        let key = TaskKey { stage: "check".into(), segment: None };
        let store = Arc::new(MemoryArtifactStore::default());
        let cx = StageContext::new(job, key, store, folder.path().to_owned(), CancellationToken::new());
        Self {
            document: document(),
            script: script(),
            audios: vec![audio(), audio()],
            visuals: vec![visuals(), visuals()],
            clips: vec![clip(), clip()],
            sounds: vec![sound(0), sound(1)],
            look: Look::Moving,
            settings: Assemble {
                mix: Mix { music: MusicSource::None, effects: Effects::Off, ..Mix::default() },
                ..Assemble::default()
            },
            folder,
            cx,
        }
    }

    /// Encodes the pictures and joins everything.
    pub(crate) async fn assemble(&mut self) -> Video {
        for (n, (clip, audio)) in self.clips.iter_mut().zip(&mut self.audios).enumerate() {
            let pcm: Vec<u8> = self.sounds[n].iter().flat_map(|sample| sample.to_le_bytes()).collect();
            audio.pcm = self.cx.put(pcm.into(), "audio/pcm;rate=48000;encoding=float").await.unwrap();
            let captions: &[CaptionRecord] = if self.look == Look::Bare { &[] } else { &clip.captions };
            clip.video = self.cx.put(pictures(n, self.look, captions), "video/h264").await.unwrap();
        }
        self.settings.run(&self.cx, self.parts()).await.unwrap()
    }

    /// What is joined.
    pub(crate) fn parts(&self) -> <Assemble as Stage>::Input {
        let (audios, visuals) = (self.audios.clone(), self.visuals.clone());
        (self.document.clone(), self.script.clone(), audios, visuals, self.clips.clone())
    }

    /// What is measured.
    pub(crate) fn measured(&self, video: Video) -> <Check as Stage>::Input {
        let (document, script, audios, visuals, clips) = self.parts();
        (document, script, video, audios, visuals, clips)
    }

    /// Joins everything and measures it, which adds the report and the manifest.
    pub(crate) async fn measure(&mut self) -> Report {
        let video = self.assemble().await;
        Check::default().measure(&self.cx, self.measured(video)).await.unwrap()
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

fn blob() -> BlobRef {
    BlobRef { digest: brainwrought_core::id::Digest::of(b""), bytes: 0, media_type: String::new() }
}

/// What stands on the page.
const PAGE: &str = "Queues keep 97% of the work when Postgres restarts. A lease of 60 s was long enough.";

fn document() -> Document {
    Document {
        source: blob(),
        file_name: "queues.pdf".to_owned(),
        title: "Queues".to_owned(),
        language: Language::english(),
        pages: vec![Page {
            number: 1,
            width: 595.0,
            height: 842.0,
            blocks: vec![Block {
                kind: BlockKind::Paragraph,
                text: PAGE.to_owned(),
                bbox: Rect { x: 50.0, y: 50.0, width: 400.0, height: 40.0 },
                font_size: 10.0,
                bold: false,
            }],
            ..Page::default()
        }],
        outline: Vec::new(),
        figures: Vec::new(),
        engine: "none".to_owned(),
        engine_version: String::new(),
        warnings: vec!["page 2 could not be read".to_owned()],
    }
}

fn script() -> Script {
    let line =
        |text: &str, role| Line::new(text.to_owned(), role, Citation { page: 1, quote: PAGE.to_owned() });
    let segment = |index: u32, kinds: [SceneKind; 2], texts: [&str; 2]| Segment {
        index,
        title: format!("Part {}", index + 1),
        language: Language::english(),
        planned_start_ms: u64::from(index) * 4000,
        planned_ms: 0,
        scenes: kinds
            .into_iter()
            .zip(texts)
            .map(|(kind, text)| Scene::new(kind, vec![line(text, LineRole::Fact)], VisualCue::Motion, 0))
            .collect(),
    };
    Script {
        title: "Queues".to_owned(),
        language: Language::english(),
        page_count: 1,
        writer: "offline/en".to_owned(),
        target_ms: 8000,
        analysis: Analysis::default(),
        segments: vec![
            segment(
                0,
                [SceneKind::Hook, SceneKind::Content],
                ["Queues keep the work.", "They keep 97% of it."],
            ),
            segment(
                1,
                [SceneKind::Content, SceneKind::Source],
                ["A lease of 60 s is enough.", "That was Queues."],
            ),
        ],
        quiz: vec![QuizQuestion {
            question: "How much is kept?".to_owned(),
            choices: vec!["97%".to_owned(), "12%".to_owned()],
            answer: 0,
            citation: Citation { page: 1, quote: String::new() },
        }],
        profile: None,
        mood: None,
        calls: Vec::new(),
        warnings: Vec::new(),
    }
}

/// Words of 250 ms every 400 ms, from 100 ms on: nine a segment.
fn words() -> Vec<Word> {
    let word = |n: u64| Word {
        text: format!("word{n}"),
        start_ms: 100 + n * 400,
        end_ms: 350 + n * 400,
        scene: u32::from(n >= 5),
        line: 0,
        speaker: Speaker::Explainer,
    };
    (0..9).map(word).collect()
}

fn clip() -> Clip {
    let words = words();
    let captions = words
        .chunks(2)
        .enumerate()
        .map(|(n, pair)| CaptionRecord {
            text: pair.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" "),
            start_ms: if n == 0 { 0 } else { pair[0].start_ms },
            end_ms: words.get(n * 2 + 2).map_or(3900, |next| next.start_ms),
            first_word: n as u32 * 2,
            words: pair.len() as u32,
            lit_ms: pair.iter().map(|w| w.start_ms).collect(),
            bbox: Rect { x: 60.0, y: 270.0, width: 150.0, height: 30.0 },
            contrast: 15.0,
            missing_glyphs: 0,
        })
        .collect();
    Clip {
        video: blob(),
        frames: FRAMES,
        fps: FPS,
        width: WIDTH as u32,
        height: HEIGHT as u32,
        captions,
        poster: None,
        assets: vec![
            AssetRecord::new("render", "font", "Montserrat Black", "OFL-1.1"),
            AssetRecord::new("render", "background", "procedural:stripes", "MIT OR Apache-2.0"),
        ],
    }
}

fn audio() -> Audio {
    let mark = |at_ms| AudioMark { at_ms, kind: MarkKind::Scene };
    Audio {
        pcm: blob(),
        sample_rate: 48_000,
        samples: FRAMES * 1600,
        words: words(),
        marks: vec![mark(0), mark(2000)],
        voice: "hibari/heart".to_owned(),
        assets: vec![AssetRecord {
            synthetic: true,
            ..AssetRecord::new("audio", "voice", "hibari/heart", "Apache-2.0")
        }],
        warnings: Vec::new(),
        calls: Vec::new(),
    }
}

fn visuals() -> Visuals {
    Visuals {
        scenes: Vec::new(),
        background: Background::Procedural { style: "stripes".to_owned(), seed: 0, offset_ms: 0 },
        avatars: Vec::new(),
        assets: Vec::new(),
        calls: Vec::new(),
        warnings: vec!["a picture was small".to_owned()],
    }
}

/// A burst of coloured noise for every word: it correlates with itself only.
fn sound(segment: usize) -> Vec<f32> {
    let mut samples = vec![0.0; FRAMES as usize * 1600];
    let mut numbers = SplitMix64::new(segment as u64 + 11);
    let mut smooth = 0.0_f32;
    for word in words() {
        let (start, end) = (word.start_ms as usize * 48, word.end_ms as usize * 48);
        for sample in &mut samples[start..end] {
            smooth = smooth * 0.9 + ((numbers.bits() >> 40) as f32 / 8_388_608.0 - 1.0) * 0.1;
            *sample = smooth * 2.0;
        }
    }
    samples
}

fn pictures(segment: usize, look: Look, captions: &[CaptionRecord]) -> Bytes {
    let settings = EncoderSettings {
        width: WIDTH as u32,
        height: HEIGHT as u32,
        fps: FPS,
        ..EncoderSettings::default()
    };
    let mut encoder = H264Encoder::new(&settings).unwrap();
    let mut frame = YuvFrame::black(WIDTH, HEIGHT);
    for n in 0..FRAMES {
        let is_middle = (30..90).contains(&n) && segment == 0;
        let shown = if look == Look::Frozen && is_middle { 30 } else { n };
        for (row, line) in frame.y.chunks_exact_mut(WIDTH).enumerate() {
            line.fill(60 + ((row as u64 + shown * 3) / 16 % 5) as u8 * 8);
        }
        if look == Look::Flashing && n % 6 < 3 {
            frame.y.iter_mut().for_each(|y| *y = y.saturating_add(110).min(235));
        }
        let at = shown * 1000 / u64::from(FPS);
        if let Some(caption) = captions.iter().find(|c| c.start_ms <= at && at < c.end_ms) {
            letters(&mut frame, caption.bbox);
        }
        if look == Look::Black && is_middle {
            frame = YuvFrame::black(WIDTH, HEIGHT);
        }
        encoder.push(&frame).unwrap();
    }
    encoder.finish().unwrap().into()
}

/// White bars with black around them, as letters have.
fn letters(frame: &mut YuvFrame, bbox: Rect) {
    for row in frame.y.chunks_exact_mut(WIDTH).skip(bbox.y as usize).take(bbox.height as usize) {
        for (x, y) in row[bbox.x as usize..bbox.right() as usize].iter_mut().enumerate() {
            *y = if x / 8 % 2 == 0 { 16 } else { 235 };
        }
    }
}
