//! [`StoredJob`] and [`StoredTask`]: rows, and the way from them to a [`Job`] and back.

use std::collections::HashMap;
use std::time::Duration;

use brainwrought_core::clock::{Now, Reading, Timestamp};
use brainwrought_core::event::LogLevel;
use brainwrought_core::id::{Digest, FencingToken, JobId, StageName, TaskKey, WorkerId};
use brainwrought_core::job::{
    AttemptRecord, Delivery, Job, JobInput, Lease, LogEntry, Plan, Progress, Task, TaskStatus,
};
use brainwrought_core::job_store::JobView;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::PgConnection;

use super::database::Fault;
use super::stored_text::{original, stored};

/// The one clock that leases are measured by: this database's.
const EPOCH: &str = "database";

/// Longer leases and rests than ten years would overflow the clock.
const LONGEST_MS: u64 = 10 * 365 * 24 * 3600 * 1000;

/// The whole of a job `j` as one text, for [`read`]; what a statement returns was true at one moment.
macro_rules! whole_job {
    () => {
        "json_build_object(
            'job', to_json(j),
            'tasks', (select coalesce(json_agg(t order by t.stage_place, coalesce(t.segment, -1)), '[]')
                from brainwrought.tasks t where t.job_id = j.job_id),
            'logs', (select coalesce(json_agg(l order by l.line), '[]')
                from brainwrought.job_logs l where l.job_id = j.job_id),
            'now_ms', brainwrought.now_ms())::text"
    };
}
pub(super) use whole_job;

const LOAD: &str = concat!(
    "select ",
    whole_job!(),
    " from brainwrought.jobs j where j.job_id = any($1) order by j.job_number"
);

/// A row of `jobs`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct StoredJob {
    pub(super) job_id: JobId,
    #[serde(default)]
    pub(super) job_number: i64,
    pipeline: String,
    created_at_ms: i64,
    updated_at_ms: i64,
    input: JobInput,
    options: Value,
    pub(super) priority: i32,
    max_attempts: i64,
    idempotency_key: Option<String>,
    idempotency_digest: Option<String>,
    cancelled: bool,
    output_local_path: Option<String>,
    output_hf_url: Option<String>,
    plan: Plan,
    token_floor: i64,
}

/// A row of `tasks`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct StoredTask {
    #[serde(default)]
    pub(super) task_id: i64,
    pub(super) job_id: JobId,
    pub(super) job_number: i64,
    pub(super) priority: i32,
    stage: String,
    pub(super) stage_place: i32,
    pub(super) segment: Option<u32>,
    pub(super) status: TaskStatus,
    attempt: u32,
    pub(super) token: i64,
    worker: Option<String>,
    pub(super) lease_until_ms: Option<i64>,
    pub(super) lease_ms: Option<i64>,
    due_ms: Option<i64>,
    progress_done: Option<i64>,
    progress_total: Option<i64>,
    output: Option<Digest>,
    items: Option<u32>,
    cached: bool,
    started_at_ms: Option<i64>,
    finished_at_ms: Option<i64>,
    pub(super) updated_at_ms: i64,
    last_error: Option<String>,
    history: Vec<AttemptRecord>,
    pub(super) needs_look: bool,
}

#[derive(Debug, Deserialize)]
struct StoredLine {
    at_ms: i64,
    stage: String,
    segment: Option<u32>,
    level: LogLevel,
    message: String,
}

/// A job as it was read, with its rows.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) job: Job,
    pub(super) now: Now,
    pub(super) rows: HashMap<TaskKey, StoredTask>,
    pub(super) job_number: i64,
    /// Set by an orchestrator that has looked at everything that waits here.
    pub(super) is_looked_at: bool,
}

#[derive(Debug, Deserialize)]
struct Whole {
    job: StoredJob,
    tasks: Vec<StoredTask>,
    logs: Vec<StoredLine>,
    now_ms: i64,
}

/// Reads jobs, the oldest first; those that are not there are left out.
pub(super) async fn load(connection: &mut PgConnection, ids: &[String]) -> Result<Vec<Loaded>, Fault> {
    load_each(connection, ids).await?.into_iter().collect()
}

/// Like [`load`], for a caller who can do without those that are damaged.
pub(super) async fn load_each(
    connection: &mut PgConnection,
    ids: &[String],
) -> Result<Vec<Result<Loaded, Fault>>, Fault> {
    let texts: Vec<String> = sqlx::query_scalar(LOAD).bind(ids).fetch_all(connection).await?;
    Ok(texts.iter().map(|text| read(text)).collect())
}

/// Reads what a statement returned of a job.
pub(super) fn read(text: &str) -> Result<Loaded, Fault> {
    let whole: Whole = serde_json::from_str(text).map_err(|source| {
        #[derive(Deserialize)]
        struct Named {
            job: Id,
        }
        #[derive(Deserialize)]
        struct Id {
            job_id: String,
        }
        let named = serde_json::from_str::<Named>(text).map(|named| named.job.job_id);
        Fault::Damaged { job: named.unwrap_or_else(|_| "?".to_owned()), source }
    })?;
    let now = now(whole.now_ms);
    let job_number = whole.job.job_number;
    let updated = whole.tasks.iter().map(|task| task.updated_at_ms).fold(whole.job.updated_at_ms, i64::max);
    let rows = whole.tasks.iter().map(|row| (row.key(), row.clone())).collect();
    let stages = whole.tasks.into_iter().map(StoredTask::into_task).collect();
    let logs = whole.logs.into_iter().map(StoredLine::into_entry).collect();
    Ok(Loaded { job: whole.job.into_job(stages, logs, updated), now, rows, job_number, is_looked_at: false })
}

