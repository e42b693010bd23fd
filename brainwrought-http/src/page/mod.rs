//! The page for people: everything that it does works without scripts; scripts make it pleasant.

mod asset;
mod docs;
mod gallery;
mod job_panel;
mod shell;
mod submit_form;

pub(crate) use asset::asset;
pub(crate) use docs::docs;

use std::sync::Arc;

use axum::Form;
use axum::Router;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use brainwrought_core::id::StageName;
use brainwrought_core::job_store::JobView;
use serde::Deserialize;

use crate::ApiError;
use crate::example::example;
use crate::intake::{PdfRequest, receive};
use crate::links::Base;
use crate::removal::remove;
use crate::script_edit::{LineEdit, edit};
use crate::site::Site;
use job_panel::JobPanel;
use shell::{Page, Tab};

/// The routes of the page.
pub(crate) fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/", get(home))
        .route("/jobs", post(submit))
        .route("/jobs/{job_id}/panel", get(panel))
        .route("/jobs/{job_id}/cancel", post(cancel))
        .route("/jobs/{job_id}/retry", post(retry))
        .route("/jobs/{job_id}/delete", post(delete))
        .route("/jobs/{job_id}/line", post(line))
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
}

/// An error, shown on the page.
struct PageError {
    error: ApiError,
    base: Base,
    job_id: Option<String>,
    site: Arc<Site>,
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let tab = if self.job_id.is_some() { Tab::Retrieve } else { Tab::Submit };
        let page =
            Page { tab, error: Some(self.error.to_string()), ..Page::new(&self.base, &self.site.settings) };
        let page = Page { job_id: self.job_id.clone().unwrap_or_default(), ..page };
        self.error.dress(Html(page.render().into_string()).into_response())
    }
}

async fn home(
    State(site): State<Arc<Site>>,
    base: Base,
    query: Result<Query<HomeQuery>, QueryRejection>,
) -> Result<Html<String>, PageError> {
    let Query(query) = query.unwrap_or_default();
    let mut page = Page::new(&base, &site.settings);
    if query.tab.as_deref() == Some("retrieve") {
        page.tab = Tab::Retrieve;
    }
    if query.deleted.is_some() {
        page.note = Some("The job, its PDF and its video are deleted.");
    }
    if let Some(job_id) = query.job_id.as_deref().map(str::trim).filter(|id| !id.is_empty()) {
        let failed = |error| {
            let job_id = Some(job_id.chars().take(80).collect());
            PageError { error, base: base.clone(), job_id, site: Arc::clone(&site) }
        };
        let view = site.job(job_id).await.map_err(failed)?;
        let panel = JobPanel::gather(&site, &view, &base).await.map_err(failed)?;
        page.tab = Tab::Retrieve;
        page.job_id = view.job.job_id.to_string();
        page.is_live = !view.status.is_final();
        page.title = panel.title().to_owned();
        page.panel = Some(panel.render(&base));
    }
    Ok(Html(page.render().into_string()))
}

/// The part of the page that shows a job, for scripts to put in place when the job has moved on.
async fn panel(
    State(site): State<Arc<Site>>,
    base: Base,
    Path(job_id): Path<String>,
) -> Result<Html<String>, ApiError> {
    let view = site.job(&job_id).await?;
    Ok(Html(JobPanel::gather(&site, &view, &base).await?.render(&base).into_string()))
}

async fn submit(
    State(site): State<Arc<Site>>,
    base: Base,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, PageError> {
    let request = PdfRequest { headers: &headers, query: None, base: &base };
    match receive(&site, request, body).await {
        Ok(created) => Ok(go_to(&base.page(&created.view.job.job_id))),
        Err(error) => Err(PageError { error, base, job_id: None, site }),
    }
}

async fn cancel(
    State(site): State<Arc<Site>>,
    base: Base,
    Path(job_id): Path<String>,
) -> Result<Response, PageError> {
    act(&site, base, job_id, async |view| {
        site.engine.jobs().cancel(&view.job.job_id).await?;
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
    State(site): State<Arc<Site>>,
    base: Base,
    Path(job_id): Path<String>,
    Form(form): Form<RetryForm>,
) -> Result<Response, PageError> {
    act(&site, base, job_id, async |view| {
        let from = Some(form.from.as_str()).filter(|from| !from.is_empty()).map(StageName::from);
        site.retry(&view.job.job_id, from.as_ref()).await?;
        Ok(())
    })
    .await
}

async fn line(
    State(site): State<Arc<Site>>,
    base: Base,
    Path(job_id): Path<String>,
    Form(change): Form<LineEdit>,
) -> Result<Response, PageError> {
    act(&site, base, job_id, async |view| edit(&site, &view, &[change]).await.map(drop)).await
}

async fn delete(
    State(site): State<Arc<Site>>,
    base: Base,
    Path(job_id): Path<String>,
) -> Result<Response, PageError> {
    let home = format!("{}/?deleted=1", base.0);
    act(&site, base, job_id, async |view| remove(&site, &view.job).await).await?;
    Ok(go_to(&home))
}

/// Does something to a job and goes back to its page.
async fn act(
    site: &Arc<Site>,
    base: Base,
    job_id: String,
    action: impl AsyncFnOnce(JobView) -> Result<(), ApiError>,
) -> Result<Response, PageError> {
    let acted = async {
        let view = site.job(&job_id).await?;
        let page = base.page(&view.job.job_id);
        action(view).await?;
        Ok(go_to(&page))
    };
    acted.await.map_err(|error| PageError {
        error,
        base: base.clone(),
        job_id: Some(job_id),
        site: Arc::clone(site),
    })
}

fn go_to(address: &str) -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, address.to_owned())]).into_response()
}
