//! [`Render`]: the stage that turns a segment into encoded pictures.

use std::sync::Arc;

use brainwrought_core::data::{AssetRecord, Audio, Background, Clip, PanelKind, QuizState, Segment, Visuals};
use brainwrought_core::id::Digest;
use brainwrought_core::stage::{Stage, StageContext, StageError};
use bytes::Bytes;
use serde::Serialize;

use super::avatar_animation::{AvatarSheet, FaceSheets};
use super::background_source::{ClipSource, StyleSource};
use super::caption_track::{CaptionTrack, SpokenWords};
use super::captions::lay_out;
use super::compositor::{BackgroundSource, Compositor, PanelArt};
use super::emphasis::emphasised;
use super::error::RenderError;
use super::frame_hook::{FrameHook, FrameMoment, hook_settings};
use super::frame_pipeline::encode_frames;
use super::planned_captions::{broken_rules, planned_captions};
use super::quiz_animation::QuizArt;
use super::show_track::StoredShow;
use super::turns::RenderTurns;
use crate::background::{self, Shade};
use crate::frame::{CaptionStyle, FramePlan, Layout, Wording};
use crate::gate::Limits;
use crate::licence;
use crate::media::{ClipReader, ClipSettings, EncoderSettings};
use crate::picture::{RgbaImage, YuvFrame};
use crate::text::{EMBEDDED_FONTS, Fonts};

/// Draws a segment frame by frame and encodes it: [`Segment`], [`Audio`] and [`Visuals`] in, [`Clip`] out.
#[derive(Debug, Clone, Serialize)]
pub struct Render {
    /// Size, rate and quality. All segments of a video need the same.
    pub encoder: EncoderSettings,
    /// Where panels stand.
    pub layout: Layout,
    /// How captions look.
    pub captions: CaptionStyle,
    /// The fonts.
    #[serde(skip)]
    pub fonts: Fonts,
    /// The numbers of the gate, of which those on captions are seen to before anything is drawn.
    #[serde(skip)]
    pub limits: Limits,
    /// How much is rendered at once in this process.
    #[serde(skip)]
    pub turns: RenderTurns,
    /// What changes every frame before it is encoded, in order.
    #[serde(serialize_with = "hook_settings", skip_serializing_if = "Vec::is_empty")]
    pub hooks: Vec<Arc<dyn FrameHook>>,
}

/// The frames of a segment, one after the other.
pub struct FrameSource {
    compositor: Compositor,
    at: u64,
    frames: u64,
    hooks: Vec<Arc<dyn FrameHook>>,
    segment: u32,
    fps: u32,
}

impl std::fmt::Debug for FrameSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FrameSource")
            .field("at", &self.at)
            .field("frames", &self.frames)
            .finish_non_exhaustive()
    }
}

impl FrameSource {
    /// The number of frames in all.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Draws the next frame; false when there is none left.
    ///
    /// # Errors
    ///
    /// Fails when the user's clip or a stored picture cannot be read.
    pub fn next_into(&mut self, frame: &mut YuvFrame) -> Result<bool, RenderError> {
        if self.at == self.frames {
            return Ok(false);
        }
        self.compositor.draw(self.at, frame)?;
        let moment = FrameMoment { segment: self.segment, frame: self.at, fps: self.fps };
        self.hooks.iter().for_each(|hook| hook.apply(frame, moment));
        self.at += 1;
        Ok(true)
    }
}

impl Stage for Render {
    const NAME: &'static str = "render";
    const VERSION: u32 = 9;
    type Input = (Segment, Audio, Visuals);
    type Output = Clip;

    async fn run(&self, cx: &StageContext, input: (Segment, Audio, Visuals)) -> Result<Clip, StageError> {
        let (segment, audio, visuals) = input;
        let (stage, index, spoken) = (self.clone(), segment.index, audio.clone());
        tokio::task::spawn_blocking(move || stage.check_captions(index, &spoken))
            .await?
            .map_err(StageError::fatal)?;
        let turn = self.turns.take(cx, self.encoder.width, self.encoder.height).await?;
        let stored = Stored::fetch(cx, &segment, &audio, &visuals).await?;
        let fps = self.encoder.fps;
        let (work, context) = (self.clone(), cx.clone());
        let assets = own_assets(&visuals);
        let said = segment.clone();
        let made = tokio::task::spawn_blocking(move || {
            // Kept to the end of the work, even when nobody waits for it any more.
            let _turn = turn;
            work.render(&said, &audio, &visuals, stored, &context)
        })
        .await?;
        let made = match made {
            Ok(made) => made,
            Err(RenderError::Cancelled) => return Err(StageError::cancelled()),
            Err(error) => return Err(StageError::fatal(error)),
        };
        let video = cx.put(Bytes::from(made.stream), "video/h264").await?;
        let poster = match made.poster {
            Some(png) if segment.index == 0 => Some(cx.put(Bytes::from(png), "image/png").await?),
            _ => None,
        };
        Ok(Clip {
            video,
            frames: made.frames,
            fps,
            width: self.encoder.width,
            height: self.encoder.height,
            captions: made.captions,
            poster,
            assets,
        })
    }
}

