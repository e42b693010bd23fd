//! The HTTP frontend: a router that takes PDFs and shows jobs, for any axum server to mount, and a server for it.
//!
//! | request | answer |
//! | --- | --- |
//! | `POST /api/jobs` | 202 and a job, from a PDF as `multipart/form-data` or `application/pdf` |
//! | `PUT /api/uploads/{upload}` | the same, for an order that was placed before |
//! | `GET /api/jobs/{job_id}` | everything that is known of the job; `?wait=30` waits for its status to change |
//! | `GET /api/jobs/{job_id}/events` | its progress, live |
//! | `POST /api/jobs/{job_id}/cancel`, `…/retry`, `DELETE /api/jobs/{job_id}` | stop, go on, remove |
//! | `GET /api/jobs` | all jobs, for operators |
//! | `GET`, `PATCH /api/jobs/{job_id}/script` | what is said; other words for lines, judged at once |
//! | `PUT /api/jobs/{job_id}/script`, `GET …/script.toml` | another script, before anything is rendered; the script as text |
//! | `POST /api/jobs/{job_id}/video` | the video of such a script |
//! | `POST /api/jobs/{job_id}/script/check` | the same judgement, and nothing changes |
//! | `POST /api/jobs/{job_id}/restore` | an earlier version of the video |
//! | `POST /api/jobs/{job_id}/variants` | another video from the same PDF |
//! | `GET /jobs/{job_id}/video.mp4` | the video; captions, transcript and the rest beside it |
//! | `GET /v/{view_id}`, `…/video.mp4` | the video to share: these addresses hold no key to the job |
//! | `GET /` | a page to submit PDFs and to retrieve videos |
//! | `POST /mcp` | the same for agents, as the Model Context Protocol |
//! | `GET /api/openapi.json`, `/api/docs` | all of this, for programs and for people |
//! | `GET /healthz`, `/readyz`, `/metrics` | how the server is |
//!
//! The feature `webhooks`, on unless told otherwise, brings callbacks, by `reqwest`; without it, none is accepted.
//!
//! **Invariant:** no answer holds a path of the server, and nothing that a client sends becomes one. **Invariant:** the job
//! store is the only memory: a server that is killed and started again goes on as if nothing had happened.

mod admission;
mod api;
mod api_error;
mod app_state;
mod byte_range;
mod client_id;
mod client_slots;
mod client_text;
mod connections;
mod draft;
mod edit_verdict;
mod events;
mod example;
mod example_files;
mod expiry;
mod fair_queue;
mod guard;
mod header_parameters;
mod idempotency_key;
mod intake;
mod job_body;
mod job_link;
mod job_status;
mod lingering;
mod links;
mod local_files;
mod long_poll;
mod mcp;
mod media;
mod metrics;
mod multipart;
mod nameless_file;
mod openapi;
mod operator;
mod order;
mod output_files;
mod own_music;
mod pace;
mod page;
mod previews;
mod queue_positions;
mod rate_limit;
mod received_form;
mod redaction;
mod removal;
mod requeue;
mod samples;
mod script_body;
mod script_edit;
mod serve;
mod server_secret;
mod settings;
mod shown_name;
mod spent_body;
mod storage;
mod tidying;
mod timed_body;
mod upload_address;
mod upload_form;
mod variant;
mod video_options;
mod view;
mod watches;
mod webhook;

use std::sync::Arc;

use axum::routing::get;
use axum::{Extension, Router, middleware};
use brainwrought_core::engine::Engine;
use tokio_util::sync::CancellationToken;

pub use api_error::ApiError;
pub use example::Example;
pub use expiry::expire;
pub use serve::serve;
pub use server_secret::{ServerSecret, ServerSecretError};
pub use settings::{
    HttpLimits, HttpSettings, MetricsRenderer, OperatorToken, Operators, Quotas, StorageLimits, Timeouts,
    VideoSize, WrongOperatorToken,
};
pub use spent_body::{SpentBody, SpentLine};
pub use tidying::tidy;
pub use webhook::{CallbackHost, NotACallbackHost, Webhooks, deliver_webhooks};

use crate::app_state::AppState;

/// Makes the router. Once `shutdown` fires its event streams end, so that the server can.
///
/// The engine stores PDFs and creates jobs; whether it also works on them is the caller's decision, see
/// [`Engine::run_all`]. Served with connection info (`into_make_service_with_connect_info`, or [`serve`]) every client has
/// a quota of its own, else all share one.
pub fn app(engine: Engine, settings: HttpSettings, shutdown: CancellationToken) -> Router {
    metrics::describe();
    let state = Arc::new(AppState::new(engine, settings, shutdown));
    let (routes, mut document) = openapi::routes().split_for_parts();
    openapi::complete(&mut document);
    routes
        .merge(page::routes())
        .merge(mcp::routes(&state))
        .route("/api/openapi.json", get(openapi::document))
        .fallback(async || ApiError::NoSuchPage)
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
        .layer(Extension(Arc::new(document)))
        .layer(middleware::from_fn_with_state(Arc::clone(&state), guard::guard))
        .with_state(state)
}

/// The OpenAPI description of the API as JSON, the same that a server answers at `/api/openapi.json`.
pub fn api_description() -> serde_json::Value {
    let mut document = openapi::routes().into_openapi();
    openapi::complete(&mut document);
    serde_json::to_value(document).expect("a description has names as keys and no other values than JSON's")
}
