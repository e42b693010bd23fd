//! A pipeline that is quick and does what a test tells it.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use brainwrought_core::budget::{Charge, Cost};
use brainwrought_core::data::{
    Analysis, BlobRef, Block, BlockKind, Citation, Document, Language, Line, LineRole, Page, Publication,
    QuizQuestion, Rect, Report, Rule, Scene, SceneKind, Script, Segment, SourcePdf, Video, VisualCue,
};
use brainwrought_core::event::LogLevel;
use brainwrought_core::pipeline::{Handle, Pipeline};
use brainwrought_core::stage::{Stage, StageContext, StageData, StageError};
use brainwrought_stages::publish::Publish;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::desk::Strings;

/// The pipeline up to the script.
pub(crate) fn script_only() -> Result<Pipeline<SourcePdf, Script>, brainwrought_core::job::PlanError> {
    Pipeline::new("script", |p, pdf: Handle<SourcePdf>| {
        let document = p.stage(Parse, pdf);
        p.stage(WriteScript { approved: None }, document)
    })
}

/// The whole pipeline; `approved` is the script that somebody has read.
pub(crate) fn pipeline(
    strings: Strings,
    outputs: std::path::PathBuf,
    approved: Option<BlobRef>,
) -> Result<Pipeline<SourcePdf, Publication>, brainwrought_core::job::PlanError> {
    Pipeline::new("short", |p, pdf: Handle<SourcePdf>| {
        let document = p.stage(Parse, pdf);
        let script = p.stage(WriteScript { approved }, document);
        let said = p.each(script, |p, segment| p.stage(Speak { strings }, segment));
        let report = p.stage(Check, (script, said));
        p.stage(Publish { folder: outputs, publisher: None }, report)
    })
}

#[derive(Debug, Serialize)]
struct Parse;

impl Stage for Parse {
    const NAME: &'static str = "parse";
    const VERSION: u32 = 1;
    type Input = SourcePdf;
    type Output = Document;

    async fn run(&self, cx: &StageContext, input: SourcePdf) -> Result<Document, StageError> {
        cx.log(LogLevel::Info, "read /srv/secret/place/input.pdf");
        if input.file_name.contains("locked") {
            let advice = "save a copy without a password, or give it to `brainwrought make --password`";
            return Err(StageError::fatal(format!("the PDF is locked; {advice}")));
        }
        Ok(Document {
            unit: Default::default(),
            source: input.pdf,
            title: input.file_name.clone(),
            file_name: input.file_name,
            language: Language::english(),
            pages: (1..=3).map(page).collect(),
            outline: Vec::new(),
            sections: Vec::new(),
            figures: Vec::new(),
            engine: "test".to_owned(),
            engine_version: String::new(),
            warnings: Vec::new(),
        })
    }
}

/// What the pages say: words that edits of the tests can be made of.
const QUOTE: &str = "a quote of good words, fine words, last words and other words that we say";

/// A page that every line can cite.
fn page(number: u32) -> Page {
    let text = format!("Here is {QUOTE}.");
    let bbox = Rect { x: 0.0, y: 0.0, width: 100.0, height: 10.0 };
    let block = Block { kind: BlockKind::Paragraph, text, bbox, font_size: 10.0, ..Block::default() };
    Page { number, width: 100.0, height: 100.0, blocks: vec![block], ..Page::default() }
}

#[derive(Debug, Serialize)]
struct WriteScript {
    approved: Option<BlobRef>,
}

impl Stage for WriteScript {
    const NAME: &'static str = "script";
    const VERSION: u32 = 1;
    type Input = Document;
    type Output = Script;

    async fn run(&self, cx: &StageContext, document: Document) -> Result<Script, StageError> {
        if let Some(approved) = &self.approved {
            return Ok(serde_json::from_slice(&cx.get(approved).await?).unwrap());
        }
        cx.log(LogLevel::Info, "wrote three lines");
        let citation = |page| Citation { page, quote: QUOTE.to_owned() };
        let segment = |index: u32| Segment {
            index,
            title: format!("Part {index}"),
            language: document.language.clone(),
            planned_start_ms: 0,
            planned_ms: 0,
            scenes: vec![Scene::new(
                SceneKind::Content,
                vec![Line::new(
                    format!("Line {index} of <b>{}</b>.", document.title),
                    LineRole::Fact,
                    citation(index + 1),
                )],
                VisualCue::Motion,
                0,
            )],
        };
        Ok(Script {
            title: document.title.clone(),
            language: document.language.clone(),
            page_count: 3,
            unit: Default::default(),
            page_labels: Default::default(),
            writer: "test".to_owned(),
            target_ms: 30_000,
            analysis: Analysis::default(),
            segments: (0..3).map(segment).collect(),
            quiz: vec![QuizQuestion {
                question: "Which <i>one</i>?".to_owned(),
                choices: vec!["This".to_owned(), "That".to_owned()],
                answer: 1,
                citation: citation(2),
            }],
            profile: None,
            mood: None,
            calls: Vec::new(),
            warnings: Vec::new(),
        })
    }
}

