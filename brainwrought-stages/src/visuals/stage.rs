//! [`PrepareVisuals`]: the stage that draws every panel of a segment and chooses its background.

use brainwrought_core::data::{
    Avatar, Background, BlobRef, Document, LineRole, Panel, Scene, SceneVisual, Segment, Speaker, Visuals,
};
use brainwrought_core::event::LogLevel;
use brainwrought_core::stage::{Stage, StageContext, StageError};
use serde::Serialize;

use super::avatar;
use super::card::Table;
use super::compose::{DrawnPanel, compose};
use super::lettering::Lettering;
use super::plan::Plan;
use super::wording::Wording;
use crate::background;
use crate::parse::PdfHost;
use crate::picture::RgbaImage;
use crate::render::FrameLayout;
use crate::text::Fonts;

/// Draws every panel of a segment and chooses its background.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PrepareVisuals {
    /// Width of the video in pixels.
    pub width: u32,
    /// Height of the video in pixels.
    pub height: u32,
    /// Where panels stand. In the split layout every scene has a panel where a page can be shown.
    pub layout: FrameLayout,
    /// A name of [`background::STYLES`], or `auto`.
    pub background: String,
    /// The user's own clips. If there are any, one of them takes the place of `background`.
    pub clips: Vec<BlobRef>,
    /// How lively the background is: 0 is calm, 1 gentle, 2 usual, 3 wild.
    pub intensity: u8,
    /// Chooses styles, colours and clips.
    pub seed: u64,
    /// Whether the characters of a dialogue are there.
    pub dialogue: bool,
    /// Draws pages.
    #[serde(skip)]
    pub host: PdfHost,
    /// The fonts.
    #[serde(skip)]
    pub fonts: Fonts,
}

impl Default for PrepareVisuals {
    fn default() -> Self {
        Self {
            width: 1080,
            height: 1920,
            layout: FrameLayout::Card,
            background: "auto".to_owned(),
            clips: Vec::new(),
            intensity: 2,
            seed: 1,
            dialogue: false,
            host: PdfHost::default(),
            fonts: Fonts::embedded(),
        }
    }
}

impl Stage for PrepareVisuals {
    const NAME: &'static str = "visuals";
    const VERSION: u32 = 2;
    type Input = (Document, Segment);
    type Output = Visuals;

    async fn run(&self, cx: &StageContext, (document, segment): Self::Input) -> Result<Visuals, StageError> {
        let background = self.choose_background(&segment)?;
        let mut warnings = Vec::new();
        let shots = self.draw_shots(cx, &document, &segment, &mut warnings).await?;
        let total = segment.scenes.len() as u64;
        let mut scenes = Vec::with_capacity(segment.scenes.len());
        let stage = self.clone();
        let task = cx.clone();
        let held = (document.clone(), segment.clone());
        let (panels, warnings) = tokio::task::spawn_blocking(move || {
            let (document, segment) = held;
            let panels = stage.draw_panels(&task, &document, &segment, shots, &mut warnings)?;
            Ok::<_, StageError>((panels, warnings))
        })
        .await??;
        for (done, (scene, drawn)) in segment.scenes.iter().zip(panels).enumerate() {
            let panel = match drawn {
                Some((drawn, png)) => Some(store(cx, drawn, png).await?),
                None => None,
            };
            scenes.push(SceneVisual { panel, chips: chips(&document, scene) });
            cx.progress(total + done as u64 + 1, 2 * total);
        }
        for warning in &warnings {
            cx.log(LogLevel::Warn, warning.clone());
        }
        let mut avatars = Vec::new();
        if self.dialogue {
            let side = (avatar::SIDE * self.scale()).round() as u32;
            for speaker in [Speaker::Explainer, Speaker::Asker] {
                let drawn = tokio::task::spawn_blocking(move || {
                    avatar::sheet(speaker, side).map(|sheet| sheet.to_png()).transpose()
                });
                if let Some(png) = drawn.await?.map_err(StageError::fatal)? {
                    let sheet = cx.put(png.into(), "image/png").await?;
                    avatars.push(Avatar { speaker, sheet, mouths: avatar::MOUTHS });
                }
            }
        }
        Ok(Visuals { scenes, background, avatars, warnings })
    }
}

