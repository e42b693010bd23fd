//! The heartbeat: keeps a lease while a stage runs, and says why the stage must stop when it cannot.

use std::time::Duration;

use tokio::time::Instant;

use super::lease_health::LeaseRenewals;
use super::report_buffer::ReportBuffer;
use crate::id::{FencingToken, TaskId};
use crate::job::Renewal;
use crate::job_store::{JobStore, JobStoreError};

/// Why a heartbeat ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HeartbeatEnd {
    /// The job was cancelled.
    Cancelled,
    /// The lease is lost, or the store was out of reach for as long as the lease lasts.
    LeaseLost,
}

/// Progress reaches the store at least this often while a stage runs.
const REPORT_EVERY: Duration = Duration::from_secs(2);

/// Renews the lease at a third of its length until it cannot, and hands on progress in between.
///
/// A store that cannot be reached is tried again, more often, until the lease would have run out: after that another
/// worker may have the task, and going on would be wasted work. Until then `renewals` reports that renewals fail.
pub(super) async fn keep(
    jobs: &dyn JobStore,
    task: &TaskId,
    token: FencingToken,
    lease: Duration,
    report_buffer: &ReportBuffer,
    mut renewals: LeaseRenewals,
) -> HeartbeatEnd {
    let mut renewed = Instant::now();
    let mut pause = (lease / 3).min(REPORT_EVERY);
    loop {
        tokio::time::sleep(pause).await;
        if renewed.elapsed() < lease / 3 {
            deliver(jobs, task, token, report_buffer).await;
            continue;
        }
        let asked = Instant::now();
        let left = lease.saturating_sub(renewed.elapsed()).max(Duration::from_millis(1));
        match tokio::time::timeout(left, jobs.renew(task, token, lease)).await {
            Ok(Ok(Renewal::Renewed)) => {
                renewed = asked;
                renewals.record_renewed();
                pause = (lease / 3).min(REPORT_EVERY);
                deliver(jobs, task, token, report_buffer).await;
            }
            // A job that was deleted was cancelled before.
            Ok(Ok(Renewal::Cancelled) | Err(JobStoreError::JobNotFound(_))) => {
                return HeartbeatEnd::Cancelled;
            }
            Ok(Ok(Renewal::Lost)) => return HeartbeatEnd::LeaseLost,
            Ok(Err(error)) => {
                tracing::warn!(%task, error = crate::report::chain(&error), "could not renew a lease");
                renewals.record_missed();
                pause = (lease / 10).min(REPORT_EVERY);
            }
            Err(_) => {
                renewals.record_missed();
                pause = Duration::ZERO;
            }
        }
        if renewed.elapsed() >= lease {
            return HeartbeatEnd::LeaseLost;
        }
    }
}

/// Hands progress and log lines to the store. They are for people, so a failure is no reason to stop.
pub(super) async fn deliver(
    jobs: &dyn JobStore,
    task: &TaskId,
    token: FencingToken,
    report_buffer: &ReportBuffer,
) {
    let Some(report) = report_buffer.take() else { return };
    if let Err(error) = jobs.append(task, token, report).await {
        tracing::debug!(%task, error = crate::report::chain(&error), "could not store progress");
    }
}
