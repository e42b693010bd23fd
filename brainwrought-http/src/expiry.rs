//! [`expire`]: removes jobs that have been over for long enough.

use std::sync::Arc;
use std::time::Duration;

use brainwrought_core::clock::{Timestamp, wall_time};
use brainwrought_core::engine::Engine;
use brainwrought_core::job::JobStatus;
use brainwrought_core::job_store::{JobFilter, JobView};
use brainwrought_core::report::chain;
use tokio_util::sync::CancellationToken;

use crate::removal::remove;
use crate::site::Site;
use crate::{ApiError, HttpSettings};

/// The shortest and the longest rest between two looks.
const REST: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(3600));

/// Removes jobs that have been over for as long as `settings.keep` says, with their PDFs and videos, until `shutdown`
/// fires. Without such a setting it returns at once.
///
/// Several servers of one fleet may do so at the same time.
pub async fn expire(engine: Engine, settings: HttpSettings, shutdown: CancellationToken) {
    let Some(keep) = settings.keep else { return };
    let rest = (keep / 20).clamp(REST.0, REST.1);
    let site = Arc::new(Site::new(engine, settings, shutdown.clone()));
    while !shutdown.is_cancelled() {
        if let Err(error) = remove_expired(&site, keep, wall_time()).await {
            tracing::warn!(error = chain(&error), "could not remove old jobs");
        }
        tokio::select! {
            () = tokio::time::sleep(rest) => {}
            () = shutdown.cancelled() => {}
        }
    }
}

async fn remove_expired(site: &Arc<Site>, keep: Duration, now: Timestamp) -> Result<(), ApiError> {
    let statuses = vec![JobStatus::Completed, JobStatus::Failed, JobStatus::Cancelled];
    let over = site.engine.jobs().list(&JobFilter { statuses, ..JobFilter::default() }).await?;
    for view in over.iter().filter(|view| is_expired(view, keep, now)) {
        match remove(site, &view.job).await {
            // Another server, or its owner, was quicker.
            Ok(()) | Err(ApiError::NoSuchJob(_)) => {
                tracing::info!(job = %view.job.job_id, "removed a job that was over for long enough");
            }
            // It goes on again, or its files cannot be removed just now; the others can.
            Err(error) => {
                tracing::warn!(job = %view.job.job_id, error = chain(&error), "could not remove an old job");
            }
        }
    }
    Ok(())
}

fn is_expired(view: &JobView, keep: Duration, now: Timestamp) -> bool {
    let age = now.0.saturating_sub(view.job.updated_at.0);
    view.status.is_final() && u128::from(age) >= keep.as_millis()
}
