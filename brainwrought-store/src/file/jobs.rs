//! [`FileJobStore`]: the job store in a folder.

use std::fs::TryLockError;
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use brainwrought_core::budget::{Charge, Cost};
use brainwrought_core::clock::{Clock, Now, wall_time};
use brainwrought_core::id::{FencingToken, JobId, StageName, TaskId, TaskKey, ViewId};
use brainwrought_core::job::{
    Callback, Job, LogEntry, NewJob, Outcome, Plan, Renewal, Revision, Task, TransitionError,
};
use brainwrought_core::job_store::{
    Claim, ClaimRequest, Created, JobFilter, JobStore, JobStoreError, JobView, TaskReport,
};
use brainwrought_core::ledger_store::LedgerStore;
use brainwrought_core::report::chain;
use tokio::sync::Notify;

use super::active_jobs::{active_job, active_jobs};
use super::boot_clock::BootClock;
use super::durable::Durability;
use super::folder::{Folder, unavailable};
use super::holder;
use super::locked_folder::LockedFolder;
use crate::OpenError;

/// Keeps each job as `<folder>/jobs/<job_id>.json`, readable by people.
///
/// Safe across the processes of one machine: every transition happens under a file lock, and is on disk when it
/// returns. Leases are measured by the time since boot, which nobody can set; the lease of a process that has died is
/// taken back at once. Not for folders that several machines share: their clocks and locks are not one.
#[derive(Debug)]
pub struct FileJobStore {
    folder: LockedFolder,
    /// Wakes whoever waits in this process.
    work: Notify,
}

/// How often a waiting process looks whether another one has changed something.
const LOOK_EVERY: Duration = Duration::from_millis(60);

/// How long a caller may take from its last look to its wait without missing a change in between.
const LATELY: Duration = Duration::from_millis(250);

impl FileJobStore {
    /// Opens a folder; it is made when it is not there.
    ///
    /// # Errors
    ///
    /// Fails when the folder cannot be made or written.
    pub fn open(folder: &Path) -> Result<Self, OpenError> {
        Self::open_with_clock(folder, Box::new(BootClock::new()))
    }

    /// Opens a folder and measures leases by `clock`, for tests.
    ///
    /// # Errors
    ///
    /// Fails when the folder cannot be made or written.
    pub fn open_with_clock(folder: &Path, clock: Box<dyn Clock>) -> Result<Self, OpenError> {
        let opened = Folder::open(&folder.join("jobs"));
        let opened = opened.and_then(|opened| opened.lock_file().map(|lock| (opened, lock)));
        let (opened, lock) = opened.map_err(|error| OpenError::folder(folder, error))?;
        match lock.try_lock() {
            Ok(()) | Err(TryLockError::WouldBlock) => drop(lock),
            Err(TryLockError::Error(error)) => {
                return Err(OpenError::NoLocks { folder: folder.to_owned(), source: Box::new(error) });
            }
        }
        Ok(Self::with_folder(folder, opened, clock))
    }

    /// Opens a folder whose jobs are only looked at. Where it is there and cannot be written, it is left as it is: no
    /// damaged file is mended, and every change fails.
    ///
    /// # Errors
    ///
    /// Fails when the folder is not there and cannot be made, and when it cannot be read.
    pub fn open_to_read(folder: &Path) -> Result<Self, OpenError> {
        let jobs = folder.join("jobs");
        match Self::open(folder) {
            Err(OpenError::Folder { .. }) if jobs.is_dir() => {
                let opened =
                    Folder::open_to_read(&jobs).map_err(|error| OpenError::unreadable(folder, error))?;
                Ok(Self::with_folder(folder, opened, Box::new(BootClock::new())))
            }
            opened => opened,
        }
    }

    fn with_folder(folder: &Path, opened: Folder, clock: Box<dyn Clock>) -> Self {
        Self { folder: LockedFolder::new(folder.join("jobs"), opened, clock), work: Notify::new() }
    }

