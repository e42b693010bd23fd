//! [`Job`]: an input on its way through a pipeline, and every change that may happen to it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    AttemptEnd, Callback, JobInput, JobStatus, Lease, Ledger, LogEntry, NewJob, Outcome, Plan, Progress,
    Renewal, StagePlan, Task, TaskStatus, TransitionError, Versions,
};
use crate::clock::{Now, Timestamp};
use crate::id::{Digest, FencingToken, JobId, StageName, TaskKey, WorkerId};

/// Everything that is known of a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Job {
    /// Names the job.
    pub job_id: JobId,
    /// The name of its pipeline.
    pub pipeline: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// What it starts from.
    pub input: JobInput,
    /// What the user chose, as the pipeline understands it.
    pub options: Value,
    /// The higher, the sooner it is claimed.
    pub priority: i32,
    /// How often each task is tried.
    pub max_attempts: u32,
    /// Makes a second creation with the same key find this job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// True once somebody cancelled it.
    #[serde(default)]
    pub cancelled: bool,
    /// Whom to tell when it has ended, if anybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback: Option<Callback>,
    /// What it may spend and what it has spent.
    #[serde(default, skip_serializing_if = "Ledger::is_empty")]
    pub ledger: Ledger,
    /// The stages and what they wait for.
    pub plan: Plan,
    /// The tasks, in the order of the plan and of their segments.
    pub stages: Vec<Task>,
    /// No new task starts with a smaller token: tasks that were taken away may still have workers.
    #[serde(default)]
    pub token_floor: FencingToken,
    /// Its finished versions, once it was changed.
    #[serde(default, skip_serializing_if = "Versions::is_empty")]
    pub versions: Versions,
    /// What happened, oldest first; at most [`Job::MAX_LOGS`].
    #[serde(default)]
    pub logs: Vec<LogEntry>,
}

impl Job {
    /// The most log lines that a job keeps.
    pub const MAX_LOGS: usize = 500;

    /// The most items that a stage may fan out over. A multi-hour video has some thousands.
    pub const MAX_ITEMS: u32 = 100_000;

    /// Makes a new job whose tasks are all NEW. Stages that fan out get their tasks once their source is DONE.
    pub fn create(job_id: JobId, new: NewJob, now: &Now) -> Self {
        let mut job = Self::without_tasks(job_id, new, now.wall);
        let first = job.plan.stages().iter().filter(|stage| stage.fan.is_none());
        job.stages = first.map(|stage| Task::new(single(&stage.name), FencingToken::default())).collect();
        job
    }

    /// A job that has no tasks, for a store that reads a job in parts: it puts in what else it has stored of it.
    pub fn without_tasks(job_id: JobId, new: NewJob, created_at: Timestamp) -> Self {
        Self {
            job_id,
            pipeline: new.pipeline,
            created_at,
            updated_at: created_at,
            input: new.input,
            options: new.options,
            priority: new.priority,
            max_attempts: new.max_attempts.max(1),
            idempotency_key: new.idempotency_key,
            cancelled: false,
            callback: None,
            ledger: Ledger { max_cost: new.max_cost, ..Ledger::default() },
            plan: new.plan,
            stages: Vec::new(),
            token_floor: FencingToken::default(),
            versions: Versions::default(),
            logs: Vec::new(),
        }
    }

    /// Finds a task.
    pub fn task(&self, key: &TaskKey) -> Option<&Task> {
        self.stages.iter().find(|task| task.key == *key)
    }

    /// Lists the tasks of a stage, in the order of their segments.
    pub fn tasks_of<'a>(&'a self, stage: &'a StageName) -> impl Iterator<Item = &'a Task> {
        self.stages.iter().filter(move |task| task.key.stage == *stage)
    }

    /// Derives where the job stands.
    pub fn status(&self, now: &Now) -> JobStatus {
        let any = |status: TaskStatus| self.stages.iter().any(|task| task.status == status);
        if self.cancelled {
            return JobStatus::Cancelled;
        }
        if any(TaskStatus::Error) {
            return JobStatus::Failed;
        }
        if self.is_complete() {
            return JobStatus::Completed;
        }
        let running = |task: &Task| task.lease.as_ref().is_some_and(|lease| !lease.is_expired(now));
        if self.stages.iter().any(running) {
            return JobStatus::Running;
        }
        let lapsed = |task: &Task| match task.status {
            TaskStatus::Running => true,
            TaskStatus::Ready => task
                .history
                .last()
                .is_some_and(|last| last.end == AttemptEnd::LeaseExpired && last.token == task.token),
            _ => false,
        };
        if self.stages.iter().any(lapsed) {
            return JobStatus::Interrupted;
        }
        let started = |task: &Task| task.status == TaskStatus::Done || task.attempt > 0;
        if self.stages.iter().any(started) { JobStatus::Running } else { JobStatus::Pending }
    }

