//! [`PiperVoice`]: a voice of Piper from its two files, in pure Rust; espeak-ng says how words are pronounced.

use std::collections::BTreeMap;
use std::error::Error;
use std::ops::Range;
use std::path::PathBuf;

use brainwrought_core::data::{BlobRef, Language};
use brainwrought_core::id::Digest;
use rten::{Model, NodeId, ValueOrView};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, Tensor};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use unicode_normalization::UnicodeNormalization;

use super::super::lexicon::Saying;
use super::super::noise::Noise;
use super::super::spoken::{SpokenToken, spoken_form};
use super::envelope::Envelope;
use super::espeak_program::EspeakProgram;
use super::{ChunkSink, Engine, Speech, SpokenWord, Utterance, VoiceError, VoiceRights};

/// Grows whenever the same files would say the same line in another way.
const SYNTHESIS: u32 = 1;
/// The model's tensor that holds how many frames each phoneme lasts.
const DURATIONS: &str = "/Ceil_output_0";
/// The model's tensors that are drawn by chance: the rhythm, and the sound. They are given instead, so that the same line
/// gets the same samples.
const RHYTHM_NOISE: &str = "/dp/RandomNormalLike_output_0";
const SOUND_NOISE: &str = "/RandomNormalLike_output_0";
/// Punctuation that shapes the melody.
const MELODY: &str = ".,;:!?";
/// What stays of the silence at either end of a line, in milliseconds.
const MARGIN_MS: usize = 15;

/// The files of a voice of Piper in the artifact store. They travel with the job, so that every worker has the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PiperFiles {
    /// The `.onnx` file.
    pub model: BlobRef,
    /// The `.onnx.json` file.
    pub settings: BlobRef,
}

/// A voice of Piper: a VITS model as `NAME.onnx` with `NAME.onnx.json` beside it.
#[derive(Debug)]
pub struct PiperVoice {
    name: String,
    identity: String,
    model: Model,
    nodes: Nodes,
    settings: PiperSettings,
    espeak: EspeakProgram,
    language: Language,
}

/// The part of a voice's `.onnx.json` that is used.
#[derive(Debug, Deserialize)]
struct PiperSettings {
    audio: AudioSettings,
    espeak: EspeakSettings,
    #[serde(default)]
    inference: Inference,
    #[serde(default)]
    phoneme_type: Option<String>,
    phoneme_id_map: BTreeMap<String, Vec<i32>>,
}

#[derive(Debug, Deserialize)]
struct AudioSettings {
    sample_rate: u32,
}

#[derive(Debug, Deserialize)]
struct EspeakSettings {
    voice: String,
}

/// How lively the voice is; the defaults are Piper's own.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default)]
struct Inference {
    noise_scale: f32,
    length_scale: f32,
    noise_w: f32,
}

impl Default for Inference {
    fn default() -> Self {
        Self { noise_scale: 0.667, length_scale: 1.0, noise_w: 0.8 }
    }
}

