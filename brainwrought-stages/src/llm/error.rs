//! [`LlmError`]: why there is no answer that can be used.

use brainwrought_core::stage::StageError;

use crate::provider::ProviderError;

/// Why there is no answer that can be used. After any of them a stage may write without the model, unless
/// [`LlmError::allows_fallback`] says no.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LlmError {
    /// The model or its provider did not want to.
    #[error("{model} refused to answer ({why}); choose another model, or go on without one")]
    Refused {
        /// The model.
        model: String,
        /// Its reason.
        why: String,
    },
    /// There was no room for the whole answer, even when there was twice as much.
    #[error("the answer of {model} does not fit into {max_tokens} tokens; ask for less at once")]
    Truncated {
        /// The model.
        model: String,
        /// The most tokens that were tried.
        max_tokens: u32,
    },
    /// The prompt does not fit.
    #[error("the prompt is too long for {model}{}; send it in parts", limit_text(*limit))]
    TooLong {
        /// The model.
        model: String,
        /// How many tokens fit, if that is known.
        limit: Option<u32>,
    },
    /// The answer has not the form that was asked for, and neither had the repaired one.
    #[error("the answer of {model} cannot be read, and it could not repair it: {why}")]
    InvalidReply {
        /// The model.
        model: String,
        /// What is wrong with the answer.
        why: String,
    },
    /// The provider did not answer.
    #[error(transparent)]
    Provider(#[from] ProviderError),
}

fn limit_text(limit: Option<u32>) -> String {
    limit.map(|limit| format!(", which takes {limit} tokens")).unwrap_or_default()
}

impl LlmError {
    /// Tells whether a stage should do without the model: no for what stops the whole job.
    pub fn allows_fallback(&self) -> bool {
        match self {
            Self::Provider(error) => error.allows_fallback(),
            _ => true,
        }
    }
}

impl From<LlmError> for StageError {
    fn from(error: LlmError) -> Self {
        match error {
            LlmError::Provider(error) => error.into(),
            error => Self::fatal(error),
        }
    }
}
