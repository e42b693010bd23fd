//! [`JobStore`]: the source of truth about jobs.

use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Serialize, Serializer};

use crate::clock::{Timestamp, wall_time};
use crate::event::LogLevel;
use crate::id::{FencingToken, JobId, StageName, TaskId, ViewId, WorkerId};
use crate::job::{
    Callback, Job, JobStatus, NewJob, Outcome, Plan, Progress, Renewal, Revision, StageBacklog, Task,
    TransitionError,
};
use crate::ledger_store::LedgerStore;

/// Keeps jobs and lends their tasks.
///
/// # Contract
///
/// Every method is one transition of [`Job`], carried out as if no other ran beside it, durable once it returns. It is
/// guaranteed that at most one outcome is accepted for each token, that tokens of a task only grow, and that a write
/// with a token that no longer holds is refused with [`JobStoreError::LeaseLost`]. It is not guaranteed that a worker
/// whose lease was lost notices at once: it learns it at its next call. It is the store's responsibility to measure
/// every lease by one clock of its own; workers' clocks are never compared.
///
/// What jobs may spend and have spent is the part of it that [`LedgerStore`] is.
///
/// After [`JobStoreError::Unavailable`] the transition may or may not have happened: read again, never assume.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// use brainwrought_core::job_store::{JobFilter, JobStore};
/// use brainwrought_core::memory::MemoryJobStore;
///
/// let store = MemoryJobStore::default();
/// assert!(store.list(&JobFilter::default()).await?.is_empty());
/// # Ok::<_, brainwrought_core::job_store::JobStoreError>(())
/// # }).unwrap();
/// ```
#[async_trait]
pub trait JobStore: LedgerStore {
    /// Creates a job whose tasks are NEW, or finds the one that has the same idempotency key.
    async fn create(&self, new: NewJob) -> Result<Created, JobStoreError>;

    /// Reads a job.
    async fn get(&self, id: &JobId) -> Result<JobView, JobStoreError>;

    /// Finds the job that a view-only link names; `None` when there is none. A store that can find it without reading
    /// every job should.
    async fn find_by_view(&self, view: &ViewId) -> Result<Option<JobView>, JobStoreError> {
        let all = self.list(&JobFilter::default()).await?;
        Ok(all.into_iter().find(|found| ViewId::from_job(&found.job.job_id) == *view))
    }

    /// Lists jobs, the newest first.
    async fn list(&self, filter: &JobFilter) -> Result<Vec<JobView>, JobStoreError>;

    /// Moves NEW tasks whose needs are DONE to READY, in all jobs, and lists what moved.
    async fn advance(&self) -> Result<Vec<TaskId>, JobStoreError>;

    /// Lends up to `limit` tasks that are READY and due, of the jobs that the request takes: higher priority first, then
    /// older jobs, then the order of the plan.
    async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claim>, JobStoreError>;

    /// Prolongs a lease; also the way a worker learns of a cancelled job.
    async fn renew(
        &self,
        task: &TaskId,
        token: FencingToken,
        lease: Duration,
    ) -> Result<Renewal, JobStoreError>;

    /// Notes progress and log lines of a task whose token still holds. The store sets the time of the lines.
    async fn append(
        &self,
        task: &TaskId,
        token: FencingToken,
        report: TaskReport,
    ) -> Result<(), JobStoreError>;

    /// Ends an attempt, and returns the task as it was stored.
    async fn commit(
        &self,
        task: &TaskId,
        token: FencingToken,
        outcome: Outcome,
    ) -> Result<Task, JobStoreError>;

    /// Ends several attempts, and answers for each in its place: a token that no longer holds spoils no other outcome. An
    /// error of the whole call leaves open what became of any of them. A store that can do this in one transaction should.
    async fn commit_all(
        &self,
        outcomes: Vec<(TaskId, FencingToken, Outcome)>,
    ) -> Result<Vec<Result<Task, JobStoreError>>, JobStoreError> {
        let mut results = Vec::with_capacity(outcomes.len());
        for (task, token, outcome) in outcomes {
            results.push(self.commit(&task, token, outcome).await);
        }
        Ok(results)
    }

    /// Takes back the leases that have expired, in all jobs, and lists what moved.
    async fn recover(&self) -> Result<Vec<TaskId>, JobStoreError>;

