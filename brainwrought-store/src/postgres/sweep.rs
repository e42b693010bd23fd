//! The rounds of the orchestrator and of recovery: many jobs, in batches, beside others that do the same.

use brainwrought_core::id::{TaskId, TaskKey};

use super::change::{Busy, Touches, change};
use super::database::{Database, Fault};
use super::record::{Loaded, reading};

/// How many jobs are changed in one transaction; the statements below say the same number.
const BATCH: usize = 50;

/// Jobs with something that the orchestrator has not seen.
const UNSEEN: &str = "select job_number, min(job_id) from brainwrought.tasks
    where needs_look and job_number > $1 and $2::bigint is not null
    group by job_number order by job_number limit 50";

/// Jobs with a lease that has run out. After the server, or this process's way to it, was down, every lease gets its
/// whole length again: its worker could not renew it.
const LAPSED: &str = "select job_number, min(job_id) from brainwrought.tasks
    where status = 'RUNNING' and job_number > $1 and lease_until_ms <= brainwrought.now_ms()
        and greatest(brainwrought.up_since_ms(), $2) + lease_ms <= brainwrought.now_ms()
    group by job_number order by job_number limit 50";

/// A lease that would end later than its whole length from now was given before the server's clock was set back. Its
/// worker renews it in time if it lives.
const SET_BACK: &str = "with clock as materialized (select brainwrought.now_ms() as ms)
    update brainwrought.tasks t set lease_until_ms = clock.ms + lease_ms from clock
    where t.status = 'RUNNING' and t.lease_until_ms > clock.ms + t.lease_ms + 1000";

/// Moves what can be moved in the jobs that changed since the last look.
pub(super) async fn advance(database: &Database) -> Result<Vec<TaskId>, Fault> {
    sweep(database, UNSEEN, 0, Touches::Waiting, |loaded| {
        loaded.is_looked_at = true;
        loaded.job.advance(&loaded.now)
    })
    .await
}

/// Takes back the leases that have run out.
pub(super) async fn recover(database: &Database) -> Result<Vec<TaskId>, Fault> {
    let since = database.reachable_since().await?;
    sqlx::query(SET_BACK).execute(database.pool()).await?;
    let up: i64 = sqlx::query_scalar("select greatest(brainwrought.up_since_ms(), $1)")
        .bind(since)
        .fetch_one(database.pool())
        .await?;
    sweep(database, LAPSED, up, Touches::Running, |loaded| {
        for task in &mut loaded.job.stages {
            let length = loaded.rows.get(&task.key).and_then(|row| row.lease_ms);
            if let (Some(lease), Some(length)) = (&mut task.lease, length) {
                let granted_anew = reading(up.saturating_add(length));
                lease.expires.ms = lease.expires.ms.max(granted_anew.ms);
            }
        }
        let now = loaded.now.clone();
        let moved = loaded.job.recover(|lease| lease.is_expired(&now), &now);
        // What was put off for this decision is not stored.
        for task in &mut loaded.job.stages {
            let stored = loaded.rows.get(&task.key).and_then(|row| row.lease_until_ms);
            if let (Some(lease), Some(stored)) = (&mut task.lease, stored) {
                lease.expires = reading(stored);
            }
        }
        moved
    })
    .await
}

async fn sweep(
    database: &Database,
    find: &'static str,
    since: i64,
    touches: Touches<'_>,
    transition: impl Fn(&mut Loaded) -> Vec<TaskKey>,
) -> Result<Vec<TaskId>, Fault> {
    let pool = database.pool();
    let (mut moved, mut after) = (Vec::new(), 0_i64);
    loop {
        let found: Vec<(i64, String)> = sqlx::query_as(find).bind(after).bind(since).fetch_all(pool).await?;
        let Some((last, _)) = found.last() else { return Ok(moved) };
        after = *last;
        let is_last = found.len() < BATCH;
        let ids: Vec<String> = found.into_iter().map(|(_, id)| id).collect();
        // Whoever holds a job that is skipped is doing the same with it.
        let changed = change(pool, &ids, Busy::Skip, touches, |loaded| {
            let job = loaded.job.job_id.clone();
            Ok(transition(loaded).into_iter().map(|key| TaskId { job: job.clone(), key }).collect::<Vec<_>>())
        })
        .await?;
        moved.extend(changed.into_iter().flatten());
        if is_last {
            return Ok(moved);
        }
    }
}
