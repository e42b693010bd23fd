//! [`HibariVoice`]: the neural English voice `hibari/heart` and the speakers derived from it, in pure Rust.

use std::collections::BTreeMap;
use std::error::Error;
use std::ops::Range;
use std::sync::Arc;

use brainwrought_core::id::Digest;
use rten::{Model, NodeId, RunOptions, ThreadPool, ValueOrView};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, Tensor};
use tokio_util::sync::CancellationToken;

use super::super::lexicon::Saying;
use super::super::noise::Noise;
use super::super::spoken::{SpokenToken, spoken_form};
use super::envelope::Envelope;
use super::pronunciation::{Phone, Pronunciation};
use super::timbre::{self, SpectrumParts, TIMBRES, Timbre};
use super::vocoder::{BINS, HOP, SAMPLE_RATE, Vocoder};
use super::{ChunkSink, Engine, Manner, Speech, SpokenWord, Utterance, VoiceError, VoiceFiles};

/// Grows whenever the same files would say the same line in another way.
const SYNTHESIS: u32 = 1;
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

    /// Speaks phonemes; returns the samples and how many units each phoneme lasts.
    fn synthesise(&self, phones: &[Phone], manner: Manner) -> Result<(Vec<f32>, Vec<usize>), VoiceError> {
        // The model wants a blank before and after.
        let ids: Vec<i32> =
            std::iter::once(0).chain(phones.iter().map(|p| p.id)).chain(std::iter::once(0)).collect();
        let ids = NdTensor::from_data([1, ids.len()], ids);
        let speed = NdTensor::from_data([1], vec![manner.speed]);
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

    fn speak(
        &self,
        utterance: &Utterance,
        cancellation: &CancellationToken,
        chunks: ChunkSink<'_>,
    ) -> Result<(), VoiceError> {
        let (tokens, laid_down) = said(utterance);
        let phones = self
            .parts
            .pronunciation
            .phones(&tokens, &laid_down)
            .map_err(|e| failed("find how the line is said", e))?;
        let mut tokens = tokens.into_iter().enumerate().peekable();
        let passages = passages(&phones);
        let last_passage = passages.len().saturating_sub(1);
        for (number, passage) in passages.iter().enumerate() {
            if cancellation.is_cancelled() {
                return Err(VoiceError::Cancelled);
            }
            let (sound, units) = self.synthesise(passage, utterance.manner)?;
            let places = place_words(passage, &units, &sound);
            let trimmed = trim(&sound, &places);
            let mut words: Vec<SpokenWord> = Vec::with_capacity(places.len());
            for (word, range) in places {
                let shift = |at: usize| at.clamp(trimmed.start, trimmed.end) - trimmed.start;
                let last = words.last().map_or(0, |last| last.samples.end);
                let (start, end) = (shift(range.start).max(last), shift(range.end).max(last));
                // Words without phones are heard as nothing, after the word before them.
                while let Some((_, token)) = tokens.next_if(|(place, _)| *place < word) {
                    words.push(silence(token.written, last));
                }
                match tokens.next_if(|(place, _)| *place == word) {
                    Some((_, token)) => {
                        words.push(SpokenWord { written: token.written, samples: start..end });
                    }
                    // The word was begun in the passage before; what is left of it has no place of its own.
                    None => words.last_mut().map_or((), |last| last.samples.end = end),
                }
            }
            if number == last_passage {
                let last = words.last().map_or(0, |last| last.samples.end);
                words.extend(tokens.by_ref().map(|(_, token)| silence(token.written, last)));
            }
            let mut samples = sound.get(trimmed).unwrap_or_default().to_vec();
            fade_ends(&mut samples);
            chunks(Speech { samples, sample_rate: SAMPLE_RATE, words });
        }
        // Nothing is left unless nothing of the line is said.
        let words: Vec<SpokenWord> = tokens.map(|(_, token)| silence(token.written, 0)).collect();
        if !words.is_empty() {
            chunks(Speech { samples: Vec::new(), sample_rate: SAMPLE_RATE, words });
        }
        Ok(())
    }
}

/// What is said for each word, and the phonemes of those for which the lexicon has them.
fn said(utterance: &Utterance) -> (Vec<SpokenToken>, BTreeMap<usize, String>) {
    let mut tokens = spoken_form(&utterance.line);
    let mut phonemes = BTreeMap::new();
    for (word, token) in tokens.iter_mut().enumerate() {
        let written = utterance.line.get(token.written.clone()).unwrap_or_default();
        match utterance.lexicon.saying(written) {
            Some(Saying::Words(words)) => {
                let stop = token.spoken.chars().next_back().filter(|c| c.is_ascii_punctuation());
                let words = spoken_form(&words).into_iter().map(|token| token.spoken);
                token.spoken = words.collect::<Vec<_>>().join(" ");
                token.spoken.extend(stop);
            }
            Some(Saying::Phonemes(said)) => drop(phonemes.insert(word, said)),
            None => {}
        }
    }
    (tokens, phonemes)
}

/// A word that is heard as nothing.
fn silence(written: Range<usize>, at: usize) -> SpokenWord {
    SpokenWord { written, samples: at..at }
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
fn passages(phones: &[Phone]) -> Vec<&[Phone]> {
    let mut rest = phones;
    let mut passages = Vec::new();
    while rest.len() > MAX_PHONES {
        let window = &rest[..MAX_PHONES];
        let spaces = || (1..window.len()).rev().filter(|&at| window[at].is_space());
        let cut = spaces().find(|&at| window[at - 1].is_pause()).or_else(|| spaces().next());
        let cut = cut.unwrap_or(MAX_PHONES - 1);
        passages.push(&rest[..cut]);
        rest = &rest[cut..];
        while rest.first().is_some_and(|first| first.is_space()) {
            rest = &rest[1..];
        }
    }
    if !rest.is_empty() {
        passages.push(rest);
    }
    passages
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
    VoiceError::Engine {
        voice: timbre::HEART.name.to_owned(),
        action: action.to_owned(),
        source: source.into(),
    }
}