    /// Stops everything of a job that is not done. Cancelling twice is no error.
    async fn cancel(&self, id: &JobId) -> Result<JobView, JobStoreError>;

    /// Sends a stage and everything after it back to NEW; without a stage, everything that failed or was cancelled.
    async fn retry(&self, id: &JobId, from: Option<&StageName>) -> Result<JobView, JobStoreError>;

    /// Changes the outputs of a job that is over: another output for a stage, or those of an earlier version. The version
    /// that was complete is kept, and a callback is made ready for the next end, as by [`Self::retry`].
    async fn revise(&self, id: &JobId, revision: &Revision) -> Result<JobView, JobStoreError>;

    /// Gives a job that was planned by another version of its pipeline the plan of this one. Outputs of stages that both
    /// plans have, with the same needs, stay; the other stages are done anew.
    async fn replan(&self, id: &JobId, plan: &Plan) -> Result<JobView, JobStoreError>;

    /// Changes the priority of a job in any status: claims go by the new one from then on.
    async fn prioritize(&self, id: &JobId, priority: i32) -> Result<JobView, JobStoreError>;

    /// Replaces a job's callback if it is still `seen`, and tells whether it was. It is guaranteed that of several calls
    /// that saw the same record at most one succeeds; nothing else of the job changes, in any status.
    async fn replace_callback(
        &self,
        id: &JobId,
        seen: Option<&Callback>,
        callback: Option<Callback>,
    ) -> Result<bool, JobStoreError>;

    /// Removes a job that is complete, failed or cancelled. Artifacts are not touched.
    async fn delete(&self, id: &JobId) -> Result<(), JobStoreError>;

    /// Counts what waits and runs, stage by stage, over all jobs that are not final. For people and dashboards: nothing
    /// is decided by it.
    async fn backlog(&self) -> Result<Vec<StageBacklog>, JobStoreError> {
        let statuses = vec![JobStatus::Pending, JobStatus::Running, JobStatus::Interrupted];
        let views = self.list(&JobFilter { statuses, ..JobFilter::default() }).await?;
        Ok(StageBacklog::count(views.iter().map(|view| &view.job), wall_time()))
    }

    /// Returns when there may be new work, at the latest after `at_most`. Returning early is always allowed.
    async fn wait_for_work(&self, at_most: Duration);
}

/// A job with the status that the store's clock gives it.
#[derive(Debug, Clone, PartialEq)]
pub struct JobView {
    /// The job.
    pub job: Job,
    /// Where it stands at the moment of reading.
    pub status: JobStatus,
}

impl Serialize for JobView {
    /// Everything that is stored, and beside it what is derived: `status` and `error`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Whole<'a> {
            #[serde(flatten)]
            job: &'a Job,
            status: JobStatus,
            error: Option<String>,
        }
        Whole { job: &self.job, status: self.status, error: self.job.error() }.serialize(serializer)
    }
}

impl JobFilter {
    /// Only jobs with one of these statuses; none means all.
    #[must_use]
    pub fn with_statuses(mut self, statuses: impl IntoIterator<Item = JobStatus>) -> Self {
        self.statuses = statuses.into_iter().collect();
        self
    }

    /// Only jobs that have not changed since, by the store's clock.
    #[must_use]
    pub fn unchanged_since(mut self, since: Timestamp) -> Self {
        self.unchanged_since = Some(since);
        self
    }

    /// Leaves out the first jobs, for paging.
    #[must_use]
    pub fn with_offset(mut self, offset: usize) -> Self {
        self.offset = offset;
        self
    }

    /// Sets how many to return at most.
    #[must_use]
    pub fn with_limit(mut self, limit: usize) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Tells whether a job is among those that are wanted, wherever it stands in the list.
    pub fn wants(&self, view: &JobView) -> bool {
        (self.statuses.is_empty() || self.statuses.contains(&view.status))
            && self.unchanged_since.is_none_or(|since| view.job.updated_at <= since)
    }
}

/// The result of [`JobStore::create`].
#[derive(Debug, Clone, PartialEq)]
pub struct Created {
    /// The job.
    pub view: JobView,
    /// False when a job with the same idempotency key was there already.
    pub is_new: bool,
}

