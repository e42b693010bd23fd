//! [`PrepareVisuals`]: the stage that draws every panel of a segment and chooses its background.

use brainwrought_core::data::{
    AssetRecord, Avatar, AvatarFace, Background, BlobRef, Document, LineRole, Panel, QuizQuestion, QuizState,
    Rect, Scene, SceneVisual, Segment, ShowVisual, Speaker, VisualCue, Visuals,
};
use brainwrought_core::event::LogLevel;
use brainwrought_core::stage::{Stage, StageContext, StageError};
use serde::Serialize;

use super::avatar::{self, DrawnAvatar};
use super::card::Table;
use super::compose::{DrawnPanel, compose};
use super::illustrate::{MemesBy, Pictures};
use super::illustrations::{IllustrationFetcher, Shown};
use super::picture_panel::{self, PICTURE_ROOM};
use super::plan::Plan;
use super::quiz_card;
use super::scene_shows::{self, PlacedShow};
use super::shows::DrawnShow;
use super::text_layout::TextLayout;
use crate::background::{self, Colours};
use crate::frame::{Characters, Layout, Wording};
use crate::licence;
use crate::parse::{DrawLimits, PdfHost, serialize_reader};
use crate::picture::{RgbaImage, RgbaImageError};
use crate::provider::ProviderSettings;
use crate::text::{Fonts, named};

/// Draws every panel of a segment and chooses its background.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PrepareVisuals {
    /// Width of the video in pixels.
    pub width: u32,
    /// Height of the video in pixels.
    pub height: u32,
    /// Where panels stand. In the split layout every scene has a panel where a page can be shown.
    pub layout: Layout,
    /// A name of [`background::STYLES`], or `auto`.
    pub background: String,
    /// The user's own clips. If there are any, one of them takes the place of `background`.
    pub clips: Vec<BlobRef>,
    /// How lively the background is: 0 is calm, 1 gentle, 2 usual, 3 wild.
    pub intensity: u8,
    /// Chooses styles, colours and clips.
    pub seed: u64,
    /// Where pictures come from that the script asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pictures: Option<Pictures>,
    /// Who draws memes.
    #[serde(skip_serializing_if = "MemesBy::is_own")]
    pub memes: MemesBy,
    /// How their providers are reached.
    #[serde(skip)]
    pub providers: ProviderSettings,
    /// Whether the characters of a dialogue are there.
    pub dialogue: bool,
    /// Who they are.
    #[serde(skip_serializing_if = "Characters::is_usual")]
    pub characters: Characters,
    /// Which colours it keeps to.
    #[serde(skip_serializing_if = "Colours::is_auto")]
    pub colours: Colours,
    /// Draws pages. The engine is a part of the settings, because another one draws them in another way.
    #[serde(rename = "reader", serialize_with = "serialize_reader")]
    pub host: PdfHost,
    /// How much drawing pages may take.
    pub draw_limits: DrawLimits,
    /// The fonts.
    #[serde(skip)]
    pub fonts: Fonts,
}

impl Default for PrepareVisuals {
    fn default() -> Self {
        Self {
            width: 1080,
            height: 1920,
            layout: Layout::Card,
            background: "auto".to_owned(),
            clips: Vec::new(),
            intensity: 2,
            seed: 1,
            pictures: None,
            memes: MemesBy::Own,
            providers: ProviderSettings::default(),
            dialogue: false,
            characters: Characters::default(),
            colours: Colours::default(),
            host: PdfHost::default(),
            draw_limits: DrawLimits::default(),
            fonts: Fonts::embedded(),
        }
    }
}

impl Stage for PrepareVisuals {
    const NAME: &'static str = "visuals";
    const VERSION: u32 = 7;
    type Input = (Document, Segment);
    type Output = Visuals;

