//! What the arguments, the environment and the config file mean together: arguments win over the environment, the
//! environment over the file, the file over defaults.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use brainwrought_http::CallbackHost;
use brainwrought_stages::audio::VoiceLibrary;
use brainwrought_stages::frame::frame_size;
use brainwrought_stages::llm::{LOCAL_SERVERS, LlmChoice, NoSuchLlm};
use brainwrought_stages::parse::OcrMode;
use brainwrought_stages::provider::{Address, ProviderSettings, is_local_address};
use brainwrought_stages::script::TrendChoice;
use brainwrought_stages::standard::{BackgroundChoice, MakeOptions, Music, Resources, Style, StyleError};
use brainwrought_stages::visuals::{MemesBy, PictureChoice, Pictures, VideoGenerator};
use brainwrought_store::StoreOptions;

use crate::args::{LogFormat, StoreArgs};
use crate::byte_size::ByteSize;
use crate::config_file::{C2paSection, ConfigFile, ObserveSection, WorkerSection};
use crate::exit::WrongCommand;
use crate::model_wish::ModelWish;
use crate::money::MaxCost;
use crate::small_file::read_text;
use crate::video_args::VideoArgs;

/// How the files of videos end.
const VIDEO_FILES: [&str; 6] = ["avi", "m4v", "mkv", "mov", "mp4", "webm"];
/// How the files of pictures and clips end that a script may ask for.
const PICTURE_FILES: [&str; 8] = ["jpeg", "jpg", "m4v", "mov", "mp4", "png", "webm", "webp"];

/// The least of a document that a language model is sent at once, in tokens: a page or two.
const LEAST_DOCUMENT_TOKENS: u32 = 1_000;

/// What is wrong when [`Config::resources_unknown`] is true.
pub(crate) const RESOURCES_UNKNOWN: &str =
    "neither HOME nor XDG_DATA_HOME is set, so the folder of the PDF engine and the voice is unknown";
/// What to do about it.
pub(crate) const NAME_RESOURCES: &str = "set BRAINWROUGHT_DATA to the folder that `make setup` used";

/// Where everything lies.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// The URL of the job store.
    pub(crate) jobs: String,
    /// The URL of the artifact store.
    pub(crate) artifacts: String,
    /// The folder with voices and libraries.
    pub(crate) resources: PathBuf,
    /// True when nothing says where that folder is, not even the home folder: then it is looked for in the current one.
    pub(crate) resources_unknown: bool,
    /// Keys, endpoints and regions of remote stores.
    pub(crate) options: StoreOptions,
    /// The dataset at the Hugging Face Hub that videos are published to, as `owner/name`.
    pub(crate) dataset: Option<String>,
    /// Keys, addresses and prices of providers, and whether anything may be sent.
    pub(crate) providers: ProviderSettings,
    /// The language model that writes scripts, where no argument says otherwise.
    pub(crate) llm: Option<ModelWish>,
    /// The model servers of this machine that are looked at where the choice of a model is left to the program.
    pub(crate) llm_servers: Vec<String>,
    /// The most tokens of a document that the language model is sent at once, where no argument says otherwise.
    pub(crate) document_tokens: Option<u32>,
    /// The most that the providers of a job may be paid, where no argument says otherwise.
    pub(crate) max_cost: MaxCost,
    /// The most that a server stores, where no argument says otherwise.
    pub(crate) max_storage: Option<ByteSize>,
    /// Where pictures come from, where no argument says otherwise.
    pub(crate) pictures: Option<PictureChoice>,
    /// Who draws memes.
    pub(crate) memes_by: MemesBy,
    pub(crate) ocr: OcrMode,
    /// Servers that make clips, by their names.
    pub(crate) video_generators: BTreeMap<String, VideoGenerator>,
    /// Where slang and trends are looked up, where no argument says otherwise.
    pub(crate) trends: TrendChoice,
    /// Hosts that clients of a server may have called once their job has ended, where no argument says otherwise.
    pub(crate) callback_hosts: Vec<CallbackHost>,
    /// What workers take on, where no argument says otherwise.
    pub(crate) worker: WorkerSection,
    /// By whom videos are signed.
    pub(crate) c2pa: C2paSection,
    /// What is told of what happens, where no argument says otherwise.
    pub(crate) observe: ObserveSection,
}

