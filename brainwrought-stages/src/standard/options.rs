//! [`MakeOptions`]: what a user can choose about a video.

use std::collections::BTreeMap;

use brainwrought_core::data::{BlobRef, DocumentKind, SourcePdf};
use brainwrought_core::engine::Submission;
use brainwrought_core::id::Digest;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::script_only::SCRIPT_PIPELINE;
use crate::audio::{AUTO, Effects, HostedVoice, Lexicon, Mood, MusicTrack, PiperFiles, VoiceFailure};
use crate::background::Colours;
use crate::frame::{CaptionStyle, Characters, Layout};
use crate::llm::LlmChoice;
use crate::parse::OcrMode;
use crate::script::{ScriptFile, TrendChoice};
use crate::visuals::{MemesBy, Pictures};

/// What a user can choose about a video. It is stored with the job as JSON.
///
/// ```
/// use brainwrought_stages::standard::MakeOptions;
///
/// let options = MakeOptions::default().with_size(540, 960).with_length_ms(30_000);
/// assert_eq!(options.fps, 30);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct MakeOptions {
    /// The kind of video.
    pub format: Format,
    /// The length to aim at, in milliseconds; [`LENGTH_SECONDS`](crate::script::LENGTH_SECONDS) says what is possible.
    pub length_ms: u64,
    /// Where pictures stand.
    pub layout: Layout,
    /// What moves behind.
    pub background: BackgroundChoice,
    /// How lively the background is, from 0 (calm) to 3.
    pub intensity: u8,
    /// Which colours the video keeps to.
    #[serde(skip_serializing_if = "Colours::is_auto")]
    pub colours: Colours,
    /// Who speaks: `auto`, or the name of a voice, such as `heart`, `oak`, `fern` or `espeak`.
    pub voice: String,
    /// Who speaks the lines of a second speaker; `auto` is somebody else than `voice`.
    #[serde(skip_serializing_if = "is_auto")]
    pub voice2: String,
    /// The files of Piper's voices by their names, `piper:NAME`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub voice_files: BTreeMap<String, PiperFiles>,
    /// What happens when a hosted voice fails for good.
    #[serde(skip_serializing_if = "is_usual")]
    pub voice_failure: VoiceFailure,
    /// How single words are said.
    #[serde(skip_serializing_if = "Lexicon::is_empty")]
    pub lexicon: Lexicon,
    /// How captions look.
    pub captions: CaptionStyle,
    /// How much slang, from 0 (none) to 3.
    pub slang: u8,
    /// How many memes, from 0 (none) to 3.
    #[serde(skip_serializing_if = "is_one")]
    pub memes: u8,
    /// Who draws them.
    #[serde(skip_serializing_if = "MemesBy::is_own")]
    pub memes_by: MemesBy,
    /// Whether two characters talk: one who explains, and one who asks.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub dialogue: bool,
    /// Who they are.
    #[serde(skip_serializing_if = "Characters::is_usual")]
    pub characters: Characters,
    /// What kind of document it is, for a script that no model writes; without it, its structure tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<DocumentKind>,
    /// What plays under the voice.
    pub music: Music,
    /// Who makes the sounds beside the voice.
    #[serde(skip_serializing_if = "is_on")]
    pub effects: Effects,
    /// The seed of everything that is drawn by chance; taken from the PDF when it is not given.
    pub seed: Option<u64>,
    /// Width of the frames in pixels; even.
    pub width: u32,
    /// Height of the frames in pixels; even.
    pub height: u32,
    /// Frames per second.
    pub fps: u32,
    /// The language model that writes the script; without one, the program writes it alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub llm: Option<LlmChoice>,
    /// The most tokens of the document that the language model is sent at once; without it, that goes by its context.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_tokens: Option<u32>,
    /// Where pictures come from that the script asks for; without it, it asks for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pictures: Option<Pictures>,
    /// Where the slang of a script is looked up.
    #[serde(skip_serializing_if = "is_lexicon")]
    pub trends: TrendChoice,
    /// When text is recognised on the pictures of pages.
    #[serde(skip_serializing_if = "OcrMode::is_auto")]
    pub ocr: OcrMode,
    /// The script that somebody wrote or edited; without it, one is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script: Option<ScriptFile>,
    /// Whether the job ends with the script, for somebody to read and edit before anything is rendered.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub script_only: bool,
    /// The script of such a job that somebody has approved, as JSON; nothing is written then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_script: Option<BlobRef>,
}

