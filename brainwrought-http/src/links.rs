//! [`Base`]: where the router is mounted, and the URLs below it; [`ApiBase`] makes them absolute.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::header::HOST;
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName};
use brainwrought_core::id::{JobId, ViewId};

use crate::HttpSettings;
use crate::app_state::AppState;

/// Where the endpoint of the Model Context Protocol is.
pub(crate) const MCP_PATH: &str = "/mcp";

/// Where addresses lie.
pub(crate) const UPLOAD_PATH: &str = "/api/uploads/";

/// The path under which the router is mounted; empty at the root. Pages use it as it is, so that they work behind any
/// proxy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Base(pub(crate) String);

/// A [`Base`] that begins with the scheme and host that the client used: a program has no page that would complete a
/// link. Without a usable `Host` it is the path alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ApiBase(pub(crate) Base);

impl Base {
    /// Finds it from the whole path of a request and the path that the router sees.
    pub(crate) fn new(whole: &str, inner: &str) -> Self {
        let base = whole.strip_suffix(inner).unwrap_or_else(|| whole.trim_end_matches('/'));
        Self(base.trim_end_matches('/').to_owned())
    }

    /// Puts the scheme and host of a request in front.
    pub(crate) fn absolute(&self, settings: &HttpSettings, headers: &HeaderMap) -> Self {
        let Some(host) = forwarded(settings, headers, "x-forwarded-host").or_else(|| text(headers, HOST))
        else {
            return self.clone();
        };
        let is_host = host.parse::<Authority>().is_ok_and(|authority| !authority.as_str().contains('@'));
        if !is_host {
            return self.clone();
        }
        let proto = forwarded(settings, headers, "x-forwarded-proto");
        let is_secure = proto.is_some_and(|proto| proto.eq_ignore_ascii_case("https"));
        Self(format!("{}://{host}{}", if is_secure { "https" } else { "http" }, self.0))
    }

    /// The page that shows a job.
    pub(crate) fn page(&self, id: &JobId) -> String {
        format!("{}/?job_id={id}", self.0)
    }

    /// The job in the API.
    pub(crate) fn api(&self, id: &JobId) -> String {
        format!("{}/api/jobs/{id}", self.0)
    }

    /// The page that shows a video without the right to control its job.
    pub(crate) fn view(&self, id: &ViewId) -> String {
        format!("{}/v/{id}", self.0)
    }

    /// A file of a job.
    pub(crate) fn file(&self, id: &JobId, name: &str) -> String {
        format!("{}/jobs/{id}/{name}", self.0)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Base {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let OriginalUri(whole) = OriginalUri::from_request_parts(parts, state).await?;
        Ok(Self::new(whole.path(), parts.uri.path()))
    }
}

impl FromRequestParts<Arc<AppState>> for ApiBase {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<AppState>) -> Result<Self, Infallible> {
        let base = Base::from_request_parts(parts, state).await?;
        Ok(Self(base.absolute(&state.settings, &parts.headers)))
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Reads what the outermost trusted proxy says. Each proxy appends an entry or replaces the header; entries before those
/// of the trusted ones may come from anybody. Without trusted proxies the header is ignored.
fn forwarded<'a>(settings: &HttpSettings, headers: &'a HeaderMap, name: &'static str) -> Option<&'a str> {
    if settings.proxies == 0 {
        return None;
    }
    let entries: Vec<&str> = headers
        .get_all(name)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .collect();
    entries.get(entries.len().saturating_sub(settings.proxies)).copied().filter(|entry| !entry.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_name_the_host_that_the_client_used() {
        let plain = [("host", "video.example:7860")];
        let proxied = [
            ("host", "127.0.0.1:7860"),
            ("x-forwarded-host", "forged.example, video.example"),
            ("x-forwarded-proto", "HTTPS"),
        ];
        for (headers, proxies, absolute) in [
            (&plain[..], 0, "http://video.example:7860/at"),
            (&plain, 1, "http://video.example:7860/at"),
            (&proxied, 0, "http://127.0.0.1:7860/at"),
            (&proxied, 1, "https://video.example/at"),
            (&[("host", "[::1]:7860")], 0, "http://[::1]:7860/at"),
            (&[], 0, "/at"),
            (&[("host", "user@video.example")], 0, "/at"),
            (&[("host", "a b/\"<c>")], 0, "/at"),
        ] {
            let mut settings = HttpSettings::new("in".into(), "out".into());
            settings.proxies = proxies;
            let map = headers
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
                .collect();
            let base = Base("/at".to_owned()).absolute(&settings, &map);
            assert_eq!(base.0, absolute, "{headers:?} behind {proxies}");
        }
    }

    #[test]
    fn the_base_is_what_was_cut_off() {
        for (whole, inner, base) in [
            ("/", "/", ""),
            ("/api/jobs", "/api/jobs", ""),
            ("/video/api/jobs", "/api/jobs", "/video"),
            ("/video", "/", "/video"),
            ("/video/", "/", "/video"),
        ] {
            assert_eq!(Base::new(whole, inner).0, base, "{whole}");
        }
    }
}
