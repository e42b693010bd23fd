//! Jobs whose provider fails, or whose money is gone: each ends in another try, another way or a typed error, keeps what is
//! done, goes on later, and pays nothing twice.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;
use std::time::Duration;

use brainwrought_core::budget::Cost;
use brainwrought_core::data::{BlobRef, Block, BlockKind, Document, Language, Page, Rect, Script, SourcePdf};
use brainwrought_core::engine::{Engine, EngineSettings, Submission};
use brainwrought_core::id::{Digest, JobId, WorkerId};
use brainwrought_core::job::{Job, JobStatus};
use brainwrought_core::memory::{MemoryArtifactStore, MemoryJobStore};
use brainwrought_core::pipeline::{Handle, Pipeline};
use brainwrought_core::stage::{Stage, StageContext, StageError};
use brainwrought_stages::llm::{ChosenLlm, LlmChoice};
use brainwrought_stages::provider::{Price, ProviderSettings, Timeouts};
use brainwrought_stages::script::{Brief, ModelWriter, WriteScript, model_steps};
use brainwrought_testing::{Act, ModelServer, USAGE};
use serde::Serialize;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

/// The steps of a script.
const STEPS: [&str; 6] = ["story", "script", "review", "fit", "ending", "fit"];

/// The length that is asked for: other than what was written takes, so that it is made to fit.
const LENGTH_MS: u64 = 27_000;

/// A dollar for a million tokens of input, ten for output.
const PRICE: Price = Price {
    input_tokens: 1.0,
    cached_tokens: None,
    output_tokens: 10.0,
    characters: 0.0,
    image: 0.0,
    video_second: 0.0,
    call: 0.0,
};

/// What one answer of the server costs.
fn answer() -> Cost {
    PRICE.tokens(USAGE.0, 0, USAGE.1)
}

/// Takes the document as it is written in the bytes of the input.
#[derive(Debug, Serialize)]
struct Take;

impl Stage for Take {
    const NAME: &'static str = "parse";
    const VERSION: u32 = 1;
    type Input = SourcePdf;
    type Output = Document;

    async fn run(&self, cx: &StageContext, input: SourcePdf) -> Result<Document, StageError> {
        serde_json::from_slice(&cx.get(&input.pdf).await?).map_err(StageError::fatal)
    }
}

fn document() -> Document {
    let topics = ["barista", "server", "hospital", "motorway", "printer", "airport", "library", "telephone"];
    let paragraph = |(nth, topic): (usize, &&str)| {
        let (other, weeks) = (topics[(nth + 3) % 8], nth + 12);
        let text = format!(
            "A busy {topic} has hardly any idle time left for surprises. The waiting line at the {topic} grows \
             faster than most managers expect. Engineers measured the {topic} during {weeks} long summer weeks. \
             Regular arrivals at the {topic} would remove nearly every delay. A second {topic} helps more than a \
             quicker {other} ever could."
        );
        let bbox = Rect { x: 0.0, y: 0.0, width: 100.0, height: 10.0 };
        Block { kind: BlockKind::Paragraph, text, bbox, font_size: 10.0, ..Block::default() }
    };
    let blocks = topics.iter().enumerate().map(paragraph).collect();
    Document {
        unit: Default::default(),
        source: BlobRef { digest: Digest::of(b""), bytes: 0, media_type: "application/pdf".to_owned() },
        file_name: "queues.pdf".to_owned(),
        title: "Why Queues Explode".to_owned(),
        language: Language::english(),
        pages: vec![Page { number: 1, width: 600.0, height: 800.0, blocks, ..Page::default() }],
        outline: Vec::new(),
        sections: Vec::new(),
        figures: Vec::new(),
        engine: "test".to_owned(),
        engine_version: String::new(),
        warnings: Vec::new(),
    }
}

struct Desk {
    engine: Engine,
    server: ModelServer,
    _scratch: tempfile::TempDir,
}

