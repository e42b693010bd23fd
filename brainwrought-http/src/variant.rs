//! [`make`]: another video from the PDF of a job, with other options and without another upload.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::{Extension, Json};
use brainwrought_core::data::SourcePdf;
use brainwrought_core::job_store::{Created, JobView};
use bytes::Bytes;
use serde_json::{Map, Value};

use crate::ApiError;
use crate::api_error::ErrorBody;
use crate::app_state::AppState;
use crate::client_id::ClientId;
use crate::idempotency_key::stored_key;
use crate::intake::{Document, receive_choices, receive_whole};
use crate::job_body::SubmittedBody;
use crate::links::{ApiBase, Base};
use crate::order::Order;
use crate::output_files::{INPUT, fetch};
use crate::video_options::VideoOptions;

/// Creates another job from the PDF of this one.
///
/// Options that are not given are those of this job.
#[utoipa::path(
    post, path = "/api/jobs/{job_id}/variants", tag = "jobs", request_body = VideoOptions,
    params(
        ("job_id" = String, Path, description = "The job whose file is used."),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 255 random ASCII characters."),
    ),
    responses(
        (status = 202, description = "The new job.", body = SubmittedBody),
        (status = 400, description = "An option is invalid.", body = ErrorBody),
        (status = 404, description = "There is no such job.", body = ErrorBody),
        (status = 422, description = "The key was used for another request.", body = ErrorBody),
        (status = 429, description = "Too many jobs or requests; see `Retry-After`.", body = ErrorBody),
        (status = 507, description = "The server is out of storage.", body = ErrorBody),
    )
)]
pub(crate) async fn create(
    State(state): State<Arc<AppState>>,
    Extension(client): Extension<ClientId>,
    ApiBase(base): ApiBase,
    Path(job_id): Path<String>,
    headers: HeaderMap,
    given: Result<Json<Map<String, Value>>, JsonRejection>,
) -> Result<(StatusCode, Json<SubmittedBody>), ApiError> {
    let Json(given) = given.map_err(|error| ApiError::unreadable("body", error.status(), &error))?;
    let view = state.job(&job_id).await?;
    let options = options_of(&view).with(given)?;
    let key = headers.get("idempotency-key").map(|key| key.to_str().unwrap_or_default());
    let created = make(&state, client, &view, options, None, key).await?;
    Ok((StatusCode::ACCEPTED, Json(SubmittedBody::new(&created.view, &base))))
}

/// Reads the options from a form and makes another video.
pub(crate) async fn make_from_form(
    state: &AppState,
    client: ClientId,
    view: &JobView,
    headers: &HeaderMap,
    body: Body,
) -> Result<Created, ApiError> {
    let choices = receive_choices(state, client, headers, body).await?;
    let own_music = options_of(view).own_music;
    let options = VideoOptions { own_music, ..VideoOptions::from_fields(choices.fields)? };
    make(state, client, view, options, choices.music, None).await
}

/// The options of a job, as far as a client can choose them.
pub(crate) fn options_of(view: &JobView) -> VideoOptions {
    VideoOptions::of_job(&view.job.options, view.job.ledger.max_cost)
}

async fn make(
    state: &AppState,
    client: ClientId,
    view: &JobView,
    options: VideoOptions,
    music: Option<Bytes>,
    key: Option<&str>,
) -> Result<Created, ApiError> {
    let none = || ApiError::NoSuchFile(INPUT.to_owned());
    let input: SourcePdf = view.job.input.get().ok_or_else(none)?;
    let pdf = fetch(state, &view.job.job_id, &input.pdf).await?.ok_or_else(none)?;
    let order = Order {
        file_name: input.file_name,
        options,
        callback_url: None,
        key: key.map(|key| stored_key(client, key)).transpose()?,
    };
    // Without a callback there is nothing that a link would be put into.
    receive_whole(state, client, Document { pdf, music }, order, &Base::default()).await
}
