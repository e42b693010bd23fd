//! Garbage collection while jobs go on: what somebody begins to need in the middle of it stays.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use brainwrought_core::artifact_store::{
    ArtifactListing, ArtifactStore, ArtifactStoreError, Hold, StoredHold,
};
use brainwrought_core::data::{BlobRef, SourcePdf};
use brainwrought_core::engine::{Engine, EngineSettings, Submission};
use brainwrought_core::id::{Digest, Fingerprint, JobId, WorkerId};
use brainwrought_core::job::JobStatus;
use brainwrought_core::memory::{MemoryArtifactStore, MemoryJobStore};
use brainwrought_core::pipeline::{Handle, Pipeline};
use brainwrought_core::stage::{Stage, StageContext, StageData, StageError};
use bytes::Bytes;
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

/// A store in which a job runs to its end at the first look of a collection, after the listing and before anything goes:
/// `list` returns what was there before it.
#[derive(Debug, Default)]
struct Busy {
    inner: MemoryArtifactStore,
    engine: OnceLock<Engine>,
    submits: Mutex<Option<&'static str>>,
}

#[async_trait]
impl ArtifactStore for Busy {
    async fn put(&self, bytes: Bytes) -> Result<Digest, ArtifactStoreError> {
        self.inner.put(bytes).await
    }

    async fn get(&self, digest: &Digest) -> Result<Bytes, ArtifactStoreError> {
        self.inner.get(digest).await
    }

    async fn contains(&self, digest: &Digest) -> Result<bool, ArtifactStoreError> {
        self.inner.contains(digest).await
    }

    async fn delete(&self, digest: &Digest) -> Result<(), ArtifactStoreError> {
        self.inner.delete(digest).await
    }

    async fn bind(&self, fingerprint: &Fingerprint, output: &Digest) -> Result<(), ArtifactStoreError> {
        self.inner.bind(fingerprint, output).await
    }

    async fn lookup(&self, fingerprint: &Fingerprint) -> Result<Option<Digest>, ArtifactStoreError> {
        self.inner.lookup(fingerprint).await
    }

    /// The first binding that goes is the moment at which the collection has made up its mind.
    async fn unbind(&self, fingerprint: &Fingerprint) -> Result<(), ArtifactStoreError> {
        let submits = self.submits.lock().unwrap().take();
        if let Some(pdf) = submits {
            finished(self.engine.get().unwrap(), pdf).await;
        }
        self.inner.unbind(fingerprint).await
    }

    async fn list(&self) -> Result<ArtifactListing, ArtifactStoreError> {
        self.inner.list().await
    }

    async fn hold(&self, job: &JobId, hold: &Hold) -> Result<(), ArtifactStoreError> {
        self.inner.hold(job, hold).await
    }

    async fn release(&self, job: &JobId, holds: &[Hold]) -> Result<(), ArtifactStoreError> {
        self.inner.release(job, holds).await
    }

    async fn holds(&self) -> Result<Vec<StoredHold>, ArtifactStoreError> {
        self.inner.holds().await
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
    let (store, scratch) = (Arc::new(Busy::default()), tempfile::tempdir().unwrap());
    let settings = EngineSettings::new(WorkerId("test".to_owned()), scratch.path().to_owned());
    let pipelines =
        |name: &str, _: &Value| Pipeline::new(name, |p, pdf: Handle<SourcePdf>| p.stage(CopyPdf, pdf));
    let engine =
        Engine::new(Arc::new(MemoryJobStore::default()), Arc::<Busy>::clone(&store), pipelines, settings);
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
