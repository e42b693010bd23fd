//! Jobs that run again: they go through the queue like new ones.

use brainwrought_core::id::StageName;
use brainwrought_core::job_store::JobView;

use crate::admission::{check_room, enter_queue};
use crate::app_state::AppState;
use crate::client_id::ClientId;
use crate::video_options::make_options_of;
use crate::{ApiError, fair_queue, webhook};

/// Sends a job back to run again, and sees to its callback.
pub(crate) async fn retry(
    state: &AppState,
    client: ClientId,
    view: &JobView,
    from: Option<&StageName>,
) -> Result<JobView, ApiError> {
    let id = &view.job.job_id;
    if view.status.is_final() {
        check_room(state, client, &make_options_of(view)).await?;
    }
    queue_again(state, client, view, async || Ok(state.engine.retry_job(id, from).await?)).await
}

/// Lets a job that is over run again by `change`, from the place in the queue that a new one of this client would have
/// now, and sees to its callback. What still runs keeps its place, and so does what did not come through the queue.
pub(crate) async fn queue_again(
    state: &AppState,
    client: ClientId,
    view: &JobView,
    change: impl AsyncFnOnce() -> Result<JobView, ApiError>,
) -> Result<JobView, ApiError> {
    let id = &view.job.job_id;
    let mut cost = None;
    if view.status.is_final() && view.job.priority < 0 {
        let own = fair_queue::cost_of(view);
        let priority = enter_queue(state, client, own).await?;
        // A claim between the two steps would go by the old priority.
        if let Err(error) = state.engine.jobs().prioritize(id, priority).await {
            state.fair_queue.leave(client, own);
            return Err(error.into());
        }
        cost = Some(own);
    }
    let changed = change().await;
    let runs = changed.as_ref().is_ok_and(|view| !view.status.is_final());
    match cost {
        Some(cost) if runs => state.fair_queue.created(client, cost, id),
        Some(cost) => state.fair_queue.leave(client, cost),
        None => {}
    }
    let changed = changed?;
    webhook::follow(state, id);
    Ok(changed)
}
