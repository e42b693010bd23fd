//! Workers of several versions and pipelines on one pair of stores, as during an upgrade.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::error::Error;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use brainwrought_core::data::SourcePdf;
use brainwrought_core::engine::{
    Engine, EngineError, EngineSettings, NamedPipelines, PipelineSource, Submission, WorkScope,
};
use brainwrought_core::event::{Event, EventSink};
use brainwrought_core::id::{JobId, StageName, WorkerId};
use brainwrought_core::job::{JobStatus, TaskStatus};
use brainwrought_core::job_store::{JobStore, JobView};
use brainwrought_core::memory::{MemoryArtifactStore, MemoryJobStore};
use brainwrought_core::pipeline::{ErasedPipeline, Handle, Pipeline};
use brainwrought_core::stage::{Stage, StageContext, StageData, StageError};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

/// A text as it was stored first.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Text(String);

/// The same, as it is stored since.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct NewText {
    text: String,
}

impl StageData for Text {
    const SCHEMA: &'static str = "text/1";
}

impl StageData for NewText {
    const SCHEMA: &'static str = "text/2";
}

/// Counts its runs.
type Runs = Arc<AtomicU32>;

#[derive(Debug, Serialize)]
struct Read(#[serde(skip)] Runs);

impl Stage for Read {
    const NAME: &'static str = "read";
    const VERSION: u32 = 1;
    type Input = SourcePdf;
    type Output = Text;

    async fn run(&self, cx: &StageContext, input: SourcePdf) -> Result<Text, StageError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        let bytes = cx.get(&input.pdf).await?;
        Ok(Text(String::from_utf8(bytes.to_vec()).map_err(StageError::fatal)?))
    }
}

/// `Read` of a version that stores its text in another form.
#[derive(Debug, Serialize)]
struct ReadAnew(#[serde(skip)] Runs);

impl Stage for ReadAnew {
    const NAME: &'static str = "read";
    const VERSION: u32 = 2;
    type Input = SourcePdf;
    type Output = NewText;

    async fn run(&self, cx: &StageContext, input: SourcePdf) -> Result<NewText, StageError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        let bytes = cx.get(&input.pdf).await?;
        Ok(NewText { text: String::from_utf8(bytes.to_vec()).map_err(StageError::fatal)? })
    }
}

macro_rules! text_stage {
    ($name:ident, $stage:literal, $input:ty, |$text:ident| $made:expr) => {
        #[derive(Debug, Serialize)]
        struct $name(#[serde(skip)] Runs);

        impl Stage for $name {
            const NAME: &'static str = $stage;
            const VERSION: u32 = 1;
            type Input = $input;
            type Output = Text;

            async fn run(&self, cx: &StageContext, $text: $input) -> Result<Text, StageError> {
                self.0.fetch_add(1, Ordering::SeqCst);
                assert!(cx.scratch().is_dir(), "nobody else removes the folder of an attempt");
                tokio::time::sleep(Duration::from_millis(2)).await;
                Ok(Text($made))
            }
        }
    };
}

text_stage!(Shout, "shout", Text, |text| text.0.to_uppercase() + "!");
text_stage!(ShoutAnew, "shout", NewText, |text| text.text.to_uppercase() + "!!");
text_stage!(Echo, "echo", Text, |text| format!("{0} {0}", text.0));
text_stage!(Seal, "seal", Text, |text| format!("[{}]", text.0));

/// The versions of the program.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Version {
    /// `read`, `shout`, `seal`.
    Old,
    /// `read`, `shout`, `echo`, `seal`.
    New,
    /// As the old one, but `read` stores its text in another form.
    OtherForm,
}

/// The stores of a fleet, and how often each stage ran.
struct Fleet {
    jobs: Arc<dyn JobStore>,
    artifacts: Arc<MemoryArtifactStore>,
    scratch: tempfile::TempDir,
    runs: Runs,
}

impl Fleet {
    fn new() -> Self {
        Self {
            jobs: Arc::new(MemoryJobStore::default()),
            artifacts: Arc::default(),
            scratch: tempfile::tempdir().unwrap(),
            runs: Runs::default(),
        }
    }

    fn engine_of(&self, worker: &str, pipelines: impl PipelineSource) -> Engine {
        let mut settings = EngineSettings::new(WorkerId(worker.to_owned()), self.scratch.path().to_owned());
        settings.poll = Duration::from_millis(10);
        settings.lease = Duration::from_millis(600);
        Engine::new(
            Arc::clone(&self.jobs),
            Arc::<MemoryArtifactStore>::clone(&self.artifacts),
            pipelines,
            settings,
        )
    }

    /// A worker that tells which pipelines it has: `loud` alone.
    fn engine(&self, version: Version) -> Engine {
        self.engine_of(&format!("{version:?}"), NamedPipelines::new(["loud"], self.source(version)))
    }

