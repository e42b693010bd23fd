//! [`TrendSource`]: the port behind which expressions are looked up.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use brainwrought_core::stage::StageContext;
use serde::Serialize;

use super::trend::Trend;
use crate::MissingFeature;
use crate::child::ChildError;
use crate::language::LanguageData;
use crate::provider::ProviderError;

/// The name under which the key of an MCP server is kept in [`ProviderSettings::keys`](crate::provider::ProviderSettings).
pub(super) const SERVER_KEY: &str = "trends";

/// Looks up what people say now.
///
/// A source is asked once a job and given up after a while. It need not tidy what it finds up: what is too much or too
/// long, rude, or speaks to a model is left out afterwards. Calls to providers go through `cx`.
#[async_trait]
pub trait TrendSource: fmt::Debug + Send + Sync + 'static {
    /// What was chosen; the same on every machine. It is part of the stage's settings, so never a secret.
    fn name(&self) -> &str;

    /// Looks up expressions that suit a topic.
    ///
    /// # Errors
    ///
    /// Fails when the source cannot be asked or its answer cannot be read.
    async fn fetch(&self, topic: &TrendTopic, cx: &StageContext) -> Result<Vec<Trend>, TrendError>;
}

/// What expressions are looked up for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TrendTopic {
    /// What the document is about, in a few words.
    pub subject: String,
    /// The language of the narration, such as `en`.
    pub language: String,
    /// How much slang, from 1 to 3.
    pub slang: u8,
    /// Decides between choices that are equally good.
    pub seed: u64,
}

impl TrendTopic {
    /// What a search is asked: what people say now, around the subject.
    pub(super) fn question(&self) -> String {
        let subject: String = self.subject.chars().take(100).collect();
        let known = LanguageData::of(&self.language).name.as_str();
        let language = if known.is_empty() { &self.language } else { known };
        format!("{language} internet slang and meme phrases that trend now, with meanings, around {subject}")
    }
}

/// Why no expressions were found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrendError {
    /// A provider did not answer as it should.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The program of a server could not be run.
    #[error(transparent)]
    Program(#[from] ChildError),
    /// This build asks no such server.
    #[error(transparent)]
    MissingFeature(#[from] MissingFeature),
    /// The network is off, and nobody knows what the program would connect to.
    #[error(
        "{who} was not started, because the network is off (--offline), and nobody knows what it connects to"
    )]
    Offline {
        /// Who was to be asked.
        who: String,
    },
    /// A job names a command that this machine's own settings do not.
    #[error(
        "{who} was not started: this machine starts only the command that its own settings name; \
         set `trends` in its config file, or BRAINWROUGHT_TRENDS"
    )]
    NotAllowed {
        /// Who was to be asked.
        who: String,
    },
    /// The source could not even be prepared.
    #[error(transparent)]
    Unopened(Arc<Self>),
    /// A variable that the command wants is not set.
    #[error("{who} was not started: the variable {variable} is not set")]
    NoVariable {
        /// Who was to be asked.
        who: String,
        /// The variable.
        variable: String,
    },
    /// A server does not speak the protocol, or broke off.
    #[error("{who} cannot be talked to")]
    Conversation {
        /// Who was asked.
        who: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A server has no tool that could be asked.
    #[error("{who} has no tool that could be asked: {what}")]
    NoTool {
        /// Who was asked.
        who: String,
        /// What is wrong, and what there is.
        what: String,
    },
    /// A tool says that it failed.
    #[error("{who} failed: {said}")]
    Failed {
        /// Who was asked.
        who: String,
        /// What it said.
        said: String,
    },
    /// The answer cannot be read.
    #[error("what {who} says cannot be read: {what}")]
    Unreadable {
        /// Who was asked.
        who: String,
        /// What is wrong with it.
        what: String,
    },
    /// The answer holds nothing that can be used.
    #[error("{who} says nothing that can be used")]
    Nothing {
        /// Who was asked.
        who: String,
    },
    /// No answer in time.
    #[error("{who} did not answer within {} s", .limit.as_secs())]
    Late {
        /// Who was asked.
        who: String,
        /// How long it had.
        limit: Duration,
    },
}

impl TrendError {
    pub(super) fn unreadable(who: &str, what: impl Into<String>) -> Self {
        Self::Unreadable { who: who.to_owned(), what: what.into() }
    }
}
