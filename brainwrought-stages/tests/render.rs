//! The render stage from values to values: exact lengths, captions in time and in place, and the same bytes every time.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use brainwrought_core::data::{
    Audio, AudioMark, Background, Citation, Clip, Language, Line, LineRole, MarkKind, Panel, PanelKind,
    QuizState, Rect, Scene as ScriptScene, SceneKind, SceneVisual, Segment, Speaker, VisualCue, Visuals,
    Word,
};
use brainwrought_core::id::{JobId, TaskKey};
use brainwrought_core::memory::MemoryArtifactStore;
use brainwrought_core::split_mix::SplitMix64;
use brainwrought_core::stage::{Stage, StageContext, StageError};
use brainwrought_stages::check::Limits;
use brainwrought_stages::frame::{CaptionStyle, Layout};
use brainwrought_stages::media::{ClipReader, ClipSettings, EncoderSettings, Mp4Settings, Mp4Writer};
use brainwrought_stages::picture::{RgbaImage, YuvFrame};
use brainwrought_stages::render::{FrameHook, FrameMoment, Render, RenderTurns, lay_out};
use brainwrought_stages::text::Fonts;
use bytes::Bytes;
use tokio_util::sync::CancellationToken;

const WIDTH: u32 = 270;
const HEIGHT: u32 = 480;
const FPS: u32 = 30;
const PER_FRAME: u64 = 1600;
const FRAMES: u64 = 75;
const RED: [u8; 4] = [220, 20, 20, 255];
/// Where red letters of the panel would be red in chroma: well above grey's 128.
const RED_V: u8 = 190;

/// Everything a segment is rendered from. Tests change a part of it.
struct Scene {
    segment: Segment,
    audio: Audio,
    visuals: Visuals,
    stage: Render,
    cx: StageContext,
    cancellation: CancellationToken,
}

impl Scene {
    async fn new() -> Self {
        let cancellation = CancellationToken::new();
        let task = TaskKey { stage: "render".into(), segment: Some(0) };
        let store = Arc::new(MemoryArtifactStore::default());
        let cx = StageContext::new(JobId::from_bytes([7; 16]), task, store, ".".into(), cancellation.clone());
        let image = RgbaImage::from_premultiplied(160, 80, RED.repeat(160 * 80)).unwrap().to_png().unwrap();
        let panel = Panel {
            image: cx.put(image.into(), "image/png").await.unwrap(),
            width: 160,
            height: 80,
            kind: PanelKind::Title,
            page: Some(7),
            description: "A red card.".to_owned(),
            quiz: None,
        };
        let word = |text: &str, start_ms, line| Word {
            text: text.to_owned(),
            start_ms,
            end_ms: start_ms + 280,
            scene: line,
            line: 0,
            speaker: Speaker::Explainer,
        };
        let words = vec![
            word("Every", 120, 0),
            word("queue", 420, 0),
            word("explodes.", 720, 0),
            word("It", 1400, 1),
            word("costs", 1700, 1),
            word("$45.", 2000, 1),
        ];
        let mark = |at_ms| AudioMark { at_ms, kind: MarkKind::Scene };
        let audio = Audio {
            pcm: cx.put(vec![].into(), "audio/pcm;rate=48000;encoding=float").await.unwrap(),
            sample_rate: 48_000,
            samples: FRAMES * PER_FRAME,
            words,
            marks: vec![mark(0), mark(1300)],
            voice: "test/none".to_owned(),
            assets: Vec::new(),
            warnings: vec!["from the voice".to_owned()],
            calls: Vec::new(),
        };
        let visuals = Visuals {
            unit: Default::default(),
            page_labels: Default::default(),
            scenes: vec![
                SceneVisual { panel: Some(panel), shows: Vec::new(), badges: vec![Some(7)] },
                SceneVisual { panel: None, shows: Vec::new(), badges: vec![None] },
            ],
            avatars: Vec::new(),
            background: Background::Calm { seed: 3 },
            assets: Vec::new(),
            calls: Vec::new(),
            warnings: vec!["from the pictures".to_owned()],
        };
        let segment = Segment {
            index: 0,
            title: "Queues".to_owned(),
            language: Language::english(),
            planned_start_ms: 0,
            planned_ms: 0,
            scenes: Vec::new(),
        };
        let stage = Render {
            encoder: EncoderSettings { width: WIDTH, height: HEIGHT, fps: FPS, ..EncoderSettings::default() },
            layout: Layout::Card,
            captions: CaptionStyle::Pop,
            fonts: Fonts::embedded(),
            limits: Limits::default(),
            turns: RenderTurns::default(),
            hooks: Vec::new(),
        };
        Self { segment, audio, visuals, stage, cx, cancellation }
    }

