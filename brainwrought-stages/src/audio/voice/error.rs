//! [`VoiceError`]: why a line could not be spoken.

use std::error::Error;
use std::path::PathBuf;

use super::hosted::NoSuchHostedVoice;
use crate::MissingFeature;
use crate::provider::ProviderError;

/// Why a line could not be spoken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VoiceError {
    /// A file of the voice is not where it should be.
    #[error(
        "the voice file {} is missing; run `make setup`",
        path.display()
    )]
    MissingFile {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A file of the voice is not the one that this version was built for.
    #[error("the voice file {} is not the expected one; delete it and run `make setup`", path.display())]
    DamagedFile {
        /// Where it lies.
        path: PathBuf,
    },
    /// A file of the voice cannot be read.
    #[error("the voice file {} cannot be read", path.display())]
    UnreadableFile {
        /// Where it lies.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The speech engine could not do a step.
    #[error("the voice {voice} could not {action}")]
    Engine {
        /// The engine and voice.
        voice: String,
        /// What was tried, such as `load its model`.
        action: String,
        /// Why it failed.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The neural voices speak English only.
    #[error("the voice `{voice}` does not speak `{language}`; choose the voice `auto` or `espeak-ng`")]
    EnglishOnly {
        /// The voice.
        voice: String,
        /// The language that was asked for.
        language: String,
    },
    /// The voices of Kokoro are not on this machine.
    #[error(
        "the voices of Kokoro are not here: {} is missing; run `make setup-kokoro`, or choose the voice `auto`",
        path.display()
    )]
    NoKokoro {
        /// What was looked for.
        path: PathBuf,
    },
    /// A file of Kokoro is not the one that this version was built for.
    #[error("the voice file {} is not the expected one; delete it and run `make setup-kokoro`", path.display())]
    DamagedKokoro {
        /// Where it lies.
        path: PathBuf,
    },
    /// A file that was given as a voice of Piper is none.
    #[error(
        "the voice `{voice}` is no voice of Piper that this version can use: {reason}; give the .onnx file of a voice \
         with its .onnx.json beside it"
    )]
    NotPiper {
        /// The voice.
        voice: String,
        /// What is wrong with it.
        reason: String,
        /// What says so.
        #[source]
        source: Option<Box<dyn Error + Send + Sync>>,
    },
    /// The voice speaks another language than the script.
    #[error(
        "the voice `{voice}` speaks `{speaks}`, and the script is in `{language}`; choose the voice `auto`"
    )]
    OtherLanguage {
        /// The voice.
        voice: String,
        /// The language that it speaks.
        speaks: String,
        /// The language of the script.
        language: String,
    },
    /// espeak-ng does not speak the language.
    #[error("no voice speaks the language `{language}`; espeak-ng speaks: {choices}")]
    NoSuchLanguage {
        /// The language that was asked for.
        language: String,
        /// What there is.
        choices: String,
    },
    /// There is no voice with the name.
    #[error("there is no voice called `{voice}`; choose one of: {choices}")]
    NoSuchVoice {
        /// The name that was asked for.
        voice: String,
        /// What there is.
        choices: String,
    },
    /// espeak-ng is not installed where it was looked for.
    #[error(
        "espeak-ng was not found as `{}`; install the package `espeak-ng`, or choose the voice `hibari/heart` \
         with an English script",
        path.display()
    )]
    NoEspeak {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The job names a voice of Piper without its files, or they are gone from the artifact store.
    #[error(
        "the files of the voice `{voice}` are not in the artifact store; submit the PDF again with --voice \
         piper:/path/to/voice.onnx, which stores them for every worker"
    )]
    NotStored {
        /// The voice.
        voice: String,
    },
    /// A provider takes no line of this length.
    #[error(
        "the voice `{voice}` takes lines of at most {longest} letters; shorten the line, or choose another voice"
    )]
    LineTooLong {
        /// The voice.
        voice: String,
        /// The most letters.
        longest: usize,
    },
    /// The name of a hosted voice is written in another way.
    #[error(transparent)]
    NoSuchHostedVoice(#[from] NoSuchHostedVoice),
    /// This build leaves the engine of the voice out.
    #[error(transparent)]
    MissingFeature(#[from] MissingFeature),
    /// A provider did not do what it was asked.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The work was told to stop.
    #[error("the narration was cancelled")]
    Cancelled,
}
