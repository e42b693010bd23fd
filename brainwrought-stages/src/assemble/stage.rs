//! [`Assemble`]: the stage that joins clips to a video.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use brainwrought_core::data::{Audio, BlobRef, Clip, Document, Script, Video, Visuals};
use brainwrought_core::stage::{Stage, StageContext, StageError};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::disclosure::{COMMENT_START, Disclosure, thanks};
use super::part::Part;
use super::soundtrack::{Soundtrack, SoundtrackSettings};
use super::timeline::{Timeline, samples};
use super::{AssembleError, caption_file, poster, rights, transcript};
use crate::audio::{Mix, MixError, MusicTrack, Sounds, mix};
use crate::media::{MediaError, Mp4Settings, Mp4Writer};
use crate::provider::ProviderSettings;

/// Joins clips without encoding pictures again, mixes the sound, and writes everything that goes beside the video.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Assemble {
    /// What is mixed under the narration.
    pub mix: Mix,
    /// The user's own music; it takes the place of what `mix` names.
    pub music_file: Option<BlobRef>,
    /// The user's own folder of music, of which the file is heard that fits the script's mood.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub music_folder: Vec<MusicTrack>,
    /// What this machine knows of providers.
    #[serde(skip)]
    pub providers: ProviderSettings,
    /// Bits per second of the AAC sound. At 160,000 it is transparent for speech over a quiet bed.
    pub audio_bit_rate: usize,
}

impl Default for Assemble {
    fn default() -> Self {
        Self {
            mix: Mix::default(),
            music_file: None,
            music_folder: Vec::new(),
            providers: ProviderSettings::default(),
            audio_bit_rate: 160_000,
        }
    }
}

impl Stage for Assemble {
    const NAME: &'static str = "assemble";
    const VERSION: u32 = 7;
    type Input = (Document, Script, Vec<Audio>, Vec<Visuals>, Vec<Clip>);
    type Output = Video;

    async fn run(
        &self,
        cx: &StageContext,
        (document, script, audios, visuals, clips): Self::Input,
    ) -> Result<Video, StageError> {
        cx.check_cancelled()?;
        let parts = Part::all(&script, &audios, &visuals, &clips).map_err(StageError::fatal)?;
        let timeline = Timeline::from_parts(&parts).map_err(StageError::fatal)?;
        let steps = parts.len() as u64 + 2;
        let soundtrack = Soundtrack::prepare(&self.soundtrack(), cx, &script, &timeline).await?;
        let programme = self.programme(cx, &parts, &timeline, &soundtrack).await?;
        let assets = rights::assets(&document, &parts, &self.mix, &soundtrack);
        cx.progress(1, steps);
        let disclosure = Disclosure::new(&script.writer, &assets);
        let about = Mp4Settings {
            fps: timeline.fps,
            title: script.title.clone(),
            comment: format!(
                "{COMMENT_START}{}: {}.{}",
                document.file_name,
                disclosure.synthetic.join("; "),
                thanks(&assets)
            ),
            description: disclosure.text(),
            language: script.language.clone(),
            audio_bit_rate: self.audio_bit_rate,
        };
        let bytes = join(cx, &parts, about, programme, steps).await?;
        let first = clips.first().ok_or_else(|| StageError::fatal(AssembleError::Empty))?;
        let mut video = Video {
            calls: Vec::new(),
            video: cx.put(bytes.clone(), "video/mp4").await?,
            sidecars: BTreeMap::new(),
            frames: timeline.frames,
            fps: timeline.fps,
            width: first.width,
            height: first.height,
            segment_starts: timeline.starts.clone(),
            assets,
            settings: self.without_names().map_err(StageError::fatal)?,
            warnings: warnings(&document, &script, &parts, &soundtrack),
        };
        self.add_sidecars(cx, &mut video, &document, &script, &timeline).await?;
        let picture = match clips.iter().find_map(|clip| clip.poster.clone()) {
            Some(picture) => picture,
            None => {
                let (width, height, fps) = (video.width, video.height, video.fps);
                let work = move || poster::poster(bytes, width, height, fps);
                let png = tokio::task::spawn_blocking(work).await?.map_err(sidecar("poster.png"))?;
                cx.put(png.into(), "image/png").await?
            }
        };
        video.sidecars.insert("poster.png".to_owned(), picture);
        video.calls = cx.calls();
        cx.progress(steps, steps);
        Ok(video)
    }
}

