//! What clients are told while the server has no room for what its jobs make.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use brainwrought_core::artifact_store::{
    ArtifactListing, ArtifactStore, ArtifactStoreError, Hold, StoredHold,
};
use brainwrought_core::id::{Digest, Fingerprint, JobId};
use brainwrought_core::memory::{MemoryArtifactStore, MemoryJobStore};
use bytes::Bytes;

use crate::desk::{Desk, Strings};

/// An artifact store whose disk a test can fill.
#[derive(Debug, Default)]
struct Disk {
    inner: MemoryArtifactStore,
    is_full: AtomicBool,
}

impl Disk {
    fn fill(&self, is_full: bool) {
        self.is_full.store(is_full, Ordering::SeqCst);
    }
}

#[async_trait]
impl ArtifactStore for Disk {
    async fn put(&self, bytes: Bytes) -> Result<Digest, ArtifactStoreError> {
        self.check_room(0).await?;
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
        self.inner.hold(job, hold).await
    }
    async fn release(&self, job: &JobId, holds: &[Hold]) -> Result<(), ArtifactStoreError> {
        self.inner.release(job, holds).await
    }
    async fn holds(&self) -> Result<Vec<StoredHold>, ArtifactStoreError> {
        self.inner.holds().await
    }
    async fn check_room(&self, _bytes: u64) -> Result<(), ArtifactStoreError> {
        match self.is_full.load(Ordering::SeqCst) {
            true => Err(ArtifactStoreError::Full("no space left on device".into())),
            false => Ok(()),
        }
    }
}

#[tokio::test]
async fn a_job_waits_for_free_space_and_can_still_be_cancelled() {
    let disk = Arc::new(Disk::default());
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let (strings, jobs) = (Strings::open(0), Arc::new(MemoryJobStore::default()));
    let gate = Arc::clone(&strings.gate);
    let desk = Desk::open(folder, jobs, Arc::clone(&disk) as Arc<dyn ArtifactStore>, strings, |_| {}).await;
    let (first, second) = (desk.submit("first.pdf").await, desk.submit("second.pdf").await);
    desk.wait_for(&first, "RUNNING").await;
    disk.fill(true);
    gate.add_permits(1000);
    let told = async {
        loop {
            let job = desk.get(&format!("/api/jobs/{first}")).await.json();
            if job["waits_for"] == "free space on the server" {
                return job;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let job = tokio::time::timeout(Duration::from_secs(20), told).await.expect("nobody says what is wrong");
    assert_eq!(job["progress"]["doing"], "Waiting for free space on the server");
    assert_eq!(job["error"], serde_json::Value::Null);
    let refused = desk.upload("third.pdf", b"%PDF-1.7", &[], &[]).await;
    assert_eq!((refused.status, refused.code().as_str()), (507, "full"));
    let cancelled = desk.ask("POST", &format!("/api/jobs/{second}/cancel"), &[]).await;
    assert_eq!(cancelled.status, 200, "{}", String::from_utf8_lossy(&cancelled.body));

    disk.fill(false);
    let job = desk.wait_for(&first, "COMPLETED").await;
    assert_eq!(job["waits_for"], serde_json::Value::Null);
}
