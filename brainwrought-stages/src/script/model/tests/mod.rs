//! Tests of the writer with a model whose answers are written here: what a script takes of them and what it refuses.

mod gate;
mod pictures_and_trends;
mod steps;
mod timing;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;

use brainwrought_core::artifact_store::ArtifactStore;
use brainwrought_core::data::{
    BlockKind, IllustrationKind, LineRole, Opinion, OpinionVerdict, Speaker, VisualCue,
};
use brainwrought_core::id::{JobId, StageName, TaskKey};
use brainwrought_core::memory::MemoryArtifactStore;
use brainwrought_core::report::chain;
use tokio_util::sync::CancellationToken;

use super::super::offline::tests::{block, document};
use super::super::trends::{Trend, TrendTopic};
use super::super::{Pace, TrendError, estimate_ms, grounding, planned_ms};
use super::*;
use crate::llm::{Completion, Finish, LlmError, Prompt, Usage};

/// Answers each purpose with what is written here, and remembers what it was asked.
#[derive(Debug)]
struct Scripted {
    answers: BTreeMap<&'static str, Value>,
    context: Option<u32>,
    asked: Mutex<Vec<Prompt>>,
}

impl Scripted {
    fn new(answers: BTreeMap<&'static str, Value>) -> Arc<Self> {
        Arc::new(Self { answers, context: None, asked: Mutex::default() })
    }

    fn purposes(&self) -> Vec<String> {
        let purpose = |prompt: &Prompt| prompt.purpose.trim_start_matches("script: ").to_owned();
        self.asked.lock().unwrap().iter().map(purpose).collect()
    }
}

#[async_trait]
impl LanguageModel for Scripted {
    fn name(&self) -> &str {
        "scripted/one"
    }

    fn context_tokens(&self) -> Option<u32> {
        self.context
    }

    async fn complete(&self, prompt: &Prompt, _: &StageContext) -> Result<Completion, LlmError> {
        self.asked.lock().unwrap().push(prompt.clone());
        let answer = self.answers.get(prompt.purpose.trim_start_matches("script: "));
        let Some(answer) = answer else {
            return Err(LlmError::Refused {
                model: self.name().to_owned(),
                why: "no answer is written".to_owned(),
            });
        };
        Ok(Completion { text: answer.to_string(), finish: Finish::Stop, usage: Usage::default() })
    }
}

/// One sentence a line; the numbers in brackets are those that the model sees.
const PAPER: [&str; 10] = [
    "Every coffee machine needs some idle time between two large orders.",
    "The waiting line at the counter grows faster than most managers expect.",
    "In 1909, Agner Erlang measured 1,200 telephone calls in Copenhagen for his first model.",
    "His formula shows that 95% of callers reach the exchange within 20 seconds.",
    "Regular arrivals at the counter would remove nearly every delay of the morning.",
    "A second server helps more than a quicker server ever could help alone.",
    "Short queues do not form when half of the capacity stays free all day.",
    "John Kingman found a bound for heavy traffic in the winter of 1961.",
    "Hospitals keep free beds because emergencies arrive without any appointment at all.",
    "Toll roads open another booth when the line reaches forty cars in a row.",
];

/// The number under which a model sees the sentence that holds `words`.
fn number(words: &str) -> u32 {
    let place = PAPER.iter().position(|sentence| sentence.contains(words));
    place.unwrap_or_else(|| panic!("no sentence says {words}")) as u32 + 1
}

fn paper() -> Document {
    document(vec![vec![block(BlockKind::Paragraph, &PAPER.join(" "))]])
}

fn fact(text: &str, source: u32) -> Value {
    json!({ "text": text, "role": "fact", "sources": [source] })
}

fn beat(text: &str, role: &str) -> Value {
    json!({ "text": text, "role": role, "sources": [] })
}

fn scene(title: &str, lines: Vec<Value>) -> Value {
    let mut scene = json!({ "title": title });
    scene["lines"] = Value::Array(lines);
    scene
}

fn script(scenes: Vec<Value>) -> Value {
    let mut script = json!({ "hook": 1, "mood": "calm" });
    script["scenes"] = Value::Array(scenes);
    json!({ "story": null, "script": script })
}