impl PiperVoice {
    /// Loads a voice called `name` from the bytes of its two files; takes about half a second.
    ///
    /// # Errors
    ///
    /// Fails when a file is none of Piper's, the voice speaks another language, or espeak-ng (a path, or a name in
    /// `PATH`) is missing.
    pub fn load(
        name: &str,
        model: Vec<u8>,
        settings: &[u8],
        language: &Language,
        espeak: impl Into<PathBuf>,
        cancellation: &CancellationToken,
    ) -> Result<Self, VoiceError> {
        let wrong = |reason: &str, source: Box<dyn Error + Send + Sync>| VoiceError::NotPiper {
            voice: name.to_owned(),
            reason: reason.to_owned(),
            source: Some(source),
        };
        let refused = |reason: String| VoiceError::NotPiper { voice: name.to_owned(), reason, source: None };
        let digests = [Digest::of(&model), Digest::of(settings)];
        let settings: PiperSettings = serde_json::from_slice(settings)
            .map_err(|e| wrong("its .onnx.json does not describe a voice", e.into()))?;
        if settings.phoneme_type.as_deref().is_some_and(|kind| kind != "espeak") {
            return Err(refused("it reads letters, not phonemes of espeak-ng".to_owned()));
        }
        if settings.audio.sample_rate < 8_000 || settings.audio.sample_rate > 96_000 {
            return Err(refused(format!("{} Hz is no sample rate of a voice", settings.audio.sample_rate)));
        }
        let spoken = settings.espeak.voice.split('-').next().unwrap_or_default().to_lowercase();
        let wanted = language.as_str();
        if wanted != "und"
            && spoken != super::espeak::espeak_code(wanted).split('-').next().unwrap_or_default()
        {
            return Err(VoiceError::OtherLanguage {
                voice: name.to_owned(),
                speaks: settings.espeak.voice.clone(),
                language: wanted.to_owned(),
            });
        }
        let model = Model::load(model).map_err(|e| wrong("its .onnx is no model", e.into()))?;
        let nodes = Nodes::find(&model).map_err(|e| wrong("its .onnx has other parts", e.into()))?;
        let espeak = EspeakProgram::new(espeak.into(), name.to_owned());
        let version = espeak.version(cancellation)?;
        let [model_digest, settings_digest] = digests;
        Ok(Self {
            identity: format!("piper synthesis {SYNTHESIS} of {model_digest} {settings_digest} {version}"),
            name: name.to_owned(),
            language: Language::new(&spoken),
            model,
            nodes,
            settings,
            espeak,
        })
    }

    /// The numbers of the phonemes of a line, and which of them each word has.
    fn ids(
        &self,
        written: &[Said],
        cancellation: &CancellationToken,
    ) -> Result<(Vec<i32>, Vec<Range<usize>>), VoiceError> {
        let words: Vec<&str> = written.iter().map(|word| word.spoken.as_str()).collect();
        let mut phonemes = self.espeak.phonemes(&words, &self.settings.espeak.voice, cancellation)?;
        for (phonemes, word) in phonemes.iter_mut().zip(written) {
            if let Some(laid_down) = &word.phonemes {
                phonemes.clone_from(laid_down);
            }
        }
        let number = |sign: &str| self.settings.phoneme_id_map.get(sign);
        let mut ids: Vec<i32> = Vec::new();
        let push = |ids: &mut Vec<i32>, sign: &str| {
            if let Some(numbers) = number(sign) {
                ids.extend(numbers);
                // Piper was trained with a pad after every phoneme.
                ids.extend(number("_").into_iter().flatten());
            }
        };
        push(&mut ids, "^");
        let mut places = Vec::with_capacity(written.len());
        for (word, phonemes) in written.iter().zip(&phonemes) {
            if !places.is_empty() && !phonemes.is_empty() {
                push(&mut ids, " ");
            }
            let start = ids.len();
            for sign in phonemes.nfd() {
                push(&mut ids, sign.encode_utf8(&mut [0; 4]));
            }
            places.push(start..ids.len());
            if let Some(stop) = word.stop.filter(|_| ids.len() > start) {
                push(&mut ids, stop.encode_utf8(&mut [0; 4]));
            }
        }
        ids.extend(number("$").into_iter().flatten());
        Ok((ids, places))
    }

