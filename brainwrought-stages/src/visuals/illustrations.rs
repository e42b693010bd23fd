//! [`SceneIllustrations`]: the pictures from elsewhere that the scenes of a segment show, fetched before anything is drawn.

use std::sync::Arc;

use brainwrought_core::data::{
    AssetRecord, BlobRef, IllustrationKind, Meme, PanelKind, Scene, SceneKind, Segment, VisualCue,
};
use brainwrought_core::report::chain;
use brainwrought_core::stage::{Stage as _, StageContext, StageError};

use super::PrepareVisuals;
use super::illustrate::{
    Credit, IllustrateError, Illustrator, ImageRequest, Imgflip, Kept, MemesBy, Pictures, illustration,
};
use crate::frame::is_meme_template;
use crate::picture::RgbaImage;
use crate::provider::{ProviderClient, ProviderError, ProviderSettings};

/// What the scenes of a segment show from elsewhere.
#[derive(Debug, Default)]
pub(super) struct SceneIllustrations {
    /// The picture or clip of each scene, where it has one.
    pub(super) scenes: Vec<Option<Shown>>,
    /// The clip that moves behind the segment.
    pub(super) clip: Option<BlobRef>,
    /// Who made it all.
    pub(super) assets: Vec<AssetRecord>,
}

/// What a scene shows from elsewhere.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    /// What was asked for.
    pub(super) query: String,
    /// What it is to the scene.
    pub(super) kind: PanelKind,
    /// The picture; nothing where a clip moves behind.
    pub(super) image: Option<RgbaImage>,
    /// Who made it.
    pub(super) credit: Credit,
}

/// Where pictures come from, and in which sizes.
#[derive(Debug)]
pub(super) struct IllustrationFetcher<'a> {
    pub(super) pictures: Option<&'a Pictures>,
    pub(super) memes: MemesBy,
    pub(super) providers: &'a ProviderSettings,
    /// The size of a still, in pixels of the output.
    pub(super) still: (u32, u32),
    /// The size of the frame.
    pub(super) frame: (u32, u32),
}

/// What a scene wants from elsewhere.
struct Asked {
    query: String,
    kind: IllustrationKind,
    /// The meme that it is, where it is one.
    meme: Option<Meme>,
    /// What the scene shows otherwise.
    fallback: VisualCue,
}

/// Those who are asked, once they are opened.
struct Sources {
    pictures: Option<Result<Arc<dyn Illustrator>, ProviderError>>,
    memes: Result<Option<ProviderClient>, ProviderError>,
}

impl Sources {
    /// Whom to ask for something; why nobody can be asked otherwise.
    fn of(&self, asked: &Asked) -> Result<Arc<dyn Illustrator>, String> {
        if let Some(meme) = &asked.meme {
            return match &self.memes {
                Ok(Some(client)) => Ok(Arc::new(Imgflip { client: client.clone(), meme: meme.clone() })),
                Ok(None) => Err("nobody else draws memes".to_owned()),
                Err(error) => Err(chain(error)),
            };
        }
        match &self.pictures {
            None => Err("no source of pictures is chosen".to_owned()),
            Some(Err(error)) => Err(chain(error)),
            Some(Ok(illustrator)) => Ok(Arc::clone(illustrator)),
        }
    }
}

