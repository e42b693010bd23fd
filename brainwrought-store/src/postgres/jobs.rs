//! [`PostgresJobStore`]: the job store that a fleet shares.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use brainwrought_core::id::{FencingToken, JobId, StageName, TaskId};
use brainwrought_core::job::{Job, NewJob, Outcome, Renewal, StageBacklog, Task, TransitionError};
use brainwrought_core::job_store::{
    Claim, ClaimRequest, Created, JobFilter, JobStore, JobStoreError, JobView, TaskReport,
};
use brainwrought_core::report::chain;
use sqlx::Connection as _;
use sqlx::postgres::PgConnectOptions;
use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::change::{Touches, change_one, insert, remove};
use super::claim::{Hints, Lent, free};
use super::database::{Database, Fault};
use super::record::{self, Loaded, digest_of_key};
use super::schema::{self, Migrated};
use super::stage_control::{self, Change, StageControl};
use super::wake::Wake;
use super::{attempt, listing, sweep};
use crate::{OpenError, without_password};

/// How long this process may believe that no stage has a limit. Until then it leaves limited stages alone.
const LIMITS_HOLD: Duration = Duration::from_secs(1);

/// Keeps jobs in Postgres, for any number of processes on any number of machines.
///
/// It is guaranteed that leases are measured by the database's clock alone, that every write about a task is guarded by
/// its token, and that a transition is durable once its call returns. It is not guaranteed that waiting processes are
/// woken at once: a notification may be lost, so they also look by themselves. The store connects at its first use and
/// again after every break; the tables must have been made by [`PostgresJobStore::migrate`].
pub struct PostgresJobStore {
    options: PgConnectOptions,
    connections: u32,
    live: OnceCell<Live>,
}

#[derive(Debug)]
struct Live {
    database: Database,
    wake: Wake,
    hints: Hints,
    /// Whether some stage has a limit, and when that was last read.
    limits: Mutex<Option<(bool, Instant)>>,
}

impl std::fmt::Debug for PostgresJobStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresJobStore").field("host", &self.options.get_host()).finish_non_exhaustive()
    }
}

impl PostgresJobStore {
    /// How many connections a process uses for its calls, when nobody says otherwise. Renewals and wake-ups have their
    /// own.
    pub const CONNECTIONS: u32 = 8;

    /// Names the database; nothing is connected before the first call.
    ///
    /// # Errors
    ///
    /// Fails when it is no URL of a Postgres database.
    pub fn new(url: &str) -> Result<Self, OpenError> {
        Ok(Self { options: options(url)?, connections: Self::CONNECTIONS, live: OnceCell::new() })
    }

    /// Connects at once, so that a wrong address or schema shows before any work is taken on.
    ///
    /// # Errors
    ///
    /// Fails when the database cannot be reached, or its schema is older or newer than this program's.
    pub async fn connect(url: &str) -> Result<Self, OpenError> {
        let store = Self::new(url)?;
        store.live.get_or_try_init(|| store.open()).await.map_err(|fault| open_error(url, fault))?;
        Ok(store)
    }

    /// Sets how many connections this process uses for its calls, at least 2.
    #[must_use]
    pub fn with_connections(mut self, connections: u32) -> Self {
        self.connections = connections;
        self
    }

    /// Makes the tables, or brings them to this program's version. Running it twice, or in two processes, is harmless.
    ///
    /// # Errors
    ///
    /// Fails when the database cannot be reached, or its schema is newer than this program's.
    pub async fn migrate(url: &str) -> Result<Migrated, OpenError> {
        let options = options(url)?;
        let work = async {
            let mut connection = sqlx::PgConnection::connect_with(&options).await?;
            let migrated = schema::migrate(&mut connection).await??;
            connection.close().await?;
            Ok(migrated)
        };
        work.await.map_err(|fault| open_error(url, fault))
    }

    /// Lends no more tasks of a stage, in the whole fleet, until [`Self::resume_stage`]. Those that run go on.
    ///
    /// # Errors
    ///
    /// Fails when the database cannot be reached.
    pub async fn pause_stage(&self, stage: &StageName) -> Result<(), JobStoreError> {
        self.control(stage, Change::Pause(true)).await
    }

    /// Lends tasks of a stage again.
    ///
    /// # Errors
    ///
    /// Fails when the database cannot be reached.
    pub async fn resume_stage(&self, stage: &StageName) -> Result<(), JobStoreError> {
        self.control(stage, Change::Pause(false)).await
    }

    /// Sets how many tasks of a stage may run at once in the whole fleet; `None` lifts the limit, 0 counts as 1.
    ///
    /// # Errors
    ///
    /// Fails when the database cannot be reached.
    pub async fn limit_stage(&self, stage: &StageName, most: Option<u32>) -> Result<(), JobStoreError> {
        self.control(stage, Change::Limit(most)).await
    }