    /// Changes one job.
    async fn change<T: Send + 'static>(
        &self,
        id: &JobId,
        durability: Durability,
        change: impl FnOnce(&mut Job, &Now) -> Result<T, TransitionError> + Send + 'static,
    ) -> Result<T, JobStoreError> {
        let id = id.clone();
        let result = self
            .folder
            .locked(move |folder, now| {
                let before = folder.read(&id, now)?;
                let mut job = before.clone();
                let result =
                    change(&mut job, now).map_err(|error| JobStoreError::from_transition(error, &id))?;
                let has_changed = job != before;
                if has_changed {
                    folder.write(&view(job, now), now, durability)?;
                }
                Ok((result, has_changed))
            })
            .await;
        // Nobody needs to look again for what was refused; a failed write may have been half done.
        if !matches!(result, Ok((_, false))) {
            self.work.notify_waiters();
        }
        result.map(|(result, _)| result)
    }

    /// Changes every active job that `change` moves tasks of.
    async fn sweep(
        &self,
        change: impl Fn(&mut Job, &Now) -> Vec<TaskKey> + Send + 'static,
    ) -> Result<Vec<TaskId>, JobStoreError> {
        let moved = self
            .folder
            .locked(move |folder, now| {
                let mut moved = Vec::new();
                for mut job in active_jobs(folder, now)? {
                    let keys = change(&mut job, now);
                    if keys.is_empty() {
                        continue;
                    }
                    let id = job.job_id.clone();
                    folder.write(&view(job, now), now, Durability::Synced)?;
                    moved.extend(keys.into_iter().map(|key| TaskId { job: id.clone(), key }));
                }
                Ok(moved)
            })
            .await?;
        if !moved.is_empty() {
            self.work.notify_waiters();
        }
        Ok(moved)
    }
}

#[async_trait]
impl LedgerStore for FileJobStore {
    async fn reserve(
        &self,
        task: &TaskId,
        token: FencingToken,
        charge: &Charge,
    ) -> Result<(), JobStoreError> {
        let (key, charge) = (task.key.clone(), charge.clone());
        let change = move |job: &mut Job, now: &Now| job.reserve(&key, token, &charge, now);
        self.change(&task.job, Durability::Synced, change).await
    }

    async fn settle(
        &self,
        task: &TaskId,
        token: FencingToken,
        charge: &Charge,
        cost: Cost,
    ) -> Result<(), JobStoreError> {
        let (key, charge) = (task.key.clone(), charge.clone());
        let change = move |job: &mut Job, now: &Now| job.settle(&key, token, &charge, cost, now);
        self.change(&task.job, Durability::Synced, change).await
    }

    async fn limit_cost(&self, id: &JobId, limit: Option<Cost>) -> Result<JobView, JobStoreError> {
        self.change(id, Durability::Synced, move |job, now| {
            job.limit_cost(limit, now);
            Ok(view(job.clone(), now))
        })
        .await
    }
}

#[async_trait]
impl JobStore for FileJobStore {
    async fn create(&self, new: NewJob) -> Result<Created, JobStoreError> {
        let id = JobId::random().map_err(|error| unavailable("draw a job id", error))?;
        let created = self
            .folder
            .locked(move |folder, now| {
                if let Some(key) = &new.idempotency_key {
                    if let Some(job) = folder.by_key(key, now)? {
                        return Ok(Created { view: view(job, now), is_new: false });
                    }
                    folder.bind_key(key, &id)?;
                }
                let view = view(Job::create(id, new, now), now);
                folder.write(&view, now, Durability::Synced)?;
                Ok(Created { view, is_new: true })
            })
            .await;
        self.work.notify_waiters();
        created
    }

    async fn get(&self, id: &JobId) -> Result<JobView, JobStoreError> {
        let id = id.clone();
        self.folder.locked(move |folder, now| Ok(view(folder.read(&id, now)?, now))).await
    }