    fn source(&self, version: Version) -> impl PipelineSource + use<> {
        let runs = Arc::clone(&self.runs);
        move |name: &str, _: &Value| -> Result<ErasedPipeline, Box<dyn Error + Send + Sync>> {
            if name != "loud" {
                return Err(format!("there is no pipeline `{name}`").into());
            }
            let runs = || Arc::clone(&runs);
            let pipeline = Pipeline::new("loud", |p, pdf: Handle<SourcePdf>| {
                let mut text = match version {
                    Version::OtherForm => {
                        let text = p.stage(ReadAnew(runs()), pdf);
                        p.stage(ShoutAnew(runs()), text)
                    }
                    _ => {
                        let text = p.stage(Read(runs()), pdf);
                        p.stage(Shout(runs()), text)
                    }
                };
                if version == Version::New {
                    text = p.stage(Echo(runs()), text);
                }
                p.stage(Seal(runs()), text)
            })?;
            Ok(pipeline.into())
        }
    }

    /// The text that a completed job has made.
    async fn text(&self, view: &JobView, engine: &Engine) -> String {
        assert_eq!(view.status, JobStatus::Completed, "{:?}", view.job.error());
        let text: Option<Text> = engine.output(&view.job, &StageName::from("seal"), None).await.unwrap();
        text.unwrap().0
    }

    async fn view(&self, id: &JobId) -> JobView {
        self.jobs.get(id).await.unwrap()
    }

