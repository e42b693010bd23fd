//! The API: jobs as JSON.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Query, RawQuery, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use brainwrought_core::id::StageName;
use brainwrought_core::job_store::{Created, JobFilter, JobStoreError};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::api_error::ErrorBody;
use crate::app_state::AppState;
use crate::client_id::ClientId;
use crate::edit_verdict::VerdictBody;
use crate::intake::{PdfRequest, receive};
use crate::job_body::{JobBody, JobList, JobSummary, SubmittedBody};
use crate::job_status::parse_status;
use crate::links::{ApiBase, Base};
use crate::long_poll::{ShowQuery, wait};
use crate::metrics::without_spending;
use crate::operator::is_operator;
use crate::removal::remove;
use crate::script_body::ScriptBody;
use crate::script_edit::{ScriptEdit, edit, judge, restore};
use crate::upload_form::{PdfBytes, UploadForm, UploadQuery};
use crate::{ApiError, requeue};

/// How many jobs a list shows when it is not told.
const USUAL_LIMIT: usize = 50;

/// How many jobs a list shows at most, so that one request cannot ask for everything there ever was.
const MAX_LIMIT: usize = 500;

/// Creates a job.
///
/// Send the file, a PDF or one of the other kinds that are read (EPUB, DOCX, PPTX, Markdown, HTML, plain text), either as a
/// form, with the options as form fields, or as the request body, with the options as query parameters. The server
/// responds as soon as the file is stored; processing starts when a worker is available. Repeating a request from the same
/// client address with the same `Idempotency-Key`, file and options returns the existing job, so a request whose response
/// was lost is safe to retry.
#[utoipa::path(
    post, path = "/api/jobs", tag = "jobs",
    request_body(content((UploadForm = "multipart/form-data"), (PdfBytes = "application/pdf"), (PdfBytes = "application/octet-stream"))),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "A random string of 1 to 255 ASCII characters."),
        UploadQuery,
    ),
    responses(
        (status = 202, description = "The job was accepted. `Location` is its URL.", body = SubmittedBody, headers(
            ("Location" = String, description = "The URL of the job."),
            ("Idempotency-Replayed" = String, description = "`true` if the key matched an existing job."),
        )),
        (status = 400, description = "The request is malformed, an option is invalid, or the body is incomplete.", body = ErrorBody),
        (status = 408, description = "The upload was too slow.", body = ErrorBody),
        (status = 413, description = "The file is too large.", body = ErrorBody),
        (status = 415, description = "The file is of no kind that can be read; the message lists those that can.", body = ErrorBody),
        (status = 422, description = "The idempotency key was used for a different upload, the callback URL is not allowed, or the video is too large for this server.", body = ErrorBody),
    )
)]
pub(crate) async fn submit(
    State(state): State<Arc<AppState>>,
    Extension(client): Extension<ClientId>,
    ApiBase(base): ApiBase,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let request = PdfRequest { headers: &headers, query: query.as_deref(), base: &base };
    Ok(submitted(&receive(&state, client, request, body).await?, &base))
}

/// Responds with a job that was created or found.
pub(crate) fn submitted(created: &Created, base: &Base) -> Response {
    let location = base.api(&created.view.job.job_id);
    let mut response = (StatusCode::ACCEPTED, Json(SubmittedBody::new(&created.view, base))).into_response();
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(LOCATION, location);
    }
    if !created.is_new {
        let replayed = HeaderName::from_static("idempotency-replayed");
        response.headers_mut().insert(replayed, HeaderValue::from_static("true"));
    }
    response
}

/// Filters and paging of the list.
#[derive(Debug, Default, Deserialize, IntoParams, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only return jobs with one of these statuses, separated by commas.
    status: Option<String>,
    /// The maximum number of jobs to return; 50 by default, at most 500.
    limit: Option<usize>,
    /// The number of jobs to skip.
    offset: Option<usize>,
}

impl ListQuery {
    fn filter(&self) -> Result<JobFilter, ApiError> {
        let names = self.status.as_deref().unwrap_or_default();
        let statuses = names
            .split(',')
            .filter(|name| !name.is_empty())
            .map(parse_status)
            .collect::<Result<Vec<_>, _>>()?;
        let limit = self.limit.unwrap_or(USUAL_LIMIT).min(MAX_LIMIT);
        let offset = self.offset.unwrap_or(0);
        Ok(JobFilter::default().with_statuses(statuses).with_offset(offset).with_limit(limit))
    }
}

