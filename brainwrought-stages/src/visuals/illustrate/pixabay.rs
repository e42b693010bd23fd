//! [`Pixabay`]: photos and clips of people who give them away at Pixabay.

use std::collections::BTreeMap;

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

/// The licence of everything at Pixabay.
const LICENCE: &str = "Pixabay Content License, https://pixabay.com/service/license-summary/";

/// Photos and clips at Pixabay.
#[derive(Debug)]
pub(super) struct Pixabay {
    pub(super) client: ProviderClient,
}

#[derive(Debug, Deserialize)]
struct Hits<T> {
    hits: Vec<T>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Photo {
    #[serde(rename = "pageURL")]
    page_url: String,
    /// At most 1,280 pixels wide or high.
    #[serde(rename = "largeImageURL")]
    large_image_url: String,
    image_width: u32,
    image_height: u32,
    #[serde(default)]
    user: String,
}

#[derive(Debug, Deserialize)]
struct Video {
    #[serde(rename = "pageURL")]
    page_url: String,
    #[serde(default)]
    user: String,
    /// By the names of their sizes.
    videos: BTreeMap<String, VideoFile>,
}

#[derive(Debug, Deserialize)]
struct VideoFile {
    #[serde(default)]
    url: String,
    #[serde(default)]
    width: u32,
    #[serde(default)]
    height: u32,
}

impl Pixabay {
    async fn search<T: DeserializeOwned + Send>(
        &self,
        cx: &StageContext,
        request: Request,
        wish: &ImageRequest,
    ) -> Result<Vec<T>, IllustrateError> {
        let request = request
            .with_query("q", &stock_words(&wish.query))
            .with_query("safesearch", "true")
            .with_query("per_page", "15");
        let read = |hits: Hits<T>| hits.hits;
        Ok(self.client.call(cx, &request, |reply| Ok((read(reply.json()?), Cost::FREE))).await?)
    }

    fn nothing(&self, wish: &ImageRequest) -> IllustrateError {
        IllustrateError::Nothing { provider: self.client.who().to_owned(), query: wish.query.clone() }
    }
}

#[async_trait]
impl Illustrator for Pixabay {
    fn identity(&self) -> String {
        self.client.who().to_owned()
    }

    fn makes(&self, _: IllustrationKind) -> bool {
        true
    }

    async fn illustrate(&self, cx: &StageContext, wish: &ImageRequest) -> Result<Found, IllustrateError> {
        let credit = |author: &str, page: &str| Credit::stock("pixabay", "Pixabay", author, page, LICENCE);
        if wish.kind == IllustrationKind::Clip {
            let request = Request::get("videos/", "visuals: clip");
            let found: Vec<Video> = self.search(cx, request, wish).await?;
            let chosen = found.iter().find_map(|video| {
                let files = video.videos.values().filter(|file| !file.url.is_empty());
                let sizes = files.map(|file| (file.width, file.height, file.url.as_str()));
                Some((video, best_clip(sizes, wish)?))
            });
            let (video, link) = chosen.ok_or_else(|| self.nothing(wish))?;
            let bytes = fetched(&self.client, cx, link, Accept::Video, MAX_CLIP).await?;
            return Ok(Found { bytes, credit: credit(&video.user, &video.page_url) });
        }
        let orientation = if wish.height > wish.width { "vertical" } else { "horizontal" };
        let request = Request::get("/", "visuals: picture")
            .with_query("image_type", "photo")
            .with_query("orientation", orientation);
        let found: Vec<Photo> = self.search(cx, request, wish).await?;
        let is_large = |photo: &&Photo| photo.image_width.min(photo.image_height) >= MIN_PIXELS;
        let photo = found.iter().find(is_large).ok_or_else(|| self.nothing(wish))?;
        let bytes = fetched(&self.client, cx, &photo.large_image_url, Accept::Image, MAX_PICTURE).await?;
        Ok(Found { bytes, credit: credit(&photo.user, &photo.page_url) })
    }
}
