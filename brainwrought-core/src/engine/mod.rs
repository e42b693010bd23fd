//! The engine: an orchestrator that only moves tasks, workers that only claim and complete, recovery that only takes
//! back leases.
//!
//! Each can run in a process of its own; [`Engine::run_job`] and [`Engine::run_all`] run all three in one.

mod attempt;
mod collect;
mod heartbeat;
mod inputs;
mod job_purse;
mod mailbox;
mod pipelines;
mod pulse;
mod rounds;
mod store_health;
mod until_final;
mod worker;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

pub use collect::{CollectError, Collected};
pub use pipelines::{PipelineSource, Pipelines};
pub use rounds::EngineError;
pub use worker::WorkScope;

use self::pulse::Pulse;
use self::store_health::StoreHealth;
use crate::artifact_store::ArtifactStore;
use crate::data::BlobRef;
use crate::event::EventSink;
use crate::id::WorkerId;
use crate::job::{JobInput, NewJob};
use crate::job_store::{Created, JobStore};
use crate::purse::Cost;
use crate::retry::RetryPolicy;

/// Runs jobs of some pipelines on some stores. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Engine {
    jobs: Arc<dyn JobStore>,
    artifacts: Arc<dyn ArtifactStore>,
    pipelines: Arc<Pipelines>,
    events: EventSink,
    pulse: Pulse,
    health: StoreHealth,
    settings: EngineSettings,
}

/// How an [`Engine`] goes about its work.
#[derive(Debug, Clone)]
pub struct EngineSettings {
    /// Who works, for people.
    pub worker: WorkerId,
    /// How long a lease is; it is renewed at a third of that.
    pub lease: Duration,
    /// How many tasks a worker runs at once.
    pub concurrency: usize,
    /// The longest rest between two looks at the store.
    pub poll: Duration,
    /// How long a shutdown waits for running stages before it hands their tasks back anyway.
    pub grace: Duration,
    /// How often a task is tried, and how long it rests in between.
    pub retry: RetryPolicy,
    /// The folder under which each attempt gets a folder of its own.
    pub scratch: PathBuf,
}

/// A PDF that should become a video.
#[derive(Debug, Clone, PartialEq)]
pub struct Submission {
    /// The name of the pipeline.
    pub pipeline: String,
    /// The name that the user knows the file by; folders are cut off.
    pub file_name: String,
    /// The bytes of the PDF.
    pub pdf: bytes::Bytes,
    /// What the user chose, as the pipeline understands it.
    pub options: Value,
    /// The higher, the sooner it is claimed; 0 is usual.
    pub priority: i32,
    /// The most that it may spend; `None` is no limit.
    pub max_cost: Option<Cost>,
    /// Makes a second submission with the same key find the first job.
    pub idempotency_key: Option<String>,
}

impl EngineSettings {
    /// The usual settings for a worker named `worker` with scratch space under `scratch`: leases of 30 s, two tasks at
    /// once, a look at the store at least every second.
    pub fn new(worker: WorkerId, scratch: PathBuf) -> Self {
        Self {
            worker,
            lease: Duration::from_secs(30),
            concurrency: 2,
            poll: Duration::from_secs(1),
            grace: Duration::from_secs(4),
            retry: RetryPolicy::default(),
            scratch,
        }
    }
}

impl Engine {
    /// Puts an engine together.
    pub fn new(
        jobs: Arc<dyn JobStore>,
        artifacts: Arc<dyn ArtifactStore>,
        pipelines: impl PipelineSource,
        settings: EngineSettings,
    ) -> Self {
        let pipelines = Arc::new(Pipelines::new(Box::new(pipelines)));
        Self {
            jobs,
            artifacts,
            pipelines,
            events: EventSink::default(),
            pulse: Pulse::default(),
            health: StoreHealth::default(),
            settings,
        }
    }

    /// Sets where the events of this process go.
    #[must_use]
    pub fn with_events(mut self, events: EventSink) -> Self {
        self.events = events;
        self
    }

    /// The job store.
    pub fn jobs(&self) -> &Arc<dyn JobStore> {
        &self.jobs
    }

    /// The artifact store.
    pub fn artifacts(&self) -> &Arc<dyn ArtifactStore> {
        &self.artifacts
    }

    /// Stores a PDF and creates its job.
    ///
    /// # Errors
    ///
    /// Fails when the pipeline does not know the options, or a store cannot be reached.
    pub async fn submit(&self, submission: Submission) -> Result<Created, EngineError> {
        let pipeline = self.pipelines.get(&submission.pipeline, &submission.options)?;
        let bytes = submission.pdf.len() as u64;
        let digest = self.artifacts.put(submission.pdf).await?;
        let pdf = BlobRef { digest, bytes, media_type: "application/pdf".to_owned() };
        let new = NewJob {
            pipeline: pipeline.name().to_owned(),
            plan: pipeline.plan().clone(),
            input: JobInput { file_name: base_name(&submission.file_name), pdf },
            options: submission.options,
            priority: submission.priority,
            max_attempts: self.settings.retry.max_attempts,
            max_cost: submission.max_cost,
            idempotency_key: submission.idempotency_key,
        };
        Ok(self.jobs.create(new).await?)
    }
}

/// A file name never carries folders, whichever system it comes from.
fn base_name(name: &str) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    if base.is_empty() { "document.pdf".to_owned() } else { base.to_owned() }
}