    async fn render(&self) -> Result<Clip, StageError> {
        let input = (self.segment.clone(), self.audio.clone(), self.visuals.clone());
        self.stage.run(&self.cx, input).await
    }

    /// The clip as a file that can be played.
    async fn file(&self, clip: &Clip) -> Bytes {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clip.mp4");
        let settings = Mp4Settings {
            fps: FPS,
            title: "Queues".to_owned(),
            comment: String::new(),
            description: String::new(),
            language: Language::english(),
            audio_bit_rate: 96_000,
        };
        let silence = vec![0.0; (clip.frames * PER_FRAME * 2) as usize];
        let mut writer = Mp4Writer::create(&path, settings, silence).unwrap();
        writer.push_clip(&self.cx.get(&clip.video).await.unwrap()).unwrap();
        writer.finish().unwrap();
        std::fs::read(path).unwrap().into()
    }

    /// Renders, and decodes the pictures again.
    async fn frames(&self) -> (Clip, Vec<YuvFrame>) {
        let clip = self.render().await.unwrap();
        let settings = ClipSettings { width: WIDTH, height: HEIGHT, fps: FPS, offset_ms: 0 };
        let mut reader = ClipReader::open(self.file(&clip).await, settings).unwrap();
        let mut frames = Vec::new();
        for _ in 0..clip.frames {
            let mut frame = YuvFrame::black(WIDTH as usize, HEIGHT as usize);
            reader.next_into(&mut frame).unwrap();
            frames.push(frame);
        }
        (clip, frames)
    }
}

/// How many pixels between two rows of the frame are as bright as caption letters or brighter.
fn bright(frame: &YuvFrame, rows: std::ops::Range<usize>) -> usize {
    frame.y[rows.start * WIDTH as usize..rows.end * WIDTH as usize].iter().filter(|y| **y > 180).count()
}

/// How much of the frame is as red as the panel, in chroma samples.
fn red(frame: &YuvFrame) -> usize {
    frame.v.iter().filter(|v| **v > RED_V).count()
}

#[tokio::test]
async fn the_clip_has_exactly_the_frames_of_its_sound() {
    let scene = Scene::new().await;
    let clip = scene.render().await.unwrap();
    assert_eq!((clip.frames, clip.fps, clip.width, clip.height), (FRAMES, FPS, WIDTH, HEIGHT));
    let stream = scene.cx.get(&clip.video).await.unwrap();
    // Every picture has one or more slices; its first one starts at macroblock 0, whose code is a single 1 bit
    // (ITU-T H.264, 7.3.3), and follows a header of type 1 or 5.
    let starts = stream
        .windows(5)
        .filter(|bytes| bytes[..3] == [0, 0, 1] && matches!(bytes[3] & 0x1f, 1 | 5) && bytes[4] & 0x80 != 0);
    assert_eq!(starts.count() as u64, FRAMES);
}

#[tokio::test]
async fn the_same_input_gives_the_same_bytes() {
    let (one, two) = (Scene::new().await, Scene::new().await);
    assert_eq!(one.render().await.unwrap(), two.render().await.unwrap());
}

#[tokio::test]
async fn captions_light_up_with_the_voice_inside_the_safe_box() {
    let scene = Scene::new().await;
    let clip = scene.render().await.unwrap();
    let mut next = 0;
    for caption in &clip.captions {
        assert_eq!(caption.first_word, next, "every word has its place");
        next += caption.words;
        let words = &scene.audio.words[caption.first_word as usize..next as usize];
        for (word, lit) in words.iter().zip(&caption.lit_ms) {
            assert!(word.start_ms.abs_diff(*lit) <= 1000 / u64::from(FPS), "{} {lit}", word.text);
        }
        let (scale, ink) = (WIDTH as f32 / 1080.0, caption.bbox);
        assert!(ink.x >= 108.0 * scale && ink.right() <= 960.0 * scale, "{ink:?}");
        assert!(ink.y >= 270.0 * scale && ink.bottom() <= 1250.0 * scale, "{ink:?}");
        assert!(caption.contrast >= 4.5 && caption.missing_glyphs == 0);
        assert!(caption.end_ms - caption.start_ms >= 300);
    }
    assert_eq!(next as usize, scene.audio.words.len());
    assert_eq!(clip.captions[0].start_ms, 0);
}