    /// The errors of the tasks that failed for good.
    pub fn error(&self) -> Option<String> {
        let errors: Vec<String> = self
            .stages
            .iter()
            .filter(|task| task.status == TaskStatus::Error)
            .filter_map(|task| Some(format!("{}: {}", task.key, task.history.last()?.error)))
            .collect();
        (!errors.is_empty()).then(|| errors.join("\n"))
    }

    /// Moves every NEW task whose needs are DONE to READY, and lists what moved.
    pub fn advance(&mut self, now: &Now) -> Vec<TaskKey> {
        if self.cancelled {
            return Vec::new();
        }
        let moved: Vec<TaskKey> = self
            .stages
            .iter()
            .filter(|task| task.status == TaskStatus::New && self.is_fed(task))
            .map(|task| task.key.clone())
            .collect();
        for task in &mut self.stages {
            if moved.contains(&task.key) {
                task.status = TaskStatus::Ready;
            }
        }
        if !moved.is_empty() {
            self.updated_at = now.wall;
        }
        moved
    }

    /// Lists the tasks that a worker for `stages` may claim now, in the order of the plan.
    pub fn claimable(&self, stages: Option<&[StageName]>, now: &Now) -> Vec<TaskKey> {
        if self.cancelled {
            return Vec::new();
        }
        let wanted = |task: &&Task| stages.is_none_or(|stages| stages.contains(&task.key.stage));
        self.stages
            .iter()
            .filter(wanted)
            .filter(|task| task.is_claimable(now))
            .map(|t| t.key.clone())
            .collect()
    }

    /// Lends a READY task that is due, with a token one larger than ever before. The caller says what it knows of the
    /// process that takes it. `None` when the task is not claimable.
    pub fn claim(
        &mut self,
        key: &TaskKey,
        worker: &WorkerId,
        lease: Duration,
        holder: Option<String>,
        now: &Now,
    ) -> Option<&Task> {
        let task = self.stages.iter_mut().find(|task| task.key == *key)?;
        if self.cancelled || !task.is_claimable(now) {
            return None;
        }
        task.claim(worker, lease, holder, now);
        self.updated_at = now.wall;
        Some(task)
    }

    /// Prolongs a lease. A lease that has run out but was not yet taken away is prolonged too: nobody else has it.
    pub fn renew(&mut self, key: &TaskKey, token: FencingToken, lease: Duration, now: &Now) -> Renewal {
        if self.cancelled {
            return Renewal::Cancelled;
        }
        let Some(task) = self.stages.iter_mut().find(|task| task.key == *key) else {
            return Renewal::Lost;
        };
        if !task.is_held_by(token) {
            return Renewal::Lost;
        }
        if let Some(held) = &mut task.lease {
            held.expires = now.reading.after(lease);
        }
        self.updated_at = now.wall;
        Renewal::Renewed
    }

    /// Notes how far a task is and what it logged, as long as the token holds.
    ///
    /// # Errors
    ///
    /// [`TransitionError::LeaseLost`] when the token no longer holds.
    pub fn append(
        &mut self,
        key: &TaskKey,
        token: FencingToken,
        progress: Option<Progress>,
        logs: Vec<LogEntry>,
        now: &Now,
    ) -> Result<(), TransitionError> {
        let task = self.held(key, token)?;
        if progress.is_some() {
            task.progress = progress;
        }
        self.push_logs(logs);
        self.updated_at = now.wall;
        Ok(())
    }

    /// The outputs that the job refers to, those of its earlier versions included: what it needs of the artifact store is these, the bytes that they name, and
    /// the bytes that its input and its options name.
    pub fn outputs(&self) -> impl Iterator<Item = &Digest> {
        self.stages.iter().filter_map(|task| task.output.as_ref()).chain(self.versions.outputs())
    }

