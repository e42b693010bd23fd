//! [`HttpClient`] where the feature `providers` is off: there is none, and whoever wants one is told so.

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use url::Url;

use super::client_settings::ClientSettings;
use super::error::ProviderError;
use super::http_error::{Broken, HttpError};
use crate::MissingFeature;

/// The connections to one provider, of which there are none.
#[derive(Debug, Clone)]
pub(super) enum HttpClient {}

/// A reply, of which there are none.
#[derive(Debug)]
pub(super) enum HttpResponse {}

impl HttpClient {
    pub(super) fn new(settings: &ClientSettings, _is_local: bool) -> Result<Self, ProviderError> {
        Err(MissingFeature { what: format!("calling {}", settings.name), feature: "providers" }.into())
    }

    pub(super) async fn send(
        &self,
        _method: Method,
        _url: Url,
        _headers: HeaderMap,
        _body: Option<Bytes>,
    ) -> Result<HttpResponse, HttpError> {
        match *self {}
    }
}

impl HttpResponse {
    pub(super) fn status(&self) -> StatusCode {
        match *self {}
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        match *self {}
    }

    pub(super) async fn chunk(&mut self) -> Result<Option<Bytes>, Broken> {
        match *self {}
    }
}
