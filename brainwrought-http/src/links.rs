//! [`Base`]: the path under which the router is mounted, and the addresses below it.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::request::Parts;
use brainwrought_core::id::{JobId, ViewId};

/// The path under which the router is mounted; empty at the root.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Base(pub(crate) String);

impl Base {
    /// Finds it from the whole path of a request and the path that the router sees.
    pub(crate) fn of(whole: &str, inner: &str) -> Self {
        let base = whole.strip_suffix(inner).unwrap_or_else(|| whole.trim_end_matches('/'));
        Self(base.trim_end_matches('/').to_owned())
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
        Ok(Self::of(whole.path(), parts.uri.path()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_is_what_was_cut_off() {
        for (whole, inner, base) in [
            ("/", "/", ""),
            ("/api/jobs", "/api/jobs", ""),
            ("/video/api/jobs", "/api/jobs", "/video"),
            ("/video", "/", "/video"),
            ("/video/", "/", "/video"),
        ] {
            assert_eq!(Base::of(whole, inner).0, base, "{whole}");
        }
    }
}
