//! The file system of the scratch folder runs full: the task rests, the run says why and ends, and with room it goes on.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use brainwrought_core::data::SourcePdf;
use brainwrought_core::engine::{Engine, EngineError, EngineSettings, Submission};
use brainwrought_core::event::{Event, EventSink};
use brainwrought_core::id::{JobId, WorkerId};
use brainwrought_core::job::{JobStatus, TaskStatus};
use brainwrought_core::job_store::JobView;
use brainwrought_core::memory::{MemoryArtifactStore, MemoryJobStore};
use brainwrought_core::pipeline::{Handle, Pipeline};
use brainwrought_core::stage::{Stage, StageContext, StageData, StageError};
use brainwrought_testing::SmallDisk;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Size(u64);

impl StageData for Size {
    const SCHEMA: &'static str = "size/1";
}

/// Writes a file in its scratch folder, and says of a failure what a stage says that knows nothing of full disks.
#[derive(Debug, Serialize)]
struct Draft {
    bytes: usize,
    #[serde(skip)]
    is_marked: bool,
    #[serde(skip)]
    runs: Arc<AtomicU32>,
}

impl Stage for Draft {
    const NAME: &'static str = "draft";
    const VERSION: u32 = 1;
    type Input = SourcePdf;
    type Output = Size;

    async fn run(&self, cx: &StageContext, _: SourcePdf) -> Result<Size, StageError> {
        self.runs.fetch_add(1, Ordering::SeqCst);
        // This device is always full.
        let path = if self.bytes == 0 { "/dev/full".into() } else { cx.scratch().join("draft") };
        let written = std::fs::write(&path, vec![0; self.bytes.max(1)]);
        written.map_err(|error| match self.is_marked {
            true => StageError::fatal(error).in_scratch(),
            false => StageError::fatal(error),
        })?;
        Ok(Size(self.bytes as u64))
    }
}

struct Bench {
    engine: Engine,
    runs: Arc<AtomicU32>,
    told: Arc<Mutex<Vec<(Duration, String)>>>,
    began: Instant,
}

impl Bench {
    fn new(disk: &SmallDisk, bytes: usize, is_marked: bool) -> Self {
        let runs = Arc::<AtomicU32>::default();
        let counted = Arc::clone(&runs);
        let pipelines = move |_: &str, _: &serde_json::Value| {
            let runs = Arc::clone(&counted);
            let pipeline = Pipeline::new("draft", |p, pdf: Handle<SourcePdf>| {
                p.stage(Draft { bytes, is_marked, runs }, pdf)
            })?;
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(pipeline)
        };
        let mut settings = EngineSettings::new(WorkerId("test".to_owned()), disk.path().join("scratch"));
        settings.poll = Duration::from_millis(20);
        let told = Arc::<Mutex<Vec<(Duration, String)>>>::default();
        let (heard, began) = (Arc::clone(&told), Instant::now());
        let events = EventSink::new(move |event| {
            if let Event::Waiting { reason, .. } = event {
                heard.lock().unwrap().push((began.elapsed(), reason));
            }
        });
        let (jobs, artifacts) = (MemoryJobStore::default(), MemoryArtifactStore::default());
        let engine =
            Engine::new(Arc::new(jobs), Arc::new(artifacts), pipelines, settings).with_events(events);
        Self { engine, runs, told, began }
    }

    async fn submit(&self) -> JobId {
        let submission = Submission::of_pdf("draft", "paper.pdf", "%PDF".to_owned().into())
            .with_options(serde_json::json!({}));
        self.engine.submit(submission).await.unwrap().view.job.job_id
    }

    async fn run(&self, id: &JobId) -> Result<JobView, EngineError> {
        self.engine.run_job(id, CancellationToken::new()).await
    }

    /// Fails unless the job waits for room, is said to, and has used up no attempt.
    async fn rests(&self, id: &JobId) {
        let ended = self.run(id).await;
        assert!(matches!(ended, Err(EngineError::ScratchFull { .. })), "{ended:?}");
        assert!(self.began.elapsed() < Duration::from_secs(15), "{:?}", self.began.elapsed());
        let told = self.told.lock().unwrap().clone();
        let (after, reason) = &told[0];
        assert!(*after < Duration::from_secs(5) && reason.contains("scratch"), "{told:?}");
        let task = self.engine.jobs().get(id).await.unwrap().job.stages.remove(0);
        assert_eq!((task.status, task.attempt), (TaskStatus::Ready, 0), "{task:?}");
        assert_eq!(self.runs.load(Ordering::SeqCst), 1, "one try, although it seemed that there was room");
    }
}

#[tokio::test]
async fn a_task_that_fills_the_scratch_folder_rests_until_there_is_room() {
    let test = "a_task_that_fills_the_scratch_folder_rests_until_there_is_room";
    let Some(disk) = SmallDisk::enter(test, "160m") else { return };
    disk.take(158 << 20);
    // Whether or not the stage says where it was writing.
    for is_marked in [true, false] {
        let bench = Bench::new(&disk, 4 << 20, is_marked);
        let id = bench.submit().await;
        bench.rests(&id).await;
        disk.free();
        assert_eq!(bench.run(&id).await.unwrap().status, JobStatus::Completed);
        disk.take(158 << 20);
    }
}

#[tokio::test]
async fn a_run_goes_on_by_itself_when_somebody_makes_room_in_time() {
    let test = "a_run_goes_on_by_itself_when_somebody_makes_room_in_time";
    let Some(disk) = SmallDisk::enter(test, "160m") else { return };
    disk.fill();
    let bench = Bench::new(&disk, 4 << 20, true);
    let id = bench.submit().await;
    let free = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        disk.free();
    };
    let (ended, ()) = tokio::join!(bench.run(&id), free);
    assert_eq!(ended.unwrap().status, JobStatus::Completed);
    assert!(bench.runs.load(Ordering::SeqCst) <= 2, "nothing runs while there is no room");
}

#[tokio::test]
async fn another_full_disk_is_not_taken_for_the_scratch_folder() {
    let test = "another_full_disk_is_not_taken_for_the_scratch_folder";
    let Some(disk) = SmallDisk::enter(test, "64m") else { return };
    let bench = Bench::new(&disk, 0, false);
    let id = bench.submit().await;
    let view = bench.run(&id).await.unwrap();
    assert_eq!(view.status, JobStatus::Failed, "{view:?}");
    assert!(view.job.error().unwrap().contains("No space left"), "{view:?}");

    // What no disk of this size ever has room for rests all the same.
    let bench = Bench::new(&disk, 80 << 20, false);
    let id = bench.submit().await;
    bench.rests(&id).await;
}