/// What rendering makes.
struct Made {
    stream: Vec<u8>,
    frames: u64,
    captions: Vec<brainwrought_core::data::CaptionRecord>,
    poster: Option<Vec<u8>>,
}

/// What is fetched before the first frame.
struct Stored {
    /// The segment, from 0.
    segment: u32,
    wording: Wording,
    /// Which words of the narration carry their lines.
    emphasised: Vec<bool>,
    panels: Vec<PanelArt>,
    shows: Vec<StoredShow>,
    /// The user's clip.
    clip: Option<Bytes>,
    avatars: Vec<AvatarSheet>,
    /// The narration, where characters move with it.
    samples: Vec<f32>,
}

impl Stored {
    async fn fetch(
        cx: &StageContext,
        segment: &Segment,
        audio: &Audio,
        visuals: &Visuals,
    ) -> Result<Self, StageError> {
        let (mut panels, mut shows) = (Vec::new(), Vec::new());
        for (scene, visual) in visuals.scenes.iter().enumerate() {
            if let Some(panel) = &visual.panel {
                let image = RgbaImage::from_png(&cx.get(&panel.image).await?).map_err(StageError::fatal)?;
                let quiz = match &panel.quiz {
                    Some(QuizState::Asked { countdown }) => Some(QuizArt::Asked(*countdown)),
                    Some(QuizState::Answered { image, right }) => {
                        let image = RgbaImage::from_png(&cx.get(image).await?).map_err(StageError::fatal)?;
                        Some(QuizArt::Answered(image, right.clone()))
                    }
                    _ => None,
                };
                panels.push(PanelArt { image, kind: panel.kind, scene, quiz });
            }
            for show in &visual.shows {
                shows.push(StoredShow { visual: show.clone(), sheet: cx.get(&show.sheet).await?, scene });
            }
        }
        let clip = match &visuals.background {
            Background::Clip { clip, .. } => Some(cx.get(clip).await?),
            _ => None,
        };
        let mut avatars = Vec::new();
        for avatar in &visuals.avatars {
            let image = RgbaImage::from_png(&cx.get(&avatar.sheet).await?).map_err(StageError::fatal)?;
            let picture = async |blob| -> Result<RgbaImage, StageError> {
                RgbaImage::from_png(&cx.get(blob).await?).map_err(StageError::fatal)
            };
            let face = match &avatar.face {
                None => None,
                Some(face) => Some(FaceSheets {
                    moods: face.moods.clone(),
                    eyes: picture(&face.eyes).await?,
                    eyes_at: face.eyes_at,
                    mouths: picture(&face.mouths).await?,
                    mouths_at: face.mouths_at,
                }),
            };
            let mouths = avatar.mouths as usize;
            avatars.push(AvatarSheet { speaker: avatar.speaker, image, mouths, face });
        }
        let samples = if avatars.is_empty() {
            Vec::new()
        } else {
            let pcm = cx.get(&audio.pcm).await?;
            let sample = |bytes: &[u8]| <[u8; 4]>::try_from(bytes).map_or(0.0, f32::from_le_bytes);
            pcm.chunks_exact(4).map(sample).collect()
        };
        let wording = Wording::new(&segment.language, visuals.unit);
        let emphasised = emphasised(segment, &audio.words);
        Ok(Self { segment: segment.index, wording, emphasised, panels, shows, clip, avatars, samples })
    }
}

impl Render {
    /// Fails when the gate would refuse the captions, which is known before a frame is drawn.
    fn check_captions(&self, segment: u32, audio: &Audio) -> Result<(), RenderError> {
        if [self.limits.captions, self.captions].contains(&CaptionStyle::Off) {
            return Ok(());
        }
        let captions = planned_captions(&audio.words, audio.duration_ms(), &self.fonts, self.encoder.fps);
        let rules = broken_rules(&captions, &self.limits);
        if rules.is_empty() { Ok(()) } else { Err(RenderError::WouldFail { segment: segment + 1, rules }) }
    }

    /// Opens the frames of a segment without encoding them: for looking at them, and for measuring.
    ///
    /// # Errors
    ///
    /// Fails when a picture cannot be fetched or read, or the background not be opened.
    pub async fn frames(
        &self,
        cx: &StageContext,
        segment: &Segment,
        audio: &Audio,
        visuals: &Visuals,
    ) -> Result<FrameSource, StageError> {
        let stored = Stored::fetch(cx, segment, audio, visuals).await?;
        self.open(segment, audio, visuals, stored).map_err(StageError::fatal)
    }

