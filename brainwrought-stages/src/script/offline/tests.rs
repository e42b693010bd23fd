//! Tests of the offline writer, and the small documents that other tests of the script share.

use brainwrought_core::data::{
    Analysis, BlobRef, Block, BlockKind, Citation, Language, Line, LineRole, Page, Rect, Scene, SceneKind,
    VisualCue,
};
use brainwrought_core::id::Digest;

use super::super::scenes::segments;
use super::*;
use crate::script::{grounding, planned_ms};

pub(in crate::script) fn block(kind: BlockKind, text: &str) -> Block {
    let bbox = Rect { x: 0.0, y: 0.0, width: 100.0, height: 10.0 };
    Block { kind, text: text.to_owned(), bbox, font_size: 10.0, ..Block::default() }
}

pub(in crate::script) fn document(pages: Vec<Vec<Block>>) -> Document {
    Document {
        unit: Default::default(),
        source: BlobRef { digest: Digest::of(b""), bytes: 0, media_type: "application/pdf".into() },
        file_name: "queues.pdf".into(),
        title: "Why Queues Explode".into(),
        language: Language::english(),
        pages: pages
            .into_iter()
            .zip(1..)
            .map(|(blocks, number)| Page { number, width: 600.0, height: 800.0, blocks, ..Page::default() })
            .collect(),
        outline: Vec::new(),
        sections: Vec::new(),
        figures: Vec::new(),
        engine: "test".into(),
        engine_version: String::new(),
        warnings: Vec::new(),
    }
}

pub(in crate::script) fn script_with(fact: &str, page: u32) -> Script {
    let line = Line::new(fact, LineRole::Fact, Citation { page, quote: String::new() });
    let scene = Scene::new(SceneKind::Content, vec![line], VisualCue::Motion, 0);
    Script {
        title: String::new(),
        language: Language::english(),
        page_count: 1,
        unit: Default::default(),
        page_labels: Default::default(),
        writer: String::new(),
        target_ms: 0,
        analysis: Analysis::default(),
        segments: segments(vec![(String::new(), scene)], "", &Language::english()),
        quiz: Vec::new(),
        profile: None,
        mood: None,
        calls: Vec::new(),
        warnings: Vec::new(),
    }
}

/// A page of sentences that differ enough to be said side by side.
fn lesson() -> Document {
    let topics = ["barista", "server", "hospital", "motorway", "printer", "airport", "library", "telephone"];
    let facts = |topic: &str, other: &str, nth: usize| {
        format!(
            "A busy {topic} has hardly any idle time left for surprises. The waiting line at the {topic} grows \
             faster than most managers expect. Engineers measured the {topic} during {} long summer weeks. \
             Regular arrivals at the {topic} would remove nearly every delay. A second {topic} helps more than \
             a quicker {other} ever could.",
            nth + 12
        )
    };
    let blocks = |from: usize| {
        topics[from..from + 4]
            .iter()
            .enumerate()
            .flat_map(|(nth, topic)| {
                [
                    block(BlockKind::Heading, &format!("{} The {topic}", nth + 1)),
                    block(BlockKind::Paragraph, &facts(topic, topics[(nth + 3) % 8], from + nth)),
                ]
            })
            .collect()
    };
    document(vec![blocks(0), blocks(4)])
}

fn brief(length_ms: u64, seed: u64) -> Brief {
    Brief { length_ms, seed, slang: 1, ..Brief::default() }
}

#[test]
fn script_is_on_time_grounded_and_the_same_again() {
    let document = lesson();
    for length in [15_000, 30_000, 55_000] {
        let script = write(&document, &brief(length, 3)).unwrap();
        assert_eq!(script, write(&document, &brief(length, 3)).unwrap());
        let planned = planned_ms(&script);
        assert!(planned.abs_diff(script.target_ms) <= script.target_ms / 25, "{length}: {planned}");
        assert_eq!(script.target_ms, length);
        assert_eq!(grounding(&script, &document), []);
    }
}

#[test]
fn script_opens_with_a_hook_and_ends_with_its_source() {
    let script = write(&lesson(), &brief(55_000, 1)).unwrap();
    let scenes: Vec<&Scene> = script.segments.iter().flat_map(|segment| &segment.scenes).collect();
    assert_eq!(scenes[0].kind, SceneKind::Hook);
    assert_eq!(scenes[0].visual, VisualCue::TitleCard);
    assert!(matches!(scenes[scenes.len() - 1].visual, VisualCue::SourceCard { .. }));
    assert!(scenes.iter().all(|scene| super::super::duration::scene_ms(scene) <= 8_300));
    assert!(
        script.lines().filter(|line| line.role == LineRole::Fact).all(|line| !line.citation.quote.is_empty())
    );
}

#[test]
fn little_text_shortens_the_video_and_none_is_an_error() {
    let short = document(vec![vec![block(
        BlockKind::Paragraph,
        "A busy barista has hardly any idle time left for surprises. The waiting line grows faster than most expect.",
    )]]);
    let script = write(&short, &brief(60_000, 1)).unwrap();
    assert!(script.target_ms < 30_000 && !script.warnings.is_empty());
    let empty = document(vec![vec![block(BlockKind::Formula, "x = 1")]]);
    assert!(matches!(write(&empty, &brief(60_000, 1)), Err(ScriptError::TooLittleText { .. })));
}

#[test]
fn other_languages_get_a_plain_script() {
    let mut german = document(vec![vec![block(
        BlockKind::Paragraph,
        "Ein topologischer Raum besteht aus einer Menge und ihren offenen Mengen. Jede endliche Menge von Punkten \
         ist in der Ebene abgeschlossen.",
    )]]);
    german.language = Language::new("de");
    german.title = "Topologie".into();
    let script = write(&german, &brief(20_000, 1)).unwrap();
    assert_eq!(script.writer, "plain");
    assert!(script.lines().all(|line| matches!(line.role, LineRole::Hook | LineRole::Fact)));
    assert!(!script.warnings.iter().any(|warning| warning.contains("`de`")));
    german.language = Language::new("pl");
    let script = write(&german, &brief(20_000, 1)).unwrap();
    assert!(script.warnings.iter().any(|warning| warning.contains("`pl`")));
}
