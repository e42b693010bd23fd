//! [`ModelWriter`]: writes scripts with a language model, every fact of which a sentence of the document bears out.
//!
//! The document's sentences are numbered, and each line that a model writes names the one it comes from. So a citation
//! cannot be invented, and the claim gate compares each line with its sentence before anything is spoken. The work goes in
//! steps, each of which is remembered: an attempt goes on from where another stopped, and a changed prompt runs again.

mod cost_estimate;
mod draft;
mod facts;
mod prompt;
mod reply;
mod sources;

pub use cost_estimate::{ModelStep, model_steps};

use std::sync::Arc;

use async_trait::async_trait;
use brainwrought_core::data::{Document, Language, Profile, Script};
use brainwrought_core::event::LogLevel;
use brainwrought_core::report::chain;
use brainwrought_core::stage::{StageContext, StageError};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use self::draft::Draft;
use self::facts::Facts;
use self::reply::{Analysis, Hooks, Notes, Plan, ProfileReply, Questions, Rewrites, Scenes};
use self::sources::Sources;
use super::evidence::Evidence;
use super::offline::OfflineWriter;
use super::trends::{Trend, TrendLexicon, TrendSource, TrendTopic, research};
use super::writer::{Brief, ScriptError, ScriptWriter};
use crate::frame::PictureOffer;
use crate::llm::{ChosenLlm, LanguageModel, LlmError, Prompt, ask};
use crate::provider::ProviderError;

/// The steps of a script, for whoever watches.
const STEPS: u64 = 9;
/// Grows whenever the same replies would give another script.
const VERSION: u32 = 2;
/// A provider that does not answer is tried in so many attempts of the stage before the script is written without it.
const PATIENCE: u32 = 3;
/// The most tokens of a document that are sent at once to a model whose context is not known.
const USUAL_TOKENS: u32 = 24_000;
/// A model with less context than this gets the best sentences only, instead of reading section by section.
const SMALL_CONTEXT: u32 = 6_000;
/// A model with less context than this has no room for slang beside the document.
const TRENDS_CONTEXT: u32 = 2_000;
/// An answer may take this part of a context, so that it fits beside its prompt even where it needs twice the room.
const ANSWER_SHARE: u32 = 5;
/// What prompts and answers take of a context beside the document, in tokens.
const OVERHEAD_TOKENS: u32 = 900;

/// Writes scripts with a language model.
///
/// It is guaranteed that every fact line comes from a sentence of the document whose numbers, units, names and negations
/// it keeps: what a model gets wrong is rewritten once and then replaced by the sentence itself. A model that refuses, or
/// whose answers cannot be used, is done without: then the script is [`OfflineWriter`]'s, with a warning.
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
}

/// Why the model wrote no script.
enum Ended {
    /// The job stops here.
    Stop(StageError),
    /// The offline writer takes over.
    Without(String),
}

impl From<StageError> for Ended {
    fn from(error: StageError) -> Self {
        Self::Stop(error)
    }
}

impl ModelWriter {
    /// Writes with `model`.
    pub fn new(model: Arc<dyn LanguageModel>) -> Self {
        Self {
            name: model.name().to_owned(),
            model: Ok(model),
            offer: None,
            trends: Some(Arc::new(TrendLexicon)),
        }
    }

    /// Writes with the model that a user chose. A machine that lacks its key fails when it should write, and not before.
    pub fn chosen(chosen: ChosenLlm) -> Self {
        let trends: Option<Arc<dyn TrendSource>> = Some(Arc::new(TrendLexicon));
        Self { name: chosen.choice.to_string(), model: chosen.model, offer: None, trends }
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

    fn model(&self) -> Result<&Arc<dyn LanguageModel>, Ended> {
        self.model.as_ref().map_err(|error| Ended::Stop(StageError::fatal(Arc::clone(error))))
    }

    /// Asks for one step; what was answered before is remembered.
    async fn step<T>(&self, cx: &StageContext, name: &str, mut prompt: Prompt) -> Result<T, Ended>
    where
        T: Serialize + DeserializeOwned + JsonSchema + Send,
    {
        cx.check_cancelled()?;
        let model = Arc::clone(self.model()?);
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
            _ => Err(Ended::Without(why)),
        }
    }

