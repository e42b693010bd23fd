//! [`Loaded`]: a job as it is stored, read in one statement, so that all of it was true at one moment.

use std::collections::HashMap;
use std::time::Duration;

use brainwrought_core::clock::{Now, Timestamp};
use brainwrought_core::event::LogLevel;
use brainwrought_core::id::{FencingToken, StageName, TaskKey, WorkerId};
use brainwrought_core::job::{Job, JobInput, Lease, LogEntry, NewJob, Progress, Task, TaskStatus};
use brainwrought_core::job_store::JobView;
use serde::Deserialize;
use serde::de::value::{Error as NotAName, StrDeserializer};
use sqlx::error::BoxDynError;
use sqlx::postgres::types::PgRecordDecoder;
use sqlx::postgres::{PgRow, PgTypeInfo, PgValueRef};
use sqlx::{Decode, PgConnection, Postgres, Row as _, Type};

use super::fault::Fault;
use super::ledger;
use super::record::{history, millis, now, reading, signed, unsigned};
use super::stored_text::original;

/// The columns of a job `j` and what belongs to it, for [`read`]. Rows of numbers and texts, because building JSON takes the
/// database longer than finding what goes into it.
macro_rules! whole_job {
    () => {
        "j.job_id, j.job_number, j.pipeline, j.created_at_ms, j.updated_at_ms, j.input, j.options, j.priority,
            j.max_attempts, j.idempotency_key, j.cancelled, j.plan, j.token_floor,
            j.max_cost_micros, j.versions, j.callback,
            array(select row(t.task_id, t.stage, t.stage_place, t.segment, t.status, t.attempt, t.token, t.worker,
                    t.lease_until_ms, t.lease_ms, t.due_ms, t.passed_over, t.progress_done, t.progress_total, t.output, t.items, t.cached,
                    t.started_at_ms, t.finished_at_ms, t.updated_at_ms, t.history::text, t.needs_look)
                from brainwrought.tasks t where t.job_id = j.job_id),
            array(select row(l.line, l.at_ms, l.stage, l.segment, l.level, l.message)
                from brainwrought.job_logs l where l.job_id = j.job_id),
            array(select row(g.stage, g.provider, g.settled_micros, g.set_aside_micros, g.calls)
                from brainwrought.ledger g where g.job_id = j.job_id),
            brainwrought.now_ms()"
    };
}
pub(super) use whole_job;

const LOAD: &str = concat!(
    "select ",
    whole_job!(),
    " from brainwrought.jobs j where j.job_id = any($1) order by j.job_number"
);

/// A job as it was read, with what only its rows tell.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) job: Job,
    pub(super) now: Now,
    pub(super) rows: HashMap<TaskKey, TaskRow>,
    pub(super) job_number: i64,
    /// Set by an orchestrator that has looked at everything that waits here.
    pub(super) is_looked_at: bool,
}

/// What the row of a task tells beside the task.
#[derive(Debug, Clone, Copy)]
pub(super) struct TaskRow {
    pub(super) task_id: i64,
    pub(super) stage_place: i32,
    pub(super) segment: Option<u32>,
    pub(super) status: TaskStatus,
    pub(super) token: i64,
    pub(super) lease_until_ms: Option<i64>,
    pub(super) lease_ms: Option<i64>,
    pub(super) needs_look: bool,
    updated_at_ms: i64,
}

/// A task as [`whole_job`] selects it.
#[derive(Debug)]
struct ReadTask {
    row: TaskRow,
    task: Task,
}

/// A line of a log as [`whole_job`] selects it: its number, time, stage, segment, level and text.
type ReadLine = (i64, i64, String, Option<i32>, String, String);

/// Reads jobs, the oldest first; those that are not there are left out.
pub(super) async fn load(connection: &mut PgConnection, ids: &[String]) -> Result<Vec<Loaded>, Fault> {
    load_each(connection, ids).await?.into_iter().collect()
}

/// Like [`load`], for a caller who can do without those that are damaged.
pub(super) async fn load_each(
    connection: &mut PgConnection,
    ids: &[String],
) -> Result<Vec<Result<Loaded, Fault>>, Fault> {
    let rows = sqlx::query(LOAD).bind(ids).fetch_all(connection).await?;
    Ok(rows.iter().map(|row| read(row, 0)).collect())
}

