//! [`VideoOptions`]: what a client can choose about a video, checked.

use brainwrought_core::purse::Cost;
use brainwrought_stages::standard::{
    BackgroundChoice, CaptionStyle, EffectsChoice, Format, Layout, MakeOptions, Music, background_styles,
    is_background_style,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::ApiError;

/// What a client can choose about a video. The names are those of the command's flags.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct VideoOptions {
    /// The length in seconds, from 15 to 180.
    #[schema(minimum = 15, maximum = 180, default = 55)]
    pub(crate) length: u32,
    /// The kind of video: `short`.
    #[schema(value_type = String, pattern = "^short$", default = "short")]
    pub(crate) format: Format,
    /// Where pictures stand: a card above full-screen motion (`a`), or half and half (`b`).
    #[schema(value_type = String, pattern = "^(a|b)$", default = "a")]
    pub(crate) layout: Layout,
    /// What moves behind: `auto`, or the name of a style.
    #[schema(default = "auto")]
    pub(crate) background: String,
    /// How lively the background is, from 0 (calm) to 3.
    #[schema(minimum = 0, maximum = 3, default = 2)]
    pub(crate) intensity: u8,
    /// The voice: `auto`, `heart`, `oak`, `fern` or `espeak`.
    #[schema(pattern = "^(auto|heart|oak|fern|espeak)$", default = "auto")]
    pub(crate) voice: String,
    /// How captions look: `pop`, `plain` or `off`.
    #[schema(value_type = String, pattern = "^(pop|plain|off)$", default = "pop")]
    pub(crate) captions: CaptionStyle,
    /// How much slang, from 0 (none) to 3.
    #[schema(minimum = 0, maximum = 3, default = 1)]
    pub(crate) slang: u8,
    /// How many memes, from 0 (none) to 3.
    #[schema(minimum = 0, maximum = 3, default = 1)]
    pub(crate) memes: u8,
    /// Whether two characters talk: one who explains, and one who asks.
    #[schema(default = false)]
    pub(crate) dialogue: bool,
    /// What plays under the voice: `bed` or `none`.
    #[schema(pattern = "^(bed|none)$", default = "bed")]
    pub(crate) music: String,
    /// Whether there are sounds beside voice and music: `on` or `off`.
    #[schema(pattern = "^(on|off)$", default = "on")]
    pub(crate) effects: String,
    /// The seed of everything that is drawn by chance; taken from the PDF when it is not given.
    pub(crate) seed: Option<u64>,
    /// The size of the frames, such as `540x960` for a quick look; two even numbers.
    #[schema(pattern = "^[1-9][0-9]{1,2}[02468]x[1-9][0-9]{1,2}[02468]$", default = "1080x1920")]
    pub(crate) size: String,
    /// The most that the server may pay its providers for the video, in US dollars. The server may have a lower limit of
    /// its own, which also holds when none is given.
    #[schema(minimum = 0, maximum = 1000000)]
    pub(crate) max_cost: Option<f64>,
}

impl Default for VideoOptions {
    fn default() -> Self {
        Self {
            length: 55,
            format: Format::Short,
            layout: Layout::A,
            background: "auto".to_owned(),
            intensity: 2,
            voice: "auto".to_owned(),
            captions: CaptionStyle::Pop,
            slang: 1,
            memes: 1,
            dialogue: false,
            music: "bed".to_owned(),
            effects: "on".to_owned(),
            seed: None,
            size: "1080x1920".to_owned(),
            max_cost: None,
        }
    }
}

/// Nobody pays more for a video, in US dollars.
const MOST_DOLLARS: f64 = 1e6;

/// The voices that can be chosen.
pub(crate) const VOICES: [&str; 5] = ["auto", "heart", "oak", "fern", "espeak"];

impl VideoOptions {
    /// Reads the fields of a form. Empty fields count as not given; `options` may hold several as a JSON object.
    ///
    /// # Errors
    ///
    /// Fails when a field is unknown or has another type.
    pub(crate) fn from_fields(fields: Vec<(String, String)>) -> Result<Self, ApiError> {
        let mut given = Map::new();
        for (name, text) in fields {
            let text = text.trim();
            match name.as_str() {
                _ if text.is_empty() => {}
                "options" => match serde_json::from_str(text) {
                    Ok(Value::Object(options)) => given.extend(options),
                    _ => return Err(wrong("`options` takes a JSON object")),
                },
                "length" | "intensity" | "slang" | "memes" | "seed" => {
                    let number: u64 = text
                        .parse()
                        .map_err(|_| wrong(&format!("`{name}` takes a whole number, not `{text}`")))?;
                    given.insert(name, number.into());
                }
                "dialogue" => {
                    let is_on = match text {
                        "true" | "on" | "1" => true,
                        "false" | "off" | "0" => false,
                        _ => return Err(wrong(&format!("`dialogue` is true or false, not `{text}`"))),
                    };
                    given.insert(name, is_on.into());
                }
                "max-cost" => {
                    let dollars: Option<f64> = text.parse().ok().filter(|dollars: &f64| dollars.is_finite());
                    let dollars = dollars
                        .ok_or_else(|| wrong(&format!("`max-cost` takes US dollars, not `{text}`")))?;
                    given.insert(name, dollars.into());
                }
                _ => {
                    given.insert(name, text.into());
                }
            }
        }
        serde_json::from_value(Value::Object(given))
            .map_err(|error| wrong(&format!("the options cannot be read: {error}")))
    }

