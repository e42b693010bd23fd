//! Stores without room.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use brainwrought_core::artifact_store::{ArtifactStore, ArtifactStoreError};
use brainwrought_core::engine::EngineError;
use brainwrought_core::event::{Event, EventSink};
use brainwrought_core::id::JobId;
use brainwrought_core::job::{JobStatus, TaskStatus};
use brainwrought_core::job_store::{JobStore, JobStoreError, JobView};
use brainwrought_core::memory::MemoryJobStore;
use brainwrought_testing::{ArtifactCall, ArtifactWatch, WatchedArtifacts, no_space};
use tokio_util::sync::CancellationToken;

use crate::bench::Bench;
use crate::unreachable_store::Deaf;

/// The disk of an artifact store.
#[derive(Debug)]
struct Disk {
    /// The bytes that can be had when somebody asks.
    free: AtomicU64,
    /// True when nothing can be written, whatever was said before.
    is_full: AtomicBool,
}

impl Disk {
    fn new(free: u64) -> Arc<WatchedArtifacts<Self>> {
        Arc::new(WatchedArtifacts::new(Self { free: free.into(), is_full: false.into() }))
    }
}

#[async_trait]
impl ArtifactWatch for Disk {
    async fn before(&self, call: ArtifactCall<'_>) -> Result<(), ArtifactStoreError> {
        match call {
            // A hold is written all the same: an empty file mostly finds a place on a full disk.
            ArtifactCall::Put(_) if self.is_full.load(Ordering::SeqCst) => Err(no_space()),
            ArtifactCall::CheckRoom(bytes) if bytes > self.free.load(Ordering::SeqCst) => Err(no_space()),
            _ => Ok(()),
        }
    }
}

/// Runs a job, and lists what it was said to wait for.
pub(crate) async fn run_and_listen(bench: &Bench, id: &JobId) -> (Result<JobView, EngineError>, Vec<String>) {
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
    let artifacts = Disk::new(0);
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
    let artifacts = Disk::new(100 << 20);
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