    /// Lists the stages that are paused or limited, by name.
    ///
    /// # Errors
    ///
    /// Fails when the database cannot be reached.
    pub async fn stage_controls(&self) -> Result<Vec<StageControl>, JobStoreError> {
        let live = self.live().await?;
        live.database.call("list the stages", stage_control::list(live.database.pool())).await
    }

    async fn control(&self, stage: &StageName, change: Change) -> Result<(), JobStoreError> {
        let live = self.live().await?;
        let work = stage_control::set(live.database.pool(), stage, change);
        live.database.call("change a stage", work).await?;
        *live.limits.lock().unwrap_or_else(PoisonError::into_inner) = None;
        live.announce();
        Ok(())
    }

    async fn open(&self) -> Result<Live, Fault> {
        let database = Database::open(self.options.clone(), self.connections).await?;
        let wake = Wake::start(database.options());
        Ok(Live { database, wake, hints: Hints::default(), limits: Mutex::default() })
    }

    async fn live(&self) -> Result<&Live, JobStoreError> {
        let opened = self.live.get_or_try_init(|| self.open()).await;
        opened.map_err(|fault| fault.into_store("connect to the database"))
    }

    /// Changes one job.
    async fn change<T>(
        &self,
        action: &str,
        id: &JobId,
        touches: Touches<'_>,
        transition: impl Fn(&mut Loaded) -> Result<T, TransitionError>,
    ) -> Result<T, JobStoreError> {
        let live = self.live().await?;
        let result =
            live.database.call(action, change_one(live.database.pool(), id, touches, transition)).await;
        live.announce();
        result
    }
}

impl Live {
    /// Says that tasks have moved, if any have. After an error some may have.
    fn announce_moved(&self, moved: &Result<Vec<TaskId>, JobStoreError>) {
        if moved.as_ref().map_or(true, |moved| !moved.is_empty()) {
            self.announce();
        }
    }

    /// Says that there may be work, here and elsewhere.
    fn announce(&self) {
        self.hints.forget();
        self.wake.announce();
    }

    async fn lend(&self, request: &ClaimRequest) -> Result<Vec<Lent>, Fault> {
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
        let queue = if request.job.is_some() { pool } else { self.database.claims() };
        if limited {
            stage_control::claim_limited(queue, request).await
        } else {
            free(queue, request, &self.hints).await
        }
    }

    async fn load(&self, ids: &[String]) -> Result<Vec<Loaded>, Fault> {
        record::load(&mut *self.database.pool().acquire().await?, ids).await
    }

    async fn by_key(&self, key: &str) -> Result<Option<Loaded>, Fault> {
        let id: Option<String> =
            sqlx::query_scalar("select job_id from brainwrought.jobs where idempotency_digest = $1")
                .bind(digest_of_key(key))
                .fetch_optional(self.database.pool())
                .await?;
        let Some(id) = id else { return Ok(None) };
        Ok(self.load(&[id]).await?.pop())
    }
}

#[async_trait]
impl JobStore for PostgresJobStore {
    async fn create(&self, new: NewJob) -> Result<Created, JobStoreError> {
        let live = self.live().await?;
        let work = async {
            // A job whose key was taken may be removed before it is read.
            for _ in 0..3 {
                let id = JobId::random().map_err(Fault::random)?;
                let job = Job::create(id.clone(), new.clone(), &record::now(0));
                let found = if insert(live.database.pool(), &job).await? {
                    live.load(&[id.as_str().to_owned()]).await?.pop().map(|loaded| (loaded, true))
                } else {
                    let key = new.idempotency_key.as_deref().unwrap_or_default();
                    live.by_key(key).await?.map(|loaded| (loaded, false))
                };
                if let Some((loaded, is_new)) = found {
                    return Ok(Created { view: loaded.into_view(), is_new });
                }
            }
            Err(Fault::Raced)
        };
        let created = live.database.call("create a job", work).await;
        live.announce();
        created
    }

    async fn get(&self, id: &JobId) -> Result<JobView, JobStoreError> {
        let live = self.live().await?;
        let ids = [id.as_str().to_owned()];
        let work = async { live.load(&ids).await?.pop().ok_or_else(|| Fault::not_found(id)) };
        Ok(live.database.call("read a job", work).await?.into_view())
    }

    async fn list(&self, filter: &JobFilter) -> Result<Vec<JobView>, JobStoreError> {
        let live = self.live().await?;
        live.database.call("list the jobs", listing::list(live.database.pool(), filter)).await
    }

    async fn advance(&self) -> Result<Vec<TaskId>, JobStoreError> {
        let live = self.live().await?;
        let moved = live.database.call("advance jobs", sweep::advance(&live.database)).await;
        live.announce_moved(&moved);
        moved
    }

