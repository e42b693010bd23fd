//! [`JobArtifacts`]: the artifact store as one attempt sees it, which notes what its job holds and what is lost.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;

use crate::artifact_store::{ArtifactListing, ArtifactStore, ArtifactStoreError, Hold, StoredHold};
use crate::id::{Digest, Fingerprint, JobId};

/// Bytes that are digested without leaving the async thread; more takes longer than a trip to another.
const DIGESTED_HERE: usize = 64 << 10;

/// The holds that this process has noted, so that each is written once: an artifact is read by many attempts.
#[derive(Debug, Default)]
pub(super) struct KnownHolds {
    jobs: Mutex<BTreeMap<JobId, BTreeSet<Hold>>>,
}

impl KnownHolds {
    /// Jobs whose holds are remembered; those that are forgotten are noted again, which is harmless.
    const MAX_JOBS: usize = 64;

    fn contains(&self, job: &JobId, hold: &Hold) -> bool {
        self.with(|jobs| jobs.get(job).is_some_and(|holds| holds.contains(hold)))
    }

    fn insert(&self, job: &JobId, hold: Hold) {
        self.with(|jobs| {
            if jobs.len() >= Self::MAX_JOBS && !jobs.contains_key(job) {
                jobs.clear();
            }
            jobs.entry(job.clone()).or_default().insert(hold);
        });
    }

    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<JobId, BTreeSet<Hold>>) -> T) -> T {
        work(&mut self.jobs.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The artifact store as one attempt sees it.
///
/// Whatever goes through it is held by the attempt's job before it is stored or used, and a read that finds nothing or
/// damage is noted, so that the engine can have it made again whatever a stage makes of the error.
#[derive(Debug)]
pub(super) struct JobArtifacts {
    inner: Arc<dyn ArtifactStore>,
    job: JobId,
    known: Arc<KnownHolds>,
    /// False for an engine whose jobs nobody else sees.
    keeps_holds: bool,
    touched: Mutex<BTreeSet<Hold>>,
    lost: Mutex<BTreeSet<Digest>>,
    /// The bytes that the attempt's inputs name.
    named: Mutex<Vec<Digest>>,
}

impl JobArtifacts {
    pub(super) fn new(
        inner: Arc<dyn ArtifactStore>,
        job: JobId,
        known: Arc<KnownHolds>,
        keeps_holds: bool,
    ) -> Self {
        let (touched, lost, named) = Default::default();
        Self { inner, job, known, keeps_holds, touched, lost, named }
    }

    /// Everything that the attempt put or used.
    pub(super) fn touched(&self) -> Vec<Hold> {
        lock(&self.touched).iter().cloned().collect()
    }

    /// Tells which bytes the inputs name, for when one of them turns out to be lost.
    pub(super) fn note_inputs(&self, named: Vec<Digest>) {
        *lock(&self.named) = named;
    }

    /// What could not be read because it is lost or damaged, and beside it what the inputs name, which may be lost too;
    /// nothing when every read went well.
    pub(super) fn suspects(&self) -> BTreeSet<Digest> {
        let mut suspects = lock(&self.lost).clone();
        if !suspects.is_empty() {
            suspects.extend(lock(&self.named).iter().cloned());
        }
        suspects
    }

    /// Notes a hold, unless this process has done so. True when it is new.
    async fn keep(&self, hold: Hold) -> Result<bool, ArtifactStoreError> {
        if !self.keeps_holds {
            return Ok(false);
        }
        let is_new = !self.known.contains(&self.job, &hold);
        if is_new {
            self.inner.hold(&self.job, &hold).await?;
            // Known only once it is stored: whoever finds it known relies on that.
            self.known.insert(&self.job, hold.clone());
        }
        lock(&self.touched).insert(hold);
        Ok(is_new)
    }
}

#[async_trait]
impl ArtifactStore for JobArtifacts {
    /// The hold comes first, so that there is no moment at which the bytes are stored and nobody's.
    async fn put(&self, bytes: Bytes) -> Result<Digest, ArtifactStoreError> {
        if self.keeps_holds {
            self.keep(Hold::Artifact(digest_of(&bytes).await?)).await?;
        }
        self.inner.put(bytes).await
    }

    async fn get(&self, digest: &Digest) -> Result<Bytes, ArtifactStoreError> {
        self.keep(Hold::Artifact(digest.clone())).await?;
        let read = self.inner.get(digest).await;
        if matches!(read, Err(ArtifactStoreError::NotFound(_) | ArtifactStoreError::Damaged(_))) {
            lock(&self.lost).insert(digest.clone());
        }
        read
    }

    async fn contains(&self, digest: &Digest) -> Result<bool, ArtifactStoreError> {
        self.inner.contains(digest).await
    }

    async fn delete(&self, digest: &Digest) -> Result<(), ArtifactStoreError> {
        self.inner.delete(digest).await
    }

    async fn bind(&self, fingerprint: &Fingerprint, output: &Digest) -> Result<(), ArtifactStoreError> {
        self.keep(Hold::Output(output.clone(), fingerprint.clone())).await?;
        self.inner.bind(fingerprint, output).await
    }

    /// Finds an output and holds it. Whoever deletes another job forgets bindings before it looks at holds, so an output
    /// that is still bound once it is held will not be removed: either the hold is seen, or the binding is gone.
    async fn lookup(&self, fingerprint: &Fingerprint) -> Result<Option<Digest>, ArtifactStoreError> {
        let Some(found) = self.inner.lookup(fingerprint).await? else { return Ok(None) };
        if !self.keep(Hold::Output(found.clone(), fingerprint.clone())).await? {
            return Ok(Some(found));
        }
        Ok(self.inner.lookup(fingerprint).await?.filter(|again| *again == found))
    }

    async fn unbind(&self, fingerprint: &Fingerprint) -> Result<(), ArtifactStoreError> {
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

    async fn check_room(&self, bytes: u64) -> Result<(), ArtifactStoreError> {
        self.inner.check_room(bytes).await
    }
}

async fn digest_of(bytes: &Bytes) -> Result<Digest, ArtifactStoreError> {
    if bytes.len() <= DIGESTED_HERE {
        return Ok(Digest::of(bytes));
    }
    let bytes = bytes.clone();
    let digest = tokio::task::spawn_blocking(move || Digest::of(&bytes)).await;
    digest.map_err(|error| ArtifactStoreError::Unavailable {
        action: "digest an artifact".to_owned(),
        source: Box::new(error),
    })
}

fn lock<T>(state: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // Every change is one call that cannot panic half-way, so a poisoned lock still guards good data.
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