/// What a video should be like, with the user's own files still to be read.
#[derive(Debug, Clone)]
pub(crate) struct VideoConfig {
    /// The options, without the user's files.
    pub(crate) options: MakeOptions,
    /// Whether the language model is yet to be found on this machine.
    pub(crate) wants_local_model: bool,
    /// The user's background clips.
    pub(crate) clips: Vec<PathBuf>,
    /// The user's own pictures.
    pub(crate) pictures: Vec<PathBuf>,
    /// The user's music: one file, or those of a folder.
    pub(crate) music: Vec<PathBuf>,
    /// The user's pronunciations.
    pub(crate) lexicon: Option<PathBuf>,
    /// A script that somebody wrote.
    pub(crate) script: Option<PathBuf>,
    /// The password of the PDF.
    pub(crate) password: Option<String>,
}

impl Config {
    /// Checks that a language model can be asked from here: that there is a key, and the network is on. Opens no connection.
    pub(crate) fn check_llm(&self, llm: &LlmChoice) -> Result<(), WrongCommand> {
        llm.open(&self.providers).map(drop).map_err(|error| WrongCommand(format!("--llm {llm}: {error}")))
    }

    /// Checks that pictures can be asked for from here, as [`Self::check_llm`] does for a model.
    pub(crate) fn check_pictures(&self, pictures: &Pictures) -> Result<(), WrongCommand> {
        let opened = pictures.open(&self.providers);
        opened.map(drop).map_err(|error| WrongCommand(format!("pictures: {error}")))
    }

    /// Checks that whoever draws memes can be asked from here, as [`Self::check_llm`] does for a model.
    pub(crate) fn check_memes(&self, memes_by: MemesBy) -> Result<(), WrongCommand> {
        memes_by.check(&self.providers).map_err(|error| WrongCommand(format!("memes by Imgflip: {error}")))
    }

    /// Puts arguments, environment and config file together.
    pub(crate) fn new(args: &StoreArgs) -> Result<Self, WrongCommand> {
        let named = args.config.clone().or_else(|| env("BRAINWROUGHT_CONFIG").map(PathBuf::from));
        let file = ConfigFile::find(named.as_deref())?;
        let providers = crate::providers::settings(args.offline, &file, env)?;
        // Other programs use the name too, for other databases.
        let database = env("DATABASE_URL").filter(|url| is_postgres(url));
        let both = env("BRAINWROUGHT_STORE");
        let jobs = env("BRAINWROUGHT_JOBS").or(database);
        let jobs = first([&args.jobs, &args.store, &jobs, &both, &file.jobs, &file.store]);
        let artifacts = env("BRAINWROUGHT_ARTIFACTS");
        let artifacts =
            first([&args.artifacts, &args.store, &artifacts, &both, &file.artifacts, &file.store]);
        let log_format = args.log_format.map_or_else(log_format, |format| Ok(Some(format)))?;
        let metrics = env("BRAINWROUGHT_METRICS").map(|text| address(&text)).transpose()?;
        let observe = ObserveSection {
            log_format: log_format.or(file.observe.log_format),
            log_filter: env("RUST_LOG").or(file.observe.log_filter),
            metrics: metrics.or(file.observe.metrics),
            otlp_endpoint: env("OTEL_EXPORTER_OTLP_ENDPOINT").or(file.observe.otlp_endpoint),
        };
        let llm = env("BRAINWROUGHT_LLM").map(|text| text.parse()).transpose();
        let llm = llm.map_err(|error: NoSuchLlm| WrongCommand(format!("$BRAINWROUGHT_LLM: {error}")))?;
        let trends = env("BRAINWROUGHT_TRENDS").or(file.trends);
        let trends = trends.as_deref().map(crate::trends::choice).transpose()?.unwrap_or_default();
        let resources = args.resources.clone().or_else(|| env_resources().or(file.resources)).or_else(share);
        // The address of a store holds its password, which the messages about a folder would print.
        if resources.as_ref().is_some_and(|folder| folder.to_string_lossy().contains("://")) {
            return Err(WrongCommand(format!(
                "the resources are a folder, not an address; {NAME_RESOURCES}"
            )));
        }
        let callback_hosts = file.callback_hosts.iter().map(|text| text.parse()).collect::<Result<_, _>>();
        let callback_hosts = callback_hosts
            .map_err(|error| WrongCommand(format!("`callback-hosts` in the config file: {error}")))?;
        Ok(Self {
            jobs,
            artifacts,
            resources_unknown: resources.is_none(),
            resources: resources.unwrap_or_else(|| PathBuf::from("brainwrought")),
            options: file.options.into_iter().chain(store_variables()).collect(),
            dataset: env("HF_DATASET_REPO").or(file.dataset),
            providers,
            llm: llm.or(file.llm),
            llm_servers: llm_servers(file.llm_servers)?,
            document_tokens: file.document_tokens.map(|tokens| tokens.max(LEAST_DOCUMENT_TOKENS)),
            max_cost: file.max_cost.and_then(MaxCost::of_usd).unwrap_or(MaxCost(None)),
            max_storage: file.max_storage,
            pictures: file.pictures,
            memes_by: file.memes_by,
            ocr: file.ocr,
            video_generators: file.video_generators,
            trends,
            callback_hosts,
            worker: file.worker,
            c2pa: file.c2pa,
            observe,
        })
    }
}