    async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claim>, JobStoreError> {
        if request.limit == 0 || request.stages.as_ref().is_some_and(Vec::is_empty) {
            return Ok(Vec::new());
        }
        let live = self.live().await?;
        let work = async {
            let lent = live.lend(request).await?;
            if lent.is_empty() {
                return Ok(Vec::new());
            }
            let mut ids: Vec<String> = lent.iter().map(|lent| lent.id.job.as_str().to_owned()).collect();
            ids.sort_unstable();
            ids.dedup();
            let loaded =
                record::load_each(&mut *live.database.pool().acquire().await?, &ids).await?.into_iter();
            // A damaged job must not take the others along; its tasks stay with this lease.
            let whole = loaded.filter_map(|loaded| {
                let told = |fault: &Fault| tracing::warn!(error = chain(fault), "a damaged job was not lent");
                loaded.inspect_err(told).ok()
            });
            let jobs: HashMap<JobId, Job> =
                whole.map(|loaded| (loaded.job.job_id.clone(), loaded.job)).collect();
            // What was taken back or removed since is no longer lent.
            let claim = |lent: Lent| {
                let job = jobs.get(&lent.id.job)?;
                let holds = job.task(&lent.id.key).is_some_and(|task| task.is_held_by(lent.token));
                holds.then(|| Claim { id: lent.id, token: lent.token, job: job.clone() })
            };
            Ok(lent.into_iter().filter_map(claim).collect())
        };
        live.database.call("claim tasks", work).await
    }

    async fn renew(
        &self,
        task: &TaskId,
        token: FencingToken,
        lease: Duration,
    ) -> Result<Renewal, JobStoreError> {
        let live = self.live().await?;
        let pool = live.database.heartbeats();
        live.database.heartbeat(attempt::renew(pool, task, token, lease)).await
    }

    async fn append(
        &self,
        task: &TaskId,
        token: FencingToken,
        report: TaskReport,
    ) -> Result<(), JobStoreError> {
        let live = self.live().await?;
        let work = attempt::append(live.database.pool(), task, token, report);
        live.database.call("note progress", work).await
    }

    async fn commit(
        &self,
        task: &TaskId,
        token: FencingToken,
        outcome: Outcome,
    ) -> Result<Task, JobStoreError> {
        if let Outcome::Done { output, items: None, cached, delivery: None } = &outcome {
            let live = self.live().await?;
            let work = attempt::commit_done(live.database.pool(), task, token, output, *cached);
            let stored = live.database.call("commit an outcome", work).await;
            // The orchestrator has something to look at; what is READY stays as it was.
            live.wake.announce();
            return stored;
        }
        self.change("commit an outcome", &task.job, Touches::One(&task.key), |loaded| {
            loaded.job.commit(&task.key, token, outcome.clone(), &loaded.now).cloned()
        })
        .await
    }

    async fn recover(&self) -> Result<Vec<TaskId>, JobStoreError> {
        let live = self.live().await?;
        let moved = live.database.call("recover leases", sweep::recover(&live.database)).await;
        live.announce_moved(&moved);
        moved
    }

    async fn cancel(&self, id: &JobId) -> Result<JobView, JobStoreError> {
        self.change("cancel a job", id, Touches::All, |loaded| {
            loaded.job.cancel(&loaded.now)?;
            Ok(loaded.view())
        })
        .await
    }

    async fn retry(&self, id: &JobId, from: Option<&StageName>) -> Result<JobView, JobStoreError> {
        self.change("retry a job", id, Touches::All, |loaded| {
            loaded.job.retry(from, &loaded.now)?;
            Ok(loaded.view())
        })
        .await
    }

    async fn delete(&self, id: &JobId) -> Result<(), JobStoreError> {
        let live = self.live().await?;
        live.database.call("remove a job", remove(live.database.pool(), id)).await
    }

    async fn backlog(&self) -> Result<Vec<StageBacklog>, JobStoreError> {
        let live = self.live().await?;
        live.database.call("count the tasks", listing::backlog(live.database.pool())).await
    }

    async fn wait_for_work(&self, at_most: Duration) {
        match self.live().await {
            Ok(live) => live.wake.wait(at_most).await,
            Err(_) => tokio::time::sleep(at_most).await,
        }
    }
}

fn options(url: &str) -> Result<PgConnectOptions, OpenError> {
    url.parse().map_err(|error: sqlx::Error| OpenError::wrong(url, error))
}

fn open_error(url: &str, fault: Fault) -> OpenError {
    match fault {
        Fault::Schema(source) => OpenError::Schema { source },
        fault => OpenError::Database { url: without_password(url), source: Box::new(fault) },
    }
}
