//! [`Outlook`]: how far a job is and how long it still takes.

use std::collections::BTreeMap;

use brainwrought_core::clock::Timestamp;
use brainwrought_core::id::TaskKey;
use brainwrought_core::job::{Job, JobStatus, TaskStatus};
use brainwrought_core::job_store::JobView;
use brainwrought_stages::standard::Forecast;

/// How far a job is and how long it still takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Outlook {
    /// The share that is done, from 0 to 1.
    pub(crate) share: f64,
    /// The time left, once enough was measured to tell.
    pub(crate) seconds_left: Option<u64>,
}

/// Below this share of measured work an estimate would be a guess.
const LEAST_MEASURED: f64 = 0.03;

impl Outlook {
    /// Looks at a job at the moment `now`.
    pub(crate) fn of(view: &JobView, now: Timestamp) -> Self {
        let job = &view.job;
        let live: BTreeMap<TaskKey, (u64, u64)> = job
            .stages
            .iter()
            .filter(|task| task.status == TaskStatus::Running)
            .map(|task| (task.key.clone(), task.progress.map_or((0, 1), |p| (p.done, p.total.max(1)))))
            .collect();
        let share = if view.status == JobStatus::Completed { 1.0 } else { Forecast::of(job).share(&live) };
        if view.status.is_final() {
            return Self { share, seconds_left: None };
        }
        // What was known already took no time, so it must not make the rest look quick.
        let measured = share - Forecast::of(&only_cached(job)).share(&BTreeMap::new());
        let busy = busy_ms(job, now) as f64 / 1000.0;
        let seconds_left =
            (measured >= LEAST_MEASURED).then(|| (busy / measured * (1.0 - share)).ceil() as u64);
        Self { share, seconds_left }
    }
}

/// The job as if only what was known already were done.
fn only_cached(job: &Job) -> Job {
    let mut job = job.clone();
    for task in &mut job.stages {
        if !task.cached {
            task.status = TaskStatus::New;
        }
    }
    job
}

/// The time in which at least one task ran, in milliseconds: pauses and interruptions do not count.
fn busy_ms(job: &Job, now: Timestamp) -> u64 {
    let mut spans: Vec<(u64, u64)> = job
        .stages
        .iter()
        .filter(|task| !task.cached)
        .filter_map(|task| match (task.status, task.started_at, task.finished_at) {
            (TaskStatus::Done, Some(start), Some(end)) => Some((start.0, end.0)),
            (TaskStatus::Running, Some(start), _) => Some((start.0, now.0)),
            _ => None,
        })
        .collect();
    spans.sort_unstable();
    let mut busy = 0;
    let mut reached = 0;
    for (start, end) in spans {
        busy += end.saturating_sub(start.max(reached));
        reached = reached.max(end);
    }
    busy
}
