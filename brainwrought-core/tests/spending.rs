//! What a job may spend stops it when it is gone, keeps what is done, and lets it go on when there is more.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use brainwrought_core::budget::{BudgetError, Charge, Cost};
use brainwrought_core::data::SourcePdf;
use brainwrought_core::engine::{Engine, EngineSettings, Submission};
use brainwrought_core::id::{JobId, StageName, WorkerId};
use brainwrought_core::job::{JobStatus, TaskStatus};
use brainwrought_core::job_store::JobView;
use brainwrought_core::memory::{MemoryArtifactStore, MemoryJobStore};
use brainwrought_core::pipeline::{Handle, Pipeline};
use brainwrought_core::stage::{Fan, Stage, StageContext, StageData, StageError};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Lines(Vec<Line>);

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Line(String);

impl StageData for Lines {
    const SCHEMA: &'static str = "lines/1";
}

impl StageData for Line {
    const SCHEMA: &'static str = "line/1";
}

impl Fan for Lines {
    type Item = Line;

    fn items(&self) -> Vec<Line> {
        self.0.clone()
    }
}

#[derive(Debug, Serialize)]
struct Split;

impl Stage for Split {
    const NAME: &'static str = "split";
    const VERSION: u32 = 1;
    type Input = SourcePdf;
    type Output = Lines;

    async fn run(&self, cx: &StageContext, input: SourcePdf) -> Result<Lines, StageError> {
        let text = String::from_utf8(cx.get(&input.pdf).await?.to_vec()).map_err(StageError::fatal)?;
        Ok(Lines(text.split(' ').map(|line| Line(line.to_owned())).collect()))
    }
}

/// Has each line spoken, which may cost 10 and does cost 7. `hum` is free of any known price, and `die` leaves its
/// first call open.
#[derive(Debug, Serialize)]
struct Speak {
    #[serde(skip)]
    spoken: Arc<AtomicU32>,
}

impl Stage for Speak {
    const NAME: &'static str = "speak";
    const VERSION: u32 = 1;
    type Input = Line;
    type Output = Line;

    async fn run(&self, cx: &StageContext, line: Line) -> Result<Line, StageError> {
        let charge = Charge { provider: "voice/one".to_owned(), most: Cost(10) };
        if line.0 == "hum" {
            cx.budget().allow_unpriced("voice/new").await?;
            return Ok(line);
        }
        cx.budget().reserve(&charge).await?;
        if line.0 == "die" && cx.attempt() == 1 {
            return Err(StageError::retryable("nobody knows how it ended"));
        }
        self.spoken.fetch_add(1, Ordering::SeqCst);
        cx.budget().settle(&charge, Cost(7)).await;
        Ok(line)
    }
}

struct Bench {
    engine: Engine,
    spoken: Arc<AtomicU32>,
    _scratch: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let (spoken, scratch) = (Arc::<AtomicU32>::default(), tempfile::tempdir().unwrap());
        let stage = Arc::clone(&spoken);
        let pipelines = move |_: &str, _: &serde_json::Value| {
            let spoken = Arc::clone(&stage);
            let pipeline = Pipeline::new("spoken", |p, pdf: Handle<SourcePdf>| {
                let lines = p.stage(Split, pdf);
                p.each(lines, |p, line| p.stage(Speak { spoken }, line))
            })?;
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(pipeline)
        };
        let mut settings = EngineSettings::new(WorkerId("test".to_owned()), scratch.path().to_owned());
        settings.poll = Duration::from_millis(20);
        settings.retry.base_ms = 1;
        settings.retry.max_attempts = 3;
        let jobs = Arc::new(MemoryJobStore::default());
        let engine = Engine::new(jobs, Arc::new(MemoryArtifactStore::default()), pipelines, settings);
        Self { engine, spoken, _scratch: scratch }
    }

    async fn submit(&self, text: &str, max_cost: Option<Cost>) -> JobId {
        let submission =
            Submission::of_pdf("spoken", "lines.pdf", text.to_owned().into()).with_max_cost(max_cost);
        self.engine.submit(submission).await.unwrap().view.job.job_id
    }

    async fn run(&self, id: &JobId) -> JobView {
        self.engine.run_job(id, CancellationToken::new()).await.unwrap()
    }
}

#[tokio::test]
async fn a_job_without_a_limit_keeps_its_books() {
    let bench = Bench::new();
    let id = bench.submit("one two hum", None).await;
    let view = bench.run(&id).await;
    assert_eq!(view.status, JobStatus::Completed);
    let entry = &view.job.ledger.entries[0];
    assert_eq!((&entry.stage, entry.provider.as_str()), (&StageName::from("speak"), "voice/one"));
    assert_eq!((entry.settled, entry.reserved, entry.calls), (Cost(14), Cost::FREE, 2));
}

#[tokio::test]
async fn a_job_stops_at_its_limit_and_goes_on_when_it_is_raised() {
    let bench = Bench::new();
    let id = bench.submit("one two three four five", Some(Cost(25))).await;
    let view = bench.run(&id).await;
    assert_eq!(view.status, JobStatus::Failed);
    let error = view.job.error().unwrap();
    assert!(error.contains("of $0.00003") && error.contains("raise the limit"), "{error}");
    assert!(view.job.ledger.spent() <= Cost(25));
    let refused = view.job.stages.iter().filter(|task| task.status == TaskStatus::Error);
    assert!(
        refused.clone().count() > 0 && refused.clone().all(|task| task.attempt == 1),
        "nothing is tried again"
    );
    let done = view.job.stages.iter().filter(|task| task.status == TaskStatus::Done).count();
    assert!(done > 1, "what is done stays");

    bench.engine.jobs().limit_cost(&id, Some(Cost(50))).await.unwrap();
    bench.engine.jobs().retry(&id, None).await.unwrap();
    let view = bench.run(&id).await;
    assert_eq!(view.status, JobStatus::Completed);
    assert_eq!(
        (view.job.ledger.spent(), bench.spoken.load(Ordering::SeqCst)),
        (Cost(35), 5),
        "nothing was paid twice"
    );
}

#[tokio::test]
async fn an_unpriced_call_is_refused_under_a_limit() {
    let bench = Bench::new();
    let id = bench.submit("hum", Some(Cost(25))).await;
    let view = bench.run(&id).await;
    assert_eq!((view.status, view.job.stages[1].attempt), (JobStatus::Failed, 1));
    let error = view.job.error().unwrap();
    assert!(error.contains("voice/new was not called") && BudgetError::is_unpriced(&error), "{error}");
    bench.engine.jobs().limit_cost(&id, None).await.unwrap();
    bench.engine.jobs().retry(&id, None).await.unwrap();
    assert_eq!(bench.run(&id).await.status, JobStatus::Completed);
}

#[tokio::test]
async fn a_call_whose_end_nobody_knows_stays_set_aside() {
    let bench = Bench::new();
    let id = bench.submit("die", Some(Cost(20))).await;
    let view = bench.run(&id).await;
    assert_eq!(view.status, JobStatus::Completed);
    let ledger = &view.job.ledger;
    assert_eq!((ledger.settled(), ledger.reserved(), ledger.spent()), (Cost(7), Cost(10), Cost(17)));
}
