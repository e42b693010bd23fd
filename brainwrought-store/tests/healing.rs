//! Damaged artifacts on disk are noticed, set aside and made again.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use brainwrought_core::artifact_store::{ArtifactStore, ArtifactStoreError};
use brainwrought_core::data::{BlobRef, SourcePdf};
use brainwrought_core::engine::{Engine, EngineSettings, Submission, WorkScope};
use brainwrought_core::id::{Digest, JobId, StageName, WorkerId};
use brainwrought_core::job::{JobStatus, TaskStatus};
use brainwrought_core::job_store::JobView;
use brainwrought_core::pipeline::{Handle, Pipeline};
use brainwrought_core::stage::{Stage, StageContext, StageData, StageError};
use brainwrought_store::{ObjectArtifactStore, open_artifact_store, open_job_store};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Copied {
    blob: BlobRef,
}

impl StageData for Copied {
    const SCHEMA: &'static str = "copied/1";
}

#[derive(Debug, Serialize)]
struct Make;

impl Stage for Make {
    const NAME: &'static str = "make";
    const VERSION: u32 = 1;
    type Input = SourcePdf;
    type Output = Copied;

    async fn run(&self, cx: &StageContext, _: SourcePdf) -> Result<Copied, StageError> {
        Ok(Copied { blob: cx.put("made".into(), "text/plain").await? })
    }
}

#[derive(Debug, Serialize)]
struct Use;

impl Stage for Use {
    const NAME: &'static str = "use";
    const VERSION: u32 = 1;
    type Input = Copied;
    type Output = Copied;

    async fn run(&self, cx: &StageContext, input: Copied) -> Result<Copied, StageError> {
        let bytes = cx.get(&input.blob).await?;
        Ok(Copied { blob: cx.put([bytes.as_ref(), b" used"].concat().into(), "text/plain").await? })
    }
}

fn file_of(folder: &Path, digest: &Digest) -> PathBuf {
    folder.join("artifacts").join(&digest.as_str()[..2]).join(digest.as_str())
}

/// Turns every byte around and leaves the length as it is.
fn damage(folder: &Path, digest: &Digest) {
    let path = file_of(folder, digest);
    let bytes: Vec<u8> = fs::read(&path).unwrap().iter().map(|byte| !byte).collect();
    fs::write(&path, bytes).unwrap();
}

/// How an artifact is lost.
const LOSSES: [fn(&Path, &Digest); 2] =
    [damage, |folder, digest| fs::remove_file(file_of(folder, digest)).unwrap()];

struct Bench {
    engine: Engine,
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = folder.path().to_str().unwrap();
        let pipelines = |_: &str, _: &serde_json::Value| {
            let pipeline = Pipeline::new("copy", |p, pdf: Handle<SourcePdf>| {
                let made = p.stage(Make, pdf);
                p.stage(Use, made)
            })?;
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(pipeline)
        };
        let mut settings = EngineSettings::new(WorkerId("test".to_owned()), folder.path().join("scratch"));
        settings.poll = Duration::from_millis(20);
        settings.retry.base_ms = 1;
        let jobs = open_job_store(url).unwrap();
        let engine = Engine::new(jobs, open_artifact_store(url).unwrap(), pipelines, settings);
        Self { engine, folder }
    }

    async fn submit(&self) -> JobId {
        let submission = Submission::of_pdf("copy", "copy.pdf", "pdf".into());
        self.engine.submit(submission).await.unwrap().view.job.job_id
    }

    async fn finished(&self) -> JobId {
        let id = self.submit().await;
        assert_eq!(self.run(&id).await.status, JobStatus::Completed);
        id
    }

    /// A job whose first stage is done, and no more.
    async fn half_done(&self) -> JobId {
        let id = self.submit().await;
        let stop = CancellationToken::new();
        let scope = WorkScope { stages: Some(vec![StageName::from("make")]), job: Some(id.clone()) };
        let is_half_done = async {
            let first = async || self.engine.jobs().get(&id).await.unwrap().job.stages[0].status;
            while first().await != TaskStatus::Done {
                self.engine.jobs().wait_for_work(Duration::from_millis(5)).await;
            }
            stop.cancel();
        };
        tokio::join!(self.engine.run_all(scope, stop.clone()), is_half_done);
        id
    }

    async fn artifacts(&self) -> Vec<Digest> {
        let listing = self.engine.artifacts().list().await.unwrap();
        listing.artifacts.into_iter().map(|artifact| artifact.digest).collect()
    }

    async fn assert_whole(&self, view: &JobView) {
        assert_eq!(view.status, JobStatus::Completed, "{:?}", view.job.error());
        for digest in view.job.stages.iter().map(|task| task.output.clone().unwrap()) {
            self.engine.artifacts().get(&digest).await.unwrap();
        }
        assert_eq!(self.engine.artifacts().get(&Digest::of(b"made used")).await.unwrap(), "made used");
    }

    async fn run(&self, id: &JobId) -> JobView {
        self.engine.run_job(id, CancellationToken::new()).await.unwrap()
    }

    async fn retry(&self, id: &JobId, from: &str) -> JobView {
        self.engine.jobs().retry(id, Some(&StageName::from(from))).await.unwrap();
        self.run(id).await
    }
}

