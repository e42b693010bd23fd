//! [`Request`] and [`Reply`]: what is asked of a provider, and what it answers.

use bytes::Bytes;
use http::{HeaderMap, Method};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::ProviderError;
use super::prices::Bill;
use super::server_events::{ServerEvent, server_events};

/// The media type of a form.
pub(super) const FORM: &str = "application/x-www-form-urlencoded";

/// What is asked of a provider.
#[derive(Debug, Clone)]
pub struct Request {
    pub(super) method: Method,
    pub(super) target: Target,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<Body>,
    pub(super) accept: Accept,
    pub(super) purpose: String,
    pub(super) model: String,
    pub(super) bill: Bill,
    pub(super) most_bytes: Option<u64>,
}

/// Where a request goes.
#[derive(Debug, Clone)]
pub(super) enum Target {
    /// A path under the base, whose segments are separated by slashes.
    Path(String),
    /// An address that the provider gave. It gets the key only where it is the provider's own.
    Given(String),
}

/// The body of a request.
#[derive(Debug, Clone)]
pub(super) struct Body {
    pub(super) media_type: String,
    pub(super) bytes: Bytes,
}

/// The kind of reply that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Accept {
    /// JSON.
    Json,
    /// A stream of server-sent events, or JSON from a server that knows no streams.
    Events,
    /// Sound.
    Audio,
    /// A picture.
    Image,
    /// A video.
    Video,
    /// Whatever comes.
    Anything,
}

/// What a provider answered, whole.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The provider, for messages.
    pub(super) provider: String,
    pub(super) headers: HeaderMap,
    /// The body.
    pub bytes: Bytes,
}

impl Request {
    /// Posts JSON to a path under the base. `purpose` is for people: `script: analysis`.
    pub fn post(path: &str, body: &Value, purpose: &str) -> Self {
        let body = Body { media_type: "application/json".to_owned(), bytes: body.to_string().into() };
        Self::new(Method::POST, Target::Path(path.to_owned()), Some(body), purpose)
    }

    /// Posts a form to a path under the base.
    pub fn post_form(path: &str, fields: &[(&str, &str)], purpose: &str) -> Self {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        Self::post_bytes(path, FORM, form.into(), purpose)
    }

    /// Posts bytes of a kind to a path under the base.
    pub fn post_bytes(path: &str, media_type: &str, bytes: Bytes, purpose: &str) -> Self {
        let body = Body { media_type: media_type.to_owned(), bytes };
        Self::new(Method::POST, Target::Path(path.to_owned()), Some(body), purpose)
    }

    /// Gets what lies at a path under the base.
    pub fn get(path: &str, purpose: &str) -> Self {
        Self::new(Method::GET, Target::Path(path.to_owned()), None, purpose)
    }

    /// Fetches what lies at an address that the provider gave, such as that of a finished picture. It must be `https`, or
    /// of the same server; the key goes along only to the same server.
    pub fn download(url: &str, purpose: &str) -> Self {
        Self::new(Method::GET, Target::Given(url.to_owned()), None, purpose).accepting(Accept::Anything)
    }

    fn new(method: Method, target: Target, body: Option<Body>, purpose: &str) -> Self {
        Self {
            method,
            target,
            query: Vec::new(),
            headers: Vec::new(),
            body,
            accept: Accept::Json,
            purpose: purpose.to_owned(),
            model: String::new(),
            bill: Bill::AtMost(brainwrought_core::budget::Cost::FREE),
            most_bytes: None,
        }
    }

    /// Sets the kind of reply; JSON unless set.
    #[must_use]
    pub fn accepting(mut self, accept: Accept) -> Self {
        self.accept = accept;
        self
    }

    /// Adds a parameter to the address.
    #[must_use]
    pub fn with_query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets which model is paid, and the most that one try can cost. Nothing unless set.
    #[must_use]
    pub fn billed(mut self, model: &str, bill: Bill) -> Self {
        self.model = model.to_owned();
        self.bill = bill;
        self
    }

    /// Allows another size of the reply than the client's settings, in bytes.
    #[must_use]
    pub fn with_most_bytes(mut self, most: u64) -> Self {
        self.most_bytes = Some(most);
        self
    }
}

impl Accept {
    /// The `Accept` header.
    pub(super) fn header(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Events => "text/event-stream, application/json",
            Self::Audio => "audio/*",
            Self::Image => "image/*",
            Self::Video => "video/*",
            Self::Anything => "*/*",
        }
    }

    /// Tells whether a `Content-Type` is what was asked for. Bytes without a better name pass for media.
    pub(super) fn takes(self, content_type: &str) -> bool {
        let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let is_bytes = matches!(kind.as_str(), "application/octet-stream" | "binary/octet-stream");
        match self {
            Self::Json => kind == "application/json" || kind.ends_with("+json"),
            Self::Events => kind == "text/event-stream" || Self::Json.takes(content_type),
            Self::Audio => kind.starts_with("audio/") || is_bytes,
            Self::Image => kind.starts_with("image/") || is_bytes,
            Self::Video => kind.starts_with("video/") || is_bytes,
            Self::Anything => true,
        }
    }

    /// What was asked for, for people.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Events => "a stream of events",
            Self::Audio => "sound",
            Self::Image => "a picture",
            Self::Video => "a video",
            Self::Anything => "anything",
        }
    }
}

impl Reply {
    /// Reads the body as JSON.
    ///
    /// # Errors
    ///
    /// Fails with [`ProviderError::BadReply`] when it is not of that form.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, ProviderError> {
        serde_json::from_slice(&self.bytes)
            .map_err(|error| self.bad(format!("it is not the JSON that was expected ({error})")))
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The kind of the body, such as `image/png`, without parameters; empty where the provider does not say.
    pub fn media_type(&self) -> &str {
        self.header("content-type").and_then(|kind| kind.split(';').next()).unwrap_or_default().trim()
    }

    /// The events of a stream; nothing when the reply is none.
    pub fn events(&self) -> Option<Vec<ServerEvent>> {
        self.media_type().eq_ignore_ascii_case("text/event-stream").then(|| server_events(&self.bytes))
    }

    /// The provider, for people.
    pub fn who(&self) -> &str {
        &self.provider
    }

    /// Says that the reply cannot be read.
    pub fn bad(&self, what: impl Into<String>) -> ProviderError {
        ProviderError::BadReply { provider: self.provider.clone(), what: what.into() }
    }

    /// Says that the reply ended before it was whole.
    pub fn cut(&self) -> ProviderError {
        ProviderError::Cut { provider: self.provider.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_replies_are_told_apart() {
        assert!(Accept::Json.takes("application/json; charset=utf-8"));
        assert!(Accept::Json.takes("application/problem+json"));
        assert!(!Accept::Json.takes("text/html"));
        assert!(Accept::Events.takes("text/event-stream;charset=UTF-8"));
        assert!(Accept::Events.takes("application/json") && !Accept::Events.takes("text/plain"));
        assert!(Accept::Audio.takes("audio/mpeg") && Accept::Audio.takes("application/octet-stream"));
        assert!(!Accept::Video.takes("application/json"));
    }
}
