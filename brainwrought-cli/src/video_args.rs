//! [`VideoArgs`]: what was typed about a video.

use std::path::PathBuf;

use brainwrought_core::data::DocumentKind;
use brainwrought_stages::audio::{Effects, VoiceFailure};
use brainwrought_stages::background::Colours;
use brainwrought_stages::frame::{CaptionStyle, Characters, Layout};
use brainwrought_stages::parse::OcrMode;
use brainwrought_stages::script::LENGTH_SECONDS;
use brainwrought_stages::standard::Format;
use brainwrought_stages::visuals::{MemesBy, PictureChoice};
use clap::Args as ClapArgs;
use clap::builder::{PossibleValuesParser, TypedValueParser};

/// Reads the name of a kind of document.
fn kinds() -> impl TypedValueParser<Value = DocumentKind> {
    PossibleValuesParser::new(DocumentKind::ALL.map(DocumentKind::name)).try_map(|name| name.parse())
}

use crate::model_wish::ModelWish;

/// What a video should be like.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct VideoArgs {
    #[arg(long, help = length_help(), value_name = "SECONDS", default_value_t = 55, value_parser = clap::value_parser!(u32).range(i64::from(*LENGTH_SECONDS.start())..=i64::from(*LENGTH_SECONDS.end())))]
    pub(crate) length: u32,
    /// Kind of video
    #[arg(long, value_enum, default_value_t = Format::Short)]
    pub(crate) format: Format,
    /// Layout: a card over a full-screen background, or picture and background split half and half
    #[arg(long, value_enum, default_value_t = Layout::Card)]
    pub(crate) layout: Layout,
    /// Look that fills in background, colours, captions, music, effects, slang, memes and characters at once: `classic`, `arcade`,
    /// `sweet`, `study`, `plain` (no brainrot at all), or a TOML file of your own; the options below win over it
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) style: Option<String>,
    /// Background: `auto`, a style (`runner`, `marbles`, `sorting`, `slices` or `calm`), or your own clip or folder of
    /// clips [default: auto]
    #[arg(long, value_name = "STYLE|FILE|FOLDER")]
    pub(crate) background: Option<String>,
    /// Motion of the background, from 0 (calm) to 3 [default: 2]
    #[arg(long, value_parser = clap::value_parser!(u8).range(0..=3))]
    pub(crate) intensity: Option<u8>,
    /// Colours of the background and of what is drawn [default: auto]
    #[arg(long, value_enum)]
    pub(crate) colours: Option<Colours>,
    /// Voice: `auto`, `heart`, `oak`, `fern`, `espeak`, `piper:FILE.onnx`, or a hosted one such as `openai:alloy`; `list`
    /// prints all of them
    #[arg(long, default_value = "auto")]
    pub(crate) voice: String,
    /// Voice of the second speaker; `auto` chooses one that differs from the first
    #[arg(long, value_name = "VOICE", default_value = "auto")]
    pub(crate) voice2: String,
    /// What to do when a hosted voice still fails after all retries
    #[arg(long, value_enum, value_name = "fall-back|fail", default_value_t = VoiceFailure::FallBack, hide_short_help = true)]
    pub(crate) voice_failure: VoiceFailure,
    /// Pronunciation file with lines `word = spoken form` or `word = /phonemes/`
    #[arg(long, value_name = "FILE")]
    pub(crate) lexicon: Option<PathBuf>,
    /// Script that `brainwrought script` wrote and you edited; its lines decide the length
    #[arg(long, value_name = "FILE")]
    pub(crate) script: Option<PathBuf>,
    /// Caption style [default: pop]
    #[arg(long, value_enum)]
    pub(crate) captions: Option<CaptionStyle>,
    /// Amount of slang, from 0 (none) to 3 [default: 1]
    #[arg(long, value_parser = clap::value_parser!(u8).range(0..=3))]
    pub(crate) slang: Option<u8>,
    /// Number of memes, from 0 (none) to 3 (many) [default: 1]
    #[arg(long, value_parser = clap::value_parser!(u8).range(0..=3))]
    pub(crate) memes: Option<u8>,
    /// Who draws memes: this program (own), or Imgflip with the account NAME:PASSWORD in $IMGFLIP_ACCOUNT (imgflip). The
    /// rights to Imgflip's templates are not cleared [default: `memes-by` in the config file, or own]
    #[arg(long, value_name = "WHO", value_enum)]
    pub(crate) memes_by: Option<MemesBy>,
    /// Write a dialogue of two speakers: one asks, the other explains
    #[arg(long)]
    pub(crate) dialogue: bool,
    /// Characters of a dialogue [default: brain]
    #[arg(long, value_enum, value_name = "PAIR")]
    pub(crate) characters: Option<Characters>,
    /// Kind of document, for a script written without a model [default: its structure tells]
    #[arg(long, value_name = "KIND", value_parser = kinds())]
    pub(crate) kind: Option<DocumentKind>,
    /// Music under the voice: `bed` (generated to fit the script), generated in the mood `bright`, `focus` or `calm`, `none`,
    /// your own audio file, or a folder of them, from which the file whose name fits the mood of the script best is chosen
    /// [default: bed]
    #[arg(long, value_name = "NAME|FILE|FOLDER")]
    pub(crate) music: Option<String>,
    /// Sound effects; `elevenlabs` ($ELEVENLABS_API_KEY) generates those that a language model asks for [default: on]
    #[arg(long, value_enum, value_name = "on|off|elevenlabs")]
    pub(crate) effects: Option<Effects>,
    /// Seed of all random choices [default: derived from the file]
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Frame size instead of 1080x1920, for a quick preview
    #[arg(long, value_name = "WxH", hide_short_help = true)]
    pub(crate) size: Option<String>,
    /// Language model that writes the script: openai:MODEL, gemini:MODEL, anthropic:MODEL, or an OpenAI-compatible server
    /// such as http://127.0.0.1:8080/v1#MODEL; `auto` finds the best model of a server on this machine. Keys come from $OPENAI_API_KEY, $GOOGLE_API_KEY and $ANTHROPIC_API_KEY
    /// [default: $BRAINWROUGHT_LLM, or none]
    #[arg(long, value_name = "MODEL")]
    pub(crate) llm: Option<ModelWish>,
    /// Tokens of the document that the language model is sent at once, from 1000; a longer document is read in parts [default:
    /// `document-tokens` in the config file, or three fifths of the model's context: at most 150000, and 24000 where it is
    /// not known]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1000..=2_000_000), hide_short_help = true)]
    pub(crate) document_tokens: Option<u32>,
    /// Source of additional pictures: openai:MODEL, gemini:MODEL, pexels, pixabay, video:NAME from the config file, your own
    /// folder, or none [default: `pictures` in the config file, or none]
    #[arg(long, value_name = "SOURCE|FOLDER")]
    pub(crate) pictures: Option<PictureChoice>,
    /// Source of slang and trends: `lexicon` (built in), `tavily` ($TAVILY_API_KEY), an MCP server as `mcp:COMMAND…` or
    /// http(s)://…/mcp (append `#TOOL` if it has several tools), your own JSON, RSS or Atom file, or `none` [default:
    /// $BRAINWROUGHT_TRENDS, or lexicon]
    #[arg(long, value_name = "SOURCE")]
    pub(crate) trends: Option<String>,
    /// Text recognition: on scans and on pages whose text cannot be read (auto), on every page, or never [default: `ocr` in
    /// the config file, or auto]
    #[arg(long, value_enum, value_name = "auto|always|never")]
    pub(crate) ocr: Option<OcrMode>,
    /// Password of an encrypted PDF; prefer $BRAINWROUGHT_PDF_PASSWORD, which other users cannot see
    #[arg(long)]
    pub(crate) password: Option<String>,
}

fn length_help() -> String {
    format!("Length of the video in seconds, from {} to {}", LENGTH_SECONDS.start(), LENGTH_SECONDS.end())
}
