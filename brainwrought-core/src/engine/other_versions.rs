//! Jobs that another version of the program planned, or that belong to pipelines that this engine does not have.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::{Engine, EngineError};
use crate::id::{JobId, StageName};
use crate::job::{Job, JobStatus};
use crate::job_store::{JobFilter, JobStoreError, JobView};
use crate::pipeline::ErasedPipeline;
use crate::report::chain;

/// Jobs that this worker leaves to others for a while.
#[derive(Debug, Default)]
pub(super) struct PassedOver(Mutex<HashMap<JobId, Instant>>);

impl PassedOver {
    /// Leaves a job to others for `rest`.
    pub(super) fn add(&self, job: &JobId, rest: Duration) {
        self.known().insert(job.clone(), Instant::now() + rest);
    }

    /// Lists the jobs, and forgets those whose time is over.
    pub(super) fn list(&self) -> Vec<JobId> {
        let mut known = self.known();
        let now = Instant::now();
        known.retain(|_, until| *until > now);
        known.keys().cloned().collect()
    }

    fn remove(&self, job: &JobId) {
        self.known().remove(job);
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<JobId, Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why a pipeline cannot run a job, when its plan is not the job's.
pub(super) fn plan_difference(pipeline: &ErasedPipeline, job: &Job) -> Option<String> {
    let (ours, theirs) = (pipeline.plan(), &job.plan);
    if ours == theirs {
        return None;
    }
    let names = |plan: &crate::job::Plan, other: &crate::job::Plan| {
        let missing = plan.stages().iter().filter(|stage| other.stage(&stage.name).is_none());
        missing.map(|stage| format!("`{}`", stage.name)).collect::<Vec<_>>().join(", ")
    };
    let (lacks, adds) = (names(theirs, ours), names(ours, theirs));
    let mut text =
        format!("the job was planned with other stages of `{}` than this worker has", job.pipeline);
    if !lacks.is_empty() {
        text += &format!("; it lacks {lacks}");
    }
    if !adds.is_empty() {
        text += &format!("; it also has {adds}");
    }
    Some(text)
}

impl Engine {
    /// The names of the pipelines that this engine has; `None` when its source does not tell.
    pub fn pipeline_names(&self) -> Option<Vec<String>> {
        self.pipelines.names()
    }

    /// Tells whether this engine's tasks rest because a store or the scratch folder has no room.
    pub fn lacks_room(&self) -> bool {
        self.health.is_full()
    }

    /// Sends a stage and everything after it back to NEW, by the plan that this engine's pipeline has now; without a
    /// stage, everything that failed or was cancelled. A job of a pipeline that this engine does not have keeps its plan.
    ///
    /// # Errors
    ///
    /// Fails when there is no such job or stage, when nothing failed and no stage is named, and when the job store cannot
    /// be reached.
    pub async fn retry_job(&self, id: &JobId, from: Option<&StageName>) -> Result<JobView, EngineError> {
        let view = self.jobs.get(id).await?;
        let is_stopped = matches!(view.status, JobStatus::Failed | JobStatus::Cancelled);
        // Whoever asks for nothing is refused before anything changes.
        if from.is_some() || is_stopped {
            match self.adopt(view).await {
                Ok(_) | Err(EngineError::Pipeline { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self.jobs.retry(id, from).await?)
    }

    /// Gives every job that is not over, and that another version of a pipeline planned, the plan of this engine's, and
    /// tells how many. For a program that has taken the place of an older one on its machine: while both run in one
    /// fleet, each job is better left to workers of the version that planned it.
    ///
    /// # Errors
    ///
    /// Fails when the job store cannot be reached.
    pub async fn adopt_jobs(&self) -> Result<usize, EngineError> {
        let statuses = vec![JobStatus::Pending, JobStatus::Running, JobStatus::Interrupted];
        let mut adopted = 0;
        for view in self.jobs.list(&JobFilter { statuses, ..JobFilter::default() }).await? {
            let (id, plan) = (view.job.job_id.clone(), view.job.plan.clone());
            match self.adopt(view).await {
                Ok(view) => adopted += usize::from(view.job.plan != plan),
                // It was removed meanwhile.
                Err(EngineError::Jobs(JobStoreError::JobNotFound(_))) => {}
                Err(error @ EngineError::Jobs(_)) => return Err(error),
                Err(error) => tracing::warn!(job = %id, error = chain(&error), "a job is left to others"),
            }
        }
        Ok(adopted)
    }

    /// Gives a job the plan of this engine's pipeline.
    ///
    /// # Errors
    ///
    /// Fails when this engine has no such pipeline, or it does not know the options, and when the job store cannot be
    /// reached.
    pub(super) async fn adopt(&self, view: JobView) -> Result<JobView, EngineError> {
        let Job { job_id, pipeline, options, plan, .. } = &view.job;
        let built = self.pipelines.get(pipeline, options)?;
        self.passed_over.remove(job_id);
        if built.plan() == plan {
            return Ok(view);
        }
        tracing::info!(job = %job_id, pipeline, "gave a job of another version the plan of this one");
        Ok(self.jobs.replan(job_id, built.plan()).await?)
    }
}
