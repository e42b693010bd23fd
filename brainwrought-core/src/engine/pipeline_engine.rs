//! [`PipelineEngine`]: an engine of one pipeline, which takes its input and gives its result.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::{Engine, EngineError, EngineSettings, Submission};
use crate::artifact_store::ArtifactStore;
use crate::event::EventSink;
use crate::id::{JobId, WorkerId};
use crate::job::JobStatus;
use crate::job_store::{JobStore, JobView};
use crate::memory::{MemoryArtifactStore, MemoryJobStore};
use crate::pipeline::Pipeline;
use crate::stage::StageData;

/// An [`Engine`] of one pipeline, which takes an `I` and makes an `O` of it.
///
/// ```
/// use brainwrought_core::engine::Engine;
/// use brainwrought_core::pipeline::Pipeline;
/// use brainwrought_core::stage::{Stage, StageContext, StageError};
///
/// #[derive(Debug, serde::Serialize)]
/// struct Shout;
///
/// impl Stage for Shout {
///     const NAME: &'static str = "shout";
///     const VERSION: u32 = 1;
///     type Input = String;
///     type Output = String;
///
///     async fn run(&self, _cx: &StageContext, input: String) -> Result<String, StageError> {
///         Ok(input.to_uppercase())
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let engine = Engine::in_memory(Pipeline::new("loud", |p, text| p.stage(Shout, text))?)?;
/// assert_eq!(engine.run("hello".to_owned()).await?, "HELLO");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct PipelineEngine<I, O> {
    engine: Engine,
    pipeline: Pipeline<I, O>,
    /// Removed with the last engine that uses it.
    _scratch: Option<Arc<OwnFolder>>,
}

/// Puts a [`PipelineEngine`] together: in memory, unless stores are named.
#[derive(Debug)]
#[must_use]
pub struct EngineBuilder<I, O> {
    pipeline: Pipeline<I, O>,
    jobs: Arc<dyn JobStore>,
    artifacts: Arc<dyn ArtifactStore>,
    settings: Option<EngineSettings>,
    events: EventSink,
}

/// Why a pipeline gave no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// A stage has failed for good. What was done before is kept, and the job can be retried.
    #[error("job {job} failed: {error}")]
    Failed {
        /// The job.
        job: JobId,
        /// What the stages said, one line each.
        error: String,
    },
    /// The job was cancelled.
    #[error("job {0} was cancelled")]
    Cancelled(JobId),
    /// The engine was told to stop; the job goes on when it is run again.
    #[error("job {0} was stopped before its end; run it again to go on")]
    Stopped(JobId),
    /// The engine could not do its part.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl Engine {
    /// Begins an engine of one pipeline.
    pub fn builder<I: StageData, O: StageData>(pipeline: Pipeline<I, O>) -> EngineBuilder<I, O> {
        EngineBuilder {
            pipeline,
            jobs: Arc::new(MemoryJobStore::default()),
            artifacts: Arc::new(MemoryArtifactStore::default()),
            settings: None,
            events: EventSink::default(),
        }
    }

    /// An engine of one pipeline that keeps everything in memory: for tests, and for work that need not outlive the process.
    ///
    /// # Errors
    ///
    /// Fails when the system has no random bytes to name a scratch folder by.
    pub fn in_memory<I: StageData, O: StageData>(
        pipeline: Pipeline<I, O>,
    ) -> Result<PipelineEngine<I, O>, EngineError> {
        Self::builder(pipeline).build()
    }
}

impl<I: StageData, O: StageData> EngineBuilder<I, O> {
    /// Sets where jobs are kept.
    pub fn job_store(mut self, jobs: Arc<dyn JobStore>) -> Self {
        self.jobs = jobs;
        self
    }

    /// Sets where bytes are kept.
    pub fn artifact_store(mut self, artifacts: Arc<dyn ArtifactStore>) -> Self {
        self.artifacts = artifacts;
        self
    }

