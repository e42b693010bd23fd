//! [`VideoOptions`]: what a client can choose about a video, checked.

use std::collections::HashMap;

use brainwrought_core::budget::{Cost, MAX_USD};
use brainwrought_core::data::DocumentKind;
use brainwrought_core::job_store::JobView;
use brainwrought_stages::audio::{Effects, Lexicon, VoiceLibrary};
use brainwrought_stages::background::Colours;
use brainwrought_stages::frame::{CaptionStyle, Characters, Layout, frame_size};
use brainwrought_stages::parse::OcrMode;
use brainwrought_stages::script::LENGTH_SECONDS;
use brainwrought_stages::standard::{
    BackgroundChoice, Format, MakeOptions, Music, Style, background_styles, is_background_style,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::ApiError;

/// What a client can choose about a video. The names are those of the command's flags.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct VideoOptions {
    /// A look that fills in `background`, `intensity`, `colours`, `captions`, `music`, `effects`, `slang`, `memes` and
    /// `characters` where they are not given: `classic`, `arcade`, `sweet`, `study` or `plain` (no brainrot at all).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^(classic|arcade|sweet|study|plain)$")]
    pub(crate) style: Option<String>,
    /// The length in seconds, from 15 to 180.
    #[schema(minimum = 15, maximum = 180, default = 55)]
    pub(crate) length: u32,
    /// The kind of video: `short`.
    #[schema(value_type = String, pattern = "^short$", default = "short")]
    pub(crate) format: Format,
    /// The layout: `card` above full-screen motion, or `split`, the page above and motion below. `a` and `b` are their old
    /// names.
    #[schema(value_type = String, pattern = "^(card|split|a|b)$", default = "card")]
    pub(crate) layout: Layout,
    /// The background: `auto`, or the name of a style.
    #[schema(default = "auto")]
    pub(crate) background: String,
    /// How lively the background is, from 0 (calm) to 3.
    #[schema(minimum = 0, maximum = 3, default = 2)]
    pub(crate) intensity: u8,
    /// The colours of the background and of what is drawn: `auto`, `dusk` (violet and rose), `lagoon` (blue and turquoise),
    /// `ember` (red and orange), `orchard` (greens), `midnight` (dark blues) or `candy` (pink and violet).
    #[schema(
        value_type = String,
        pattern = "^(auto|dusk|lagoon|ember|orchard|midnight|candy)$",
        default = "auto"
    )]
    pub(crate) colours: Colours,
    /// The voice: `auto`, `heart`, `oak`, `fern`, `espeak`, or one of Kokoro's, such as `kokoro/am_michael`, where the
    /// server has them.
    #[schema(pattern = "^(auto|heart|oak|fern|espeak|kokoro/[a-z]{2}_[a-z0-9]+)$", default = "auto")]
    pub(crate) voice: String,
    /// The voice of the second speaker when `dialogue` is true; `auto` picks one that differs from `voice`.
    #[schema(pattern = "^(auto|heart|oak|fern|espeak|kokoro/[a-z]{2}_[a-z0-9]+)$", default = "auto")]
    pub(crate) voice2: String,
    /// How single words are pronounced: one word per line, as `CUDA = koo duh` or `Raft = /ɹˈæft/` (IPA).
    #[schema(default = "", max_length = 4000)]
    pub(crate) lexicon: String,
    /// The style of the captions: `pop` (the spoken word lights up and pops), `plain` (it lights up), `one-word` (one large
    /// word at a time), `karaoke` (words fill with colour as they are spoken), `box` (a box behind the spoken word),
    /// `typewriter` (words appear as they are said), `calm` (small, on a dark plate, no pop) or `off`.
    #[schema(
        value_type = String,
        pattern = "^(pop|plain|one-word|karaoke|box|typewriter|calm|off)$",
        default = "pop"
    )]
    pub(crate) captions: CaptionStyle,
    /// How much slang, from 0 (none) to 3.
    #[schema(minimum = 0, maximum = 3, default = 1)]
    pub(crate) slang: u8,
    /// How many memes, from 0 (none) to 3.
    #[schema(minimum = 0, maximum = 3, default = 1)]
    pub(crate) memes: u8,
    /// Whether two characters talk: one explains, the other asks.
    #[schema(default = false)]
    pub(crate) dialogue: bool,
    /// Who they are: `brain` (a brain explains, a sprout asks), `robot` (a robot and a ghost) or `owl` (an owl and a frog).
    #[schema(value_type = String, pattern = "^(brain|robot|owl)$", default = "brain")]
    pub(crate) characters: Characters,
    /// The kind of document, for a script written without a model: `paper`, `report`, `essay`, `chapter`, `manual`, `slides`,
    /// `announcement`, `article`, `law` or `form`; without it, its structure tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        value_type = Option<String>,
        pattern = "^(paper|report|essay|chapter|manual|slides|announcement|article|law|form)$"
    )]
    pub(crate) kind: Option<DocumentKind>,
    /// Whether the job ends with the script, to be read and edited before anything is rendered; `POST …/video` then makes the
    /// video.
    #[schema(default = false)]
    pub(crate) script_only: bool,
    /// What plays under the voice: `bed` (generated to fit the script), `bright`, `focus` or `calm` (generated in that mood), or
    /// `none`. A form may instead send an audio file in the field `music`, and another
    /// video from the PDF of a job with such a file keeps it with `own`.
    #[schema(pattern = "^(bed|bright|focus|calm|none|own)$", default = "bed")]
    pub(crate) music: String,
    /// The file or folder that `own` stands for.
    #[serde(skip)]
    pub(crate) own_music: Option<Music>,
    /// Sound effects: `on` or `off`.
    #[schema(pattern = "^(on|off)$", default = "on")]
    pub(crate) effects: String,
    /// When text is recognised on the pictures of pages: `auto` (as the server is set up, usually on scans and on pages whose
    /// text cannot be read), `always` or `never`.
    #[schema(value_type = String, pattern = "^(auto|always|never)$", default = "auto")]
    pub(crate) ocr: OcrMode,
    /// The seed of everything random; derived from the PDF if omitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seed: Option<u64>,
    /// The size of the frames in pixels, such as `540x960` for a quick preview; both numbers must be even.
    #[schema(pattern = "^[1-9][0-9]{1,2}[02468]x[1-9][0-9]{1,2}[02468]$", default = "1080x1920")]
    pub(crate) size: String,
    /// The most that the server may spend on paid services for this video, in US dollars. A limit of the server itself
    /// applies as well.
    #[schema(minimum = 0, maximum = 1000000)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_cost: Option<f64>,
}

