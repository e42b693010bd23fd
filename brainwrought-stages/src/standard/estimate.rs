//! [`Estimate`]: what a video will cost, estimated before anything is paid for.

use std::path::PathBuf;
use std::sync::Arc;

use brainwrought_core::artifact_store::{ArtifactStore, ArtifactStoreError};
use brainwrought_core::budget::Cost;
use brainwrought_core::data::{Document, SourcePdf};
use brainwrought_core::engine::{Engine, EngineError, EngineSettings, Submission};
use brainwrought_core::id::WorkerId;
use brainwrought_core::memory::MemoryJobStore;
use brainwrought_core::pipeline::{Handle, Pipeline};
use brainwrought_core::stage::Stage as _;
use bytes::Bytes;
use serde::{Serialize, Serializer};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::{MakeOptions, Resources};
use crate::assemble::Assemble;
use crate::audio::{EffectLibrary, HostedVoice, Mix, Narrate, VoiceError};
use crate::parse::{OcrMode, ParsePdf};
use crate::provider::{Price, ProviderError, ProviderSettings};
use crate::script::{Brief, WriteScript, model_steps};
use crate::visuals::PrepareVisuals;

/// Letters that a second of narration has: 165 words a minute of six letters with their space.
const LETTERS: f64 = 16.5;
/// The most letters that a second of narration has: 200 words a minute of eight letters, in a video that is 7 % too long.
const MAX_LETTERS: f64 = 28.6;
/// A line is spoken in one call, and takes so many seconds.
const LINE_SECONDS: f64 = 3.0;
/// A scene takes so many milliseconds.
const SCENE_MS: u64 = 5_000;
/// The most scenes that a model plans pictures for.
const MAX_SCENES: u64 = 16;
/// A sound is asked for every so many milliseconds.
const EFFECT_MS: u64 = 10_000;
/// The most letters of the text that a designed voice is tried on.
const DESIGN_LETTERS: u64 = 1_000;

/// What a video will cost by stage and provider, for those that are paid or whose price nobody knows. Sorted as the stages are.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Estimate {
    /// The lines.
    pub lines: Vec<EstimateLine>,
}

/// What one stage will spend on one provider.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EstimateLine {
    /// The stage.
    pub stage: &'static str,
    /// The provider and its model, such as `openai/gpt-5-mini`.
    pub provider: String,
    /// How many calls there usually are.
    pub calls: u64,
    /// What it will cost; `None` when nobody knows the price.
    #[serde(flatten, serialize_with = "dollars")]
    pub costs: Option<Costs>,
}

/// What something will cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Costs {
    /// When every answer is as it should be.
    pub usually: Cost,
    /// When every answer is as long as it may be and has to be asked for again; calls that are lost on the way still come
    /// on top.
    pub most: Cost,
}

