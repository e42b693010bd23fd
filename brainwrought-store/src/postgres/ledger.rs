//! What an attempt spends: two short transactions that lock the job's limit, the task's token and one line of the ledger.
//!
//! Claims, renewals and commits of other tasks never wait for these: they do not lock the row of the job.

use brainwrought_core::budget::{Charge, Cost};
use brainwrought_core::id::{FencingToken, StageName, TaskId};
use brainwrought_core::job::{Ledger, LedgerEntry};
use brainwrought_core::job_store::JobStoreError;
use sqlx::{PgConnection, PgPool};

use super::fault::{Fault, TRIES, lost};
use super::record::{segment_key, signed, unsigned};
use super::stored_text::{original, stored};

/// A line of the ledger as it is selected: stage, provider, settled, set aside, calls.
pub(super) type ReadEntry = (String, String, i64, i64, i64);

/// Something that an attempt does with the money of its job.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spending<'a> {
    pub(super) task: &'a TaskId,
    pub(super) token: FencingToken,
    pub(super) charge: &'a Charge,
    /// What a call did cost; `None` to set money aside for one.
    pub(super) settled: Option<Cost>,
}

impl Spending<'_> {
    /// Does it in one transaction, again when that certainly did not happen.
    pub(super) async fn book(&self, pool: &PgPool) -> Result<(), Fault> {
        let mut tries = TRIES;
        loop {
            let mut transaction = pool.begin().await?;
            let fault = match self.within(&mut transaction).await {
                Ok(()) => {
                    transaction.commit().await?;
                    return Ok(());
                }
                Err(fault) => fault,
            };
            // Dropped, it would be taken back some time later, and until then others would wait for what it locked.
            let _ = transaction.rollback().await;
            if !fault.is_conflict() || tries <= 1 {
                return Err(fault);
            }
            tries -= 1;
        }
    }

    async fn within(&self, connection: &mut PgConnection) -> Result<(), Fault> {
        let most = signed(self.charge.most.0);
        if let Some(cost) = self.settled {
            self.hold(connection).await?;
            return self.write(connection, signed(cost.0), -most, 0).await;
        }
        let job = self.task.job.as_str();
        // Whoever spends for the job waits here, so that the sum below is nobody else's to change.
        let limit: Option<Option<i64>> = sqlx::query_scalar(
            "select max_cost_micros from brainwrought.jobs where job_id = $1 for no key update",
        )
        .bind(job)
        .fetch_optional(&mut *connection)
        .await?;
        let Some(limit) = limit else { return Err(Fault::not_found(&self.task.job)) };
        self.hold(connection).await?;
        let entries: Vec<ReadEntry> = sqlx::query_as(
            "select stage, provider, settled_micros, set_aside_micros, calls from brainwrought.ledger where job_id = $1",
        )
        .bind(job)
        .fetch_all(&mut *connection)
        .await?;
        let refused = |error| Fault::Store(JobStoreError::from_transition(error, &self.task.job));
        read(limit, entries).check(self.charge).map_err(refused)?;
        self.write(connection, 0, most, 1).await
    }

    /// Keeps the task from changing hands until the transaction ends, if the token holds.
    async fn hold(&self, connection: &mut PgConnection) -> Result<(), Fault> {
        let held = sqlx::query(
            "update brainwrought.tasks t set updated_at_ms = brainwrought.now_ms()
             where t.job_id = $1 and t.stage = $2 and coalesce(t.segment, -1) = $3
                and t.lease_until_ms is not null and t.token = $4",
        )
        .bind(self.task.job.as_str())
        .bind(stored(&self.task.key.stage.0))
        .bind(segment_key(&self.task.key))
        .bind(signed(self.token.0))
        .execute(&mut *connection)
        .await?;
        if held.rows_affected() > 0 { Ok(()) } else { Err(lost(connection, self.task, self.token).await?) }
    }

    /// Adds to a line of the ledger. Sums stop at the largest number, and nothing less than nothing is set aside.
    async fn write(
        &self,
        connection: &mut PgConnection,
        settled: i64,
        reserved: i64,
        calls: i64,
    ) -> Result<(), Fault> {
        sqlx::query(
            "insert into brainwrought.ledger as l (job_id, stage, provider, settled_micros, set_aside_micros, calls)
             values ($1, $2, $3, $4, greatest($5, 0), $6)
             on conflict (job_id, stage, provider) do update set
                settled_micros = least(l.settled_micros::numeric + $4, $7)::bigint,
                set_aside_micros = greatest(least(l.set_aside_micros::numeric + $5, $7), 0)::bigint,
                calls = l.calls + $6",
        )
        .bind(self.task.job.as_str())
        .bind(stored(&self.task.key.stage.0))
        .bind(stored(&self.charge.provider))
        .bind(settled)
        .bind(reserved)
        .bind(calls)
        .bind(i64::MAX)
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// Makes the ledger of what was selected.
pub(super) fn read(max_cost: Option<i64>, entries: Vec<ReadEntry>) -> Ledger {
    let entry = |(stage, provider, settled, reserved, calls): ReadEntry| LedgerEntry {
        stage: StageName(original(&stage)),
        provider: original(&provider),
        settled: Cost(unsigned(settled)),
        reserved: Cost(unsigned(reserved)),
        calls: unsigned(calls),
    };
    let mut entries: Vec<LedgerEntry> = entries.into_iter().map(entry).collect();
    // By the letters, as everywhere; a database may sort by the customs of a country.
    entries.sort_by(|a, b| (&a.stage.0, &a.provider).cmp(&(&b.stage.0, &b.provider)));
    Ledger { max_cost: max_cost.map(|micros| Cost(unsigned(micros))), entries }
}
