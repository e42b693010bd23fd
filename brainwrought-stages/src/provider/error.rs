//! [`ProviderError`]: why a provider did not do what it was asked.

use std::error::Error;
use std::time::Duration;

use brainwrought_core::budget::BudgetError;
use brainwrought_core::stage::StageError;

use crate::MissingFeature;

/// Why a provider did not do what it was asked. `provider` is its name and host, for people; no message holds a key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProviderError {
    /// The network is off.
    #[error("{provider} was not called, because the network is off (--offline); nothing left this machine")]
    Offline {
        /// Who was to be called.
        provider: String,
    },
    /// A key is needed and none is given.
    #[error("{provider} needs a key, and none is given; put it into the environment as {variable}")]
    NoKey {
        /// Who was to be called.
        provider: String,
        /// The variable that holds the key.
        variable: String,
    },
    /// An address was stored without its secrets, and this machine does not know them.
    #[error(
        "the values behind *** in `{address}` are not known on this machine; configure the whole address here, as on \
         the machine that created the job"
    )]
    IncompleteAddress {
        /// The address as it was stored.
        address: String,
    },
    /// The settings of the client make no sense.
    #[error("{provider} cannot be called: {what}")]
    Misconfigured {
        /// Who was to be called.
        provider: String,
        /// What is wrong, and what would be right.
        what: String,
    },
    /// The provider does not take the key (401, 403).
    #[error("{provider} refused the key ({status}){said}; check the key, and that it may use this model")]
    BadKey {
        /// Who refused.
        provider: String,
        /// The status of the reply.
        status: u16,
        /// What the provider said, after a colon.
        said: String,
    },
    /// The account has no money or no quota left (402, or a 429 that says so).
    #[error("{provider} wants to be paid first ({status}){said}; look at the account's plan and billing")]
    Unpaid {
        /// Who refused.
        provider: String,
        /// The status of the reply.
        status: u16,
        /// What the provider said, after a colon.
        said: String,
    },
    /// Too many requests, even after the retries (429).
    #[error("{provider} takes no more requests now{}; try again later", wait_text(*wait))]
    RateLimited {
        /// Who refused.
        provider: String,
        /// How long the provider wants to be left alone, if it said so.
        wait: Option<Duration>,
    },
    /// The provider failed, even after the retries (5xx).
    #[error("{provider} failed ({status}){said}; try again later")]
    Server {
        /// Who failed.
        provider: String,
        /// The status of the reply.
        status: u16,
        /// How long the provider wants to be left alone, if it said so.
        wait: Option<Duration>,
        /// What the provider said, after a colon.
        said: String,
    },
    /// No answer in time.
    #[error("{provider} did not answer in time; try again later, or set a longer timeout")]
    Timeout {
        /// Who did not answer.
        provider: String,
    },
    /// A reply ended before it was whole.
    #[error("the reply of {provider} ended early; try again later")]
    Cut {
        /// Who answered.
        provider: String,
    },
    /// A reply is of another kind than the one asked for.
    #[error("{provider} sent `{found}` instead of {wanted}; is the base URL that of the right server?")]
    WrongContentType {
        /// Who answered.
        provider: String,
        /// What was asked for.
        wanted: &'static str,
        /// What came.
        found: String,
    },
    /// A reply cannot be read.
    #[error("the reply of {provider} cannot be read: {what}")]
    BadReply {
        /// Who answered.
        provider: String,
        /// What is wrong with it.
        what: String,
    },
    /// The provider does not take the request (other 4xx).
    #[error("{provider} refused the request ({status}){said}")]
    BadRequest {
        /// Who refused.
        provider: String,
        /// The status of the reply.
        status: u16,
        /// What the provider said, after a colon.
        said: String,
    },
    /// There is no connection.
    #[error("{provider} cannot be reached; check the network and the address, or that the server runs")]
    Unreachable {
        /// Who was to be called.
        provider: String,
        /// Why.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// A reply is larger than what was expected.
    #[error("the reply of {provider} is larger than {limit} bytes")]
    TooLarge {
        /// Who answered.
        provider: String,
        /// The limit, in bytes.
        limit: u64,
    },
    /// The work was told to stop.
    #[error("the call to {provider} was cancelled")]
    Cancelled {
        /// Who was called.
        provider: String,
    },
    /// This build calls no providers.
    #[error(transparent)]
    MissingFeature(#[from] MissingFeature),
    /// The job may not spend what the call costs.
    #[error(transparent)]
    StageBudget(#[from] BudgetError),
}

fn wait_text(wait: Option<Duration>) -> String {
    wait.map(|wait| format!(" (for {} s)", wait.as_secs().max(1))).unwrap_or_default()
}

impl ProviderError {
    /// Tells whether the same call may succeed later.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::RateLimited { .. }
            | Self::Server { .. }
            | Self::Timeout { .. }
            | Self::Cut { .. }
            | Self::BadReply { .. }
            | Self::Unreachable { .. }
            | Self::Cancelled { .. }
            | Self::StageBudget(BudgetError::Unavailable { .. }) => true,
            Self::Offline { .. }
            | Self::NoKey { .. }
            | Self::IncompleteAddress { .. }
            | Self::Misconfigured { .. }
            | Self::BadKey { .. }
            | Self::Unpaid { .. }
            | Self::WrongContentType { .. }
            | Self::BadRequest { .. }
            | Self::TooLarge { .. }
            | Self::MissingFeature(_)
            | Self::StageBudget(_) => false,
        }
    }

    /// The same with its quotations of the provider changed.
    pub(super) fn rewritten(mut self, rewrite: impl Fn(&str) -> String) -> Self {
        match &mut self {
            Self::BadKey { said: text, .. }
            | Self::Unpaid { said: text, .. }
            | Self::Server { said: text, .. }
            | Self::BadRequest { said: text, .. }
            | Self::BadReply { what: text, .. }
            | Self::WrongContentType { found: text, .. } => *text = rewrite(text),
            _ => {}
        }
        self
    }

    /// Tells whether a stage that has another way to do its work should take it: no for what stops the whole job, which
    /// is being told to stop and a budget that says no.
    pub fn allows_fallback(&self) -> bool {
        !matches!(self, Self::Cancelled { .. } | Self::StageBudget(_))
    }
}

impl From<ProviderError> for StageError {
    fn from(error: ProviderError) -> Self {
        match error {
            ProviderError::Cancelled { .. } => Self::cancelled(),
            ProviderError::StageBudget(error) => error.into(),
            error if error.is_retryable() => Self::retryable(error),
            error => Self::fatal(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transient_errors_are_retryable_and_others_stop_the_job() {
        let provider = || "openai (api.openai.com)".to_owned();
        let wait = Some(Duration::from_secs(9));
        let limited = ProviderError::RateLimited { provider: provider(), wait };
        let said = "openai (api.openai.com) takes no more requests now (for 9 s); try again later";
        assert_eq!(limited.to_string(), said);
        assert!(limited.allows_fallback());
        assert!(StageError::from(limited).is_retryable());
        assert!(!StageError::from(ProviderError::Offline { provider: provider() }).is_retryable());
        assert!(StageError::from(ProviderError::Cancelled { provider: provider() }).is_cancelled());
        let unpriced = BudgetError::Unpriced { provider: "openai/new".to_owned() };
        assert!(!ProviderError::from(unpriced).allows_fallback());
    }
}