    /// Ends an attempt, and returns the task as it then is; a task that is taken away, as it was.
    ///
    /// # Errors
    ///
    /// [`TransitionError::LeaseLost`] when the token no longer holds: the outcome does not count.
    pub fn commit(
        &mut self,
        key: &TaskKey,
        token: FencingToken,
        outcome: Outcome,
        now: &Now,
    ) -> Result<Task, TransitionError> {
        let max_attempts = self.max_attempts;
        let task = self.held(key, token)?;
        let before = task.clone();
        match outcome {
            Outcome::Done { output, items, cached } => {
                task.status = TaskStatus::Done;
                task.lease = None;
                task.progress = None;
                task.output = Some(output);
                task.cached = cached;
                task.items = items.map(|items| items.min(Self::MAX_ITEMS));
                task.finished_at = Some(now.wall);
                self.expand(&key.stage);
            }
            Outcome::Failed(failure) => task.fail(&failure, max_attempts, now),
            Outcome::InputLost { owners, error } => self.send_back(key, &owners, error, now),
            Outcome::PassedOver { reason } => task.pass_over(reason),
            Outcome::HandedBack => task.hand_back(),
        }
        self.updated_at = now.wall;
        Ok(self.task(key).cloned().unwrap_or(before))
    }

    /// Takes back every lease that `lapsed` says is over, writes that to the history, and lists what moved.
    pub fn recover(&mut self, lapsed: impl Fn(&Lease) -> bool, now: &Now) -> Vec<TaskKey> {
        let mut moved = Vec::new();
        for task in &mut self.stages {
            if task.status == TaskStatus::Running && task.lease.as_ref().is_none_or(&lapsed) {
                task.expire(self.max_attempts, now);
                moved.push(task.key.clone());
            }
        }
        if !moved.is_empty() {
            self.updated_at = now.wall;
        }
        moved
    }

    /// Stops everything that is not done. Cancelling twice is no error.
    ///
    /// # Errors
    ///
    /// [`TransitionError::AlreadyFinal`] when the job is complete.
    pub fn cancel(&mut self, now: &Now) -> Result<(), TransitionError> {
        if self.is_complete() {
            return Err(TransitionError::AlreadyFinal(JobStatus::Completed));
        }
        if self.cancelled {
            return Ok(());
        }
        self.cancelled = true;
        for task in &mut self.stages {
            if task.status != TaskStatus::Done && task.status != TaskStatus::Error {
                task.cancel(now);
            }
        }
        self.updated_at = now.wall;
        Ok(())
    }

    /// Sends a stage and everything after it back to NEW; without a stage, everything that failed or was cancelled. The
    /// version that was complete is kept.
    ///
    /// # Errors
    ///
    /// Fails when the pipeline has no such stage, or when no stage is named and nothing failed.
    pub fn retry(&mut self, from: Option<&StageName>, now: &Now) -> Result<(), TransitionError> {
        let reset = match from {
            Some(stage) => self.downstream_names(stage)?,
            None if self.stages.iter().any(is_stopped) => Vec::new(),
            None => return Err(TransitionError::NothingToRetry(self.status(now))),
        };
        // The last stage alone delivers the same version again.
        if reset.len() > 1 {
            self.begin_version();
        } else {
            self.keep_version();
        }
        self.reset_stages(&reset);
        self.updated_at = now.wall;
        Ok(())
    }

    /// Names a stage and everything after it.
    pub(super) fn downstream_names(&self, stage: &StageName) -> Result<Vec<StageName>, TransitionError> {
        if self.plan.stage(stage).is_none() {
            let known: Vec<&str> = self.plan.stages().iter().map(|stage| stage.name.0.as_str()).collect();
            return Err(TransitionError::NoSuchStage { name: stage.clone(), known: known.join(", ") });
        }
        Ok(self.plan.downstream(stage).into_iter().map(|stage| stage.name.clone()).collect())
    }

    /// Sends the tasks of `reset`, and whatever failed or was cancelled, back to NEW, and undoes a cancel. Segments whose
    /// source is made again are forgotten. Whoever asked to be called is called again at the next end.
    pub(super) fn reset_stages(&mut self, reset: &[StageName]) {
        self.cancelled = false;
        let is_orphaned = |task: &Task| {
            let fan = self.plan.stage(&task.key.stage).and_then(|stage| stage.fan.as_ref());
            fan.is_some_and(|source| reset.contains(source))
        };
        let floor = self.stages.iter().filter(|task| is_orphaned(task)).map(|task| task.token).max();
        self.token_floor = self.token_floor.max(floor.unwrap_or_default());
        let keep: Vec<bool> = self.stages.iter().map(|task| !is_orphaned(task)).collect();
        let mut keep = keep.into_iter();
        self.stages.retain(|_| keep.next().unwrap_or(true));
        for task in &mut self.stages {
            task.forget_losses();
            if reset.contains(&task.key.stage) || is_stopped(task) {
                task.reset();
            }
        }
        if let Some(callback) = &mut self.callback {
            callback.rearm();
        }
    }

