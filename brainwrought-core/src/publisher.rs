//! [`Publisher`]: publishes a finished video.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Debug;

use async_trait::async_trait;

use crate::artifact_store::ArtifactStore;
use crate::data::BlobRef;
use crate::id::JobId;

/// Puts a finished video where everybody finds it.
///
/// # Contract
///
/// It is guaranteed that everybody sees either all files of a job or none, and that publishing the same files again, after
/// a crash at whatever point or by two workers at once, leaves what publishing once leaves. It is the publisher's
/// responsibility to look before it writes: a fencing token cannot take back what the world has seen.
///
/// ```
/// # use std::collections::BTreeMap;
/// use brainwrought_core::artifact_store::ArtifactStore;
/// use brainwrought_core::data::BlobRef;
/// use brainwrought_core::id::JobId;
/// use brainwrought_core::publisher::{Publisher, PublisherError};
///
/// /// Tells where the video would be.
/// #[derive(Debug)]
/// struct DryRun;
///
/// #[async_trait::async_trait]
/// impl Publisher for DryRun {
///     async fn publish(
///         &self,
///         job: &JobId,
///         _files: &BTreeMap<String, BlobRef>,
///         _artifacts: &dyn ArtifactStore,
///     ) -> Result<String, PublisherError> {
///         Ok(format!("https://example.org/{job}/video.mp4"))
///     }
/// }
/// ```
#[async_trait]
pub trait Publisher: Debug + Send + Sync + 'static {
    /// Publishes the files of a job, by their names, and returns the address of `video.mp4`.
    async fn publish(
        &self,
        job: &JobId,
        files: &BTreeMap<String, BlobRef>,
        artifacts: &dyn ArtifactStore,
    ) -> Result<String, PublisherError>;
}

/// Why a video could not be published. It stays where it is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublisherError {
    /// The same will happen again until somebody mends something, such as a token.
    #[error("the video was not published; mend this, then run `brainwrought publish`")]
    Refused(#[source] Box<dyn Error + Send + Sync>),
    /// Trying again later may help.
    #[error("the video was not published; run `brainwrought publish` later")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}
