//! [`ModelWriter`]: writes scripts with a language model, every fact of which sentences of the document bear out.
//!
//! The model sees the whole document in numbered sentences, and each line that it writes names those it comes from. So a citation
//! cannot be invented, and the claim gate compares each line with its sentences before anything is spoken. The work goes in
//! steps, each of which is remembered: an attempt goes on from where another stopped, and a changed prompt runs again.
//!
//! What the model wrote is cut, replaced or added to by nobody but the model. Where the gate leaves no other way, a warning of the
//! script tells each change.

mod assembly;
mod content;
mod cost_estimate;
mod draft;
mod ending;
mod facts;
mod fit;
mod leniency;
mod passages;
mod prompt;
mod repair;
mod reply;
mod room;
mod scene_by_scene;
mod show_reply;
mod sources;
mod steps;
mod story;
mod whole;

pub use cost_estimate::{ModelStep, model_steps};

use std::sync::Arc;

use async_trait::async_trait;
use brainwrought_core::data::{Document, Script};
use brainwrought_core::stage::{StageContext, StageError};
use serde_json::{Value, json};

use self::facts::Facts;
use self::prompt::Prompts;
use self::sources::Sources;
use self::steps::{Ended, Work};
use super::evidence::Evidence;
use super::offline::OfflineWriter;
use super::trends::{TrendLexicon, TrendSource};
use super::writer::{Brief, ScriptError, ScriptWriter};
use crate::frame::PictureOffer;
use crate::llm::{ChosenLlm, LanguageModel};
use crate::provider::ProviderError;

/// Grows whenever the same replies would give another script.
const VERSION: u32 = 5;
/// The most tokens of a document that are sent at once to a model whose context is not known.
const USUAL_TOKENS: u32 = 24_000;
/// The most tokens of a document that are sent at once to a model that takes more: a book of some 300 pages is read in parts.
const MOST_TOKENS: u32 = 150_000;
/// A model with less context than this writes scene by scene.
const SMALL_CONTEXT: u32 = 8_000;
/// An answer may take this part of a context, so that it fits beside its prompt even where it needs twice the room.
const ANSWER_SHARE: u32 = 5;
/// What prompts and answers take of a context beside the document, in tokens.
const OVERHEAD_TOKENS: u32 = 4_000;
/// With fewer facts than this, the model wrote no script.
const MIN_FACTS: usize = 2;

/// Writes scripts with a language model.
///
/// It is guaranteed that every fact line comes from sentences of the document whose numbers, units, names and negations it
/// keeps: what a model gets wrong goes back to it twice with the reasons, and what stays wrong gives way to a sentence of the
/// document or is left out, with a warning. A model that refuses, or whose answers cannot be used even scene by scene, is done
/// without: then the script is [`OfflineWriter`]'s, with a warning.
#[derive(Debug, Clone)]
pub struct ModelWriter {
    /// What was chosen; the same on every machine.
    name: String,
    /// The model, or why it cannot be used here.
    model: Result<Arc<dyn LanguageModel>, Arc<ProviderError>>,
    /// Which pictures from elsewhere it may ask for.
    offer: Option<PictureOffer>,
    /// Where the slang of openings and beats is looked up; nowhere, where there should be none.
    trends: Option<Arc<dyn TrendSource>>,
    /// The most tokens of a document that are sent at once; `None` goes by the model's context.
    document_tokens: Option<u32>,
}

impl ModelWriter {
    /// Writes with `model`.
    pub fn new(model: Arc<dyn LanguageModel>) -> Self {
        Self {
            name: model.name().to_owned(),
            model: Ok(model),
            offer: None,
            trends: Some(Arc::new(TrendLexicon)),
            document_tokens: None,
        }
    }

    /// Writes with the model that a user chose. A machine that lacks its key fails when it should write, and not before.
    pub fn chosen(chosen: ChosenLlm) -> Self {
        let trends: Option<Arc<dyn TrendSource>> = Some(Arc::new(TrendLexicon));
        let name = chosen.choice.to_string();
        Self { name, model: chosen.model, offer: None, trends, document_tokens: None }
    }

    /// Sets which pictures from elsewhere it may ask for.
    #[must_use]
    pub fn with_pictures(mut self, offer: Option<PictureOffer>) -> Self {
        self.offer = offer.filter(|offer| !offer.kinds.is_empty());
        self
    }

    /// Looks trends up elsewhere than in the built-in lexicon, or nowhere.
    #[must_use]
    pub fn with_trends(mut self, trends: Option<Arc<dyn TrendSource>>) -> Self {
        self.trends = trends;
        self
    }

    /// Sets the most tokens of a document that are sent at once, as [`estimate_tokens`](crate::llm::estimate_tokens) counts
    /// them; a longer one is read in parts. Without it, three fifths of the model's context are used, 150,000 tokens at most,
    /// and 24,000 where its context is not known.
    #[must_use]
    pub fn with_document_tokens(mut self, tokens: Option<u32>) -> Self {
        self.document_tokens = tokens;
        self
    }