#[tokio::test]
async fn letters_are_drawn_where_the_records_say() {
    let mut scene = Scene::new().await;
    let (clip, frames) = scene.frames().await;
    let ink = clip.captions[0].bbox;
    let rows = ink.y as usize..ink.bottom() as usize;
    assert!(bright(&frames[0], rows.clone()) > 200, "the first caption is in the first frame");
    assert!(bright(&frames[0], rows.end + 8..HEIGHT as usize) == 0, "nothing bright lies below captions");
    scene.stage.captions = CaptionStyle::Off;
    let (silent, frames) = scene.frames().await;
    assert_eq!(bright(&frames[0], rows), 0);
    assert_eq!(silent.captions.len(), clip.captions.len(), "they are measured all the same");
}

#[tokio::test]
async fn every_look_of_captions_passes_the_rules_of_captions() {
    for style in CaptionStyle::ALL.iter().filter(|style| **style != CaptionStyle::Off) {
        let mut scene = Scene::new().await;
        scene.stage.captions = *style;
        let (clip, frames) = scene.frames().await;
        assert_eq!(clip, scene.render().await.unwrap(), "{style:?}: the same input gives the same bytes");
        let (mut next, scale) = (0, WIDTH as f32 / 1080.0);
        for caption in &clip.captions {
            assert_eq!(caption.first_word, next, "{style:?}: every word has its place");
            next += caption.words;
            let ink = caption.bbox;
            assert!(ink.x >= 108.0 * scale && ink.right() <= 960.0 * scale, "{style:?} {ink:?}");
            assert!(ink.y >= 270.0 * scale && ink.bottom() <= 1250.0 * scale, "{style:?} {ink:?}");
            assert!(caption.contrast >= 4.5 && caption.missing_glyphs == 0, "{style:?}");
            assert!(caption.end_ms - caption.start_ms >= 300, "{style:?}");
            // The gate looks for letters and their ground between the last word and the end.
            let last = caption.lit_ms.last().unwrap();
            let middle = &frames[((last + caption.end_ms) / 2 * u64::from(FPS) / 1000) as usize];
            let rows = ink.y as usize..ink.bottom() as usize;
            let lit = rows.clone().map(|row| {
                let row = &middle.y[row * WIDTH as usize..][ink.x as usize..ink.right() as usize];
                let count = |is: fn(&&u8) -> bool| row.iter().filter(is).count();
                (count(|y| **y >= 170), count(|y| **y <= 70), row.len())
            });
            let (bright, dark, all) =
                lit.fold((0, 0, 0), |sum, row| (sum.0 + row.0, sum.1 + row.1, sum.2 + row.2));
            assert!(bright * 50 >= all && dark * 50 >= all, "{style:?} {bright} {dark} of {all}");
        }
        assert_eq!(next as usize, scene.audio.words.len(), "{style:?}");
    }
}

#[tokio::test]
async fn words_that_carry_a_line_stay_in_colour() {
    let mut scene = Scene::new().await;
    let gold = |frame: &YuvFrame| frame.u.iter().filter(|u| **u < 70).count();
    // "queue" is said: what is gold beside it carries the line.
    let (_, before) = scene.frames().await;
    let mut line =
        Line::new("Every queue explodes.", LineRole::Fact, Citation { page: 1, quote: String::new() });
    line.emphasis = vec!["Every".to_owned(), "queue".to_owned()];
    scene.segment.scenes = vec![ScriptScene::new(SceneKind::Content, vec![line], VisualCue::Motion, 0)];
    let (_, after) = scene.frames().await;
    assert!(gold(&after[18]) > gold(&before[18]) * 3 / 2, "{} {}", gold(&after[18]), gold(&before[18]));
}

