//! [`RemoteError`]: why a bucket could not be used, by what can be done about it.

use std::error::Error as StdError;

use object_store::Error;

/// Why a bucket could not be used: the source of
/// [`ArtifactStoreError::Unavailable`](brainwrought_core::artifact_store::ArtifactStoreError::Unavailable).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteError {
    /// There is no such bucket or container.
    #[error("there is no bucket {place}; create it, or choose another with --artifacts")]
    NoSuchBucket {
        /// The URL of the store.
        place: String,
        /// What the server said.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The server did not accept the key, or the key may not do this.
    #[error(
        "{place} refused the key; check the key, its secret, and that it may list, read, write and delete"
    )]
    KeyRefused {
        /// The URL of the store.
        place: String,
        /// What the server said.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The server does not answer.
    #[error("{place} cannot be reached; check its endpoint and the network, then run the same command again")]
    Unreachable {
        /// The URL of the store.
        place: String,
        /// What went wrong.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The server answers with errors, again and again.
    #[error("{place} failed every time it was tried; run the same command again later")]
    Failing {
        /// The URL of the store.
        place: String,
        /// What it said at last.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
}

impl RemoteError {
    /// Names an error of a request that was tried as often as it should be.
    pub(crate) fn new(place: &str, error: Error) -> Self {
        let place = place.to_owned();
        let unreachable = is_unreachable(&error);
        match error {
            // Objects that may be missing are handled where they are asked for, so what is missing is the bucket.
            Error::NotFound { .. } => Self::NoSuchBucket { place, source: Box::new(error) },
            Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => {
                Self::KeyRefused { place, source: Box::new(error) }
            }
            _ if unreachable => Self::Unreachable { place, source: Box::new(error) },
            _ => Self::Failing { place, source: Box::new(error) },
        }
    }
}

#[cfg(any(feature = "aws", feature = "azure", feature = "gcp"))]
fn is_unreachable(error: &Error) -> bool {
    use object_store::client::{HttpError, HttpErrorKind};

    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(inner) = cause {
        if let Some(http) = inner.downcast_ref::<HttpError>() {
            return !matches!(http.kind(), HttpErrorKind::Decode | HttpErrorKind::Unknown);
        }
        cause = inner.source();
    }
    false
}

#[cfg(not(any(feature = "aws", feature = "azure", feature = "gcp")))]
fn is_unreachable(_: &Error) -> bool {
    false
}