    fn model(&self) -> Result<&Arc<dyn LanguageModel>, Ended> {
        self.model.as_ref().map_err(|error| Ended::Stop(StageError::fatal(Arc::clone(error))))
    }

    fn context_tokens(&self) -> Option<u32> {
        self.model.as_ref().ok().and_then(|model| model.context_tokens())
    }

    /// Reads what the gate and the prompts need of a document.
    async fn read(&self, document: &Document) -> Result<Facts, Ended> {
        let held = document.clone();
        let read = move || {
            let language = assembly::language_of(&held);
            let sources = Sources::new(&held, language.as_str());
            Facts::new(Evidence::new(&held), sources, &held.title, language.as_str())
        };
        let facts = tokio::task::spawn_blocking(read).await.map_err(StageError::from)?;
        if facts.sources.is_empty() {
            return Err(Ended::Without("the document has no sentences that can be cited".to_owned()));
        }
        Ok(facts)
    }

    async fn written(&self, document: &Document, brief: &Brief, cx: &StageContext) -> Result<Script, Ended> {
        let facts = self.read(document).await?;
        let language = assembly::language_of(document);
        let prompts = Prompts::new(document, &language, brief);
        let work = Work { document, brief, facts: &facts, prompts, cx };
        if self.context_tokens().is_some_and(|context| context < SMALL_CONTEXT) {
            return self.scene_by_scene(&work, Vec::new()).await;
        }
        match self.whole(&work).await {
            // What is too much at once may be done scene by scene.
            Err(Ended::Weak(why)) => {
                let warnings = vec![format!("{} wrote scene by scene: {why}", self.name)];
                self.scene_by_scene(&work, warnings).await
            }
            other => other,
        }
    }

    async fn refitted_to(
        &self,
        document: &Document,
        brief: &Brief,
        script: &Script,
        cx: &StageContext,
    ) -> Result<Option<Script>, Ended> {
        let facts = self.read(document).await?;
        let language = assembly::language_of(document);
        let prompts = Prompts::new(document, &language, brief);
        self.refitted(&Work { document, brief, facts: &facts, prompts, cx }, script).await
    }
}

/// The most tokens of a document that are sent at once to a model with so much context.
fn document_tokens(wanted: Option<u32>, context: Option<u32>) -> u32 {
    let fits = context.map(|context| (context.saturating_sub(OVERHEAD_TOKENS) / 5 * 3).max(200));
    match (wanted, fits) {
        (Some(wanted), Some(fits)) => wanted.min(fits),
        (Some(wanted), None) => wanted,
        (None, Some(fits)) => fits.min(MOST_TOKENS),
        (None, None) => USUAL_TOKENS,
    }
}

#[async_trait]
impl ScriptWriter for ModelWriter {
    fn settings(&self) -> Value {
        let trends = self.trends.as_ref().map_or("none", |source| source.name());
        let mut settings =
            json!({ "model": self.name, "version": VERSION, "prompts": prompt::digest(), "trends": trends });
        if let Some(offer) = &self.offer {
            settings["pictures"] = json!(offer);
        }
        if let Some(tokens) = self.document_tokens {
            settings["document-tokens"] = json!(tokens);
        }
        settings
    }

    async fn write(
        &self,
        document: &Document,
        brief: &Brief,
        cx: &StageContext,
    ) -> Result<Script, ScriptError> {
        let known = self.context_tokens();
        let mut written = self.written(document, brief, cx).await;
        // A server tells how much it takes when it is sent too much.
        if matches!(written, Err(Ended::Without(_) | Ended::Weak(_))) && known != self.context_tokens() {
            written = self.written(document, brief, cx).await;
        }
        match written {
            Ok(mut script) => {
                script.calls = cx.calls();
                Ok(script)
            }
            Err(Ended::Without(why) | Ended::Weak(why)) => {
                let mut offline = OfflineWriter.write(document, brief, cx).await?;
                offline
                    .warnings
                    .push(format!("{} wrote no script, so it was written without: {why}", self.name));
                offline.calls = cx.calls();
                Ok(offline)
            }
            Err(Ended::Stop(error)) => {
                Err(ScriptError::Failed { retryable: error.is_retryable(), source: Box::new(error) })
            }
        }
    }

    async fn refit(
        &self,
        document: &Document,
        brief: &Brief,
        script: Script,
        cx: &StageContext,
    ) -> Result<Script, ScriptError> {
        if script.writer != self.name {
            return Ok(script);
        }
        match self.refitted_to(document, brief, &script, cx).await {
            Ok(Some(mut fitted)) => {
                fitted.calls = cx.calls();
                Ok(fitted)
            }
            Ok(None) | Err(Ended::Without(_) | Ended::Weak(_)) => Ok(script),
            Err(Ended::Stop(error)) => {
                Err(ScriptError::Failed { retryable: error.is_retryable(), source: Box::new(error) })
            }
        }
    }
}

#[cfg(test)]
mod tests;