#[tokio::test]
async fn the_card_of_a_question_turns_to_its_answer() {
    let mut scene = Scene::new().await;
    let panel = scene.visuals.scenes[0].panel.clone().unwrap();
    let green = [20, 160, 20, 255].repeat(160 * 80);
    let green = RgbaImage::from_premultiplied(160, 80, green).unwrap().to_png().unwrap();
    let image = scene.cx.put(green.into(), "image/png").await.unwrap();
    let place = Rect { x: 120.0, y: 10.0, width: 30.0, height: 30.0 };
    let asked =
        Panel { kind: PanelKind::Quiz, quiz: Some(QuizState::Asked { countdown: place }), ..panel.clone() };
    let told = QuizState::Answered { image, right: "$45".to_owned() };
    let answered = Panel { kind: PanelKind::Quiz, quiz: Some(told), ..panel };
    scene.visuals.scenes[0].panel = Some(asked);
    scene.visuals.scenes[1].panel = Some(answered);
    // The first scene has two seconds left when its last word has been said.
    scene.audio.samples = 5 * 48_000;
    scene.audio.marks[1].at_ms = 3_000;
    for word in &mut scene.audio.words[3..] {
        (word.start_ms, word.end_ms) = (word.start_ms + 1_700, word.end_ms + 1_700);
    }
    let (_, frames) = scene.frames().await;
    let red = |n: usize| red(&frames[n]);
    // The ring covers a part of the card, and less and less of it is gold.
    let gold = |n: usize| frames[n].u.iter().take(135 * 130).filter(|u| **u < 80).count();
    assert!(
        gold(20) > 60 && gold(20) > gold(60) && gold(60) > gold(84),
        "{} {} {}",
        gold(20),
        gold(60),
        gold(84)
    );
    assert!(red(95) > 2_900, "the card stands until the answer is heard");
    // "$45." begins at 3.7 s.
    assert!(red(106) > 2_000 && red(116) < 100, "{} {}", red(106), red(116));
    assert!(red(149) < 100);
}

#[tokio::test]
async fn panels_stand_for_as_long_as_their_scene() {
    let mut scene = Scene::new().await;
    for layout in [Layout::Card, Layout::Split] {
        scene.stage.layout = layout;
        let (_, frames) = scene.frames().await;
        // 160 × 80 pixels are 3,200 samples of colour; the edges lose some.
        assert!(red(&frames[0]) > 2900, "{layout:?}: the title is there from the first frame");
        assert!(red(&frames[37]) > 2900, "{layout:?}");
        assert!(red(&frames[41]) < 50, "{layout:?}: the second scene starts at frame 39");
    }
}

#[tokio::test]
async fn only_the_first_segment_brings_a_poster() {
    let mut scene = Scene::new().await;
    let clip = scene.render().await.unwrap();
    let poster = RgbaImage::from_png(&scene.cx.get(&clip.poster.unwrap()).await.unwrap()).unwrap();
    assert_eq!((poster.width(), poster.height()), (WIDTH as usize, HEIGHT as usize));
    let red = poster.pixels.chunks_exact(4).filter(|p| p[0] > 200 && p[1] < 50 && p[2] < 50).count();
    assert!(red > 11_000, "{red}");
    scene.segment.index = 1;
    assert!(scene.render().await.unwrap().poster.is_none());
}

/// Paints the upper left corner white from the tenth frame on.
#[derive(Debug)]
struct Corner;

impl FrameHook for Corner {
    fn settings(&self) -> serde_json::Value {
        "corner/1".into()
    }

    fn apply(&self, frame: &mut YuvFrame, moment: FrameMoment) {
        assert_eq!((moment.segment, moment.fps), (0, FPS));
        let width = frame.width();
        if moment.frame >= 10 {
            frame.y.chunks_exact_mut(width).take(32).for_each(|row| row[..32].fill(235));
        }
    }
}

#[tokio::test]
async fn a_hook_changes_every_frame_and_the_settings() {
    let mut scene = Scene::new().await;
    let plain = serde_json::to_value(&scene.stage).unwrap();
    assert_eq!(plain.get("hooks"), None, "settings without hooks are what they were");
    scene.stage.hooks.push(Arc::new(Corner));
    assert_eq!(serde_json::to_value(&scene.stage).unwrap()["hooks"], serde_json::json!(["corner/1"]));
    let (_, frames) = scene.frames().await;
    let bright = |frame: &YuvFrame| frame.y[16 * frame.width() + 16] > 220;
    let seen: Vec<bool> = frames.iter().map(bright).collect();
    assert!(seen[..10].iter().all(|bright| !bright) && seen[10..].iter().all(|bright| *bright), "{seen:?}");
}

