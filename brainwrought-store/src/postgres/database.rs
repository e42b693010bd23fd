//! [`Database`]: the connections, their time limits, and what their errors mean to a job store.

use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use brainwrought_core::job_store::JobStoreError;
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use tokio::time::Instant;

use super::connection_cache::{self, ConnectionCache};
use super::fault::Fault;
use super::schema;
use super::sessions;

/// How long a call may take: beyond that the network has swallowed it, and the caller reads again.
pub(super) const CALL_LIMIT: Duration = Duration::from_secs(20);

/// A renewal that takes longer is no use to anybody.
const RENEW_LIMIT: Duration = Duration::from_secs(8);

/// What every connection starts with. A transition must be durable once its call returns, whatever the server's own
/// default is; and a client that was cut off must not hold rows for ever. Compiling a statement takes longer than running it.
const CAREFUL: &str = "set jit = off;
    set default_transaction_isolation = 'read committed';
    set statement_timeout = '30s';
    set lock_timeout = '10s';
    set idle_in_transaction_session_timeout = '30s';
    select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'";

/// How much further the database's clock may get between two looks than this process's. Beyond that it was set. Less does
/// no harm, as a lease of the usual length has more than twice that left when it is renewed.
const DRIFT: Duration = Duration::from_secs(5);

/// Makes the planner follow the index of the queue. It would rather read and sort all of the queue whenever it believes
/// that few tasks are READY, and a queue's statistics are always of another hour: 90 ms a claim from 100,000 jobs
/// instead of 0.1. And it plans each statement once: planning takes several times as long as running.
const QUICK: &str = "set enable_sort = off; set enable_seqscan = off; set enable_bitmapscan = off;
    set plan_cache_mode = force_generic_plan";

/// The connections to one database.
pub(super) struct Database {
    options: PgConnectOptions,
    pool: PgPool,
    /// Claims and commits have a planner that never sorts the queue; see [`QUICK`].
    quick: ConnectionCache,
    /// Renewals never queue behind claims and commits.
    heartbeats: PgPool,
    /// True from a failure until recovery has seen the database again.
    was_unreachable: AtomicBool,
    /// When recovery saw the database again, or saw its clock right again, on the database's clock.
    renewable_since: AtomicI64,
    /// What recovery last read from the database's clock, and when by this process's.
    last_look: Mutex<Option<(i64, Instant)>>,
}

/// What recovery knows when a round begins, by the database's clock.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) now_ms: i64,
    /// Since when every worker could renew its leases without a break; 0 when there was none.
    pub(super) renewable_since_ms: i64,
}

impl std::fmt::Debug for Database {
    /// Says where the database is, never the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database")
            .field("host", &self.options.get_host())
            .field("database", &self.options.get_database())
            .finish_non_exhaustive()
    }
}

impl Database {
    /// Connects and checks the schema.
    pub(super) async fn open(options: PgConnectOptions, connections: u32) -> Result<Self, Fault> {
        let options = options.application_name("brainwrought").disable_statement_logging();
        sessions::check(&options).await?;
        let pool = self::pool(connections.max(2), "").connect_with(options.clone()).await?;
        let found = schema::version(&mut *pool.acquire().await?).await?;
        schema::check(found)?;
        let quick =
            ConnectionCache::new(self::pool(connections.max(2), QUICK).connect_lazy_with(options.clone()));
        let heartbeats = self::pool(2, "").connect_lazy_with(options.clone());
        let (was_unreachable, renewable_since) = (AtomicBool::new(false), AtomicI64::new(0));
        let last_look = Mutex::default();
        Ok(Self { options, pool, quick, heartbeats, was_unreachable, renewable_since, last_look })
    }

    pub(super) fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    pub(super) fn pool(&self) -> &PgPool {
        &self.pool
    }

    pub(super) fn quick(&self) -> &ConnectionCache {
        &self.quick
    }

    pub(super) fn heartbeats(&self) -> &PgPool {
        &self.heartbeats
    }

    /// Begins a round of recovery: reads the clock, and learns whether workers could renew their leases by it.
    pub(super) async fn look(&self) -> Result<Look, Fault> {
        let asked = Instant::now();
        let (now_ms, up_since_ms): (i64, i64) =
            sqlx::query_as("select brainwrought.now_ms(), brainwrought.up_since_ms()")
                .fetch_one(&self.pool)
                .await?;
        let answered = Instant::now();
        let last = self.last_look.lock().unwrap_or_else(PoisonError::into_inner).replace((now_ms, asked));
        let was_set_forward = last.is_some_and(|(last_ms, then)| {
            let most = i64::try_from((answered - then + DRIFT).as_millis()).unwrap_or(i64::MAX);
            now_ms.saturating_sub(last_ms) > most
        });
        if self.was_unreachable.swap(false, Ordering::AcqRel) || was_set_forward {
            self.renewable_since.store(now_ms, Ordering::Release);
        }
        // What lies in the future was noted before the clock was set back; leases are cut to their length then.
        let noted = [up_since_ms, self.renewable_since.load(Ordering::Acquire)];
        let renewable_since_ms = noted.into_iter().filter(|ms| *ms <= now_ms).max().unwrap_or(0);
        Ok(Look { now_ms, renewable_since_ms })
    }

    /// Runs a call with a time limit, and says in the store's words why it failed.
    pub(super) async fn call<T>(
        &self,
        action: &str,
        work: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, JobStoreError> {
        self.limited(action, CALL_LIMIT, work).await
    }

    /// Like [`Self::call`], for renewals.
    pub(super) async fn heartbeat<T>(
        &self,
        work: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, JobStoreError> {
        self.limited("renew a lease", RENEW_LIMIT, work).await
    }

    async fn limited<T>(
        &self,
        action: &str,
        limit: Duration,
        work: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, JobStoreError> {
        let result = tokio::time::timeout(limit, work).await.unwrap_or(Err(Fault::NoResponse));
        result.map_err(|fault| {
            let error = fault.into_store(&format!("{action} in the database at {}", place(&self.options)));
            if matches!(error, JobStoreError::Unavailable { .. }) {
                self.was_unreachable.store(true, Ordering::Release);
            }
            error
        })
    }
}

/// Where a database is, for people: its host and port, or its socket.
pub(super) fn place(options: &PgConnectOptions) -> String {
    match options.get_socket() {
        Some(folder) => format!("{}, port {}", folder.display(), options.get_port()),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    }
}

fn pool(connections: u32, settings: &'static str) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(5))
        .idle_timeout(Duration::from_secs(300))
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move { Ok(connection_cache::is_trusted(connection, meta.idle_for).await) })
        })
        .after_connect(move |connection, _| {
            Box::pin(async move {
                sqlx::raw_sql(CAREFUL).execute(&mut *connection).await?;
                sqlx::raw_sql(settings).execute(connection).await?;
                Ok(())
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_host_and_a_port_without_the_password() {
        let place_of = |url: &str| place(&url.parse().unwrap());
        assert_eq!(place_of("postgres://me:hush@db.example/jobs"), "db.example:5432");
        assert_eq!(place_of("postgres://db.example:6432/jobs?password=hush"), "db.example:6432");
        assert_eq!(place_of("postgres:///jobs?host=/run/postgresql&port=6432"), "/run/postgresql, port 6432");
    }
}