impl Desk {
    /// A desk with a server that does this.
    fn new(script: impl IntoIterator<Item = Act>) -> Self {
        let server = ModelServer::start(script);
        let choice: LlmChoice = format!("{}/v1#tiny", server.url).parse().unwrap();
        let timeouts = Timeouts { retries: Some(1), read_timeout_ms: Some(150), first_rest_ms: Some(1) };
        let mut settings = ProviderSettings { timeouts, ..ProviderSettings::default() };
        settings.prices.0.insert(format!("{}/tiny", server.url.trim_start_matches("http://")), PRICE);
        let pipelines = move |_: &str, _: &Value| {
            let writer = Arc::new(ModelWriter::chosen(ChosenLlm::new(&choice, &settings)));
            let script = WriteScript { length_ms: LENGTH_MS, writer: Some(writer), ..WriteScript::default() };
            let pipeline = Pipeline::new("written", |p, pdf: Handle<SourcePdf>| {
                let document = p.stage(Take, pdf);
                p.stage(script, document)
            });
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(pipeline?)
        };
        let scratch = tempfile::tempdir().unwrap();
        let mut settings = EngineSettings::new(WorkerId("test".to_owned()), scratch.path().to_owned());
        settings.poll = Duration::from_millis(10);
        settings.retry.base_ms = 1;
        let jobs = Arc::new(MemoryJobStore::default());
        let engine = Engine::new(jobs, Arc::new(MemoryArtifactStore::default()), pipelines, settings);
        Self { engine, server, _scratch: scratch }
    }

    async fn submit(&self, max_cost: Option<Cost>) -> JobId {
        let submission =
            Submission::of_pdf("written", "queues.pdf", serde_json::to_vec(&document()).unwrap().into())
                .with_max_cost(max_cost);
        self.engine.submit(submission).await.unwrap().view.job.job_id
    }

    async fn run(&self, id: &JobId) -> (JobStatus, Job) {
        let view = self.engine.run_job(id, CancellationToken::new()).await.unwrap();
        (view.status, view.job)
    }

    /// Runs what failed again, and checks that it ends well.
    async fn goes_on(&self, id: &JobId) -> Job {
        self.engine.jobs().retry(id, None).await.unwrap();
        let (status, job) = self.run(id).await;
        assert_eq!(status, JobStatus::Completed, "{:?}", job.error());
        job
    }

    async fn script(&self, job: &Job) -> Script {
        let output = job.stages[1].output.clone().unwrap();
        let envelope = self.engine.artifacts().get(&output).await.unwrap();
        let mut envelope: Value = serde_json::from_slice(&envelope).unwrap();
        serde_json::from_value(envelope["value"].take()).unwrap()
    }
}

/// What was settled and what is set aside, in calls and in whole set-asides.
fn books(job: &Job) -> (Cost, bool) {
    (job.ledger.settled(), job.ledger.reserved() > Cost::FREE)
}

fn answers(count: u64) -> Cost {
    Cost(answer().0 * count)
}

#[tokio::test]
async fn a_script_is_paid_as_it_was_reckoned() {
    let desk = Desk::new([]);
    let (status, job) = desk.run(&desk.submit(Some(Cost::from_usd(1.0))).await).await;
    assert_eq!(status, JobStatus::Completed, "{:?}", job.error());
    let script = desk.script(&job).await;
    assert!(script.writer.ends_with("#tiny"), "{}: {:?}", script.writer, script.warnings);
    assert_eq!(desk.server.asked(), STEPS);
    assert_eq!((books(&job), job.ledger.entries.len()), ((answers(STEPS.len() as u64), false), 1));
    assert_eq!(job.ledger.entries[0].calls, STEPS.len() as u64);
    let steps =
        model_steps(&document(), &Brief { length_ms: LENGTH_MS, slang: 1, ..Brief::default() }, None, None);
    let most: Cost = steps.iter().map(|step| step.at_most(&PRICE)).sum();
    assert!(job.ledger.spent() < most);
}

#[tokio::test]
async fn a_permanent_error_fails_the_job_and_keeps_finished_work() {
    let page = (Act::Page, "text/html", true);
    let refused =
        [(Act::Refuse(401, ""), "refused the key"), (Act::Refuse(402, ""), "wants to be paid first")];
    let refused = refused.map(|(act, said)| (act, said, false));
    for (act, said, may_cost) in refused.into_iter().chain([page]) {
        let desk = Desk::new([Act::Answer, Act::Answer, act]);
        let id = desk.submit(Some(Cost::from_usd(1.0))).await;
        let (status, job) = desk.run(&id).await;
        let error = job.error().unwrap();
        assert!(status == JobStatus::Failed && error.contains(said), "{act:?}: {error}");
        assert_eq!((job.stages[1].attempt, desk.server.asked().len()), (1, 3), "{act:?}: tried once");
        assert_eq!(books(&job), (answers(2), may_cost), "{act:?}");
        let job = desk.goes_on(&id).await;
        assert_eq!(desk.server.asked()[3..], STEPS[2..], "{act:?}: what was answered is not asked again");
        assert_eq!(books(&job), (answers(STEPS.len() as u64), may_cost), "{act:?}");
    }
}