#[tokio::test]
async fn a_clip_of_the_users_moves_behind_the_captions() {
    let mut scene = Scene::new().await;
    let own = scene.render().await.unwrap();
    let file = scene.cx.put(scene.file(&own).await, "video/mp4").await.unwrap();
    scene.visuals.background = Background::Clip { clip: file, offset_ms: 0 };
    scene.visuals.scenes[0].panel = None;
    let (_, frames) = scene.frames().await;
    // The red card is now in the background only, and goes when it went there.
    assert!(red(&frames[0]) > 2900 && red(&frames[37]) > 2900 && red(&frames[41]) < 50);
}

#[tokio::test]
async fn captions_that_the_gate_would_refuse_are_not_rendered() {
    let mut scene = Scene::new().await;
    scene.audio.words[1].text = "注意".to_owned();
    let error = scene.render().await.unwrap_err();
    assert!(!error.is_retryable());
    assert!(error.to_string().contains("missing glyphs is 2, allowed is 0"), "{error}");
    // Nobody sees them where captions are not drawn.
    scene.stage.limits.captions = CaptionStyle::Off;
    let clip = scene.render().await.unwrap();
    assert_eq!(clip.captions.iter().map(|caption| caption.missing_glyphs).sum::<u32>(), 2);

    let mut scene = Scene::new().await;
    for (n, word) in scene.audio.words.iter_mut().enumerate() {
        (word.line, word.start_ms, word.end_ms) = (n as u32, 500 + n as u64 * 90, 580 + n as u64 * 90);
    }
    let error = scene.render().await.unwrap_err();
    assert!(error.to_string().contains("caption on screen is"), "{error}");
}

#[tokio::test]
async fn a_segment_that_cannot_be_rendered_says_why() {
    let mut scene = Scene::new().await;
    scene.audio.samples += 1;
    let error = scene.render().await.unwrap_err();
    assert!(!error.is_retryable() && error.to_string().contains("made again"), "{error}");

    let mut scene = Scene::new().await;
    let panel = scene.visuals.scenes[0].panel.as_mut().unwrap();
    panel.image = scene.cx.put("no picture".into(), "image/png").await.unwrap();
    assert!(!scene.render().await.unwrap_err().is_retryable());

    let scene = Scene::new().await;
    scene.cancellation.cancel();
    assert!(scene.render().await.unwrap_err().is_cancelled());
}

#[test]
fn whatever_is_said_captions_keep_their_rules() {
    let mut numbers = SplitMix64::new(12_345);
    let mut below = |end: usize| numbers.below(end) as u64;
    for round in 0..300 {
        let (mut words, mut at) = (Vec::new(), below(300));
        for line in 0..1 + below(6) {
            for _ in 0..1 + below(9) {
                // About 170 words a minute, with letters that go with how long a word is said.
                let length = 150 + below(350);
                let text: String = "incomprehensible".chars().take(1 + length as usize / 45).collect();
                let (scene, line) = (line as u32 / 2, line as u32 % 2);
                words.push(Word {
                    text,
                    start_ms: at,
                    end_ms: at + length,
                    scene,
                    line,
                    speaker: Speaker::Explainer,
                });
                at += length + below(20);
            }
            at += below(1500);
        }
        let chunks = lay_out(&words, at);
        let mut next = 0;
        for (place, chunk) in chunks.iter().enumerate() {
            assert_eq!(chunk.words.start, next, "round {round}");
            next = chunk.words.end;
            let shown = &words[chunk.words.clone()];
            assert!((1..=4).contains(&shown.len()), "round {round}");
            assert!(shown.iter().all(|w| (w.scene, w.line) == (shown[0].scene, shown[0].line)));
            for word in shown {
                let seen = chunk.start_ms <= word.start_ms && word.start_ms < chunk.end_ms;
                assert!(seen, "round {round}: {word:?} is said while {chunk:?}");
            }
            if let Some(after) = chunks.get(place + 1) {
                assert!(chunk.end_ms <= after.start_ms, "round {round}: two at once");
                let pause = words[after.words.start].start_ms - words[next - 1].end_ms;
                assert!(pause > 400 || chunk.end_ms == after.start_ms, "round {round}: a blink");
            }
        }
        assert_eq!(next, words.len());
    }
}