    /// Speaks phonemes; returns the samples and how many frames each phoneme lasts.
    fn synthesise(&self, ids: &[i32], utterance: &Utterance) -> Result<(Vec<f32>, Vec<usize>), VoiceError> {
        let manner = utterance.manner;
        let Inference { noise_scale, length_scale, noise_w } = self.settings.inference;
        let input = NdTensor::from_data([1, ids.len()], ids.to_vec());
        let length = NdTensor::from_data([1], vec![i32::try_from(ids.len()).unwrap_or(i32::MAX)]);
        let scales =
            NdTensor::from_data([3], vec![noise_scale, length_scale / manner.speed.max(0.1), noise_w]);
        let speaker = NdTensor::from_data([1], vec![0_i32]);
        let mut noise = Noise::new(manner.seed);
        let mut gaussian = |count: usize| -> Vec<f32> {
            (0..count.div_ceil(2)).flat_map(|_| <[f32; 2]>::from(noise.gaussian_pair())).take(count).collect()
        };
        let rhythm = NdTensor::from_data([1, 2, ids.len()], gaussian(2 * ids.len()));
        let nodes = &self.nodes;
        let mut inputs: Vec<(NodeId, ValueOrView<'_>)> = vec![
            (nodes.input, input.view().into()),
            (nodes.length, length.view().into()),
            (nodes.scales, scales.view().into()),
            (nodes.rhythm_noise, rhythm.view().into()),
        ];
        inputs.extend(nodes.speaker.map(|node| (node, speaker.view().into())));
        // First how long everything lasts, and with it the shape of the noise that the sound is made of.
        let shapes = self.run(inputs.clone(), &[nodes.durations, nodes.sound_noise])?;
        let [durations, drawn] = <[Tensor<f32>; 2]>::try_from(shapes)
            .map_err(|_| self.failed("run its model", "a part is missing"))?;
        let shape = drawn.shape().to_vec();
        let sound = Tensor::from_data(&shape, gaussian(shape.iter().product()));
        inputs.push((nodes.sound_noise, sound.view().into()));
        inputs.push((nodes.durations, durations.view().into()));
        let samples = self.run(inputs, &[nodes.output])?;
        let samples = samples.into_iter().next().map(Tensor::into_data).unwrap_or_default();
        let frames = durations.into_data().iter().map(|frames| frames.round().max(0.0) as usize).collect();
        Ok((samples, frames))
    }

    fn run(
        &self,
        inputs: Vec<(NodeId, ValueOrView<'_>)>,
        outputs: &[NodeId],
    ) -> Result<Vec<Tensor<f32>>, VoiceError> {
        let outputs = self.model.run(inputs, outputs, None).map_err(|e| self.failed("run its model", e))?;
        let tensors = outputs.into_iter().map(Tensor::try_from);
        tensors.collect::<Result<_, _>>().map_err(|e| self.failed("read what its model says", e))
    }

    fn failed(&self, action: &str, source: impl Into<Box<dyn Error + Send + Sync>>) -> VoiceError {
        VoiceError::Engine { voice: self.name.clone(), action: action.to_owned(), source: source.into() }
    }
}

impl Engine for PiperVoice {
    fn name(&self) -> &str {
        &self.name
    }

    fn identity(&self) -> String {
        self.identity.clone()
    }

    fn rights(&self) -> VoiceRights {
        VoiceRights::piper()
    }

