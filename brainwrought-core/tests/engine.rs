//! The engine on stores in memory, with stages that count how often they run.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use brainwrought_core::artifact_store::{
    ArtifactListing, ArtifactStore, ArtifactStoreError, Hold, StoredHold,
};
use brainwrought_core::budget::{Charge, Cost};
use brainwrought_core::data::{BlobRef, SourcePdf};
use brainwrought_core::engine::{Engine, EngineError, EngineSettings, Submission, WorkScope};
use brainwrought_core::event::{Event, EventSink};
use brainwrought_core::id::{Digest, FencingToken, Fingerprint, JobId, StageName, TaskId, WorkerId};
use brainwrought_core::job::{
    Callback, JobStatus, NewJob, Outcome, Plan, Renewal, Revision, Task, TaskStatus,
};
use brainwrought_core::job_store::{
    Claim, ClaimRequest, Created, JobFilter, JobStore, JobStoreError, JobView, TaskReport,
};
use brainwrought_core::ledger_store::LedgerStore;
use brainwrought_core::memory::{MemoryArtifactStore, MemoryJobStore};
use brainwrought_core::pipeline::{Handle, Pipeline};
use brainwrought_core::report::chain;
use brainwrought_core::stage::{Fan, Stage, StageContext, StageData, StageError};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Words(Vec<String>);

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Text {
    text: String,
    blob: Option<BlobRef>,
}

impl StageData for Words {
    const SCHEMA: &'static str = "words/1";
}

impl StageData for Text {
    const SCHEMA: &'static str = "text/1";
}

impl Fan for Words {
    type Item = Text;

    fn items(&self) -> Vec<Text> {
        self.0.iter().map(|text| Text { text: text.clone(), blob: None }).collect()
    }
}

/// How often each stage ran, and how it should misbehave.
#[derive(Debug, Default)]
struct Probe {
    split: AtomicU32,
    shout: AtomicU32,
    join: AtomicU32,
    failures: AtomicU32,
    stall: AtomicU32,
}

#[derive(Debug, Serialize)]
struct Split {
    #[serde(skip)]
    probe: Arc<Probe>,
}

impl Stage for Split {
    const NAME: &'static str = "split";
    const VERSION: u32 = 1;
    type Input = SourcePdf;
    type Output = Words;

    async fn run(&self, cx: &StageContext, input: SourcePdf) -> Result<Words, StageError> {
        self.probe.split.fetch_add(1, Ordering::SeqCst);
        let bytes = cx.get(&input.pdf).await?;
        let text = String::from_utf8(bytes.to_vec()).map_err(StageError::fatal)?;
        Ok(Words(text.split(' ').map(str::to_owned).collect()))
    }
}

#[derive(Debug, Serialize)]
struct Shout {
    mark: String,
    #[serde(skip)]
    probe: Arc<Probe>,
}

impl Stage for Shout {
    const NAME: &'static str = "shout";
    const VERSION: u32 = 1;
    type Input = Text;
    type Output = Text;

    async fn run(&self, cx: &StageContext, input: Text) -> Result<Text, StageError> {
        self.probe.shout.fetch_add(1, Ordering::SeqCst);
        assert!(cx.scratch().is_dir());
        if self.probe.failures.load(Ordering::SeqCst) > 0 {
            self.probe.failures.fetch_sub(1, Ordering::SeqCst);
            return Err(StageError::retryable("the voice is hoarse"));
        }
        if self.probe.stall.load(Ordering::SeqCst) > 0 {
            cx.cancellation().cancelled().await;
            return Err(StageError::cancelled());
        }
        let text = input.text.to_uppercase() + &self.mark;
        let blob = cx.put(text.clone().into(), "text/plain").await?;
        Ok(Text { text, blob: Some(blob) })
    }
}

#[derive(Debug, Serialize)]
struct Join {
    #[serde(skip)]
    probe: Arc<Probe>,
}

impl Stage for Join {
    const NAME: &'static str = "join";
    const VERSION: u32 = 1;
    type Input = (Words, Vec<Text>);
    type Output = Text;

    async fn run(&self, _cx: &StageContext, (words, parts): (Words, Vec<Text>)) -> Result<Text, StageError> {
        self.probe.join.fetch_add(1, Ordering::SeqCst);
        assert_eq!(words.0.len(), parts.len());
        let texts: Vec<String> = parts.into_iter().map(|part| part.text).collect();
        Ok(Text { text: texts.join(" "), blob: None })
    }
}