/// Lists jobs, newest first. Operators only: anyone who knows a job's ID can view and control it.
#[utoipa::path(
    get, path = "/api/jobs", tag = "jobs", params(ListQuery), security(("operator" = [])),
    responses(
        (status = 200, description = "A summary of each job.", body = JobList),
        (status = 400, description = "A query parameter is invalid.", body = ErrorBody),
        (status = 401, description = "The operator token is missing or wrong.", body = ErrorBody, headers(
            ("WWW-Authenticate" = String, description = "`Bearer`."),
        )),
    )
)]
pub(crate) async fn list(
    State(state): State<Arc<AppState>>,
    ApiBase(base): ApiBase,
    Extension(client): Extension<ClientId>,
    headers: HeaderMap,
    query: Result<Query<ListQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<JobList>, ApiError> {
    let is_operator = is_operator(&state, client, &headers)?;
    let Query(query) = match query {
        Err(error) if is_operator => return Err(ApiError::unreadable("query", error.status(), &error)),
        query => query.unwrap_or_default(),
    };
    Ok(Json(list_jobs(&state, &query, is_operator, &base).await?))
}

/// Lists jobs for an operator.
///
/// # Errors
///
/// Fails when it is no operator, or the query cannot be understood.
pub(crate) async fn list_jobs(
    state: &AppState,
    query: &ListQuery,
    is_operator: bool,
    base: &Base,
) -> Result<JobList, ApiError> {
    if !is_operator {
        return Err(ApiError::OperatorsOnly);
    }
    let views = state.engine.jobs().list(&query.filter()?).await?;
    Ok(JobList { jobs: views.iter().map(|view| JobSummary::new(view, base)).collect() })
}

/// Returns a job, immediately or as soon as its status changes.
#[utoipa::path(
    get, path = "/api/jobs/{job_id}", tag = "jobs",
    params(("job_id" = String, Path, description = "The job ID."), ShowQuery),
    responses(
        (status = 200, description = "The job.", body = JobBody),
        (status = 400, description = "A query parameter is invalid.", body = ErrorBody),
        (status = 404, description = "There is no such job.", body = ErrorBody),
    )
)]
pub(crate) async fn show(
    State(state): State<Arc<AppState>>,
    Extension(client): Extension<ClientId>,
    ApiBase(base): ApiBase,
    Path(job_id): Path<String>,
    query: Result<Query<ShowQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<JobBody>, ApiError> {
    let Query(query) = query.map_err(|error| ApiError::unreadable("query", error.status(), &error))?;
    let view = wait(&state, client, state.job(&job_id).await?, &query).await?;
    Ok(Json(JobBody::read(&state, &view, &base).await))
}

/// Cancels a job. Cancelling a job twice is not an error; stages that have finished are kept.
#[utoipa::path(
    post, path = "/api/jobs/{job_id}/cancel", tag = "jobs",
    params(("job_id" = String, Path, description = "The job ID.")),
    responses(
        (status = 200, description = "The cancelled job.", body = JobBody),
        (status = 404, description = "There is no such job.", body = ErrorBody),
        (status = 409, description = "The job has already completed.", body = ErrorBody),
    )
)]
pub(crate) async fn cancel(
    State(state): State<Arc<AppState>>,
    ApiBase(base): ApiBase,
    Path(job_id): Path<String>,
) -> Result<Json<JobBody>, ApiError> {
    let view = state.job(&job_id).await?;
    let view = state.engine.jobs().cancel(&view.job.job_id).await?;
    Ok(Json(JobBody::read(&state, &view, &base).await))
}

/// Where to restart the job.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RetryQuery {
    /// The stage to restart from. If omitted, everything that failed or was cancelled is run again.
    pub(crate) from: Option<String>,
}

