//! [`Context`]: the stores and the engine that a command works with.

use std::collections::BTreeMap;
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
use brainwrought_stages::audio::HostedVoice;
use brainwrought_stages::llm::LlmChoice;
use brainwrought_stages::provider::ProviderSettings;
use brainwrought_stages::script::{TrendChoice, TrendCommand};
use brainwrought_stages::standard::{MakeOptions, Resources, pipelines};
use brainwrought_stages::visuals::VideoGenerator;
#[cfg(feature = "cloud")]
use brainwrought_store::HubPublisher;
use brainwrought_store::{OpenError, StoreOptions};
use tempfile::TempDir;

use crate::config::{self, Config};
use crate::model_wish::ModelWish;

/// Whoever publishes finished videos to a dataset.
#[cfg(feature = "cloud")]
fn publisher(dataset: &str, options: &StoreOptions) -> anyhow::Result<Arc<dyn Publisher>> {
    Ok(Arc::new(HubPublisher::new(dataset, options)?))
}

#[cfg(not(feature = "cloud"))]
fn publisher(_: &str, _: &StoreOptions) -> anyhow::Result<Arc<dyn Publisher>> {
    let what = "publishing to the dataset in $HF_DATASET_REPO";
    Err(crate::left_out::LeftOut { what, feature: "cloud" }.into())
}

/// The opened stores, and what an engine needs beside them.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) jobs: Arc<dyn JobStore>,
    pub(crate) artifacts: Arc<dyn ArtifactStore>,
    /// The folder for finished videos, scratch space and everything else on this machine.
    folder: PathBuf,
    /// The folder of the artifact store, where it is one.
    artifacts_folder: Option<PathBuf>,
    resources: PathBuf,
    resources_unknown: bool,
    /// Where finished videos are published, if they are.
    publisher: Option<Arc<dyn Publisher>>,
    /// What is known of providers.
    providers: ProviderSettings,
    /// Servers that make clips, by their names.
    video_generators: BTreeMap<String, VideoGenerator>,
    /// The command that looks trends up, if jobs may start one here.
    trend_command: Option<TrendCommand>,
}

impl Context {
    /// Opens the stores.
    pub(crate) fn open(config: &Config) -> anyhow::Result<Self> {
        let jobs = brainwrought_store::open_job_store(&config.jobs)?;
        let artifacts = brainwrought_store::open_artifact_store_with(&config.artifacts, &config.options)?;
        let folder = brainwrought_store::local_folder(&config.jobs)
            .or_else(|| brainwrought_store::local_folder(&config.artifacts))
            .unwrap_or_else(|| PathBuf::from("data"));
        // Paths in a job must mean the same in every folder that a command is typed in.
        let folder = std::path::absolute(&folder).context("could not find the current folder")?;
        let artifacts_folder = brainwrought_store::local_folder(&config.artifacts).map(std::path::absolute);
        let artifacts_folder = artifacts_folder.transpose().context("could not find the current folder")?;
        let publisher = config.dataset.as_deref().map(|dataset| publisher(dataset, &config.options));
        let publisher = publisher.transpose()?;
        let (resources, providers) = (config.resources.clone(), config.providers.clone());
        let video_generators = config.video_generators.clone();
        let trend_command = crate::trends::command(&config.trends, crate::config::variable);
        let resources_unknown = config.resources_unknown;
        let mut context = Self {
            jobs,
            artifacts,
            folder,
            artifacts_folder,
            resources,
            resources_unknown,
            publisher,
            providers,
            video_generators,
            trend_command,
        };
        context.remember(config.llm.as_ref().and_then(ModelWish::named), &config.trends, &[]);
        Ok(context)
    }

    /// Lets jobs use what was typed here and is not stored with them: the secrets of addresses, and a command.
    pub(crate) fn allowing(mut self, options: &MakeOptions) -> Self {
        self.remember(options.llm.as_ref(), &options.trends, &[&options.voice, &options.voice2]);
        self.trend_command =
            crate::trends::command(&options.trends, crate::config::variable).or(self.trend_command);
        self
    }

