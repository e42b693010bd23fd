//! A worker whose way to the database is cut stops its work, claims nothing, and is not waited for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use brainwrought_core::data::SourcePdf;
use brainwrought_core::engine::{Engine, EngineSettings, Submission, WorkScope};
use brainwrought_core::id::{JobId, WorkerId};
use brainwrought_core::job::{AttemptEnd, JobStatus};
use brainwrought_core::job_store::JobView;
use brainwrought_core::memory::MemoryArtifactStore;
use brainwrought_core::pipeline::{Handle, Pipeline};
use brainwrought_core::stage::{Stage, StageContext, StageData, StageError};
use brainwrought_store::PostgresJobStore;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use brainwrought_testing::PostgresServer;
use brainwrought_testing::Proxy;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Said(String);

impl StageData for Said {
    const SCHEMA: &'static str = "said/1";
}

/// What a stage does on one machine, and what happened to it.
#[derive(Debug, Default)]
struct Watch {
    /// Whether it stalls until it is stopped.
    stalls: bool,
    started: AtomicU32,
    begun: Notify,
    stopped: Notify,
}

#[derive(Debug, Serialize)]
struct Speak {
    #[serde(skip)]
    watch: Arc<Watch>,
}

impl Stage for Speak {
    const NAME: &'static str = "speak";
    const VERSION: u32 = 1;
    type Input = SourcePdf;
    type Output = Said;

    async fn run(&self, cx: &StageContext, _: SourcePdf) -> Result<Said, StageError> {
        self.watch.started.fetch_add(1, Ordering::SeqCst);
        self.watch.begun.notify_one();
        if self.watch.stalls {
            cx.cancellation().cancelled().await;
            self.watch.stopped.notify_one();
            return Err(StageError::cancelled());
        }
        Ok(Said("hello".to_owned()))
    }
}

fn engine(
    name: &str,
    url: &str,
    artifacts: &Arc<MemoryArtifactStore>,
    watch: &Arc<Watch>,
    scratch: &std::path::Path,
) -> Engine {
    let watch = Arc::clone(watch);
    let pipelines = move |_: &str, _: &serde_json::Value| {
        let watch = Arc::clone(&watch);
        let pipeline = Pipeline::new("speech", |p, pdf: Handle<SourcePdf>| p.stage(Speak { watch }, pdf))?;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(pipeline)
    };
    let mut settings = EngineSettings::new(WorkerId(name.to_owned()), scratch.join(name));
    settings.lease = Duration::from_secs(2);
    settings.poll = Duration::from_millis(50);
    let jobs = Arc::new(PostgresJobStore::new(url).unwrap());
    Engine::new(jobs, Arc::clone(artifacts) as Arc<_>, pipelines, settings)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_cut_off_stops_and_another_does_its_work() {
    let server = PostgresServer::shared().await;
    let url = server.database().await;
    let proxy = Proxy::start(server.socket()).await;
    let database = url.rsplit_once('/').unwrap().1.split('?').next().unwrap();
    let far = format!("postgres://tester@{}/{database}", proxy.address);
    let artifacts = Arc::new(MemoryArtifactStore::default());
    let (stalling, quick) =
        (Arc::new(Watch { stalls: true, ..Watch::default() }), Arc::new(Watch::default()));
    let scratch = tempfile::tempdir().unwrap();
    let cut_off = engine("cut-off", &far, &artifacts, &stalling, scratch.path());
    let other = engine("other", &url, &artifacts, &quick, scratch.path());
    let submission = |file_name: &str| Submission::of_pdf("speech", file_name, file_name.to_owned().into());
    let shutdown = CancellationToken::new();
    let within = |time| tokio::time::timeout(Duration::from_secs(30), time);

    let first = other.submit(submission("first.pdf")).await.unwrap().view.job.job_id;
    other.advance().await.unwrap();
    let (engine, stop) = (cut_off.clone(), shutdown.clone());
    let working = tokio::spawn(async move { engine.work(WorkScope::default(), stop).await });
    within(stalling.begun.notified()).await.expect("the first worker did not begin");
    proxy.set_open(false);
    let second = other.submit(submission("second.pdf")).await.unwrap().view.job.job_id;
    within(stalling.stopped.notified()).await.expect("the work was not stopped, though the lease is lost");

    // The others take over what it had, and do what it did not claim.
    for id in [&first, &second] {
        let view = completed(&other, id).await;
        assert_eq!(view.status, JobStatus::Completed);
    }
    let view = other.jobs().get(&first).await.unwrap();
    let lost: Vec<_> =
        view.job.stages[0].history.iter().map(|record| (record.worker.0.as_str(), record.end)).collect();
    assert_eq!(lost, [("cut-off", AttemptEnd::LeaseExpired)]);
    assert_eq!(stalling.started.load(Ordering::SeqCst), 1, "who is cut off starts nothing");
    assert_eq!(quick.started.load(Ordering::SeqCst), 2);

    // When it can be reached again, it works again.
    proxy.set_open(true);
    let third = other.submit(submission("third.pdf")).await.unwrap().view.job.job_id;
    other.advance().await.unwrap();
    within(stalling.begun.notified()).await.expect("the worker did not come back");
    assert_eq!(other.jobs().get(&third).await.unwrap().status, JobStatus::Running);
    shutdown.cancel();
    tokio::time::timeout(Duration::from_secs(30), working).await.unwrap().unwrap();
}

async fn completed(engine: &Engine, id: &JobId) -> JobView {
    let run = engine.run_job(id, CancellationToken::new());
    tokio::time::timeout(Duration::from_secs(30), run).await.expect("the job did not end").unwrap()
}