#[tokio::test]
async fn a_damaged_artifact_is_set_aside_and_put_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = ObjectArtifactStore::open_folder(folder.path()).unwrap();
    let digest = store.put("whole".into()).await.unwrap();
    damage(folder.path(), &digest);
    let read = store.get(&digest).await;
    assert!(matches!(read, Err(ArtifactStoreError::Damaged(ref named)) if *named == digest), "{read:?}");
    assert!(!store.contains(&digest).await.unwrap());
    assert!(store.list().await.unwrap().artifacts.is_empty(), "what is set aside is no artifact");
    let aside = folder.path().join("artifacts/damaged").join(format!("{digest}.damaged"));
    assert_eq!(fs::read(aside).unwrap().len(), 5, "people can still look at it");
    store.put("whole".into()).await.unwrap();
    assert_eq!(store.get(&digest).await.unwrap(), "whole");
}

#[tokio::test]
async fn putting_again_heals_unnoticed_damage() {
    let folder = tempfile::tempdir().unwrap();
    let store = ObjectArtifactStore::open_folder(folder.path()).unwrap();
    let digest = store.put("whole".into()).await.unwrap();
    damage(folder.path(), &digest);
    store.put("whole".into()).await.unwrap();
    assert_eq!(store.get(&digest).await.unwrap(), "whole");
}

#[tokio::test]
async fn a_retry_makes_a_damaged_output_or_blob_again() {
    let bench = Bench::new();
    let id = bench.finished().await;
    let job = bench.engine.jobs().get(&id).await.unwrap().job;
    let outputs = job.stages.iter().map(|task| task.output.clone().unwrap());
    for digest in outputs.chain([Digest::of(b"made"), Digest::of(b"made used")]) {
        damage(bench.folder.path(), &digest);
        let view = bench.retry(&id, "make").await;
        assert_eq!(view.status, JobStatus::Completed, "{:?}", view.job.error());
        assert!(bench.engine.artifacts().get(&digest).await.is_ok(), "{digest} is whole again");
    }
}

#[tokio::test]
async fn whatever_a_half_done_job_has_lost_is_made_again() {
    let count = {
        let bench = Bench::new();
        bench.half_done().await;
        bench.artifacts().await.len()
    };
    assert_eq!(count, 3, "the PDF, what was made of it and the value that names that");
    for (place, lose) in (0..count).flat_map(|place| LOSSES.map(|lose| (place, lose))) {
        let bench = Bench::new();
        let id = bench.half_done().await;
        lose(bench.folder.path(), &bench.artifacts().await[place]);
        let view = bench.run(&id).await;
        bench.assert_whole(&view).await;
    }
}

#[tokio::test]
async fn whatever_a_finished_job_has_lost_is_made_again() {
    let bench = Bench::new();
    let id = bench.finished().await;
    let artifacts = bench.artifacts().await;
    assert_eq!(artifacts.len(), 5);
    for (digest, lose) in artifacts.iter().flat_map(|digest| LOSSES.map(|lose| (digest, lose))) {
        if *digest == Digest::of(b"pdf") {
            continue;
        }
        // Somebody misses it, or the last stage is asked for again.
        lose(bench.folder.path(), digest);
        assert!(bench.engine.repair_job(&id, digest).await.unwrap());
        let view = bench.run(&id).await;
        bench.assert_whole(&view).await;
        lose(bench.folder.path(), digest);
        let view = bench.retry(&id, "use").await;
        bench.assert_whole(&view).await;
    }
}

#[tokio::test]
async fn a_deleted_job_leaves_no_trace_in_the_folder() {
    let bench = Bench::new();
    let id = bench.finished().await;
    let made = Digest::of(b"made");
    damage(bench.folder.path(), &made);
    bench.engine.artifacts().get(&made).await.unwrap_err();
    // What a process leaves that is killed while it writes.
    fs::write(file_of(bench.folder.path(), &made).with_file_name(format!("{made}#1")), "mad").unwrap();
    fs::write(bench.folder.path().join(format!("jobs/{id}.part")), "{").unwrap();
    assert!(bench.engine.delete_job(&id).await.unwrap().is_complete);
    let mut left = files(bench.folder.path());
    left.retain(|file| !file.ends_with("jobs/.lock"));
    let ended = PathBuf::from(format!("artifacts/holds/{id}/ended"));
    assert_eq!(left, [bench.folder.path().join(ended)]);
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
