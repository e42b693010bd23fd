//! [`StoredJob`] and [`StoredTask`]: rows, and the way from a [`Job`] to them.

use std::time::Duration;

use brainwrought_core::clock::{Now, Reading, Timestamp};
use brainwrought_core::id::{Digest, JobId, TaskKey, WorkerId};
use brainwrought_core::job::{AttemptRecord, Callback, Job, JobInput, Plan, Task, TaskStatus, Versions};
use serde::Serialize;
use serde_json::Value;

use super::stored_text::{original, stored};

/// The one clock that leases are measured by: this database's.
const EPOCH: &str = "database";

/// Longer leases and rests than ten years would overflow the clock.
const MAX_MS: u64 = 10 * 365 * 24 * 3600 * 1000;

/// A row of `jobs`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct StoredJob {
    job_id: JobId,
    job_number: i64,
    pipeline: String,
    created_at_ms: i64,
    updated_at_ms: i64,
    input: JobInput,
    options: Value,
    priority: i32,
    max_attempts: i64,
    idempotency_key: Option<String>,
    idempotency_digest: Option<String>,
    cancelled: bool,
    plan: Plan,
    token_floor: i64,
    max_cost_micros: Option<i64>,
    versions: Option<Versions>,
    callback: Option<Callback>,
}

/// A row of `tasks`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct StoredTask {
    pub(super) task_id: i64,
    job_id: JobId,
    job_number: i64,
    priority: i32,
    stage: String,
    pub(super) stage_place: i32,
    segment: Option<u32>,
    status: TaskStatus,
    attempt: u32,
    token: i64,
    worker: Option<String>,
    lease_until_ms: Option<i64>,
    pub(super) lease_ms: Option<i64>,
    due_ms: Option<i64>,
    passed_over: Option<String>,
    progress_done: Option<i64>,
    progress_total: Option<i64>,
    output: Option<Digest>,
    items: Option<u32>,
    cached: bool,
    started_at_ms: Option<i64>,
    finished_at_ms: Option<i64>,
    updated_at_ms: i64,
    last_error: Option<String>,
    history: Vec<AttemptRecord>,
    pub(super) needs_look: bool,
}

impl StoredJob {
    /// The row of a job; its number and times are the database's to set when it is new.
    pub(super) fn new(job: &Job, job_number: i64) -> Self {
        Self {
            job_id: job.job_id.clone(),
            job_number,
            pipeline: stored(&job.pipeline).into_owned(),
            created_at_ms: signed(job.created_at.0),
            updated_at_ms: signed(job.updated_at.0),
            input: job.input.with_texts(&|text| stored(text).into_owned()),
            options: job.options.clone(),
            priority: job.priority,
            max_attempts: i64::from(job.max_attempts),
            idempotency_digest: job.idempotency_key.as_deref().map(digest_of_key),
            idempotency_key: text(job.idempotency_key.as_deref()),
            cancelled: job.cancelled,
            plan: job.plan.clone(),
            token_floor: signed(job.token_floor.0),
            max_cost_micros: job.ledger.max_cost.map(|most| signed(most.0)),
            versions: Some(job.versions.clone()).filter(|versions| !versions.is_empty()),
            callback: job.callback.clone(),
        }
    }
}

impl StoredTask {
    /// The row of a task.
    pub(super) fn new(task: &Task, job: &Job, job_number: i64) -> Self {
        let place = job.plan.stages().iter().position(|stage| stage.name == task.key.stage);
        let lease = task.lease.as_ref();
        Self {
            task_id: 0,
            job_id: job.job_id.clone(),
            job_number,
            priority: job.priority,
            stage: stored(&task.key.stage.0).into_owned(),
            stage_place: place.and_then(|place| i32::try_from(place).ok()).unwrap_or(i32::MAX),
            segment: task.key.segment,
            status: task.status,
            attempt: task.attempt,
            token: signed(task.token.0),
            worker: lease.map(|lease| stored(&lease.worker.0).into_owned()),
            lease_until_ms: lease.map(|lease| signed(lease.expires.ms)),
            lease_ms: lease.map(|_| 0),
            due_ms: task.due.as_ref().map(|due| signed(due.ms.min(i64::MAX as u64))),
            passed_over: text(task.passed_over.as_deref()),
            progress_done: task.progress.map(|progress| signed(progress.done)),
            progress_total: task.progress.map(|progress| signed(progress.total)),
            output: task.output.clone(),
            items: task.items,
            cached: task.cached,
            started_at_ms: task.started_at.map(|at| signed(at.0)),
            finished_at_ms: task.finished_at.map(|at| signed(at.0)),
            updated_at_ms: signed(job.updated_at.0),
            last_error: text(task.history.last().map(|last| last.error.as_str())),
            history: task
                .history
                .iter()
                .map(|record| with_texts(record, |text| stored(text).into_owned()))
                .collect(),
            needs_look: false,
        }
    }
}

/// Reads the attempts that did not end well from how they are stored.
pub(super) fn history(stored: &str) -> Result<Vec<AttemptRecord>, serde_json::Error> {
    if stored == "[]" {
        return Ok(Vec::new());
    }
    let records: Vec<AttemptRecord> = serde_json::from_str(stored)?;
    Ok(records.iter().map(|record| with_texts(record, original)).collect())
}

/// A key as an index can hold it, however long it is.
pub(super) fn digest_of_key(key: &str) -> String {
    Digest::of(key.as_bytes()).as_str().to_owned()
}

/// The database's clock at `ms`.
pub(super) fn now(ms: i64) -> Now {
    Now { wall: Timestamp(unsigned(ms)), reading: reading(ms) }
}

/// A length of time as the database adds it to its clock.
pub(super) fn millis(duration: Duration) -> i64 {
    signed(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX).min(MAX_MS))
}

/// A segment as the key of a task holds it.
pub(super) fn segment_key(key: &TaskKey) -> i32 {
    key.segment.map_or(-1, |segment| i32::try_from(segment).unwrap_or(i32::MAX))
}

pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

pub(super) fn reading(ms: i64) -> Reading {
    Reading { epoch: EPOCH.to_owned(), ms: unsigned(ms) }
}

fn text(text: Option<&str>) -> Option<String> {
    text.map(|text| stored(text).into_owned())
}

fn with_texts(record: &AttemptRecord, text: impl Fn(&str) -> String) -> AttemptRecord {
    AttemptRecord { worker: WorkerId(text(&record.worker.0)), error: text(&record.error), ..record.clone() }
}
