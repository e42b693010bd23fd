//! The web page: everything works without JavaScript, which only adds comfort.

mod asset;
mod docs;
mod draft;
mod draft_form;
mod error_page;
mod gallery;
mod job_details;
mod job_panel;
mod options_form;
mod player;
mod quiz;
mod quiz_form;
mod script_panel;
mod shell;
mod submit_form;
mod typed_question;
mod typed_script;
mod version_list;
mod view_page;

pub(crate) use asset::asset;
pub(crate) use docs::docs;
pub(crate) use error_page::{as_page, wants_page};

use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Extension, Form, Router};
use brainwrought_core::id::{StageName, ViewId};
use brainwrought_core::job_store::JobView;
use brainwrought_stages::standard::input_name;
use maud::html;
use serde::Deserialize;

use crate::app_state::AppState;
use crate::client_id::ClientId;
use crate::example_files::example;
use crate::intake::{PdfRequest, receive};
use crate::job_link::JobLink;
use crate::links::Base;
use crate::removal::remove;
use crate::script_edit::{LineEdit, edit, restore};
use crate::{ApiError, requeue, samples, variant, view};
use job_panel::JobPanel;
use options_form::OptionsForm;
use script_panel::RefusedEdit;
use shell::{Page, Tab, frame, spending};
use view_page::ViewPage;

/// The routes of the page.
pub(crate) fn routes() -> Router<Arc<AppState>> {
    Router::new()
        .route("/", get(home))
        .route("/jobs", post(submit))
        .route("/jobs/{job_id}/panel", get(panel))
        .route("/jobs/{job_id}/cancel", post(cancel))
        .route("/jobs/{job_id}/retry", post(retry))
        .route("/jobs/{job_id}/delete", post(delete))
        .route("/jobs/{job_id}/script", post(edit_script))
        .route("/jobs/{job_id}/draft", post(draft::edit_draft))
        .route("/jobs/{job_id}/restore", post(restore_version))
        .route("/jobs/{job_id}/variants", get(variant_form).post(make_variant))
        .route("/v/{view_id}", get(view_page))
        .route("/samples/backgrounds/{file}", get(samples::background))
        .route("/samples/captions/{file}", get(samples::captions))
        .route("/samples/voices/{file}", get(samples::voice))
        .route("/assets/{name}", get(asset))
        .route("/examples/{name}/{file}", get(example))
        .route("/api/docs", get(docs))
}

/// What the address of the page asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct HomeQuery {
    job_id: Option<String>,
    tab: Option<String>,
    deleted: Option<String>,
    style: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct VariantQuery {
    style: Option<String>,
}

async fn home(
    State(state): State<Arc<AppState>>,
    base: Base,
    query: Result<Query<HomeQuery>, QueryRejection>,
) -> Response {
    let Query(query) = query.unwrap_or_default();
    if let Some(text) = query.job_id.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        let shown = match open(&state, &base, text).await {
            Ok(Opened::Job(view)) => job_page(&state, &base, &view, None, None).await,
            Ok(Opened::Elsewhere(address)) => Ok(go_to(&address)),
            Err(error) => Err(error),
        };
        return match shown {
            Ok(response) => response,
            Err(error) => failed(&state, &base, Some(text), error).await,
        };
    }
    let mut page = Page::new(&base, &state).await;
    if query.tab.as_deref() == Some("retrieve") {
        page.tab = Tab::Retrieve;
    }
    page.style = query.style;
    if query.deleted.is_some() {
        page.note = Some("The job, its file and its video have been deleted.");
    }
    Html(page.render().into_string()).into_response()
}

/// What a pasted text leads to.
enum Opened {
    Job(Box<JobView>),
    /// An address of another page of ours.
    Elsewhere(String),
}

/// Finds what an id or a pasted link names. The page of a job has its id in the address, so that it can be bookmarked.
async fn open(state: &AppState, base: &Base, text: &str) -> Result<Opened, ApiError> {
    match JobLink::parse(text) {
        Some(JobLink::View(view)) => Ok(Opened::Elsewhere(base.view(&view))),
        Some(JobLink::Job(id)) => Ok(Opened::Elsewhere(base.page(&id))),
        Some(JobLink::Id(id)) => match state.job(id.as_str()).await {
            // The id of a view looks like that of a job.
            Err(error @ ApiError::NoSuchJob(_)) => {
                let view: Option<ViewId> = id.as_str().parse().ok();
                let found = match &view {
                    Some(view) => state.engine.jobs().find_by_view(view).await?,
                    None => None,
                };
                view.filter(|_| found.is_some()).map(|view| Opened::Elsewhere(base.view(&view))).ok_or(error)
            }
            found => Ok(Opened::Job(Box::new(found?))),
        },
        None => Err(ApiError::NotALink),
    }
}

