//! [`ScriptWriter`]: the port behind which scripts are written, offline or by a language model.

use std::fmt;

use async_trait::async_trait;
use brainwrought_core::data::{Document, DocumentKind, Rule, Script};
use brainwrought_core::stage::StageContext;
use serde_json::Value;

use super::duration::{LENGTH_SECONDS, Pace};
use super::found_text::FoundText;
use crate::gate::rule::listed;

/// What the script should be like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Brief {
    /// How long the video should be, in milliseconds.
    pub length_ms: u64,
    /// Decides between choices that are equally good.
    pub seed: u64,
    /// How much slang, from 0 (none) to 3.
    pub slang: u8,
    /// How many memes, from 0 (none) to 3.
    pub memes: u8,
    /// Whether two speakers share the lines.
    pub dialogue: bool,
    /// What kind of document it is, where somebody said so; otherwise its structure tells.
    pub kind: Option<DocumentKind>,
    /// What is known of the voice that will speak; lengths are reckoned by it.
    pub pace: Pace,
}

/// Writes a script for a document.
///
/// Every fact line must stand on the page that it cites: see [`super::grounding`]. The same document and brief should
/// give the same script.
#[async_trait]
pub trait ScriptWriter: fmt::Debug + Send + Sync + 'static {
    /// What changes the script beside the document and the brief, such as a model and its prompts. It is part of the
    /// stage's settings, so that a script is written anew when it changes; never a secret. A writer with nothing of the kind
    /// says its name and version.
    fn settings(&self) -> Value;

    /// Tells whether the script exists already, so that its lines decide how long the video is, and not the brief.
    fn is_written(&self) -> bool {
        false
    }

    /// Writes the script. Money, calls to providers and steps that are remembered go through `cx`.
    ///
    /// # Errors
    ///
    /// Fails when the document holds nothing to say, or the writer could not do its work.
    async fn write(
        &self,
        document: &Document,
        brief: &Brief,
        cx: &StageContext,
    ) -> Result<Script, ScriptError>;

    /// Writes a script of its own again whose lines take other times with the voice than was planned: the brief's pace knows them
    /// now. A writer that does not do that gives the script back as it is, and the video is as long as the script takes.
    ///
    /// # Errors
    ///
    /// As [`write`](Self::write).
    async fn refit(
        &self,
        _document: &Document,
        _brief: &Brief,
        script: Script,
        _cx: &StageContext,
    ) -> Result<Script, ScriptError> {
        Ok(script)
    }
}

/// Why no script could be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScriptError {
    /// The document has next to no running text.
    #[error(
        "“{title}” has too little running text for a script: of its sentences {sentences} can be said, and it has {found}; \
         choose a document, or a part of one, that tells something in whole sentences"
    )]
    TooLittleText {
        /// The document's title.
        title: String,
        /// The number of sentences that could have been used.
        sentences: usize,
        /// What it has instead.
        found: FoundText,
    },
    /// The length asked for is out of range.
    #[error("a video of {length_ms} ms cannot be written; ask for {}000 to {}000 ms", LENGTH_SECONDS.start(), LENGTH_SECONDS.end())]
    Length {
        /// The length asked for, in milliseconds.
        length_ms: u64,
    },
    /// No font has the letters that the captions would be written with.
    #[error(
        "no installed font can show the {script} letters of “{title}” in the captions, such as {letters}; \
         install one, which is in the package {package} of Debian and Ubuntu, or turn captions off with `--captions off`"
    )]
    NoFont {
        /// The document's title.
        title: String,
        /// The name of the script, such as `Devanagari`.
        script: String,
        /// Some of the letters.
        letters: String,
        /// The package that has a font for it.
        package: &'static str,
    },
    /// The gate would refuse the video, whatever its pictures are.
    #[error(
        "nothing was rendered, because the video would not pass the gate: {}; ask for another length, voice or seed",
        listed(.rules)
    )]
    WouldFail {
        /// The rules that would fail.
        rules: Vec<Rule>,
    },
    /// The gate would refuse the video because of lines that somebody wrote.
    #[error("nothing was rendered, because the video would not pass the gate: {}; change these lines in the script; one that is to stand although the document does not bear it out takes `overruled = true`", listed(.rules))]
    LinesWouldFail {
        /// The rules that would fail.
        rules: Vec<Rule>,
    },
    /// The writer's work broke off.
    #[error("the script could not be written")]
    Failed {
        /// Whether trying again can help.
        retryable: bool,
        /// What went wrong.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}
