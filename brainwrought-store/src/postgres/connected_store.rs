//! [`ConnectedStore`]: a job store that has reached its database.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use brainwrought_core::id::TaskId;
use brainwrought_core::job_store::{Claim, ClaimRequest, JobStoreError};
use brainwrought_core::report::chain;
use sqlx::PgConnection;
use sqlx::postgres::PgConnectOptions;
use tokio::time::Instant;

use super::attempt::{CommitResult, Success};
use super::claim::{Hints, LeasedTask, free};
use super::coalescer::Coalescer;
use super::database::Database;
use super::fault::Fault;
use super::notifier::Notifier;
use super::record::digest_of_key;
use super::stage_control;
use super::whole_job::{self, Loaded};

/// How long this process may believe that no stage has a limit. Until then it leaves limited stages alone.
const LIMITS_HOLD: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct ConnectedStore {
    pub(super) database: Database,
    pub(super) wake: Notifier,
    pub(super) claims: Arc<Coalescer<ClaimRequest, Vec<Claim>>>,
    pub(super) commits: Arc<Coalescer<Vec<Success>, Vec<CommitResult>>>,
    hints: Hints,
    /// Whether some stage has a limit, and when that was last read.
    limits: Mutex<Option<(bool, Instant)>>,
}

impl ConnectedStore {
    /// Connects, and starts to listen for work.
    pub(super) async fn open(options: PgConnectOptions, connections: u32) -> Result<Self, Fault> {
        let database = Database::open(options, connections).await?;
        let wake = Notifier::start(database.options());
        let (claims, commits) = (Arc::default(), Arc::default());
        Ok(Self { database, wake, claims, commits, hints: Hints::default(), limits: Mutex::default() })
    }

    /// Says that tasks have moved, if any have. After an error some may have.
    pub(super) fn announce_moved(&self, moved: &Result<Vec<TaskId>, JobStoreError>) {
        if moved.as_ref().map_or(true, |moved| !moved.is_empty()) {
            self.announce();
        }
    }

    /// Says that there may be work, here and elsewhere.
    pub(super) fn announce(&self) {
        self.hints.forget();
        self.wake.announce();
    }

    /// Reads the limits of the stages again before the next claim.
    pub(super) fn forget_limits(&self) {
        *self.limits.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Lends tasks, each with its job.
    pub(super) async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claim>, Fault> {
        let mut lent = self.lend(request).await?;
        let missed = lent.iter().filter(|lent| lent.found.is_none());
        let mut ids: Vec<String> = missed.map(|lent| lent.job_id.clone()).collect();
        if !ids.is_empty() {
            ids.sort_unstable();
            ids.dedup();
            for loaded in whole_job::load_each(&mut *self.database.pool().acquire().await?, &ids).await? {
                match loaded {
                    Ok(loaded) => {
                        let missed = lent.iter_mut().filter(|lent| lent.found.is_none());
                        missed.for_each(|lent| lent.find(&loaded));
                    }
                    // A damaged job must not take the others along; its tasks stay with this lease.
                    Err(fault) => tracing::warn!(error = chain(&fault), "a damaged job was not lent"),
                }
            }
            lent.sort_by_key(LeasedTask::order);
        }
        // What was taken back or removed since is no longer lent.
        Ok(lent.into_iter().filter_map(|lent| Some(lent.found?.claim)).collect())
    }

    async fn lend(&self, request: &ClaimRequest) -> Result<Vec<LeasedTask>, Fault> {
        let pool = self.database.pool();
        let known = *self.limits.lock().unwrap_or_else(PoisonError::into_inner);
        let limited = match known.filter(|(_, read)| read.elapsed() < LIMITS_HOLD) {
            Some((limited, _)) => limited,
            None => {
                let limited = stage_control::any_limit(pool).await?;
                let read = Some((limited, Instant::now()));
                *self.limits.lock().unwrap_or_else(PoisonError::into_inner) = read;
                limited
            }
        };
        // The few tasks of one job are found by their job and sorted.
        if request.job.is_some() {
            return self.lend_over(&mut *pool.acquire().await?, request, limited).await;
        }
        let quick = self.database.quick();
        let mut connection = quick.take().await?;
        let lent = self.lend_over(&mut connection, request, limited).await?;
        quick.put(connection);
        Ok(lent)
    }

    async fn lend_over(
        &self,
        connection: &mut PgConnection,
        request: &ClaimRequest,
        limited: bool,
    ) -> Result<Vec<LeasedTask>, Fault> {
        if limited {
            stage_control::claim_limited(connection, request).await
        } else {
            free(connection, request, &self.hints).await
        }
    }

    pub(super) async fn load(&self, ids: &[String]) -> Result<Vec<Loaded>, Fault> {
        whole_job::load(&mut *self.database.pool().acquire().await?, ids).await
    }

    pub(super) async fn by_key(&self, key: &str) -> Result<Option<Loaded>, Fault> {
        let id: Option<String> =
            sqlx::query_scalar("select job_id from brainwrought.jobs where idempotency_digest = $1")
                .bind(digest_of_key(key))
                .fetch_optional(self.database.pool())
                .await?;
        let Some(id) = id else { return Ok(None) };
        Ok(self.load(&[id]).await?.pop())
    }
}