struct Bench {
    engine: Engine,
    probe: Arc<Probe>,
    _scratch: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        Self::on(Arc::new(MemoryJobStore::default()))
    }

    fn on(jobs: Arc<dyn JobStore>) -> Self {
        Self::on_both(jobs, Arc::new(MemoryArtifactStore::default()))
    }

    fn on_both(jobs: Arc<dyn JobStore>, artifacts: Arc<dyn ArtifactStore>) -> Self {
        let probe = Arc::new(Probe::default());
        let scratch = tempfile::tempdir().unwrap();
        let stages = Arc::clone(&probe);
        let pipelines = move |_: &str, options: &serde_json::Value| {
            let mark = options["mark"].as_str().unwrap_or("!").to_owned();
            let probe = || Arc::clone(&stages);
            let pipeline = Pipeline::new("loud", |p, pdf: Handle<SourcePdf>| {
                let words = p.stage(Split { probe: probe() }, pdf);
                let parts = p.each(words, |p, word| p.stage(Shout { mark, probe: probe() }, word));
                p.stage(Join { probe: probe() }, (words, parts))
            })?;
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(pipeline)
        };
        let mut settings = EngineSettings::new(WorkerId("test".to_owned()), scratch.path().to_owned());
        settings.poll = Duration::from_millis(20);
        settings.retry.base_ms = 1;
        settings.retry.max_attempts = 3;
        let engine = Engine::new(jobs, artifacts, pipelines, settings);
        Self { engine, probe, _scratch: scratch }
    }

    async fn submit(&self, text: &str, mark: &str) -> JobId {
        let submission = Submission::of_pdf("loud", "../../etc/passwd", text.to_owned().into())
            .with_options(serde_json::json!({ "mark": mark }));
        self.engine.submit(submission).await.unwrap().view.job.job_id
    }

    async fn run(&self, id: &JobId) -> JobView {
        self.engine.run_job(id, CancellationToken::new()).await.unwrap()
    }

    async fn result(&self, view: &JobView) -> String {
        let output = view.job.stages.last().unwrap().output.clone().unwrap();
        let bytes = self.engine.artifacts().get(&output).await.unwrap();
        let envelope: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(envelope["schema"], "text/1");
        envelope["value"]["text"].as_str().unwrap().to_owned()
    }

    fn runs(&self) -> [u32; 3] {
        [&self.probe.split, &self.probe.shout, &self.probe.join].map(|runs| runs.load(Ordering::SeqCst))
    }
}

#[tokio::test]
async fn a_job_runs_to_its_end() {
    let bench = Bench::new();
    let id = bench.submit("to be or not", "!").await;
    let view = bench.run(&id).await;
    assert_eq!(view.status, JobStatus::Completed);
    assert_eq!(bench.result(&view).await, "TO! BE! OR! NOT!");
    let input: SourcePdf = view.job.input.get().unwrap();
    assert_eq!(input.file_name, "passwd", "a file name carries no folders");
    assert_eq!(bench.runs(), [1, 4, 1]);
}

#[tokio::test]
async fn the_same_work_is_not_done_twice() {
    let bench = Bench::new();
    let first = bench.submit("to be", "!").await;
    bench.run(&first).await;
    let second = bench.submit("to be", "!").await;
    let view = bench.run(&second).await;
    assert_eq!(view.status, JobStatus::Completed);
    assert!(view.job.stages.iter().all(|task| task.cached));
    assert_eq!(bench.runs(), [1, 2, 1]);

    let other_mark = bench.submit("to be", "?").await;
    let view = bench.run(&other_mark).await;
    assert_eq!(bench.result(&view).await, "TO? BE?");
    assert_eq!(bench.runs(), [1, 4, 2], "only what the mark reaches ran again");
}

#[tokio::test]
async fn only_the_items_that_changed_run_again() {
    let bench = Bench::new();
    let first = bench.submit("one two three", "!").await;
    bench.run(&first).await;
    let edited = bench.submit("one TOO three", "!").await;
    let view = bench.run(&edited).await;
    assert_eq!(bench.result(&view).await, "ONE! TOO! THREE!");
    assert_eq!(bench.runs(), [2, 4, 2]);
}

