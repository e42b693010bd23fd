//! [`HibariVoice`]: the neural English voice `hibari/heart`, in pure Rust.

use std::error::Error;
use std::ops::Range;
use std::sync::Arc;

use rten::{Model, NodeId, RunOptions, ThreadPool, ValueOrView};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, Tensor};
use tokio_util::sync::CancellationToken;

use super::super::noise::Noise;
use super::super::spoken::spoken_form;
use super::envelope::Envelope;
use super::pronunciation::{Phone, Pronunciation};
use super::vocoder::{BINS, HOP, SAMPLE_RATE, Spectrum, Vocoder};
use super::{Manner, Speech, SpokenWord, Voice, VoiceError, VoiceFiles};

/// The name of the voice.
pub(super) const NAME: &str = "hibari/heart";
/// The model's tensor that holds how long each phoneme lasts.
const DURATIONS: &str = "/Clip_output_0";
/// Samples of one unit of duration: two frames, 25 ms.
const UNIT: usize = 2 * HOP;
/// The durations place a word this much later than a forced aligner hears it (45 ms, measured against pocketsphinx).
const LATE: usize = SAMPLE_RATE as usize * 45 / 1000;
/// The model was trained on sentences up to about this length.
const MAX_PHONES: usize = 400;
/// What stays of the silence at either end of a line.
const MARGIN: usize = SAMPLE_RATE as usize * 15 / 1000;
/// How far around its computed place the onset of a word after a pause is looked for.
const REACH: usize = SAMPLE_RATE as usize * 120 / 1000;

/// The neural voice `hibari/heart` (American English, female, 24 kHz).
///
/// It keeps about 160 MB of lexicon and model in memory and is shared between threads by reference.
#[derive(Debug)]
pub struct HibariVoice {
    pronunciation: Pronunciation,
    model: Model,
    nodes: Nodes,
    vocoder: Vocoder,
    threads: Option<Arc<ThreadPool>>,
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
        Ok(Self {
            pronunciation: Pronunciation::load(files)?,
            model,
            nodes,
            vocoder: Vocoder::new(),
            threads: None,
        })
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

    /// Speaks phonemes; returns the samples and how many units each phoneme lasts.
    fn synthesise(&self, phones: &[Phone], manner: Manner) -> Result<(Vec<f32>, Vec<usize>), VoiceError> {
        // The model wants a blank before and after.
        let ids: Vec<i32> =
            std::iter::once(0).chain(phones.iter().map(|p| p.id)).chain(std::iter::once(0)).collect();
        let ids = NdTensor::from_data([1, ids.len()], ids);
        let speed = NdTensor::from_data([1], vec![manner.speed]);
        let inputs = vec![
            (self.nodes.ids, ValueOrView::from(ids.view())),
            (self.nodes.speed, ValueOrView::from(speed.view())),
        ];
        let outputs = self.model.run(inputs, &self.nodes.outputs, Some(self.options()));
        let outputs = outputs.map_err(|e| failed("run its model", e))?;
        let tensors: Vec<Tensor<f32>> = outputs
            .into_iter()
            .map(Tensor::try_from)
            .collect::<Result<_, _>>()
            .map_err(|e| failed("read what its model says", e))?;
        let parts: Vec<Vec<f32>> = tensors.into_iter().map(Tensor::into_data).collect();
        let [harmonic_log, harmonic_phase, noise_log, free_log, free_phase, pitch, durations] =
            parts.as_slice()
        else {
            return Err(failed("read what its model says", "the model has other outputs than expected"));
        };
        debug_assert_eq!(harmonic_log.len(), BINS * pitch.len());
        let spectrum = Spectrum { harmonic_log, harmonic_phase, noise_log, free_log, free_phase, pitch };
        let samples = self.vocoder.synthesise(&spectrum, &mut Noise::new(manner.seed));
        let samples = samples
            .ok_or_else(|| failed("make a waveform", "the parts of the spectrum have different lengths"))?;
        Ok((samples, durations.iter().map(|units| units.round().max(0.0) as usize).collect()))
    }
}

impl Voice for HibariVoice {
    fn name(&self) -> &str {
        NAME
    }