impl PrepareVisuals {
    fn choose_background(&self, segment: &Segment) -> Result<Background, StageError> {
        let offset_ms = segment.planned_start_ms;
        let count = self.clips.len() as u64;
        if let Some(clip) = self.clips.get(self.seed.checked_rem(count).unwrap_or(0) as usize) {
            return Ok(Background::Clip { clip: clip.clone(), offset_ms });
        }
        let style =
            background::choose(&self.background, self.seed, self.intensity).map_err(StageError::fatal)?;
        // Calm waves are a style too: unlike `Background::Calm` it knows where it left off.
        Ok(Background::Procedural { style, seed: self.seed, offset_ms })
    }

    /// How many pixels of the output one pixel of a frame 1,080 × 1,920 is.
    fn scale(&self) -> f32 {
        (self.width as f32 / 1080.0).min(self.height as f32 / 1920.0).clamp(0.05, 4.0)
    }

    /// Draws the parts of pages that the scenes need, scene by scene. A page that cannot be drawn costs its picture
    /// and not the video.
    async fn draw_shots(
        &self,
        cx: &StageContext,
        document: &Document,
        segment: &Segment,
        warnings: &mut Vec<String>,
    ) -> Result<Vec<Vec<RgbaImage>>, StageError> {
        let plans = segment.scenes.iter().map(|scene| Plan::of(document, scene, self.layout));
        let wanted: Vec<_> = plans.map(|plan| plan.shots(document, self.scale())).collect();
        if wanted.iter().all(Vec::is_empty) {
            return Ok(vec![Vec::new(); wanted.len()]);
        }
        let pdf = cx.get(&document.source).await?;
        let all: Vec<_> = wanted.iter().flatten().cloned().collect();
        let drawn = match self.host.render_crops(pdf, &all, cx.cancellation()).await {
            Ok(images) => images,
            Err(error) => {
                cx.check_cancelled()?;
                warnings.push(format!("pages could not be drawn, so cards show words only: {error}"));
                Vec::new()
            }
        };
        let mut drawn = drawn.into_iter();
        Ok(wanted.iter().map(|shots| drawn.by_ref().take(shots.len()).collect()).collect())
    }

    /// Draws the panels and encodes them.
    fn draw_panels(
        &self,
        cx: &StageContext,
        document: &Document,
        segment: &Segment,
        shots: Vec<Vec<RgbaImage>>,
        warnings: &mut Vec<String>,
    ) -> Result<Vec<Option<EncodedPanel>>, StageError> {
        let lettering = Lettering::new(self.fonts.clone());
        let table = Table { lettering: &lettering, scale: self.scale() };
        let wording = Wording::of(&segment.language);
        let total = segment.scenes.len() as u64;
        let mut panels = Vec::with_capacity(segment.scenes.len());
        for (done, (scene, shots)) in segment.scenes.iter().zip(shots).enumerate() {
            cx.check_cancelled()?;
            let plan = Plan::of(document, scene, self.layout);
            let drawn = compose(table, wording, document, &plan, &shots, warnings);
            panels.push(match drawn {
                Some(drawn) => {
                    let png = drawn.image.to_png().map_err(StageError::fatal)?;
                    Some((drawn, png))
                }
                None => None,
            });
            cx.progress(done as u64 + 1, 2 * total);
        }
        Ok(panels)
    }
}

/// A panel with its PNG.
type EncodedPanel = (DrawnPanel, Vec<u8>);

async fn store(cx: &StageContext, drawn: DrawnPanel, png: Vec<u8>) -> Result<Panel, StageError> {
    let image = cx.put(png.into(), "image/png").await?;
    Ok(Panel {
        image,
        width: drawn.image.width() as u32,
        height: drawn.image.height() as u32,
        kind: drawn.kind,
        page: drawn.page,
        description: drawn.description,
    })
}

/// The page chip of each line: its page, but for beats that state nothing.
fn chips(document: &Document, scene: &Scene) -> Vec<Option<u32>> {
    scene
        .lines
        .iter()
        .map(|line| {
            let says_nothing = matches!(line.role, LineRole::Interjection | LineRole::Close);
            let page = line.citation.page;
            let shown = document.page(page).is_some() && !(says_nothing && line.citation.quote.is_empty());
            shown.then_some(page)
        })
        .collect()
}
