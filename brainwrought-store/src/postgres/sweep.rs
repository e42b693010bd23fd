//! The passes of the orchestrator and of recovery: many jobs, in batches, beside others that do the same.

use brainwrought_core::id::{TaskId, TaskKey};
use sqlx::Postgres;
use sqlx::postgres::PgArguments;
use sqlx::query::QueryAs;

use super::change::{Busy, Touches, change};
use super::database::Database;
use super::fault::Fault;
use super::record::{self, reading};
use super::whole_job::Loaded;

/// How many jobs are changed in one transaction; the statements below say the same number.
const BATCH: usize = 50;

/// Jobs with something that the orchestrator has not seen.
const UNSEEN: &str = "select job_number, min(job_id) from brainwrought.tasks
    where needs_look and job_number > $1
    group by job_number order by job_number limit 50";

/// Jobs with a lease that has run out. After the server, or this process's way to it, was down, and after the server's
/// clock was set forward, every lease gets its whole length again: its worker could not renew it.
const LAPSED: &str = "select job_number, min(job_id) from brainwrought.tasks
    where status = 'RUNNING' and job_number > $1 and lease_until_ms <= $2 and $3 + lease_ms <= $2
    group by job_number order by job_number limit 50";

/// A lease that would end later than its whole length from now was given before the server's clock was set back. Its
/// worker renews it in time if it lives.
const LEASES_SET_BACK: &str = "update brainwrought.tasks set lease_until_ms = $1 + lease_ms
    where status = 'RUNNING' and lease_until_ms > $1 + lease_ms + 1000";

/// A rest that was granted in what is now the future gets its whole length from now.
const RESTS_SET_BACK: &str = "update brainwrought.tasks
    set due_ms = $1 + greatest(due_ms - updated_at_ms, 0), updated_at_ms = $1
    where status = 'READY' and due_ms > $1 and updated_at_ms > $1 + 1000";

/// The statement that finds the next jobs of a round.
type Find = QueryAs<'static, Postgres, (i64, String), PgArguments>;

/// Moves what can be moved in the jobs that changed since the last look.
pub(super) async fn advance(database: &Database) -> Result<Vec<TaskId>, Fault> {
    let unseen = |after| sqlx::query_as(UNSEEN).bind(after);
    sweep(database, unseen, Touches::Waiting, |loaded| {
        loaded.is_looked_at = true;
        loaded.job.advance(&loaded.now)
    })
    .await
}

/// Takes back the leases that have run out.
pub(super) async fn recover(database: &Database) -> Result<Vec<TaskId>, Fault> {
    let round = database.look().await?;
    for set_back in [LEASES_SET_BACK, RESTS_SET_BACK] {
        sqlx::query(set_back).bind(round.now_ms).execute(database.pool()).await?;
    }
    let lapsed = |after| sqlx::query_as(LAPSED).bind(after).bind(round.now_ms).bind(round.renewable_since_ms);
    sweep(database, lapsed, Touches::Running, |loaded| {
        for task in &mut loaded.job.stages {
            let length = loaded.rows.get(&task.key).and_then(|row| row.lease_ms);
            if let (Some(lease), Some(length)) = (&mut task.lease, length) {
                let granted_anew = reading(round.renewable_since_ms.saturating_add(length));
                lease.expires.ms = lease.expires.ms.max(granted_anew.ms);
            }
        }
        // As of the look: if the clock is set forward after it, the next one will know.
        let (now, looked) = (loaded.now.clone(), record::now(round.now_ms));
        let moved = loaded.job.recover(|lease| lease.is_expired(&looked), &now);
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
    find: impl Fn(i64) -> Find,
    touches: Touches<'_>,
    transition: impl Fn(&mut Loaded) -> Vec<TaskKey>,
) -> Result<Vec<TaskId>, Fault> {
    let pool = database.pool();
    let (mut moved, mut after) = (Vec::new(), 0_i64);
    loop {
        let found: Vec<(i64, String)> = find(after).fetch_all(pool).await?;
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