impl VideoConfig {
    /// Gives the arguments their meaning; looks at no file but to tell a style from a path.
    pub(crate) fn new(args: &VideoArgs, config: &Config) -> Result<Self, WrongCommand> {
        let (width, height) = size(args.size.as_deref())?;
        let mut options = MakeOptions::default();
        if let Some(name) = &args.style {
            style(name)?.apply(&mut options);
        }
        let mut clips = Vec::new();
        match &args.background {
            None => {}
            Some(name) if brainwrought_stages::standard::is_background_style(name) => {
                options.background = BackgroundChoice::Style(name.clone());
            }
            Some(path) => {
                clips = clip_files(Path::new(path))?;
                options.background = BackgroundChoice::Clips(Vec::new());
            }
        }
        let mut music = Vec::new();
        if let Some(name) = &args.music {
            options.music = match Music::named(name) {
                Some(generated) => generated,
                None if Path::new(name).is_dir() => {
                    music = music_files(Path::new(name))?;
                    Music::Folder(Vec::new())
                }
                None => {
                    music = vec![PathBuf::from(name)];
                    Music::None
                }
            };
        }
        let llm = args.llm.clone().or_else(|| config.llm.clone());
        let trends = match &args.trends {
            Some(text) => crate::trends::chosen(text, llm.is_some())?,
            None => config.trends.clone(),
        };
        let (pictures, picture_files) =
            pictures(args.pictures.as_ref().or(config.pictures.as_ref()), config)?;
        options.format = args.format;
        options.length_ms = u64::from(args.length) * 1000;
        options.layout = args.layout;
        options.intensity = args.intensity.unwrap_or(options.intensity);
        options.colours = args.colours.unwrap_or(options.colours);
        options.voice = voice(&args.voice)?;
        options.voice2 = voice(&args.voice2)?;
        options.voice_failure = args.voice_failure;
        options.captions = args.captions.unwrap_or(options.captions);
        options.slang = args.slang.unwrap_or(options.slang);
        options.memes = args.memes.unwrap_or(options.memes);
        options.memes_by = args.memes_by.unwrap_or(config.memes_by);
        options.dialogue = args.dialogue;
        options.characters = args.characters.unwrap_or(options.characters);
        options.kind = args.kind;
        options.effects = args.effects.unwrap_or(options.effects);
        options.seed = args.seed;
        options.width = width;
        options.height = height;
        let wants_local_model = llm == Some(ModelWish::Auto);
        options.llm = llm.and_then(ModelWish::into_named);
        options.document_tokens = args.document_tokens.or(config.document_tokens);
        options.trends = trends;
        options.pictures = pictures;
        options.ocr = args.ocr.unwrap_or(config.ocr);
        let password = args.password.clone().or_else(pdf_password);
        let pictures = picture_files;
        Ok(Self {
            options,
            wants_local_model,
            clips,
            pictures,
            music,
            lexicon: args.lexicon.clone(),
            script: args.script.clone(),
            password,
        })
    }
}

/// The model servers that are looked at: those of the environment, else those of the config file, else the usual ones.
fn llm_servers(configured: Vec<String>) -> Result<Vec<String>, WrongCommand> {
    let named = env("BRAINWROUGHT_LLM_SERVERS");
    let named: Vec<String> =
        named.iter().flat_map(|text| text.split_whitespace()).map(str::to_owned).collect();
    let servers = if named.is_empty() { configured } else { named };
    if servers.is_empty() {
        return Ok(LOCAL_SERVERS.map(str::to_owned).to_vec());
    }
    match servers.iter().find(|server| !is_local_address(server)) {
        Some(wrong) => Err(WrongCommand(format!(
            "`llm-servers` and $BRAINWROUGHT_LLM_SERVERS take addresses of this machine, such as {}, not `{}`",
            LOCAL_SERVERS[0],
            Address::new(wrong)
        ))),
        None => Ok(servers),
    }
}