#[tokio::test]
async fn a_lost_artifact_is_made_again() {
    let bench = Bench::new();
    let first = bench.submit("to be", "!").await;
    bench.run(&first).await;
    let digest = Digest::of(b"TO!");
    bench.engine.artifacts().delete(&digest).await.unwrap();
    let again = bench.submit("to be", "!").await;
    assert_eq!(bench.run(&again).await.status, JobStatus::Completed);
    assert_eq!(bench.runs(), [1, 3, 1]);
    assert!(bench.engine.artifacts().contains(&digest).await.unwrap());
}

#[tokio::test]
async fn a_passing_failure_is_retried() {
    let bench = Bench::new();
    bench.probe.failures.store(2, Ordering::SeqCst);
    let id = bench.submit("to be", "!").await;
    let view = bench.run(&id).await;
    assert_eq!(view.status, JobStatus::Completed);
    let history: usize = view.job.stages.iter().map(|task| task.history.len()).sum();
    assert_eq!(history, 2);
    assert_eq!(bench.runs(), [1, 4, 1]);
}

#[tokio::test]
async fn a_lasting_failure_ends_in_error_and_can_be_retried() {
    let bench = Bench::new();
    bench.probe.failures.store(u32::MAX / 2, Ordering::SeqCst);
    let id = bench.submit("to", "!").await;
    let view = bench.run(&id).await;
    assert_eq!(view.status, JobStatus::Failed);
    assert_eq!(view.job.error().unwrap(), "shout[0]: the voice is hoarse");
    assert_eq!(view.job.stages[1].history.len(), 3);
    assert!(view.job.logs.iter().any(|entry| entry.message.contains("hoarse")));

    bench.probe.failures.store(0, Ordering::SeqCst);
    bench.engine.jobs().retry(&id, None).await.unwrap();
    assert_eq!(bench.run(&id).await.status, JobStatus::Completed);
    assert_eq!(bench.probe.split.load(Ordering::SeqCst), 1, "what was done stays done");
}