/// The kind of video.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Format {
    /// A vertical short of up to three minutes.
    #[default]
    Short,
}

/// What moves behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum BackgroundChoice {
    /// `auto`, or the name of a procedural style.
    Style(String),
    /// The user's own clips.
    Clips(Vec<BlobRef>),
}

/// What plays under the voice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Music {
    /// A bed that the program generates, as the script wants it.
    Bed,
    /// A bed that the program generates in this mood, whatever the script wants.
    Mood(Mood),
    /// Nothing.
    None,
    /// The user's own file.
    File(BlobRef),
    /// The user's own folder, of which the file plays that fits the script's mood.
    Folder(Vec<MusicTrack>),
}

impl Music {
    /// The names of what needs no file, in the order in which they are offered: `bed` fits the script, and then come moods.
    pub const NAMES: &'static [&'static str] = &["bed", "bright", "focus", "calm", "none"];

    /// The music that one of [`NAMES`](Self::NAMES) stands for.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "bed" => Self::Bed,
            "bright" => Self::Mood(Mood::Bright),
            "focus" => Self::Mood(Mood::Focus),
            "calm" => Self::Mood(Mood::Calm),
            "none" => Self::None,
            _ => return None,
        })
    }

    /// Its name; `None` for the user's own.
    pub fn name(&self) -> Option<&'static str> {
        Self::NAMES.iter().copied().find(|name| Self::named(name).as_ref() == Some(self))
    }
}

impl Default for MakeOptions {
    fn default() -> Self {
        Self {
            format: Format::Short,
            length_ms: 55_000,
            layout: Layout::Card,
            background: BackgroundChoice::Style("auto".to_owned()),
            intensity: 2,
            colours: Colours::Auto,
            voice: "auto".to_owned(),
            voice2: "auto".to_owned(),
            voice_files: BTreeMap::new(),
            voice_failure: VoiceFailure::FallBack,
            lexicon: Lexicon::default(),
            captions: CaptionStyle::Pop,
            slang: 1,
            memes: 1,
            memes_by: MemesBy::Own,
            dialogue: false,
            characters: Characters::default(),
            kind: None,
            music: Music::Bed,
            effects: Effects::On,
            seed: None,
            width: 1080,
            height: 1920,
            fps: 30,
            llm: None,
            document_tokens: None,
            pictures: None,
            trends: TrendChoice::Lexicon,
            ocr: OcrMode::Auto,
            script: None,
            script_only: false,
            approved_script: None,
        }
    }
}

impl MakeOptions {
    /// Sets the length to aim at, in milliseconds.
    #[must_use]
    pub fn with_length_ms(mut self, length_ms: u64) -> Self {
        self.length_ms = length_ms;
        self
    }

    /// Sets width and height of the frames in pixels; both must be even.
    #[must_use]
    pub fn with_size(mut self, width: u32, height: u32) -> Self {
        (self.width, self.height) = (width, height);
        self
    }

    /// Sets who speaks.
    #[must_use]
    pub fn with_voice(mut self, voice: impl Into<String>) -> Self {
        self.voice = voice.into();
        self
    }

    /// Sets what moves behind.
    #[must_use]
    pub fn with_background(mut self, background: BackgroundChoice) -> Self {
        self.background = background;
        self
    }

    /// Sets how captions look.
    #[must_use]
    pub fn with_captions(mut self, captions: CaptionStyle) -> Self {
        self.captions = captions;
        self
    }

    /// Sets what plays under the voice.
    #[must_use]
    pub fn with_music(mut self, music: Music) -> Self {
        self.music = music;
        self
    }