impl Default for VideoOptions {
    fn default() -> Self {
        Self {
            style: None,
            length: 55,
            format: Format::Short,
            layout: Layout::Card,
            background: "auto".to_owned(),
            intensity: 2,
            colours: Colours::Auto,
            voice: "auto".to_owned(),
            voice2: "auto".to_owned(),
            lexicon: String::new(),
            captions: CaptionStyle::Pop,
            slang: 1,
            memes: 1,
            dialogue: false,
            characters: Characters::Brain,
            kind: None,
            script_only: false,
            music: "bed".to_owned(),
            own_music: None,
            effects: "on".to_owned(),
            ocr: OcrMode::Auto,
            seed: None,
            size: "1080x1920".to_owned(),
            max_cost: None,
        }
    }
}

/// What a style chooses. Built-in styles choose all of it.
const STYLED: [&str; 9] =
    ["background", "captions", "characters", "colours", "effects", "intensity", "memes", "music", "slang"];

/// The voices that every server has.
pub(crate) const VOICES: [&str; 5] = ["auto", "heart", "oak", "fern", "espeak"];

/// The shortest and the longest video that can be asked for, in seconds.
pub(crate) const MIN_LENGTH: u32 = *LENGTH_SECONDS.start();
pub(crate) const MAX_LENGTH: u32 = *LENGTH_SECONDS.end();

