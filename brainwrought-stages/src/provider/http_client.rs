//! [`HttpClient`]: the connections to one provider, by reqwest.

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use url::Url;

use super::client_settings::ClientSettings;
use super::error::ProviderError;
use super::http_error::{Broken, HttpError};

/// The connections to one provider. Cloning is cheap, and clones share them.
#[derive(Debug, Clone)]
pub(super) struct HttpClient(reqwest::Client);

/// A reply whose body is still to come.
#[derive(Debug)]
pub(super) struct HttpResponse(reqwest::Response);

impl HttpClient {
    /// Sets a client up. Opens no connection.
    pub(super) fn new(settings: &ClientSettings, is_local: bool) -> Result<Self, ProviderError> {
        let mut http = reqwest::Client::builder()
            .connect_timeout(settings.connect_timeout)
            .read_timeout(settings.read_timeout)
            .timeout(settings.total_timeout)
            // Keys travel in headers that nobody would take out on the way to another host.
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("brainwrought/", env!("CARGO_PKG_VERSION")));
        if is_local {
            http = http.no_proxy();
        }
        http.build().map(Self).map_err(|error| ProviderError::Unreachable {
            provider: settings.name.clone(),
            source: error.without_url().into(),
        })
    }

    /// Sends a request, and waits for the head of the reply.
    pub(super) async fn send(
        &self,
        method: Method,
        url: Url,
        headers: HeaderMap,
        body: Option<Bytes>,
    ) -> Result<HttpResponse, HttpError> {
        let mut request = self.0.request(method, url);
        if let Some(body) = body {
            request = request.body(body);
        }
        match request.headers(headers).send().await {
            Ok(response) => Ok(HttpResponse(response)),
            Err(error) if error.is_connect() => Err(HttpError::Unreachable(error.without_url().into())),
            Err(error) => Err(HttpError::Broken(Broken::from(&error))),
        }
    }
}

impl HttpResponse {
    pub(super) fn status(&self) -> StatusCode {
        self.0.status()
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        self.0.headers()
    }

    /// The next piece of the body; nothing at its end.
    pub(super) async fn chunk(&mut self) -> Result<Option<Bytes>, Broken> {
        self.0.chunk().await.map_err(|error| Broken::from(&error))
    }
}

impl From<&reqwest::Error> for Broken {
    fn from(error: &reqwest::Error) -> Self {
        if error.is_timeout() { Self::Timeout } else { Self::Cut }
    }
}
