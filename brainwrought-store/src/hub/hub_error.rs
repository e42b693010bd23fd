//! [`HubError`]: why the Hub could not do what was asked, by what can be done about it.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use brainwrought_core::artifact_store::ArtifactStoreError;

use crate::remote::Trouble;

/// Why the Hub could not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HubError {
    /// Writing needs a token, and none was given.
    #[error("there is no token to write to the {dataset} with; set HF_TOKEN to one that may write")]
    MissingToken {
        /// The dataset or Space, such as `dataset owner/name`.
        dataset: String,
    },
    /// The Hub does not know the token.
    #[error("the Hub does not accept the token; set HF_TOKEN to one that is valid")]
    TokenRefused(#[source] HubReply),
    /// The token may not write to the dataset.
    #[error("the token may not write to the {dataset}; set HF_TOKEN to one with the role `write`")]
    ReadOnlyToken {
        /// The dataset or Space, such as `dataset owner/name`.
        dataset: String,
        /// What the Hub said.
        #[source]
        source: HubReply,
    },
    /// There is no such dataset or Space, or the token may not see it.
    #[error("there is no {dataset} that the token may see; create it, or check its name")]
    NoSuchDataset {
        /// The dataset or Space, such as `dataset owner/name`.
        dataset: String,
        /// What the Hub said.
        #[source]
        source: HubReply,
    },
    /// There is no such file in the dataset.
    #[error("there is no file {path} in the dataset")]
    NoSuchFile {
        /// Its path.
        path: String,
    },
    /// A condition on a file does not hold: it is there, or it is another.
    #[error("the file {path} is not as it was expected")]
    Unexpected {
        /// Its path.
        path: String,
    },
    /// The Hub wants a longer rest than can be waited out here.
    #[error("the Hub takes no more for now; try again in {} s", .rest.as_secs())]
    Busy {
        /// How long it wants to rest.
        rest: Duration,
        /// What the Hub said.
        #[source]
        source: HubReply,
    },
    /// Others kept writing to the dataset at the same time.
    #[error("others kept writing to the {dataset}; try again later")]
    Contended {
        /// The dataset or Space, such as `dataset owner/name`.
        dataset: String,
    },
    /// The Hub does not answer.
    #[error("{endpoint} cannot be reached; check the address and the network, then try again")]
    Unreachable {
        /// The base of its addresses.
        endpoint: String,
        /// What went wrong.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The Hub failed every time.
    #[error("the Hub failed every time; try again later")]
    Failing(#[source] HubReply),
    /// The Hub refused for another reason.
    #[error("the Hub refused")]
    Refused(#[source] HubReply),
    /// The Hub answered with something that is no answer.
    #[error("the Hub's answer makes no sense: {0}")]
    Garbled(&'static str),
    /// What should be sent could not be read.
    #[error("what should be uploaded could not be read")]
    Artifact(#[from] ArtifactStoreError),
}

/// What the Hub answered instead of doing what was asked.
#[derive(Debug, thiserror::Error)]
#[error("the answer was {status}: {message}")]
pub struct HubReply {
    pub(super) status: u16,
    pub(super) message: String,
}

impl HubError {
    /// Tells whether trying again later may help without anybody doing anything.
    pub fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Busy { .. } | Self::Contended { .. } | Self::Unreachable { .. } | Self::Failing(_)
        )
    }

    fn trouble(&self) -> Option<Trouble> {
        match self {
            Self::MissingToken { .. } | Self::TokenRefused(_) | Self::ReadOnlyToken { .. } => {
                Some(Trouble::KeyRefused)
            }
            Self::NoSuchDataset { .. } => Some(Trouble::NoSuchPlace),
            Self::Unreachable { .. } => Some(Trouble::Unreachable),
            _ => None,
        }
    }
}

/// Tells what an error of the Hub means for a store, if it is one.
pub(crate) fn trouble(error: &(dyn StdError + 'static)) -> Option<Trouble> {
    if let Some(shared) = error.downcast_ref::<Arc<HubError>>() {
        return shared.trouble();
    }
    error.downcast_ref::<HubError>().and_then(HubError::trouble)
}