/// The longest lexicon, in bytes of its text.
pub(crate) const MAX_LEXICON: usize = 4000;

impl VideoOptions {
    /// Reads the fields of a form. Empty fields count as not given; `options` may hold several as a JSON object.
    ///
    /// # Errors
    ///
    /// Fails when a field is unknown, has another type, or is given twice with different values.
    pub(crate) fn from_fields(fields: Vec<(String, String)>) -> Result<Self, ApiError> {
        let mut given = Map::new();
        let mut texts: HashMap<String, String> = HashMap::new();
        for (name, text) in fields {
            let text = text.trim();
            if !text.is_empty()
                && texts.insert(name.clone(), text.to_owned()).is_some_and(|other| other != text)
            {
                let name: String = name.chars().take(40).collect();
                return Err(wrong(&format!("`{name}` is given twice with different values")));
            }
            match name.as_str() {
                _ if text.is_empty() => {}
                "options" => match serde_json::from_str(text) {
                    Ok(Value::Object(options)) => given.extend(options),
                    _ => return Err(wrong("`options` must be a JSON object")),
                },
                "length" | "intensity" | "slang" | "memes" | "seed" => {
                    let number: u64 = text
                        .parse()
                        .map_err(|_| wrong(&format!("`{name}` must be a whole number, not `{text}`")))?;
                    given.insert(name, number.into());
                }
                "dialogue" | "script-only" => {
                    let is_on = match text {
                        "true" | "on" | "1" => true,
                        "false" | "off" | "0" => false,
                        _ => return Err(wrong(&format!("`{name}` must be true or false, not `{text}`"))),
                    };
                    given.insert(name, is_on.into());
                }
                "max-cost" => {
                    let dollars: Option<f64> = text.parse().ok().filter(|dollars: &f64| dollars.is_finite());
                    let dollars = dollars.ok_or_else(|| {
                        wrong(&format!("`max-cost` must be an amount in US dollars, not `{text}`"))
                    })?;
                    given.insert(name, dollars.into());
                }
                _ => {
                    given.insert(name, text.into());
                }
            }
        }
        read(given)
    }

    /// Reads back what was chosen for a job. What a client cannot choose, such as clips that the command sent as the
    /// background, becomes the default.
    pub(crate) fn of_job(options: &Value, max_cost: Option<Cost>) -> Self {
        let made: MakeOptions = serde_json::from_value(options.clone()).unwrap_or_default();
        let background = match &made.background {
            BackgroundChoice::Style(style) => style.clone(),
            _ => "auto".to_owned(),
        };
        let (music, own_music) = match made.music.name() {
            Some(name) => (name, None),
            None => ("own", Some(made.music)),
        };
        let is_ours = |name: &String| is_voice(name);
        Self {
            style: None,
            length: u32::try_from(made.length_ms / 1000).unwrap_or(55).clamp(MIN_LENGTH, MAX_LENGTH),
            format: made.format,
            layout: made.layout,
            background,
            intensity: made.intensity,
            colours: made.colours,
            voice: Some(made.voice).filter(is_ours).unwrap_or_else(|| "auto".to_owned()),
            voice2: Some(made.voice2).filter(is_ours).unwrap_or_else(|| "auto".to_owned()),
            lexicon: lexicon_text(&made.lexicon),
            captions: made.captions,
            slang: made.slang,
            memes: made.memes,
            dialogue: made.dialogue,
            characters: made.characters,
            kind: made.kind,
            script_only: made.script_only,
            music: music.to_owned(),
            own_music,
            effects: if made.effects == Effects::Off { "off" } else { "on" }.to_owned(),
            ocr: made.ocr,
            seed: made.seed,
            size: format!("{}x{}", made.width, made.height),
            max_cost: max_cost.map(Cost::usd),
        }
    }

