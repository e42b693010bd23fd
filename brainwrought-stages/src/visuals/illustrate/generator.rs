//! [`VideoGenerator`]: any server that makes clips from text: a request is submitted, polled until it is done, and the clip fetched.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use brainwrought_core::budget::Cost;
use brainwrought_core::data::IllustrationKind;
use brainwrought_core::id::Digest;
use brainwrought_core::stage::{StageContext, StageError};
use bytes::Bytes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::MAX_CLIP;
use super::credit::Credit;
use super::error::IllustrateError;
use super::illustrator::{Found, Illustrator, ImageRequest};
use super::openai::fetched;
use crate::provider::{Accept, Bill, Price, ProviderClient, Reply, Request};

/// Each rest between two questions is longer than the one before by this factor.
const PATIENCE: f64 = 1.4;
/// The longest rest between two questions, in milliseconds.
const MAX_BACKOFF_MS: u64 = 15_000;

/// How a server makes clips from words. What is left out is as OpenAI's `/videos` has it.
///
/// A job stores the name, the model, the length and the licence alone: addresses and bodies may hold secrets. Each machine
/// finds the rest in its own settings, see [`Pictures::completed`](super::Pictures::completed).
///
/// Places in replies are JSON pointers (RFC 6901), such as `/data/0/url`. In paths, `{id}` is what the server called the
/// clip; in the body, `{prompt}`, `{width}`, `{height}` and `{seconds}` are what is wished for, and a text that is one of
/// these alone becomes a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct VideoGenerator {
    /// Name in messages and prices. In a config file it is the name of the section.
    #[schemars(skip)]
    pub name: String,
    /// Base URL of the server.
    #[serde(skip_serializing)]
    pub base_url: String,
    /// Model name for messages and prices; if the server needs it, repeat it in `body`.
    pub model: String,
    /// Path of the `POST` request that orders a clip.
    #[serde(skip_serializing)]
    pub submit: String,
    /// JSON body of the request that orders a clip.
    #[serde(skip_serializing)]
    pub body: Value,
    /// JSON pointer to the id of the clip in the reply.
    #[serde(skip_serializing)]
    pub id: String,
    /// Path of the request that asks for the state of the clip.
    #[serde(skip_serializing)]
    pub poll: String,
    /// JSON pointer to the state in the reply.
    #[serde(skip_serializing)]
    pub status: String,
    /// States of a clip that is ready to download.
    #[serde(skip_serializing)]
    pub done: Vec<String>,
    /// States of a clip that has failed.
    #[serde(skip_serializing)]
    pub failed: Vec<String>,
    /// Path of a clip that is ready.
    #[serde(skip_serializing)]
    pub download: String,
    /// JSON pointer to the address of a ready clip in the reply; replaces `download`.
    #[serde(skip_serializing)]
    pub url: Option<String>,
    /// Length of a clip in seconds.
    pub seconds: u32,
    /// Initial interval between two requests for the state, in milliseconds.
    #[serde(skip_serializing)]
    pub poll_every_ms: u64,
    /// Maximum time to wait for a clip, in seconds.
    #[serde(skip_serializing)]
    pub longest_wait: u64,
    /// Licence of the clips, for the manifest.
    pub licence: String,
    /// Tells settings apart that differ in what is not serialised; see [`Pictures::completed`](super::Pictures::completed).
    #[serde(skip_deserializing, skip_serializing_if = "String::is_empty")]
    pub settings_digest: String,
}

impl Default for VideoGenerator {
    fn default() -> Self {
        Self {
            name: String::new(),
            base_url: String::new(),
            model: "video".to_owned(),
            submit: "videos".to_owned(),
            body: json!({ "prompt": "{prompt}", "size": "{width}x{height}", "seconds": "{seconds}" }),
            id: "/id".to_owned(),
            poll: "videos/{id}".to_owned(),
            status: "/status".to_owned(),
            done: ["completed", "succeeded", "done"].map(str::to_owned).to_vec(),
            failed: ["failed", "cancelled", "canceled", "error"].map(str::to_owned).to_vec(),
            download: "videos/{id}/content".to_owned(),
            url: None,
            seconds: 6,
            poll_every_ms: 2_000,
            longest_wait: 600,
            licence: "made for the user by a model; see the terms of its provider".to_owned(),
            settings_digest: String::new(),
        }
    }
}

