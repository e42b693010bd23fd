//! [`OpenAiPictures`]: pictures that a model of OpenAI draws.

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use brainwrought_core::data::IllustrationKind;
use brainwrought_core::stage::StageContext;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::credit::Credit;
use super::error::IllustrateError;
use super::illustrator::{Found, Illustrator, ImageRequest};
use super::{MAX_PICTURE, STYLE};
use crate::provider::{Accept, Bill, Price, ProviderClient, Reply, Request};

/// The purpose of its calls.
const PURPOSE: &str = "visuals: picture";
/// What OpenAI says of who may use what its models draw.
const LICENCE: &str = "made for the user by a model of OpenAI; by its terms of use the user owns it";

/// Pictures that a model of OpenAI draws.
#[derive(Debug)]
pub(super) struct OpenAiPictures {
    pub(super) client: ProviderClient,
    pub(super) model: String,
    pub(super) price: Option<Price>,
}

#[derive(Debug, Deserialize)]
struct Drawn {
    #[serde(default)]
    data: Vec<Picture>,
}

#[derive(Debug, Deserialize)]
struct Picture {
    #[serde(default)]
    b64_json: Option<String>,
    #[serde(default)]
    url: Option<String>,
}

/// Where the bytes of a picture are.
enum Place {
    Here(Bytes),
    There(String),
}

impl OpenAiPictures {
    fn body(&self, wish: &ImageRequest) -> Value {
        let is_old = self.model.starts_with("dall-e");
        let wide = if is_old { "1792x1024" } else { "1536x1024" };
        let tall = if is_old { "1024x1792" } else { "1024x1536" };
        let size = match (wish.width * 4, wish.height * 4) {
            (width, _) if width > wish.height * 5 => wide,
            (_, height) if height > wish.width * 5 => tall,
            _ => "1024x1024",
        };
        let prompt = format!("{}. {STYLE}", wish.query);
        let mut body = json!({ "model": self.model, "prompt": prompt, "n": 1, "size": size });
        if is_old {
            body["response_format"] = "b64_json".into();
        } else {
            // A photograph in PNG is several times as large.
            body["output_format"] = "jpeg".into();
        }
        body
    }
}

#[async_trait]
impl Illustrator for OpenAiPictures {
    fn identity(&self) -> String {
        format!("{} {} {STYLE}", self.client.who(), self.model)
    }

    fn makes(&self, kind: IllustrationKind) -> bool {
        kind == IllustrationKind::Still
    }

    async fn illustrate(&self, cx: &StageContext, wish: &ImageRequest) -> Result<Found, IllustrateError> {
        let price = self.price.unwrap_or_default().images(1);
        let bill = Bill::by(self.price.as_ref(), |price| price.images(1));
        let request = Request::post("images/generations", &self.body(wish), PURPOSE)
            .billed(&self.model, bill)
            .with_most_bytes(2 * MAX_PICTURE);
        let read = |reply: &Reply| {
            let drawn: Drawn = reply.json()?;
            let first = drawn.data.into_iter().next().ok_or_else(|| reply.bad("it holds no picture"))?;
            let place = match (first.b64_json, first.url) {
                (Some(text), _) => {
                    let bytes = STANDARD.decode(text.trim());
                    Place::Here(bytes.map_err(|_| reply.bad("its picture is no base64"))?.into())
                }
                (None, Some(url)) => Place::There(url),
                (None, None) => return Err(reply.bad("it holds no picture")),
            };
            Ok((place, price))
        };
        let bytes = match self.client.call(cx, &request, read).await? {
            Place::Here(bytes) => bytes,
            Place::There(url) => fetched(&self.client, cx, &url, Accept::Image, MAX_PICTURE).await?,
        };
        Ok(Found { bytes, credit: Credit::synthetic("openai", &self.model, LICENCE) })
    }
}

/// Fetches what lies at an address that the provider gave.
pub(super) async fn fetched(
    client: &ProviderClient,
    cx: &StageContext,
    url: &str,
    accept: Accept,
    most: u64,
) -> Result<Bytes, IllustrateError> {
    let purpose = if accept == Accept::Video { "visuals: clip" } else { PURPOSE };
    let request = Request::download(url, purpose).accepting(accept).with_most_bytes(most);
    let free = brainwrought_core::budget::Cost::FREE;
    Ok(client.call(cx, &request, |reply| Ok((reply.bytes.clone(), free))).await?)
}