/// Retries a job: reruns what failed or was cancelled, or everything from a given stage on. Results that are still valid are
/// reused.
#[utoipa::path(
    post, path = "/api/jobs/{job_id}/retry", tag = "jobs",
    params(("job_id" = String, Path, description = "The job ID."), RetryQuery),
    responses(
        (status = 202, description = "The job, which runs again.", body = JobBody),
        (status = 400, description = "A query parameter is invalid.", body = ErrorBody),
        (status = 404, description = "There is no such job.", body = ErrorBody),
        (status = 409, description = "There is nothing to retry, or there is no such stage.", body = ErrorBody),
    )
)]
pub(crate) async fn retry(
    State(state): State<Arc<AppState>>,
    Extension(client): Extension<ClientId>,
    ApiBase(base): ApiBase,
    Path(job_id): Path<String>,
    query: Result<Query<RetryQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<(StatusCode, Json<JobBody>), ApiError> {
    let Query(query) = query.map_err(|error| ApiError::unreadable("query", error.status(), &error))?;
    let view = state.job(&job_id).await?;
    let from = query.from.as_deref().filter(|from| !from.is_empty()).map(StageName::from);
    let view = requeue::retry(&state, client, &view, from.as_ref()).await?;
    Ok((StatusCode::ACCEPTED, Json(JobBody::read(&state, &view, &base).await)))
}

/// Deletes a finished job along with its PDF and everything generated from it.
#[utoipa::path(
    delete, path = "/api/jobs/{job_id}", tag = "jobs",
    params(("job_id" = String, Path, description = "The job ID.")),
    responses(
        (status = 204, description = "The job was deleted."),
        (status = 404, description = "There is no such job.", body = ErrorBody),
        (status = 409, description = "The job has not finished; cancel it first.", body = ErrorBody),
    )
)]
pub(crate) async fn delete(
    State(state): State<Arc<AppState>>,
    Path(job_id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let view = state.job(&job_id).await?;
    remove(&state, &view.job).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Returns the script, line by line, with the page that each line cites.
#[utoipa::path(
    get, path = "/api/jobs/{job_id}/script", tag = "jobs",
    params(("job_id" = String, Path, description = "The job ID.")),
    responses(
        (status = 200, description = "The script.", body = ScriptBody),
        (status = 404, description = "There is no such job, or it has no script yet.", body = ErrorBody),
    )
)]
pub(crate) async fn script(
    State(state): State<Arc<AppState>>,
    Path(job_id): Path<String>,
) -> Result<Json<ScriptBody>, ApiError> {
    Ok(Json(ScriptBody::read(&state, &state.job(&job_id).await?).await?))
}

/// Rewrites lines of the script and remakes the video from there.
///
/// Parts whose lines are unchanged are reused. The current video stays available until the new one has passed all checks,
/// and can be restored afterwards. An edit with which the video would fail the checks is rejected, and nothing is saved.
#[utoipa::path(
    patch, path = "/api/jobs/{job_id}/script", tag = "jobs", request_body = ScriptEdit,
    params(("job_id" = String, Path, description = "The job ID.")),
    responses(
        (status = 202, description = "The job.", body = JobBody),
        (status = 400, description = "A line number does not exist, or is given twice with different words.", body = ErrorBody),
        (status = 404, description = "There is no such job.", body = ErrorBody),
        (status = 409, description = "The job has not finished, or has no script.", body = ErrorBody),
        (status = 422, description = "The video would fail the checks; `error.verdict` lists the lines at fault and why.", body = ErrorBody),
    )
)]
pub(crate) async fn edit_script(
    State(state): State<Arc<AppState>>,
    Extension(client): Extension<ClientId>,
    ApiBase(base): ApiBase,
    Path(job_id): Path<String>,
    change: Result<Json<ScriptEdit>, axum::extract::rejection::JsonRejection>,
) -> Result<(StatusCode, Json<JobBody>), ApiError> {
    let Json(change) = change.map_err(|error| ApiError::unreadable("body", error.status(), &error))?;
    let view = edit(&state, client, &state.job(&job_id).await?, &change.lines).await?;
    Ok((StatusCode::ACCEPTED, Json(JobBody::read(&state, &view, &base).await)))
}

