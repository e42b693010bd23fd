//! [`VideoArgs`]: what was typed about a video.

use std::path::PathBuf;

use brainwrought_stages::audio::VoiceFailure;
use brainwrought_stages::llm::LlmChoice;
use brainwrought_stages::standard::{CaptionStyle, EffectsChoice, Format, Layout};
use brainwrought_stages::visuals::{MemesBy, PictureChoice};
use clap::Args as ClapArgs;

/// What a video should be like.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct VideoArgs {
    /// The length in seconds: 30, 60, 90, or anything from 15 to 180
    #[arg(long, value_name = "SECONDS", default_value_t = 55, value_parser = clap::value_parser!(u32).range(15..=180))]
    pub(crate) length: u32,
    /// The kind of video
    #[arg(long, value_enum, default_value_t = Format::Short)]
    pub(crate) format: Format,
    /// Where pictures stand: a card above full-screen motion (a), or half and half (b)
    #[arg(long, value_enum, default_value_t = Layout::A)]
    pub(crate) layout: Layout,
    /// What moves behind: `auto`, a style (see `brainwrought doctor`), or your own clip or folder of clips
    #[arg(long, value_name = "STYLE|FILE|FOLDER", default_value = "auto")]
    pub(crate) background: String,
    /// How lively the background is, 0 (calm) to 3
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(0..=3))]
    pub(crate) intensity: u8,
    /// The voice: `auto`, `heart`, `oak`, `fern`, `espeak`, `piper:FILE.onnx`, a hosted one such as `openai:alloy`, or
    /// `list` for all of them
    #[arg(long, default_value = "auto")]
    pub(crate) voice: String,
    /// The voice of the second speaker; `auto` is somebody else than the first
    #[arg(long, value_name = "VOICE", default_value = "auto")]
    pub(crate) voice2: String,
    /// What happens when a hosted voice fails for good
    #[arg(long, value_enum, value_name = "fall-back|fail", default_value_t = VoiceFailure::FallBack, hide_short_help = true)]
    pub(crate) voice_failure: VoiceFailure,
    /// How single words are said: a file of lines `word = spoken form` or `word = /phonemes/`
    #[arg(long, value_name = "FILE")]
    pub(crate) lexicon: Option<PathBuf>,
    /// How captions look
    #[arg(long, value_enum, default_value_t = CaptionStyle::Pop)]
    pub(crate) captions: CaptionStyle,
    /// How much slang, 0 (none) to 3
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(0..=3))]
    pub(crate) slang: u8,
    /// How many memes, 0 (none) to 3
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(0..=3))]
    pub(crate) memes: u8,
    /// Who draws memes: the program itself (own), or Imgflip under the account in $IMGFLIP_ACCOUNT, NAME:PASSWORD (imgflip).
    /// Nobody has cleared the rights of Imgflip's pictures [default: own, or `memes-by` of the config file]
    #[arg(long, value_name = "WHO", value_enum)]
    pub(crate) memes_by: Option<MemesBy>,
    /// Two characters talk: one explains, the other asks
    #[arg(long)]
    pub(crate) dialogue: bool,
    /// What plays under the voice: `bed`, `none`, your own audio file, or your own folder of them, of which the one plays whose
    /// name fits the script's mood
    #[arg(long, value_name = "bed|none|FILE|FOLDER", default_value = "bed")]
    pub(crate) music: String,
    /// Who makes the sounds beside the voice; `elevenlabs` ($ELEVENLABS_API_KEY) those that a model's script asks for
    #[arg(long, value_enum, value_name = "on|off|elevenlabs", default_value_t = EffectsChoice::On)]
    pub(crate) effects: EffectsChoice,
    /// The seed of everything that is drawn by chance [default: taken from the PDF]
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Frames of this size instead of 1080x1920, for a quick look
    #[arg(long, value_name = "WxH", hide_short_help = true)]
    pub(crate) size: Option<String>,
    /// The language model that writes the script: openai:MODEL, gemini:MODEL, anthropic:MODEL, or the address of a server of
    /// your own, http://127.0.0.1:8080/v1#MODEL. Keys come from $OPENAI_API_KEY, $GOOGLE_API_KEY and $ANTHROPIC_API_KEY
    /// [default: none, or $BRAINWROUGHT_LLM]
    #[arg(long, value_name = "MODEL")]
    pub(crate) llm: Option<LlmChoice>,
    /// Where pictures come from that the script asks for: openai:MODEL, gemini:MODEL, pexels, pixabay, video:NAME of the
    /// config file, a folder of your own, or none [default: none, or `pictures` of the config file]
    #[arg(long, value_name = "SOURCE|FOLDER")]
    pub(crate) pictures: Option<PictureChoice>,
    /// Where slang and trends are looked up: `lexicon` (built in), `tavily` ($TAVILY_API_KEY), `mcp:COMMAND…` or
    /// http(s)://…/mcp for an MCP server, `#TOOL` behind either where it has several tools, your own JSON, RSS or Atom file, or
    /// `none` [default: lexicon, or $BRAINWROUGHT_TRENDS]
    #[arg(long, value_name = "SOURCE")]
    pub(crate) trends: Option<String>,
    /// The password of an encrypted PDF; better in $BRAINWROUGHT_PDF_PASSWORD, which other users cannot see
    #[arg(long)]
    pub(crate) password: Option<String>,
}