/// Draws the page of a job, with an error of what was just tried and an edit that was refused, if there is one.
async fn job_page(
    state: &AppState,
    base: &Base,
    view: &JobView,
    error: Option<&ApiError>,
    refused: Option<RefusedEdit>,
) -> Result<Response, ApiError> {
    let panel = JobPanel::gather(state, view, base).await?.with_refused(refused);
    Ok(show_panel(state, base, view, &panel, error).await)
}

/// Draws the page of a job whose panel is gathered.
async fn show_panel(
    state: &AppState,
    base: &Base,
    view: &JobView,
    panel: &JobPanel,
    error: Option<&ApiError>,
) -> Response {
    let mut page = Page::new(base, state).await;
    page.tab = Tab::Retrieve;
    page.job_id = view.job.job_id.to_string();
    page.is_live = !view.status.is_final();
    page.title = panel.title().to_owned();
    page.error = error.map(|error| error_page::sentence(&error.to_string()));
    page.panel = Some(panel.render(base));
    Html(page.render().into_string()).into_response()
}

/// Shows an error on the page where it happened, with its status.
async fn failed(state: &AppState, base: &Base, asked: Option<&str>, error: ApiError) -> Response {
    let job = match (&error, asked) {
        (ApiError::NoSuchJob(_) | ApiError::NotALink, _) | (_, None) => None,
        (_, Some(asked)) => state.job(asked).await.ok(),
    };
    if let Some(view) = job
        && let Ok(response) = job_page(state, base, &view, Some(&error), None).await
    {
        return error.apply_to(response);
    }
    let mut page = Page::new(base, state).await;
    page.tab = if asked.is_some() { Tab::Retrieve } else { Tab::Submit };
    page.job_id = asked.unwrap_or_default().chars().take(80).collect();
    page.error = Some(error_page::sentence(&error.to_string()));
    error.apply_to(Html(page.render().into_string()).into_response())
}

/// The part of the page that shows a job, for scripts to put in place when the job has moved on.
async fn panel(
    State(state): State<Arc<AppState>>,
    base: Base,
    Path(job_id): Path<String>,
) -> Result<Html<String>, ApiError> {
    let view = state.job(&job_id).await?;
    Ok(Html(JobPanel::gather(&state, &view, &base).await?.render(&base).into_string()))
}

/// The page behind a view-only link.
async fn view_page(
    State(state): State<Arc<AppState>>,
    base: Base,
    Path(view_id): Path<String>,
) -> Result<Html<String>, ApiError> {
    let view = view::find(&state, &view_id).await?;
    Ok(Html(ViewPage::gather(&state, &view).await?.render(&base).into_string()))
}

async fn submit(
    State(state): State<Arc<AppState>>,
    Extension(client): Extension<ClientId>,
    base: Base,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let request = PdfRequest { headers: &headers, query: None, base: &base };
    match receive(&state, client, request, body).await {
        Ok(created) => go_to(&base.page(&created.view.job.job_id)),
        Err(error) => failed(&state, &base, None, error).await,
    }
}

/// The form that makes another version from the PDF of a job.
async fn variant_form(
    State(state): State<Arc<AppState>>,
    base: Base,
    Path(job_id): Path<String>,
    query: Result<Query<VariantQuery>, QueryRejection>,
) -> Result<Html<String>, ApiError> {
    let view = state.job(&job_id).await?;
    let Query(query) = query.unwrap_or_default();
    Ok(Html(draw_variant_form(&state, &base, &view, query.style.as_deref(), None).await))
}

async fn draw_variant_form(
    state: &AppState,
    base: &Base,
    view: &JobView,
    style: Option<&str>,
    error: Option<&ApiError>,
) -> String {
    let options = OptionsForm {
        base: &base.0,
        voices: state.previews.voices().await,
        chosen: variant::options_of(view).styled(style),
        spending: spending(&state.settings),
        is_open: true,
    };
    let job = &view.job;
    let content = html! {
        @if let Some(error) = error {
            p.alert role="alert" { strong { "That did not work. " } (error_page::sentence(&error.to_string())) }
        }
        (submit_form::render_variant(&options, job.job_id.as_str(), &input_name(job)))
    };
    frame(&base.0, "Another version · Brainwrought", false, &content).into_string()
}

