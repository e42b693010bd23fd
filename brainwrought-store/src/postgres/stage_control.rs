//! [`StageControl`]: what holds a stage back in the whole fleet, and claims that keep to it.

use brainwrought_core::id::StageName;
use brainwrought_core::job_store::ClaimRequest;
use serde::Serialize;
use sqlx::{Connection as _, PgConnection, PgPool};

use super::claim::{Held, LeasedTask, lend};
use super::fault::Fault;
use super::stored_text::{original, stored};

/// What holds a stage back in the whole fleet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StageControl {
    /// The stage.
    pub stage: StageName,
    /// True while none of its tasks are lent; those that run go on.
    pub paused: bool,
    /// How many of its tasks may run at once, in all processes together; `None` means any number.
    pub max_running: Option<u32>,
    /// How many of its tasks run now.
    pub running: u64,
}

/// What changes about a stage.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    Pause(bool),
    Limit(Option<u32>),
}

/// Lists the stages that are held back, by name.
pub(super) async fn list(pool: &PgPool) -> Result<Vec<StageControl>, Fault> {
    let rows: Vec<(String, bool, Option<i32>, i64)> = sqlx::query_as(
        "select c.stage, c.paused, c.max_running,
            (select count(*) from brainwrought.tasks t where t.stage = c.stage and t.status = 'RUNNING')
         from brainwrought.stage_controls c order by c.stage",
    )
    .fetch_all(pool)
    .await?;
    let control = |(stage, paused, most, running): (String, bool, Option<i32>, i64)| StageControl {
        stage: StageName(original(&stage)),
        paused,
        max_running: most.and_then(|most| u32::try_from(most).ok()),
        running: running.unsigned_abs(),
    };
    Ok(rows.into_iter().map(control).collect())
}

/// Changes what holds a stage back.
pub(super) async fn set(pool: &PgPool, stage: &StageName, change: Change) -> Result<(), Fault> {
    let name = stored(&stage.0).into_owned();
    let mut transaction = pool.begin().await?;
    match change {
        Change::Pause(paused) => {
            sqlx::query(
                "insert into brainwrought.stage_controls (stage, paused) values ($1, $2)
                 on conflict (stage) do update set paused = $2, changed_at_ms = brainwrought.now_ms()",
            )
            .bind(&name)
            .bind(paused)
            .execute(&mut *transaction)
            .await?;
        }
        Change::Limit(most) => {
            let most = most.map(|most| i32::try_from(most.max(1)).unwrap_or(i32::MAX));
            sqlx::query(
                "insert into brainwrought.stage_controls (stage, max_running) values ($1, $2)
                 on conflict (stage) do update set max_running = $2, changed_at_ms = brainwrought.now_ms()",
            )
            .bind(&name)
            .bind(most)
            .execute(&mut *transaction)
            .await?;
        }
    }
    sqlx::query("delete from brainwrought.stage_controls where not paused and max_running is null")
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// True when some stage has a limit.
pub(super) async fn any_limit(pool: &PgPool) -> Result<bool, Fault> {
    Ok(sqlx::query_scalar(
        "select exists (select from brainwrought.stage_controls where max_running is not null)",
    )
    .fetch_one(pool)
    .await?)
}

/// Lends tasks one by one, in the order of the queue, and never more of a stage than its limit allows.
///
/// The rows of the limits are locked for as long as it takes, so the count that it starts from only falls.
pub(super) async fn claim_limited(
    connection: &mut PgConnection,
    request: &ClaimRequest,
) -> Result<Vec<LeasedTask>, Fault> {
    let mut transaction = connection.begin().await?;
    let limits: Vec<(String, i32)> = sqlx::query_as(
        "select stage, max_running from brainwrought.stage_controls
         where max_running is not null order by stage for update",
    )
    .fetch_all(&mut *transaction)
    .await?;
    let names: Vec<String> = limits.iter().map(|(stage, _)| stage.clone()).collect();
    let counts: Vec<(String, i64)> = sqlx::query_as(
        "select stage, count(*) from brainwrought.tasks
         where status = 'RUNNING' and stage = any($1) group by stage",
    )
    .bind(&names)
    .fetch_all(&mut *transaction)
    .await?;
    let running = |stage: &str| counts.iter().find(|(name, _)| name == stage).map_or(0, |(_, n)| *n);
    let mut free: Vec<(String, i64)> = limits
        .into_iter()
        .map(|(stage, most)| (i64::from(most) - running(&stage), stage))
        .map(|(n, s)| (s, n))
        .collect();
    let mut claimed = Vec::new();
    while claimed.len() < request.limit {
        let full: Vec<String> =
            free.iter().filter(|(_, left)| *left <= 0).map(|(stage, _)| stage.clone()).collect();
        let lent = lend(&mut transaction, request, 1, Held::Full(&full), None).await?;
        let Some(lent) = lent.into_iter().next() else { break };
        // Without its job nobody can say which stage it counts for.
        let stage = lent.found.as_ref().map(|found| found.claim.id.key.stage.clone());
        claimed.push(lent);
        let Some(stage) = stage else { break };
        let stage = stored(&stage.0);
        if let Some((_, left)) = free.iter_mut().find(|(name, _)| *name == stage) {
            *left -= 1;
        }
    }
    transaction.commit().await?;
    Ok(claimed)
}
