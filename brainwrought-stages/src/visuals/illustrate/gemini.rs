//! [`GeminiPictures`]: pictures that a model of Google draws.

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use brainwrought_core::data::IllustrationKind;
use brainwrought_core::stage::StageContext;
use bytes::Bytes;
use serde_json::{Value, json};

use super::credit::Credit;
use super::error::IllustrateError;
use super::illustrator::{Found, Illustrator, ImageRequest};
use super::{MAX_PICTURE, STYLE};
use crate::provider::{Bill, Price, ProviderClient, Reply, Request};

/// What Google says of who may use what its models draw.
const LICENCE: &str = "made for the user by a model of Google, which by its terms claims no rights in it";
/// The shapes that can be asked for, as width and height.
const SHAPES: [(u32, u32); 8] = [(1, 1), (3, 2), (2, 3), (4, 3), (3, 4), (5, 4), (16, 9), (9, 16)];

/// Pictures that a model of Google draws.
#[derive(Debug)]
pub(super) struct GeminiPictures {
    pub(super) client: ProviderClient,
    pub(super) model: String,
    pub(super) price: Option<Price>,
}

/// What an answer holds.
enum Answer {
    Picture(Bytes),
    /// Words in the place of a picture.
    Words(String),
}

impl GeminiPictures {
    fn body(wish: &ImageRequest) -> Value {
        let (width, height) = shape(wish);
        json!({
            "contents": [{ "role": "user", "parts": [{ "text": format!("Draw a picture: {}. {STYLE}", wish.query) }] }],
            "generationConfig": {
                "responseModalities": ["TEXT", "IMAGE"],
                "imageConfig": { "aspectRatio": format!("{width}:{height}") },
            },
        })
    }
}

#[async_trait]
impl Illustrator for GeminiPictures {
    fn identity(&self) -> String {
        format!("{} {} {STYLE}", self.client.who(), self.model)
    }

    fn makes(&self, kind: IllustrationKind) -> bool {
        kind == IllustrationKind::Still
    }

    async fn illustrate(&self, cx: &StageContext, wish: &ImageRequest) -> Result<Found, IllustrateError> {
        let price = self.price.unwrap_or_default().images(1);
        let bill = Bill::by(self.price.as_ref(), |price| price.images(1));
        let path = format!("v1beta/models/{}:generateContent", self.model);
        let request = Request::post(&path, &Self::body(wish), "visuals: picture")
            .billed(&self.model, bill)
            .with_most_bytes(2 * MAX_PICTURE);
        let answer = self.client.call(cx, &request, |reply| Ok((read(reply)?, price))).await?;
        match answer {
            Answer::Picture(bytes) => {
                Ok(Found { bytes, credit: Credit::synthetic("gemini", &self.model, LICENCE) })
            }
            Answer::Words(said) => {
                let (provider, said) = (self.client.who().to_owned(), self.client.scrub(&said));
                Err(IllustrateError::Refused { provider, said })
            }
        }
    }
}

fn read(reply: &Reply) -> Result<Answer, crate::provider::ProviderError> {
    let value: Value = reply.json()?;
    let parts = value.pointer("/candidates/0/content/parts").and_then(Value::as_array);
    let mut said = String::new();
    for part in parts.into_iter().flatten() {
        if let Some(data) = part.pointer("/inlineData/data").and_then(Value::as_str) {
            let bytes = STANDARD.decode(data).map_err(|_| reply.bad("its picture is no base64"))?;
            return Ok(Answer::Picture(bytes.into()));
        }
        said.push_str(part.get("text").and_then(Value::as_str).unwrap_or_default());
    }
    let reason = ["/promptFeedback/blockReason", "/candidates/0/finishReason"];
    let reason = reason.iter().find_map(|place| value.pointer(place)?.as_str()).unwrap_or_default();
    if said.trim().is_empty() && reason.is_empty() {
        return Err(reply.bad("it holds no picture"));
    }
    let said = if said.trim().is_empty() { reason } else { said.trim() };
    Ok(Answer::Words(said.chars().take(200).collect()))
}

/// The shape that comes closest to the wished one.
fn shape(wish: &ImageRequest) -> (u32, u32) {
    let wished = f64::from(wish.width.max(1)) / f64::from(wish.height.max(1));
    let distance = |(width, height): (u32, u32)| (f64::from(width) / f64::from(height) / wished).ln().abs();
    SHAPES.into_iter().min_by(|a, b| distance(*a).total_cmp(&distance(*b))).unwrap_or((1, 1))
}