    async fn find_by_view(&self, view_id: &ViewId) -> Result<Option<JobView>, JobStoreError> {
        let view_id = view_id.clone();
        self.folder
            .locked(move |folder, now| {
                // The ids are the names of the files, so one job is read at most.
                let id = folder.all()?.into_iter().find(|id| ViewId::from_job(id) == view_id);
                match id.map(|id| folder.read(&id, now)) {
                    None | Some(Err(JobStoreError::JobNotFound(_))) => Ok(None),
                    Some(found) => Ok(Some(view(found?, now))),
                }
            })
            .await
    }

    async fn list(&self, filter: &JobFilter) -> Result<Vec<JobView>, JobStoreError> {
        let filter = filter.clone();
        self.folder
            .locked(move |folder, now| {
                let mut views = Vec::new();
                for id in folder.all()? {
                    match folder.read(&id, now) {
                        Ok(job) => views.push(view(job, now)),
                        // One damaged file must not hide the others; asking for the job itself tells.
                        Err(error) => tracing::warn!("a job was left out of the list: {}", chain(&error)),
                    }
                }
                views.sort_by(|a, b| {
                    (b.job.created_at, &b.job.job_id).cmp(&(a.job.created_at, &a.job.job_id))
                });
                Ok(views
                    .into_iter()
                    .filter(|view| filter.wants(view))
                    .skip(filter.offset)
                    .take(filter.limit.unwrap_or(usize::MAX))
                    .collect())
            })
            .await
    }

    async fn advance(&self) -> Result<Vec<TaskId>, JobStoreError> {
        self.sweep(Job::advance).await
    }

    async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claim>, JobStoreError> {
        let request = request.clone();
        self.folder
            .locked(move |folder, now| {
                let mut claims = Vec::new();
                let mut jobs = match &request.job {
                    Some(id) => active_job(folder, id, now)?.into_iter().collect(),
                    None => active_jobs(folder, now)?,
                };
                jobs.sort_by_cached_key(|job| (-i64::from(job.priority), job.created_at, job.job_id.clone()));
                for mut job in jobs.into_iter().filter(|job| request.takes(job)) {
                    let mut lent = Vec::new();
                    for key in job.claimable(request.stages.as_deref(), now) {
                        if claims.len() + lent.len() == request.limit {
                            break;
                        }
                        let holder = holder::this_process();
                        let lease = request.lease;
                        let token =
                            job.claim(&key, &request.worker, lease, holder, now).map(|task| task.token);
                        let id = TaskId { job: job.job_id.clone(), key };
                        lent.extend(token.map(|token| (id, token)));
                    }
                    if lent.is_empty() {
                        continue;
                    }
                    folder.write(&view(job.clone(), now), now, Durability::Synced)?;
                    claims.extend(lent.into_iter().map(|(id, token)| Claim { id, token, job: job.clone() }));
                }
                Ok(claims)
            })
            .await
    }

    async fn renew(
        &self,
        task: &TaskId,
        token: FencingToken,
        lease: Duration,
    ) -> Result<Renewal, JobStoreError> {
        let key = task.key.clone();
        // After a power cut every lease has run out anyway, so a renewal need not survive one.
        let change = move |job: &mut Job, now: &Now| Ok(job.renew(&key, token, lease, now));
        self.change(&task.job, Durability::Whole, change).await
    }

    async fn append(
        &self,
        task: &TaskId,
        token: FencingToken,
        report: TaskReport,
    ) -> Result<(), JobStoreError> {
        let key = task.key.clone();
        // Progress and log lines are for people; nothing depends on the last ones.
        let change = move |job: &mut Job, now: &Now| {
            let logs = LogEntry::stamp(report.logs, &key, now);
            job.append(&key, token, report.progress, logs, now)
        };
        self.change(&task.job, Durability::Whole, change).await
    }

