//! [`MemoryArtifactStore`]: artifacts in a map.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use crate::artifact_store::{
    ArtifactListing, ArtifactStore, ArtifactStoreError, Hold, StoredArtifact, StoredHold,
};
use crate::id::{Digest, Fingerprint, JobId};

/// Keeps artifacts in memory; they are gone when it is dropped.
#[derive(Debug, Default)]
pub struct MemoryArtifactStore {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    artifacts: BTreeMap<Digest, Bytes>,
    bindings: BTreeMap<Fingerprint, Digest>,
    holds: BTreeSet<(JobId, Hold)>,
}

impl MemoryArtifactStore {
    fn state(&self) -> MutexGuard<'_, State> {
        // No operation leaves the maps half-written, so a poisoned lock still guards good data.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl ArtifactStore for MemoryArtifactStore {
    async fn put(&self, bytes: Bytes) -> Result<Digest, ArtifactStoreError> {
        let digest = Digest::of(&bytes);
        self.state().artifacts.insert(digest.clone(), bytes);
        Ok(digest)
    }

    async fn get(&self, digest: &Digest) -> Result<Bytes, ArtifactStoreError> {
        self.state()
            .artifacts
            .get(digest)
            .cloned()
            .ok_or_else(|| ArtifactStoreError::NotFound(digest.clone()))
    }

    async fn contains(&self, digest: &Digest) -> Result<bool, ArtifactStoreError> {
        Ok(self.state().artifacts.contains_key(digest))
    }

    async fn delete(&self, digest: &Digest) -> Result<(), ArtifactStoreError> {
        self.state().artifacts.remove(digest);
        Ok(())
    }

    async fn bind(&self, fingerprint: &Fingerprint, output: &Digest) -> Result<(), ArtifactStoreError> {
        self.state().bindings.insert(fingerprint.clone(), output.clone());
        Ok(())
    }

    async fn lookup(&self, fingerprint: &Fingerprint) -> Result<Option<Digest>, ArtifactStoreError> {
        Ok(self.state().bindings.get(fingerprint).cloned())
    }

    async fn unbind(&self, fingerprint: &Fingerprint) -> Result<(), ArtifactStoreError> {
        self.state().bindings.remove(fingerprint);
        Ok(())
    }

    async fn list(&self) -> Result<ArtifactListing, ArtifactStoreError> {
        let state = self.state();
        Ok(ArtifactListing {
            artifacts: state
                .artifacts
                .iter()
                .map(|(digest, bytes)| StoredArtifact {
                    digest: digest.clone(),
                    bytes: bytes.len() as u64,
                    age: Duration::ZERO,
                })
                .collect(),
            bindings: state.bindings.iter().map(|(f, d)| (f.clone(), d.clone())).collect(),
        })
    }

    async fn hold(&self, job: &JobId, hold: &Hold) -> Result<(), ArtifactStoreError> {
        self.state().holds.insert((job.clone(), hold.clone()));
        Ok(())
    }

    async fn release(&self, job: &JobId, holds: &[Hold]) -> Result<(), ArtifactStoreError> {
        let mut state = self.state();
        for hold in holds {
            state.holds.remove(&(job.clone(), hold.clone()));
        }
        Ok(())
    }

    async fn holds(&self) -> Result<Vec<StoredHold>, ArtifactStoreError> {
        let stored = |(job, hold): &(JobId, Hold)| StoredHold {
            job: job.clone(),
            hold: hold.clone(),
            age: Duration::ZERO,
        };
        Ok(self.state().holds.iter().map(stored).collect())
    }
}