    /// Waits until a job is as `wanted` says.
    async fn until(&self, id: &JobId, wanted: impl Fn(&JobView) -> bool) -> JobView {
        let look = async {
            loop {
                let view = self.view(id).await;
                if wanted(&view) {
                    return view;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), look).await.expect("it takes too long")
    }
}

async fn submit(engine: &Engine, text: &str) -> JobId {
    engine.submit(submission(text)).await.unwrap().view.job.job_id
}

fn submission(text: &str) -> Submission<SourcePdf> {
    Submission::of_pdf("loud", "a.pdf", text.to_owned().into())
}

/// A worker that runs until this goes.
struct Worker(CancellationToken);

impl Drop for Worker {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

fn start(engine: &Engine) -> Worker {
    let (engine, shutdown) = (engine.clone(), CancellationToken::new());
    let stop = shutdown.clone();
    tokio::spawn(async move { engine.run_all(WorkScope::default(), stop).await });
    Worker(shutdown)
}

/// Does one task of a job, which must be this one.
async fn step(engine: &Engine, id: &JobId, stage: &str) {
    engine.advance().await.unwrap();
    let scope = WorkScope { stages: Some(vec![stage.into()]), job: Some(id.clone()) };
    let shutdown = CancellationToken::new();
    let stop = shutdown.clone();
    let jobs = Arc::clone(engine.jobs());
    let done = async {
        let is_done = |view: &JobView| {
            view.job.stages.iter().any(|task| task.key.stage.0 == stage && task.status == TaskStatus::Done)
        };
        while !is_done(&jobs.get(id).await.unwrap()) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        stop.cancel();
    };
    tokio::join!(engine.work(scope, shutdown), done);
}

#[tokio::test]
async fn a_stock_worker_leaves_a_foreign_pipeline_alone() {
    let fleet = Fleet::new();
    let stock = fleet.engine(Version::Old);
    let quiet = |name: &str, _: &Value| -> Result<ErasedPipeline, Box<dyn Error + Send + Sync>> {
        match name {
            "quiet" => {
                Ok(Pipeline::new("quiet", |p, pdf: Handle<SourcePdf>| p.stage(Read(Runs::default()), pdf))?
                    .into())
            }
            other => Err(format!("there is no pipeline `{other}`").into()),
        }
    };
    let special = fleet.engine_of("special", NamedPipelines::new(["quiet"], quiet));
    let foreign = Submission::of_pdf("quiet", "a.pdf", "hush".into());
    let foreign = special.submit(foreign).await.unwrap().view.job.job_id;
    let own = submit(&stock, "hey").await;

    let _stock = start(&stock);
    fleet.until(&own, |view| view.status == JobStatus::Completed).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let waiting = fleet.view(&foreign).await;
    assert_eq!((waiting.status, waiting.job.stages[0].status), (JobStatus::Pending, TaskStatus::Ready));
    assert_eq!(waiting.job.stages[0].token.0, 0, "it was never claimed");
    let reason = waiting.job.waits_for(stock.pipeline_names().as_deref()).unwrap();
    assert_eq!(reason, "a worker that has the pipeline `quiet`");

    let _special = start(&special);
    fleet.until(&foreign, |view| view.status == JobStatus::Completed).await;
}

#[tokio::test]
async fn a_worker_that_does_not_tell_its_pipelines_passes_foreign_ones_over() {
    let fleet = Fleet::new();
    let stock = fleet.engine_of("stock", fleet.source(Version::Old));
    assert_eq!(stock.pipeline_names(), None);
    let quiet = |_: &str, _: &Value| -> Result<ErasedPipeline, Box<dyn Error + Send + Sync>> {
        Ok(Pipeline::new("quiet", |p, pdf: Handle<SourcePdf>| p.stage(Read(Runs::default()), pdf))?.into())
    };
    let special = fleet.engine_of("special", NamedPipelines::new(["quiet"], quiet));
    let foreign = Submission::of_pdf("quiet", "a.pdf", "hush".into());
    let foreign = special.submit(foreign).await.unwrap().view.job.job_id;
    let _stock = start(&stock);
    let waiting = fleet.until(&foreign, |view| view.job.stages[0].passed_over.is_some()).await;
    let task = &waiting.job.stages[0];
    assert_eq!((task.status, task.attempt, task.history.len()), (TaskStatus::Ready, 0, 0));
    let reason = waiting.job.waits_for(None).unwrap();
    assert!(reason.contains("there is no pipeline `quiet`"), "{reason}");

    let own = submit(&stock, "hey").await;
    fleet.until(&own, |view| view.status == JobStatus::Completed).await;
    let claims = fleet.view(&foreign).await.job.stages[0].token.0;
    assert!(claims <= 2, "it is not claimed again and again: {claims}");
    let _special = start(&special);
    fleet.until(&foreign, |view| view.status == JobStatus::Completed).await;
}

#[tokio::test]
async fn a_job_whose_pipeline_is_not_here_cannot_be_run_here() {
    let fleet = Fleet::new();
    let engine = fleet.engine(Version::Old);
    let id = submit(&engine, "hey").await;
    let nothing = NamedPipelines::new(["other"], |name: &str, _: &Value| {
        Err::<ErasedPipeline, Box<dyn Error + Send + Sync>>(format!("there is no pipeline `{name}`").into())
    });
    let error =
        fleet.engine_of("elsewhere", nothing).run_job(&id, CancellationToken::new()).await.unwrap_err();
    assert!(matches!(error, EngineError::Pipeline { .. }), "{error:?}");
    assert_eq!(fleet.view(&id).await.status, JobStatus::Pending);
}

/// The old version leaves a job half done, and the new one takes its place; then the other way round.
#[tokio::test]
async fn a_program_that_is_replaced_half_way_goes_on_in_both_directions() {
    for (before, after, expected) in
        [(Version::Old, Version::New, "[HEY! HEY!]"), (Version::New, Version::Old, "[HEY!]")]
    {
        let fleet = Fleet::new();
        let (first, second) = (fleet.engine(before), fleet.engine(after));
        let id = submit(&first, "hey").await;
        for stage in ["read", "shout"] {
            step(&first, &id, stage).await;
        }
        if before == Version::New {
            step(&first, &id, "echo").await;
        }
        let runs = fleet.runs.load(Ordering::SeqCst);
        let view = second.run_job(&id, CancellationToken::new()).await.unwrap();
        assert_eq!(fleet.text(&view, &second).await, expected);
        let again = fleet.runs.load(Ordering::SeqCst) - runs;
        assert_eq!(again, if after == Version::New { 2 } else { 1 }, "what both have is not done twice");
        // A program that starts up plans all jobs anew.
        let third = submit(&first, "you").await;
        assert_eq!(second.adopt_jobs().await.unwrap(), 1);
        assert_eq!(second.adopt_jobs().await.unwrap(), 0);
        let _worker = start(&second);
        let view = fleet.until(&third, |view| view.status.is_final()).await;
        assert_eq!(fleet.text(&view, &second).await, expected.replace("HEY", "YOU"));
    }
}

#[tokio::test]
async fn in_a_fleet_each_job_is_left_to_the_version_that_planned_it() {
    let fleet = Fleet::new();
    let (old, new) = (fleet.engine(Version::Old), fleet.engine(Version::New));
    let _old_worker = start(&old);
    let for_new = submit(&new, "hey").await;
    let left = fleet.until(&for_new, |view| view.job.stages[0].passed_over.is_some()).await;
    assert_eq!(left.job.stages[0].attempt, 0);
    let reason = left.job.waits_for(old.pipeline_names().as_deref()).unwrap();
    assert!(reason.contains("it lacks `echo`"), "{reason}");

    let _new_worker = start(&new);
    let view = fleet.until(&for_new, |view| view.status.is_final()).await;
    assert_eq!(fleet.text(&view, &new).await, "[HEY! HEY!]");
    let for_old = submit(&old, "you").await;
    let view = fleet.until(&for_old, |view| view.status.is_final()).await;
    assert_eq!(fleet.text(&view, &old).await, "[YOU!]");
}

#[tokio::test]
async fn whoever_asks_again_gets_the_job_done_by_the_version_at_hand() {
    let fleet = Fleet::new();
    let (old, new) = (fleet.engine(Version::Old), fleet.engine(Version::New));
    let keyed = || submission("hey").with_idempotency_key(Some("once".to_owned()));
    let id = old.submit(keyed()).await.unwrap().view.job.job_id;
    let again = new.submit(keyed()).await.unwrap();
    assert_eq!((again.is_new, &again.view.job.job_id), (false, &id));
    assert_eq!(again.view.job.stages.len(), 4);

    let view = old.run_job(&id, CancellationToken::new()).await.unwrap();
    assert_eq!(fleet.text(&view, &old).await, "[HEY!]");
    let finished = new.submit(keyed()).await.unwrap();
    assert_eq!(finished.view.status, JobStatus::Completed, "a finished video stays as it is");
    let view = new.retry_job(&id, Some(&StageName::from("seal"))).await.unwrap();
    assert_eq!(view.job.current_version(), Some(1), "and until there is a new one");
    let view = new.run_job(&id, CancellationToken::new()).await.unwrap();
    assert_eq!(fleet.text(&view, &new).await, "[HEY! HEY!]");
}

#[tokio::test]
async fn an_output_in_an_older_form_is_made_again_and_one_in_a_newer_form_is_left_alone() {
    let fleet = Fleet::new();
    let (old, new) = (fleet.engine(Version::Old), fleet.engine(Version::OtherForm));
    let id = submit(&old, "hey").await;
    step(&old, &id, "read").await;
    let view = new.run_job(&id, CancellationToken::new()).await.unwrap();
    assert_eq!(fleet.text(&view, &new).await, "[HEY!!]");

    let id = submit(&new, "you").await;
    step(&new, &id, "read").await;
    let _old = start(&old);
    let left = fleet.until(&id, |view| view.job.stages[1].passed_over.is_some()).await;
    assert_eq!(left.job.stages[0].status, TaskStatus::Done, "what the newer version made stays");
    let _new = start(&new);
    let view = fleet.until(&id, |view| view.status.is_final()).await;
    assert_eq!(fleet.text(&view, &new).await, "[YOU!!]");
}

#[tokio::test]
async fn two_workers_of_one_name_share_the_work() {
    let fleet = Fleet::new();
    let started = Arc::new(Mutex::new(Vec::new()));
    let twin = || {
        let started = Arc::clone(&started);
        let note = EventSink::new(move |event| {
            if let Event::Started { job, task, .. } = event {
                started.lock().unwrap().push((job, task));
            }
        });
        fleet.engine(Version::New).with_events(note)
    };
    let (first, second) = (twin(), twin());
    let mut ids = Vec::new();
    for number in 0..30 {
        ids.push(submit(&first, &format!("hey {number}")).await);
    }
    let _workers = (start(&first), start(&second));
    for (number, id) in ids.iter().enumerate() {
        let view = fleet.until(id, |view| view.status.is_final()).await;
        assert_eq!(fleet.text(&view, &first).await, format!("[HEY {number}! HEY {number}!]"));
        assert!(view.job.stages.iter().all(|task| task.attempt == 1 && task.history.is_empty()));
    }
    let mut tasks = started.lock().unwrap().clone();
    assert_eq!(tasks.len(), 30 * 4);
    tasks.sort();
    tasks.dedup();
    assert_eq!((tasks.len(), fleet.runs.load(Ordering::SeqCst)), (120, 120), "nothing ran twice");
}

#[tokio::test]
async fn jobs_that_are_over_for_long_are_removed_and_no_others() {
    let fleet = Fleet::new();
    let engine = fleet.engine(Version::Old);
    let over = submit(&engine, "hey").await;
    engine.run_job(&over, CancellationToken::new()).await.unwrap();
    let cancelled = submit(&engine, "you").await;
    fleet.jobs.cancel(&cancelled).await.unwrap();
    let waiting = submit(&engine, "and me").await;
    assert_eq!(engine.remove_expired(Duration::from_secs(3600)).await.unwrap(), 0);
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert_eq!(engine.remove_expired(Duration::from_millis(1)).await.unwrap(), 2);
    assert_eq!(fleet.view(&waiting).await.status, JobStatus::Pending);
    assert!(fleet.jobs.get(&over).await.is_err() && fleet.jobs.get(&cancelled).await.is_err());
    let view = engine.run_job(&waiting, CancellationToken::new()).await.unwrap();
    assert_eq!(fleet.text(&view, &engine).await, "[AND ME!]");
}
