//! [`WatchedArtifacts`]: an artifact store in memory whose calls a test sees first, and may refuse.

use std::fmt::Debug;
use std::ops::Deref;

use async_trait::async_trait;
use brainwrought_core::artifact_store::{
    ArtifactListing, ArtifactStore, ArtifactStoreError, Hold, StoredHold,
};
use brainwrought_core::id::{Digest, Fingerprint, JobId};
use brainwrought_core::memory::MemoryArtifactStore;
use bytes::Bytes;

/// A call that is about to be made.
#[derive(Debug)]
pub enum ArtifactCall<'a> {
    /// [`ArtifactStore::put`].
    Put(&'a Bytes),
    /// [`ArtifactStore::get`].
    Get(&'a Digest),
    /// [`ArtifactStore::contains`].
    Contains(&'a Digest),
    /// [`ArtifactStore::delete`].
    Delete(&'a Digest),
    /// [`ArtifactStore::bind`].
    Bind(&'a Fingerprint, &'a Digest),
    /// [`ArtifactStore::lookup`].
    Lookup(&'a Fingerprint),
    /// [`ArtifactStore::unbind`].
    Unbind(&'a Fingerprint),
    /// [`ArtifactStore::list`].
    List,
    /// [`ArtifactStore::check_room`].
    CheckRoom(u64),
    /// [`ArtifactStore::hold`].
    Hold(&'a JobId, &'a Hold),
    /// [`ArtifactStore::release`].
    Release(&'a JobId, &'a [Hold]),
    /// [`ArtifactStore::holds`].
    Holds,
}

/// Who sees the calls of a [`WatchedArtifacts`].
#[async_trait]
pub trait ArtifactWatch: Debug + Send + Sync + 'static {
    /// Sees a call before it is made; an error is its answer, and the store is not asked.
    async fn before(&self, call: ArtifactCall<'_>) -> Result<(), ArtifactStoreError>;
}

/// A store in memory whose calls `W` sees first. What is left of the disk is whatever `W` says.
#[derive(Debug, Default)]
pub struct WatchedArtifacts<W> {
    /// The store, for calls that nobody should see.
    pub inner: MemoryArtifactStore,
    watch: W,
}

impl<W> WatchedArtifacts<W> {
    /// An empty store.
    pub fn new(watch: W) -> Self {
        Self { inner: MemoryArtifactStore::default(), watch }
    }
}

impl<W> Deref for WatchedArtifacts<W> {
    type Target = W;

    fn deref(&self) -> &W {
        &self.watch
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl<W: ArtifactWatch> ArtifactStore for WatchedArtifacts<W> {
    async fn put(&self, bytes: Bytes) -> Result<Digest, ArtifactStoreError> {
        self.watch.before(ArtifactCall::Put(&bytes)).await?;
        self.inner.put(bytes).await
    }

    async fn get(&self, digest: &Digest) -> Result<Bytes, ArtifactStoreError> {
        self.watch.before(ArtifactCall::Get(digest)).await?;
        self.inner.get(digest).await
    }

    async fn contains(&self, digest: &Digest) -> Result<bool, ArtifactStoreError> {
        self.watch.before(ArtifactCall::Contains(digest)).await?;
        self.inner.contains(digest).await
    }

    async fn delete(&self, digest: &Digest) -> Result<(), ArtifactStoreError> {
        self.watch.before(ArtifactCall::Delete(digest)).await?;
        self.inner.delete(digest).await
    }

    async fn bind(&self, fingerprint: &Fingerprint, output: &Digest) -> Result<(), ArtifactStoreError> {
        self.watch.before(ArtifactCall::Bind(fingerprint, output)).await?;
        self.inner.bind(fingerprint, output).await
    }

    async fn lookup(&self, fingerprint: &Fingerprint) -> Result<Option<Digest>, ArtifactStoreError> {
        self.watch.before(ArtifactCall::Lookup(fingerprint)).await?;
        self.inner.lookup(fingerprint).await
    }

    async fn unbind(&self, fingerprint: &Fingerprint) -> Result<(), ArtifactStoreError> {
        self.watch.before(ArtifactCall::Unbind(fingerprint)).await?;
        self.inner.unbind(fingerprint).await
    }

    async fn list(&self) -> Result<ArtifactListing, ArtifactStoreError> {
        self.watch.before(ArtifactCall::List).await?;
        self.inner.list().await
    }

    async fn check_room(&self, bytes: u64) -> Result<(), ArtifactStoreError> {
        self.watch.before(ArtifactCall::CheckRoom(bytes)).await?;
        self.inner.check_room(bytes).await
    }

    async fn hold(&self, job: &JobId, hold: &Hold) -> Result<(), ArtifactStoreError> {
        self.watch.before(ArtifactCall::Hold(job, hold)).await?;
        self.inner.hold(job, hold).await
    }

    async fn release(&self, job: &JobId, holds: &[Hold]) -> Result<(), ArtifactStoreError> {
        self.watch.before(ArtifactCall::Release(job, holds)).await?;
        self.inner.release(job, holds).await
    }

    async fn holds(&self) -> Result<Vec<StoredHold>, ArtifactStoreError> {
        self.watch.before(ArtifactCall::Holds).await?;
        self.inner.holds().await
    }
}

/// What a full disk answers.
pub fn no_space() -> ArtifactStoreError {
    ArtifactStoreError::Full("no space left on device".into())
}
