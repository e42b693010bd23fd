//! [`MemoryArtifactStore`]: artifacts in a map.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use crate::artifact_store::{ArtifactListing, ArtifactStore, ArtifactStoreError, StoredArtifact};
use crate::id::{Digest, Fingerprint};

/// Keeps artifacts in memory; they are gone when it is dropped.
#[derive(Debug, Default)]
pub struct MemoryArtifactStore {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    artifacts: BTreeMap<Digest, Bytes>,
    bindings: BTreeMap<Fingerprint, Digest>,
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
}
