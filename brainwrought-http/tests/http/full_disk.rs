//! What clients are told while the server has no room for what its jobs make.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use brainwrought_core::artifact_store::{ArtifactStore, ArtifactStoreError};
use brainwrought_core::memory::MemoryJobStore;
use brainwrought_testing::{ArtifactCall, ArtifactWatch, WatchedArtifacts, no_space};

use crate::desk::{Desk, Strings};

/// The disk of an artifact store, which a test can fill.
#[derive(Debug, Default)]
struct Disk {
    is_full: AtomicBool,
}

impl Disk {
    fn fill(&self, is_full: bool) {
        self.is_full.store(is_full, Ordering::SeqCst);
    }
}

#[async_trait]
impl ArtifactWatch for Disk {
    async fn before(&self, call: ArtifactCall<'_>) -> Result<(), ArtifactStoreError> {
        match call {
            ArtifactCall::Put(_) | ArtifactCall::CheckRoom(_) if self.is_full.load(Ordering::SeqCst) => {
                Err(no_space())
            }
            _ => Ok(()),
        }
    }
}

#[tokio::test]
async fn a_job_waits_for_free_space_and_can_still_be_cancelled() {
    let disk = Arc::new(WatchedArtifacts::new(Disk::default()));
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