#[tokio::test]
async fn a_passing_error_is_tried_again() {
    let again = [
        (Act::Refuse(429, "retry-after: 0\r\n"), false),
        (Act::Refuse(500, ""), false),
        (Act::Silence, true),
        (Act::Cut, true),
    ];
    for (act, may_cost) in again {
        let desk = Desk::new([Act::Answer, act]);
        let (status, job) = desk.run(&desk.submit(None).await).await;
        assert_eq!((status, job.stages[1].attempt), (JobStatus::Completed, 1), "{act:?}");
        assert_eq!(desk.server.asked().len(), STEPS.len() + 1, "{act:?}");
        assert_eq!(
            books(&job),
            (answers(STEPS.len() as u64), may_cost),
            "{act:?}: of what ends in the middle nobody knows the cost"
        );
        assert!(desk.script(&job).await.writer.ends_with("#tiny"), "{act:?}");
    }
}

#[tokio::test]
async fn a_server_that_asks_for_an_hour_gets_another_attempt() {
    let desk = Desk::new([Act::Refuse(429, "retry-after: 3600\r\n")]);
    let (status, job) = desk.run(&desk.submit(None).await).await;
    assert_eq!((status, job.stages[1].attempt), (JobStatus::Completed, 2));
    assert!(job.stages[1].history[0].error.contains("for 3600 s"), "{:?}", job.stages[1].history);
    assert_eq!(books(&job), (answers(STEPS.len() as u64), false));
}

#[tokio::test]
async fn a_server_that_stays_down_is_done_without() {
    for act in [Act::Refuse(429, "retry-after: 3600\r\n"), Act::Refuse(500, ""), Act::Silence, Act::Cut] {
        let desk = Desk::new([Act::Answer].into_iter().chain([act; 40]));
        let (status, job) = desk.run(&desk.submit(None).await).await;
        assert_eq!(status, JobStatus::Completed, "{act:?}: {:?}", job.error());
        let script = desk.script(&job).await;
        assert!(script.writer.starts_with("offline/"), "{act:?}: {}", script.writer);
        assert!(!script.warnings.is_empty(), "{act:?}: the report says so");
        assert_eq!(job.ledger.settled(), answers(1), "{act:?}");
        // What is charged for all the same is known as far as it can be.
        assert_eq!(job.ledger.reserved() > Cost::FREE, matches!(act, Act::Silence | Act::Cut), "{act:?}");
        assert!(script.calls.iter().map(|call| call.cost).sum::<Cost>() >= answers(1), "{act:?}");
    }
}

#[tokio::test]
async fn a_limit_that_is_too_small_sends_nothing_and_can_be_raised() {
    let desk = Desk::new([]);
    let id = desk.submit(Some(Cost::from_usd(0.01))).await;
    let (status, job) = desk.run(&id).await;
    let error = job.error().unwrap();
    assert!(status == JobStatus::Failed && error.contains("of $0.01"), "{error}");
    assert!(error.contains("raise the limit"), "{error}");
    assert!(desk.server.asked().is_empty() && job.ledger.entries.is_empty());
    desk.engine.jobs().limit_cost(&id, Some(Cost::from_usd(1.0))).await.unwrap();
    let job = desk.goes_on(&id).await;
    assert_eq!(
        (desk.server.asked(), books(&job)),
        (STEPS.map(str::to_owned).to_vec(), (answers(STEPS.len() as u64), false))
    );
}

#[tokio::test]
async fn a_limit_that_is_reached_on_the_way_pays_nothing_twice() {
    let desk = Desk::new([Act::Answer, Act::Answer, Act::Silence, Act::Silence]);
    // Each call may cost some ten cents, and of two nobody knows how they ended.
    let id = desk.submit(Some(Cost::from_usd(0.25))).await;
    let (status, job) = desk.run(&id).await;
    assert_eq!(status, JobStatus::Failed);
    assert!(job.error().unwrap().contains("of $0.25"), "{:?}", job.error());
    assert_eq!(books(&job), (answers(2), true));
    assert!(job.ledger.spent() <= Cost::from_usd(0.25));
    let aside = job.ledger.reserved();
    let asked = desk.server.asked().len();
    desk.engine.jobs().limit_cost(&id, Some(Cost::from_usd(1.0))).await.unwrap();
    desk.server.does([]);
    let job = desk.goes_on(&id).await;
    assert_eq!(desk.server.asked()[asked..], STEPS[2..]);
    assert_eq!((job.ledger.settled(), job.ledger.reserved()), (answers(STEPS.len() as u64), aside));
}
