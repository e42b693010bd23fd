//! Reads the jobs in a folder that may still change.

use brainwrought_core::clock::Now;
use brainwrought_core::id::JobId;
use brainwrought_core::job::Job;
use brainwrought_core::job_store::{JobStoreError, JobView};
use brainwrought_core::report::chain;

use super::folder::{Folder, may_change};

/// Reads the jobs that may still change.
pub(super) fn active_jobs(folder: &mut Folder, now: &Now) -> Result<Vec<Job>, JobStoreError> {
    let mut jobs = Vec::new();
    for id in folder.active()? {
        jobs.extend(active_job(folder, &id, now)?);
    }
    Ok(jobs)
}

/// Reads a job if it may still change. A damaged one is left out, so that the others go on; one that turns out to be
/// over is struck off the list.
pub(super) fn active_job(folder: &mut Folder, id: &JobId, now: &Now) -> Result<Option<Job>, JobStoreError> {
    match folder.read(id, now) {
        Ok(job) => {
            let view = JobView { status: job.status(now), job };
            if may_change(&view, now) {
                return Ok(Some(view.job));
            }
            folder.retire(id);
        }
        Err(JobStoreError::JobNotFound(_)) => folder.retire(id),
        Err(error @ JobStoreError::Damaged { .. }) => {
            tracing::warn!("a damaged job is left alone: {}", chain(&error));
        }
        Err(error) => return Err(error),
    }
    Ok(None)
}
