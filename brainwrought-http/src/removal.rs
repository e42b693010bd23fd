//! [`remove`]: takes away a job with everything that was made for it.

use std::sync::Arc;

use brainwrought_core::id::JobId;
use brainwrought_core::job::Job;

use crate::ApiError;
use crate::app_state::AppState;

/// Removes a job that is over, with everything that only it needed. What cannot be removed at once is removed by
/// [`tidy`](crate::tidy).
///
/// # Errors
///
/// Fails when the job is not over, or its record or folders cannot be removed.
pub(crate) async fn remove(state: &Arc<AppState>, job: &Job) -> Result<(), ApiError> {
    let (engine, id): (_, JobId) = (state.engine.clone(), job.job_id.clone());
    // A client that goes away must not leave a removal half done.
    let removal = tokio::spawn(async move { engine.delete_job(&id).await });
    removal.await.map_err(|error| ApiError::unavailable("remove the job", error))??;
    Ok(())
}
