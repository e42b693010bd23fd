//! [`RemoteError`]: why a bucket could not be used, by what can be done about it.

use std::error::Error as StdError;

use object_store::Error;

use super::trouble::Trouble;
use crate::secrets::Secrets;

/// Why a bucket could not be used: the source of
/// [`ArtifactStoreError::Unavailable`](brainwrought_core::artifact_store::ArtifactStoreError::Unavailable).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteError {
    /// There is no such bucket, container or dataset.
    #[error("there is no {place}; create it, or choose another with --artifacts")]
    NoSuchPlace {
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
    pub(crate) fn new(place: &str, secrets: &Secrets, error: Error) -> Self {
        let trouble = trouble(&error);
        let place = place.to_owned();
        let source = match error {
            Error::Generic { store: "hf", source } => source,
            // Its text repeats that of its causes, and theirs that of theirs.
            // It shows addresses, and repeats what servers say.
            other => Box::new(Said(secrets.scrub(&other.to_string()))),
        };
        match trouble {
            Some(Trouble::NoSuchPlace) => Self::NoSuchPlace { place, source },
            Some(Trouble::KeyRefused) => Self::KeyRefused { place, source },
            Some(Trouble::Unreachable) => Self::Unreachable { place, source },
            None => Self::Failing { place, source },
        }
    }
}

/// What a client of the crate `object_store` said, with all its causes.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Said(String);

fn trouble(error: &Error) -> Option<Trouble> {
    match error {
        // Objects that may be missing are handled where they are asked for, so what is missing is the bucket.
        Error::NotFound { .. } => return Some(Trouble::NoSuchPlace),
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => return Some(Trouble::KeyRefused),
        _ => {}
    }
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(inner) = cause {
        if let Some(trouble) = crate::hub::trouble(inner).or_else(|| transport(inner)) {
            return Some(trouble);
        }
        cause = inner.source();
    }
    None
}

#[cfg(any(feature = "aws", feature = "azure", feature = "gcp"))]
fn transport(error: &(dyn StdError + 'static)) -> Option<Trouble> {
    use object_store::client::{HttpError, HttpErrorKind};

    let kind = error.downcast_ref::<HttpError>()?.kind();
    (!matches!(kind, HttpErrorKind::Decode | HttpErrorKind::Unknown)).then_some(Trouble::Unreachable)
}

#[cfg(not(any(feature = "aws", feature = "azure", feature = "gcp")))]
fn transport(_: &(dyn StdError + 'static)) -> Option<Trouble> {
    None
}
