//! What the arguments and the environment mean together: arguments win over the environment, the environment over
//! defaults.

use std::path::{Path, PathBuf};

use brainwrought_stages::standard::{BackgroundChoice, MakeOptions, Music};
use brainwrought_store::StoreOptions;

use crate::args::{StoreArgs, VideoArgs};
use crate::exit::WrongCommand;

/// Where everything lies.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// The URL of the job store.
    pub(crate) jobs: String,
    /// The URL of the artifact store.
    pub(crate) artifacts: String,
    /// The folder with voices and libraries.
    pub(crate) resources: PathBuf,
    /// Keys, endpoints and regions of remote stores.
    pub(crate) options: StoreOptions,
    /// The dataset at the Hugging Face Hub that videos are published to, as `owner/name`.
    pub(crate) dataset: Option<String>,
}

/// What a video should be like, with the user's own files still to be read.
#[derive(Debug, Clone)]
pub(crate) struct VideoConfig {
    /// The options, without the user's files.
    pub(crate) options: MakeOptions,
    /// The user's background clips.
    pub(crate) clips: Vec<PathBuf>,
    /// The user's music.
    pub(crate) music: Option<PathBuf>,
    /// The password of the PDF.
    pub(crate) password: Option<String>,
}

impl Config {
    /// Puts arguments and environment together.
    pub(crate) fn new(args: &StoreArgs) -> Self {
        let url = |own: &Option<String>, variable| {
            let typed = own.clone().or_else(|| args.store.clone());
            let said = typed.or_else(|| env(variable)).or_else(|| env("BRAINWROUGHT_STORE"));
            said.unwrap_or_else(|| "file:./data".to_owned())
        };
        Self {
            jobs: url(&args.jobs, "BRAINWROUGHT_JOBS"),
            artifacts: url(&args.artifacts, "BRAINWROUGHT_ARTIFACTS"),
            resources: args.resources.clone().unwrap_or_else(default_resources),
            options: store_options(),
            dataset: env("HF_DATASET_REPO"),
        }
    }
}

impl VideoConfig {
    /// Gives the arguments their meaning; looks at no file but to tell a style from a path.
    pub(crate) fn new(args: &VideoArgs) -> Result<Self, WrongCommand> {
        let (width, height) = size(args.size.as_deref())?;
        let mut clips = Vec::new();
        let background = if brainwrought_stages::standard::is_background_style(&args.background) {
            BackgroundChoice::Style(args.background.clone())
        } else {
            clips = clip_files(Path::new(&args.background))?;
            BackgroundChoice::Clips(Vec::new())
        };
        let (music, music_file) = match args.music.as_str() {
            "bed" => (Music::Bed, None),
            "none" => (Music::None, None),
            file => (Music::None, Some(PathBuf::from(file))),
        };
        let options = MakeOptions {
            format: args.format,
            length_ms: u64::from(args.length) * 1000,
            layout: args.layout,
            background,
            intensity: args.intensity,
            voice: args.voice.clone(),
            captions: args.captions,
            slang: args.slang,
            music,
            seed: args.seed,
            width,
            height,
            ..MakeOptions::default()
        };
        let password = args.password.clone().or_else(pdf_password);
        Ok(Self { options, clips, music: music_file, password })
    }
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

fn size(text: Option<&str>) -> Result<(u32, u32), WrongCommand> {
    let Some(text) = text else { return Ok((1080, 1920)) };
    let parsed = text.split_once('x').and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    match parsed {
        Some((width @ 180..=2160, height @ 320..=3840)) if width % 2 == 0 && height % 2 == 0 => {
            Ok((width, height))
        }
        _ => Err(WrongCommand(format!("`{text}` is no frame size; give two even numbers, such as 540x960"))),
    }
}

/// The file itself, or the video files of the folder in the order of their names.
fn clip_files(path: &Path) -> Result<Vec<PathBuf>, WrongCommand> {
    const VIDEO: [&str; 6] = ["avi", "m4v", "mkv", "mov", "mp4", "webm"];
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = std::fs::read_dir(path).map_err(|_| {
        let styles = brainwrought_stages::standard::background_styles().join(", ");
        WrongCommand(format!("`{}` is no file, no folder and no style; styles are {styles}", path.display()))
    })?;
    let is_video = |path: &PathBuf| {
        let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
        extension.is_some_and(|extension| VIDEO.contains(&extension.as_str()))
    };
    let mut files: Vec<PathBuf> =
        entries.filter_map(|entry| Some(entry.ok()?.path())).filter(is_video).collect();
    files.sort();
    if files.is_empty() {
        return Err(WrongCommand(format!(
            "the folder `{}` holds no video ({})",
            path.display(),
            VIDEO.join(", ")
        )));
    }
    Ok(files)
}

fn default_resources() -> PathBuf {
    if let Some(folder) = env("BRAINWROUGHT_DATA") {
        return PathBuf::from(folder);
    }
    let share = env("XDG_DATA_HOME").map(PathBuf::from);
    let share = share.or_else(|| Some(PathBuf::from(env("HOME")?).join(".local").join("share")));
    share.unwrap_or_default().join("brainwrought")
}

/// What the environment says for the stores: the variables of the providers' own tools.
fn store_options() -> StoreOptions {
    let variables =
        std::env::vars_os().filter_map(|(name, value)| name.into_string().ok().zip(value.into_string().ok()));
    variables.filter(|(name, value)| !value.is_empty() && StoreOptions::takes(name)).collect()
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
    fn what_is_nothing_is_named_with_the_choices() {
        let error = clip_files(Path::new("/nowhere/at/all")).unwrap_err();
        assert!(error.to_string().contains("styles are"), "{error}");
    }
}