/// A generator with a connection.
#[derive(Debug)]
pub(super) struct Generator {
    pub(super) client: ProviderClient,
    pub(super) settings: VideoGenerator,
    pub(super) price: Option<Price>,
}

/// How far a clip is.
enum State {
    Waiting,
    /// It is ready, at this address or at the usual path.
    Ready(Option<String>),
    Failed(String),
}

impl Generator {
    async fn submit(&self, cx: &StageContext, wish: &ImageRequest) -> Result<String, IllustrateError> {
        let settings = &self.settings;
        let body = filled(&settings.body, wish, settings.seconds);
        let seconds = f64::from(settings.seconds);
        let cost = self.price.unwrap_or_default().video(seconds);
        let bill = Bill::by(self.price.as_ref(), |price| price.video(seconds));
        let request = Request::post(&settings.submit, &body, "visuals: clip").billed(&settings.model, bill);
        let read = |reply: &Reply| {
            let value: Value = reply.json()?;
            let id = match value.pointer(&settings.id) {
                Some(Value::String(id)) if !id.is_empty() => id.clone(),
                Some(Value::Number(id)) => id.to_string(),
                _ => return Err(reply.bad("it has nothing where the setting `id` points")),
            };
            Ok((id, cost))
        };
        Ok(self.client.call(cx, &request, read).await?)
    }

    async fn state(&self, cx: &StageContext, id: &str) -> Result<State, IllustrateError> {
        let settings = &self.settings;
        let request = Request::get(&settings.poll.replace("{id}", id), "visuals: clip");
        let read = |reply: &Reply| {
            let value: Value = reply.json()?;
            let status = value.pointer(&settings.status).map(|status| match status {
                Value::String(status) => status.to_lowercase(),
                other => other.to_string(),
            });
            let Some(status) = status else {
                return Err(reply.bad("it has nothing where the setting `status` points"));
            };
            let is_in = |states: &[String]| states.iter().any(|state| state.to_lowercase() == status);
            let state = if is_in(&settings.done) {
                let place = settings.url.as_ref();
                let url = place.map(|place| {
                    let url = value.pointer(place).and_then(Value::as_str).map(str::to_owned);
                    url.ok_or_else(|| reply.bad("it has nothing where the setting `url` points"))
                });
                State::Ready(url.transpose()?)
            } else if is_in(&settings.failed) {
                let places = ["/error/message", "/error", "/message"];
                let said = places.iter().find_map(|place| value.pointer(place)?.as_str());
                // Some repeat what they were sent.
                State::Failed(self.client.scrub(said.unwrap_or(&status)).chars().take(200).collect())
            } else {
                State::Waiting
            };
            Ok((state, Cost::FREE))
        };
        Ok(self.client.call(cx, &request, read).await?)
    }

    /// Asks how far a clip is until it is ready, with longer and longer rests.
    async fn awaited(&self, cx: &StageContext, id: &str) -> Result<Option<String>, IllustrateError> {
        let settings = &self.settings;
        let mut rest = settings.poll_every_ms.max(1);
        let mut waited = 0;
        loop {
            match self.state(cx, id).await? {
                State::Ready(url) => return Ok(url),
                State::Failed(said) => {
                    return Err(IllustrateError::Refused { provider: self.client.who().to_owned(), said });
                }
                State::Waiting if waited >= settings.longest_wait * 1_000 => {
                    let (provider, seconds) = (self.client.who().to_owned(), settings.longest_wait);
                    return Err(IllustrateError::Late { provider, seconds });
                }
                State::Waiting => {}
            }
            tokio::select! {
                biased;
                () = cx.cancellation().cancelled() => {
                    let provider = self.client.who().to_owned();
                    return Err(crate::provider::ProviderError::Cancelled { provider }.into());
                }
                () = tokio::time::sleep(Duration::from_millis(rest)) => {}
            }
            waited += rest;
            rest = ((rest as f64 * PATIENCE) as u64 + 1).min(MAX_BACKOFF_MS);
        }
    }