    /// Replaces the options that are given.
    ///
    /// # Errors
    ///
    /// Fails when an option is unknown or has another type.
    pub(crate) fn with(self, given: Map<String, Value>) -> Result<Self, ApiError> {
        let own_music = self.own_music.clone();
        let mut all = match serde_json::to_value(self) {
            Ok(Value::Object(all)) => all,
            _ => Map::new(),
        };
        all.extend(expanded(given)?);
        Ok(Self { own_music, ..read(all)? })
    }

    /// Puts the choices of a style over these ones; a name that no style has changes nothing.
    pub(crate) fn styled(self, name: Option<&str>) -> Self {
        let Some(name) = name.filter(|name| Style::named(name).is_some()) else { return self };
        let given = Map::from_iter([("style".to_owned(), name.into())]);
        self.clone().with(given).unwrap_or(self)
    }

    /// The limit of the job: the lower of what the client wants and what the server allows.
    ///
    /// # Errors
    ///
    /// Fails when what the client wants is no sum of money.
    pub(crate) fn limit(&self, allowed: Option<Cost>) -> Result<Option<Cost>, ApiError> {
        let wanted = match self.max_cost {
            None => None,
            Some(dollars) => {
                let cost = Cost::try_from_usd(dollars);
                let wrong = || wrong(&format!("`max-cost` must be 0 to {MAX_USD} US dollars"));
                Some(cost.ok_or_else(wrong)?)
            }
        };
        Ok(wanted.into_iter().chain(allowed).min())
    }

    /// Checks the choices and turns them into what the pipeline understands.
    ///
    /// # Errors
    ///
    /// Fails when a choice is none of those there are.
    pub(crate) fn make_options(self) -> Result<MakeOptions, ApiError> {
        if !(MIN_LENGTH..=MAX_LENGTH).contains(&self.length) {
            return Err(wrong(&format!("`length` must be {MIN_LENGTH} to {MAX_LENGTH} seconds")));
        }
        if self.intensity > 3 || self.slang > 3 || self.memes > 3 {
            return Err(wrong("`intensity`, `slang` and `memes` must be 0 to 3"));
        }
        if !is_background_style(&self.background) {
            let styles = background_styles().join(", ");
            return Err(wrong(&format!("`background` must be auto, {styles}, not `{}`", self.background)));
        }
        for (field, voice) in [("voice", &self.voice), ("voice2", &self.voice2)] {
            if !is_voice(voice) {
                return Err(wrong(&format!("`{field}` must be {}, not `{voice}`", VOICES.join(", "))));
            }
        }
        if self.lexicon.len() > MAX_LEXICON {
            return Err(wrong(&format!("`lexicon` must be at most {MAX_LEXICON} bytes long")));
        }
        let lexicon: Lexicon =
            self.lexicon.parse().map_err(|error| wrong(&format!("`lexicon` cannot be read: {error}")))?;
        let music = match self.music.as_str() {
            "own" if self.own_music.is_some() => self.own_music.unwrap_or(Music::Bed),
            name => Music::named(name).ok_or_else(|| {
                wrong(&format!("`music` must be {} or a file, not `{name}`", Music::NAMES.join(", ")))
            })?,
        };
        let effects = match self.effects.as_str() {
            "on" => Effects::On,
            "off" => Effects::Off,
            other => return Err(wrong(&format!("`effects` must be on or off, not `{other}`"))),
        };
        let (width, height) = frame_size(&self.size).map_err(|error| wrong(&format!("`size`: {error}")))?;
        let mut options = MakeOptions::default();
        options.format = self.format;
        options.length_ms = u64::from(self.length) * 1000;
        options.layout = self.layout;
        options.background = BackgroundChoice::Style(self.background);
        options.intensity = self.intensity;
        options.colours = self.colours;
        options.voice = self.voice;
        options.voice2 = self.voice2;
        options.lexicon = lexicon;
        options.captions = self.captions;
        options.slang = self.slang;
        options.memes = self.memes;
        options.dialogue = self.dialogue;
        options.characters = self.characters;
        options.kind = self.kind;
        options.script_only = self.script_only;
        options.music = music;
        options.effects = effects;
        options.ocr = self.ocr;
        options.seed = self.seed;
        options.width = width;
        options.height = height;
        Ok(options)
    }
}

