//! What a worker says of an attempt, as single guarded statements where the state machine allows it.
//!
//! A task that is RUNNING, and no other, has a lease; the state machine sees to that. The statements ask for the lease, because for
//! the status the planner takes the index of running tasks, where every task that was done since the last vacuum still
//! stands, instead of the key of the one task.

use std::collections::HashMap;
use std::time::Duration;

use brainwrought_core::clock::Timestamp;
use brainwrought_core::event::LogLevel;
use brainwrought_core::id::{Digest, FencingToken, TaskId};
use brainwrought_core::job::{Job, Outcome, Renewal, Task, TaskStatus};
use brainwrought_core::job_store::{JobStoreError, TaskReport};
use sqlx::{PgConnection, PgPool};

use super::fault::{Fault, lost};
use super::record::{self, millis, segment_key, signed, unsigned};
use super::stored_text::stored;

/// No statement ends more attempts.
pub(super) const MAX_BATCH: usize = 500;

/// What became of an outcome.
pub(super) type CommitResult = Result<Task, JobStoreError>;

/// An attempt that went well and that no other stage fans out over.
#[derive(Debug, Clone)]
pub(super) struct Success {
    pub(super) task: TaskId,
    pub(super) token: FencingToken,
    pub(super) output: Digest,
    pub(super) cached: bool,
}

impl Success {
    /// The success that an outcome is, if it is one that a single statement can write.
    pub(super) fn new(task: &TaskId, token: FencingToken, outcome: &Outcome) -> Option<Self> {
        let Outcome::Done { output, items: None, cached } = outcome else { return None };
        Some(Self { task: task.clone(), token, output: output.clone(), cached: *cached })
    }

    /// The task as it was stored.
    fn ended(&self, (attempt, started_at_ms, finished_at_ms, history): Ending) -> CommitResult {
        let damaged = |error: serde_json::Error| JobStoreError::Damaged {
            job: self.task.job.as_str().to_owned(),
            source: Box::new(error),
        };
        let time = |ms| Timestamp(unsigned(ms));
        Ok(Task {
            key: self.task.key.clone(),
            status: TaskStatus::Done,
            attempt: u32::try_from(attempt).unwrap_or(u32::MAX),
            token: self.token,
            lease: None,
            due: None,
            passed_over: None,
            progress: None,
            output: Some(self.output.clone()),
            items: None,
            cached: self.cached,
            started_at: started_at_ms.map(time),
            finished_at: finished_at_ms.map(time),
            history: record::history(&history).map_err(damaged)?,
        })
    }
}

/// Ends attempts, each guarded by its own token. One that is refused spoils no other.
pub(super) async fn commit_all(
    connection: &mut PgConnection,
    all: &[Success],
) -> Result<Vec<CommitResult>, Fault> {
    let mut written = if all.len() > 1 { commit_free(connection, all).await? } else { HashMap::new() };
    let mut results = Vec::with_capacity(all.len());
    for (place, success) in all.iter().enumerate() {
        // Those that were not written are taken one by one: each waits for whoever has its row, and hears the reason.
        results.push(match written.remove(&place) {
            Some(ended) => ended,
            None => match commit_one(connection, success).await {
                Ok(task) => Ok(task),
                Err(Fault::Store(refused)) => Err(refused),
                Err(fault) => return Err(fault),
            },
        });
    }
    Ok(results)
}

/// What a commit leaves as it was, and when it was: the attempt, its start, its end and those that failed before.
type Ending = (i64, Option<i64>, Option<i64>, String);

/// An [`Ending`] after its place in a list.
type PlacedEnding = (i64, i64, Option<i64>, Option<i64>, String);

/// The new row of a task `t` that went well.
macro_rules! done {
    ($output:literal, $cached:literal) => {
        concat!(
            "update brainwrought.tasks t set status = 'DONE', worker = null, lease_until_ms = null, lease_ms = null,
                progress_done = null, progress_total = null, items = null, output = ",
            $output,
            ", cached = ",
            $cached,
            ", finished_at_ms = brainwrought.now_ms(), updated_at_ms = brainwrought.now_ms(), needs_look = true "
        )
    };
}

/// One statement for one attempt.
async fn commit_one(connection: &mut PgConnection, success: &Success) -> Result<Task, Fault> {
    let Success { task, token, output, cached } = success;
    let row: Option<Ending> = sqlx::query_as(concat!(
        done!("$5", "$6"),
        "where t.job_id = $1 and t.stage = $2 and coalesce(t.segment, -1) = $3
            and t.lease_until_ms is not null and t.token = $4
         returning t.attempt, t.started_at_ms, t.finished_at_ms, t.history::text"
    ))
    .bind(task.job.as_str())
    .bind(stored(&task.key.stage.0))
    .bind(segment_key(&task.key))
    .bind(signed(token.0))
    .bind(output.as_str())
    .bind(cached)
    .fetch_optional(&mut *connection)
    .await?;
    match row {
        Some(row) => Ok(success.ended(row)?),
        None => Err(lost(connection, task, *token).await?),
    }
}

