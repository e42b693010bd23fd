//! [`Task`]: one stage of one job, for one segment where the stage fans out.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Failure, Lease, Progress, TaskStatus};
use crate::clock::{Now, Reading, Timestamp};
use crate::id::{Digest, FencingToken, TaskKey, WorkerId};

/// The state of one task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Which task of the job it is.
    #[serde(flatten)]
    pub key: TaskKey,
    /// Where it stands.
    pub status: TaskStatus,
    /// How often it was claimed since it was last reset; a claim that was handed back does not count.
    pub attempt: u32,
    /// The token of the last claim.
    pub token: FencingToken,
    /// Who works on it, while it is RUNNING.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
    /// The earliest moment for the next attempt, while it is READY after a failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Reading>,
    /// Why the worker that claimed it last has left it to others, while it is READY.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed_over: Option<String>,
    /// How far the running attempt is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
    /// The stored output, once it is DONE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Digest>,
    /// The number of items of the output, when other stages fan out over it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<u32>,
    /// True when the output was known already and nothing ran.
    #[serde(default)]
    pub cached: bool,
    /// When the last attempt started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it was DONE or went to ERROR.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
    /// Attempts that did not end well, oldest first; at most [`Task::MAX_HISTORY`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<AttemptRecord>,
}

/// An attempt that did not end well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptRecord {
    /// The number of the attempt.
    pub attempt: u32,
    /// The token it had.
    pub token: FencingToken,
    /// Who tried.
    pub worker: WorkerId,
    /// When it ended.
    pub at: Timestamp,
    /// How it ended.
    pub end: AttemptEnd,
    /// The whole chain of causes.
    pub error: String,
}

/// How an attempt ended that did not end well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum AttemptEnd {
    /// The stage failed.
    Failed,
    /// The lease ran out: the worker died, stalled or lost the store.
    LeaseExpired,
    /// The task was done, and what it made was lost afterwards.
    OutputLost,
}

impl Task {
    /// The most attempts that the history keeps.
    pub const MAX_HISTORY: usize = 20;

    /// How often a lost output is made again before somebody has to look: a disk that loses it each time would keep the
    /// job busy for ever. A retry that a person asks for starts the count afresh.
    pub const MAX_REPAIRS: usize = 3;

    pub(super) fn new(key: TaskKey, floor: FencingToken) -> Self {
        Self {
            key,
            status: TaskStatus::New,
            attempt: 0,
            token: floor,
            lease: None,
            due: None,
            passed_over: None,
            progress: None,
            output: None,
            items: None,
            cached: false,
            started_at: None,
            finished_at: None,
            history: Vec::new(),
        }
    }

    /// Tells whether a worker may claim it.
    pub fn is_claimable(&self, now: &Now) -> bool {
        self.status == TaskStatus::Ready && self.due.as_ref().is_none_or(|due| due.is_reached(&now.reading))
    }

    /// Tells whether a task that is in ERROR has used up its attempts, so that another one may succeed. It is false when the
    /// stage said before that no attempt ever can.
    pub fn has_used_up(&self, max_attempts: u32) -> bool {
        let has_expired = |record: &AttemptRecord| record.end == AttemptEnd::LeaseExpired;
        self.attempt >= max_attempts || self.history.last().is_some_and(has_expired)
    }

    /// Tells whether `token` still holds the lease.
    pub fn is_held_by(&self, token: FencingToken) -> bool {
        self.status == TaskStatus::Running && self.token == token && self.lease.is_some()
    }

    pub(super) fn claim(&mut self, worker: &WorkerId, lease: Duration, holder: Option<String>, now: &Now) {
        self.status = TaskStatus::Running;
        self.token = self.token.next();
        self.attempt += 1;
        self.due = None;
        self.passed_over = None;
        self.progress = None;
        self.started_at = Some(now.wall);
        self.lease = Some(Lease {
            worker: worker.clone(),
            token: self.token,
            expires: now.reading.after(lease),
            holder,
        });
    }

    pub(super) fn hand_back(&mut self) {
        self.status = TaskStatus::Ready;
        self.attempt = self.attempt.saturating_sub(1);
        self.lease = None;
        self.progress = None;
    }

    pub(super) fn pass_over(&mut self, reason: String) {
        self.hand_back();
        self.passed_over = Some(reason);
    }

    pub(super) fn fail(&mut self, failure: &Failure, max_attempts: u32, now: &Now) {
        self.record(AttemptEnd::Failed, failure.error.clone(), now);
        if failure.retryable && self.attempt < max_attempts {
            self.status = TaskStatus::Ready;
            self.due = Some(now.reading.after(Duration::from_millis(failure.backoff_ms)));
        } else {
            self.status = TaskStatus::Error;
            self.finished_at = Some(now.wall);
        }
    }

    pub(super) fn expire(&mut self, max_attempts: u32, now: &Now) {
        let mut error = "the lease ran out: the worker died, stalled or lost the store".to_owned();
        if self.history.last().is_some_and(|last| last.end == AttemptEnd::LeaseExpired) {
            error += "; as this is not the first time, it may have been killed for lack of memory: the system's log tells, \
                and fewer tasks at once need less";
        }
        self.record(AttemptEnd::LeaseExpired, error, now);
        if self.attempt < max_attempts {
            self.status = TaskStatus::Ready;
        } else {
            self.status = TaskStatus::Error;
            self.finished_at = Some(now.wall);
        }
    }

    pub(super) fn cancel(&mut self, now: &Now) {
        self.status = TaskStatus::Cancelled;
        self.lease = None;
        self.passed_over = None;
        self.progress = None;
        self.finished_at = Some(now.wall);
    }

    /// Back to NEW for a retry. The token stays, so that whoever still works on it is fenced.
    pub(super) fn reset(&mut self) {
        *self =
            Self { history: std::mem::take(&mut self.history), ..Self::new(self.key.clone(), self.token) };
    }

    /// Tells whether a lost output may be made again.
    pub(super) fn is_repairable(&self) -> bool {
        let lost = self.history.iter().filter(|record| record.end == AttemptEnd::OutputLost).count();
        self.status == TaskStatus::Done && lost < Self::MAX_REPAIRS
    }

    /// Back to NEW because the output is lost, with a record of that.
    pub(super) fn lose_output(&mut self, error: String, now: &Now) {
        self.record(AttemptEnd::OutputLost, error, now);
        self.reset();
    }

    /// Forgets how often the output was lost.
    pub(super) fn forget_losses(&mut self) {
        self.history.retain(|record| record.end != AttemptEnd::OutputLost);
    }

    fn record(&mut self, end: AttemptEnd, error: String, now: &Now) {
        let worker = self.lease.take().map_or_else(|| WorkerId(String::new()), |lease| lease.worker);
        self.progress = None;
        self.history.push(AttemptRecord {
            attempt: self.attempt,
            token: self.token,
            worker,
            at: now.wall,
            end,
            error,
        });
        if self.history.len() > Self::MAX_HISTORY {
            self.history.remove(0);
        }
    }
}
