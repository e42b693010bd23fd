//! `submit`: a PDF becomes a job.

use std::path::{Path, PathBuf};
use std::time::Duration;

use brainwrought_core::budget::Cost;
use brainwrought_core::data::BlobRef;
use brainwrought_core::engine::{Engine, Submission};
use brainwrought_core::event::EventSink;
use brainwrought_core::job_store::Created;
use brainwrought_stages::audio::{HostedVoice, LexiconError, MusicFile, MusicTrack, PiperFiles};
use brainwrought_stages::parse::MAX_PDF_BYTES;
use brainwrought_stages::script::ScriptFile;
use brainwrought_stages::standard::{BackgroundChoice, MakeOptions, Music};
use brainwrought_stages::visuals::{PictureFile, Pictures};
use bytes::Bytes;
use tokio::io::AsyncReadExt as _;

use crate::args::SubmitArgs;
use crate::config::{Config, VideoConfig};
use crate::context::Context;
use crate::exit::WrongCommand;
use crate::output;

/// Creates a job.
pub(crate) async fn run(config: &Config, args: SubmitArgs) -> anyhow::Result<()> {
    let mut video = VideoConfig::new(&args.video, config)?;
    crate::local_model::resolve(config, &mut video).await?;
    let pdf = read_pdf(&args.pdf).await?;
    let context = Context::open(config)?;
    check_apart(&args.pdf, &context.outputs_folder())?;
    let engine = context.engine(None, 1, Duration::from_secs(1), EventSink::default())?;
    let options = load(&engine, video, &pdf).await?;
    let max_cost = args.max_cost.unwrap_or(config.max_cost).0;
    let request = Request { pdf, options, key: args.idempotency_key, priority: args.priority, max_cost };
    let created = submit(&engine, &args.pdf, request).await?;
    if args.json {
        let delivered = output::delivered(context.artifacts.as_ref(), &created.view.job).await;
        output::json(&output::job_json(&created.view, &delivered));
    } else {
        output::line(created.view.job.job_id.as_str());
    }
    Ok(())
}

/// What is to be submitted.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) pdf: Bytes,
    pub(super) options: MakeOptions,
    pub(super) key: Option<String>,
    pub(super) priority: i32,
    pub(super) max_cost: Option<Cost>,
}

/// Submits a PDF.
pub(super) async fn submit(engine: &Engine, path: &Path, request: Request) -> anyhow::Result<Created> {
    let Request { pdf, options, key, priority, max_cost } = request;
    let file_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let submission = Submission::of_pdf(options.format.pipeline_name(), &file_name, pdf)
        .with_options(serde_json::to_value(options)?)
        .with_priority(priority)
        .with_max_cost(max_cost)
        .with_idempotency_key(key);
    Ok(engine.submit(submission).await?)
}

/// The files that a video is made from, so that it does not replace one of them.
pub(super) fn files(pdf: &Path, video: &VideoConfig) -> Vec<PathBuf> {
    let voices = [&video.options.voice, &video.options.voice2];
    let voices = voices.into_iter().filter_map(|name| name.strip_prefix("piper:")).map(PathBuf::from);
    let lists = [&video.clips, &video.pictures, &video.music];
    let mut files = vec![pdf.to_owned()];
    files.extend(lists.into_iter().flatten().cloned());
    files.extend(video.lexicon.clone());
    files.extend(video.script.clone());
    files.extend(voices.flat_map(|model| [model.with_extension("onnx.json"), model]));
    files
}

/// Refuses a PDF that lies in the folder of a finished video, where the files beside a video are replaced.
pub(super) fn check_apart(pdf: &Path, outputs: &Path) -> Result<(), WrongCommand> {
    let folder = pdf.canonicalize().ok().and_then(|pdf| pdf.parent()?.parent().map(Path::to_owned));
    match (folder, outputs.canonicalize()) {
        (Some(folder), Ok(outputs)) if folder == outputs => Err(WrongCommand(format!(
            "{} lies among the files of a finished video, which may be replaced; copy it elsewhere",
            pdf.display()
        ))),
        _ => Ok(()),
    }
}

/// Reads the file. What it is is for the parser to say.
pub(super) async fn read_pdf(path: &Path) -> anyhow::Result<Bytes> {
    let shown = path.display();
    let wrong = |reason: String| WrongCommand(format!("could not read {shown}: {reason}"));
    let metadata = tokio::fs::metadata(path).await.map_err(|error| wrong(error.to_string()))?;
    if metadata.is_dir() {
        return Err(wrong("it is a folder; name the file in it".to_owned()).into());
    }
    let limit = MAX_PDF_BYTES / 1_000_000;
    if metadata.len() > MAX_PDF_BYTES {
        let bytes = metadata.len().div_ceil(1_000_000);
        return Err(wrong(format!("it has {bytes} MB; the limit is {limit} MB")).into());
    }
    let file = crate::small_file::open_soon(path).await.map_err(|error| wrong(error.to_string()))?;
    let mut bytes = Vec::new();
    // A device or a pipe does not say how much comes out of it.
    let read = file.take(MAX_PDF_BYTES + 1).read_to_end(&mut bytes).await;
    read.map_err(|error| wrong(error.to_string()))?;
    if bytes.len() as u64 > MAX_PDF_BYTES {
        return Err(wrong(format!("it has more than {limit} MB, which is the limit")).into());
    }
    Ok(bytes.into())
}

