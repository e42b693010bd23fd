//! Garbage collection while jobs go on: what somebody begins to need in the middle of it stays.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use brainwrought_core::artifact_store::{ArtifactStore as _, ArtifactStoreError};
use brainwrought_core::data::{BlobRef, SourcePdf};
use brainwrought_core::engine::{Engine, EngineSettings, Submission};
use brainwrought_core::id::{Digest, JobId, WorkerId};
use brainwrought_core::job::JobStatus;
use brainwrought_core::memory::MemoryJobStore;
use brainwrought_core::pipeline::{Handle, Pipeline};
use brainwrought_core::stage::{Stage, StageContext, StageData, StageError};
use brainwrought_testing::{ArtifactCall, ArtifactWatch, WatchedArtifacts};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Copied {
    copy: BlobRef,
}

impl StageData for Copied {
    const SCHEMA: &'static str = "copied/1";
}

#[derive(Debug, Serialize)]
struct CopyPdf;

impl Stage for CopyPdf {
    const NAME: &'static str = "copy";
    const VERSION: u32 = 1;
    type Input = SourcePdf;
    type Output = Copied;

    async fn run(&self, cx: &StageContext, input: SourcePdf) -> Result<Copied, StageError> {
        let bytes = [cx.get(&input.pdf).await?.as_ref(), b" copied"].concat();
        Ok(Copied { copy: cx.put(bytes.into(), "text/plain").await? })
    }
}

/// Lets a job run to its end in the middle of a collection, after the listing and before anything goes: `list` returns what
/// was there before it.
#[derive(Debug, Default)]
struct Busy {
    engine: OnceLock<Engine>,
    submits: Mutex<Option<&'static str>>,
}

#[async_trait]
impl ArtifactWatch for Busy {
    /// The first binding that goes is the moment at which the collection has made up its mind.
    async fn before(&self, call: ArtifactCall<'_>) -> Result<(), ArtifactStoreError> {
        if let ArtifactCall::Unbind(_) = call {
            let submits = self.submits.lock().unwrap().take();
            if let Some(pdf) = submits {
                finished(self.engine.get().unwrap(), pdf).await;
            }
        }
        Ok(())
    }
}

async fn finished(engine: &Engine, pdf: &'static str) -> JobId {
    let submission = Submission::of_pdf("copy", "in.pdf", pdf.into());
    let job = engine.submit(submission).await.unwrap().view.job.job_id;
    let view = engine.run_job(&job, CancellationToken::new()).await.unwrap();
    assert_eq!(view.status, JobStatus::Completed);
    job
}

#[tokio::test]
async fn an_artifact_found_during_a_collection_stays() {
    let store = Arc::new(WatchedArtifacts::new(Busy::default()));
    let scratch = tempfile::tempdir().unwrap();
    let settings = EngineSettings::new(WorkerId("test".to_owned()), scratch.path().to_owned());
    let pipelines =
        |name: &str, _: &Value| Pipeline::new(name, |p, pdf: Handle<SourcePdf>| p.stage(CopyPdf, pdf));
    let artifacts = Arc::<WatchedArtifacts<Busy>>::clone(&store);
    let engine = Engine::new(Arc::new(MemoryJobStore::default()), artifacts, pipelines, settings);
    store.engine.set(engine.clone()).unwrap();
    for pdf in ["found again", "forgotten"] {
        let job = finished(&engine, pdf).await;
        engine.jobs().delete(&job).await.unwrap();
    }
    assert_eq!(engine.collect_garbage(Duration::ZERO, true).await.unwrap().artifacts, 6);

    *store.submits.lock().unwrap() = Some("found again");
    let collected = engine.collect_garbage(Duration::ZERO, false).await.unwrap();
    // The PDF, its copy and the value that names it.
    assert_eq!((collected.artifacts, collected.kept), (3, 3));
    assert_eq!(store.get(&Digest::of(b"found again copied")).await.unwrap(), "found again copied");
    assert!(!store.contains(&Digest::of(b"forgotten copied")).await.unwrap());
}
