//! Waits until a job is final, and reports what it is waiting for.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Engine, EngineError};
use crate::event::Event;
use crate::id::{JobId, WorkerId};
use crate::job::{Job, TaskStatus};
use crate::job_store::JobView;

/// A wait that lasts longer is told.
const TOLD_AFTER: Duration = Duration::from_secs(3);

/// How long a store may be full before a job is given up; it goes on from there when it is run again. Long enough for
/// somebody else's temporary file to go.
const MAX_FULL: Duration = Duration::from_secs(4);

impl Engine {
    /// Waits until a job is final or `stop` fires, and sends [`Event::Waiting`] when nothing happens for a while.
    pub(super) async fn until_final(
        &self,
        id: &JobId,
        stop: &CancellationToken,
    ) -> Result<JobView, EngineError> {
        let began = Instant::now();
        let mut wait = Wait { job: id, reason: None, since: began, told: false };
        loop {
            let view = self.read(&mut wait).await?;
            if view.status.is_final() || stop.is_cancelled() {
                return Ok(view);
            }
            let fault = self.health.fault();
            if let Some(fault) = &fault
                && fault.is_lasting(began, MAX_FULL, self.settings.lease)
            {
                return Err(fault.clone().into());
            }
            let reason = fault.map(|fault| fault.error);
            self.wait_on(
                &mut wait,
                reason.or_else(|| {
                    waits_for(&view.job, &self.settings.worker, self.pipeline_names().as_deref())
                }),
            );
            tokio::select! {
                () = self.jobs.wait_for_work(self.settings.poll.min(TOLD_AFTER)) => {}
                () = stop.cancelled() => {}
            }
        }
    }

    /// Reads the job; a store that takes long to answer is told.
    async fn read(&self, wait: &mut Wait<'_>) -> Result<JobView, EngineError> {
        let mut reading = std::pin::pin!(self.jobs.get(wait.job));
        let read = tokio::select! {
            read = &mut reading => read,
            () = tokio::time::sleep(TOLD_AFTER) => {
                let reason = Some("the job store does not answer".to_owned());
                *wait = Wait { reason, since: Instant::now(), told: false, ..*wait };
                self.tell(wait);
                reading.await
            }
        };
        Ok(read?)
    }

    fn wait_on(&self, wait: &mut Wait<'_>, reason: Option<String>) {
        if wait.reason != reason {
            *wait = Wait { reason, since: Instant::now(), told: false, ..*wait };
        }
        if wait.since.elapsed() >= TOLD_AFTER {
            self.tell(wait);
        }
    }

    fn tell(&self, wait: &mut Wait<'_>) {
        if let Some(reason) = &wait.reason
            && !std::mem::replace(&mut wait.told, true)
        {
            self.events.send(Event::Waiting { job: wait.job.clone(), reason: reason.clone() });
        }
    }
}

/// What a job waits for, and since when.
struct Wait<'a> {
    job: &'a JobId,
    reason: Option<String>,
    since: Instant,
    told: bool,
}

/// What a job waits for, unless `worker` works on it.
fn waits_for(job: &Job, worker: &WorkerId, pipelines: Option<&[String]>) -> Option<String> {
    if let Some(reason) = job.waits_for(pipelines) {
        return Some(format!("it waits for {reason}"));
    }
    let running = || job.stages.iter().filter(|task| task.status == TaskStatus::Running);
    let held_by = |task: &crate::job::Task| task.lease.as_ref().map(|lease| lease.worker.clone());
    if running().any(|task| held_by(task).is_some_and(|held| held == *worker)) {
        return None;
    }
    if let Some(task) = running().next() {
        let held = held_by(task).map_or_else(String::new, |held| held.0);
        return Some(format!("worker {held} has {}", task.key));
    }
    let ready = job.stages.iter().find(|task| task.status == TaskStatus::Ready);
    let Some(task) = ready else { return Some("no task is ready to run".to_owned()) };
    Some(format!("{} is ready, and no worker takes it", task.key))
}