/// Why nobody can tell what a video will cost.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EstimateError {
    /// The PDF cannot be read.
    #[error("the PDF could not be read: {0}")]
    Unread(String),
    /// The work could not be done on this machine.
    #[error("could not read the PDF to reckon what the video costs")]
    Engine(#[from] EngineError),
    /// What was read is not there.
    #[error("could not find what was read of the PDF")]
    Artifact(#[from] ArtifactStoreError),
    /// What was read makes no sense.
    #[error("what was read of the PDF is damaged")]
    Damaged(#[from] serde_json::Error),
    /// A provider cannot be called with these settings.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// A voice cannot be used with these settings.
    #[error(transparent)]
    Voice(#[from] VoiceError),
}

fn dollars<S: Serializer>(costs: &Option<Costs>, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Dollars {
        usually_usd: Option<f64>,
        most_usd: Option<f64>,
    }
    let usd = |cost: fn(&Costs) -> Cost| costs.as_ref().map(|costs| cost(costs).usd());
    Dollars { usually_usd: usd(|costs| costs.usually), most_usd: usd(|costs| costs.most) }
        .serialize(serializer)
}

impl Estimate {
    /// Tells whether anybody is paid, as far as is known.
    pub fn is_paid(&self) -> bool {
        !self.lines.is_empty()
    }

    /// The sum of what is known.
    pub fn total(&self) -> Costs {
        let known = || self.lines.iter().filter_map(|line| line.costs);
        Costs {
            usually: known().map(|costs| costs.usually).sum(),
            most: known().map(|costs| costs.most).sum(),
        }
    }

    /// The providers whose price nobody knows.
    pub fn unpriced(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().filter(|line| line.costs.is_none()).map(|line| line.provider.as_str())
    }

    fn add(&mut self, stage: &'static str, bill: &Paid, calls: usize, reckon: impl FnOnce(&Price) -> Costs) {
        let costs = bill.price.as_ref().map(reckon);
        let provider = bill.provider.clone();
        self.lines.push(EstimateLine { stage, provider, calls: calls as u64, costs });
    }
}

/// Somebody who is paid, or of whom nobody knows it.
#[derive(Debug)]
struct Paid {
    provider: String,
    price: Option<Price>,
}

/// Reckons what a video of `pdf` will cost. Nobody is called, and nothing is connected; the PDF is read on this machine
/// when somebody is paid by what it holds. What was read goes into `artifacts`, where a job finds it again.
///
/// # Errors
///
/// Fails when the PDF cannot be read, and when the settings of a provider make no sense.
pub async fn estimate(
    options: &MakeOptions,
    file_name: &str,
    pdf: Bytes,
    resources: &Resources,
    artifacts: Arc<dyn ArtifactStore>,
    scratch: PathBuf,
) -> Result<Estimate, EstimateError> {
    let mut estimate = Estimate::default();
    let is_written = options.script.is_some() || options.approved_script.is_some();
    if let Some(choice) = options.llm.as_ref().filter(|_| !is_written) {
        let quote = choice.quote(&resources.providers)?;
        if let Some(paid) = paid(quote.provider, quote.price) {
            let document = document(file_name, pdf, options.ocr, resources, artifacts, scratch).await?;
            let brief = Brief {
                length_ms: options.length_ms,
                seed: options.seed.unwrap_or(1),
                slang: options.slang.min(3),
                memes: options.memes.min(3),
                dialogue: options.dialogue,
                ..Brief::default()
            };
            let at_once = options.document_tokens;
            let reckon = move || model_steps(&document, &brief, quote.context_tokens, at_once);
            let reckoned = tokio::task::spawn_blocking(reckon);
            let steps = reckoned.await.map_err(|error| EstimateError::Unread(error.to_string()))?;
            estimate.add(WriteScript::NAME, &paid, steps.len(), |price| Costs {
                usually: steps.iter().map(|step| step.usually(price)).sum(),
                most: steps.iter().map(|step| step.at_most(price)).sum(),
            });
        }
    }
    for line in narration(options, &resources.providers)? {
        if !estimate.lines.contains(&line) {
            estimate.lines.push(line);
        }
    }
    // Without a model, nobody asks for what costs.
    if options.llm.is_some() {
        estimate.lines.extend(searches(options, &resources.providers)?);
        estimate.lines.extend(illustrations(options, &resources.providers)?);
        estimate.lines.extend(effects(options, &resources.providers)?);
    }
    Ok(estimate)
}

/// What looking trends up will cost: once a job.
fn searches(
    options: &MakeOptions,
    settings: &ProviderSettings,
) -> Result<Option<EstimateLine>, EstimateError> {
    let quote = if options.slang == 0 { None } else { options.trends.quote(settings)? };
    Ok(quote.map(|quote| by_the_piece(WriteScript::NAME, quote, 1, 1)))
}

/// What pictures from elsewhere will cost: usually one in every second scene, at most two tries for every one.
fn illustrations(
    options: &MakeOptions,
    settings: &ProviderSettings,
) -> Result<Option<EstimateLine>, EstimateError> {
    let quote = options.pictures.as_ref().map(|pictures| pictures.quote(settings)).transpose()?.flatten();
    let scenes = options.length_ms.div_ceil(SCENE_MS).clamp(3, MAX_SCENES);
    Ok(quote.map(|quote| by_the_piece(PrepareVisuals::NAME, quote, scenes.div_ceil(2), 2 * scenes)))
}

/// What sounds will cost: usually one every ten seconds, at most two tries for one every four, which is as close as they are
/// let come.
fn effects(
    options: &MakeOptions,
    settings: &ProviderSettings,
) -> Result<Option<EstimateLine>, EstimateError> {
    let quote = EffectLibrary::quote(options.effects, settings)?;
    let every = |ms: u64| options.length_ms.div_ceil(ms).max(1);
    let closest = Mix::default().effect_gap_ms;
    Ok(quote.map(|quote| by_the_piece(Assemble::NAME, quote, every(EFFECT_MS), 2 * every(closest))))
}

/// What so many things cost, each at the same price.
fn by_the_piece(
    stage: &'static str,
    (provider, one): (String, Option<Cost>),
    usual: u64,
    most: u64,
) -> EstimateLine {
    let many = |one: Cost, count: u64| Cost(one.0.saturating_mul(count));
    let costs = one.map(|one| Costs { usually: many(one, usual), most: many(one, most) });
    EstimateLine { stage, provider, calls: usual, costs }
}

/// What the hosted voices will cost: each may have to speak all of it.
fn narration(options: &MakeOptions, settings: &ProviderSettings) -> Result<Vec<EstimateLine>, EstimateError> {
    let mut estimate = Estimate::default();
    let seconds = options.length_ms as f64 / 1000.0;
    let lines = (seconds / LINE_SECONDS).ceil() as usize;
    for name in [&options.voice, &options.voice2] {
        // What is no voice is said where it is used.
        let Some(voice) = HostedVoice::is_meant(name).then(|| name.parse::<HostedVoice>().ok()).flatten()
        else {
            continue;
        };
        let (provider, price) = voice.quote(settings)?;
        let Some(paid) = paid(provider, price) else { continue };
        let design = if matches!(voice, HostedVoice::Designed { .. }) { DESIGN_LETTERS } else { 0 };
        estimate.add(Narrate::NAME, &paid, lines, |price| {
            let calls: Cost = (1..lines).map(|_| price.one_call()).sum();
            let speech = |letters: f64| price.speech((seconds * letters).ceil() as u64 + design) + calls;
            Costs { usually: speech(LETTERS), most: speech(MAX_LETTERS) }
        });
    }
    Ok(estimate.lines)
}

/// Leaves out who works for nothing.
fn paid(provider: String, price: Option<Price>) -> Option<Paid> {
    (price != Some(Price::default())).then_some(Paid { provider, price })
}

/// Reads a PDF as a job would, so that a job finds it read.
async fn document(
    file_name: &str,
    pdf: Bytes,
    ocr: OcrMode,
    resources: &Resources,
    artifacts: Arc<dyn ArtifactStore>,
    scratch: PathBuf,
) -> Result<Document, EstimateError> {
    let host = resources.host.clone();
    let pipelines = move |_: &str, _: &Value| {
        let parse = ParsePdf { host: host.clone(), ocr, ..ParsePdf::default() };
        Pipeline::new(ParsePdf::NAME, |p, pdf: Handle<SourcePdf>| p.stage(parse, pdf))
    };
    let mut settings = EngineSettings::new(WorkerId("estimate".to_owned()), scratch);
    settings.keeps_holds = false;
    let engine =
        Engine::new(Arc::new(MemoryJobStore::default()), Arc::clone(&artifacts), pipelines, settings);
    let submission = Submission::of_pdf(ParsePdf::NAME, file_name, pdf);
    let id = engine.submit(submission).await?.view.job.job_id;
    let job = engine.run_job(&id, CancellationToken::new()).await?.job;
    let Some(output) = job.stages.first().and_then(|task| task.output.clone()) else {
        return Err(EstimateError::Unread(job.error().unwrap_or_else(|| "it was not read".to_owned())));
    };
    let mut envelope: Value = serde_json::from_slice(&artifacts.get(&output).await?)?;
    Ok(serde_json::from_value(envelope["value"].take())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::Effects;
    use crate::script::TrendChoice;
    use crate::visuals::Pictures;

    fn settings(prices: &str) -> ProviderSettings {
        let prices = serde_json::from_str::<crate::provider::Prices>(prices).unwrap();
        ProviderSettings { prices, ..ProviderSettings::default() }
    }

    fn spoken(voice: &str, prices: &str) -> Vec<EstimateLine> {
        let options = MakeOptions { voice: voice.to_owned(), length_ms: 60_000, ..MakeOptions::default() };
        narration(&options, &settings(prices)).unwrap()
    }

    #[test]
    fn a_hosted_voice_is_reckoned_by_the_length_of_the_video_and_needs_no_key() {
        let lines = spoken("openai:alloy@tts-1", r#"{ "openai/tts-1": { "characters": 15 } }"#);
        let costs = Costs { usually: Cost(990 * 15), most: Cost(1_716 * 15) };
        let provider = "openai/tts-1".to_owned();
        assert_eq!(lines, [EstimateLine { stage: "audio", provider, calls: 20, costs: Some(costs) }]);
        let designed = "elevenlabs:design:A calm old man who has seen it all.";
        let prices = r#"{ "elevenlabs/eleven_multilingual_v2": { "characters": 300 } }"#;
        assert_eq!(spoken(designed, prices)[0].costs.unwrap().usually, Cost(1_990 * 300));
    }

    #[test]
    fn pictures_searches_and_sounds_are_reckoned_by_the_piece() {
        let prices = settings(
            r#"{ "openai/gpt-image-1": { "image": 0.25 }, "tavily/*": { "call": 0.5 },
                 "elevenlabs/sound-generation": { "call": 1 } }"#,
        );
        let options = MakeOptions {
            length_ms: 60_000,
            pictures: Some(Pictures::OpenAi("gpt-image-1".to_owned())),
            trends: TrendChoice::Tavily,
            effects: Effects::ElevenLabs,
            ..MakeOptions::default()
        };
        let costs = |usually: u64, most: u64| Some(Costs { usually: Cost(usually), most: Cost(most) });
        let line = illustrations(&options, &prices).unwrap().unwrap();
        assert_eq!((line.stage, line.calls), ("visuals", 6));
        assert_eq!(line.costs, costs(1_500_000, 6_000_000));
        let line = searches(&options, &prices).unwrap().unwrap();
        assert_eq!((line.provider.as_str(), line.calls), ("tavily/search", 1));
        assert_eq!(line.costs, costs(500_000, 500_000));
        let line = effects(&options, &prices).unwrap().unwrap();
        assert_eq!((line.stage, line.calls), ("assemble", 6));
        assert_eq!(line.costs, costs(6_000_000, 30_000_000));

        let free = MakeOptions { pictures: Some(Pictures::Pixabay), slang: 0, ..options };
        assert_eq!(illustrations(&free, &prices).unwrap(), None);
        assert_eq!(searches(&free, &prices).unwrap(), None);
        assert_eq!(effects(&MakeOptions::default(), &prices).unwrap(), None);
    }

    #[test]
    fn nobody_is_paid_for_what_is_made_here() {
        assert!(spoken("auto", "{}").is_empty());
        assert!(spoken("http://127.0.0.1:8880/v1#af_sky", "{}").is_empty());
        let priced = r#"{ "speech-server/tts-1": { "call": 0.01 } }"#;
        assert_eq!(spoken("http://127.0.0.1:8880/v1#af_sky", priced)[0].costs.unwrap().most, Cost(200_000));
    }

    #[test]
    fn a_price_that_nobody_knows_is_no_price_of_nothing() {
        let estimate = Estimate { lines: spoken("openai:alloy", "{}") };
        assert!(estimate.is_paid());
        assert_eq!(estimate.unpriced().collect::<Vec<_>>(), ["openai/gpt-4o-mini-tts"]);
        let json = serde_json::to_value(&estimate).unwrap();
        assert_eq!((&json["lines"][0]["most_usd"], &json["lines"][0]["calls"]), (&Value::Null, &20.into()));
    }
}
