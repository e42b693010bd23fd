//! The steps of [`ModelWriter`]: one question to the model each, whose answer is remembered.

use std::collections::BTreeMap;

use brainwrought_core::data::{Document, Opinion};
use brainwrought_core::event::LogLevel;
use brainwrought_core::report::chain;
use brainwrought_core::stage::{StageContext, StageError};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::super::writer::Brief;
use super::facts::{Claim, Facts};
use super::prompt::Prompts;
use super::repair::Repair;
use super::reply::{Review, Rewrites};
use super::{ANSWER_SHARE, ModelWriter};
use crate::llm::{LlmError, Prompt, ask};

/// A provider that does not answer is tried in so many attempts of the stage before the script is written without it.
const PATIENCE: u32 = 3;
/// How often lines that do not pass go back to the model.
const ROUNDS: usize = 2;

/// Why the model wrote no script.
#[derive(Debug)]
pub(super) enum Ended {
    /// The job stops here.
    Stop(StageError),
    /// The model cannot do so much at once.
    Weak(String),
    /// The offline writer takes over.
    Without(String),
}

/// What one script is written of and with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Work<'a> {
    pub(super) document: &'a Document,
    pub(super) brief: &'a Brief,
    pub(super) facts: &'a Facts,
    pub(super) prompts: Prompts<'a>,
    pub(super) cx: &'a StageContext,
}

impl From<StageError> for Ended {
    fn from(error: StageError) -> Self {
        Self::Stop(error)
    }
}

impl ModelWriter {
    /// Asks for one step; what was answered before is remembered.
    pub(super) async fn step<T>(&self, cx: &StageContext, name: &str, mut prompt: Prompt) -> Result<T, Ended>
    where
        T: Serialize + DeserializeOwned + JsonSchema + Send,
    {
        cx.check_cancelled()?;
        let model = std::sync::Arc::clone(self.model()?);
        if let Some(context) = model.context_tokens() {
            prompt.max_tokens = prompt.max_tokens.min(context / ANSWER_SHARE);
        }
        let key = json!({ "model": self.name, "prompt": prompt });
        let answer = cx.cached(name, &key, |cx| async move {
            ask::<T>(model.as_ref(), prompt, &cx).await.map_err(StageError::fatal)
        });
        let error = match answer.await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let error = match error.downcast::<LlmError>() {
            Ok(error) => error,
            Err(error) => return Err(Ended::Stop(error)),
        };
        let why = chain(&error);
        if !error.allows_fallback() {
            return Err(Ended::Stop(error.into()));
        }
        match error {
            LlmError::Provider(error) if error.is_retryable() && cx.attempt() >= PATIENCE => {
                Err(Ended::Without(why))
            }
            // A key that is refused must be mended by somebody, and a server that is down may come back.
            LlmError::Provider(error) => Err(Ended::Stop(error.into())),
            LlmError::InvalidReply { .. } | LlmError::Truncated { .. } => Err(Ended::Weak(why)),
            _ => Err(Ended::Without(why)),
        }
    }

    /// A step that the script can do without.
    pub(super) async fn extra<T>(
        &self,
        cx: &StageContext,
        name: &str,
        prompt: Prompt,
        warnings: &mut Vec<String>,
    ) -> Result<Option<T>, Ended>
    where
        T: Serialize + DeserializeOwned + JsonSchema + Send,
    {
        match self.step(cx, name, prompt).await {
            Ok(answer) => Ok(Some(answer)),
            Err(Ended::Without(why) | Ended::Weak(why)) => {
                warnings.push(format!("the step “{name}” was left out: {why}"));
                Ok(None)
            }
            Err(stop) => Err(stop),
        }
    }

    /// Has lines written anew that do not pass the gate, all at once and twice at most.
    pub(super) async fn repaired<'a>(
        &self,
        claims: Vec<Claim>,
        work: &Work<'a>,
        warnings: &mut Vec<String>,
    ) -> Result<Repair<'a>, Ended> {
        let mut repair = Repair::new(work.facts, claims);
        self.mend(&mut repair, work, warnings).await?;
        Ok(repair)
    }

    async fn mend(
        &self,
        repair: &mut Repair<'_>,
        work: &Work<'_>,
        warnings: &mut Vec<String>,
    ) -> Result<(), Ended> {
        let Work { prompts, cx, .. } = *work;
        for _ in 0..ROUNDS {
            let count = repair.doubted().len();
            if count == 0 {
                break;
            }
            let line = format!("{count} lines say what their sentences do not; asking to write them anew");
            cx.log(LogLevel::Info, line);
            let prompt = prompts.repair(&repair.shown(), count);
            let rewrites: Option<Rewrites> = self.extra(cx, "repair", prompt, warnings).await?;
            let Some(rewrites) = rewrites else { break };
            repair.take(rewrites);
        }
        Ok(())
    }

    /// Asks the model for a second opinion of the facts that passed the gate, all at once. Those that it says no to go back
    /// like those that the gate doubts. A reply that cannot be used is a warning. Returns what it says of the others, by their
    /// words.
    pub(super) async fn reviewed(
        &self,
        repair: &mut Repair<'_>,
        work: &Work<'_>,
        warnings: &mut Vec<String>,
    ) -> Result<BTreeMap<String, Opinion>, Ended> {
        let Some((shown, count)) = repair.shown_facts() else { return Ok(BTreeMap::new()) };
        let prompt = work.prompts.review(&shown, count);
        let review: Option<Review> = self.extra(work.cx, "review", prompt, warnings).await?;
        let Some(review) = review else { return Ok(BTreeMap::new()) };
        let opinions = repair.hear(&review, warnings);
        self.mend(repair, work, warnings).await?;
        Ok(opinions)
    }
}
