//! Scripts that are edited before anything is rendered: replaced as a whole, and made into a video.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use brainwrought_core::data::{Citation, Importance, LineRole, Mood, Script, SourcePdf, Speaker};
use brainwrought_core::job_store::{Created, JobView};
use brainwrought_stages::script::{EditVerdict, FileQuestion, LineChange, ScriptFile};
use brainwrought_stages::standard::{EditError, approve_script, input_name, replace_script};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::ApiError;
use crate::api::submitted;
use crate::api_error::ErrorBody;
use crate::app_state::AppState;
use crate::client_id::ClientId;
use crate::edit_verdict::VerdictBody;
use crate::intake::receive_known;
use crate::job_body::SubmittedBody;
use crate::links::ApiBase;
use crate::order::Wanted;
use crate::output_files::{INPUT, fetch};
use crate::script_body::{QuestionBody, ScriptBody, SourceBody, script_of};

/// The media type of scripts as text.
const TOML: &str = "application/toml";

/// A whole script: its lines in their order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScriptDraft {
    /// The version that was edited; the change is refused when another one is current by now.
    #[serde(default)]
    pub(crate) version: Option<u32>,
    /// All lines, in the order they are spoken. Lines that are left out are dropped.
    pub(crate) lines: Vec<DraftLine>,
    /// The questions of the quiz; without it, they stay.
    #[serde(default)]
    #[schema(value_type = Option<Vec<QuestionBody>>)]
    pub(crate) quiz: Option<Vec<FileQuestion>>,
}

/// A line of a script: one that was there, as it was or changed, or a new one. What is left out is that of the line it was.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct DraftLine {
    /// The line that it was, from 0; without it, the line is new.
    pub(crate) line: Option<usize>,
    /// What it does, such as `fact`, which a new line does.
    #[schema(value_type = Option<String>)]
    pub(crate) role: Option<LineRole>,
    /// Its words, at most 400 characters.
    #[schema(max_length = 400)]
    pub(crate) text: Option<String>,
    /// The page that it comes from, from 1 in the file. Of another page than before, the words are looked up.
    pub(crate) page: Option<u32>,
    /// What the page says; looked up for a new fact that leaves it out.
    pub(crate) quote: Option<String>,
    /// Up to two further places.
    #[schema(inline, value_type = Option<Vec<SourceBody>>)]
    pub(crate) more_sources: Option<Vec<Citation>>,
    /// Who says it: `explainer` or `asker`.
    #[schema(value_type = Option<String>)]
    pub(crate) speaker: Option<Speaker>,
    /// Its words that carry it.
    pub(crate) emphasis: Option<Vec<String>>,
    /// How it is said, such as `neutral` or `curious`.
    #[schema(value_type = Option<String>)]
    pub(crate) mood: Option<Mood>,
    /// Up to four words that stand on the screen meanwhile, in the words of the line or of what it cites.
    pub(crate) on_screen: Option<String>,
    /// How much the script needs it: `low`, `normal` or `high`.
    #[schema(value_type = Option<String>)]
    pub(crate) importance: Option<Importance>,
    /// Whether a new picture comes with it.
    pub(crate) new_scene: Option<bool>,
    /// Whether it is to stand although the document does not bear it out; other words do not inherit it.
    pub(crate) overruled: Option<bool>,
}

impl From<DraftLine> for LineChange {
    fn from(line: DraftLine) -> Self {
        Self {
            line: line.line,
            role: line.role,
            text: line.text,
            page: line.page,
            quote: line.quote,
            more_sources: line.more_sources,
            speaker: line.speaker,
            emphasis: line.emphasis,
            mood: line.mood,
            on_screen: line.on_screen,
            importance: line.importance,
            new_scene: line.new_scene,
            overruled: line.overruled,
        }
    }
}

