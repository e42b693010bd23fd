//! [`ApiError`]: every way in which a request can fail, and its answer.

use std::time::Duration;

use axum::Json;
use axum::http::header::{CONTENT_RANGE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use brainwrought_core::artifact_store::ArtifactStoreError;
use brainwrought_core::engine::EngineError;
use brainwrought_core::job_store::JobStoreError;
use brainwrought_core::report::chain;
use brainwrought_stages::parse::UnknownFormat;
use serde::Serialize;
use utoipa::ToSchema;

use crate::VideoSize;
use crate::client_text::for_clients;
use crate::edit_verdict::VerdictBody;

/// Why a request was not answered with what it asked for.
///
/// The body is `{"error": {"code": "no-such-job", "message": "…"}}`. What went wrong inside is logged and not sent: it
/// may name hosts and paths.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApiError {
    /// There is no such job.
    #[error("there is no job `{0}`; check the link, or the job may have been deleted")]
    NoSuchJob(String),
    /// There is no video behind a view-only link.
    #[error("there is no video at this link; check the link, or the video may have been deleted")]
    NoSuchVideo,
    /// What was pasted is neither an id nor a link of this server.
    #[error("that is neither a job ID nor a link of this server; paste the whole link")]
    NotALink,
    /// The job has no such file, or not yet.
    #[error("this job has no file `{0}`, or not yet; a COMPLETED job has every file")]
    NoSuchFile(String),
    /// The file was lost or damaged, and the job makes it again.
    #[error("the file was damaged and is being made again; try again in a minute")]
    BeingRemade,
    /// There is no such page.
    #[error("there is no page at this address")]
    NoSuchPage,
    /// The process records no metrics, or nothing hands them to the server.
    #[error(
        "this server collects no metrics; a program that mounts it sets `HttpSettings::metrics` for them"
    )]
    NoMetrics,
    /// The page is there, for another method.
    #[error("this address does not support that HTTP method")]
    MethodNotAllowed,
    /// The query or the body says something that cannot be understood.
    #[error("{0}")]
    WrongRequest(String),
    /// What was sent is no PDF.
    #[error(transparent)]
    UnknownFormat(#[from] UnknownFormat),
    /// The body has another form than is expected.
    #[error("{0}")]
    WrongMediaType(String),
    /// The PDF is larger than the server takes.
    #[error("the file is larger than {} MB, the limit on this server", .limit / 1_000_000)]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// A form or a JSON document is larger than any that the server takes.
    #[error("the body of the request is larger than {} MB", MAX_BODY_BYTES >> 20)]
    BodyTooLarge,
    /// The video would be larger than the server makes.
    #[error(
        "the video is too large for this server: width, height and seconds multiplied may be at most those of {limit}; \
         choose a smaller size or a shorter length"
    )]
    VideoTooLarge {
        /// The largest video.
        limit: VideoSize,
    },
    /// The upload ended before it was whole.
    #[error("the upload was interrupted; please send it again")]
    Truncated,
    /// The client took too long.
    #[error("the request took too long to arrive; please send it again")]
    TooSlow,
    /// The server took too long.
    #[error("the server took too long to respond; please try again later")]
    Late,
    /// Too many requests, uploads or jobs.
    #[error("{reason}; please try again in {}", seconds(*.after))]
    Busy {
        /// What there is too much of.
        reason: String,
        /// When to come back.
        after: Duration,
    },
    /// The key was used for another PDF or other options.
    #[error("this Idempotency-Key was already used for a different request; use a new one")]
    KeyReused,
    /// The address for an upload is not known, or no longer good.
    #[error("this upload address is not known or no longer good; ask for a new one")]
    NoSuchUpload,
    /// The callback that was asked for is not made.
    #[error("`callback_url` is refused: {0}")]
    CallbackRefused(String),
    /// The job does not allow this now.
    #[error("{0}")]
    Conflict(String),
    /// The video would not pass with the edit.
    #[error("{message}")]
    #[non_exhaustive]
    EditRefused {
        /// What speaks against it.
        message: String,
        /// The same, line by line.
        verdict: Box<VerdictBody>,
    },
    /// Only operators may do this.
    #[error(
        "only operators can list jobs; send the operator token as `Authorization: Bearer …`, either directly or through a \
         proxy that the server was told about"
    )]
    OperatorsOnly,
    /// A page of another website sent this.
    #[error(
        "this request came from another website, or names a host that this server does not know; open this server's own page"
    )]
    Foreign,
    /// No byte of the file is in the range.
    #[error("the requested range is outside the file, which has {length} bytes")]
    OutOfRange {
        /// The length of the file in bytes.
        length: u64,
    },
    /// A disk is full.
    #[error("the server is out of disk space; please try again later")]
    Full(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What may be stored is stored.
    #[error(
        "the server stores at most {} and has no room for this file; delete jobs that are no longer needed, or try again later",
        amount(*.limit)
    )]
    StorageFull {
        /// The most bytes that may be stored.
        limit: u64,
    },
    /// What is left of the storage is reserved for clients who take less of it.
    #[error(
        "your jobs take a large part of the {} that the server stores, which is nearly full; delete jobs that you no longer need",
        amount(*.limit)
    )]
    ShareTaken {
        /// The most bytes that may be stored.
        limit: u64,
    },
    /// What is left of the disk is reserved for jobs that were accepted before.
    #[error("the server's disk is nearly full; try again later")]
    DiskNearlyFull,
    /// A store or the disk failed.
    #[error("the server could not {action}; please try again later")]
    Unavailable {
        /// What was tried.
        action: &'static str,
        /// Why it failed.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// What is tried when an upload is taken in, for [`ApiError::unavailable`].
pub(crate) const SAVE_UPLOAD: &str = "save the upload";

/// The most bytes of a body that is no upload; it is axum's default.
const MAX_BODY_BYTES: usize = 2 << 20;

/// The body of every answer that is an error.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErrorBody {
    error: ErrorDetail,
}