/// Reads a job from the columns of [`whole_job`], of which the first stands at `first`.
pub(super) fn read(row: &PgRow, first: usize) -> Result<Loaded, Fault> {
    let job: String = row.try_get(first)?;
    decode(row, first).map_err(|source| Fault::Damaged { job, source })
}

fn decode(row: &PgRow, first: usize) -> Result<Loaded, BoxDynError> {
    let mut next = first..;
    let mut place = || next.next().unwrap_or(usize::MAX);
    let text = |place| row.try_get::<&str, _>(place);
    let maybe_text = |place| row.try_get::<Option<&str>, _>(place).map(|text| text.map(original));
    let number = |place| row.try_get::<i64, _>(place);
    // The database sends JSON as its text.
    let json = |place| row.try_get_unchecked::<&str, _>(place);
    let job_id = text(place())?.parse()?;
    let job_number = number(place())?;
    let pipeline = original(text(place())?);
    let (created_at, updated_at) = (time(number(place())?), time(number(place())?));
    let input = serde_json::from_str::<JobInput>(json(place())?)?.with_texts(&original);
    let options = serde_json::from_str(json(place())?)?;
    let priority = row.try_get(place())?;
    let max_attempts = u32::try_from(number(place())?).unwrap_or(u32::MAX);
    let key = maybe_text(place())?;
    let cancelled = row.try_get(place())?;
    let plan = serde_json::from_str(json(place())?)?;
    let new = NewJob::new(pipeline, plan, input)
        .with_options(options)
        .with_priority(priority)
        .with_max_attempts(max_attempts)
        .with_idempotency_key(key);
    let mut job = Job::without_tasks(job_id, new, created_at);
    job.updated_at = updated_at;
    job.cancelled = cancelled;
    job.token_floor = FencingToken(unsigned(number(place())?));
    let max_cost: Option<i64> = row.try_get(place())?;
    if let Some(versions) = row.try_get_unchecked::<Option<&str>, _>(place())? {
        job.versions = serde_json::from_str(versions)?;
    }
    let callback: Option<&str> = row.try_get_unchecked(place())?;
    job.callback = callback.map(serde_json::from_str).transpose()?;
    let mut tasks: Vec<ReadTask> = row.try_get(place())?;
    let mut lines: Vec<ReadLine> = row.try_get(place())?;
    job.ledger = ledger::read(max_cost, row.try_get(place())?);
    let now = now(number(place())?);
    tasks.sort_unstable_by_key(|one| (one.row.stage_place, one.row.segment));
    lines.sort_unstable_by_key(|line| line.0);
    let mut rows = HashMap::with_capacity(tasks.len());
    job.stages.reserve_exact(tasks.len());
    for ReadTask { row, task } in tasks {
        job.updated_at = job.updated_at.max(time(row.updated_at_ms));
        rows.insert(task.key.clone(), row);
        job.stages.push(task);
    }
    job.logs = lines.into_iter().map(line).collect::<Result<_, _>>()?;
    Ok(Loaded { job, now, rows, job_number, is_looked_at: false })
}

impl Loaded {
    /// Does to a task what the statement that read this job has done to its row meanwhile: it lent it. False when the
    /// task is not here as it was then, because it changed between reading and lending.
    pub(super) fn lend(&mut self, task_id: i64, token: i64, worker: &WorkerId, lease: Duration) -> bool {
        let Some((key, row)) = self.rows.iter_mut().find(|(_, row)| row.task_id == task_id) else {
            return false;
        };
        if row.status != TaskStatus::Ready || row.token + 1 != token {
            return false;
        }
        let Some(task) = self.job.stages.iter_mut().find(|task| task.key == *key) else { return false };
        let now = signed(self.now.wall.0);
        let until = now.saturating_add(millis(lease));
        row.status = TaskStatus::Running;
        row.token = token;
        (row.lease_until_ms, row.lease_ms) = (Some(until), Some(millis(lease)));
        row.updated_at_ms = now;
        task.status = TaskStatus::Running;
        task.token = FencingToken(unsigned(token));
        task.attempt = task.attempt.saturating_add(1);
        task.lease = Some(self::lease(worker.clone(), task.token, until));
        (task.due, task.passed_over, task.progress) = (None, None, None);
        task.started_at = Some(self.now.wall);
        self.job.updated_at = self.job.updated_at.max(self.now.wall);
        true
    }

