//! Brings a store of its own: artifacts that are counted on their way into another store.

#![expect(clippy::print_stdout, reason = "an example speaks to whoever runs it")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use brainwrought_core::artifact_store::{
    ArtifactListing, ArtifactStore, ArtifactStoreError, Hold, StoredHold,
};
use brainwrought_core::engine::{Engine, EngineSettings};
use brainwrought_core::id::{Digest, Fingerprint, JobId, WorkerId};
use brainwrought_core::memory::{MemoryArtifactStore, MemoryJobStore};
use brainwrought_examples::{arguments, resources, scratch};
use brainwrought_stages::standard::{MakeOptions, Resources, pipelines};
use bytes::Bytes;
use tokio_util::sync::CancellationToken;

/// Counts what is written. A store proves itself with the conformance suite in `brainwrought_core::conformance`.
#[derive(Debug)]
struct Counting<S> {
    inner: S,
    bytes: Arc<AtomicU64>,
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl<S: ArtifactStore> ArtifactStore for Counting<S> {
    async fn put(&self, bytes: Bytes) -> Result<Digest, ArtifactStoreError> {
        self.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
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

    async fn unbind(&self, fingerprint: &Fingerprint) -> Result<(), ArtifactStoreError> {
        self.inner.unbind(fingerprint).await
    }

    async fn list(&self) -> Result<ArtifactListing, ArtifactStoreError> {
        self.inner.list().await
    }

    async fn check_room(&self, bytes: u64) -> Result<(), ArtifactStoreError> {
        self.inner.check_room(bytes).await
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

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    brainwrought_stages::parse::serve_if_child();
    let (pdf, _) = arguments("unused");
    let folder = scratch("custom_store")?;
    let written = Arc::new(AtomicU64::new(0));
    let artifacts = Counting { inner: MemoryArtifactStore::default(), bytes: Arc::clone(&written) };

    let pipelines = pipelines(Resources::new(&resources(), folder.join("outputs"))?);
    let settings = EngineSettings::new(WorkerId("example".to_owned()), folder.join("scratch"));
    let engine = Engine::new(Arc::new(MemoryJobStore::default()), Arc::new(artifacts), pipelines, settings);
    let options = MakeOptions::default().with_size(270, 480).with_length_ms(20_000);
    let created = engine.submit(options.submission("queues.pdf", std::fs::read(pdf)?.into())?).await?;
    let view = engine.run_job(&created.view.job.job_id, CancellationToken::new()).await?;
    println!("{}: {} bytes went into the store", view.status, written.load(Ordering::Relaxed));
    anyhow::ensure!(view.job.error().is_none(), "{}", view.job.error().unwrap_or_default());
    Ok(())
}
