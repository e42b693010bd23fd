//! [`Illustrator`]: turns an image request into a picture or a clip.

use std::fmt::Debug;

use async_trait::async_trait;
use brainwrought_core::data::{BlobRef, IllustrationKind};
use brainwrought_core::stage::{StageContext, StageError};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::credit::Credit;
use super::error::IllustrateError;
use super::{footage, raster};

/// Grows whenever the same bytes would be kept in another form.
const VERSION: u32 = 1;

/// What is wished for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImageRequest {
    /// What it should show, in a few words.
    pub query: String,
    /// Whether it moves.
    pub kind: IllustrationKind,
    /// The width it is needed in, in pixels.
    pub width: u32,
    /// The height it is needed in, in pixels.
    pub height: u32,
}

/// What an illustrator found or made, as it came.
#[derive(Debug, Clone)]
pub struct Found {
    /// PNG, JPEG or WebP for a picture; MP4, QuickTime, WebM or Matroska for a clip.
    pub bytes: Bytes,
    /// Who made it.
    pub credit: Credit,
}

/// What is kept of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// A PNG of the wished size for a picture, the clip as it came otherwise.
    pub media: BlobRef,
    /// Who made it.
    pub credit: Credit,
}

/// Turns a wish into a picture or a clip.
///
/// It is the implementor's responsibility to go through [`ProviderClient`](crate::provider::ProviderClient), which keeps
/// the books, and to say who made what came. It is not: to check that it is a picture, or to remember it.
///
/// ```
/// use async_trait::async_trait;
/// use brainwrought_core::data::IllustrationKind;
/// use brainwrought_core::stage::StageContext;
/// use brainwrought_stages::visuals::{Credit, Found, IllustrateError, Illustrator, ImageRequest};
///
/// /// Has one picture for every wish.
/// #[derive(Debug)]
/// struct Always(Found);
///
/// #[async_trait]
/// impl Illustrator for Always {
///     fn identity(&self) -> String {
///         "always the same".to_owned()
///     }
///
///     fn makes(&self, kind: IllustrationKind) -> bool {
///         kind == IllustrationKind::Still
///     }
///
///     async fn illustrate(&self, _: &StageContext, _: &ImageRequest) -> Result<Found, IllustrateError> {
///         Ok(self.0.clone())
///     }
/// }
/// ```
#[async_trait]
pub trait Illustrator: Debug + Send + Sync + 'static {
    /// Everything beside the wish that decides what comes of it: provider, model, address, the version of the code.
    fn identity(&self) -> String;

    /// Tells whether it has pictures or clips at all.
    fn makes(&self, kind: IllustrationKind) -> bool;

    /// Finds or makes what is wished for.
    ///
    /// # Errors
    ///
    /// Fails when there is nothing, and when the provider does not do what it is asked.
    async fn illustrate(&self, cx: &StageContext, wish: &ImageRequest) -> Result<Found, IllustrateError>;
}

/// Finds what a wish brought before, or has it fulfilled, checks what came, and keeps it.
///
/// # Errors
///
/// Fails as [`Illustrator::illustrate`] does, and when what came cannot be shown or kept.
pub async fn illustration(
    cx: &StageContext,
    illustrator: &dyn Illustrator,
    wish: &ImageRequest,
) -> Result<Kept, IllustrateError> {
    if wish.kind == IllustrationKind::Clip {
        footage::check_build()?;
    }
    let key = json!({ "who": illustrator.identity(), "wish": wish, "version": VERSION });
    let kept = cx.cached("illustration", &key, |cx| async move {
        let Found { bytes, credit } = illustrator.illustrate(&cx, wish).await.map_err(StageError::fatal)?;
        let (size, kind, provider) = ((wish.width, wish.height), wish.kind, credit.provider.clone());
        let cancellation = cx.cancellation().clone();
        let work = move || checked(bytes, kind, size, provider, &cancellation);
        let (bytes, media_type) = tokio::task::spawn_blocking(work).await?.map_err(StageError::fatal)?;
        Ok(Kept { media: cx.put(bytes, media_type).await?, credit })
    });
    kept.await.map_err(IllustrateError::of_step)
}

/// What is kept of bytes of others, and its kind.
fn checked(
    bytes: Bytes,
    kind: IllustrationKind,
    size: (u32, u32),
    provider: String,
    cancellation: &CancellationToken,
) -> Result<(Bytes, &'static str), IllustrateError> {
    match kind {
        IllustrationKind::Clip => footage::checked(bytes, provider, cancellation),
        _ => {
            let png =
                raster::fitted(&bytes, size).map_err(|what| IllustrateError::Picture { provider, what })?;
            Ok((png.into(), "image/png"))
        }
    }
}