/// Checks an edit without saving it.
#[utoipa::path(
    post, path = "/api/jobs/{job_id}/script/check", tag = "jobs", request_body = ScriptEdit,
    params(("job_id" = String, Path, description = "The job ID.")),
    responses(
        (status = 200, description = "The estimated length of the video, and any problems with the edit.", body = VerdictBody),
        (status = 400, description = "A line number does not exist, or is given twice with different words.", body = ErrorBody),
        (status = 404, description = "There is no such job.", body = ErrorBody),
        (status = 409, description = "The job has no script.", body = ErrorBody),
    )
)]
pub(crate) async fn check_script(
    State(state): State<Arc<AppState>>,
    Path(job_id): Path<String>,
    change: Result<Json<ScriptEdit>, axum::extract::rejection::JsonRejection>,
) -> Result<Json<VerdictBody>, ApiError> {
    let Json(change) = change.map_err(|error| ApiError::unreadable("body", error.status(), &error))?;
    Ok(Json(judge(&state, &state.job(&job_id).await?, &change.lines).await?))
}

/// Which version to restore.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RestoreQuery {
    /// The version number. If omitted, the version that the current one was made from is restored.
    pub(crate) version: Option<u32>,
}

/// Restores an earlier version of the video and its script. Nothing is rendered again; the video is only redelivered.
#[utoipa::path(
    post, path = "/api/jobs/{job_id}/restore", tag = "jobs",
    params(("job_id" = String, Path, description = "The job ID."), RestoreQuery),
    responses(
        (status = 202, description = "The job.", body = JobBody),
        (status = 400, description = "The version is not a number.", body = ErrorBody),
        (status = 404, description = "There is no such job.", body = ErrorBody),
        (status = 409, description = "The job has not finished, or has no such version.", body = ErrorBody),
    )
)]
pub(crate) async fn restore_version(
    State(state): State<Arc<AppState>>,
    Extension(client): Extension<ClientId>,
    ApiBase(base): ApiBase,
    Path(job_id): Path<String>,
    query: Result<Query<RestoreQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<(StatusCode, Json<JobBody>), ApiError> {
    let Query(query) = query.map_err(|error| ApiError::unreadable("query", error.status(), &error))?;
    let view = restore(&state, client, &state.job(&job_id).await?, query.version).await?;
    Ok((StatusCode::ACCEPTED, Json(JobBody::read(&state, &view, &base).await)))
}

/// Reports that the process is alive.
#[utoipa::path(get, path = "/healthz", tag = "server", responses((status = 200, description = "The process is alive.", body = StateBody)))]
pub(crate) async fn health() -> Json<StateBody> {
    Json(StateBody { status: "ok" })
}

/// Reports whether the server accepts jobs: both stores respond and the server is not shutting down.
#[utoipa::path(
    get, path = "/readyz", tag = "server",
    responses(
        (status = 200, description = "The server accepts jobs.", body = StateBody),
        (status = 503, description = "The server cannot accept jobs right now.", body = ErrorBody),
    )
)]
pub(crate) async fn ready(State(state): State<Arc<AppState>>) -> Result<Json<StateBody>, ApiError> {
    if state.shutdown.is_cancelled() {
        return Err(ApiError::unavailable("take jobs: it is shutting down", "a shutdown has begun"));
    }
    let unknown = brainwrought_core::id::JobId::from_bytes([0; 16]);
    match state.engine.jobs().get(&unknown).await {
        Ok(_) | Err(JobStoreError::JobNotFound(_)) => {}
        Err(error) => return Err(error.into()),
    }
    state.engine.artifacts().contains(&brainwrought_core::id::Digest::of(b"")).await?;
    Ok(Json(StateBody { status: "ok" }))
}

/// The state of the server.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct StateBody {
    /// Always `ok`.
    status: &'static str,
}

/// Returns the server's metrics in the Prometheus text format. Only operators see what providers were paid.
#[utoipa::path(
    get, path = "/metrics", tag = "server",
    responses(
        (status = 200, description = "The metrics.", content_type = "text/plain", body = String),
        (status = 404, description = "This server collects no metrics.", body = ErrorBody),
    )
)]
pub(crate) async fn metrics(
    State(state): State<Arc<AppState>>,
    Extension(client): Extension<ClientId>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let renderer = state.settings.metrics.as_ref().ok_or(ApiError::NoMetrics)?;
    let is_operator = is_operator(&state, client, &headers)?;
    state.observe_jobs().await?;
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    let text = renderer.render();
    let text = if is_operator { text } else { without_spending(&text) };
    Ok(([(axum::http::header::CONTENT_TYPE, kind)], text).into_response())
}
