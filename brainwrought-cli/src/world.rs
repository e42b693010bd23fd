//! [`World`]: the stores and the engine that a command works with.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use brainwrought_core::artifact_store::ArtifactStore;
use brainwrought_core::engine::{Engine, EngineSettings};
use brainwrought_core::event::EventSink;
use brainwrought_core::id::WorkerId;
use brainwrought_core::job_store::JobStore;
use brainwrought_core::publisher::Publisher;
use brainwrought_stages::standard::{Resources, pipelines};
use brainwrought_store::HubPublisher;

use crate::config::Config;

/// The opened stores, and what an engine needs beside them.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) jobs: Arc<dyn JobStore>,
    pub(crate) artifacts: Arc<dyn ArtifactStore>,
    /// The folder for finished videos, scratch space and everything else on this machine.
    folder: PathBuf,
    resources: PathBuf,
    /// Where finished videos are published, if they are.
    publisher: Option<Arc<dyn Publisher>>,
}

impl World {
    /// Opens the stores.
    pub(crate) fn open(config: &Config) -> anyhow::Result<Self> {
        let jobs = brainwrought_store::open_job_store(&config.jobs)?;
        let artifacts = brainwrought_store::open_artifact_store_with(&config.artifacts, &config.options)?;
        let folder = brainwrought_store::local_folder(&config.jobs)
            .or_else(|| brainwrought_store::local_folder(&config.artifacts))
            .unwrap_or_else(|| PathBuf::from("data"));
        // Paths in a job must mean the same in every folder that a command is typed in.
        let folder = std::path::absolute(&folder).context("could not find the current folder")?;
        let publisher = match &config.dataset {
            Some(dataset) => {
                Some(Arc::new(HubPublisher::new(dataset, &config.options)?) as Arc<dyn Publisher>)
            }
            None => None,
        };
        Ok(Self { jobs, artifacts, folder, resources: config.resources.clone(), publisher })
    }

    /// Puts an engine together.
    pub(crate) fn engine(
        &self,
        password: Option<String>,
        concurrency: usize,
        poll: Duration,
        events: EventSink,
    ) -> anyhow::Result<Engine> {
        let resources = Resources::new(&self.resources, self.folder.join("outputs"))
            .context("could not find this program's own file")?
            .with_password(password)
            .with_publisher(self.publisher.clone());
        let worker = WorkerId(format!("brainwrought-{}", std::process::id()));
        let mut settings = EngineSettings::new(worker, self.folder.join("scratch"));
        settings.concurrency = concurrency;
        settings.poll = poll;
        let (jobs, artifacts) = (Arc::clone(&self.jobs), Arc::clone(&self.artifacts));
        Ok(Engine::new(jobs, artifacts, pipelines(resources), settings).with_events(events))
    }

    /// Keeps a readable copy of an input beside the jobs, where the job store is a folder.
    pub(crate) fn inputs_folder(&self) -> PathBuf {
        self.folder.join("inputs")
    }
}