async fn make_variant(
    State(state): State<Arc<AppState>>,
    Extension(client): Extension<ClientId>,
    base: Base,
    Path(job_id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let view = match state.job(&job_id).await {
        Ok(view) => view,
        Err(error) => return failed(&state, &base, Some(&job_id), error).await,
    };
    match variant::make_from_form(&state, client, &view, &headers, body).await {
        Ok(created) => go_to(&base.page(&created.view.job.job_id)),
        Err(error) => {
            let page = draw_variant_form(&state, &base, &view, None, Some(&error)).await;
            error.apply_to(Html(page).into_response())
        }
    }
}

async fn cancel(State(state): State<Arc<AppState>>, base: Base, Path(job_id): Path<String>) -> Response {
    act(&state, &base, &job_id, async |view| {
        state.engine.jobs().cancel(&view.job.job_id).await?;
        Ok(())
    })
    .await
}

/// Where to begin again.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RetryForm {
    from: String,
}

async fn retry(
    State(state): State<Arc<AppState>>,
    Extension(client): Extension<ClientId>,
    base: Base,
    Path(job_id): Path<String>,
    form: Result<Form<RetryForm>, FormRejection>,
) -> Response {
    act(&state, &base, &job_id, async |view| {
        let Form(form) = form.map_err(|error| ApiError::unreadable("body", error.status(), &error))?;
        let from = Some(form.from.as_str()).filter(|from| !from.is_empty()).map(StageName::from);
        requeue::retry(&state, client, &view, from.as_ref()).await?;
        Ok(())
    })
    .await
}

/// The names of the fields with the lines begin like this; their numbers follow.
const LINE: &str = "line-";

/// The names of the fields that let a line stand begin like this.
const OVERRULED: &str = "overruled-";

async fn edit_script(
    State(state): State<Arc<AppState>>,
    Extension(client): Extension<ClientId>,
    base: Base,
    Path(job_id): Path<String>,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Response {
    let edited = async {
        let view = state.job(&job_id).await?;
        let Form(form) = form.map_err(|error| ApiError::unreadable("body", error.status(), &error))?;
        let marked = |line: usize| form.iter().any(|(name, _)| *name == format!("{OVERRULED}{line}"));
        let line = |(name, text): &(String, String)| {
            let line = name.strip_prefix(LINE)?.parse().ok()?;
            Some(LineEdit { line, text: text.clone(), overruled: marked(line) })
        };
        let lines: Vec<LineEdit> = form.iter().filter_map(line).collect();
        match edit(&state, client, &view, &lines).await {
            Err(ApiError::EditRefused { verdict, .. }) => {
                let refused = RefusedEdit { lines, verdict: verdict.as_ref().clone() };
                let error = ApiError::EditRefused { message: NOT_SAVED.to_owned(), verdict };
                let page = job_page(&state, &base, &view, Some(&error), Some(refused)).await?;
                Ok(error.apply_to(page))
            }
            edited => edited.map(|view| go_to(&base.page(&view.job.job_id))),
        }
    };
    match edited.await {
        Ok(response) => response,
        Err(error) => failed(&state, &base, Some(&job_id), error).await,
    }
}

/// Shown above the fields, which say why.
const NOT_SAVED: &str = "Nothing was saved. The lines that need a change are marked below.";

/// Which version to bring back.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RestoreForm {
    version: Option<u32>,
}

async fn restore_version(
    State(state): State<Arc<AppState>>,
    Extension(client): Extension<ClientId>,
    base: Base,
    Path(job_id): Path<String>,
    form: Result<Form<RestoreForm>, FormRejection>,
) -> Response {
    act(&state, &base, &job_id, async |view| {
        let Form(form) = form.map_err(|error| ApiError::unreadable("body", error.status(), &error))?;
        restore(&state, client, &view, form.version).await.map(drop)
    })
    .await
}

async fn delete(State(state): State<Arc<AppState>>, base: Base, Path(job_id): Path<String>) -> Response {
    let done = act(&state, &base, &job_id, async |view| remove(&state, &view.job).await).await;
    if done.status() == StatusCode::SEE_OTHER { go_to(&format!("{}/?deleted=1", base.0)) } else { done }
}

/// Does something to a job and goes back to its page.
async fn act(
    state: &Arc<AppState>,
    base: &Base,
    job_id: &str,
    action: impl AsyncFnOnce(JobView) -> Result<(), ApiError>,
) -> Response {
    let acted = async {
        let view = state.job(job_id).await?;
        let page = base.page(&view.job.job_id);
        action(view).await?;
        Ok(go_to(&page))
    };
    match acted.await {
        Ok(response) => response,
        Err(error) => failed(state, base, Some(job_id), error).await,
    }
}

fn go_to(address: &str) -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, address.to_owned())]).into_response()
}
