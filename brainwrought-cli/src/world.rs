//! [`World`]: the stores and the engine that a command works with.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use brainwrought_core::artifact_store::ArtifactStore;
use brainwrought_core::engine::{Engine, EngineSettings};
use brainwrought_core::event::EventSink;
use brainwrought_core::id::{Digest, WorkerId};
use brainwrought_core::job_store::{JobFilter, JobStore};
use brainwrought_core::publisher::Publisher;
use brainwrought_stages::provider::ProviderSettings;
use brainwrought_stages::script::{TrendChoice, TrendCommand};
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
    /// What is known of providers.
    providers: ProviderSettings,
    /// The command that looks trends up, if jobs may start one here.
    trend_command: Option<TrendCommand>,
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
        let (resources, providers) = (config.resources.clone(), config.providers.clone());
        let trend_command = crate::trends::command(&config.trends);
        Ok(Self { jobs, artifacts, folder, resources, publisher, providers, trend_command })
    }

    /// Lets jobs start the command of a choice that was typed here.
    pub(crate) fn allowing(mut self, trends: &TrendChoice) -> Self {
        self.trend_command = crate::trends::command(trends).or(self.trend_command);
        self
    }

    /// Puts an engine together.
    pub(crate) fn engine(
        &self,
        password: Option<String>,
        concurrency: usize,
        poll: Duration,
        events: EventSink,
    ) -> anyhow::Result<Engine> {
        let resources = self.resources(password)?;
        // A fleet spans machines, and every container has a process 1.
        let system = rustix::system::uname();
        let host = system.nodename().to_string_lossy();
        let worker = WorkerId(format!("brainwrought-{host}-{}", std::process::id()));
        let mut settings = EngineSettings::new(worker, self.scratch_folder());
        settings.concurrency = concurrency;
        settings.poll = poll;
        settings.inputs = Some(self.inputs_folder());
        settings.outputs = Some(self.outputs_folder());
        let (jobs, artifacts) = (Arc::clone(&self.jobs), Arc::clone(&self.artifacts));
        Ok(Engine::new(jobs, artifacts, pipelines(resources), settings).with_events(events))
    }

    /// Where the stages find what is not built in.
    pub(crate) fn resources(&self, password: Option<String>) -> anyhow::Result<Resources> {
        Ok(Resources::new(&self.resources, self.outputs_folder())
            .context("could not find this program's own file")?
            .with_password(password)
            .with_publisher(self.publisher.clone())
            .with_providers(self.providers.clone())
            .with_trend_command(self.trend_command.clone()))
    }

    /// Where attempts have a folder each while they run.
    pub(crate) fn scratch_folder(&self) -> PathBuf {
        self.folder.join("scratch")
    }

    /// Where finished videos lie, in a folder each.
    pub(crate) fn outputs_folder(&self) -> PathBuf {
        self.folder.join("outputs")
    }

    /// Where the certificate lies that signs videos, unless the user has one.
    pub(crate) fn credentials_folder(&self) -> PathBuf {
        self.folder.join("credentials")
    }

    /// Fails unless both stores can be used now.
    ///
    /// A process that works for hours rides out a store that goes away; one that has never reached it was told wrong.
    pub(crate) async fn reach(config: &Config) -> anyhow::Result<()> {
        Self::reach_jobs(config).await?;
        Self::reach_artifacts(config).await
    }

    /// Fails unless the job store can be used now.
    pub(crate) async fn reach_jobs(config: &Config) -> anyhow::Result<()> {
        let jobs = brainwrought_store::open_job_store(&config.jobs)?;
        jobs.list(&JobFilter { limit: Some(1), ..JobFilter::default() }).await?;
        Ok(())
    }

    /// Fails unless the artifact store can be used now.
    pub(crate) async fn reach_artifacts(config: &Config) -> anyhow::Result<()> {
        let artifacts = brainwrought_store::open_artifact_store_with(&config.artifacts, &config.options)?;
        artifacts.contains(&Digest::of(b"")).await?;
        Ok(())
    }

    /// Keeps a readable copy of an input beside the jobs, where the job store is a folder.
    pub(crate) fn inputs_folder(&self) -> PathBuf {
        self.folder.join("inputs")
    }
}