#[tokio::test]
async fn a_shutdown_hands_tasks_back() {
    let bench = Bench::new();
    bench.probe.stall.store(1, Ordering::SeqCst);
    let id = bench.submit("to be", "!").await;
    let shutdown = CancellationToken::new();
    let engine = bench.engine.clone();
    let stop = shutdown.clone();
    let running = tokio::spawn(async move { engine.run_all(WorkScope::default(), stop).await });
    while bench.probe.shout.load(Ordering::SeqCst) < 2 {
        tokio::task::yield_now().await;
        bench.engine.jobs().wait_for_work(Duration::from_millis(5)).await;
    }
    shutdown.cancel();
    running.await.unwrap();
    let view = bench.engine.jobs().get(&id).await.unwrap();
    let shouts: Vec<_> = view.job.tasks_of(&StageName::from("shout")).cloned().collect();
    assert!(shouts.iter().all(|task| task.status == TaskStatus::Ready && task.attempt == 0), "{shouts:?}");

    bench.probe.stall.store(0, Ordering::SeqCst);
    assert_eq!(bench.run(&id).await.status, JobStatus::Completed);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_job_stops_its_workers() {
    let bench = Bench::new();
    bench.probe.stall.store(1, Ordering::SeqCst);
    let id = bench.submit("to be", "!").await;
    let jobs = Arc::clone(bench.engine.jobs());
    let watched = id.clone();
    let canceller = async {
        while bench.probe.shout.load(Ordering::SeqCst) < 2 {
            jobs.wait_for_work(Duration::from_millis(5)).await;
        }
        jobs.cancel(&watched).await.unwrap();
    };
    let (view, ()) = tokio::join!(bench.run(&id), canceller);
    assert_eq!(view.status, JobStatus::Cancelled);
    assert_eq!(bench.probe.join.load(Ordering::SeqCst), 0);
}

/// A store that takes and lends work, but cannot be reached when a lease is to be renewed, and may be full.
#[derive(Debug, Default)]
struct Deaf(MemoryJobStore, AtomicBool);

impl Deaf {
    fn check_room(&self) -> Result<(), JobStoreError> {
        match self.1.load(Ordering::SeqCst) {
            true => Err(JobStoreError::Full("no space left on device".into())),
            false => Ok(()),
        }
    }
}

#[async_trait]
impl LedgerStore for Deaf {
    async fn reserve(&self, id: &TaskId, token: FencingToken, charge: &Charge) -> Result<(), JobStoreError> {
        self.0.reserve(id, token, charge).await
    }

    async fn settle(
        &self,
        id: &TaskId,
        token: FencingToken,
        charge: &Charge,
        cost: Cost,
    ) -> Result<(), JobStoreError> {
        self.0.settle(id, token, charge, cost).await
    }

    async fn limit_cost(&self, id: &JobId, limit: Option<Cost>) -> Result<JobView, JobStoreError> {
        self.0.limit_cost(id, limit).await
    }
}

#[async_trait]
impl JobStore for Deaf {
    async fn create(&self, new: NewJob) -> Result<Created, JobStoreError> {
        self.0.create(new).await
    }
    async fn get(&self, id: &JobId) -> Result<JobView, JobStoreError> {
        self.0.get(id).await
    }
    async fn list(&self, filter: &JobFilter) -> Result<Vec<JobView>, JobStoreError> {
        self.0.list(filter).await
    }
    async fn advance(&self) -> Result<Vec<TaskId>, JobStoreError> {
        self.check_room()?;
        self.0.advance().await
    }
    async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claim>, JobStoreError> {
        self.check_room()?;
        self.0.claim(request).await
    }
    async fn renew(&self, _: &TaskId, _: FencingToken, _: Duration) -> Result<Renewal, JobStoreError> {
        Err(JobStoreError::Unavailable { action: "renew a lease".to_owned(), source: "no route".into() })
    }
    async fn append(
        &self,
        id: &TaskId,
        token: FencingToken,
        report: TaskReport,
    ) -> Result<(), JobStoreError> {
        self.0.append(id, token, report).await
    }
    async fn commit(
        &self,
        id: &TaskId,
        token: FencingToken,
        outcome: Outcome,
    ) -> Result<Task, JobStoreError> {
        self.check_room()?;
        self.0.commit(id, token, outcome).await
    }
    async fn recover(&self) -> Result<Vec<TaskId>, JobStoreError> {
        self.0.recover().await
    }
    async fn cancel(&self, id: &JobId) -> Result<JobView, JobStoreError> {
        self.0.cancel(id).await
    }
    async fn retry(&self, id: &JobId, from: Option<&StageName>) -> Result<JobView, JobStoreError> {
        self.0.retry(id, from).await
    }
    async fn revise(&self, id: &JobId, revision: &Revision) -> Result<JobView, JobStoreError> {
        self.0.revise(id, revision).await
    }
    async fn replan(&self, id: &JobId, plan: &Plan) -> Result<JobView, JobStoreError> {
        self.0.replan(id, plan).await
    }
    async fn prioritize(&self, id: &JobId, priority: i32) -> Result<JobView, JobStoreError> {
        self.0.prioritize(id, priority).await
    }
    async fn replace_callback(
        &self,
        id: &JobId,
        seen: Option<&Callback>,
        callback: Option<Callback>,
    ) -> Result<bool, JobStoreError> {
        self.0.replace_callback(id, seen, callback).await
    }
    async fn delete(&self, id: &JobId) -> Result<(), JobStoreError> {
        self.0.delete(id).await
    }
    async fn wait_for_work(&self, at_most: Duration) {
        self.0.wait_for_work(at_most).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_whose_heartbeats_fail_stops_claiming_and_cancels_its_work() {
    let bench = Bench::on(Arc::new(Deaf::default()));
    bench.probe.stall.store(1, Ordering::SeqCst);
    let held = bench.submit("held", "!").await;
    let shutdown = CancellationToken::new();
    let (engine, stop) = (bench.engine.clone(), shutdown.clone());
    let running = tokio::spawn(async move { engine.run_all(WorkScope::default(), stop).await });
    // Leases of 30 s are renewed after 10 s: from then on the pulse is weak.
    tokio::time::sleep(Duration::from_secs(15)).await;
    assert_eq!(bench.runs(), [1, 1, 0]);
    let waiting = bench.submit("waiting", "!").await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let view = bench.engine.jobs().get(&waiting).await.unwrap();
    assert_eq!(view.job.stages[0].status, TaskStatus::Ready, "nothing is claimed on a weak pulse");
    bench.probe.stall.store(0, Ordering::SeqCst);
    // The lease is over and the attempt has stopped, so there is nothing left that cannot be renewed.
    tokio::time::sleep(Duration::from_secs(15)).await;
    let view = bench.engine.jobs().get(&waiting).await.unwrap();
    assert_eq!(view.status, JobStatus::Completed);
    assert_ne!(bench.engine.jobs().get(&held).await.unwrap().status, JobStatus::Completed);
    shutdown.cancel();
    running.await.unwrap();
}

#[tokio::test]
async fn garbage_is_what_no_job_needs() {
    let bench = Bench::new();
    let kept = bench.submit("to be", "!").await;
    bench.run(&kept).await;
    let dropped = bench.submit("or not", "!").await;
    bench.run(&dropped).await;
    bench.engine.jobs().delete(&dropped).await.unwrap();

    let would = bench.engine.collect_garbage(Duration::ZERO, true).await.unwrap();
    let did = bench.engine.collect_garbage(Duration::ZERO, false).await.unwrap();
    assert_eq!(would, did);
    assert!(did.artifacts > 0 && did.kept > 0);
    let again = bench.engine.collect_garbage(Duration::ZERO, false).await.unwrap();
    assert_eq!((again.artifacts, again.kept), (0, did.kept));

    bench.engine.jobs().retry(&kept, Some(&StageName::from("split"))).await.unwrap();
    let view = bench.run(&kept).await;
    assert!(view.job.stages.iter().all(|task| task.cached), "everything that the job needs is still there");
}

#[tokio::test]
async fn files_in_the_options_are_no_garbage() {
    let bench = Bench::new();
    let music = bench.engine.artifacts().put("tra la la".into()).await.unwrap();
    let blob = BlobRef { digest: music.clone(), bytes: 9, media_type: "audio/mpeg".to_owned() };
    let submission = Submission::of_pdf("loud", "a.pdf", "to be".into())
        .with_options(serde_json::json!({ "mark": "!", "music": blob }));
    let job = bench.engine.submit(submission).await.unwrap().view.job.job_id;
    assert_eq!(bench.engine.collect_garbage(Duration::ZERO, false).await.unwrap().artifacts, 0);
    bench.engine.jobs().cancel(&job).await.unwrap();
    bench.engine.jobs().delete(&job).await.unwrap();
    bench.engine.collect_garbage(Duration::ZERO, false).await.unwrap();
    assert!(!bench.engine.artifacts().contains(&music).await.unwrap());
}

/// An artifact store on a disk of its own.
#[derive(Debug)]
struct OnDisk {
    inner: MemoryArtifactStore,
    /// The bytes that can be had when somebody asks.
    free: AtomicU64,
    /// True when nothing can be written, whatever was said before.
    is_full: AtomicBool,
}

impl OnDisk {
    fn new(free: u64) -> Arc<Self> {
        Arc::new(Self { inner: MemoryArtifactStore::default(), free: free.into(), is_full: false.into() })
    }
}

fn no_space() -> ArtifactStoreError {
    ArtifactStoreError::Full("no space left on device".into())
}

#[async_trait]
impl ArtifactStore for OnDisk {
    async fn put(&self, bytes: bytes::Bytes) -> Result<Digest, ArtifactStoreError> {
        if self.is_full.load(Ordering::SeqCst) { Err(no_space()) } else { self.inner.put(bytes).await }
    }
    async fn get(&self, digest: &Digest) -> Result<bytes::Bytes, ArtifactStoreError> {
        self.inner.get(digest).await
    }
    async fn contains(&self, digest: &Digest) -> Result<bool, ArtifactStoreError> {
        self.inner.contains(digest).await
    }
    async fn delete(&self, digest: &Digest) -> Result<(), ArtifactStoreError> {
        self.inner.delete(digest).await
    }
    async fn bind(&self, print: &Fingerprint, output: &Digest) -> Result<(), ArtifactStoreError> {
        self.inner.bind(print, output).await
    }
    async fn lookup(&self, print: &Fingerprint) -> Result<Option<Digest>, ArtifactStoreError> {
        self.inner.lookup(print).await
    }
    async fn unbind(&self, print: &Fingerprint) -> Result<(), ArtifactStoreError> {
        self.inner.unbind(print).await
    }
    async fn list(&self) -> Result<ArtifactListing, ArtifactStoreError> {
        self.inner.list().await
    }
    async fn hold(&self, job: &JobId, hold: &Hold) -> Result<(), ArtifactStoreError> {
        // An empty file mostly finds a place on a full disk.
        self.inner.hold(job, hold).await
    }
    async fn release(&self, job: &JobId, holds: &[Hold]) -> Result<(), ArtifactStoreError> {
        self.inner.release(job, holds).await
    }
    async fn holds(&self) -> Result<Vec<StoredHold>, ArtifactStoreError> {
        self.inner.holds().await
    }
    async fn check_room(&self, bytes: u64) -> Result<(), ArtifactStoreError> {
        if bytes > self.free.load(Ordering::SeqCst) { Err(no_space()) } else { Ok(()) }
    }
}

/// Runs a job, and lists what it was said to wait for.
async fn run_and_listen(bench: &Bench, id: &JobId) -> (Result<JobView, EngineError>, Vec<String>) {
    let reasons: Arc<Mutex<Vec<String>>> = Arc::default();
    let told = Arc::clone(&reasons);
    let engine = bench.engine.clone().with_events(EventSink::new(move |event| {
        if let Event::Waiting { reason, .. } = event {
            told.lock().unwrap().push(reason);
        }
    }));
    let ended = engine.run_job(id, CancellationToken::new()).await;
    let reasons = reasons.lock().unwrap().clone();
    (ended, reasons)
}

#[tokio::test(start_paused = true)]
async fn a_full_job_store_is_told_and_ends_a_run_that_can_be_repeated() {
    let jobs = Arc::new(Deaf::default());
    let bench = Bench::on(Arc::clone(&jobs) as Arc<dyn JobStore>);
    let id = bench.submit("to be", "!").await;
    jobs.1.store(true, Ordering::SeqCst);
    let started = tokio::time::Instant::now();
    let (ended, reasons) = run_and_listen(&bench, &id).await;
    assert!(matches!(ended, Err(EngineError::Jobs(JobStoreError::Full(_)))), "{ended:?}");
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    assert!(reasons.len() == 1 && reasons[0].contains("no space left"), "{reasons:?}");

    jobs.1.store(false, Ordering::SeqCst);
    assert_eq!(bench.run(&id).await.status, JobStatus::Completed);
}

#[tokio::test(start_paused = true)]
async fn without_room_for_artifacts_nothing_runs_and_no_attempt_is_used_up() {
    let artifacts = OnDisk::new(0);
    let bench =
        Bench::on_both(Arc::new(MemoryJobStore::default()), Arc::clone(&artifacts) as Arc<dyn ArtifactStore>);
    let id = bench.submit("to be", "!").await;
    let (ended, reasons) = run_and_listen(&bench, &id).await;
    assert!(matches!(ended, Err(EngineError::Artifacts(ArtifactStoreError::Full(_)))), "{ended:?}");
    assert!(reasons.iter().any(|reason| reason.contains("artifact store is full")), "{reasons:?}");
    assert_eq!(bench.runs(), [0, 0, 0]);
    let view = bench.engine.jobs().get(&id).await.unwrap();
    assert!(view.job.stages.iter().all(|task| task.attempt == 0 && task.history.is_empty()), "{view:?}");

    artifacts.free.store(u64::MAX, Ordering::SeqCst);
    assert_eq!(bench.run(&id).await.status, JobStatus::Completed);
}

#[tokio::test(start_paused = true)]
async fn a_task_that_ran_full_waits_until_there_is_more_room() {
    let artifacts = OnDisk::new(100 << 20);
    let bench =
        Bench::on_both(Arc::new(MemoryJobStore::default()), Arc::clone(&artifacts) as Arc<dyn ArtifactStore>);
    let id = bench.submit("to be", "!").await;
    artifacts.is_full.store(true, Ordering::SeqCst);
    let (ended, _) = run_and_listen(&bench, &id).await;
    assert!(matches!(ended, Err(EngineError::Artifacts(ArtifactStoreError::Full(_)))), "{ended:?}");
    assert_eq!(bench.runs(), [1, 0, 0], "one try, although it seemed that there was room");
    let view = bench.engine.jobs().get(&id).await.unwrap();
    assert_eq!((view.job.stages[0].status, view.job.stages[0].attempt), (TaskStatus::Ready, 0));
    assert!(view.job.logs.iter().any(|entry| entry.message.contains("artifact store is full")));

    artifacts.is_full.store(false, Ordering::SeqCst);
    artifacts.free.store(u64::MAX, Ordering::SeqCst);
    assert_eq!(bench.run(&id).await.status, JobStatus::Completed);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_another_worker_holds_says_who_it_waits_for() {
    let bench = Bench::new();
    let id = bench.submit("to be", "!").await;
    bench.engine.advance().await.unwrap();
    let worker = WorkerId("somebody-else".to_owned());
    let request = ClaimRequest::new(worker, Duration::from_secs(3600), 1).of_job(Some(id.clone()));
    let claim = bench.engine.jobs().claim(&request).await.unwrap().remove(0);
    let give_back = async {
        tokio::time::sleep(Duration::from_secs(10)).await;
        bench.engine.jobs().commit(&claim.id, claim.token, Outcome::HandedBack).await.unwrap();
    };
    let ((ended, reasons), ()) = tokio::join!(run_and_listen(&bench, &id), give_back);
    assert_eq!(ended.unwrap().status, JobStatus::Completed);
    assert_eq!(reasons, ["worker somebody-else has split"]);
}

#[tokio::test]
async fn an_output_is_replaced_and_only_what_follows_runs_again() {
    let bench = Bench::new();
    let id = bench.submit("to be or", "!").await;
    let view = bench.run(&id).await;
    let split = StageName::from("split");
    let words: Words = bench.engine.output(&view.job, &split, None).await.unwrap().unwrap();
    assert_eq!(words.0, ["to", "be", "or"]);
    let shout: Text =
        bench.engine.output(&view.job, &StageName::from("shout"), Some(1)).await.unwrap().unwrap();
    assert_eq!(shout.text, "BE!");
    let edited = Words(["to", "be", "and"].map(str::to_owned).into());
    bench.engine.replace_output(&view.job, &split, edited).await.unwrap();
    let after = bench.run(&id).await;
    assert_eq!(bench.result(&after).await, "TO! BE! AND!");
    assert_eq!(bench.runs(), [1, 4, 2], "one word was shouted again");

    // The change was made for what the job had before.
    let late = bench.engine.replace_output(&view.job, &split, Words(Vec::new())).await.unwrap_err();
    assert!(chain(&late).contains("was changed meanwhile"), "{}", chain(&late));

    // Nothing that an earlier version needs is garbage, and it comes back without work.
    assert_eq!(bench.engine.collect_garbage(Duration::ZERO, false).await.unwrap().artifacts, 0);
    let restored = bench.engine.restore_version(&id, 1).await.unwrap();
    assert_eq!(restored.status, JobStatus::Completed);
    assert_eq!(bench.result(&restored).await, "TO! BE! OR!");
    assert_eq!(bench.runs(), [1, 4, 2]);
}

#[tokio::test]
async fn an_output_is_read_and_replaced_as_what_it_is() {
    let bench = Bench::new();
    let id = bench.submit("to be", "!").await;
    let job = bench.engine.jobs().get(&id).await.unwrap().job;
    let split = StageName::from("split");
    assert!(bench.engine.output::<Words>(&job, &split, None).await.unwrap().is_none(), "nothing ran yet");
    let job = bench.run(&id).await.job;
    let other = bench.engine.output::<Text>(&job, &split, None).await.unwrap_err();
    assert_eq!(chain(&other), "could not read the output of `split`: it is stored as words/1, not as text/1");
    let text = Text { text: "hm".to_owned(), blob: None };
    let wrong = bench.engine.replace_output(&job, &split, text).await.unwrap_err();
    assert_eq!(
        chain(&wrong),
        "could not change the output of `split`: it is stored as words/1, not as text/1"
    );
    let output = job.stages[0].output.clone().unwrap();
    bench.engine.artifacts().delete(&output).await.unwrap();
    let lost = bench.engine.output::<Words>(&job, &split, None).await.unwrap_err();
    assert!(matches!(lost, EngineError::Artifacts(ArtifactStoreError::NotFound(_))), "{lost:?}");
}