    async fn run(
        &self,
        cx: &StageContext,
        (document, mut segment): Self::Input,
    ) -> Result<Visuals, StageError> {
        let mut warnings = Vec::new();
        let scenery = self.painter().fetch(cx, &mut segment, &mut warnings).await?;
        let background = match scenery.clip {
            Some(clip) => Background::Clip { clip, offset_ms: 0 },
            None => self.choose_background(&segment)?,
        };
        let mut assets = scenery.assets;
        assets.extend(shown_of_document(&document, &segment, &scenery.scenes));
        let shots = self.draw_shots(cx, &document, &segment, &scenery.scenes, &mut warnings).await?;
        let total = segment.scenes.len() as u64;
        let mut scenes = Vec::with_capacity(segment.scenes.len());
        let stage = self.clone();
        let task = cx.clone();
        let held = (document.clone(), segment.clone());
        let (panels, warnings) = tokio::task::spawn_blocking(move || {
            let (document, segment) = held;
            let pictures = scenery.scenes;
            let panels = stage.draw_panels(&task, &document, &segment, &pictures, shots, &mut warnings)?;
            Ok::<_, StageError>((panels, warnings))
        })
        .await??;
        for (done, (scene, drawn)) in segment.scenes.iter().zip(panels).enumerate() {
            let panel = match drawn.panel {
                Some(encoded) => Some(store(cx, encoded).await?),
                None => None,
            };
            let mut shows = Vec::with_capacity(drawn.shows.len());
            for (show, png) in drawn.shows {
                shows.push(store_show(cx, show, png).await?);
            }
            scenes.push(SceneVisual { panel, shows, badges: badges(&document, scene) });
            cx.progress(total + done as u64 + 1, 2 * total);
        }
        for warning in &warnings {
            cx.log(LogLevel::Warn, warning.clone());
        }
        let mut avatars = Vec::new();
        if self.dialogue {
            let side = (avatar::SIDE * self.scale()).round() as u32;
            for speaker in [Speaker::Explainer, Speaker::Asker] {
                let characters = self.characters;
                let drawn = tokio::task::spawn_blocking(move || encoded_avatar(characters, speaker, side));
                let Some([body, eyes, mouths]) = drawn.await?.map_err(StageError::fatal)? else { continue };
                let face = AvatarFace {
                    moods: avatar::MOODS.to_vec(),
                    eyes: cx.put(eyes.0.into(), "image/png").await?,
                    eyes_at: eyes.1,
                    mouths: cx.put(mouths.0.into(), "image/png").await?,
                    mouths_at: mouths.1,
                };
                let sheet = cx.put(body.0.into(), "image/png").await?;
                avatars.push(Avatar { speaker, sheet, mouths: avatar::MOUTHS, face: Some(face) });
            }
        }
        Ok(Visuals {
            scenes,
            unit: document.unit,
            page_labels: document.page_labels(),
            background,
            avatars,
            assets,
            calls: cx.calls(),
            warnings,
        })
    }
}