/// The built-in style of this name, or the one that a file describes.
fn style(name: &str) -> Result<Style, WrongCommand> {
    if let Some(built_in) = Style::named(name) {
        return Ok(built_in);
    }
    let path = Path::new(name);
    if !path.exists() {
        let names: Vec<&str> = Style::names().collect();
        return Err(WrongCommand(format!(
            "there is no style `{name}`, and no such file; choose one of {}, or write a TOML file",
            names.join(", ")
        )));
    }
    let text = read_text(path);
    let text = text.map_err(|error| WrongCommand(format!("the style {name} cannot be read: {error}")))?;
    text.parse().map_err(|error: StyleError| {
        let detail = error.source().map(|source| format!(": {source}")).unwrap_or_default();
        WrongCommand(format!("{name}: {error}{detail}"))
    })
}

/// The name of a voice, if it is one.
fn voice(name: &str) -> Result<String, WrongCommand> {
    VoiceLibrary::check_name(name).map_err(|error| WrongCommand(error.to_string()))?;
    Ok(name.to_owned())
}

/// The password of encrypted PDFs that the environment gives. It is kept in memory only: never in a job, never logged.
pub(crate) fn pdf_password() -> Option<String> {
    env("BRAINWROUGHT_PDF_PASSWORD")
}

/// The port that the environment gives a server.
pub(crate) fn port() -> Option<String> {
    env("PORT")
}

/// The token of the operators of a server. Only its digest is kept.
pub(crate) fn operator_token() -> Option<String> {
    env("BRAINWROUGHT_OPERATOR_TOKEN")
}

/// What callbacks are signed with. It is in no answer, log or job.
pub(crate) fn webhook_secret() -> Option<String> {
    env("BRAINWROUGHT_WEBHOOK_SECRET")
}

/// The value of a variable that a command names.
pub(crate) fn variable(name: &str) -> Option<String> {
    env(name)
}

fn size(text: Option<&str>) -> Result<(u32, u32), WrongCommand> {
    text.map_or(Ok((1080, 1920)), frame_size).map_err(|error| WrongCommand(error.to_string()))
}

/// Tells whether a file is a clip, by the end of its name.
pub(crate) fn is_video(path: &Path) -> bool {
    has_ending(path, &VIDEO_FILES)
}

fn has_ending(path: &Path, endings: &[&str]) -> bool {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    extension.is_some_and(|extension| endings.contains(&extension.as_str()))
}

/// Where pictures come from, and the files that are still to be stored.
pub(crate) fn pictures(
    choice: Option<&PictureChoice>,
    config: &Config,
) -> Result<(Option<Pictures>, Vec<PathBuf>), WrongCommand> {
    let hosted = match choice {
        None | Some(PictureChoice::None) => return Ok((None, Vec::new())),
        Some(PictureChoice::OpenAi(model)) => Pictures::OpenAi(model.clone()),
        Some(PictureChoice::Gemini(model)) => Pictures::Gemini(model.clone()),
        Some(PictureChoice::Pexels) => Pictures::Pexels,
        Some(PictureChoice::Pixabay) => Pictures::Pixabay,
        Some(PictureChoice::Generator(name)) => {
            let known = config
                .video_generators
                .get(name)
                .ok_or_else(|| WrongCommand(format!("the config file has no [video-generators.{name}]")))?;
            Pictures::Generator(Box::new(VideoGenerator { name: name.clone(), ..known.clone() }))
        }
        Some(PictureChoice::Folder(folder)) => {
            return Ok((Some(Pictures::Files(Vec::new())), files_in(folder, &PICTURE_FILES)?));
        }
        Some(_) => return Err(WrongCommand("this place for pictures is not known here".to_owned())),
    };
    Ok((Some(hosted), Vec::new()))
}

/// The file itself, or the video files of the folder in the order of their names.
fn clip_files(path: &Path) -> Result<Vec<PathBuf>, WrongCommand> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    files_in(path, &VIDEO_FILES).map_err(|error| {
        let styles = brainwrought_stages::standard::background_styles().join(", ");
        WrongCommand(format!("{error}; styles are {styles}"))
    })
}

/// The files of a folder that end in one of these ways, in the order of their names.
fn files_in(path: &Path, endings: &[&str]) -> Result<Vec<PathBuf>, WrongCommand> {
    let entries = std::fs::read_dir(path)
        .map_err(|_| WrongCommand(format!("`{}` is no folder that can be read", path.display())))?;
    let files = files_of(entries, endings);
    if files.is_empty() {
        let endings = endings.join(", ");
        return Err(WrongCommand(format!("the folder `{}` holds none of {endings}", path.display())));
    }
    Ok(files)
}