/// Replaces the script of a job that was submitted with `script-only`.
///
/// The body is JSON, or a script as text, as `GET …/script.toml` returns it. It is saved even if the checks find something: the
/// response lists what, line by line. A line that is to stand all the same takes `overruled`. The previous script can be
/// restored.
#[utoipa::path(
    put, path = "/api/jobs/{job_id}/script", tag = "jobs",
    request_body(content((ScriptDraft = "application/json"), (String = "application/toml"))),
    params(("job_id" = String, Path, description = "The job ID.")),
    responses(
        (status = 200, description = "The script as it was saved; `verdict` lists what the checks find.", body = ScriptBody),
        (status = 400, description = "The body is not a script; the message names the line.", body = ErrorBody),
        (status = 404, description = "There is no such job.", body = ErrorBody),
        (status = 409, description = "The job has not finished, makes a video, or its script has changed since `version`.", body = ErrorBody),
    )
)]
pub(crate) async fn replace(
    State(state): State<Arc<AppState>>,
    Path(job_id): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<ScriptBody>, ApiError> {
    let body = body.map_err(|error| ApiError::unreadable("body", error.status(), &error))?;
    let view = state.job(&job_id).await?;
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (view, verdict) = match kind.split(';').next().unwrap_or_default().trim() {
        "application/json" => {
            let draft = Json::<ScriptDraft>::from_bytes(&body);
            let Json(draft) = draft.map_err(|error| ApiError::unreadable("body", error.status(), &error))?;
            save(&state, &view, draft).await?
        }
        TOML | "text/plain" => {
            let text = std::str::from_utf8(&body)
                .map_err(|_| ApiError::wrong_request("the script is no UTF-8 text"))?;
            let file = ScriptFile::parse(text).map_err(EditError::from)?;
            put(&state, &view, None, |_| Ok(file)).await?
        }
        _ => {
            let expected = format!("send the script as application/json or {TOML}");
            return Err(ApiError::WrongMediaType(expected));
        }
    };
    Ok(Json(ScriptBody::judged(&view, &verdict)))
}

/// Returns the script as text that people edit, in TOML; `make` of the command reads the same with `--script`.
#[utoipa::path(
    get, path = "/api/jobs/{job_id}/script.toml", tag = "jobs",
    params(("job_id" = String, Path, description = "The job ID.")),
    responses(
        (status = 200, description = "The script.", content_type = "application/toml", body = String),
        (status = 404, description = "There is no such job, or it has no script yet.", body = ErrorBody),
    )
)]
pub(crate) async fn script_file(
    State(state): State<Arc<AppState>>,
    Path(job_id): Path<String>,
) -> Result<Response, ApiError> {
    let view = state.job(&job_id).await?;
    let script = script_of(&state, &view).await?;
    let text = ScriptFile::new(&script).to_toml(&input_name(&view.job));
    Ok(([(CONTENT_TYPE, "application/toml; charset=utf-8")], text).into_response())
}

/// Makes the video of a script: creates a job that goes on from the script of this one, with the same options.
///
/// Asking again for the video of the same script returns the job that was created.
#[utoipa::path(
    post, path = "/api/jobs/{job_id}/video", tag = "jobs",
    params(("job_id" = String, Path, description = "The job that was submitted with `script-only`.")),
    responses(
        (status = 202, description = "The job of the video. `Location` is its URL.", body = SubmittedBody, headers(
            ("Location" = String, description = "The URL of the job."),
        )),
        (status = 404, description = "There is no such job.", body = ErrorBody),
        (status = 409, description = "The job has no script yet, or makes a video itself.", body = ErrorBody),
        (status = 422, description = "The video would fail the checks; `error.verdict` lists the lines at fault and why.", body = ErrorBody),
    )
)]
pub(crate) async fn make_video(
    State(state): State<Arc<AppState>>,
    Extension(client): Extension<ClientId>,
    ApiBase(base): ApiBase,
    Path(job_id): Path<String>,
) -> Result<Response, ApiError> {
    let view = state.job(&job_id).await?;
    let created = video_of(&state, client, &view).await?;
    Ok(submitted(&created, &base))
}

/// Saves a script and says what the checks find of it.
///
/// # Errors
///
/// Fails when it is none, or the job's cannot be replaced.
pub(crate) async fn save(
    state: &AppState,
    view: &JobView,
    draft: ScriptDraft,
) -> Result<(JobView, EditVerdict), ApiError> {
    let ScriptDraft { version, lines, quiz } = draft;
    let changes = lines.into_iter().map(LineChange::from).collect();
    put(state, view, version, |script| Ok(ScriptFile::changed(script, changes, quiz)?)).await
}

async fn put(
    state: &AppState,
    view: &JobView,
    version: Option<u32>,
    change: impl FnOnce(&Script) -> Result<ScriptFile, EditError>,
) -> Result<(JobView, EditVerdict), ApiError> {
    Ok(replace_script(&state.engine, view, version, change, &state.settings.fonts).await?)
}

/// Creates the job for the video of a job's script, or finds it.
///
/// # Errors
///
/// Fails when the script would not pass the checks, or a job cannot be taken.
pub(crate) async fn video_of(
    state: &AppState,
    client: ClientId,
    view: &JobView,
) -> Result<Created, ApiError> {
    let approved = match approve_script(&state.engine, view, &state.settings.fonts).await {
        Err(EditError::Refused(verdict)) => {
            return Err(ApiError::EditRefused {
                message: format!("no video was made: {}", verdict.faults().join("; ")),
                verdict: Box::new(VerdictBody::from_verdict(&verdict)),
            });
        }
        approved => approved?,
    };
    let none = || ApiError::NoSuchFile(INPUT.to_owned());
    let input: SourcePdf = view.job.input.get().ok_or_else(none)?;
    let pdf = fetch(state, &view.job.job_id, &input.pdf).await?.ok_or_else(none)?;
    receive_known(state, client, pdf, Wanted::of_script(view, &input.file_name, approved)).await
}