/// Tells whether a text names a voice that some server may offer. Hosted voices are the operator's to choose.
fn is_voice(name: &str) -> bool {
    VOICES.contains(&name) || (name.starts_with("kokoro/") && VoiceLibrary::check_name(name).is_ok())
}

/// What a style chooses, by the names of the options.
pub(crate) fn choices_of(style: &Style) -> Map<String, Value> {
    let mut filled = MakeOptions::default();
    style.apply(&mut filled);
    let filled = serde_json::to_value(filled).unwrap_or_default();
    let Ok(Value::Object(filled)) = serde_json::to_value(VideoOptions::of_job(&filled, None)) else {
        return Map::new();
    };
    filled.into_iter().filter(|(name, _)| STYLED.contains(&name.as_str())).collect()
}

/// Puts the choices of a style in its place, where they are not given beside it.
fn expanded(mut given: Map<String, Value>) -> Result<Map<String, Value>, ApiError> {
    let Some(name) = given.remove("style") else { return Ok(given) };
    let style = name.as_str().and_then(Style::named);
    let style = style.ok_or_else(|| {
        let names: Vec<&str> = Style::names().collect();
        let name = name.as_str().map_or_else(|| name.to_string(), str::to_owned);
        wrong(&format!("`style` must be {}, not `{name}`", names.join(", ")))
    })?;
    for (name, value) in choices_of(&style) {
        given.entry(name).or_insert(value);
    }
    Ok(given)
}

fn read(options: Map<String, Value>) -> Result<VideoOptions, ApiError> {
    serde_json::from_value(Value::Object(expanded(options)?))
        .map_err(|error| wrong(&format!("the options cannot be read: {error}")))
}

/// Writes a lexicon as people write it.
fn lexicon_text(lexicon: &Lexicon) -> String {
    let Ok(Value::Object(words)) = serde_json::to_value(lexicon) else { return String::new() };
    words.iter().filter_map(|(word, said)| Some(format!("{word} = {}\n", said.as_str()?))).collect()
}

fn wrong(text: &str) -> ApiError {
    ApiError::wrong_request(text)
}

