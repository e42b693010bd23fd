//! [`TaskStatus`] and [`JobStatus`].

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a task stands. See the table in the crate's `job` module for who may change it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum TaskStatus {
    /// Waits for other tasks.
    New,
    /// Waits for a worker.
    Ready,
    /// A worker holds its lease.
    Running,
    /// Its output is in the artifact store.
    Done,
    /// It failed for good.
    Error,
    /// Its job was cancelled before it was done.
    Cancelled,
}

/// Where a job stands. It is derived from the tasks, never stored on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum JobStatus {
    /// Nothing has started.
    Pending,
    /// Some task is running, or is about to.
    Running,
    /// A lease lapsed and nobody has taken the task yet.
    Interrupted,
    /// Every task is done.
    Completed,
    /// A task failed for good.
    Failed,
    /// It was cancelled.
    Cancelled,
}

impl JobStatus {
    /// All of them, in the order of a job's life.
    pub const ALL: &'static [Self] =
        &[Self::Pending, Self::Running, Self::Interrupted, Self::Completed, Self::Failed, Self::Cancelled];

    /// Tells whether nothing more will happen by itself.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

impl TaskStatus {
    /// The name as it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "NEW",
            Self::Ready => "READY",
            Self::Running => "RUNNING",
            Self::Done => "DONE",
            Self::Error => "ERROR",
            Self::Cancelled => "CANCELLED",
        }
    }
}

impl JobStatus {
    /// The name as it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Running => "RUNNING",
            Self::Interrupted => "INTERRUPTED",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Cancelled => "CANCELLED",
        }
    }
}

impl fmt::Display for TaskStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for JobStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
