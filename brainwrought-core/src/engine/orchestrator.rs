//! The loops of the orchestrator and of recovery, and all three roles in one process.

use std::path::PathBuf;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Engine;
use super::output::OutputError;
use super::store_health::Write;
use super::worker::WorkScope;
use crate::artifact_store::ArtifactStoreError;
use crate::id::{Digest, JobId, TaskId, TaskKey};
use crate::job_store::{JobStoreError, JobView};
use crate::metrics;
use crate::report::chain;
use crate::stage::StageError;

/// Why an engine could not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The job store could not do its part.
    #[error(transparent)]
    Jobs(#[from] JobStoreError),
    /// The artifact store could not do its part.
    #[error(transparent)]
    Artifacts(#[from] ArtifactStoreError),
    /// The file system of the scratch folder has no room for what a stage writes there.
    #[error("the scratch folder {} has no room; free some space, then run the same command again", folder.display())]
    ScratchFull {
        /// The folder.
        folder: PathBuf,
        /// What could not be done.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The copy of an input could not be kept, so there is no job.
    #[error("could not keep a copy of the input as {}; make room and make the folder writable, then submit it again", path.display())]
    InputCopy {
        /// The file or folder that could not be written.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// There is no such pipeline, or it does not know the options.
    #[error("could not build the pipeline `{name}`")]
    Pipeline {
        /// The name that was asked for.
        name: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A file that the options or the input name is not in the artifact store.
    #[error("file {0}, which the input or the options name, is not stored; store it again")]
    NotStored(Digest),
    /// The pipeline takes another kind of input.
    #[error("the pipeline `{pipeline}` takes {expected}, not {found}")]
    WrongInput {
        /// The pipeline.
        pipeline: String,
        /// What was submitted.
        found: &'static str,
        /// What the pipeline takes.
        expected: &'static str,
    },
    /// An input cannot be stored.
    #[error("the input cannot be written as JSON")]
    UnwritableInput(#[source] serde_json::Error),
    /// The system has no random bytes.
    #[error("the system gave no random bytes to name a scratch folder by")]
    Random(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What a job needs cannot be told, because an output cannot be read just now.
    #[error(
        "could not tell what job {job} needs, because artifact {digest} could not be read; try again later"
    )]
    Unreadable {
        /// The job.
        job: JobId,
        /// The output.
        digest: Digest,
        /// Why.
        #[source]
        source: StageError,
    },
    /// What is lost cannot be made again.
    #[error("job {job} cannot be repaired")]
    Unrepairable {
        /// The job.
        job: JobId,
        /// What is lost, and what to do.
        #[source]
        source: StageError,
    },
    /// The folders of a job could not be removed.
    #[error("could not remove the files of job {job}; make its folders writable, then collect garbage")]
    Folders {
        /// The job.
        job: JobId,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The result of a job could not be read.
    #[error("could not read the result of job {job}")]
    Result {
        /// The job.
        job: JobId,
        /// Why.
        #[source]
        source: StageError,
    },
    /// A stage's output could not be read or replaced.
    #[error("could not {action} the output of `{key}`")]
    Output {
        /// What was tried: `read` or `change`.
        action: &'static str,
        /// The task.
        key: TaskKey,
        /// Why.
        #[source]
        source: OutputError,
    },
}

impl Engine {
    /// Moves what can be moved, once, and lists it.
    ///
    /// # Errors
    ///
    /// Fails when the job store cannot be reached.
    pub async fn advance(&self) -> Result<Vec<TaskId>, EngineError> {
        let moved = self.jobs.advance().await;
        self.health.note(Write::Advance, &moved);
        Ok(moved?)
    }

    /// Takes back expired leases, once, and lists them.
    ///
    /// # Errors
    ///
    /// Fails when the job store cannot be reached.
    pub async fn recover(&self) -> Result<Vec<TaskId>, EngineError> {
        let moved = self.jobs.recover().await;
        self.health.note(Write::Recover, &moved);
        let moved = moved?;
        for task in &moved {
            metrics::recovered(&task.key.stage);
            tracing::warn!(%task, "took back an expired lease");
        }
        Ok(moved)
    }

    /// Moves tasks as soon as they can be moved, until `shutdown` fires.
    pub async fn orchestrate(&self, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            if let Err(error) = self.advance().await {
                tracing::warn!(error = chain(&error), "could not advance jobs");
            }
            tokio::select! {
                () = self.jobs.wait_for_work(self.settings.poll) => {}
                () = shutdown.cancelled() => {}
            }
        }
    }

    /// Takes back expired leases, resting for `pause` in between, until `shutdown` fires.
    pub async fn run_recovery(&self, pause: Duration, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            if let Err(error) = self.recover().await {
                tracing::warn!(error = chain(&error), "could not recover leases");
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = shutdown.cancelled() => {}
            }
        }
    }

    /// Runs orchestrator, recovery and worker in this process until `shutdown` fires and everything is handed back.
    pub async fn run_all(&self, scope: WorkScope, shutdown: CancellationToken) {
        let pause = (self.settings.lease / 3).max(Duration::from_millis(50));
        tokio::join!(
            self.orchestrate(shutdown.clone()),
            self.run_recovery(pause, shutdown.clone()),
            self.work(scope, shutdown),
        );
    }

    /// Runs one job in this process until it is final or `shutdown` fires, and returns it as it then is.
    ///
    /// It is run by the plan of this engine's pipeline, whichever version of the program planned it. Other jobs are left
    /// alone. Tasks of the job that other workers hold are waited for; when a task fails for good,
    /// those that still run here are handed back. When nothing happens for some seconds, [`Event::Waiting`] says what
    /// the job waits for.
    ///
    /// [`Event::Waiting`]: crate::event::Event::Waiting
    ///
    /// # Errors
    ///
    /// Fails when there is no such job, when this engine has no such pipeline, when the store cannot be
    /// read, when a store has no room left for some seconds,
    /// and when the job store cannot be written for as long as a lease lasts. What is done is kept: the same job goes on
    /// from there.
    pub async fn run_job(&self, id: &JobId, shutdown: CancellationToken) -> Result<JobView, EngineError> {
        // A job that another version planned is run by this one's plan: it was asked to.
        let view = self.jobs.get(id).await?;
        if !view.status.is_final() {
            self.adopt(view).await?;
        }
        let stop = shutdown.child_token();
        let scope = WorkScope { stages: None, job: Some(id.clone()) };
        let watch = async {
            let result = self.until_final(id, &stop).await;
            stop.cancel();
            result
        };
        let (result, ()) = tokio::join!(watch, self.run_all(scope, stop.clone()));
        // A shutdown hands tasks back after the last look.
        if shutdown.is_cancelled() { Ok(self.jobs.get(id).await?) } else { result }
    }
}