    fn speak(
        &self,
        utterance: &Utterance,
        cancellation: &CancellationToken,
        chunks: ChunkSink<'_>,
    ) -> Result<(), VoiceError> {
        let written = said(utterance, &self.language);
        let (ids, places) = self.ids(&written, cancellation)?;
        if cancellation.is_cancelled() {
            return Err(VoiceError::Cancelled);
        }
        if places.iter().all(Range::is_empty) {
            let words = written.into_iter().map(|word| SpokenWord { written: word.written, samples: 0..0 });
            let sample_rate = self.settings.audio.sample_rate;
            chunks(Speech { samples: Vec::new(), sample_rate, words: words.collect() });
            return Ok(());
        }
        let (sound, frames) = self.synthesise(&ids, utterance)?;
        let total: usize = frames.iter().sum();
        let hop = sound.len() / total.max(1);
        // starts[i] is where phoneme i starts.
        let mut starts = Vec::with_capacity(frames.len() + 1);
        let mut at = 0;
        for frames in frames.iter().chain([&0]) {
            starts.push((at * hop).min(sound.len()));
            at += frames;
        }
        let place = |id: usize| starts.get(id).copied().unwrap_or(sound.len());
        let envelope = Envelope::from_samples(&sound, self.settings.audio.sample_rate);
        let heard = envelope.heard(0..sound.len());
        let margin = MARGIN_MS * self.settings.audio.sample_rate as usize / 1000;
        let kept = heard.start.saturating_sub(margin)..(heard.end + margin).min(sound.len());
        let mut last = kept.start;
        let words = written.into_iter().zip(places).map(|(word, ids)| {
            let range = if ids.is_empty() {
                last..last
            } else {
                let whole = place(ids.start).max(last)..place(ids.end).max(last);
                let heard = envelope.heard(whole.clone());
                if heard.is_empty() { whole } else { heard }
            };
            let range = range.start.clamp(kept.start, kept.end)..range.end.clamp(kept.start, kept.end);
            last = range.end;
            SpokenWord { written: word.written, samples: range.start - kept.start..range.end - kept.start }
        });
        let words = words.collect();
        let samples = sound.get(kept.clone()).unwrap_or_default().to_vec();
        chunks(Speech { samples, sample_rate: self.settings.audio.sample_rate, words });
        Ok(())
    }
}

/// A written word, what is said for it, and the pause after it.
#[derive(Debug)]
struct Said {
    written: Range<usize>,
    spoken: String,
    phonemes: Option<String>,
    stop: Option<char>,
}

fn said(utterance: &Utterance, language: &Language) -> Vec<Said> {
    let line = &utterance.line;
    let last = |word: &str| word.chars().rev().find(|c| c.is_alphanumeric() || MELODY.contains(*c));
    spoken_form(line, language)
        .into_iter()
        .map(|SpokenToken { written, spoken }| {
            let stop = last(&spoken).filter(|c| MELODY.contains(*c));
            match utterance.lexicon.saying(line.get(written.clone()).unwrap_or_default()) {
                Some(Saying::Words(spoken)) => Said { written, spoken, phonemes: None, stop },
                Some(Saying::Phonemes(said)) => Said { written, spoken, phonemes: Some(said), stop },
                None => Said { written, spoken, phonemes: None, stop },
            }
        })
        .collect()
}

/// The inputs and outputs of the model.
#[derive(Debug)]
struct Nodes {
    input: NodeId,
    length: NodeId,
    scales: NodeId,
    /// Only models with several speakers ask who speaks.
    speaker: Option<NodeId>,
    rhythm_noise: NodeId,
    sound_noise: NodeId,
    durations: NodeId,
    output: NodeId,
}

impl Nodes {
    fn find(model: &Model) -> Result<Self, rten::RunError> {
        Ok(Self {
            input: model.node_id("input")?,
            length: model.node_id("input_lengths")?,
            scales: model.node_id("scales")?,
            speaker: model.find_node("sid"),
            rhythm_noise: model.node_id(RHYTHM_NOISE)?,
            sound_noise: model.node_id(SOUND_NOISE)?,
            durations: model.node_id(DURATIONS)?,
            output: model.node_id("output")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_the_pause_that_shapes_the_melody() {
        let said = said(&Utterance::new("It costs $45, (really)!"), &Language::english());
        let words: Vec<(&str, Option<char>)> =
            said.iter().map(|word| (word.spoken.as_str(), word.stop)).collect();
        assert_eq!(words[1], ("costs", None));
        assert_eq!(words[2].1, Some(','));
        assert_eq!(words[3].1, Some('!'));
    }

    #[test]
    fn files_that_are_no_voice_are_refused_with_the_reason() {
        let load = |model: &[u8], settings: &str| {
            let language = Language::english();
            let token = CancellationToken::new();
            PiperVoice::load("piper:x", model.to_vec(), settings.as_bytes(), &language, "espeak-ng", &token)
                .map(drop)
                .unwrap_err()
                .to_string()
        };
        let settings = |rate: u32, voice: &str, kind: &str| {
            format!(
                r#"{{"audio": {{"sample_rate": {rate}}}, "espeak": {{"voice": "{voice}"}}, "phoneme_type": "{kind}",
                "phoneme_id_map": {{"_": [0]}}}}"#
            )
        };
        assert!(load(b"", "{}").contains(".onnx.json"), "{}", load(b"", "{}"));
        assert!(load(b"", &settings(22_050, "en-us", "text")).contains("letters"));
        assert!(load(b"", &settings(0, "en-us", "espeak")).contains("0 Hz"));
        assert!(load(b"", &settings(22_050, "de", "espeak")).contains("speaks `de`"));
        assert!(load(b"not a model", &settings(22_050, "en-us", "espeak")).contains("no model"));
    }
}