    /// A step that the script can do without.
    async fn extra<T>(
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
            Err(Ended::Without(why)) => {
                warnings.push(format!("the step “{name}” was left out: {why}"));
                Ok(None)
            }
            Err(stop) => Err(stop),
        }
    }

    async fn written(
        &self,
        document: &Document,
        brief: &Brief,
        offline: &Script,
        cx: &StageContext,
    ) -> Result<Script, Ended> {
        let (held, language) = (document.clone(), offline.language.as_str().to_owned());
        let read = move || (Sources::new(&held, &language), Evidence::new(&held));
        let (sources, evidence) = tokio::task::spawn_blocking(read).await.map_err(StageError::from)?;
        if sources.is_empty() {
            return Err(Ended::Without("the document has no sentences that can be cited".to_owned()));
        }
        let mut warnings = sources.warnings();
        let chosen = self.select(&sources, brief, cx).await?;
        let material = sources.shown(&chosen);
        let prompts = prompt::Prompts {
            title: &document.title,
            language: &offline.language,
            material: &material,
            brief,
        };
        cx.progress(1, STEPS);
        let analysis: Analysis = self.step(cx, "analysis", prompts.analysis()).await?;
        cx.progress(2, STEPS);
        let questions: Option<Questions> =
            self.extra(cx, "quiz", prompts.quiz(&analysis), &mut warnings).await?;
        cx.progress(3, STEPS);
        let profile: Option<ProfileReply> =
            self.extra(cx, "profile", prompts.profile(&analysis), &mut warnings).await?;
        let profile: Option<Profile> = profile.map(ProfileReply::checked);
        cx.progress(5, STEPS);
        let trends = self.researched(&analysis, brief, &offline.language, cx, &mut warnings).await?;
        cx.progress(5, STEPS);
        let hooks: Option<Hooks> = self
            .extra(cx, "hooks", prompts.hooks(&analysis, profile.as_ref(), &trends), &mut warnings)
            .await?;
        cx.progress(6, STEPS);
        let prompt = prompts.scenes(&analysis, profile.as_ref(), hooks.as_ref(), &trends);
        let scenes: Scenes = self.step(cx, "scenes", prompt).await?;
        cx.progress(7, STEPS);
        let facts = Facts::new(evidence, &sources, offline.language.as_str());
        let scenes = self.grounded(scenes, &facts, &prompts, cx, &mut warnings).await?;
        cx.progress(8, STEPS);
        let offer = self.offer.as_ref();
        let plan: Option<Plan> = self
            .extra(cx, "assets", prompts.assets(&scenes, &document.figures, offer), &mut warnings)
            .await?;
        let draft = Draft {
            document,
            brief,
            offline,
            sources: &sources,
            facts: &facts,
            analysis: &analysis,
            questions: questions.as_ref(),
            profile,
            hooks: hooks.as_ref(),
            plan: plan.as_ref(),
            offer,
        };
        let mut script = draft.script(scenes, &self.name).map_err(Ended::Without)?;
        warnings.append(&mut script.warnings);
        script.warnings = warnings;
        cx.progress(9, STEPS);
        Ok(script)
    }

    /// What people say now, where the script may use any of it.
    async fn researched(
        &self,
        analysis: &Analysis,
        brief: &Brief,
        language: &Language,
        cx: &StageContext,
        warnings: &mut Vec<String>,
    ) -> Result<Vec<Trend>, Ended> {
        let most = match self.model()?.context_tokens() {
            Some(..TRENDS_CONTEXT) => 0,
            Some(..SMALL_CONTEXT) => 4,
            _ => usize::MAX,
        };
        let wanted = brief.slang > 0 && most > 0;
        let Some(source) = self.trends.as_ref().filter(|_| wanted) else { return Ok(Vec::new()) };
        let topic = TrendTopic {
            subject: analysis.subject.split_whitespace().collect::<Vec<_>>().join(" "),
            language: language.as_str().to_owned(),
            slang: brief.slang,
            seed: brief.seed,
        };
        let found = research(source.as_ref(), &topic, cx).await?;
        warnings.extend(found.warning);
        Ok(found.trends.into_iter().take(most).collect())
    }

    /// The sentences that the model gets to see: all, if they fit; else those that it marks while it reads the document
    /// part by part, or those that rank best where its context is too small for that.
    async fn select(&self, sources: &Sources, brief: &Brief, cx: &StageContext) -> Result<Vec<usize>, Ended> {
        let context = self.model()?.context_tokens();
        let room = context.map_or(USUAL_TOKENS, |context| {
            // The answer needs room too.
            (context.saturating_sub(OVERHEAD_TOKENS) / 2).max(200)
        });
        if sources.tokens() <= room {
            return Ok(sources.all());
        }
        if context.is_some_and(|context| context < SMALL_CONTEXT) {
            return Ok(sources.best(room));
        }
        let parts = sources.parts(room);
        // Together they may take half of the room, so that later prompts have some to spare.
        let most = (sources.count_within(room / 2) / parts.len().max(1)).max(3);
        let mut marked = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            let prompt = prompt::notes(&sources.shown(part), index + 1, parts.len(), most, brief.seed);
            let notes: Notes = self.step(cx, "notes", prompt).await?;
            let known = notes.sentences.iter().filter_map(|&number| sources.index(number));
            marked.extend(known.filter(|index| part.contains(index)).take(most));
        }
        marked.sort_unstable();
        marked.dedup();
        if marked.is_empty() { Ok(sources.best(room)) } else { Ok(marked) }
    }

    /// Passes every line through the claim gate; what fails is rewritten once, and then replaced by its sentence.
    async fn grounded(
        &self,
        mut scenes: Scenes,
        facts: &Facts<'_>,
        prompts: &prompt::Prompts<'_>,
        cx: &StageContext,
        warnings: &mut Vec<String>,
    ) -> Result<Scenes, Ended> {
        facts.recite(&mut scenes);
        let doubted = facts.doubted(&scenes);
        if doubted.is_empty() {
            return Ok(facts.settled(scenes, warnings));
        }
        cx.log(
            LogLevel::Info,
            format!("{} lines say what their sentences do not; asking to rewrite them", doubted.len()),
        );
        let rewrites: Option<Rewrites> =
            self.extra(cx, "rewrite", prompts.rewrite(&doubted), warnings).await?;
        for rewrite in rewrites.into_iter().flat_map(|rewrites| rewrites.lines) {
            let place = doubted.iter().find(|doubted| doubted.number == rewrite.number);
            let line =
                place.and_then(|doubted| scenes.scenes.get_mut(doubted.scene)?.lines.get_mut(doubted.line));
            if let Some(line) = line {
                line.text = rewrite.text;
            }
        }
        Ok(facts.settled(scenes, warnings))
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
        settings
    }

    async fn write(
        &self,
        document: &Document,
        brief: &Brief,
        cx: &StageContext,
    ) -> Result<Script, ScriptError> {
        let mut offline = OfflineWriter.write(document, brief, cx).await?;
        let context = |writer: &Self| writer.model.as_ref().ok().and_then(|model| model.context_tokens());
        let known = context(self);
        let mut written = self.written(document, brief, &offline, cx).await;
        // A server tells how much it takes when it is sent too much.
        if matches!(written, Err(Ended::Without(_))) && known != context(self) {
            written = self.written(document, brief, &offline, cx).await;
        }
        match written {
            Ok(mut script) => {
                script.calls = cx.calls();
                Ok(script)
            }
            Err(Ended::Without(why)) => {
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
}

#[cfg(test)]
mod tests;
