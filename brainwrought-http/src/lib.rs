//! The HTTP frontend: a router that shows jobs, for any axum server to mount.
//!
//! | request | answer |
//! | --- | --- |
//! | `GET /healthz` | 200 when the job store can be read, else 503 |
//! | `GET /api/jobs?status=RUNNING&limit=20&offset=40` | the jobs in short, the newest first |
//! | `GET /api/jobs/{job_id}` | everything that is known of one job |
//!
//! **Invariant:** nothing here changes a job.

mod api_error;
mod job_body;
mod job_query;

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::routing::get;
use axum::{Json, Router};
use brainwrought_core::id::JobId;
use brainwrought_core::job_store::{JobFilter, JobStore};
use serde_json::{Value, json};

pub use api_error::ApiError;

/// Makes the router. It holds the store and nothing else.
///
/// ```
/// use std::sync::Arc;
///
/// let jobs = Arc::new(brainwrought_core::memory::MemoryJobStore::default());
/// let app: axum::Router = axum::Router::new().nest("/video", brainwrought_http::app(jobs));
/// ```
pub fn app(jobs: Arc<dyn JobStore>) -> Router {
    Router::new()
        .route("/healthz", get(health))
        .route("/api/jobs", get(list_jobs))
        .route("/api/jobs/{job_id}", get(show_job))
        .fallback(async || ApiError::NoSuchPage)
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
        .with_state(jobs)
}

async fn health(State(jobs): State<Arc<dyn JobStore>>) -> Result<Json<Value>, ApiError> {
    jobs.list(&JobFilter { limit: Some(1), ..JobFilter::default() }).await?;
    Ok(Json(json!({ "status": "ok" })))
}

async fn list_jobs(
    State(jobs): State<Arc<dyn JobStore>>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let filter = job_query::parse(query.as_deref().unwrap_or_default())?;
    let views = jobs.list(&filter).await?;
    let jobs: Vec<Value> = views.iter().map(job_body::summary).collect();
    Ok(Json(json!({ "jobs": jobs })))
}

async fn show_job(
    State(jobs): State<Arc<dyn JobStore>>,
    Path(job_id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let id: JobId = job_id.parse().map_err(|_| ApiError::NoSuchJob(job_id))?;
    let view = jobs.get(&id).await?;
    Ok(Json(job_body::whole(&view)?))
}
