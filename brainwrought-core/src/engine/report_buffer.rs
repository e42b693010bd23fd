//! [`ReportBuffer`]: what a running stage said since the last heartbeat.

use std::sync::{Arc, Mutex, PoisonError};

use crate::event::{Event, EventSink, LogLevel};
use crate::job::Progress;
use crate::job_store::TaskReport;

/// Collects progress and log lines between two heartbeats, and passes every event on at once.
#[derive(Debug, Clone, Default)]
pub(super) struct ReportBuffer {
    report: Arc<Mutex<TaskReport>>,
}

impl ReportBuffer {
    /// Makes a sink that keeps what the store should know and passes everything on to `outer`.
    pub(super) fn sink(&self, outer: EventSink) -> EventSink {
        let report_buffer = self.clone();
        EventSink::new(move |event| {
            match &event {
                Event::Progress { done, total, .. } => report_buffer.progress(*done, *total),
                Event::Log { level, message, .. } => report_buffer.log(*level, message.clone()),
                _ => {}
            }
            outer.send(event);
        })
    }

    pub(super) fn log(&self, level: LogLevel, message: String) {
        self.with(|report| report.logs.push((level, message)));
    }

    /// Takes what has come in, or `None` if nothing has.
    pub(super) fn take(&self) -> Option<TaskReport> {
        let report = self.with(std::mem::take);
        (report != TaskReport::default()).then_some(report)
    }

    fn progress(&self, done: u64, total: u64) {
        self.with(|report| report.progress = Some(Progress { done, total }));
    }

    fn with<T>(&self, change: impl FnOnce(&mut TaskReport) -> T) -> T {
        change(&mut self.report.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