/// Which jobs to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct JobFilter {
    /// Only jobs with one of these statuses; empty means all.
    pub statuses: Vec<JobStatus>,
    /// Only jobs that have not changed since, by the store's clock; `None` means all.
    pub unchanged_since: Option<Timestamp>,
    /// How many to skip, for paging.
    pub offset: usize,
    /// How many to return at most; `None` means all.
    pub limit: Option<usize>,
}

/// What a worker asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClaimRequest {
    /// The stages it can do; `None` means any.
    pub stages: Option<Vec<StageName>>,
    /// The pipelines it has, by name; `None` means any.
    pub pipelines: Option<Vec<String>>,
    /// Only tasks of this job, for a process that was started for it alone.
    pub job: Option<JobId>,
    /// Jobs whose tasks it leaves to others.
    pub except: Vec<JobId>,
    /// Who asks, for people.
    pub worker: WorkerId,
    /// How long the lease is.
    pub lease: Duration,
    /// How many tasks at most.
    pub limit: usize,
}

impl ClaimRequest {
    /// Asks for `limit` tasks of any stage, pipeline and job.
    pub fn new(worker: WorkerId, lease: Duration, limit: usize) -> Self {
        Self { stages: None, pipelines: None, job: None, except: Vec::new(), worker, lease, limit }
    }

    /// Asks for tasks of these stages only.
    #[must_use]
    pub fn of_stages(mut self, stages: impl IntoIterator<Item = StageName>) -> Self {
        self.stages = Some(stages.into_iter().collect());
        self
    }

    /// Asks for tasks of one job only, if one is named.
    #[must_use]
    pub fn of_job(mut self, job: Option<JobId>) -> Self {
        self.job = job;
        self
    }

    /// Sets how many tasks are wanted at most.
    #[must_use]
    pub fn with_limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// Tells whether nobody can get anything by it.
    pub fn is_void(&self) -> bool {
        self.limit == 0
            || self.stages.as_ref().is_some_and(Vec::is_empty)
            || self.pipelines.as_ref().is_some_and(Vec::is_empty)
            || self.job.as_ref().is_some_and(|job| self.except.contains(job))
    }

    /// Tells whether tasks of a job may be lent by it, whatever their stages.
    pub fn takes(&self, job: &Job) -> bool {
        self.job.as_ref().is_none_or(|only| *only == job.job_id)
            && !self.except.contains(&job.job_id)
            && self.pipelines.as_ref().is_none_or(|pipelines| pipelines.contains(&job.pipeline))
    }
}

/// A task that was lent.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// Names the task.
    pub id: TaskId,
    /// The token that every write about it must carry.
    pub token: FencingToken,
    /// The whole job as it was when the task was lent.
    pub job: Job,
}

/// What a worker says while it works.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskReport {
    /// How far the task is, if that changed.
    pub progress: Option<Progress>,
    /// New log lines.
    pub logs: Vec<(LogLevel, String)>,
}

/// Why a job store could not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JobStoreError {
    /// There is no such job.
    #[error("there is no job {0}")]
    JobNotFound(JobId),
    /// The lease is somebody else's, or nobody's: what the worker did does not count.
    #[error("the lease on {task} with token {token} was lost; the work of this attempt does not count")]
    LeaseLost {
        /// The task.
        task: TaskId,
        /// The token that no longer holds.
        token: FencingToken,
    },
    /// The state machine does not allow it.
    #[error("job {job} does not allow this")]
    Refused {
        /// The job.
        job: JobId,
        /// Why.
        #[source]
        source: TransitionError,
    },
    /// What is stored is not a job that this version can read.
    #[error("job {job} is stored in a form that this version cannot read")]
    Damaged {
        /// The job.
        job: String,
        /// What is wrong.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The store has no room left.
    #[error("the job store is full; free some space, then run the same command again")]
    Full(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The store cannot be reached. Whether the transition happened is not known.
    #[error("the job store could not {action}")]
    Unavailable {
        /// What was tried.
        action: String,
        /// Why it failed.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl JobStoreError {
    /// Names the job or task that a [`TransitionError`] is about.
    pub fn from_transition(error: TransitionError, id: &JobId) -> Self {
        match error {
            TransitionError::LeaseLost { key, token } => {
                Self::LeaseLost { task: TaskId { job: id.clone(), key }, token }
            }
            source => Self::Refused { job: id.clone(), source },
        }
    }
}