/// The options of a job; the usual ones where they cannot be read.
pub(crate) fn make_options_of(view: &JobView) -> MakeOptions {
    serde_json::from_value(view.job.options.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(fields: &[(&str, &str)]) -> Result<MakeOptions, ApiError> {
        let fields = fields.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        VideoOptions::from_fields(fields)?.make_options()
    }

    /// An attribute takes literals only.
    #[test]
    fn the_description_has_the_limits_that_are_kept() {
        let schema = serde_json::to_value(<VideoOptions as utoipa::PartialSchema>::schema()).unwrap();
        let option = |name: &str| &schema["properties"][name];
        let length = option("length");
        assert_eq!(
            (length["minimum"].as_f64(), length["maximum"].as_f64()),
            (Some(MIN_LENGTH.into()), Some(MAX_LENGTH.into()))
        );
        let text = format!("from {MIN_LENGTH} to {MAX_LENGTH}");
        assert!(length["description"].as_str().unwrap().contains(&text), "{length}");
        assert_eq!(option("max-cost")["maximum"].as_f64(), Some(MAX_USD));
        assert_eq!(option("lexicon")["maxLength"], MAX_LEXICON);
        let captions: Vec<&str> = CaptionStyle::ALL.iter().map(|style| style.name()).collect();
        assert_eq!(option("captions")["pattern"], format!("^({})$", captions.join("|")));
        let characters: Vec<&str> = Characters::ALL.iter().map(|pair| pair.name()).collect();
        assert_eq!(option("characters")["pattern"], format!("^({})$", characters.join("|")));
    }

    #[test]
    fn the_defaults_are_those_of_the_pipeline() {
        assert_eq!(made(&[]).unwrap(), MakeOptions::default());
        assert_eq!(made(&[("seed", ""), ("length", " ")]).unwrap(), MakeOptions::default());
        assert_eq!(made(&[("effects", "off")]).unwrap().effects, Effects::Off);
        assert_eq!(made(&[("ocr", "always")]).unwrap().ocr, OcrMode::Always);
    }

    #[test]
    fn shown_options_can_be_sent_again_and_hold_nothing_of_the_operator() {
        let sent = made(&[("length", "30"), ("voice", "oak"), ("size", "270x480"), ("seed", "7")]).unwrap();
        let shown = VideoOptions::of_job(&serde_json::to_value(&sent).unwrap(), None);
        let shown = serde_json::to_value(shown).unwrap();
        let again: VideoOptions = serde_json::from_value(shown).unwrap();
        assert_eq!(again.make_options().unwrap(), sent);
        let file = serde_json::json!({ "digest": "ab".repeat(32), "bytes": 1, "media_type": "video/mp4" });
        let stored = serde_json::json!({
            "background": { "clips": [file] },
            "music": { "file": file },
            "voice": "https://me:hush@host/v1?key=hush#v",
            "llm": "https://me:hush@host/v1?key=hush#m",
            "trends": { "command": "npx server --key=hush" },
            "pictures": { "files": [{ "name": "hush.png", "file": file }] },
        });
        let shown = serde_json::to_value(VideoOptions::of_job(&stored, None)).unwrap();
        let text = shown.to_string();
        assert!(!text.contains("hush") && !text.contains("abab"), "{text}");
        for hidden in ["llm", "trends", "pictures", "memes-by"] {
            assert!(shown.get(hidden).is_none(), "{hidden}");
        }
    }

    #[test]
    fn a_style_fills_in_what_is_not_given() {
        for name in Style::names() {
            let mut expected = MakeOptions::default();
            Style::named(name).unwrap().apply(&mut expected);
            assert_eq!(made(&[("style", name)]).unwrap(), expected, "{name}");
        }
        let options = made(&[("style", "plain"), ("memes", "3")]).unwrap();
        assert_eq!((options.memes, options.captions, options.music), (3, CaptionStyle::Calm, Music::None));
        let given = serde_json::json!({ "style": "arcade", "length": 45 }).as_object().unwrap().clone();
        let before = VideoOptions { memes: 0, slang: 0, ..VideoOptions::default() };
        let changed = before.with(given).unwrap();
        assert_eq!((changed.length, changed.memes, changed.colours), (45, 2, Colours::Midnight));
        let schema = serde_json::to_value(<VideoOptions as utoipa::PartialSchema>::schema()).unwrap();
        let names: Vec<&str> = Style::names().collect();
        assert_eq!(schema["properties"]["style"]["pattern"], format!("^({})$", names.join("|")));
        let music = format!("^({}|own)$", Music::NAMES.join("|"));
        assert_eq!(schema["properties"]["music"]["pattern"], music);
        let colours: Vec<&str> = Colours::ALL.iter().map(|colours| colours.name()).collect();
        assert_eq!(schema["properties"]["colours"]["pattern"], format!("^({})$", colours.join("|")));
    }

    #[test]
    fn fields_and_json_mean_the_same() {
        let fields = made(&[("length", "30"), ("layout", "b"), ("music", "none"), ("size", "270x480")]);
        let json = made(&[("options", r#"{"length":30,"layout":"b","music":"none","size":"270x480"}"#)]);
        assert_eq!(fields.as_ref().unwrap(), json.as_ref().unwrap());
        assert_eq!(fields.unwrap().length_ms, 30_000);
    }

    #[test]
    fn the_options_of_a_job_are_read_back() {
        let chosen = [
            ("length", "30"),
            ("voice", "kokoro/am_michael"),
            ("voice2", "fern"),
            ("dialogue", "true"),
            ("script-only", "true"),
            ("lexicon", "CUDA = koo duh\nRaft = /ɹˈæft/"),
            ("music", "none"),
            ("seed", "7"),
        ];
        let chosen = made(&chosen).unwrap();
        let options = VideoOptions::of_job(&serde_json::to_value(&chosen).unwrap(), Some(Cost(500_000)));
        assert_eq!((options.max_cost, options.lexicon.lines().count()), (Some(0.5), 2));
        assert_eq!(options.clone().make_options().unwrap(), chosen);
        let given = serde_json::json!({ "length": 45 }).as_object().unwrap().clone();
        let changed = options.with(given).unwrap().make_options().unwrap();
        assert_eq!(changed, chosen.with_length_ms(45_000));
    }

    #[test]
    fn own_music_stays_with_a_variant_and_cannot_be_named() {
        let file = brainwrought_core::data::BlobRef {
            digest: brainwrought_core::id::Digest::of(b"song"),
            bytes: 4,
            media_type: "audio/mpeg".to_owned(),
        };
        let chosen = MakeOptions::default().with_music(Music::File(file));
        let options = VideoOptions::of_job(&serde_json::to_value(&chosen).unwrap(), None);
        assert_eq!(options.make_options().unwrap(), chosen);
        assert!(made(&[("music", "own")]).is_err());
    }

    #[test]
    fn a_client_may_ask_for_less_than_the_server_allows() {
        let limit = |text: &str, allowed| {
            let fields = vec![("max-cost".to_owned(), text.to_owned())];
            VideoOptions::from_fields(fields).and_then(|options| options.limit(allowed))
        };
        let cents = |cents: u64| Some(Cost(cents * 10_000));
        assert_eq!(limit("", None).unwrap(), None);
        assert_eq!(limit("", cents(50)).unwrap(), cents(50));
        assert_eq!(limit("0.2", cents(50)).unwrap(), cents(20));
        assert_eq!(limit("2", cents(50)).unwrap(), cents(50));
        assert_eq!(limit("2", None).unwrap(), cents(200));
        for wrong in ["-1", "NaN", "1e9", "two"] {
            assert!(limit(wrong, None).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_field_may_be_given_twice_only_with_the_same_value() {
        assert_eq!(made(&[("length", "30"), ("length", " 30 "), ("length", "")]).unwrap().length_ms, 30_000);
        let error = made(&[("length", "30"), ("length", "60")]).unwrap_err().to_string();
        assert!(error.contains("`length` is given twice"), "{error}");
    }

    #[test]
    fn an_option_out_of_bounds_is_named() {
        for (name, text) in [
            ("length", "14"),
            ("length", "x"),
            ("intensity", "4"),
            ("slang", "-1"),
            ("memes", "4"),
            ("dialogue", "maybe"),
            ("script-only", "maybe"),
            ("background", "/etc/passwd"),
            ("style", "minecraft"),
            ("style", "/etc/passwd"),
            ("colours", "beige"),
            ("voice", "elvis"),
            ("voice", "openai:alloy"),
            ("voice2", "piper:/etc/passwd"),
            ("lexicon", "no equals sign"),
            ("music", "/etc/passwd"),
            ("effects", "loud"),
            ("ocr", "sometimes"),
            ("size", "271x480"),
            ("size", "100000x100000"),
            ("layout", "z"),
            ("options", "[]"),
            ("lenght", "30"),
        ] {
            let error = made(&[(name, text)]).unwrap_err();
            assert!(matches!(error, ApiError::WrongRequest(_)), "{name}: {error}");
        }
    }
}