impl PrepareVisuals {
    fn painter(&self) -> IllustrationFetcher<'_> {
        let (width, height) = PICTURE_ROOM;
        let scaled = |side: f32| ((side * self.scale()).round() as u32).max(1);
        IllustrationFetcher {
            pictures: self.pictures.as_ref(),
            memes: self.memes,
            providers: &self.providers,
            still: (scaled(width), scaled(height)),
            frame: (self.width, self.height),
        }
    }

    fn choose_background(&self, segment: &Segment) -> Result<Background, StageError> {
        let offset_ms = segment.planned_start_ms;
        let count = self.clips.len() as u64;
        if let Some(clip) = self.clips.get(self.seed.checked_rem(count).unwrap_or(0) as usize) {
            return Ok(Background::Clip { clip: clip.clone(), offset_ms });
        }
        let style = background::choose(&self.background, self.seed, self.intensity, self.colours);
        let style = style.map_err(StageError::fatal)?;
        // Calm waves are a style too: unlike `Background::Calm` it knows where it left off.
        Ok(Background::Procedural { style, seed: self.seed, offset_ms })
    }

    /// How many pixels of the output one pixel of a frame 1,080 × 1,920 is.
    fn scale(&self) -> f32 {
        scale(self.width, self.height)
    }

    /// Draws the parts of pages that the scenes need, scene by scene; nothing stands for what cannot be drawn. A page
    /// that cannot be drawn costs its picture and not the video.
    async fn draw_shots(
        &self,
        cx: &StageContext,
        document: &Document,
        segment: &Segment,
        pictures: &[Option<Shown>],
        warnings: &mut Vec<String>,
    ) -> Result<Vec<SceneShots>, StageError> {
        let scenes = segment.scenes.iter().zip(pictures);
        let shots = |(scene, picture): (&Scene, &Option<Shown>)| match picture {
            Some(_) => Vec::new(),
            None => Plan::new(document, scene, self.layout).shots(document, self.scale()),
        };
        // Those of a scene's own picture, then those of its shows.
        let wanted: Vec<_> = scenes
            .flat_map(|(scene, picture)| {
                [shots((scene, picture)), scene_shows::shots(document, scene, self.layout, self.scale())]
            })
            .collect();
        if wanted.iter().all(Vec::is_empty) {
            return Ok(vec![SceneShots::default(); segment.scenes.len()]);
        }
        let pdf = cx.get(&document.source).await?;
        let all: Vec<_> = wanted.iter().flatten().cloned().collect();
        let (file, limits) = (&document.source.digest, &self.draw_limits);
        let drawn = match self.host.render_crops(file, pdf, &all, limits, cx.cancellation()).await {
            Ok(images) => images,
            Err(error) => {
                cx.check_cancelled()?;
                warnings.push(format!("pages could not be drawn, so cards show words only: {error}"));
                Vec::new()
            }
        };
        let mut drawn = drawn.into_iter().map(|image| match image {
            Ok(image) => Some(image),
            Err(error) => {
                let warning = format!("a card shows words instead of a page: {error}");
                if !warnings.contains(&warning) {
                    warnings.push(warning);
                }
                None
            }
        });
        let mut taken = wanted.iter().map(|shots| drawn.by_ref().take(shots.len()).collect());
        let mut scenes = Vec::with_capacity(segment.scenes.len());
        while let (Some(panel), Some(shows)) = (taken.next(), taken.next()) {
            scenes.push(SceneShots { panel, shows });
        }
        Ok(scenes)
    }

    /// Draws the panels and encodes them.
    fn draw_panels(
        &self,
        cx: &StageContext,
        document: &Document,
        segment: &Segment,
        pictures: &[Option<Shown>],
        shots: Vec<SceneShots>,
        warnings: &mut Vec<String>,
    ) -> Result<Vec<DrawnScene>, StageError> {
        let lettering = TextLayout::new(self.fonts.clone());
        let table = Table { lettering: &lettering, scale: self.scale() };
        let wording = Wording::new(&segment.language, document.unit);
        let missing = if segment.index == 0 { self.fonts.missing_in(&document.title) } else { Vec::new() };
        if !missing.is_empty() {
            warnings.push(format!("no installed font can show {}, so cards leave it out", named(&missing)));
        }
        let total = segment.scenes.len() as u64;
        let mut panels = Vec::with_capacity(segment.scenes.len());
        // Segments begin with different grounds.
        let mut shown = u64::from(segment.index);
        for (done, ((scene, picture), shots)) in segment.scenes.iter().zip(pictures).zip(shots).enumerate() {
            cx.check_cancelled()?;
            let mut quiz = None;
            let drawn = match picture {
                Some(shown) => show(table, shown),
                None => {
                    let plan = Plan::new(document, scene, self.layout);
                    if let Plan::Quiz(question) = &plan {
                        quiz = Some(quiz_state(table, wording, scene, question).map_err(StageError::fatal)?);
                    }
                    compose(table, wording, document, &plan, &shots.panel, warnings)
                }
            };
            let panel = match drawn {
                Some(drawn) => {
                    let png = drawn.image.to_png().map_err(StageError::fatal)?;
                    Some(EncodedPanel { drawn, png, quiz })
                }
                None => None,
            };
            let placed = scene_shows::draw(
                table,
                wording,
                document,
                scene,
                self.layout,
                &shots.shows,
                shown,
                self.colours,
                warnings,
            );
            shown += placed.len() as u64;
            let encoded = |show: PlacedShow| {
                let png = show.drawn.sheet.to_png().map_err(StageError::fatal)?;
                Ok::<_, StageError>((show, png))
            };
            let shows = placed.into_iter().map(encoded).collect::<Result<Vec<_>, _>>()?;
            panels.push(DrawnScene { panel, shows });
            cx.progress(done as u64 + 1, 2 * total);
        }
        Ok(panels)
    }
}

/// How many pixels of a frame one pixel of a frame 1,080 × 1,920 is.
pub(super) fn scale(width: u32, height: u32) -> f32 {
    (width as f32 / 1080.0).min(height as f32 / 1920.0).clamp(0.05, 4.0)
}

/// Records the figures and pages that the scenes show, where no picture from elsewhere takes their place.
fn shown_of_document(document: &Document, segment: &Segment, pictures: &[Option<Shown>]) -> Vec<AssetRecord> {
    let rights = licence::of_document(&document.file_name);
    let record =
        |kind: &str, name: String| Some(AssetRecord::new(PrepareVisuals::NAME, kind, name, rights.clone()));
    let own = segment.scenes.iter().zip(pictures).filter(|(_, picture)| picture.is_none());
    own.filter_map(|(scene, _)| match &scene.visual {
        VisualCue::Figure { figure } => {
            let found = document.figures.iter().find(|known| known.id == *figure);
            let name = found.map_or_else(
                || figure.clone(),
                |found| {
                    let label = found.label.as_deref().unwrap_or(figure);
                    format!("{label}, {}", document.cited(found.page))
                },
            );
            record("figure", name)
        }
        VisualCue::PageCrop { page, .. } => record("page", document.cited(*page)),
        _ => None,
    })
    .collect()
}