    fn open(
        &self,
        segment: &Segment,
        audio: &Audio,
        visuals: &Visuals,
        stored: Stored,
    ) -> Result<FrameSource, RenderError> {
        let EncoderSettings { width, height, fps, .. } = self.encoder;
        let plan = FramePlan::new(width, height, fps);
        let per_frame = u64::from(audio.sample_rate / plan.fps).max(1);
        if audio.samples == 0 || !audio.samples.is_multiple_of(per_frame) {
            return Err(RenderError::UnevenAudio { samples: audio.samples });
        }
        let frames = audio.samples / per_frame;
        let chunks = lay_out(&audio.words, audio.duration_ms());
        let spoken = SpokenWords { words: audio.words.clone(), emphasised: stored.emphasised };
        let captions = CaptionTrack::new(chunks, spoken, self.captions, self.fonts.clone(), plan);
        let background = self.background_source(visuals, stored.clip)?;
        let mut compositor = Compositor::new(plan, self.layout, background, captions);
        compositor.add_shows(stored.shows, audio, frames);
        compositor.add_panels(&stored.panels, audio, &self.fonts, frames);
        compositor.add_avatars(&stored.avatars, segment, audio, &stored.samples);
        compositor.add_badges(visuals, audio, stored.wording, &self.fonts, frames);
        Ok(FrameSource { compositor, at: 0, frames, hooks: self.hooks.clone(), segment: stored.segment, fps })
    }

    fn render(
        &self,
        segment: &Segment,
        audio: &Audio,
        visuals: &Visuals,
        stored: Stored,
        cx: &StageContext,
    ) -> Result<Made, RenderError> {
        let wants_poster = stored.panels.iter().any(|panel| panel.kind == PanelKind::Title);
        let mut source = self.open(segment, audio, visuals, stored)?;
        let frames = source.frames;
        let (mut poster, mut captions) = (None, Vec::new());
        // Late enough that the first words stand there too, early enough that the title still does.
        let poster_at = (u64::from(self.encoder.fps) * 2 / 3).min(frames - 1);
        let stream = {
            let (poster, captions) = (&mut poster, &mut captions);
            let draw = move |n: u64, frame: &mut YuvFrame| {
                source.next_into(frame)?;
                if wants_poster && n == poster_at {
                    *poster = Some(frame.to_rgba());
                }
                if n + 1 == frames {
                    *captions = source.compositor.finish();
                }
                Ok(())
            };
            encode_frames(&self.encoder, frames, cx.cancellation(), |done| cx.progress(done, frames), draw)?
        };
        let poster = poster.map(|poster| poster.to_png()).transpose()?;
        Ok(Made { stream, frames, captions, poster })
    }

    fn background_source(
        &self,
        visuals: &Visuals,
        clip: Option<Bytes>,
    ) -> Result<Box<dyn BackgroundSource>, RenderError> {
        let EncoderSettings { width, height, fps, .. } = self.encoder;
        let (columns, rows) = (width as usize, height as usize);
        let procedural =
            |style: &str, seed: u64, offset_ms: u64| -> Result<Box<dyn BackgroundSource>, RenderError> {
                let style = background::open(style, seed, columns, rows, fps, offset_ms)?;
                Ok(Box::new(StyleSource { style, at: 0 }))
            };
        match (&visuals.background, clip) {
            (Background::Procedural { style, seed, offset_ms }, _) => procedural(style, *seed, *offset_ms),
            (Background::Clip { offset_ms, .. }, Some(bytes)) => {
                let settings = ClipSettings { width, height, fps, offset_ms: *offset_ms };
                let reader = ClipReader::open(bytes, settings)?;
                Ok(Box::new(ClipSource { reader, shade: Shade::under_text(columns, rows) }))
            }
            (Background::Calm { seed }, _) => procedural("calm", *seed, 0),
            _ => procedural("calm", 0, 0),
        }
    }
}

/// Records the fonts and the background. A clip that was found or made for a scene is told of there.
fn own_assets(visuals: &Visuals) -> Vec<AssetRecord> {
    let record = |kind: &str, name: &str, licence: &str| AssetRecord::new(Render::NAME, kind, name, licence);
    let fonts = EMBEDDED_FONTS.iter().map(|font| AssetRecord {
        bytes: Some(font.bytes.len() as u64),
        sha256: Some(Digest::of(font.bytes).as_str().to_owned()),
        ..record("font", font.name, font.licence)
    });
    let name = visuals.background.name();
    let background = match &visuals.background {
        Background::Clip { clip, .. } => {
            let digest = Some(clip.digest.as_str());
            let is_known = visuals.assets.iter().any(|asset| asset.sha256.as_deref() == digest);
            (!is_known).then(|| record("background", &name, licence::SUPPLIED))
        }
        _ => Some(record("background", &name, licence::OWN)),
    };
    fonts.chain(background).collect()
}
