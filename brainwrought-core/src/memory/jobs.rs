//! [`MemoryJobStore`]: jobs in a list.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Notify;

use crate::budget::{Charge, Cost};
use crate::clock::{Clock, Now, ProcessClock};
use crate::id::{FencingToken, JobId, StageName, TaskId};
use crate::job::{Callback, Job, LogEntry, NewJob, Outcome, Plan, Renewal, Revision, Task};
use crate::job_store::{
    Claim, ClaimRequest, Created, JobFilter, JobStore, JobStoreError, JobView, TaskReport,
};
use crate::ledger_store::LedgerStore;

/// Keeps jobs in memory; they are gone when it is dropped. The reference that other stores are held against.
#[derive(Debug)]
pub struct MemoryJobStore {
    clock: Arc<dyn Clock>,
    jobs: Mutex<Vec<Job>>,
    work: Notify,
}

impl Default for MemoryJobStore {
    fn default() -> Self {
        Self::with_clock(Arc::new(ProcessClock::default()))
    }
}

impl MemoryJobStore {
    /// Makes an empty store that measures leases by `clock`.
    pub fn with_clock(clock: Arc<dyn Clock>) -> Self {
        Self { clock, jobs: Mutex::default(), work: Notify::new() }
    }

    fn jobs(&self) -> MutexGuard<'_, Vec<Job>> {
        // Every change is made by one call that cannot panic half-way, so a poisoned lock still guards good data.
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(
        &self,
        id: &JobId,
        change: impl FnOnce(&mut Job, &Now) -> Result<T, crate::job::TransitionError>,
    ) -> Result<T, JobStoreError> {
        let now = self.clock.now();
        let mut jobs = self.jobs();
        let job = jobs
            .iter_mut()
            .find(|job| job.job_id == *id)
            .ok_or_else(|| JobStoreError::JobNotFound(id.clone()))?;
        let result = change(job, &now).map_err(|error| JobStoreError::from_transition(error, id));
        self.work.notify_waiters();
        result
    }
}

#[async_trait]
impl LedgerStore for MemoryJobStore {
    async fn reserve(
        &self,
        task: &TaskId,
        token: FencingToken,
        charge: &Charge,
    ) -> Result<(), JobStoreError> {
        self.change(&task.job, |job, now| job.reserve(&task.key, token, charge, now))
    }

    async fn settle(
        &self,
        task: &TaskId,
        token: FencingToken,
        charge: &Charge,
        cost: Cost,
    ) -> Result<(), JobStoreError> {
        self.change(&task.job, |job, now| job.settle(&task.key, token, charge, cost, now))
    }

    async fn limit_cost(&self, id: &JobId, limit: Option<Cost>) -> Result<JobView, JobStoreError> {
        self.change(id, |job, now| {
            job.limit_cost(limit, now);
            Ok(view(job, now))
        })
    }
}

#[async_trait]
impl JobStore for MemoryJobStore {
    async fn create(&self, new: NewJob) -> Result<Created, JobStoreError> {
        let now = self.clock.now();
        let mut jobs = self.jobs();
        let known = jobs
            .iter()
            .find(|job| new.idempotency_key.is_some() && job.idempotency_key == new.idempotency_key);
        if let Some(job) = known {
            return Ok(Created { view: view(job, &now), is_new: false });
        }
        let id = JobId::random().map_err(|error| JobStoreError::Unavailable {
            action: "draw a job id".to_owned(),
            source: Box::new(error),
        })?;
        let job = Job::create(id, new, &now);
        let created = Created { view: view(&job, &now), is_new: true };
        jobs.push(job);
        self.work.notify_waiters();
        Ok(created)
    }

    async fn get(&self, id: &JobId) -> Result<JobView, JobStoreError> {
        let now = self.clock.now();
        let jobs = self.jobs();
        let job = jobs.iter().find(|job| job.job_id == *id);
        job.map(|job| view(job, &now)).ok_or_else(|| JobStoreError::JobNotFound(id.clone()))
    }

    async fn list(&self, filter: &JobFilter) -> Result<Vec<JobView>, JobStoreError> {
        let now = self.clock.now();
        let jobs = self.jobs();
        Ok(jobs
            .iter()
            .rev()
            .map(|job| view(job, &now))
            .filter(|view| filter.wants(view))
            .skip(filter.offset)
            .take(filter.limit.unwrap_or(usize::MAX))
            .collect())
    }

    async fn advance(&self) -> Result<Vec<TaskId>, JobStoreError> {
        let now = self.clock.now();
        let moved: Vec<TaskId> =
            self.jobs().iter_mut().flat_map(|job| task_ids(job.advance(&now), &job.job_id)).collect();
        if !moved.is_empty() {
            self.work.notify_waiters();
        }
        Ok(moved)
    }

