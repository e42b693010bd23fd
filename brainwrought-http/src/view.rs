//! The view-only link: a page and the files that may be watched and downloaded without the right to control the job.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use brainwrought_core::id::{JobId, ViewId};
use brainwrought_core::job_store::JobView;

use crate::ApiError;
use crate::app_state::AppState;
use crate::links::Base;
use crate::media::{FileRequest, send};

/// The files that a view-only link opens. The PDF, the script's editor, the log, the report and the manifest are for
/// whoever has the job's id.
const SHARED: [&str; 8] = [
    "video.mp4",
    "captions.vtt",
    "captions.srt",
    "captions.ass",
    "poster.png",
    "transcript.md",
    "chapters.txt",
    "quiz.json",
];

/// A file of a video that was shared: `video.mp4`, `captions.vtt`, `captions.srt`, `captions.ass`, `poster.png`,
/// `transcript.md`, `chapters.txt` or `quiz.json`.
#[utoipa::path(
    get, path = "/v/{view_id}/{file}", tag = "files",
    params(
        ("view_id" = String, Path, description = "The id in the view-only link of the job."),
        ("file" = String, Path, description = "The name of the file."),
        ("download" = Option<String>, Query, description = "If present, browsers save the file instead of displaying it."),
        ("Range" = Option<String>, Header, description = "A single byte range."),
    ),
    responses(
        (status = 200, description = "The file.", content_type = "*/*", body = serde_json::Value, headers(
            ("Accept-Ranges" = String, description = "`bytes`."),
            ("Content-Disposition" = String, description = "With `download`, the file name to save as."),
            ("ETag" = String, description = "Identifies this version of the file."),
        )),
        (status = 206, description = "The requested part of the file.", content_type = "*/*", body = serde_json::Value, headers(
            ("Content-Range" = String, description = "The range that is returned."),
            ("ETag" = String, description = "Identifies this version of the file."),
        )),
        (status = 304, description = "The client already has the current version."),
        (status = 404, description = "There is no such video or file.", body = crate::api_error::ErrorBody),
        (status = 416, description = "The range lies outside the file.", body = crate::api_error::ErrorBody, headers(
            ("Content-Range" = String, description = "The size of the file."),
        )),
    )
)]
pub(crate) async fn serve_shared_file(
    State(state): State<Arc<AppState>>,
    Path((view_id, name)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let view = find(&state, &view_id).await?;
    if !SHARED.contains(&name.as_str()) {
        return Err(ApiError::NoSuchPage);
    }
    let request = FileRequest { name: &name, query: query.as_deref(), method: &method, headers: &headers };
    send(&state, &view.job, request).await
}

/// Reads the job that a view-only link names.
///
/// # Errors
///
/// Fails when there is none.
pub(crate) async fn find(state: &AppState, view_id: &str) -> Result<JobView, ApiError> {
    let view: ViewId = view_id.parse().map_err(|_| ApiError::NoSuchVideo)?;
    let found = state.engine.jobs().find_by_view(&view).await?;
    found.ok_or(ApiError::NoSuchVideo)
}

/// The address of a file: that of the view where the file may be shared, so that it holds no key to the job.
pub(crate) fn file_link(base: &Base, job: &JobId, name: &str) -> String {
    if SHARED.contains(&name) {
        format!("{}/{name}", base.view(&ViewId::from_job(job)))
    } else {
        base.file(job, name)
    }
}
