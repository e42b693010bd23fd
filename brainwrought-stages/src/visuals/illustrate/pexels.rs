//! [`Pexels`]: photos and clips of people who give them away at Pexels.

use async_trait::async_trait;
use brainwrought_core::budget::Cost;
use brainwrought_core::data::IllustrationKind;
use brainwrought_core::stage::StageContext;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::credit::Credit;
use super::error::IllustrateError;
use super::illustrator::{Found, Illustrator, ImageRequest};
use super::openai::fetched;
use super::stock::{MIN_PIXELS, best_clip, stock_words};
use super::{MAX_CLIP, MAX_PICTURE};
use crate::provider::{Accept, ProviderClient, Request};

/// The licence of everything at Pexels.
const LICENCE: &str = "Pexels License, https://www.pexels.com/license/";

/// Photos and clips at Pexels.
#[derive(Debug)]
pub(super) struct Pexels {
    pub(super) client: ProviderClient,
}

#[derive(Debug, Deserialize)]
struct Photos {
    photos: Vec<Photo>,
}

#[derive(Debug, Deserialize)]
struct Photo {
    width: u32,
    height: u32,
    url: String,
    #[serde(default)]
    photographer: String,
    src: Sizes,
}

/// The addresses of one photo in several sizes.
#[derive(Debug, Deserialize)]
struct Sizes {
    /// At most 1,880 × 1,300 pixels.
    large2x: String,
}

#[derive(Debug, Deserialize)]
struct Videos {
    videos: Vec<Video>,
}

#[derive(Debug, Deserialize)]
struct Video {
    url: String,
    user: User,
    video_files: Vec<VideoFile>,
}

#[derive(Debug, Deserialize)]
struct User {
    #[serde(default)]
    name: String,
}

#[derive(Debug, Deserialize)]
struct VideoFile {
    #[serde(default)]
    file_type: String,
    #[serde(default)]
    width: Option<u32>,
    #[serde(default)]
    height: Option<u32>,
    link: String,
}

impl Pexels {
    async fn search<T: DeserializeOwned + Send>(
        &self,
        cx: &StageContext,
        path: &str,
        wish: &ImageRequest,
        purpose: &str,
    ) -> Result<T, IllustrateError> {
        let orientation = if wish.height > wish.width { "portrait" } else { "landscape" };
        let request = Request::get(path, purpose)
            .with_query("query", &stock_words(&wish.query))
            .with_query("orientation", orientation)
            .with_query("per_page", "15");
        Ok(self.client.call(cx, &request, |reply| Ok((reply.json()?, Cost::FREE))).await?)
    }

    fn nothing(&self, wish: &ImageRequest) -> IllustrateError {
        IllustrateError::Nothing { provider: self.client.who().to_owned(), query: wish.query.clone() }
    }
}

#[async_trait]
impl Illustrator for Pexels {
    fn identity(&self) -> String {
        self.client.who().to_owned()
    }

    fn makes(&self, _: IllustrationKind) -> bool {
        true
    }

    async fn illustrate(&self, cx: &StageContext, wish: &ImageRequest) -> Result<Found, IllustrateError> {
        let credit = |author: &str, page: &str| Credit::stock("pexels", "Pexels", author, page, LICENCE);
        if wish.kind == IllustrationKind::Clip {
            let found: Videos = self.search(cx, "v1/videos/search", wish, "visuals: clip").await?;
            let chosen = found.videos.iter().find_map(|video| {
                let files = video.video_files.iter().filter(|file| file.file_type == "video/mp4");
                let sizes = files.filter_map(|file| Some((file.width?, file.height?, file.link.as_str())));
                Some((video, best_clip(sizes, wish)?))
            });
            let (video, link) = chosen.ok_or_else(|| self.nothing(wish))?;
            let bytes = fetched(&self.client, cx, link, Accept::Video, MAX_CLIP).await?;
            return Ok(Found { bytes, credit: credit(&video.user.name, &video.url) });
        }
        let found: Photos = self.search(cx, "v1/search", wish, "visuals: picture").await?;
        let is_large = |photo: &&Photo| photo.width.min(photo.height) >= MIN_PIXELS;
        let photo = found.photos.iter().find(is_large).ok_or_else(|| self.nothing(wish))?;
        let bytes = fetched(&self.client, cx, &photo.src.large2x, Accept::Image, MAX_PICTURE).await?;
        Ok(Found { bytes, credit: credit(&photo.photographer, &photo.url) })
    }
}