    /// Replaces the callback if it is still `seen`, and tells whether it was. The job itself does not change by it, so
    /// [`Self::updated_at`] stays.
    pub fn replace_callback(&mut self, seen: Option<&Callback>, callback: Option<Callback>) -> bool {
        let is_same = self.callback.as_ref() == seen;
        if is_same {
            self.callback = callback;
        }
        is_same
    }

    /// Tells whether the job may be removed.
    ///
    /// # Errors
    ///
    /// [`TransitionError::StillActive`] while something may still happen to it.
    pub fn check_deletable(&self, now: &Now) -> Result<(), TransitionError> {
        let status = self.status(now);
        if status.is_final() { Ok(()) } else { Err(TransitionError::StillActive(status)) }
    }

    /// True when every stage of the plan has all its tasks, and all are DONE.
    pub(super) fn is_complete(&self) -> bool {
        self.plan.stages().iter().all(|stage| self.is_stage_done(stage))
    }

    fn is_stage_done(&self, stage: &StagePlan) -> bool {
        let expected = match &stage.fan {
            None => 1,
            Some(source) => match self.task(&single(source)).map(|task| (task.status, task.items)) {
                Some((TaskStatus::Done, items)) => items.unwrap_or(0) as usize,
                _ => return false,
            },
        };
        let mut done = 0;
        for task in self.tasks_of(&stage.name) {
            if task.status != TaskStatus::Done {
                return false;
            }
            done += 1;
        }
        done == expected
    }

    fn is_fed(&self, task: &Task) -> bool {
        let Some(stage) = self.plan.stage(&task.key.stage) else { return false };
        stage.needs.iter().chain(&stage.fan).all(|need| {
            let Some(needed) = self.plan.stage(need) else { return false };
            if needed.fan.is_some() && needed.fan == stage.fan {
                let key = TaskKey { stage: need.clone(), segment: task.key.segment };
                self.task(&key).is_some_and(|task| task.status == TaskStatus::Done)
            } else {
                self.is_stage_done(needed)
            }
        })
    }

    /// Makes the tasks of the stages that fan out over `source`, and puts all tasks into the order of the plan.
    pub(super) fn expand(&mut self, source: &StageName) {
        let items = self.task(&single(source)).and_then(|task| task.items).unwrap_or(0);
        let fanned: Vec<StageName> = self.plan.fanned_over(source).map(|stage| stage.name.clone()).collect();
        if fanned.is_empty() {
            return;
        }
        for name in fanned {
            for segment in 0..items {
                let key = TaskKey { stage: name.clone(), segment: Some(segment) };
                if self.task(&key).is_none() {
                    self.stages.push(Task::new(key, self.token_floor));
                }
            }
        }
        self.sort_tasks();
    }

    /// Puts all tasks into the order of the plan and of their segments.
    pub(super) fn sort_tasks(&mut self) {
        let plan = &self.plan;
        self.stages.sort_by_key(|task| {
            (plan.stages().iter().position(|stage| stage.name == task.key.stage), task.key.segment)
        });
    }

    pub(super) fn held(&mut self, key: &TaskKey, token: FencingToken) -> Result<&mut Task, TransitionError> {
        let task = self
            .stages
            .iter_mut()
            .find(|task| task.key == *key)
            .ok_or_else(|| TransitionError::LeaseLost { key: key.clone(), token })?;
        if task.is_held_by(token) {
            Ok(task)
        } else {
            Err(TransitionError::LeaseLost { key: key.clone(), token })
        }
    }

    fn push_logs(&mut self, logs: Vec<LogEntry>) {
        self.logs.extend(logs);
        let surplus = self.logs.len().saturating_sub(Self::MAX_LOGS);
        self.logs.drain(..surplus);
    }
}

fn is_stopped(task: &Task) -> bool {
    matches!(task.status, TaskStatus::Error | TaskStatus::Cancelled)
}

pub(super) fn single(stage: &StageName) -> TaskKey {
    TaskKey { stage: stage.clone(), segment: None }
}