impl IllustrationFetcher<'_> {
    /// Fetches what the scenes ask for. A scene whose picture cannot be had is given what it falls back to, and
    /// `warnings` tell why.
    ///
    /// # Errors
    ///
    /// Fails when the work should stop, when the job may spend no more, and in a first attempt with what may pass.
    pub(super) async fn fetch(
        &self,
        cx: &StageContext,
        segment: &mut Segment,
        warnings: &mut Vec<String>,
    ) -> Result<SceneIllustrations, StageError> {
        let number = segment.index + 1;
        let mut scenery = SceneIllustrations::default();
        let sources = Sources {
            pictures: self.pictures.map(|pictures| pictures.open(self.providers)),
            memes: self.memes.open(self.providers),
        };
        for (place, scene) in segment.scenes.iter_mut().enumerate() {
            let Some(asked) = self.asked(scene) else {
                scenery.scenes.push(None);
                continue;
            };
            cx.check_cancelled()?;
            let shown = match sources.of(&asked) {
                Err(why) => Err(why),
                Ok(illustrator) => match self.either(cx, illustrator.as_ref(), &asked, &mut scenery).await {
                    Ok(shown) => Ok(shown),
                    // What may pass gets another attempt first; what is there already is remembered.
                    Err(error) if !error.allows_fallback() || (error.is_retryable() && cx.attempt() == 1) => {
                        return Err(error.into());
                    }
                    Err(error) => Err(chain(&error)),
                },
            };
            scenery.scenes.push(match shown {
                Ok(shown) => {
                    let kind = asked.meme.map_or(shown.kind, |_| PanelKind::Meme);
                    Some(Shown { kind, ..shown })
                }
                Err(why) => {
                    let what = if asked.meme.is_some() { "Imgflip's meme" } else { "the picture" };
                    warnings.push(format!(
                        "Scene {} of segment {number} does without {what} “{}”, because {why}",
                        place + 1,
                        asked.query
                    ));
                    scene.visual = asked.fallback;
                    None
                }
            });
        }
        Ok(scenery)
    }

    /// What a scene wants from elsewhere, and what it shows otherwise.
    fn asked(&self, scene: &Scene) -> Option<Asked> {
        match &scene.visual {
            VisualCue::Illustration { query, kind, fallback } => Some(Asked {
                query: query.clone(),
                kind: *kind,
                meme: None,
                fallback: fallback.as_ref().clone(),
            }),
            cue @ VisualCue::Meme { meme } if !self.memes.is_own() && is_meme_template(&meme.template) => {
                Some(Asked {
                    query: meme.words(),
                    kind: IllustrationKind::Still,
                    meme: Some(meme.clone()),
                    fallback: cue.clone(),
                })
            }
            cue @ (VisualCue::PageCrop { .. } | VisualCue::Motion) if scene.kind == SceneKind::Content => {
                let said: Vec<&str> = scene.lines.iter().map(|line| line.text.as_str()).collect();
                let query = self.pictures?.unasked(&said.join(" "))?;
                let kind = IllustrationKind::Still;
                Some(Asked { query, kind, meme: None, fallback: cue.clone() })
            }
            _ => None,
        }
    }

    /// Fetches what a scene asked for; where there is none, or no room for another clip, the same as a still or a clip.
    async fn either(
        &self,
        cx: &StageContext,
        illustrator: &dyn Illustrator,
        asked: &Asked,
        scenery: &mut SceneIllustrations,
    ) -> Result<Shown, IllustrateError> {
        let other = match asked.kind {
            IllustrationKind::Clip => IllustrationKind::Still,
            _ => IllustrationKind::Clip,
        };
        let has_other = illustrator.makes(other);
        if !illustrator.makes(asked.kind) && has_other {
            return self.shown(cx, illustrator, &self.wish(asked, other), scenery).await;
        }
        match self.shown(cx, illustrator, &self.wish(asked, asked.kind), scenery).await {
            Err(IllustrateError::Nothing { .. } | IllustrateError::Taken) if has_other => {
                self.shown(cx, illustrator, &self.wish(asked, other), scenery).await
            }
            shown => shown,
        }
    }

    fn wish(&self, asked: &Asked, kind: IllustrationKind) -> ImageRequest {
        let (width, height) = if kind == IllustrationKind::Clip { self.frame } else { self.still };
        ImageRequest { query: asked.query.clone(), kind, width, height }
    }

    async fn shown(
        &self,
        cx: &StageContext,
        illustrator: &dyn Illustrator,
        wish: &ImageRequest,
        scenery: &mut SceneIllustrations,
    ) -> Result<Shown, IllustrateError> {
        let is_clip = wish.kind == IllustrationKind::Clip;
        if is_clip && scenery.clip.is_some() {
            return Err(IllustrateError::Taken);
        }
        let Kept { media, credit } = illustration(cx, illustrator, wish).await?;
        let image = if is_clip {
            scenery.clip = Some(media.clone());
            None
        } else {
            let bytes = cx.get(&media).await.map_err(IllustrateError::Stopped)?;
            let image = RgbaImage::from_png(&bytes);
            Some(image.map_err(|error| IllustrateError::Stopped(StageError::fatal(error)))?)
        };
        scenery.assets.push(record(&wish.query, is_clip, &media, &credit));
        Ok(Shown { query: wish.query.clone(), kind: PanelKind::Illustration, image, credit })
    }
}

fn record(query: &str, is_clip: bool, media: &BlobRef, credit: &Credit) -> AssetRecord {
    let kind = if is_clip { "clip" } else { "picture" };
    AssetRecord {
        provider: Some(credit.provider.clone()),
        author: credit.author.clone(),
        source: credit.source.clone(),
        synthetic: credit.synthetic,
        ..AssetRecord::new(PrepareVisuals::NAME, kind, query, credit.licence.clone()).with_blob(media)
    }
}