/// What was said of a segment.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Said {
    text: String,
}

impl StageData for Said {
    const SCHEMA: &'static str = "said/1";
}

#[derive(Debug, Serialize)]
struct Speak {
    #[serde(skip)]
    strings: Strings,
}

impl Stage for Speak {
    const NAME: &'static str = "audio";
    const VERSION: u32 = 1;
    type Input = Segment;
    type Output = Said;

    async fn run(&self, cx: &StageContext, segment: Segment) -> Result<Said, StageError> {
        cx.progress(1, 2);
        tokio::select! {
            permit = self.strings.gate.acquire() => permit.unwrap().forget(),
            () = cx.cancellation().cancelled() => return Err(StageError::cancelled()),
        }
        self.strings.spoken.fetch_add(1, Ordering::SeqCst);
        if segment.scenes.iter().flat_map(|scene| &scene.lines).any(|line| line.text.contains("costly")) {
            let charge = Charge { provider: "voices/dear".to_owned(), most: Cost::from_usd(2.0) };
            cx.budget().reserve(&charge).await?;
        }
        let lines = segment.scenes.iter().flat_map(|scene| &scene.lines);
        Ok(Said { text: lines.map(|line| line.text.clone()).collect() })
    }
}

#[derive(Debug, Serialize)]
struct Check;

impl Stage for Check {
    const NAME: &'static str = "check";
    const VERSION: u32 = 1;
    type Input = (Script, Vec<Said>);
    type Output = Report;

    async fn run(
        &self,
        cx: &StageContext,
        (script, said): (Script, Vec<Said>),
    ) -> Result<Report, StageError> {
        let is_mumbled = said.iter().any(|said| said.text.contains("mumble"));
        if is_mumbled || script.title.contains("silent") {
            let rule =
                serde_json::json!({ "name": "silence", "figure": "9 s", "limit": "1.2 s", "passed": false });
            let report =
                serde_json::json!({ "schema": "gate/1", "passed": false, "rules": [rule], "warnings": [] });
            cx.log(LogLevel::Error, report.to_string());
            return Err(StageError::fatal("the video did not pass: see /srv/secret/report"));
        }
        let text: String = said.iter().map(|said| said.text.as_str()).collect();
        let video: Vec<u8> = (0..100_000u32).map(|n| (n % 251) as u8).chain(text.bytes()).collect();
        let rules = vec![Rule {
            name: "loudness".to_owned(),
            figure: "-14.0 LUFS".to_owned(),
            limit: "-14 ±1 LUFS".to_owned(),
            passed: true,
        }];
        let quiz = serde_json::json!({ "schema": "quiz/1", "title": script.title, "questions": script.quiz });
        let report = serde_json::json!({ "schema": "gate/1", "passed": true, "rules": rules, "warnings": ["<u>note</u>"] });
        let mut sidecars: BTreeMap<String, BlobRef> = BTreeMap::new();
        for (name, bytes, kind) in [
            ("captions.vtt", b"WEBVTT\n".to_vec(), "text/vtt"),
            ("poster.png", b"\x89PNG".to_vec(), "image/png"),
            ("quiz.json", serde_json::to_vec(&quiz).unwrap(), "application/json"),
            ("report.json", serde_json::to_vec(&report).unwrap(), "application/json"),
        ] {
            sidecars.insert(name.to_owned(), cx.put(Bytes::from(bytes), kind).await?);
        }
        let video = Video {
            calls: Vec::new(),
            video: cx.put(video.into(), "video/mp4").await?,
            sidecars,
            frames: 30,
            fps: 30,
            width: 270,
            height: 480,
            segment_starts: vec![0],
            settings: serde_json::Value::Null,
            assets: Vec::new(),
            warnings: Vec::new(),
        };
        Ok(Report { rules, warnings: Vec::new(), video })
    }
}
