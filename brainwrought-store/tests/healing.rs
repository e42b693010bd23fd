//! Damaged artifacts on disk are noticed, set aside and made again.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use brainwrought_core::artifact_store::{ArtifactStore, ArtifactStoreError};
use brainwrought_core::data::{BlobRef, SourcePdf};
use brainwrought_core::engine::{Engine, EngineSettings, Submission};
use brainwrought_core::id::{Digest, JobId, StageName, WorkerId};
use brainwrought_core::job::JobStatus;
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

    async fn finished(&self) -> JobId {
        let submission = Submission {
            pipeline: "copy".to_owned(),
            file_name: "copy.pdf".to_owned(),
            pdf: "pdf".into(),
            options: serde_json::Value::Null,
            priority: 0,
            max_cost: None,
            idempotency_key: None,
        };
        let id = self.engine.submit(submission).await.unwrap().view.job.job_id;
        assert_eq!(self.run(&id).await.status, JobStatus::Completed);
        id
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
async fn what_was_put_can_be_read_even_over_damage_that_nobody_saw() {
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
async fn a_stage_whose_input_is_damaged_says_which_stage_to_retry() {
    let bench = Bench::new();
    let id = bench.finished().await;
    let output = bench.engine.jobs().get(&id).await.unwrap().job.stages[0].output.clone().unwrap();
    damage(bench.folder.path(), &output);
    let view = bench.retry(&id, "use").await;
    assert_eq!(view.status, JobStatus::Failed);
    let error = view.job.error().unwrap();
    assert!(error.contains("`make`") && error.contains("retry --from make"), "{error}");
    assert_eq!(bench.retry(&id, "make").await.status, JobStatus::Completed);
}