impl Assemble {
    /// Mixes the narrations of all clips with music and effects.
    async fn programme(
        &self,
        cx: &StageContext,
        parts: &[Part<'_>],
        timeline: &Timeline,
        soundtrack: &Soundtrack,
    ) -> Result<Vec<f32>, StageError> {
        let mut narration = Vec::new();
        for (segment, part) in parts.iter().enumerate() {
            let bytes = cx.get(&part.audio.pcm).await?;
            let before = narration.len();
            narration.extend(samples(&bytes));
            let (expected, found) = (part.audio.samples, (narration.len() - before) as u64);
            if found != expected {
                return Err(StageError::fatal(AssembleError::Length { segment, expected, found }));
            }
        }
        let mut settings = self.mix.clone();
        settings.music = soundtrack.music(cx).await?;
        let (marks, token) = (timeline.marks.clone(), cx.cancellation().clone());
        let cues = soundtrack.effects.cues.clone();
        let work = move || {
            let sounds = Sounds { narration: &narration, marks: &marks, cues: &cues };
            mix(&sounds, &settings, &|| token.is_cancelled())
        };
        tokio::task::spawn_blocking(work).await?.map_err(|error| match error {
            MixError::Cancelled => StageError::cancelled(),
            other => StageError::fatal(other),
        })
    }

    /// What the soundtrack is chosen by.
    pub(super) fn soundtrack(&self) -> SoundtrackSettings<'_> {
        SoundtrackSettings {
            mix: &self.mix,
            music_file: self.music_file.as_ref(),
            music_folder: &self.music_folder,
            providers: &self.providers,
        }
    }

    /// The settings without the names of the user's files: they are nobody else's business, and the digests stay.
    fn without_names(&self) -> Result<serde_json::Value, serde_json::Error> {
        let mut settings = self.clone();
        for track in &mut settings.music_folder {
            track.name.clear();
        }
        serde_json::to_value(settings)
    }

    async fn add_sidecars(
        &self,
        cx: &StageContext,
        video: &mut Video,
        document: &Document,
        script: &Script,
        timeline: &Timeline,
    ) -> Result<(), StageError> {
        let cues = &timeline.cues;
        let ass = caption_file::ass(cues, &script.title, video.width, video.height);
        let quiz = transcript::quiz(script).map_err(sidecar("quiz.json"))?;
        for (name, text, media_type) in [
            ("captions.srt", caption_file::srt(cues).into_bytes(), "application/x-subrip"),
            ("captions.vtt", caption_file::vtt(cues).into_bytes(), "text/vtt"),
            ("captions.ass", ass.into_bytes(), "text/x-ssa"),
            (
                "transcript.md",
                transcript::transcript(document, script, timeline).into_bytes(),
                "text/markdown",
            ),
            ("chapters.txt", transcript::chapters(script, timeline).into_bytes(), "text/plain"),
            ("quiz.json", quiz, "application/json"),
        ] {
            add(cx, video, name, text.into(), media_type).await?;
        }
        Ok(())
    }
}

/// Joins the clips in a file of the scratch folder and reads it back.
async fn join(
    cx: &StageContext,
    parts: &[Part<'_>],
    about: Mp4Settings,
    programme: Vec<f32>,
    steps: u64,
) -> Result<Bytes, StageError> {
    let path = cx.scratch().join("video.mp4");
    let mut writer = blocking(cx.cancellation(), {
        let path = path.clone();
        move || Mp4Writer::create(&path, about, programme)
    })
    .await?;
    for (n, part) in parts.iter().enumerate() {
        let stream = cx.get(&part.clip.video).await?;
        let push = move || writer.push_clip(&stream).map(|_| writer);
        writer = blocking(cx.cancellation(), push).await?;
        cx.progress(n as u64 + 2, steps);
    }
    blocking(cx.cancellation(), move || writer.finish()).await?;
    read(&path).await
}

async fn blocking<T: Send + 'static>(
    cancellation: &CancellationToken,
    work: impl FnOnce() -> Result<T, MediaError> + Send + 'static,
) -> Result<T, StageError> {
    if cancellation.is_cancelled() {
        return Err(StageError::cancelled());
    }
    tokio::task::spawn_blocking(work).await?.map_err(|error| StageError::fatal(error).in_scratch())
}

async fn read(path: &Path) -> Result<Bytes, StageError> {
    let bytes = tokio::fs::read(path).await;
    bytes.map(Bytes::from).map_err(|error| StageError::retryable(AssembleError::Scratch(error)))
}

async fn add(
    cx: &StageContext,
    video: &mut Video,
    name: &str,
    bytes: Bytes,
    media_type: &str,
) -> Result<(), StageError> {
    let blob = cx.put(bytes, media_type).await?;
    video.sidecars.insert(name.to_owned(), blob);
    Ok(())
}

fn sidecar<E: std::error::Error + Send + Sync + 'static>(name: &'static str) -> impl Fn(E) -> StageError {
    move |source| StageError::fatal(AssembleError::Sidecar { name, source: Box::new(source) })
}

/// Gathers the warnings of every stage, each once, in the order of the stages.
fn warnings(
    document: &Document,
    script: &Script,
    parts: &[Part<'_>],
    soundtrack: &Soundtrack,
) -> Vec<String> {
    let narrations = parts.iter().flat_map(|part| &part.audio.warnings);
    let pictures = parts.iter().flat_map(|part| part.audio.warnings.iter().chain(&part.visuals.warnings));
    let all = document.warnings.iter().chain(&script.warnings).chain(narrations).chain(pictures);
    let all = all.chain(&soundtrack.effects.warnings);
    let mut seen = BTreeSet::new();
    all.filter(|warning| seen.insert(warning.as_str())).cloned().collect()
}