    async fn commit(
        &self,
        task: &TaskId,
        token: FencingToken,
        outcome: Outcome,
    ) -> Result<Task, JobStoreError> {
        let key = task.key.clone();
        let change = move |job: &mut Job, now: &Now| job.commit(&key, token, outcome, now);
        self.change(&task.job, Durability::Synced, change).await
    }

    async fn recover(&self) -> Result<Vec<TaskId>, JobStoreError> {
        self.sweep(|job, now| {
            let is_gone = |holder: &Option<String>| holder.as_deref().is_some_and(holder::is_gone);
            job.recover(|lease| lease.is_expired(now) || is_gone(&lease.holder), now)
        })
        .await
    }

    async fn cancel(&self, id: &JobId) -> Result<JobView, JobStoreError> {
        self.change(id, Durability::Synced, |job, now| {
            job.cancel(now)?;
            Ok(view(job.clone(), now))
        })
        .await
    }

    async fn retry(&self, id: &JobId, from: Option<&StageName>) -> Result<JobView, JobStoreError> {
        let from = from.cloned();
        self.change(id, Durability::Synced, move |job, now| {
            job.retry(from.as_ref(), now)?;
            Ok(view(job.clone(), now))
        })
        .await
    }

    async fn replan(&self, id: &JobId, plan: &Plan) -> Result<JobView, JobStoreError> {
        let plan = plan.clone();
        self.change(id, Durability::Synced, move |job, now| {
            job.replan(&plan, now);
            Ok(view(job.clone(), now))
        })
        .await
    }

    async fn revise(&self, id: &JobId, revision: &Revision) -> Result<JobView, JobStoreError> {
        let revision = revision.clone();
        self.change(id, Durability::Synced, move |job, now| {
            job.revise(&revision, now)?;
            Ok(view(job.clone(), now))
        })
        .await
    }

    async fn prioritize(&self, id: &JobId, priority: i32) -> Result<JobView, JobStoreError> {
        self.change(id, Durability::Synced, move |job, now| {
            job.priority = priority;
            Ok(view(job.clone(), now))
        })
        .await
    }

    async fn replace_callback(
        &self,
        id: &JobId,
        seen: Option<&Callback>,
        callback: Option<Callback>,
    ) -> Result<bool, JobStoreError> {
        let seen = seen.cloned();
        self.change(id, Durability::Synced, move |job, _| Ok(job.replace_callback(seen.as_ref(), callback)))
            .await
    }

    async fn delete(&self, id: &JobId) -> Result<(), JobStoreError> {
        let id = id.clone();
        self.folder
            .locked(move |folder, now| {
                let job = match folder.read(&id, now) {
                    Err(JobStoreError::Damaged { .. }) => return folder.remove_damaged(&id),
                    read => read?,
                };
                job.check_deletable(now).map_err(|error| JobStoreError::from_transition(error, &id))?;
                folder.remove(&job)
            })
            .await
    }

    async fn wait_for_work(&self, at_most: Duration) {
        // Registered before anything is looked at, so that no change falls in between.
        let mut notified = std::pin::pin!(self.work.notified());
        notified.as_mut().enable();
        let seen = Folder::generation(self.folder.path());
        // What changed just now may have changed after the caller last looked: it had better look again.
        let age = seen.and_then(|seen| Folder::age(seen, wall_time()));
        let may_be_late = age.is_some_and(|age| age < LATELY);
        let look = async {
            loop {
                tokio::time::sleep(LOOK_EVERY).await;
                // One look at a folder's time is too short for a trip to the blocking threads.
                if may_be_late || Folder::generation(self.folder.path()) != seen {
                    return;
                }
            }
        };
        tokio::select! {
            () = notified => {}
            () = look => {}
            () = tokio::time::sleep(at_most) => {}
        }
    }
}

fn view(job: Job, now: &Now) -> JobView {
    JobView { status: job.status(now), job }
}