    /// Sets how the engine goes about its work. Without this it has the usual settings, and a scratch folder of its own in
    /// the system's folder for temporary files.
    pub fn settings(mut self, settings: EngineSettings) -> Self {
        self.settings = Some(settings);
        self
    }

    /// Sets where the events of this process go.
    pub fn events(mut self, events: EventSink) -> Self {
        self.events = events;
        self
    }

    /// Puts the engine together.
    ///
    /// # Errors
    ///
    /// Fails when no settings were given and the system has no random bytes to name a scratch folder by.
    pub fn build(self) -> Result<PipelineEngine<I, O>, EngineError> {
        let (settings, scratch) = match self.settings {
            Some(settings) => (settings, None),
            None => {
                let folder = OwnFolder::new()?;
                let worker = WorkerId(format!("{} {}", self.pipeline.name(), std::process::id()));
                (EngineSettings::new(worker, folder.path().to_owned()), Some(Arc::new(folder)))
            }
        };
        let engine = Engine::new(self.jobs, self.artifacts, self.pipeline.clone(), settings);
        Ok(PipelineEngine {
            engine: engine.with_events(self.events),
            pipeline: self.pipeline,
            _scratch: scratch,
        })
    }
}

impl<I: StageData, O: StageData> PipelineEngine<I, O> {
    /// Makes a job of an input, runs it to its end and returns the result. What another job made of the same input is not
    /// made again.
    ///
    /// # Errors
    ///
    /// Fails when a stage fails for good, when somebody cancels the job, and when a store cannot do its part.
    pub async fn run(&self, input: I) -> Result<O, RunError> {
        self.run_submission(self.submission(input), CancellationToken::new()).await
    }

    /// A submission to this engine's pipeline, to be refined.
    pub fn submission(&self, input: I) -> Submission<I> {
        Submission::new(self.pipeline.name(), input)
    }

    /// Makes a job of a submission, or finds the one with its idempotency key, runs it until it is final or `shutdown`
    /// fires, and returns the result.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run), and when `shutdown` fires before the end.
    pub async fn run_submission(
        &self,
        submission: Submission<I>,
        shutdown: CancellationToken,
    ) -> Result<O, RunError> {
        let created = self.engine.submit(submission).await?;
        let id = created.view.job.job_id;
        let view = self.engine.run_job(&id, shutdown).await?;
        self.result(&view).await
    }

    /// The result of a job of this engine's pipeline.
    ///
    /// # Errors
    ///
    /// Fails when the job is not complete, and when its result cannot be read.
    pub async fn result(&self, view: &JobView) -> Result<O, RunError> {
        let job = &view.job;
        match view.status {
            JobStatus::Completed => Ok(self.engine.result(job, self.pipeline.erased()).await?),
            JobStatus::Failed => {
                let error = job.error().unwrap_or_default();
                Err(RunError::Failed { job: job.job_id.clone(), error })
            }
            JobStatus::Cancelled => Err(RunError::Cancelled(job.job_id.clone())),
            JobStatus::Pending | JobStatus::Running | JobStatus::Interrupted => {
                Err(RunError::Stopped(job.job_id.clone()))
            }
        }
    }
}

impl<I, O> Clone for PipelineEngine<I, O> {
    fn clone(&self) -> Self {
        let (engine, pipeline) = (self.engine.clone(), self.pipeline.clone());
        Self { engine, pipeline, _scratch: self._scratch.clone() }
    }
}

impl<I, O> Deref for PipelineEngine<I, O> {
    type Target = Engine;

    fn deref(&self) -> &Engine {
        &self.engine
    }
}

/// A folder for temporary files that goes when it is dropped.
#[derive(Debug)]
struct OwnFolder(PathBuf);

impl OwnFolder {
    #[expect(
        clippy::disallowed_methods,
        reason = "an engine that is given no scratch folder takes the system's"
    )]
    fn new() -> Result<Self, EngineError> {
        let name = JobId::random().map_err(|error| EngineError::Random(Box::new(error)))?;
        Ok(Self(std::env::temp_dir().join(format!("brainwrought-{name}"))))
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for OwnFolder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(self.path());
    }
}