/// The audio files of the folder in the order of their names.
fn music_files(folder: &Path) -> Result<Vec<PathBuf>, WrongCommand> {
    const SOUND: [&str; 5] = ["flac", "mp3", "oga", "ogg", "wav"];
    /// They all travel with the job, and one of them is heard.
    const MAX_TRACKS: usize = 64;
    let shown = folder.display();
    let entries = std::fs::read_dir(folder)
        .map_err(|error| WrongCommand(format!("could not read the folder `{shown}`: {error}")))?;
    let files = files_of(entries, &SOUND);
    match files.len() {
        1..=MAX_TRACKS => Ok(files),
        0 => Err(WrongCommand(format!("the folder `{shown}` holds no music ({})", SOUND.join(", ")))),
        count => {
            Err(WrongCommand(format!("the folder `{shown}` holds {count} files, the most are {MAX_TRACKS}")))
        }
    }
}

fn files_of(entries: std::fs::ReadDir, endings: &[&str]) -> Vec<PathBuf> {
    let is_one = |path: &PathBuf| has_ending(path, endings);
    let mut files: Vec<PathBuf> =
        entries.filter_map(|entry| Some(entry.ok()?.path())).filter(is_one).collect();
    files.sort();
    files
}

/// The first that says something; the default where none does.
fn first(said: [&Option<String>; 6]) -> String {
    said.into_iter().flatten().next().cloned().unwrap_or_else(|| "file:./data".to_owned())
}

fn is_postgres(url: &str) -> bool {
    ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme))
}

fn log_format() -> Result<Option<LogFormat>, WrongCommand> {
    match env("BRAINWROUGHT_LOG_FORMAT").as_deref() {
        None => Ok(None),
        Some("text") => Ok(Some(LogFormat::Text)),
        Some("json") => Ok(Some(LogFormat::Json)),
        Some(other) => {
            Err(WrongCommand(format!("$BRAINWROUGHT_LOG_FORMAT is `{other}`; it may be `text` or `json`")))
        }
    }
}

fn address(text: &str) -> Result<SocketAddr, WrongCommand> {
    text.parse().map_err(|_| {
        WrongCommand(format!("$BRAINWROUGHT_METRICS is `{text}`; give an address, such as 127.0.0.1:9464"))
    })
}

fn env_resources() -> Option<PathBuf> {
    env("BRAINWROUGHT_DATA").map(PathBuf::from)
}

/// The user's own folder, else the one that the program was installed with, else where the user's own would be.
fn share() -> Option<PathBuf> {
    let share = env("XDG_DATA_HOME").map(PathBuf::from);
    let share = share.or_else(|| Some(PathBuf::from(env("HOME")?).join(".local").join("share")));
    let own = share.map(|share| share.join("brainwrought"));
    match own {
        Some(own) if own.is_dir() => Some(own),
        own => Resources::installed_folder().or(own),
    }
}

/// What the environment says for the stores: the variables of the providers' own tools.
fn store_variables() -> impl Iterator<Item = (String, String)> {
    let variables =
        std::env::vars_os().filter_map(|(name, value)| name.into_string().ok().zip(value.into_string().ok()));
    variables.filter(|(name, value)| !value.is_empty() && StoreOptions::takes(name))
}

#[expect(clippy::disallowed_methods, reason = "the binary is where the environment is read")]
fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_even_and_bounded() {
        assert_eq!(size(None).unwrap(), (1080, 1920));
        assert_eq!(size(Some("270x480")).unwrap(), (270, 480));
        for wrong in ["271x480", "0x0", "1080", "axb", "100000x100000"] {
            assert!(size(Some(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_folder_gives_its_videos_in_order() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.MP4", "a.webm", "notes.txt"] {
            std::fs::write(folder.path().join(name), b"").unwrap();
        }
        let files = clip_files(folder.path()).unwrap();
        let names: Vec<_> = files.iter().map(|file| file.file_name().unwrap().to_owned()).collect();
        assert_eq!(names, ["a.webm", "b.MP4"]);
    }

    #[test]
    fn a_folder_of_music_gives_its_files_in_order() {
        let folder = tempfile::tempdir().unwrap();
        assert!(music_files(folder.path()).unwrap_err().to_string().contains("no music"));
        for name in ["calm.ogg", "bright.MP3", "cover.jpg"] {
            std::fs::write(folder.path().join(name), b"").unwrap();
        }
        let files = music_files(folder.path()).unwrap();
        let names: Vec<_> = files.iter().map(|file| file.file_name().unwrap().to_owned()).collect();
        assert_eq!(names, ["bright.MP3", "calm.ogg"]);
    }

    #[test]
    fn an_unknown_choice_is_refused_with_the_choices() {
        let error = clip_files(Path::new("/nowhere/at/all")).unwrap_err();
        assert!(error.to_string().contains("styles are"), "{error}");
    }
}