/// What went wrong. It also travels beside the answer, so that a browser can be shown a page instead.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ErrorDetail {
    /// A stable name, such as `no-such-job`.
    pub(crate) code: &'static str,
    /// A sentence for people.
    pub(crate) message: String,
    /// What is wrong with each line of an edit that was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<VerdictBody>,
}

impl ApiError {
    /// The status and the stable name.
    pub(crate) fn status_and_code(&self) -> (StatusCode, &'static str) {
        match self {
            Self::NoSuchJob(_) => (StatusCode::NOT_FOUND, "no-such-job"),
            Self::NoSuchVideo => (StatusCode::NOT_FOUND, "no-such-video"),
            Self::NotALink => (StatusCode::NOT_FOUND, "not-a-link"),
            Self::NoSuchFile(_) => (StatusCode::NOT_FOUND, "no-such-file"),
            Self::BeingRemade => (StatusCode::SERVICE_UNAVAILABLE, "being-remade"),
            Self::NoSuchPage => (StatusCode::NOT_FOUND, "no-such-page"),
            Self::NoMetrics => (StatusCode::NOT_FOUND, "no-metrics"),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed"),
            Self::WrongRequest(_) => (StatusCode::BAD_REQUEST, "wrong-request"),
            // The code is older than the other kinds of file.
            Self::UnknownFormat(_) => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-a-pdf"),
            Self::WrongMediaType(_) => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "wrong-media-type"),
            Self::TooLarge { .. } | Self::BodyTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too-large"),
            Self::VideoTooLarge { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "video-too-large"),
            Self::Truncated => (StatusCode::BAD_REQUEST, "truncated"),
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, "too-slow"),
            Self::Late => (StatusCode::SERVICE_UNAVAILABLE, "late"),
            Self::Busy { .. } => (StatusCode::TOO_MANY_REQUESTS, "busy"),
            Self::KeyReused => (StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused"),
            Self::NoSuchUpload => (StatusCode::NOT_FOUND, "no-such-upload"),
            Self::CallbackRefused(_) => (StatusCode::UNPROCESSABLE_ENTITY, "callback-refused"),
            Self::Conflict(_) => (StatusCode::CONFLICT, "conflict"),
            Self::EditRefused { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "edit-refused"),
            Self::OperatorsOnly => (StatusCode::UNAUTHORIZED, "operators-only"),
            Self::Foreign => (StatusCode::FORBIDDEN, "foreign"),
            Self::OutOfRange { .. } => (StatusCode::RANGE_NOT_SATISFIABLE, "out-of-range"),
            Self::Full(_) | Self::StorageFull { .. } | Self::ShareTaken { .. } | Self::DiskNearlyFull => {
                (StatusCode::INSUFFICIENT_STORAGE, "full")
            }
            Self::Unavailable { .. } => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
        }
    }

    /// Says what is wrong with a request, briefly: the text may repeat what was sent, at whatever length.
    pub(crate) fn wrong_request(text: &str) -> Self {
        const MAX_CHARS: usize = 400;
        match text.char_indices().nth(MAX_CHARS) {
            Some((end, _)) => Self::WrongRequest(format!("{}…", &text[..end])),
            None => Self::WrongRequest(text.to_owned()),
        }
    }

    /// Says why a part of a request, such as its body, cannot be read: `status` and `error` are what its reader made of it.
    pub(crate) fn unreadable(
        part: &str,
        status: StatusCode,
        error: &(dyn std::error::Error + 'static),
    ) -> Self {
        let reason = std::iter::successors(Some(error), |error| error.source()).last().unwrap_or(error);
        match status {
            StatusCode::PAYLOAD_TOO_LARGE => Self::BodyTooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::WrongMediaType(error.to_string()),
            _ => Self::wrong_request(&format!("the {part} of the request cannot be used: {reason}")),
        }
    }

    /// Logs what is ours. That the storage is full is logged once, where it is measured.
    pub(crate) fn log(&self) {
        let (status, code) = self.status_and_code();
        match self {
            Self::StorageFull { .. } | Self::DiskNearlyFull => {}
            Self::ShareTaken { .. } => tracing::debug!(code, "{self}"),
            _ if status.is_server_error() => tracing::error!(code, "{}", chain(self)),
            _ => {}
        }
    }

    /// Says that something could not be done for a reason that is not the client's.
    pub(crate) fn unavailable(
        action: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Unavailable { action, source: source.into() }
    }

    /// Says why an upload could not be written to disk.
    pub(crate) fn unsaved(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                Self::Full(Box::new(error))
            }
            _ => Self::unavailable(SAVE_UPLOAD, error),
        }
    }

    /// Puts the headers on that belong to the error, and logs what is ours.
    pub(crate) fn apply_to(&self, mut response: Response) -> Response {
        self.log();
        *response.status_mut() = self.status_and_code().0;
        let header = match self {
            Self::Busy { after, .. } => Some((RETRY_AFTER, after.as_secs().max(1).to_string())),
            Self::Late | Self::Unavailable { .. } => Some((RETRY_AFTER, "5".to_owned())),
            Self::BeingRemade => Some((RETRY_AFTER, "30".to_owned())),
            Self::OperatorsOnly => Some((WWW_AUTHENTICATE, "Bearer".to_owned())),
            Self::OutOfRange { length } => Some((CONTENT_RANGE, format!("bytes */{length}"))),
            _ => None,
        };
        if let Some((name, value)) = header
            && let Ok(value) = HeaderValue::from_str(&value)
        {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

/// An amount of storage for people, in kilobytes to gigabytes.
fn amount(bytes: u64) -> String {
    match bytes {
        0..10_000_000 => format!("{} kB", bytes / 1_000),
        10_000_000..10_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => format!("{} GB", bytes / 1_000_000_000),
    }
}

impl From<JobStoreError> for ApiError {
    fn from(error: JobStoreError) -> Self {
        match error {
            JobStoreError::JobNotFound(id) => Self::NoSuchJob(id.to_string()),
            JobStoreError::Refused { source, .. } => Self::Conflict(for_clients(&source.to_string())),
            JobStoreError::Full(source) => Self::Full(source),
            error => Self::unavailable("reach the job store", error),
        }
    }
}

impl From<ArtifactStoreError> for ApiError {
    fn from(error: ArtifactStoreError) -> Self {
        match error {
            ArtifactStoreError::Full(source) => Self::Full(source),
            error => Self::unavailable("reach the artifact store", error),
        }
    }
}

impl From<EngineError> for ApiError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Jobs(error) => error.into(),
            EngineError::Artifacts(error) => error.into(),
            // What a full disk says, as for the upload itself; the path is the server's own.
            EngineError::InputCopy { source, .. } => Self::unsaved(source),
            error @ EngineError::Pipeline { .. } => Self::wrong_request(&for_clients(&chain(&error))),
            error => Self::unavailable("start the job", error),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (_, code) = self.status_and_code();
        let verdict = match &self {
            Self::EditRefused { verdict, .. } => Some(verdict.as_ref().clone()),
            _ => None,
        };
        let error = ErrorDetail { code, message: self.to_string(), verdict };
        let mut response = self.apply_to(Json(ErrorBody { error: error.clone() }).into_response());
        response.extensions_mut().insert(error);
        response
    }
}

/// A whole number of seconds, as people write it.
fn seconds(time: Duration) -> String {
    match time.as_secs().max(1) {
        1 => "1 second".to_owned(),
        seconds => format!("{seconds} seconds"),
    }
}
