//! [`HibariVoice`]: the neural English voice `hibari/heart` and the speakers derived from it, in pure Rust.

use std::error::Error;
use std::sync::Arc;

use brainwrought_core::id::Digest;
use rten::{Model, NodeId, RunOptions, ThreadPool, ValueOrView};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, Tensor};
use tokio_util::sync::CancellationToken;

use super::super::noise::Noise;
use super::acoustics::{Acoustics, speak};
use super::pronunciation::{Phone, Pronunciation};
use super::timbre::{self, SpectrumParts, TIMBRES, Timbre};
use super::vocoder::{BINS, Vocoder};
use super::{ChunkSink, Engine, Utterance, VoiceError, VoiceFiles, VoiceRights, VoiceSettings};

/// Grows whenever the same files would say the same line in another way.
const SYNTHESIS: u32 = 2;
/// How much faster than the model's own speed is speed 1. At its own, documents are read at 143 to 169 words a minute, pauses
/// included; people follow 165 to 185.
const PACE: f32 = 1.1;
/// The model's tensor that holds how long each phoneme lasts.
const DURATIONS: &str = "/Clip_output_0";
/// The neural voice `hibari/heart` (American English, female, 24 kHz), or a speaker derived from it.
///
/// It keeps about 160 MB of lexicon and model in memory; clones and derived speakers share them.
#[derive(Debug, Clone)]
pub struct HibariVoice {
    parts: Arc<Parts>,
    timbre: Timbre,
    threads: Option<Arc<ThreadPool>>,
}

/// What all speakers share.
#[derive(Debug)]
struct Parts {
    pronunciation: Pronunciation,
    model: Model,
    nodes: Nodes,
    vocoder: Vocoder,
}

impl HibariVoice {
    /// Loads the voice; takes about half a second.
    ///
    /// # Errors
    ///
    /// Fails when a file is missing, unreadable or not the expected one.
    pub fn load(files: &VoiceFiles) -> Result<Self, VoiceError> {
        let model = Model::load(files.read("hibari.onnx")?).map_err(|e| failed("load its model", e))?;
        let nodes = Nodes::find(&model).map_err(|e| failed("find the parts of its model", e))?;
        let pronunciation = Pronunciation::load(files)?;
        let parts = Parts { pronunciation, model, nodes, vocoder: Vocoder::new() };
        Ok(Self { parts: Arc::new(parts), timbre: timbre::HEART, threads: None })
    }

    /// Lists the names of the speakers, the model's own first.
    pub fn speakers() -> impl Iterator<Item = &'static str> {
        TIMBRES.iter().map(|timbre| timbre.name)
    }

    /// The speaker called `name`, such as `hibari/oak`. It says every line at the same times as the others.
    pub fn speaker(&self, name: &str) -> Option<Self> {
        Timbre::named(name).map(|timbre| Self { timbre, ..self.clone() })
    }

    /// Uses a pool of `threads` threads of its own instead of one per core. The samples stay the same.
    #[must_use]
    pub fn with_threads(mut self, threads: usize) -> Self {
        self.threads = Some(Arc::new(ThreadPool::with_num_threads(threads.max(1))));
        self
    }

    fn options(&self) -> RunOptions {
        let mut options = RunOptions::default();
        options.thread_pool = self.threads.clone();
        options
    }
}

impl Engine for HibariVoice {
    fn name(&self) -> &str {
        self.timbre.name
    }

    fn identity(&self) -> String {
        let files: Vec<&str> = VoiceFiles::expected().iter().map(|(_, digest)| *digest).collect();
        format!(
            "{} synthesis {SYNTHESIS} of {}",
            self.timbre.name,
            Digest::of(files.join(" ").as_bytes()).as_str()
        )
    }

    fn rights(&self) -> VoiceRights {
        VoiceRights::installed()
    }

    fn speak(
        &self,
        utterance: &Utterance,
        cancellation: &CancellationToken,
        chunks: ChunkSink<'_>,
    ) -> Result<(), VoiceError> {
        speak(self, &self.parts.pronunciation, utterance, cancellation, chunks)
    }
}

impl Acoustics for HibariVoice {
    fn synthesise(
        &self,
        phones: &[Phone],
        manner: VoiceSettings,
    ) -> Result<(Vec<f32>, Vec<usize>), VoiceError> {
        // The model wants a blank before and after.
        let ids: Vec<i32> =
            std::iter::once(0).chain(phones.iter().map(|p| p.id)).chain(std::iter::once(0)).collect();
        let ids = NdTensor::from_data([1, ids.len()], ids);
        let speed = NdTensor::from_data([1], vec![manner.speed * PACE]);
        let inputs = vec![
            (self.parts.nodes.ids, ValueOrView::from(ids.view())),
            (self.parts.nodes.speed, ValueOrView::from(speed.view())),
        ];
        let outputs = self.parts.model.run(inputs, &self.parts.nodes.outputs, Some(self.options()));
        let outputs = outputs.map_err(|e| failed("run its model", e))?;
        let tensors: Vec<Tensor<f32>> = outputs
            .into_iter()
            .map(Tensor::try_from)
            .collect::<Result<_, _>>()
            .map_err(|e| failed("read what its model says", e))?;
        let tensors: Vec<Vec<f32>> = tensors.into_iter().map(Tensor::into_data).collect();
        let [harmonic_log, harmonic_phase, noise_log, free_log, free_phase, pitch, durations] =
            <[Vec<f32>; 7]>::try_from(tensors).map_err(|_| {
                failed("read what its model says", "the model has other outputs than expected")
            })?;
        debug_assert_eq!(harmonic_log.len(), BINS * pitch.len());
        let mut parts =
            SpectrumParts { harmonic_log, harmonic_phase, noise_log, free_log, free_phase, pitch };
        self.timbre.apply(&mut parts);
        let samples = self.parts.vocoder.synthesise(&parts.as_spectrum(), &mut Noise::new(manner.seed));
        let samples = samples
            .ok_or_else(|| failed("make a waveform", "the parts of the spectrum have different lengths"))?;
        Ok((samples, durations.iter().map(|units| units.round().max(0.0) as usize).collect()))
    }
}

/// The inputs and outputs of the model.
#[derive(Debug)]
struct Nodes {
    ids: NodeId,
    speed: NodeId,
    outputs: [NodeId; 7],
}

impl Nodes {
    fn find(model: &Model) -> Result<Self, rten::RunError> {
        let output = |name| model.node_id(name);
        Ok(Self {
            ids: model.node_id("ids")?,
            speed: model.node_id("speed")?,
            outputs: [
                output("lh")?,
                output("theta")?,
                output("ln")?,
                output("lr")?,
                output("phi")?,
                output("f0")?,
                output(DURATIONS)?,
            ],
        })
    }
}

fn failed(action: &str, source: impl Into<Box<dyn Error + Send + Sync>>) -> VoiceError {
    VoiceError::Engine {
        voice: timbre::HEART.name.to_owned(),
        action: action.to_owned(),
        source: source.into(),
    }
}
