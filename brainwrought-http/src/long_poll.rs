//! Long polling: an answer that waits until a job's status changes.

use std::time::Duration;

use axum::http::{Method, Uri};
use brainwrought_core::job_store::JobView;
use serde::Deserialize;
use tokio::time::Instant;
use utoipa::IntoParams;

use crate::ApiError;
use crate::app_state::AppState;
use crate::client_id::ClientId;
use crate::job_status::parse_status;

/// The longest wait, in seconds. Proxies give up on an answer after 60 s as a rule.
const MAX_WAIT: u64 = 60;

/// How a job is shown.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ShowQuery {
    /// Wait so many seconds for the status to change before answering; more than 60 count as 60. A job that has ended is
    /// shown at once.
    #[param(minimum = 0, maximum = 60)]
    wait: Option<u64>,
    /// With `wait`: the status that the client knows. If the job has another one, it is shown at once. Without it, the
    /// status at the time of the request.
    #[param(example = "RUNNING")]
    status: Option<String>,
}

/// Tells whether a request may take longer than others, because it waits.
pub(crate) fn is_long_poll(method: &Method, uri: &Uri) -> bool {
    let waits = |query: &str| query.split('&').any(|pair| pair.starts_with("wait="));
    method == Method::GET && uri.path().starts_with("/api/jobs/") && uri.query().is_some_and(waits)
}

/// Waits as a client wishes, at the longest until the server shuts down.
///
/// # Errors
///
/// Fails when the query names no status, too many clients wait already, or the job is removed meanwhile.
pub(crate) async fn wait(
    state: &AppState,
    client: ClientId,
    view: JobView,
    query: &ShowQuery,
) -> Result<JobView, ApiError> {
    let known = query.status.as_deref().map(parse_status).transpose()?.unwrap_or(view.status);
    let seconds = query.wait.unwrap_or(0).min(MAX_WAIT);
    let is_news = |view: &JobView| view.status.is_final() || view.status != known;
    if seconds == 0 || is_news(&view) {
        return Ok(view);
    }
    let busy =
        || ApiError::Busy { reason: "too many clients wait".to_owned(), after: Duration::from_secs(5) };
    let _slot = state.client_streams.take(client).ok_or_else(busy)?;
    let _place = state.streams.try_acquire().map_err(|_| busy())?;
    let id = &view.job.job_id;
    let mut watch = state.watches.watch(id).await?;
    let until = Instant::now() + Duration::from_secs(seconds);
    loop {
        let seen = watch.borrow_and_update().clone().ok_or_else(|| ApiError::NoSuchJob(id.to_string()))?;
        if is_news(&seen) {
            return Ok(seen.as_ref().clone());
        }
        let is_over = tokio::select! {
            changed = watch.changed() => changed.is_err(),
            () = tokio::time::sleep_until(until) => true,
            () = state.shutdown.cancelled() => true,
        };
        if is_over {
            return Ok(seen.as_ref().clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_look_at_a_job_may_wait() {
        for (method, uri, waits) in [
            (Method::GET, "/api/jobs/x?wait=30", true),
            (Method::GET, "/api/jobs/x?status=RUNNING&wait=30", true),
            (Method::GET, "/api/jobs/x?await=30", false),
            (Method::GET, "/api/jobs?wait=30", false),
            (Method::POST, "/api/jobs/x?wait=30", false),
        ] {
            assert_eq!(is_long_poll(&method, &uri.parse().unwrap()), waits, "{method} {uri}");
        }
    }
}
