//! The engine: an orchestrator that only moves tasks, workers that only claim and complete, recovery that only takes
//! back leases.
//!
//! Each can run in a process of its own; [`Engine::run_job`] and [`Engine::run_all`] run all three in one.

mod attempt;
mod collect;
mod error;
mod expiry;
mod heartbeat;
mod input_copy;
mod inputs;
mod job_artifacts;
mod job_budget;
mod lease_health;
mod needs;
mod orchestrator;
mod other_versions;
mod output;
mod pipeline_engine;
mod pipelines;
mod removal;
mod repair;
mod report_buffer;
mod scratch;
mod store_calls;
mod store_health;
mod submission;
mod until_final;
mod worker;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use collect::Collected;
pub use error::{CollectError, EngineError, OutputError};
pub use output::read_output;
pub use pipeline_engine::{EngineBuilder, PipelineEngine, RunError};
pub use pipelines::{NamedPipelines, PipelineSource, Pipelines};
pub use removal::Deleted;
pub use submission::Submission;
use tokio::sync::{Mutex, Notify};
pub use worker::WorkScope;

use self::job_artifacts::KnownHolds;
use self::lease_health::LeaseHealth;
use self::needs::NamedBlobs;
use self::other_versions::PassedOver;
use self::store_health::StoreHealth;
use crate::artifact_store::ArtifactStore;
use crate::event::EventSink;
use crate::id::WorkerId;
use crate::job_store::JobStore;
use crate::retry::RetryPolicy;

/// Runs jobs of some pipelines on some stores. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Engine {
    jobs: Arc<dyn JobStore>,
    artifacts: Arc<dyn ArtifactStore>,
    pipelines: Arc<Pipelines>,
    events: EventSink,
    lease_health: LeaseHealth,
    health: StoreHealth,
    settings: EngineSettings,
    known_holds: Arc<KnownHolds>,
    named_blobs: Arc<NamedBlobs>,
    passed_over: Arc<PassedOver>,
    /// Held while artifacts are removed: two removals at once would each take the other for somebody who needs them.
    removals: Arc<Mutex<()>>,
    removed: Arc<Notify>,
}

/// How an [`Engine`] goes about its work.
#[derive(Debug, Clone)]
#[non_exhaustive]
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
    /// The folder in which [`submit`](Engine::submit) keeps copies of the files that inputs name, under `<job_id>/`, such as
    /// `<job_id>/input.pdf`; `None` keeps none. Deleting a job removes its copies, and what the artifact store has lost is
    /// taken from them.
    pub inputs: Option<PathBuf>,
    /// The folder in which finished files lie under `<job_id>/`, if there is one. Deleting a job removes them.
    pub outputs: Option<PathBuf>,
    /// False for an engine whose job store nobody else uses and whose jobs end with it: what it leaves in the artifact
    /// store is then nobody's, and left to garbage collection by age.
    pub keeps_holds: bool,
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
            inputs: None,
            outputs: None,
            keeps_holds: true,
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
            lease_health: LeaseHealth::default(),
            health: StoreHealth::default(),
            settings,
            known_holds: Arc::default(),
            named_blobs: Arc::default(),
            passed_over: Arc::default(),
            removals: Arc::default(),
            removed: Arc::default(),
        }
    }

    /// Sets the folders in which jobs have a folder each; see [`EngineSettings::inputs`] and [`EngineSettings::outputs`].
    #[must_use]
    pub fn with_folders(mut self, inputs: PathBuf, outputs: PathBuf) -> Self {
        self.settings.inputs = Some(inputs);
        self.settings.outputs = Some(outputs);
        self
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
}