/// Draws a picture from elsewhere, or only who made the clip that moves behind.
fn show(table: Table<'_>, shown: &Shown) -> Option<DrawnPanel> {
    let credit = shown.credit.shown.as_deref();
    let image = match &shown.image {
        Some(image) => picture_panel::picture(table, image, credit),
        None => picture_panel::credit(table, credit?),
    };
    let description = shown.query.clone();
    Some(DrawnPanel { image, kind: shown.kind, page: None, description })
}

/// A PNG with its place on the body.
type EncodedPart = (Vec<u8>, (u32, u32));

/// The parts of pages that a scene shows; nothing stands for what cannot be drawn.
#[derive(Debug, Clone, Default)]
struct SceneShots {
    panel: Vec<Option<RgbaImage>>,
    shows: Vec<Option<RgbaImage>>,
}

/// What a scene shows, as PNGs that are not stored yet.
struct DrawnScene {
    panel: Option<EncodedPanel>,
    shows: Vec<(PlacedShow, Vec<u8>)>,
}

async fn store_show(cx: &StageContext, show: PlacedShow, png: Vec<u8>) -> Result<ShowVisual, StageError> {
    let sheet = cx.put(png.into(), "image/png").await?;
    let PlacedShow { line, at_word, kind, drawn, page, description } = show;
    let DrawnShow { layers, width, height, smallest_type, .. } = drawn;
    let kind = kind.to_owned();
    Ok(ShowVisual { line, at_word, kind, sheet, width, height, layers, page, smallest_type, description })
}

/// Draws a character: its body, its eyes and its mouths.
fn encoded_avatar(
    characters: Characters,
    speaker: Speaker,
    side: u32,
) -> Result<Option<[EncodedPart; 3]>, RgbaImageError> {
    let Some(drawn) = DrawnAvatar::new(characters, speaker, side) else { return Ok(None) };
    let DrawnAvatar { body, eyes, mouths } = drawn;
    Ok(Some([(body.to_png()?, (0, 0)), (eyes.image.to_png()?, eyes.at), (mouths.image.to_png()?, mouths.at)]))
}

/// A panel with its PNG.
struct EncodedPanel {
    drawn: DrawnPanel,
    png: Vec<u8>,
    quiz: Option<EncodedQuiz>,
}

/// What moves on the card of a question, before it is stored.
enum EncodedQuiz {
    Asked { countdown: Rect },
    Answered { png: Vec<u8>, right: String },
}

/// What moves on the card of a question: an answer that is told in a scene of its own stands on the card, too.
fn quiz_state(
    table: Table<'_>,
    wording: Wording,
    scene: &Scene,
    question: &QuizQuestion,
) -> Result<EncodedQuiz, RgbaImageError> {
    let asks = scene.lines.is_empty() || scene.lines.iter().any(|line| line.role == LineRole::Quiz);
    match question.choices.get(question.answer as usize).filter(|_| !asks) {
        Some(right) => {
            let png = quiz_card::answered(table, wording, question).to_png()?;
            Ok(EncodedQuiz::Answered { png, right: right.clone() })
        }
        None => Ok(EncodedQuiz::Asked { countdown: quiz_card::countdown(table.scale) }),
    }
}

async fn store(cx: &StageContext, encoded: EncodedPanel) -> Result<Panel, StageError> {
    let EncodedPanel { drawn, png, quiz } = encoded;
    let image = cx.put(png.into(), "image/png").await?;
    let quiz = match quiz {
        None => None,
        Some(EncodedQuiz::Asked { countdown }) => Some(QuizState::Asked { countdown }),
        Some(EncodedQuiz::Answered { png, right }) => {
            Some(QuizState::Answered { image: cx.put(png.into(), "image/png").await?, right })
        }
    };
    Ok(Panel {
        image,
        width: drawn.image.width() as u32,
        height: drawn.image.height() as u32,
        kind: drawn.kind,
        page: drawn.page,
        description: drawn.description,
        quiz,
    })
}

/// The page badge of each line: its page, but for beats that state nothing.
fn badges(document: &Document, scene: &Scene) -> Vec<Option<u32>> {
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