    /// Opens the stores for a command that leaves no job behind: where their folder cannot be written, it works in one that goes
    /// with the result.
    pub(crate) fn open_to_try(config: &Config) -> anyhow::Result<(Self, Option<TempDir>)> {
        let error = match Self::open(config) {
            Ok(context) => return Ok((context, None)),
            Err(error) => error,
        };
        if !matches!(error.downcast_ref(), Some(OpenError::Folder { .. })) {
            return Err(error);
        }
        let temporary = tempfile::tempdir().context("could not make a temporary folder instead")?;
        let url = format!("file:{}", temporary.path().display());
        let mut config = Config { jobs: url.clone(), ..config.clone() };
        if brainwrought_store::local_folder(&config.artifacts).is_some() {
            config.artifacts = url;
        }
        tracing::info!(folder = %temporary.path().display(), "works in a temporary folder: {error:#}");
        Ok((Self::open(&config)?, Some(temporary)))
    }

    fn remember(&mut self, llm: Option<&LlmChoice>, trends: &TrendChoice, voices: &[&String]) {
        let server = match trends {
            TrendChoice::Server(server) => Some(server.address().clone()),
            _ => None,
        };
        let model = llm.and_then(LlmChoice::address).cloned();
        let voices = voices.iter().filter_map(|voice| HostedVoice::address(voice));
        for address in model.into_iter().chain(server).chain(voices) {
            self.providers.remember_address(&address);
        }
    }

    /// Puts an engine together.
    pub(crate) fn engine(
        &self,
        password: Option<String>,
        concurrency: usize,
        poll: Duration,
        events: EventSink,
    ) -> anyhow::Result<Engine> {
        let resources = self.resources(password)?.with_render_tasks(concurrency);
        let events = crate::idle_memory::watch(events, resources.clone());
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
        if self.resources_unknown {
            tracing::warn!("{}; {}", config::RESOURCES_UNKNOWN, config::NAME_RESOURCES);
        }
        Ok(Resources::new(&self.resources, self.outputs_folder())
            .context("could not find this program's own file")?
            .with_password(password)
            .with_publisher(self.publisher.clone())
            .with_providers(self.providers.clone())
            .with_video_generators(self.video_generators.clone())
            .with_trend_command(self.trend_command.clone()))
    }

    /// The folders in which jobs keep their files.
    pub(crate) fn kept_folders(&self) -> impl Iterator<Item = PathBuf> {
        let own = ["inputs", "jobs", "outputs"].map(|name| self.folder.join(name));
        let artifacts = self.artifacts_folder.as_ref().unwrap_or(&self.folder).join("artifacts");
        own.into_iter().chain([artifacts])
    }

    /// Where attempts have a folder each while they run.
    pub(crate) fn scratch_folder(&self) -> PathBuf {
        self.folder.join("scratch")
    }

    /// Where finished videos lie, in a folder each.
    pub(crate) fn outputs_folder(&self) -> PathBuf {
        self.folder.join("outputs")
    }

    /// The folders that everything is stored in, none inside another.
    pub(crate) fn storage_folders(&self) -> Vec<PathBuf> {
        match &self.artifacts_folder {
            Some(artifacts) if self.folder.starts_with(artifacts) => vec![artifacts.clone()],
            Some(artifacts) if !artifacts.starts_with(&self.folder) => {
                vec![self.folder.clone(), artifacts.clone()]
            }
            _ => vec![self.folder.clone()],
        }
    }

    /// Where the operators' token lies, unless the environment has one.
    pub(crate) fn operator_token_file(&self) -> PathBuf {
        self.folder.join("operator-token")
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
        jobs.list(&JobFilter::default().with_limit(1)).await?;
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
