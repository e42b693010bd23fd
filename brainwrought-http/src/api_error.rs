//! [`ApiError`]: every way in which a request can fail, and its answer.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use brainwrought_core::job_store::JobStoreError;
use brainwrought_core::report::chain;
use serde_json::json;

/// Why a request was not answered with what it asked for.
///
/// The body is `{"error": {"code": "no-such-job", "message": "…"}}`. What went wrong inside is logged and not sent: it
/// may name hosts and paths.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApiError {
    /// There is no such job.
    #[error("there is no job `{0}`; GET /api/jobs lists those there are")]
    NoSuchJob(String),
    /// There is no such page.
    #[error("there is no such page")]
    NoSuchPage,
    /// The page is there, for another method.
    #[error("this page answers GET only")]
    MethodNotAllowed,
    /// The query says something that cannot be understood.
    #[error("{0}")]
    WrongQuery(String),
    /// The job store failed.
    #[error("the job store could not answer; try again later")]
    Store(#[source] JobStoreError),
    /// A stored job cannot be written as JSON.
    #[error("the job cannot be written as JSON")]
    Unwritable(#[source] serde_json::Error),
}

impl ApiError {
    fn parts(&self) -> (StatusCode, &'static str) {
        match self {
            Self::NoSuchJob(_) => (StatusCode::NOT_FOUND, "no-such-job"),
            Self::NoSuchPage => (StatusCode::NOT_FOUND, "no-such-page"),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed"),
            Self::WrongQuery(_) => (StatusCode::BAD_REQUEST, "wrong-query"),
            Self::Store(JobStoreError::Damaged { .. }) => (StatusCode::INTERNAL_SERVER_ERROR, "damaged"),
            Self::Store(_) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            Self::Unwritable(_) => (StatusCode::INTERNAL_SERVER_ERROR, "unwritable"),
        }
    }
}

impl From<JobStoreError> for ApiError {
    fn from(error: JobStoreError) -> Self {
        match error {
            JobStoreError::JobNotFound(id) => Self::NoSuchJob(id.to_string()),
            error => Self::Store(error),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, code) = self.parts();
        if status.is_server_error() {
            tracing::error!(code, "{}", chain(&self));
        }
        (status, Json(json!({ "error": { "code": code, "message": self.to_string() } }))).into_response()
    }
}