    /// Sets the seed of everything that is drawn by chance.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Sets the language model that writes the script.
    #[must_use]
    pub fn with_llm(mut self, llm: LlmChoice) -> Self {
        self.llm = Some(llm);
        self
    }

    /// Takes the seed from the bytes of the PDF unless one is chosen, so that each document looks different and the
    /// same document always looks the same.
    #[must_use]
    pub fn seeded_by(mut self, pdf: &[u8]) -> Self {
        let digest = Digest::of(pdf);
        let drawn = u64::from_str_radix(&digest.as_str()[..12], 16).unwrap_or(0);
        self.seed = Some(self.seed.unwrap_or(drawn));
        self
    }
}

impl MakeOptions {
    /// The name of the pipeline that they are for.
    pub fn pipeline_name(&self) -> &'static str {
        if self.script_only { SCRIPT_PIPELINE } else { self.format.pipeline_name() }
    }

    /// Makes what an engine is given to start a job: these options, seeded by the PDF.
    ///
    /// # Errors
    ///
    /// Fails only when the options cannot be written as JSON, which they can.
    pub fn submission(self, file_name: &str, pdf: Bytes) -> Result<Submission<SourcePdf>, serde_json::Error> {
        let mut options = self.seeded_by(&pdf);
        // The name of a voice may be the address of a server; its secrets stay on this machine.
        for voice in [&mut options.voice, &mut options.voice2] {
            *voice = HostedVoice::stored(voice);
        }
        let submission = Submission::of_pdf(options.pipeline_name(), file_name, pdf);
        Ok(submission.with_options(serde_json::to_value(options)?))
    }
}

fn is_auto(voice: &str) -> bool {
    voice == AUTO
}

fn is_lexicon(trends: &TrendChoice) -> bool {
    *trends == TrendChoice::Lexicon
}

fn is_one(level: &u8) -> bool {
    *level == 1
}

fn is_on(effects: &Effects) -> bool {
    *effects == Effects::On
}

fn is_usual(failure: &VoiceFailure) -> bool {
    *failure == VoiceFailure::default()
}

impl Format {
    /// The name of the pipeline that makes it.
    pub fn pipeline_name(self) -> &'static str {
        match self {
            Self::Short => "short",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seed_comes_from_the_pdf_unless_chosen() {
        let one = MakeOptions::default().seeded_by(b"one");
        assert_eq!(one, MakeOptions::default().seeded_by(b"one"));
        assert_ne!(one.seed, MakeOptions::default().seeded_by(b"two").seed);
        let chosen = MakeOptions { seed: Some(7), ..MakeOptions::default() };
        assert_eq!(chosen.seeded_by(b"one").seed, Some(7));
    }

    #[test]
    fn a_typing_error_in_stored_options_is_refused() {
        assert!(serde_json::from_str::<MakeOptions>(r#"{"lenght-ms": 1}"#).is_err());
        let options: MakeOptions = serde_json::from_str(r#"{"length-ms": 30000}"#).unwrap();
        assert_eq!(options.length_ms, 30_000);
        let wrong = serde_json::from_str::<MakeOptions>(r#"{"llm": "clippy:97"}"#).unwrap_err();
        assert!(wrong.to_string().contains("openai:MODEL"), "{wrong}");
    }

    #[test]
    fn options_without_a_model_are_stored_as_before_there_were_any() {
        let plain = serde_json::to_value(MakeOptions::default()).unwrap();
        let newer = [
            "llm",
            "document-tokens",
            "pictures",
            "voice2",
            "voice-files",
            "voice-failure",
            "lexicon",
            "trends",
            "effects",
            "characters",
            "memes-by",
            "ocr",
            "script-only",
            "approved-script",
        ];
        for newer in newer {
            assert!(plain.get(newer).is_none(), "{newer}");
        }
        let llm = Some("openai:gpt-5-mini".parse().unwrap());
        let chosen = serde_json::to_value(MakeOptions { llm, ..MakeOptions::default() }).unwrap();
        assert_eq!(chosen["llm"], "openai:gpt-5-mini");
    }
}
