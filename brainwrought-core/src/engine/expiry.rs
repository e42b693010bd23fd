//! Removes jobs that have been over for long enough.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{Engine, EngineError};
use crate::clock::{Timestamp, wall_time};
use crate::job::JobStatus;
use crate::job_store::{JobFilter, JobStoreError};
use crate::report::chain;

/// The shortest and the longest rest between two looks.
const REST: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(3600));

/// How many jobs are looked at together.
const PAGE: usize = 100;

impl Engine {
    /// Removes the jobs that have been over, and unchanged, for `keep`, with everything that only they needed, and tells how
    /// many. What cannot be removed now is left for the next call. Several processes may do so at the same time.
    ///
    /// # Errors
    ///
    /// Fails when the job store cannot be reached.
    pub async fn remove_expired(&self, keep: Duration) -> Result<usize, EngineError> {
        let keep_ms = u64::try_from(keep.as_millis()).unwrap_or(u64::MAX);
        let filter = JobFilter {
            statuses: vec![JobStatus::Completed, JobStatus::Failed, JobStatus::Cancelled],
            unchanged_since: Some(Timestamp(wall_time().0.saturating_sub(keep_ms))),
            limit: Some(PAGE),
            ..JobFilter::default()
        };
        let (mut removed, mut left) = (0, 0);
        loop {
            let page = self.jobs.list(&JobFilter { offset: left, ..filter.clone() }).await?;
            if page.is_empty() {
                return Ok(removed);
            }
            for view in page {
                let id = &view.job.job_id;
                match self.delete_job(id).await {
                    Ok(_) => {
                        removed += 1;
                        tracing::info!(job = %id, "removed a job that was over for long enough");
                    }
                    // Another process, or its owner, was quicker.
                    Err(EngineError::Jobs(JobStoreError::JobNotFound(_))) => {}
                    // It goes on again, or its files cannot be removed just now; the others can.
                    Err(error) => {
                        left += 1;
                        tracing::warn!(job = %id, error = chain(&error), "could not remove an old job");
                    }
                }
            }
        }
    }

    /// Removes jobs as [`Engine::remove_expired`] does, again and again, until `shutdown` fires.
    pub async fn keep_expiring(&self, keep: Duration, shutdown: CancellationToken) {
        let rest = (keep / 20).clamp(REST.0, REST.1);
        while !shutdown.is_cancelled() {
            if let Err(error) = self.remove_expired(keep).await {
                tracing::warn!(error = chain(&error), "could not remove old jobs");
            }
            tokio::select! {
                () = tokio::time::sleep(rest) => {}
                () = shutdown.cancelled() => {}
            }
        }
    }
}
