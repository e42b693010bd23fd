//! [`TransitionError`]: what the state machine does not allow.

use super::JobStatus;
use crate::budget::Cost;
use crate::id::{FencingToken, StageName, TaskKey};

/// A change that the state machine does not allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransitionError {
    /// The job has no such task.
    #[error("the job has no task `{0}`")]
    NoSuchTask(TaskKey),
    /// The pipeline has no such stage.
    #[error("the job's pipeline has no stage `{name}`; it has {known}")]
    NoSuchStage {
        /// What was asked for.
        name: StageName,
        /// The stages there are.
        known: String,
    },
    /// The lease is somebody else's, or nobody's.
    #[error("the lease on `{key}` with token {token} was lost; the work of this attempt does not count")]
    LeaseLost {
        /// The task.
        key: TaskKey,
        /// The token that no longer holds.
        token: FencingToken,
    },
    /// The job is done and cannot be cancelled.
    #[error("the job is already {0}")]
    AlreadyFinal(JobStatus),
    /// The job is not over, so it can be neither removed nor changed.
    #[error("the job is still {0}; cancel it first")]
    StillActive(JobStatus),
    /// The task has no output that could be replaced.
    #[error("`{0}` has no output yet that could be changed; run the job again first")]
    NoOutput(TaskKey),
    /// The task has another output than the change was made for.
    #[error("the output of `{0}` was changed meanwhile; look at it again, then change it")]
    OutputChanged(TaskKey),
    /// The job keeps no such version.
    #[error("the job has no earlier version {number}; it has {}", if .known.is_empty() { "none" } else { .known })]
    NoSuchVersion {
        /// What was asked for.
        number: u32,
        /// The versions there are.
        known: String,
    },
    /// The version was made by another version of the pipeline, whose stages are not those of now.
    #[error("version {0} was made with other stages than this program has, so it cannot be brought back")]
    OtherPlan(u32),
    /// Nothing failed, so there is nothing to retry.
    #[error("nothing to retry: the job is {0}; name a stage to run again from there")]
    NothingToRetry(JobStatus),
    /// The job may not spend so much.
    #[error("{provider} may cost {most} more, and the job has spent or set aside {spent} of {limit}")]
    LimitReached {
        /// Who would have been paid.
        provider: String,
        /// What the call may cost.
        most: Cost,
        /// What was spent or set aside before.
        spent: Cost,
        /// The limit.
        limit: Cost,
    },
}
