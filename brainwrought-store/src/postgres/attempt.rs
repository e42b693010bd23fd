//! What a worker says of an attempt, as single guarded statements where the state machine allows it.
//!
//! A task that is RUNNING, and no other, has a lease; the table sees to that. The statements ask for the lease, because for
//! the status the planner takes the index of running tasks, where every task that was done since the last vacuum still
//! stands, instead of the key of the one task.

use std::time::Duration;

use brainwrought_core::event::LogLevel;
use brainwrought_core::id::{Digest, FencingToken, TaskId};
use brainwrought_core::job::{Job, Renewal, Task};
use brainwrought_core::job_store::TaskReport;
use sqlx::PgPool;

use super::change::lost;
use super::database::Fault;
use super::record::{StoredTask, millis, segment_key, signed};
use super::stored_text::stored;

/// Ends an attempt that went well and that no other stage fans out over: one statement.
pub(super) async fn commit_done(
    pool: &PgPool,
    task: &TaskId,
    token: FencingToken,
    output: &Digest,
    cached: bool,
) -> Result<Task, Fault> {
    let row: Option<String> = sqlx::query_scalar(
        "with clock as materialized (select brainwrought.now_ms() as ms),
        done as (
            update brainwrought.tasks t set status = 'DONE', worker = null, lease_until_ms = null,
                lease_ms = null, progress_done = null, progress_total = null, output = $5, cached = $6,
                items = null, finished_at_ms = clock.ms, updated_at_ms = clock.ms, needs_look = true
            from clock
            where t.job_id = $1 and t.stage = $2 and coalesce(t.segment, -1) = $3
                and t.lease_until_ms is not null and t.token = $4
            returning t.*)
        select row_to_json(done)::text from done",
    )
    .bind(task.job.as_str())
    .bind(stored(&task.key.stage.0).into_owned())
    .bind(segment_key(&task.key))
    .bind(signed(token.0))
    .bind(output.as_str())
    .bind(cached)
    .fetch_optional(pool)
    .await?;
    let Some(row) = row else { return Err(lost(pool, task, token).await?) };
    let row: StoredTask = serde_json::from_str(&row)
        .map_err(|source| Fault::Damaged { job: task.job.as_str().to_owned(), source })?;
    Ok(row.into_task())
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