    pub(super) fn view(&self) -> JobView {
        JobView { status: self.job.status(&self.now), job: self.job.clone() }
    }

    pub(super) fn into_view(self) -> JobView {
        JobView { status: self.job.status(&self.now), job: self.job }
    }
}

impl Type<Postgres> for ReadTask {
    fn type_info() -> PgTypeInfo {
        <(i64,) as Type<Postgres>>::type_info()
    }
}

impl sqlx::postgres::PgHasArrayType for ReadTask {
    fn array_type_info() -> PgTypeInfo {
        <(i64,) as sqlx::postgres::PgHasArrayType>::array_type_info()
    }
}

impl<'r> Decode<'r, Postgres> for ReadTask {
    fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
        let mut columns = PgRecordDecoder::new(value)?;
        let task_id = columns.try_decode()?;
        let stage = StageName(original(&columns.try_decode::<String>()?));
        let stage_place = columns.try_decode()?;
        let segment = columns.try_decode::<Option<i32>>()?.map(|segment| segment.unsigned_abs());
        let status: TaskStatus = named(&columns.try_decode::<String>()?)?;
        let attempt = u32::try_from(columns.try_decode::<i64>()?)?;
        let token = columns.try_decode()?;
        let worker: Option<String> = columns.try_decode()?;
        let mut number = || columns.try_decode::<Option<i64>>();
        let (lease_until_ms, lease_ms, due_ms) = (number()?, number()?, number()?);
        let passed_over: Option<String> = columns.try_decode()?;
        let mut number = || columns.try_decode::<Option<i64>>();
        let progress = number()?.zip(number()?);
        let output: Option<String> = columns.try_decode()?;
        let items = columns.try_decode::<Option<i64>>()?.map(u32::try_from).transpose()?;
        let cached = columns.try_decode()?;
        let mut number = || columns.try_decode::<Option<i64>>();
        let (started_at_ms, finished_at_ms) = (number()?, number()?);
        let updated_at_ms = columns.try_decode()?;
        let history = history(&columns.try_decode::<String>()?)?;
        let needs_look = columns.try_decode()?;
        let lender = |until| {
            let worker = WorkerId(worker.as_deref().map(original).unwrap_or_default());
            lease(worker, FencingToken(unsigned(token)), until)
        };
        let task = Task {
            key: TaskKey { stage, segment },
            status,
            attempt,
            token: FencingToken(unsigned(token)),
            lease: lease_until_ms.map(lender),
            due: due_ms.map(reading),
            passed_over: passed_over.as_deref().map(original),
            progress: progress.map(|(done, total)| Progress { done: unsigned(done), total: unsigned(total) }),
            output: output.as_deref().map(str::parse).transpose()?,
            items,
            cached,
            started_at: started_at_ms.map(time),
            finished_at: finished_at_ms.map(time),
            history,
        };
        let row = TaskRow {
            task_id,
            stage_place,
            segment,
            status,
            token,
            lease_until_ms,
            lease_ms,
            needs_look,
            updated_at_ms,
        };
        Ok(Self { row, task })
    }
}

fn lease(worker: WorkerId, token: FencingToken, until_ms: i64) -> Lease {
    Lease { worker, token, expires: reading(until_ms), holder: None }
}

fn line((_, at_ms, stage, segment, level, message): ReadLine) -> Result<LogEntry, NotAName> {
    let segment = segment.map(i32::unsigned_abs);
    let task = TaskKey { stage: StageName(original(&stage)), segment };
    Ok(LogEntry { at: time(at_ms), task, level: named::<LogLevel>(&level)?, message: original(&message) })
}

/// Finds what a name stands for.
fn named<'a, T: Deserialize<'a>>(name: &'a str) -> Result<T, NotAName> {
    T::deserialize(StrDeserializer::new(name))
}

fn time(ms: i64) -> Timestamp {
    Timestamp(unsigned(ms))
}
