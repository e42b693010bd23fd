//! [`Bench`]: an engine on stores in memory, with stages that count how often they run.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use brainwrought_core::artifact_store::ArtifactStore;
use brainwrought_core::data::{BlobRef, SourcePdf};
use brainwrought_core::engine::{Engine, EngineSettings, Submission};
use brainwrought_core::id::{JobId, WorkerId};
use brainwrought_core::job_store::{JobStore, JobView};
use brainwrought_core::memory::{MemoryArtifactStore, MemoryJobStore};
use brainwrought_core::pipeline::{Handle, Pipeline};
use brainwrought_core::stage::{Fan, Stage, StageContext, StageData, StageError};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Words(pub(crate) Vec<String>);

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) blob: Option<BlobRef>,
}

impl StageData for Words {
    const SCHEMA: &'static str = "words/1";
}

impl StageData for Text {
    const SCHEMA: &'static str = "text/1";
}

impl Fan for Words {
    type Item = Text;

    fn items(&self) -> Vec<Text> {
        self.0.iter().map(|text| Text { text: text.clone(), blob: None }).collect()
    }
}

/// How often each stage ran, and how it should misbehave.
#[derive(Debug, Default)]
pub(crate) struct Probe {
    pub(crate) split: AtomicU32,
    pub(crate) shout: AtomicU32,
    pub(crate) join: AtomicU32,
    pub(crate) failures: AtomicU32,
    pub(crate) stall: AtomicU32,
}

#[derive(Debug, Serialize)]
pub(crate) struct Split {
    #[serde(skip)]
    pub(crate) probe: Arc<Probe>,
}

impl Stage for Split {
    const NAME: &'static str = "split";
    const VERSION: u32 = 1;
    type Input = SourcePdf;
    type Output = Words;

    async fn run(&self, cx: &StageContext, input: SourcePdf) -> Result<Words, StageError> {
        self.probe.split.fetch_add(1, Ordering::SeqCst);
        let bytes = cx.get(&input.pdf).await?;
        let text = String::from_utf8(bytes.to_vec()).map_err(StageError::fatal)?;
        Ok(Words(text.split(' ').map(str::to_owned).collect()))
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct Shout {
    mark: String,
    #[serde(skip)]
    pub(crate) probe: Arc<Probe>,
}

impl Stage for Shout {
    const NAME: &'static str = "shout";
    const VERSION: u32 = 1;
    type Input = Text;
    type Output = Text;

    async fn run(&self, cx: &StageContext, input: Text) -> Result<Text, StageError> {
        self.probe.shout.fetch_add(1, Ordering::SeqCst);
        assert!(cx.scratch().is_dir());
        if self.probe.failures.load(Ordering::SeqCst) > 0 {
            self.probe.failures.fetch_sub(1, Ordering::SeqCst);
            return Err(StageError::retryable("the voice is hoarse"));
        }
        if self.probe.stall.load(Ordering::SeqCst) > 0 {
            cx.cancellation().cancelled().await;
            return Err(StageError::cancelled());
        }
        let text = input.text.to_uppercase() + &self.mark;
        let blob = cx.put(text.clone().into(), "text/plain").await?;
        Ok(Text { text, blob: Some(blob) })
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct Join {
    #[serde(skip)]
    pub(crate) probe: Arc<Probe>,
}

impl Stage for Join {
    const NAME: &'static str = "join";
    const VERSION: u32 = 1;
    type Input = (Words, Vec<Text>);
    type Output = Text;

    async fn run(&self, _cx: &StageContext, (words, parts): (Words, Vec<Text>)) -> Result<Text, StageError> {
        self.probe.join.fetch_add(1, Ordering::SeqCst);
        assert_eq!(words.0.len(), parts.len());
        let texts: Vec<String> = parts.into_iter().map(|part| part.text).collect();
        Ok(Text { text: texts.join(" "), blob: None })
    }
}

pub(crate) struct Bench {
    pub(crate) engine: Engine,
    pub(crate) probe: Arc<Probe>,
    _scratch: tempfile::TempDir,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::on(Arc::new(MemoryJobStore::default()))
    }

    pub(crate) fn on(jobs: Arc<dyn JobStore>) -> Self {
        Self::on_both(jobs, Arc::new(MemoryArtifactStore::default()))
    }

    pub(crate) fn on_both(jobs: Arc<dyn JobStore>, artifacts: Arc<dyn ArtifactStore>) -> Self {
        let probe = Arc::new(Probe::default());
        let scratch = tempfile::tempdir().unwrap();
        let stages = Arc::clone(&probe);
        let pipelines = move |_: &str, options: &serde_json::Value| {
            let mark = options["mark"].as_str().unwrap_or("!").to_owned();
            let probe = || Arc::clone(&stages);
            let pipeline = Pipeline::new("loud", |p, pdf: Handle<SourcePdf>| {
                let words = p.stage(Split { probe: probe() }, pdf);
                let parts = p.each(words, |p, word| p.stage(Shout { mark, probe: probe() }, word));
                p.stage(Join { probe: probe() }, (words, parts))
            })?;
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(pipeline)
        };
        let mut settings = EngineSettings::new(WorkerId("test".to_owned()), scratch.path().to_owned());
        settings.poll = Duration::from_millis(20);
        settings.retry.base_ms = 1;
        settings.retry.max_attempts = 3;
        let engine = Engine::new(jobs, artifacts, pipelines, settings);
        Self { engine, probe, _scratch: scratch }
    }

    pub(crate) async fn submit(&self, text: &str, mark: &str) -> JobId {
        let submission = Submission::of_pdf("loud", "../../etc/passwd", text.to_owned().into())
            .with_options(serde_json::json!({ "mark": mark }));
        self.engine.submit(submission).await.unwrap().view.job.job_id
    }

    pub(crate) async fn run(&self, id: &JobId) -> JobView {
        self.engine.run_job(id, CancellationToken::new()).await.unwrap()
    }

    pub(crate) async fn result(&self, view: &JobView) -> String {
        let output = view.job.stages.last().unwrap().output.clone().unwrap();
        let bytes = self.engine.artifacts().get(&output).await.unwrap();
        let envelope: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(envelope["schema"], "text/1");
        envelope["value"]["text"].as_str().unwrap().to_owned()
    }

    pub(crate) fn runs(&self) -> [u32; 3] {
        [&self.probe.split, &self.probe.shout, &self.probe.join].map(|runs| runs.load(Ordering::SeqCst))
    }
}