fn scenes() -> Vec<Value> {
    vec![
        scene(
            "The rush",
            vec![fact(
                "Every coffee machine needs some idle time between two orders.",
                number("coffee machine"),
            )],
        ),
        scene(
            "Erlang",
            vec![
                beat("Wait for it.", "interjection"),
                beat("Buy my course for $99 now.", "transition"),
                fact(
                    "In 1909, Agner Kingman measured 1,200 telephone calls in Copenhagen.",
                    number("Erlang measured"),
                ),
            ],
        ),
        scene(
            "The formula",
            vec![fact(
                "His formula shows that 59% of callers reach the exchange within 20 seconds.",
                number("His formula"),
            )],
        ),
        scene(
            "No delay",
            vec![fact(
                "Regular arrivals at the counter would remove nearly every delay.",
                number("Regular arrivals"),
            )],
        ),
        scene("Nowhere", vec![fact("This sentence stands nowhere in the document at all.", 77)]),
        scene(
            "Free beds",
            vec![fact(
                "Hospitals keep free beds because emergencies arrive without any appointment.",
                number("Hospitals"),
            )],
        ),
        scene(
            "Short queues",
            vec![fact(
                "Short queues do form when half of the capacity stays free all day.",
                number("Short queues"),
            )],
        ),
    ]
}

fn answers() -> BTreeMap<&'static str, Value> {
    let hook = |text: &str, words: &str| json!({ "text": text, "sources": [number(words)] });
    let question = |answer: u32| {
        json!({
            "question": "How many calls did Erlang measure?", "choices": ["100", "1,200", "90,000"],
            "answer": answer, "reply": "", "sources": [number("Erlang measured")],
        })
    };
    BTreeMap::from([
        (
            "story",
            json!({ "script": null, "story": {
                "kind": "paper", "subject": "waiting lines",
                "message": hook("A second server helps more.", "second server"),
                "concepts": ["waiting line", "server", "capacity", "nonsense"],
                "audience": "students", "persona": "a friend", "tone": "dry", "voice": "warm",
                "hooks": [
                    hook("Your line will explode at 42%", "waiting line"),
                    hook("Why your line grows so fast", "waiting line"),
                ],
            } }),
        ),
        ("script", script(scenes())),
        (
            "repair",
            json!({ "lines": [
                { "number": 4, "text": "In 1909, Agner Erlang measured 1,200 telephone calls in Copenhagen.", "sources": [number("Erlang measured")], "second": "" },
                { "number": 5, "text": "His formula shows that 20% of callers wait for the exchange in seconds.", "sources": [number("His formula")], "second": "" },
            ] }),
        ),
        ("review", json!({ "lines": [] })),
        ("fit", json!({ "change": [], "drop": [], "add": [] })),
        (
            "ending",
            json!({
                "questions": [question(2), question(1)],
                "close": hook("A second server helps more.", "second server"),
                "close_second": "",
            }),
        ),
    ])
}

fn context(artifacts: &Arc<dyn ArtifactStore>) -> StageContext {
    let key = TaskKey { stage: StageName("script".to_owned()), segment: None };
    let job = JobId::random().unwrap();
    StageContext::new(job, key, Arc::clone(artifacts), PathBuf::new(), CancellationToken::new())
}

fn store() -> Arc<dyn ArtifactStore> {
    Arc::new(MemoryArtifactStore::default())
}

fn brief() -> Brief {
    Brief { length_ms: 52_000, seed: 1, slang: 1, ..Brief::default() }
}

async fn written_for(model: &Arc<Scripted>, document: &Document, brief: &Brief) -> Script {
    let model: Arc<dyn LanguageModel> = Arc::clone(model) as _;
    ModelWriter::new(model).write(document, brief, &context(&store())).await.unwrap()
}

async fn written(model: &Arc<Scripted>, document: &Document) -> Script {
    written_for(model, document, &brief()).await
}

fn said(script: &Script) -> Vec<&str> {
    script.lines().map(|line| line.text.as_str()).collect()
}
