//! [`research`]: the step that looks trends up, within its time, with the built-in lexicon behind it.

use std::time::Duration;

use brainwrought_core::event::LogLevel;
use brainwrought_core::report::chain;
use brainwrought_core::stage::{StageContext, StageError};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::lexicon::TrendLexicon;
use super::source::{TrendError, TrendSource, TrendTopic};
use super::trend::{Trend, kept};
use crate::provider::ProviderError;

/// A source that has not answered by then is done without.
const MAX_WAIT: Duration = Duration::from_secs(20);
/// Grows whenever the same answer would be read in another way.
const VERSION: u32 = 1;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::script) struct Found {
    /// The expressions; few and short.
    pub(in crate::script) trends: Vec<Trend>,
    /// Why they are the lexicon's, where another source was asked.
    pub(in crate::script) warning: Option<String>,
}

/// Asks `source`, once a job: an attempt that goes on from where another stopped goes on with the same trends.
///
/// # Errors
///
/// Fails when the work is cancelled or the artifact store cannot be reached; never because of the source.
pub(in crate::script) async fn research(
    source: &dyn TrendSource,
    topic: &TrendTopic,
    cx: &StageContext,
) -> Result<Found, StageError> {
    let key =
        json!({ "source": source.name(), "topic": topic, "job": cx.job().as_str(), "version": VERSION });
    cx.cached("trends", &key, |cx| async move { within(MAX_WAIT, source, topic, &cx).await }).await
}

pub(super) async fn within(
    limit: Duration,
    source: &dyn TrendSource,
    topic: &TrendTopic,
    cx: &StageContext,
) -> Result<Found, StageError> {
    let who = || source.name().to_owned();
    let asked = tokio::select! {
        biased;
        () = cx.cancellation().cancelled() => return Err(StageError::cancelled()),
        asked = tokio::time::timeout(limit, source.fetch(topic, cx)) => asked,
    };
    let error = match asked {
        Ok(Ok(trends)) => {
            let trends = kept(&trends);
            if !trends.is_empty() || source.name() == TrendLexicon::NAME {
                return Ok(Found { trends, warning: None });
            }
            TrendError::Nothing { who: who() }
        }
        Ok(Err(TrendError::Provider(ProviderError::Cancelled { .. }))) => return Err(StageError::cancelled()),
        Ok(Err(error)) => error,
        Err(_) => TrendError::Late { who: who(), limit },
    };
    let warning = format!("no trends were looked up, and the built-in lexicon was used: {}", chain(&error));
    cx.log(LogLevel::Warn, warning.clone());
    Ok(Found { trends: kept(&TrendLexicon.chosen(topic)), warning: Some(warning) })
}
