//! The visuals stage from values to values: what scenes show, what they fall back to, and which background moves.

use std::sync::Arc;

use brainwrought_core::data::{
    Background, Block, BlockKind, Citation, Document, Figure, Language, Line, LineRole, Page, PanelKind,
    QuizQuestion, QuizState, Rect, Scene, SceneKind, Segment, VisualCue, Visuals,
};
use brainwrought_core::id::{JobId, TaskKey};
use brainwrought_core::memory::MemoryArtifactStore;
use brainwrought_core::stage::{Stage, StageContext};
use brainwrought_stages::frame::{Characters, Layout};
use brainwrought_stages::picture::RgbaImage;
use brainwrought_stages::visuals::PrepareVisuals;

const QUOTE: &str = "every queue that is used above nine tenths grows without bound";

fn context() -> StageContext {
    let task = TaskKey { stage: "visuals".into(), segment: Some(0) };
    let store = Arc::new(MemoryArtifactStore::default());
    StageContext::new(JobId::from_bytes([7; 16]), task, store, ".".into(), Default::default())
}

async fn document(cx: &StageContext) -> Document {
    let block = Block {
        kind: BlockKind::Paragraph,
        text: format!("We show that {QUOTE} in time."),
        bbox: Rect { x: 72.0, y: 100.0, width: 230.0, height: 60.0 },
        font_size: 10.0,
        ..Block::default()
    };
    let figure = Figure {
        id: "p1-f1".to_owned(),
        page: 1,
        bbox: Rect { x: 72.0, y: 300.0, width: 230.0, height: 120.0 },
        label: Some("Figure 1".to_owned()),
        caption: Some("Waiting time against use.".to_owned()),
    };
    Document {
        unit: Default::default(),
        source: cx.put("no PDF at all".into(), "application/pdf").await.expect("memory takes it"),
        file_name: "queues.pdf".to_owned(),
        title: "Why Queues Explode: a Short Tour of Waiting".to_owned(),
        language: Language::english(),
        pages: vec![Page { number: 1, width: 612.0, height: 792.0, blocks: vec![block], ..Page::default() }],
        outline: Vec::new(),
        sections: Vec::new(),
        figures: vec![figure],
        engine: "none".to_owned(),
        engine_version: String::new(),
        warnings: Vec::new(),
    }
}

fn scene(visual: VisualCue) -> Scene {
    let line = |role: LineRole, page: u32, quote: &str| {
        Line::new("Queues explode.".to_owned(), role, Citation { page, quote: quote.to_owned() })
    };
    let lines = vec![
        line(LineRole::Fact, 1, QUOTE),
        line(LineRole::Interjection, 1, ""),
        line(LineRole::Fact, 9, "x"),
    ];
    Scene::new(SceneKind::Content, lines, visual, 0)
}

fn segment() -> Segment {
    let question = QuizQuestion {
        question: "What happens to a queue that is used above nine tenths?".to_owned(),
        choices: ["It grows without bound", "It shrinks", "Nothing"].map(str::to_owned).to_vec(),
        answer: 0,
        citation: Citation { page: 1, quote: QUOTE.to_owned() },
    };
    let cues = vec![
        VisualCue::TitleCard,
        VisualCue::Figure { figure: "p1-f1".to_owned() },
        VisualCue::PageCrop { page: 1, quote: QUOTE.to_owned() },
        VisualCue::PageCrop { page: 4, quote: "Nowhere to be found".to_owned() },
        VisualCue::QuizCard { question },
        VisualCue::SourceCard { title: "Why Queues Explode".to_owned(), pages: (1..90).collect() },
        VisualCue::Motion,
    ];
    Segment {
        index: 0,
        title: "Queues".to_owned(),
        language: Language::english(),
        planned_start_ms: 12_000,
        planned_ms: 0,
        scenes: cues.into_iter().map(scene).collect(),
    }
}

async fn prepare(stage: &PrepareVisuals, cx: &StageContext) -> Visuals {
    stage.run(cx, (document(cx).await, segment())).await.expect("panels fall back to words")
}

#[tokio::test]
async fn pages_that_cannot_be_drawn_cost_their_picture_only() {
    let cx = context();
    let visuals = prepare(&PrepareVisuals::default(), &cx).await;
    let kinds: Vec<Option<PanelKind>> =
        visuals.scenes.iter().map(|scene| scene.panel.as_ref().map(|panel| panel.kind)).collect();
    let expected = [
        Some(PanelKind::Title),
        Some(PanelKind::Title),
        Some(PanelKind::PageCrop),
        Some(PanelKind::PageCrop),
        Some(PanelKind::Quiz),
        Some(PanelKind::Source),
        None,
    ];
    assert_eq!(kinds, expected);
    let warnings = visuals.warnings.join("\n");
    assert!(warnings.contains("could not be drawn") && warnings.contains("Figure 1"), "{warnings}");
    assert!(warnings.contains("page 4 does not hold"), "{warnings}");
}