/// One statement for those whose rows nobody else is writing to, each by its place in the list. It waits for no one, so it
/// cannot be stuck with another.
async fn commit_free(
    connection: &mut PgConnection,
    all: &[Success],
) -> Result<HashMap<usize, CommitResult>, Fault> {
    let text = |text: fn(&Success) -> String| all.iter().map(text).collect::<Vec<_>>();
    let rows: Vec<PlacedEnding> = sqlx::query_as(concat!(
        "with free as materialized (
            select t.task_id, n.output, n.cached, n.place
            from unnest($1::text[], $2::text[], $3::int[], $4::bigint[], $5::text[], $6::boolean[])
                with ordinality n (job_id, stage, segment, token, output, cached, place)
                join brainwrought.tasks t
                on t.job_id = n.job_id and t.stage = n.stage and coalesce(t.segment, -1) = n.segment
            where t.lease_until_ms is not null and t.token = n.token
            for update of t skip locked) ",
        done!("free.output", "free.cached"),
        "from free where t.task_id = free.task_id
         returning free.place, t.attempt, t.started_at_ms, t.finished_at_ms, t.history::text"
    ))
    .bind(text(|one| one.task.job.as_str().to_owned()))
    .bind(text(|one| stored(&one.task.key.stage.0).into_owned()))
    .bind(all.iter().map(|one| segment_key(&one.task.key)).collect::<Vec<_>>())
    .bind(all.iter().map(|one| signed(one.token.0)).collect::<Vec<_>>())
    .bind(text(|one| one.output.as_str().to_owned()))
    .bind(all.iter().map(|one| one.cached).collect::<Vec<_>>())
    .fetch_all(connection)
    .await?;
    let mut written = HashMap::with_capacity(rows.len());
    for (place, attempt, started, finished, history) in rows {
        let place = usize::try_from(place - 1).unwrap_or(usize::MAX);
        let Some(one) = all.get(place) else { continue };
        written.insert(place, one.ended((attempt, started, finished, history)));
    }
    Ok(written)
}

pub(super) async fn renew(
    pool: &PgPool,
    task: &TaskId,
    token: FencingToken,
    lease: Duration,
) -> Result<Renewal, Fault> {
    let renewed = sqlx::query(
        "with clock as materialized (select brainwrought.now_ms() as ms)
         update brainwrought.tasks t
         set lease_until_ms = clock.ms + $5, lease_ms = $5, updated_at_ms = clock.ms
         from clock
         where t.job_id = $1 and t.stage = $2 and coalesce(t.segment, -1) = $3
            and t.lease_until_ms is not null and t.token = $4",
    )
    .bind(task.job.as_str())
    .bind(stored(&task.key.stage.0).into_owned())
    .bind(segment_key(&task.key))
    .bind(signed(token.0))
    .bind(millis(lease))
    .execute(pool)
    .await?;
    if renewed.rows_affected() > 0 {
        return Ok(Renewal::Renewed);
    }
    let cancelled: Option<bool> =
        sqlx::query_scalar("select cancelled from brainwrought.jobs where job_id = $1")
            .bind(task.job.as_str())
            .fetch_optional(pool)
            .await?;
    match cancelled {
        None => Err(Fault::not_found(&task.job)),
        Some(true) => Ok(Renewal::Cancelled),
        Some(false) => Ok(Renewal::Lost),
    }
}

pub(super) async fn append(
    pool: &PgPool,
    task: &TaskId,
    token: FencingToken,
    report: TaskReport,
) -> Result<(), Fault> {
    let mut transaction = pool.begin().await?;
    let (job, stage) = (task.job.as_str(), stored(&task.key.stage.0).into_owned());
    let at: Option<i64> = sqlx::query_scalar(
        "with clock as materialized (select brainwrought.now_ms() as ms)
         update brainwrought.tasks t set progress_done = coalesce($5, progress_done),
            progress_total = coalesce($6, progress_total), updated_at_ms = clock.ms
         from clock
         where t.job_id = $1 and t.stage = $2 and coalesce(t.segment, -1) = $3
            and t.lease_until_ms is not null and t.token = $4
         returning clock.ms",
    )
    .bind(job)
    .bind(&stage)
    .bind(segment_key(&task.key))
    .bind(signed(token.0))
    .bind(report.progress.map(|progress| signed(progress.done)))
    .bind(report.progress.map(|progress| signed(progress.total)))
    .fetch_optional(&mut *transaction)
    .await?;
    let Some(at) = at else {
        transaction.rollback().await?;
        return Err(lost(pool, task, token).await?);
    };
    if !report.logs.is_empty() {
        let (levels, lines): (Vec<&str>, Vec<String>) =
            report.logs.iter().map(|(level, line)| (level_name(*level), stored(line).into_owned())).unzip();
        sqlx::query(
            "insert into brainwrought.job_logs (job_id, at_ms, stage, segment, level, message)
             select $1, $2, $3, $4, level, message
             from unnest($5::text[], $6::text[]) with ordinality l (level, message, place) order by place",
        )
        .bind(job)
        .bind(at)
        .bind(&stage)
        .bind(task.key.segment.map(|_| segment_key(&task.key)))
        .bind(&levels)
        .bind(&lines)
        .execute(&mut *transaction)
        .await?;
        sqlx::query(
            "delete from brainwrought.job_logs where job_id = $1 and line <= (
                select line from brainwrought.job_logs where job_id = $1
                order by line desc offset $2 limit 1)",
        )
        .bind(job)
        .bind(Job::MAX_LOGS as i64)
        .execute(&mut *transaction)
        .await?;
    }
    transaction.commit().await?;
    Ok(())
}

fn level_name(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Info => "info",
        LogLevel::Warn => "warn",
        LogLevel::Error => "error",
    }
}