    async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claim>, JobStoreError> {
        let now = self.clock.now();
        let mut jobs = self.jobs();
        let mut order: Vec<usize> = (0..jobs.len()).collect();
        order.sort_by_key(|&place| std::cmp::Reverse(jobs[place].priority));
        let mut claims = Vec::new();
        for place in order {
            let job = &mut jobs[place];
            if !request.takes(job) {
                continue;
            }
            for key in job.claimable(request.stages.as_deref(), &now) {
                if claims.len() == request.limit {
                    return Ok(claims);
                }
                if let Some(task) = job.claim(&key, &request.worker, request.lease, None, &now) {
                    let token = task.token;
                    let id = TaskId { job: job.job_id.clone(), key };
                    claims.push(Claim { id, token, job: job.clone() });
                }
            }
        }
        Ok(claims)
    }

    async fn renew(
        &self,
        task: &TaskId,
        token: FencingToken,
        lease: Duration,
    ) -> Result<Renewal, JobStoreError> {
        self.change(&task.job, |job, now| Ok(job.renew(&task.key, token, lease, now)))
    }

    async fn append(
        &self,
        task: &TaskId,
        token: FencingToken,
        report: TaskReport,
    ) -> Result<(), JobStoreError> {
        self.change(&task.job, |job, now| {
            let logs = LogEntry::stamp(report.logs, &task.key, now);
            job.append(&task.key, token, report.progress, logs, now)
        })
    }

    async fn commit(
        &self,
        task: &TaskId,
        token: FencingToken,
        outcome: Outcome,
    ) -> Result<Task, JobStoreError> {
        self.change(&task.job, |job, now| job.commit(&task.key, token, outcome, now))
    }

    async fn recover(&self) -> Result<Vec<TaskId>, JobStoreError> {
        let now = self.clock.now();
        let moved: Vec<TaskId> = self
            .jobs()
            .iter_mut()
            .flat_map(|job| task_ids(job.recover(|lease| lease.is_expired(&now), &now), &job.job_id))
            .collect();
        if !moved.is_empty() {
            self.work.notify_waiters();
        }
        Ok(moved)
    }

    async fn cancel(&self, id: &JobId) -> Result<JobView, JobStoreError> {
        self.change(id, |job, now| {
            job.cancel(now)?;
            Ok(view(job, now))
        })
    }

    async fn retry(&self, id: &JobId, from: Option<&StageName>) -> Result<JobView, JobStoreError> {
        self.change(id, |job, now| {
            job.retry(from, now)?;
            Ok(view(job, now))
        })
    }

    async fn replan(&self, id: &JobId, plan: &Plan) -> Result<JobView, JobStoreError> {
        self.change(id, |job, now| {
            job.replan(plan, now);
            Ok(view(job, now))
        })
    }

    async fn revise(&self, id: &JobId, revision: &Revision) -> Result<JobView, JobStoreError> {
        self.change(id, |job, now| {
            job.revise(revision, now)?;
            Ok(view(job, now))
        })
    }

    async fn prioritize(&self, id: &JobId, priority: i32) -> Result<JobView, JobStoreError> {
        self.change(id, |job, now| {
            job.priority = priority;
            Ok(view(job, now))
        })
    }

    async fn replace_callback(
        &self,
        id: &JobId,
        seen: Option<&Callback>,
        callback: Option<Callback>,
    ) -> Result<bool, JobStoreError> {
        self.change(id, |job, _| Ok(job.replace_callback(seen, callback)))
    }

    async fn delete(&self, id: &JobId) -> Result<(), JobStoreError> {
        let now = self.clock.now();
        let mut jobs = self.jobs();
        let place = jobs.iter().position(|job| job.job_id == *id);
        let place = place.ok_or_else(|| JobStoreError::JobNotFound(id.clone()))?;
        jobs[place].check_deletable(&now).map_err(|error| JobStoreError::from_transition(error, id))?;
        jobs.remove(place);
        Ok(())
    }

    async fn wait_for_work(&self, at_most: Duration) {
        let _ = tokio::time::timeout(at_most, self.work.notified()).await;
    }
}

fn view(job: &Job, now: &Now) -> JobView {
    JobView { job: job.clone(), status: job.status(now) }
}

fn task_ids(keys: Vec<crate::id::TaskKey>, id: &JobId) -> Vec<TaskId> {
    keys.into_iter().map(|key| TaskId { job: id.clone(), key }).collect()
}