    /// The limit of the job: the lower of what the client wants and what the server allows.
    ///
    /// # Errors
    ///
    /// Fails when what the client wants is no sum of money.
    pub(crate) fn limit(&self, allowed: Option<Cost>) -> Result<Option<Cost>, ApiError> {
        let wanted = match self.max_cost {
            None => None,
            Some(dollars) if (0.0..=MOST_DOLLARS).contains(&dollars) => Some(Cost::from_usd(dollars)),
            Some(_) => return Err(wrong("`max-cost` goes from 0 to 1000000 US dollars")),
        };
        Ok(wanted.into_iter().chain(allowed).min())
    }

    /// Checks the choices and turns them into what the pipeline understands.
    ///
    /// # Errors
    ///
    /// Fails when a choice is none of those there are.
    pub(crate) fn make_options(self) -> Result<MakeOptions, ApiError> {
        if !(15..=180).contains(&self.length) {
            return Err(wrong("`length` goes from 15 to 180 seconds"));
        }
        if self.intensity > 3 || self.slang > 3 || self.memes > 3 {
            return Err(wrong("`intensity`, `slang` and `memes` go from 0 to 3"));
        }
        if !is_background_style(&self.background) {
            let styles = background_styles().join(", ");
            return Err(wrong(&format!("`background` is auto, {styles}, not `{}`", self.background)));
        }
        if !VOICES.contains(&self.voice.as_str()) {
            return Err(wrong(&format!("`voice` is {}, not `{}`", VOICES.join(", "), self.voice)));
        }
        let music = match self.music.as_str() {
            "bed" => Music::Bed,
            "none" => Music::None,
            other => return Err(wrong(&format!("`music` is bed or none, not `{other}`"))),
        };
        let effects = match self.effects.as_str() {
            "on" => EffectsChoice::On,
            "off" => EffectsChoice::Off,
            other => return Err(wrong(&format!("`effects` is on or off, not `{other}`"))),
        };
        let (width, height) = size(&self.size).ok_or_else(|| {
            wrong(&format!("`size` takes two even numbers, such as 540x960, not `{}`", self.size))
        })?;
        Ok(MakeOptions {
            format: self.format,
            length_ms: u64::from(self.length) * 1000,
            layout: self.layout,
            background: BackgroundChoice::Style(self.background),
            intensity: self.intensity,
            voice: self.voice,
            captions: self.captions,
            slang: self.slang,
            memes: self.memes,
            dialogue: self.dialogue,
            music,
            effects,
            seed: self.seed,
            width,
            height,
            ..MakeOptions::default()
        })
    }
}

/// Reads a size of at most twice the usual one.
fn size(text: &str) -> Option<(u32, u32)> {
    let (width, height) = text.split_once('x')?;
    let (width, height): (u32, u32) = (width.parse().ok()?, height.parse().ok()?);
    let fits = (180..=2160).contains(&width) && (320..=3840).contains(&height);
    (fits && width % 2 == 0 && height % 2 == 0).then_some((width, height))
}

fn wrong(text: &str) -> ApiError {
    ApiError::wrong_request(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fields: &[(&str, &str)]) -> Result<MakeOptions, ApiError> {
        let fields = fields.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        VideoOptions::from_fields(fields)?.make_options()
    }

    #[test]
    fn the_defaults_are_those_of_the_pipeline() {
        assert_eq!(read(&[]).unwrap(), MakeOptions::default());
        assert_eq!(read(&[("seed", ""), ("length", " ")]).unwrap(), MakeOptions::default());
        assert_eq!(read(&[("effects", "off")]).unwrap().effects, EffectsChoice::Off);
    }

    #[test]
    fn fields_and_json_mean_the_same() {
        let fields = read(&[("length", "30"), ("layout", "b"), ("music", "none"), ("size", "270x480")]);
        let json = read(&[("options", r#"{"length":30,"layout":"b","music":"none","size":"270x480"}"#)]);
        assert_eq!(fields.as_ref().unwrap(), json.as_ref().unwrap());
        assert_eq!(fields.unwrap().length_ms, 30_000);
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
    fn what_is_out_of_bounds_is_named() {
        for (name, text) in [
            ("length", "14"),
            ("length", "x"),
            ("intensity", "4"),
            ("slang", "-1"),
            ("memes", "4"),
            ("dialogue", "maybe"),
            ("background", "/etc/passwd"),
            ("voice", "elvis"),
            ("music", "/etc/passwd"),
            ("effects", "loud"),
            ("size", "271x480"),
            ("size", "100000x100000"),
            ("layout", "z"),
            ("options", "[]"),
            ("lenght", "30"),
        ] {
            let error = read(&[(name, text)]).unwrap_err();
            assert!(matches!(error, ApiError::WrongRequest(_)), "{name}: {error}");
        }
    }
}