/// Stores the user's own files and fills in what is taken from the PDF.
pub(super) async fn load(engine: &Engine, video: VideoConfig, pdf: &Bytes) -> anyhow::Result<MakeOptions> {
    let mut options = video.options.seeded_by(pdf);
    if !video.clips.is_empty() {
        let mut clips = Vec::new();
        for path in &video.clips {
            clips.push(put_file(engine, path, "video/*").await?);
        }
        options.background = BackgroundChoice::Clips(clips);
    }
    for name in [&mut options.voice, &mut options.voice2] {
        if let Some((stored, files)) = put_voice(engine, name).await? {
            options.voice_files.insert(stored.clone(), files);
            *name = stored;
        }
        *name = HostedVoice::stored(name);
    }
    if let Some(path) = &video.lexicon {
        let wrong = |error: String| WrongCommand(format!("could not read {}: {error}", path.display()));
        let file = path.clone();
        let read = tokio::task::spawn_blocking(move || crate::small_file::read_text(&file)).await?;
        let text = read.map_err(|error| wrong(error.to_string()))?;
        options.lexicon = text.parse().map_err(|error: LexiconError| wrong(error.to_string()))?;
    }
    if let Some(path) = &video.script {
        let wrong = |error: String| WrongCommand(format!("could not use {}: {error}", path.display()));
        let file = path.clone();
        let read = tokio::task::spawn_blocking(move || crate::small_file::read_text(&file)).await?;
        let text = read.map_err(|error| wrong(error.to_string()))?;
        options.script = Some(ScriptFile::parse(&text).map_err(|error| wrong(error.to_string()))?);
    }
    if !video.pictures.is_empty() {
        options.pictures = Some(put_pictures(engine, &video.pictures).await?);
    }
    if let Music::Folder(tracks) = &mut options.music {
        for path in &video.music {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            tracks.push(MusicTrack { name, file: put_music(engine, path).await? });
        }
    } else if let Some(path) = video.music.first() {
        options.music = Music::File(put_music(engine, path).await?);
    }
    Ok(options)
}

/// Stores the user's own pictures and clips, so that every worker has them.
pub(super) async fn put_pictures(engine: &Engine, paths: &[PathBuf]) -> anyhow::Result<Pictures> {
    let mut files = Vec::new();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let media_type = if crate::config::is_video(path) { "video/*" } else { "image/*" };
        files.push(PictureFile { name, file: put_file(engine, path, media_type).await? });
    }
    Ok(Pictures::Files(files))
}

/// Stores the files of a voice of Piper, so that every worker has them. The new name says which files they are.
async fn put_voice(engine: &Engine, name: &str) -> anyhow::Result<Option<(String, PiperFiles)>> {
    let Some(path) = name.strip_prefix("piper:").map(Path::new) else { return Ok(None) };
    if path.extension().is_none_or(|extension| extension != "onnx") {
        return Err(WrongCommand(format!("`{name}` names no .onnx file of Piper")).into());
    }
    let model = put_file(engine, path, "application/onnx").await?;
    let settings = put_file(engine, &path.with_extension("onnx.json"), "application/json").await?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let digest = model.digest.as_str().get(..8).unwrap_or_default();
    Ok(Some((format!("piper:{stem}@{digest}"), PiperFiles { model, settings })))
}

/// Stores the user's own music. That it cannot be played is said now, and not when all else is done.
async fn put_music(engine: &Engine, path: &Path) -> anyhow::Result<BlobRef> {
    let bytes = read_file(path, MAX_MUSIC_BYTES).await?;
    let music = MusicFile::new(bytes.clone());
    let checked = tokio::task::spawn_blocking(move || music.check()).await?;
    checked.map_err(|error| {
        let reason = brainwrought_core::report::chain(&error);
        WrongCommand(format!("could not use {} as music: {reason}", path.display()))
    })?;
    put(engine, bytes, "audio/*").await
}

async fn put_file(engine: &Engine, path: &Path, media_type: &str) -> anyhow::Result<BlobRef> {
    put(engine, read_file(path, MAX_FILE_BYTES).await?, media_type).await
}

async fn put(engine: &Engine, bytes: Bytes, media_type: &str) -> anyhow::Result<BlobRef> {
    let length = bytes.len() as u64;
    let digest = engine.artifacts().put(bytes).await?;
    Ok(BlobRef { digest, bytes: length, media_type: media_type.to_owned() })
}

/// The largest file of the user's that is stored with a job, in bytes.
const MAX_FILE_BYTES: u64 = 1_000_000_000;
/// The largest file of music, in bytes: ten minutes of WAV in 24 bits at 96 kHz have 346 MB.
const MAX_MUSIC_BYTES: u64 = 400_000_000;

/// Reads a file of at most `limit` bytes. A device does not say how much comes out of it.
async fn read_file(path: &Path, limit: u64) -> Result<Bytes, WrongCommand> {
    let wrong = |reason: String| WrongCommand(format!("could not read {}: {reason}", path.display()));
    let file = crate::small_file::open_soon(path).await.map_err(|error| wrong(error.to_string()))?;
    let mut bytes = Vec::new();
    let read = file.take(limit + 1).read_to_end(&mut bytes).await;
    read.map_err(|error| wrong(error.to_string()))?;
    if bytes.len() as u64 > limit {
        return Err(wrong(format!("it has more than {} MB, which is the limit", limit / 1_000_000)));
    }
    Ok(bytes.into())
}
