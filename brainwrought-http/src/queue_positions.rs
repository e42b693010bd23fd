//! [`QueuePositions`]: which job is next, and which comes after it.

use std::cmp::Reverse;
use std::time::Duration;

use brainwrought_core::id::JobId;
use brainwrought_core::job::JobStatus;
use brainwrought_core::job_store::{JobFilter, JobStore, JobStoreError, JobView};
use tokio::sync::Mutex;
use tokio::time::Instant;

/// The jobs that wait, in the order in which they will be claimed, as they were a moment ago.
#[derive(Debug, Default)]
pub(crate) struct QueuePositions {
    seen: Mutex<Option<Seen>>,
}

#[derive(Debug)]
struct Seen {
    order: Vec<JobId>,
    until: Instant,
}

/// How long one look at the queue serves everybody.
const REFRESH: Duration = Duration::from_secs(1);

/// At most one part in so many of the time goes into looking: a file store reads every job.
const SHARE: u32 = 20;

impl QueuePositions {
    /// The position of a job among those of which nothing has started, from 1; `None` when it is not one of them.
    ///
    /// # Errors
    ///
    /// Fails when the job store cannot be read.
    pub(crate) async fn position(
        &self,
        jobs: &dyn JobStore,
        view: &JobView,
    ) -> Result<Option<usize>, JobStoreError> {
        if view.status != JobStatus::Pending {
            return Ok(None);
        }
        let mut seen = self.seen.lock().await;
        let began = Instant::now();
        let id = &view.job.job_id;
        let known = seen.as_ref().filter(|seen| seen.until > began);
        // A job that came since is looked for at once, so that the answer to whoever brought it has its position.
        if let Some(position) = known.and_then(|seen| place(&seen.order, id)) {
            return Ok(Some(position));
        }
        let filter = JobFilter::default().with_statuses([JobStatus::Pending]);
        let mut waiting = jobs.list(&filter).await?;
        waiting.sort_by_key(claim_order);
        let order: Vec<JobId> = waiting.into_iter().map(|view| view.job.job_id).collect();
        let position = place(&order, id);
        let now = Instant::now();
        *seen = Some(Seen { order, until: now + REFRESH.max((now - began) * SHARE) });
        Ok(position)
    }
}

/// The order of [`JobStore::claim`]: higher priority first, then older.
fn claim_order(view: &JobView) -> (Reverse<i32>, u64, JobId) {
    (Reverse(view.job.priority), view.job.created_at.0, view.job.job_id.clone())
}

fn place(order: &[JobId], id: &JobId) -> Option<usize> {
    order.iter().position(|waiting| waiting == id).map(|place| place + 1)
}

/// A position for people: `1st`, `2nd`, `3rd`, `11th`.
pub(crate) fn ordinal(position: usize) -> String {
    let ending = match (position % 10, position % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{position}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_written_as_people_say_them() {
        let said = [1, 2, 3, 4, 11, 12, 13, 21, 22, 103, 111].map(ordinal);
        let expected = ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "103rd", "111th"];
        assert_eq!(said, expected);
    }
}