#[tokio::test]
async fn an_answer_is_told_on_the_card_of_its_question() {
    let cx = context();
    let card = segment().scenes.into_iter().find(|scene| matches!(scene.visual, VisualCue::QuizCard { .. }));
    let VisualCue::QuizCard { question } = card.unwrap().visual else {
        unreachable!("it was chosen by that")
    };
    let told = |role| {
        let line = Line::new("So.", role, question.citation.clone());
        let cue = VisualCue::QuizCard { question: question.clone() };
        Scene::new(SceneKind::Content, vec![line], cue, 0)
    };
    let scenes = vec![told(LineRole::Quiz), told(LineRole::Answer)];
    let input = (document(&cx).await, Segment { scenes, ..segment() });
    let visuals = PrepareVisuals::default().run(&cx, input).await.expect("cards need no page");
    let panels: Vec<_> = visuals.scenes.iter().map(|scene| scene.panel.as_ref().unwrap()).collect();
    assert_eq!(panels[0].image, panels[1].image, "it is the same card");
    let Some(QuizState::Asked { countdown }) = &panels[0].quiz else { panic!("{:?}", panels[0].quiz) };
    assert!(countdown.right() <= panels[0].width as f32 && countdown.width > 60.0);
    let Some(QuizState::Answered { image, right }) = &panels[1].quiz else { panic!("{:?}", panels[1].quiz) };
    assert_eq!(right, "It grows without bound");
    let answered = RgbaImage::from_png(&cx.get(image).await.unwrap()).unwrap();
    assert_eq!((answered.width(), answered.height()), (panels[1].width as usize, panels[1].height as usize));
    let green = answered.pixels.chunks_exact(4).filter(|pixel| pixel[..3] == [0x0B, 0x7A, 0x4B]).count();
    assert!(green > 30_000, "{green}");
}

#[tokio::test]
async fn characters_have_a_face_for_every_mood() {
    for characters in Characters::ALL {
        let cx = context();
        let stage = PrepareVisuals { dialogue: true, characters: *characters, ..PrepareVisuals::default() };
        let visuals = prepare(&stage, &cx).await;
        assert_eq!(visuals.avatars.len(), 2);
        for avatar in &visuals.avatars {
            let face = avatar.face.as_ref().unwrap();
            assert_eq!(face.moods.len(), 7);
            let picture = async |blob| RgbaImage::from_png(&cx.get(blob).await.unwrap()).unwrap();
            let (body, eyes, mouths) =
                (picture(&avatar.sheet).await, picture(&face.eyes).await, picture(&face.mouths).await);
            assert_eq!((body.width(), body.height()), (270, 270));
            assert_eq!((eyes.width() % 4, eyes.height() % 7), (0, 0));
            assert_eq!((mouths.width() % avatar.mouths as usize, mouths.height() % 7), (0, 0));
        }
    }
}

#[tokio::test]
async fn every_panel_fits_above_the_captions() {
    for (width, height) in [(1080, 1920), (720, 1280)] {
        let cx = context();
        let visuals = prepare(&PrepareVisuals { width, height, ..PrepareVisuals::default() }, &cx).await;
        let scale = width as f32 / 1080.0;
        for panel in visuals.scenes.iter().filter_map(|scene| scene.panel.as_ref()) {
            let png = cx.get(&panel.image).await.expect("the panel was stored");
            let image = RgbaImage::from_png(&png).expect("a panel is a PNG");
            assert_eq!((image.width(), image.height()), (panel.width as usize, panel.height as usize));
            assert!(panel.width as f32 <= (852.0 * scale).ceil(), "{panel:?}");
            assert!(panel.height as f32 <= (700.0 * scale).ceil(), "{panel:?}");
            assert_eq!(image.pixels[3], 0, "corners are clear");
            assert!(!panel.description.is_empty());
        }
    }
}

#[tokio::test]
async fn badges_name_pages_that_exist() {
    let cx = context();
    let visuals = prepare(&PrepareVisuals::default(), &cx).await;
    assert!(visuals.scenes.iter().all(|scene| scene.badges == [Some(1), None, None]));
}

#[tokio::test]
async fn the_same_settings_give_the_same_values() {
    let (one, other) = (context(), context());
    let stage = PrepareVisuals::default();
    assert_eq!(prepare(&stage, &one).await, prepare(&stage, &other).await);
}

#[tokio::test]
async fn the_split_layout_shows_the_page_where_nothing_else_is_shown() {
    let stage = PrepareVisuals { layout: Layout::Split, ..PrepareVisuals::default() };
    let visuals = prepare(&stage, &context()).await;
    let last = visuals.scenes.last().and_then(|scene| scene.panel.clone());
    assert_eq!(last.map(|panel| panel.kind), Some(PanelKind::PageCrop));
}

#[tokio::test]
async fn backgrounds_follow_the_wish() {
    let cx = context();
    let style = |stage: PrepareVisuals| {
        let cx = cx.clone();
        async move { prepare(&stage, &cx).await.background }
    };
    let marbles =
        PrepareVisuals { background: "marbles".to_owned(), intensity: 1, ..PrepareVisuals::default() };
    let expected = Background::Procedural { style: "marbles:gentle".to_owned(), seed: 1, offset_ms: 12_000 };
    assert_eq!(style(marbles.clone()).await, expected);
    let clips = vec![
        cx.put("one".into(), "video/mp4").await.expect("memory takes it"),
        cx.put("two".into(), "video/mp4").await.expect("memory takes it"),
    ];
    let with_clips = PrepareVisuals { clips: clips.clone(), ..marbles };
    assert_eq!(style(with_clips).await, Background::Clip { clip: clips[1].clone(), offset_ms: 12_000 });
    let unknown = PrepareVisuals { background: "soup".to_owned(), ..PrepareVisuals::default() };
    let error = unknown.run(&cx, (document(&cx).await, segment())).await.unwrap_err();
    assert!(!error.is_retryable() && error.to_string().contains("soup"));
}
