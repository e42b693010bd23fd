//! [`ArtifactStore`]: bytes under their digest, and outputs under their fingerprint.

use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use crate::id::{Digest, Fingerprint, JobId};

/// Keeps bytes under their SHA-256, so that writing twice is harmless.
///
/// # Contract
///
/// It is guaranteed that [`get`](Self::get) returns exactly the bytes that were put, or fails: a store checks the
/// digest when it reads. It is guaranteed that once [`put`](Self::put) or [`bind`](Self::bind) has returned, a crash of
/// the process or the machine does not lose what was written. It is not guaranteed that bytes which nothing refers to
/// stay: garbage collection is the caller's decision, through [`delete`](Self::delete).
///
/// Beside the bytes a store keeps **holds**: which job has put or used which artifact. The engine notes a hold before it
/// puts or uses an artifact, so that an artifact that a job holds is never removed for another job's sake, and deleting a
/// job finds everything that was ever made for it, remembered steps and replaced outputs included. A hold may be lost in
/// a crash of the machine: the artifact is then left to garbage collection by age. A store where a small write is
/// expensive may keep no holds at all; [`holds`](Self::holds) is then always empty.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// use brainwrought_core::artifact_store::ArtifactStore;
/// use brainwrought_core::memory::MemoryArtifactStore;
///
/// let store = MemoryArtifactStore::default();
/// let digest = store.put("attention is all you need".into()).await?;
/// assert_eq!(store.get(&digest).await?, "attention is all you need");
/// # Ok::<_, brainwrought_core::artifact_store::ArtifactStoreError>(())
/// # }).unwrap();
/// ```
#[async_trait]
pub trait ArtifactStore: Debug + Send + Sync + 'static {
    /// Stores `bytes` durably and returns their digest. Storing the same bytes again changes nothing.
    async fn put(&self, bytes: Bytes) -> Result<Digest, ArtifactStoreError>;

    /// Fetches bytes, checked against their digest.
    async fn get(&self, digest: &Digest) -> Result<Bytes, ArtifactStoreError>;

    /// Tells whether the bytes are there, without reading them.
    async fn contains(&self, digest: &Digest) -> Result<bool, ArtifactStoreError>;

    /// Removes bytes. Removing what is not there is no error.
    async fn delete(&self, digest: &Digest) -> Result<(), ArtifactStoreError>;

    /// Remembers that the work with this fingerprint gave this output. The last binding wins.
    async fn bind(&self, fingerprint: &Fingerprint, output: &Digest) -> Result<(), ArtifactStoreError>;

    /// Finds the output of the work with this fingerprint, if it was ever bound.
    async fn lookup(&self, fingerprint: &Fingerprint) -> Result<Option<Digest>, ArtifactStoreError>;

    /// Forgets a binding. Forgetting what is not there is no error.
    async fn unbind(&self, fingerprint: &Fingerprint) -> Result<(), ArtifactStoreError>;

    /// Lists everything that is stored, for garbage collection. Holds are listed by [`holds`](Self::holds).
    async fn list(&self) -> Result<ArtifactListing, ArtifactStoreError>;

    /// Fails with [`ArtifactStoreError::Full`] when so many more bytes could not be stored now, and changes nothing. It
    /// is not guaranteed that there still is room later. A store that cannot tell says that there is room.
    async fn check_room(&self, bytes: u64) -> Result<(), ArtifactStoreError> {
        let _ = bytes;
        Ok(())
    }

    /// Notes that a job holds an artifact, whether or not that is stored yet. Noting it again makes the hold young again.
    ///
    /// It is guaranteed that a hold is listed by every [`holds`](Self::holds) that begins after this has returned, unless
    /// the store keeps no holds or the machine crashes.
    async fn hold(&self, job: &JobId, hold: &Hold) -> Result<(), ArtifactStoreError>;

    /// Forgets holds of a job, and no others. Forgetting what is not there is no error.
    async fn release(&self, job: &JobId, holds: &[Hold]) -> Result<(), ArtifactStoreError>;

    /// Lists all holds of all jobs, sorted by job and hold.
    async fn holds(&self) -> Result<Vec<StoredHold>, ArtifactStoreError>;
}

/// What a job holds of an artifact store.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hold {
    /// An artifact.
    Artifact(Digest),
    /// An output or a remembered step, with the fingerprint that is bound to it, so that the binding can go with it.
    Output(Digest, Fingerprint),
    /// Nothing any more: somebody deletes the job. As soon as its record is gone, its other holds count for nothing, and
    /// what only they keep is garbage at any age.
    Deleting,
}

impl Hold {
    /// The fingerprint that is bound to what is held.
    pub fn fingerprint(&self) -> Option<&Fingerprint> {
        match self {
            Self::Output(_, fingerprint) => Some(fingerprint),
            Self::Artifact(_) | Self::Deleting => None,
        }
    }

    /// The artifact that is held.
    pub fn digest(&self) -> Option<&Digest> {
        match self {
            Self::Artifact(digest) | Self::Output(digest, _) => Some(digest),
            Self::Deleting => None,
        }
    }
}

/// One entry of [`ArtifactStore::holds`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StoredHold {
    /// The job.
    pub job: JobId,
    /// What it holds.
    pub hold: Hold,
    /// How long ago it was last noted, by the store's clock.
    pub age: Duration,
}

/// Everything in an artifact store at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ArtifactListing {
    /// The stored bytes, sorted by digest.
    pub artifacts: Vec<StoredArtifact>,
    /// The bindings, sorted by fingerprint.
    pub bindings: Vec<(Fingerprint, Digest)>,
}

/// One entry of an [`ArtifactListing`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredArtifact {
    /// The digest of the bytes.
    pub digest: Digest,
    /// The number of bytes.
    pub bytes: u64,
    /// How long ago they were last written, by the store's clock.
    pub age: Duration,
}

/// Why an artifact store could not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArtifactStoreError {
    /// Nothing is stored under the digest.
    #[error("artifact {0} is not in the store; the stage that makes it has to run again")]
    NotFound(Digest),
    /// The stored bytes are not those that were put.
    #[error(
        "artifact {0} is damaged: its bytes do not match its digest; the stage that makes it has to run again"
    )]
    Damaged(Digest),
    /// The store has no room left.
    #[error("the artifact store is full; free some space, then run the same command again")]
    Full(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The store cannot be reached, or refused.
    #[error("the artifact store could not {action}")]
    Unavailable {
        /// What was tried, such as `write artifact 12ab…`.
        action: String,
        /// Why it failed.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}