    fn speak(
        &self,
        line: &str,
        manner: Manner,
        cancellation: &CancellationToken,
    ) -> Result<Speech, VoiceError> {
        let tokens = spoken_form(line);
        let phones =
            self.pronunciation.phones(&tokens).map_err(|e| failed("find how the line is said", e))?;
        let mut samples = Vec::new();
        let mut heard: Vec<Option<Range<usize>>> = vec![None; tokens.len()];
        for chunk in chunks(&phones) {
            if cancellation.is_cancelled() {
                return Err(VoiceError::Cancelled);
            }
            let (sound, units) = self.synthesise(chunk, manner)?;
            let words = place_words(chunk, &units, &sound);
            let trimmed = trim(&sound, &words);
            let offset = samples.len();
            for (word, range) in words {
                let shift = |at: usize| offset + at.clamp(trimmed.start, trimmed.end) - trimmed.start;
                let range = shift(range.start)..shift(range.end);
                let place = heard.get_mut(word).expect("a phone belongs to one of the tokens");
                *place = Some(place.as_ref().map_or(range.start, |known| known.start)..range.end);
            }
            samples.extend_from_slice(&sound[trimmed]);
        }
        fade_ends(&mut samples);
        let mut last = 0;
        let words = tokens
            .into_iter()
            .zip(heard)
            .map(|(token, range)| {
                let range = range.unwrap_or(last..last);
                let range = range.start.max(last)..range.end.max(last);
                last = range.end;
                SpokenWord { written: token.written, samples: range }
            })
            .collect();
        Ok(Speech { samples, sample_rate: SAMPLE_RATE, words })
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

/// Splits a line that is longer than the model was trained on, at punctuation if there is any, else between words.
fn chunks(phones: &[Phone]) -> Vec<&[Phone]> {
    let mut rest = phones;
    let mut chunks = Vec::new();
    while rest.len() > MAX_PHONES {
        let window = &rest[..MAX_PHONES];
        let spaces = || (1..window.len()).rev().filter(|&at| window[at].is_space());
        let cut = spaces().find(|&at| window[at - 1].is_pause()).or_else(|| spaces().next());
        let cut = cut.unwrap_or(MAX_PHONES - 1);
        chunks.push(&rest[..cut]);
        rest = &rest[cut..];
        while rest.first().is_some_and(|first| first.is_space()) {
            rest = &rest[1..];
        }
    }
    if !rest.is_empty() {
        chunks.push(rest);
    }
    chunks
}

/// Finds where each word is heard. Words that only pause are left out.
fn place_words(phones: &[Phone], units: &[usize], sound: &[f32]) -> Vec<(usize, Range<usize>)> {
    let envelope = Envelope::of(sound, SAMPLE_RATE);
    // starts[i] is where phone i starts; the blank before the first phone comes first.
    let mut starts = Vec::with_capacity(phones.len() + 1);
    let mut at = units.first().copied().unwrap_or(0);
    for place in 0..=phones.len() {
        starts.push((at * UNIT).saturating_sub(LATE).min(sound.len()));
        at += units.get(place + 1).copied().unwrap_or(0);
    }
    let mut words: Vec<(usize, Range<usize>)> = Vec::new();
    let mut after_pause = true;
    let mut place = 0;
    while place < phones.len() {
        let phone = phones[place];
        let Some(word) = phone.word.filter(|_| !phone.is_pause()) else {
            after_pause |= !phone.is_space();
            place += 1;
            continue;
        };
        let first = place;
        while place < phones.len() && phones[place].word == Some(word) && !phones[place].is_pause() {
            place += 1;
        }
        let mut range = starts[first]..starts[place].max(starts[first]);
        let before = words.last().map_or(0, |(_, known)| known.end);
        if after_pause {
            let from = before.max(range.start.saturating_sub(REACH));
            let to = (range.start + REACH).min(range.end).max(from);
            if let Some(onset) = envelope.onset(from..to) {
                range.start = onset;
            }
        }
        let pauses = phones.get(place).is_none_or(|next| next.is_pause() && !next.is_space());
        if pauses {
            // The sound of a last word runs on past its phonemes' own time, and the silence of the pause may be
            // counted to them: what is heard decides.
            let until = starts.get(place + 1).copied().unwrap_or(sound.len()).min(range.end + REACH);
            let heard = envelope.heard(range.start..until.max(range.end));
            if !heard.is_empty() {
                range.end = heard.end;
            }
        }
        range.start = range.start.max(before);
        range.end = range.end.max(range.start);
        match words.last_mut() {
            Some((known, whole)) if *known == word => whole.end = range.end,
            _ => words.push((word, range)),
        }
        after_pause = false;
    }
    words
}

/// What of the sound is kept: from shortly before the first word to shortly after the last.
fn trim(sound: &[f32], words: &[(usize, Range<usize>)]) -> Range<usize> {
    let heard = Envelope::of(sound, SAMPLE_RATE).heard(0..sound.len());
    let first = words.first().map_or(heard.start, |(_, range)| range.start.min(heard.start));
    let last = words.last().map_or(heard.end, |(_, range)| range.end.max(heard.end));
    first.saturating_sub(MARGIN)..(last + MARGIN).min(sound.len())
}

/// Takes the edge off a cut.
fn fade_ends(samples: &mut [f32]) {
    let length = (SAMPLE_RATE as usize / 200).min(samples.len() / 2);
    let total = samples.len();
    for n in 0..length {
        let gain = n as f32 / length as f32;
        samples[n] *= gain;
        samples[total - 1 - n] *= gain;
    }
}

fn failed(action: &str, source: impl Into<Box<dyn Error + Send + Sync>>) -> VoiceError {
    VoiceError::Engine { voice: NAME.to_owned(), action: action.to_owned(), source: source.into() }
}