    async fn made(&self, cx: &StageContext, id: &str) -> Result<Bytes, IllustrateError> {
        match self.awaited(cx, id).await? {
            Some(url) => fetched(&self.client, cx, &url, Accept::Video, MAX_CLIP).await,
            None => {
                let path = self.settings.download.replace("{id}", id);
                let request =
                    Request::get(&path, "visuals: clip").accepting(Accept::Video).with_most_bytes(MAX_CLIP);
                Ok(self.client.call(cx, &request, |reply| Ok((reply.bytes.clone(), Cost::FREE))).await?)
            }
        }
    }
}

#[async_trait]
impl Illustrator for Generator {
    fn identity(&self) -> String {
        // Of all settings, those included that may hold secrets and are not serialised.
        let settings = Digest::of(format!("{:?}", self.settings).as_bytes());
        format!("{} {} {settings}", self.client.who(), self.settings.model)
    }

    fn makes(&self, kind: IllustrationKind) -> bool {
        kind == IllustrationKind::Clip
    }

    async fn illustrate(&self, cx: &StageContext, wish: &ImageRequest) -> Result<Found, IllustrateError> {
        let credit = Credit {
            licence: self.settings.licence.clone(),
            ..Credit::synthetic(&self.settings.name, &self.settings.model, "")
        };
        // Submitting is what costs, so whoever was stopped while the clip was made asks for the same one.
        let key = json!({ "who": self.identity(), "wish": wish });
        let is_new = AtomicBool::new(false);
        let submitted = cx.cached("submitted-clip", &key, |cx| {
            is_new.store(true, Ordering::Relaxed);
            async move { self.submit(&cx, wish).await.map_err(StageError::fatal) }
        });
        let id: String = submitted.await.map_err(IllustrateError::of_step)?;
        let bytes = match self.made(cx, &id).await {
            // A clip of another day may be gone, or have failed for a reason that has passed.
            Err(error) if error.allows_fallback() && !is_new.load(Ordering::Relaxed) => {
                let id = self.submit(cx, wish).await?;
                self.made(cx, &id).await?
            }
            made => made?,
        };
        Ok(Found { bytes, credit })
    }
}

/// A body with the wish filled in.
fn filled(value: &Value, wish: &ImageRequest, seconds: u32) -> Value {
    match value {
        Value::String(text) => match text.as_str() {
            "{width}" => wish.width.into(),
            "{height}" => wish.height.into(),
            "{seconds}" => seconds.into(),
            text => text
                .replace("{width}", &wish.width.to_string())
                .replace("{height}", &wish.height.to_string())
                .replace("{seconds}", &seconds.to_string())
                // Last, so that nothing in the words is taken for a place.
                .replace("{prompt}", &wish.query)
                .into(),
        },
        Value::Array(parts) => parts.iter().map(|part| filled(part, wish, seconds)).collect(),
        Value::Object(parts) => {
            parts.iter().map(|(name, part)| (name.clone(), filled(part, wish, seconds))).collect()
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_filled_in() {
        let wish = ImageRequest {
            query: "rain on {width}".to_owned(),
            kind: IllustrationKind::Clip,
            width: 540,
            height: 960,
        };
        let body = json!({ "input": { "text": "Show {prompt}.", "w": "{width}", "fps": 24, "size": ["{width}x{height}"] } });
        let made =
            json!({ "input": { "text": "Show rain on {width}.", "w": 540, "fps": 24, "size": ["540x960"] } });
        assert_eq!(filled(&body, &wish, 6), made);
    }
}
