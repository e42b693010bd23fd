//! [`Outcome`]: what a worker says of an attempt, and [`Renewal`]: what it hears when it renews.

use serde::{Deserialize, Serialize};

use crate::id::{Digest, TaskKey};

/// How an attempt ended, as its worker reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The output is in the artifact store.
    Done {
        /// The digest of the stored output.
        output: Digest,
        /// The number of items, when other stages fan out over this output.
        items: Option<u32>,
        /// True when the output was known already and nothing ran.
        cached: bool,
    },
    /// The attempt failed.
    Failed(Failure),
    /// The attempt could not go on because outputs of other tasks, or bytes that they name, are lost or damaged. These
    /// tasks and what depends on them are done again; the attempt does not count.
    InputLost {
        /// The tasks whose outputs cannot be used.
        owners: Vec<TaskKey>,
        /// What is lost, for people.
        error: String,
    },
    /// The worker cannot do this task, but another one may: it has another version of the pipeline, or none. The task is
    /// READY again, and the attempt does not count.
    PassedOver {
        /// Why, for people.
        reason: String,
    },
    /// The worker is shutting down and gives the task back; the attempt does not count.
    HandedBack,
}

/// Why an attempt failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The whole chain of causes, for people.
    pub error: String,
    /// True when another attempt may succeed.
    pub retryable: bool,
    /// How long the task rests before the next attempt, in milliseconds.
    pub backoff_ms: u64,
}

/// How far a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Steps done.
    pub done: u64,
    /// Steps in all.
    pub total: u64,
}

/// What a worker hears when it renews its lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    /// The lease is the worker's for another while.
    Renewed,
    /// The job was cancelled: stop, and report nothing.
    Cancelled,
    /// The lease is somebody else's, or nobody's: stop, and report nothing.
    Lost,
}
