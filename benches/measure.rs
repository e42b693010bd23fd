//! What the benches share: a stopwatch, the memory of a process tree, and a whole short that was made once.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use brainwrought_core::artifact_store::ArtifactStore;
use brainwrought_core::data::{Document, Script, SourcePdf};
use brainwrought_core::engine::{Engine, EngineSettings};
use brainwrought_core::id::{TaskKey, WorkerId};
use brainwrought_core::job::{Job, JobStatus};
use brainwrought_core::job_store::JobStore;
use brainwrought_core::memory::{MemoryArtifactStore, MemoryJobStore};
use brainwrought_core::pipeline::{Handle, Pipeline};
use brainwrought_core::stage::StageData;
use brainwrought_stages::publish::publication;
use brainwrought_stages::standard::{MakeOptions, Resources, Stages, pipelines};
use tokio_util::sync::CancellationToken;

/// Measures how long `work` takes.
#[expect(clippy::disallowed_methods, reason = "measuring time is what a bench is for")]
pub fn time<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

/// The middle one of some figures.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The PDF named on the command line, or the paper that ships with the project.
pub fn pdf() -> PathBuf {
    let named = std::env::args_os().skip(1).map(PathBuf::from).find(|path| path.is_file());
    named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/queues.pdf"))
}

/// The PDFs named on the command line, or the paper that ships with the project.
pub fn pdfs() -> Vec<PathBuf> {
    let named: Vec<PathBuf> =
        std::env::args_os().skip(1).map(PathBuf::from).filter(|path| path.is_file()).collect();
    if named.is_empty() { vec![pdf()] } else { named }
}

/// Reads a PDF, and writes its script with the default options.
///
/// # Errors
///
/// Fails when the file cannot be read or holds too little to say.
pub async fn read(pdf: &Path) -> anyhow::Result<(Document, Script)> {
    let folder = tempfile::tempdir()?;
    let options = MakeOptions::default();
    let submission = options.submission("read.pdf", std::fs::read(pdf)?.into())?;
    let options: MakeOptions = serde_json::from_value(submission.options.clone())?;
    let resources = resources(folder.path().join("outputs"))?;
    let pipelines = move |_: &str, _: &serde_json::Value| {
        let stages = Stages::new(&options, &resources);
        Pipeline::new("short", |p, pdf: Handle<SourcePdf>| {
            let document = p.stage(stages.parse, pdf);
            p.stage(stages.script, document)
        })
    };
    let artifacts: Arc<dyn ArtifactStore> = Arc::new(MemoryArtifactStore::default());
    let mut settings = EngineSettings::new(WorkerId("bench".to_owned()), folder.path().join("scratch"));
    settings.poll = Duration::from_millis(20);
    let engine =
        Engine::new(Arc::new(MemoryJobStore::default()), Arc::clone(&artifacts), pipelines, settings);
    let id = engine.submit(submission).await?.view.job.job_id;
    let view = engine.run_job(&id, CancellationToken::new()).await?;
    anyhow::ensure!(view.status == JobStatus::Completed, "{}", view.job.error().unwrap_or_default());
    let made = Short { job: view.job, artifacts, video: PathBuf::new() };
    Ok((made.output("parse", None).await?, made.output("script", None).await?))
}

/// What `make setup` installed.
///
/// # Errors
///
/// Fails when the system does not tell where this program lies.
#[expect(clippy::disallowed_methods, reason = "a bench is a program, and programs read the environment")]
pub fn resources(outputs: PathBuf) -> anyhow::Result<Resources> {
    let named = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let share = || named("XDG_DATA_HOME").or_else(|| Some(named("HOME")?.join(".local/share")));
    let folder =
        named("BRAINWROUGHT_DATA").unwrap_or_else(|| share().unwrap_or_default().join("brainwrought"));
    Ok(Resources::new(&folder, outputs)?)
}

/// A short that was made, with everything that was stored on the way.
#[derive(Debug)]
pub struct Short {
    /// The job as it ended.
    pub job: Job,
    /// What its stages stored.
    pub artifacts: Arc<dyn ArtifactStore>,
    /// Where the video lies.
    pub video: PathBuf,
}

impl Short {
    /// Makes a short of [`pdf`] with the default options.
    ///
    /// # Errors
    ///
    /// Fails when the job does.
    pub async fn make(
        jobs: Arc<dyn JobStore>,
        artifacts: Arc<dyn ArtifactStore>,
        folder: &Path,
    ) -> anyhow::Result<Self> {
        let pdf = pdf();
        let mut settings = EngineSettings::new(WorkerId("bench".to_owned()), folder.join("scratch"));
        settings.poll = Duration::from_millis(50);
        let pipelines = pipelines(resources(folder.join("outputs"))?);
        let engine = Engine::new(jobs, Arc::clone(&artifacts), pipelines, settings);
        let name = pdf.file_name().unwrap_or_default().to_string_lossy();
        let submission = MakeOptions::default().submission(&name, std::fs::read(&pdf)?.into())?;
        let id = engine.submit(submission).await?.view.job.job_id;
        let view = engine.run_job(&id, CancellationToken::new()).await?;
        anyhow::ensure!(view.status == JobStatus::Completed, "{}", view.job.error().unwrap_or_default());
        let published = publication(artifacts.as_ref(), &view.job).await?.unwrap_or_default();
        let video = published.output_local_path.context("the job names no video")?;
        Ok(Self { job: view.job, artifacts, video: video.into() })
    }

    /// Reads the output of a task.
    ///
    /// # Errors
    ///
    /// Fails when there is no such task, or its output is of another type.
    pub async fn output<T: StageData>(&self, stage: &str, segment: Option<u32>) -> anyhow::Result<T> {
        let task = self.job.task(&TaskKey { stage: stage.into(), segment });
        let digest = task.and_then(|task| task.output.clone()).context("there is no such output")?;
        let envelope: serde_json::Value = serde_json::from_slice(&self.artifacts.get(&digest).await?)?;
        Ok(serde_json::from_value(envelope["value"].clone())?)
    }
}

/// Watches the resident memory of this process and its children.
#[derive(Debug)]
pub struct PeakMemory {
    bytes: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
}

impl PeakMemory {
    /// Starts to watch, every 20 ms.
    pub fn watch() -> Self {
        let watch = Self { bytes: Arc::default(), stop: Arc::default() };
        let (bytes, stop) = (Arc::clone(&watch.bytes), Arc::clone(&watch.stop));
        std::thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                bytes.fetch_max(tree_bytes(std::process::id()), Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        watch
    }

    /// Stops, and tells the most that was seen, in megabytes.
    pub fn megabytes(self) -> f64 {
        self.stop.store(true, Ordering::Relaxed);
        self.bytes.load(Ordering::Relaxed) as f64 / 1e6
    }
}

/// The resident bytes of a process and all that descend from it, as `/proc` has them; 0 where there is none.
fn tree_bytes(root: u32) -> u64 {
    let mut total = resident(root);
    let tasks = std::fs::read_dir(format!("/proc/{root}/task"));
    for task in tasks.into_iter().flatten().flatten() {
        let children = std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
        total += children.split_whitespace().filter_map(|pid| pid.parse().ok()).map(tree_bytes).sum::<u64>();
    }
    total
}

fn resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}