impl Loaded {
    /// Does to a task what the statement that read this job has done to its row meanwhile: it lent it. False when the
    /// task does not stand here as it did then, because it changed between reading and lending.
    pub(super) fn lend(&mut self, task_id: i64, token: i64, worker: &WorkerId, lease: Duration) -> bool {
        let Some((key, row)) = self.rows.iter_mut().find(|(_, row)| row.task_id == task_id) else {
            return false;
        };
        if row.status != TaskStatus::Ready || row.token + 1 != token {
            return false;
        }
        let Some(task) = self.job.stages.iter_mut().find(|task| task.key == *key) else { return false };
        let now = signed(self.now.wall.0);
        row.status = TaskStatus::Running;
        row.token = token;
        row.attempt += 1;
        row.worker = Some(stored(&worker.0).into_owned());
        row.lease_ms = Some(millis(lease));
        row.lease_until_ms = Some(now.saturating_add(millis(lease)));
        (row.due_ms, row.progress_done, row.progress_total) = (None, None, None);
        row.started_at_ms = Some(now);
        row.updated_at_ms = now;
        self.job.updated_at = self.job.updated_at.max(self.now.wall);
        *task = row.clone().into_task();
        true
    }

    pub(super) fn view(&self) -> JobView {
        JobView { status: self.job.status(&self.now), job: self.job.clone() }
    }

    pub(super) fn into_view(self) -> JobView {
        JobView { status: self.job.status(&self.now), job: self.job }
    }
}

impl StoredJob {
    /// The row of a job; its number and times are the database's to set when it is new.
    pub(super) fn of(job: &Job, job_number: i64) -> Self {
        Self {
            job_id: job.job_id.clone(),
            job_number,
            pipeline: stored(&job.pipeline).into_owned(),
            created_at_ms: signed(job.created_at.0),
            updated_at_ms: signed(job.updated_at.0),
            input: JobInput { file_name: stored(&job.input.file_name).into_owned(), ..job.input.clone() },
            options: job.options.clone(),
            priority: job.priority,
            max_attempts: i64::from(job.max_attempts),
            idempotency_digest: job.idempotency_key.as_deref().map(digest_of_key),
            idempotency_key: text(job.idempotency_key.as_deref()),
            cancelled: job.cancelled,
            output_local_path: text(job.delivery.output_local_path.as_deref()),
            output_hf_url: text(job.delivery.output_hf_url.as_deref()),
            plan: job.plan.clone(),
            token_floor: signed(job.token_floor.0),
        }
    }

    fn into_job(self, stages: Vec<Task>, logs: Vec<LogEntry>, updated_at_ms: i64) -> Job {
        Job {
            job_id: self.job_id,
            pipeline: original(&self.pipeline),
            created_at: Timestamp(unsigned(self.created_at_ms)),
            updated_at: Timestamp(unsigned(updated_at_ms)),
            input: JobInput { file_name: original(&self.input.file_name), ..self.input },
            options: self.options,
            priority: self.priority,
            max_attempts: u32::try_from(self.max_attempts).unwrap_or(u32::MAX),
            idempotency_key: self.idempotency_key.as_deref().map(original),
            cancelled: self.cancelled,
            delivery: Delivery {
                output_local_path: self.output_local_path.as_deref().map(original),
                output_hf_url: self.output_hf_url.as_deref().map(original),
            },
            plan: self.plan,
            stages,
            token_floor: FencingToken(unsigned(self.token_floor)),
            logs,
        }
    }
}

impl StoredTask {
    /// The row of a task.
    pub(super) fn of(task: &Task, job: &Job, job_number: i64) -> Self {
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

    pub(super) fn key(&self) -> TaskKey {
        TaskKey { stage: StageName(original(&self.stage)), segment: self.segment }
    }

    pub(super) fn into_task(self) -> Task {
        let key = self.key();
        let token = FencingToken(unsigned(self.token));
        let lease = self.lease_until_ms.map(|until| Lease {
            worker: WorkerId(self.worker.as_deref().map(original).unwrap_or_default()),
            token,
            expires: reading(until),
            holder: None,
        });
        let progress = self.progress_done.zip(self.progress_total);
        Task {
            key,
            status: self.status,
            attempt: self.attempt,
            token,
            lease,
            due: self.due_ms.map(reading),
            progress: progress.map(|(done, total)| Progress { done: unsigned(done), total: unsigned(total) }),
            output: self.output,
            items: self.items,
            cached: self.cached,
            started_at: self.started_at_ms.map(|ms| Timestamp(unsigned(ms))),
            finished_at: self.finished_at_ms.map(|ms| Timestamp(unsigned(ms))),
            history: self.history.iter().map(|record| with_texts(record, original)).collect(),
        }
    }
}

impl StoredLine {
    fn into_entry(self) -> LogEntry {
        let task = TaskKey { stage: StageName(original(&self.stage)), segment: self.segment };
        let at = Timestamp(unsigned(self.at_ms));
        LogEntry { at, task, level: self.level, message: original(&self.message) }
    }
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
    signed(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX).min(LONGEST_MS))
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
