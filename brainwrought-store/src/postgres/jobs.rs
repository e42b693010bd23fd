//! [`PostgresJobStore`]: the job store that a fleet shares.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use brainwrought_core::budget::{Charge, Cost};
use brainwrought_core::id::{FencingToken, JobId, StageName, TaskId, ViewId};
use brainwrought_core::job::{
    Callback, Job, NewJob, Outcome, Plan, Renewal, Revision, StageBacklog, Task, TransitionError,
};
use brainwrought_core::job_store::{
    Claim, ClaimRequest, Created, JobFilter, JobStore, JobStoreError, JobView, TaskReport,
};
use brainwrought_core::ledger_store::LedgerStore;
use sqlx::Connection as _;
use sqlx::postgres::PgConnectOptions;
use tokio::sync::OnceCell;

use super::attempt::Success;
use super::batches::{Claims, Commits};
use super::change::{Touches, change_one, insert, remove};
use super::connected_store::ConnectedStore;
use super::database;
use super::fault::Fault;
use super::ledger::Spending;
use super::record;
use super::schema::{self, Migrated};
use super::stage_control::{self, Change, StageControl};
use super::whole_job::Loaded;
use super::{attempt, listing, sweep};
use crate::OpenError;

/// Keeps jobs in Postgres, for any number of processes on any number of machines.
///
/// It is guaranteed that leases are measured by the database's clock alone, that every write about a task is guarded by
/// its token, and that a transition is durable once its call returns. It is not guaranteed that waiting processes are
/// woken at once: a notification may be lost, so they also look by themselves. The store connects at its first use and
/// again after every break; the tables must have been made by [`PostgresJobStore::migrate`].
pub struct PostgresJobStore {
    options: PgConnectOptions,
    connections: u32,
    live: OnceCell<Arc<ConnectedStore>>,
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
        let opened = store.live.get_or_try_init(|| store.open()).await;
        opened.map_err(|fault| open_error(&store.options, fault))?;
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
        work.await.map_err(|fault| open_error(&options, fault))
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
        live.forget_limits();
        live.announce();
        Ok(())
    }

    async fn open(&self) -> Result<Arc<ConnectedStore>, Fault> {
        Ok(Arc::new(ConnectedStore::open(self.options.clone(), self.connections).await?))
    }

    async fn live(&self) -> Result<&Arc<ConnectedStore>, JobStoreError> {
        let opened = self.live.get_or_try_init(|| self.open()).await;
        opened.map_err(|fault| {
            fault.into_store(&format!("connect to the database at {}", database::place(&self.options)))
        })
    }

    async fn commit_successes(
        &self,
        successes: Vec<Success>,
    ) -> Result<Vec<Result<Task, JobStoreError>>, JobStoreError> {
        let live = self.live().await?;
        let work = live.commits.call(Commits(Arc::clone(live)), successes);
        let results = live.database.call("commit an outcome", work).await;
        // The orchestrator has something to look at; what is READY stays as it was.
        live.wake.announce();
        results
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

#[async_trait]
impl LedgerStore for PostgresJobStore {
    async fn reserve(
        &self,
        task: &TaskId,
        token: FencingToken,
        charge: &Charge,
    ) -> Result<(), JobStoreError> {
        let live = self.live().await?;
        let spending = Spending { task, token, charge, settled: None };
        live.database.call("set money aside", spending.book(live.database.pool())).await
    }

    async fn settle(
        &self,
        task: &TaskId,
        token: FencingToken,
        charge: &Charge,
        cost: Cost,
    ) -> Result<(), JobStoreError> {
        let live = self.live().await?;
        let spending = Spending { task, token, charge, settled: Some(cost) };
        live.database.call("settle a call", spending.book(live.database.pool())).await
    }

    async fn limit_cost(&self, id: &JobId, limit: Option<Cost>) -> Result<JobView, JobStoreError> {
        self.change("change what a job may spend", id, Touches::Waiting, |loaded| {
            loaded.job.limit_cost(limit, &loaded.now);
            Ok(loaded.view())
        })
        .await
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

    async fn find_by_view(&self, view: &ViewId) -> Result<Option<JobView>, JobStoreError> {
        let live = self.live().await?;
        let work = async {
            // A job that is removed in between is not found, like any other.
            let Some(id) = listing::id_of_view(live.database.pool(), view).await? else { return Ok(None) };
            Ok(live.load(&[id]).await?.pop().map(Loaded::into_view))
        };
        live.database.call("find a job by its view", work).await
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
        if request.is_void() {
            return Ok(Vec::new());
        }
        let live = self.live().await?;
        // The few tasks of one job are found by their job and sorted, for one process that was started for it.
        if request.job.is_some() {
            return live.database.call("claim tasks", live.claim(request)).await;
        }
        let work = live.claims.call(Claims(Arc::clone(live)), request.clone());
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
        if let Some(success) = Success::new(task, token, &outcome) {
            let result = self.commit_successes(vec![success]).await?.pop();
            return result.unwrap_or_else(|| Err(Fault::NoResponse.into_store("commit an outcome")));
        }
        // A lost input sends other tasks back too.
        let touches = match &outcome {
            Outcome::InputLost { .. } => Touches::All,
            _ => Touches::One(&task.key),
        };
        self.change("commit an outcome", &task.job, touches, |loaded| {
            loaded.job.commit(&task.key, token, outcome.clone(), &loaded.now)
        })
        .await
    }

    async fn commit_all(
        &self,
        outcomes: Vec<(TaskId, FencingToken, Outcome)>,
    ) -> Result<Vec<Result<Task, JobStoreError>>, JobStoreError> {
        let success =
            |(task, token, outcome): &(TaskId, FencingToken, Outcome)| Success::new(task, *token, outcome);
        let successes: Vec<Success> = outcomes.iter().filter_map(success).collect();
        let mut written = if successes.is_empty() {
            Vec::new().into_iter()
        } else {
            self.commit_successes(successes).await?.into_iter()
        };
        let mut results = Vec::with_capacity(outcomes.len());
        for one in outcomes {
            let simple = if success(&one).is_some() { written.next() } else { None };
            results.push(match simple {
                Some(result) => result,
                None => self.commit(&one.0, one.1, one.2).await,
            });
        }
        Ok(results)
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

    async fn replan(&self, id: &JobId, plan: &Plan) -> Result<JobView, JobStoreError> {
        self.change("plan a job anew", id, Touches::All, |loaded| {
            loaded.job.replan(plan, &loaded.now);
            Ok(loaded.view())
        })
        .await
    }

    async fn revise(&self, id: &JobId, revision: &Revision) -> Result<JobView, JobStoreError> {
        self.change("change a job", id, Touches::All, |loaded| {
            loaded.job.revise(revision, &loaded.now)?;
            Ok(loaded.view())
        })
        .await
    }

    async fn prioritize(&self, id: &JobId, priority: i32) -> Result<JobView, JobStoreError> {
        self.change("change a priority", id, Touches::All, |loaded| {
            loaded.job.priority = priority;
            Ok(loaded.view())
        })
        .await
    }

    async fn replace_callback(
        &self,
        id: &JobId,
        seen: Option<&Callback>,
        callback: Option<Callback>,
    ) -> Result<bool, JobStoreError> {
        self.change("note a callback", id, Touches::Waiting, |loaded| {
            Ok(loaded.job.replace_callback(seen, callback.clone()))
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

fn open_error(options: &PgConnectOptions, fault: Fault) -> OpenError {
    match fault {
        Fault::Schema(source) => OpenError::Schema { source },
        fault => OpenError::Database { place: database::place(options), source: Box::new(fault) },
    }
}
