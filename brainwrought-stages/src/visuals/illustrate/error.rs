//! [`IllustrateError`]: why there is no picture.

use brainwrought_core::stage::StageError;

use crate::MissingFeature;
#[cfg(feature = "ffmpeg")]
use crate::media::MediaError;
use crate::provider::ProviderError;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IllustrateError {
    /// The provider did not do what it was asked.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The provider has nothing of the kind.
    #[error("{provider} has nothing for “{query}”")]
    Nothing {
        /// Who was asked.
        provider: String,
        /// What for.
        query: String,
    },
    /// The provider would not draw it.
    #[error("{provider} would not draw it: {said}")]
    Refused {
        /// Who was asked.
        provider: String,
        /// What it said.
        said: String,
    },
    /// A generator did not get ready.
    #[error("{provider} was not ready after {seconds} s; set a longer `longest-wait`")]
    Late {
        /// Who was asked.
        provider: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// What came is no picture that is taken.
    #[error("what {provider} sent is no picture that can be read: {what}")]
    Picture {
        /// Who sent it.
        provider: String,
        /// What is wrong with it.
        what: String,
    },
    /// What came is no clip that is taken.
    #[cfg(feature = "ffmpeg")]
    #[error("what {provider} sent is no clip that can be played")]
    Clip {
        /// Who sent it.
        provider: String,
        /// What is wrong with it.
        #[source]
        source: MediaError,
    },
    /// What came is a clip that no video passes the gate with.
    #[error("no video would pass with the clip that {provider} sent: {what}")]
    Unfit {
        /// Who sent it.
        provider: String,
        /// What is wrong with it.
        what: String,
    },
    /// This build plays no clips.
    #[error(transparent)]
    MissingFeature(#[from] MissingFeature),
    /// Another clip moves behind the segment already.
    #[error("another clip moves behind the same part of the video already")]
    Taken,
    /// The stage cannot go on, whatever the provider does.
    #[error("the pictures could not be kept")]
    Stopped(#[source] StageError),
}

impl IllustrateError {
    /// Tells whether the scene should show something else: no for what stops the whole job.
    pub fn allows_fallback(&self) -> bool {
        match self {
            Self::Provider(error) => error.allows_fallback(),
            Self::Stopped(_) => false,
            _ => true,
        }
    }

    /// Tells whether the same wish may be met later.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Provider(error) if error.is_retryable())
    }

    /// Finds itself in the error of a step that it ended.
    pub(super) fn of_step(error: StageError) -> Self {
        error.downcast().unwrap_or_else(Self::Stopped)
    }
}

impl From<IllustrateError> for StageError {
    fn from(error: IllustrateError) -> Self {
        match error {
            IllustrateError::Provider(error) => error.into(),
            IllustrateError::Stopped(error) => error,
            error => Self::fatal(error),
        }
    }
}
