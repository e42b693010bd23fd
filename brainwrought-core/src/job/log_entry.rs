//! [`LogEntry`]: one line of a job's log.

use serde::{Deserialize, Serialize};

use crate::clock::{Now, Timestamp};
use crate::event::LogLevel;
use crate::id::TaskKey;

/// One line of a job's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry {
    /// When it was written.
    pub at: Timestamp,
    /// The task that wrote it.
    pub task: TaskKey,
    /// How much it matters.
    pub level: LogLevel,
    /// The line.
    pub message: String,
}

impl LogEntry {
    /// Makes entries of lines that a task wrote.
    pub fn stamp(lines: Vec<(LogLevel, String)>, task: &TaskKey, now: &Now) -> Vec<Self> {
        lines
            .into_iter()
            .map(|(level, message)| Self { at: now.wall, task: task.clone(), level, message })
            .collect()
    }
}
