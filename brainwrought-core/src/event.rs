//! Events: progress and log lines on their way from a stage to whoever watches.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::id::{JobId, TaskKey};

/// How much a log line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Something went as it should.
    Info,
    /// The video will be worse for it.
    Warn,
    /// An attempt failed.
    Error,
}

/// Something that happened to a job in this process.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A task was claimed.
    Started {
        /// The job.
        job: JobId,
        /// The task.
        task: TaskKey,
        /// The number of the attempt, from 1.
        attempt: u32,
    },
    /// A stage told how far it is.
    Progress {
        /// The job.
        job: JobId,
        /// The task.
        task: TaskKey,
        /// Steps done.
        done: u64,
        /// Steps in all.
        total: u64,
    },
    /// A stage wrote a log line.
    Log {
        /// The job.
        job: JobId,
        /// The task.
        task: TaskKey,
        /// How much it matters.
        level: LogLevel,
        /// The line.
        message: String,
    },
    /// A task is done.
    Done {
        /// The job.
        job: JobId,
        /// The task.
        task: TaskKey,
        /// True when the output was already known and nothing ran.
        cached: bool,
    },
    /// An attempt failed.
    Failed {
        /// The job.
        job: JobId,
        /// The task.
        task: TaskKey,
        /// The whole chain of causes.
        error: String,
        /// True when the task will be tried again.
        will_retry: bool,
    },
    /// A job that is run here has made no headway for some seconds. Sent once for each reason.
    Waiting {
        /// The job.
        job: JobId,
        /// What it waits for.
        reason: String,
    },
}

/// Where events go. The default sink drops them.
#[derive(Clone, Default)]
pub struct EventSink {
    listener: Option<Arc<dyn Fn(Event) + Send + Sync>>,
}

impl EventSink {
    /// Calls `listener` for every event, on the thread where it happens; it must not block.
    pub fn new(listener: impl Fn(Event) + Send + Sync + 'static) -> Self {
        Self { listener: Some(Arc::new(listener)) }
    }

    /// Sends an event.
    pub fn send(&self, event: Event) {
        if let Some(listener) = &self.listener {
            listener(event);
        }
    }

    /// Sends [`Event::Progress`].
    pub fn progress(&self, job: &JobId, task: &TaskKey, done: u64, total: u64) {
        if self.listener.is_some() {
            self.send(Event::Progress { job: job.clone(), task: task.clone(), done, total });
        }
    }

    /// Sends [`Event::Log`].
    pub fn log(&self, job: &JobId, task: &TaskKey, level: LogLevel, message: String) {
        self.send(Event::Log { job: job.clone(), task: task.clone(), level, message });
    }
}

impl std::fmt::Debug for EventSink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EventSink").field("listening", &self.listener.is_some()).finish()
    }
}
