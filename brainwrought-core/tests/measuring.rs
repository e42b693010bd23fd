//! Everything that happens to a task is counted, under the name that dashboards know.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ::metrics::{
    Counter, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};
use brainwrought_core::budget::{Charge, Cost};
use brainwrought_core::clock::{Clock as _, ManualClock};
use brainwrought_core::data::{BlobRef, SourcePdf};
use brainwrought_core::engine::{Engine, EngineSettings, Submission, WorkScope};
use brainwrought_core::id::WorkerId;
use brainwrought_core::job::{JobStatus, StageBacklog};
use brainwrought_core::memory::{MemoryArtifactStore, MemoryJobStore};
use brainwrought_core::metrics;
use brainwrought_core::pipeline::{Handle, Pipeline};
use brainwrought_core::stage::{Stage, StageContext, StageData, StageError};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Spoken(BlobRef);

impl StageData for Spoken {
    const SCHEMA: &'static str = "spoken/1";
}

/// Stalls in its first attempt until it is let go.
#[derive(Debug, Default)]
struct Stall {
    runs: AtomicU64,
    begun: Notify,
    go_on: Notify,
}

#[derive(Debug, Serialize)]
struct Speak {
    #[serde(skip)]
    stall: Arc<Stall>,
}

impl Stage for Speak {
    const NAME: &'static str = "speak";
    const VERSION: u32 = 1;
    type Input = SourcePdf;
    type Output = Spoken;

    async fn run(&self, cx: &StageContext, input: SourcePdf) -> Result<Spoken, StageError> {
        let text = cx.get(&input.pdf).await?;
        let charge = Charge { provider: "voice/one".to_owned(), most: Cost(10) };
        cx.budget().reserve(&charge).await?;
        cx.budget().settle(&charge, Cost(7)).await;
        if self.stall.runs.fetch_add(1, Ordering::SeqCst) == 0 {
            self.stall.begun.notify_one();
            self.stall.go_on.notified().await;
        }
        Ok(Spoken(cx.put([&text[..], b", aloud"].concat().into(), "audio/wav").await?))
    }
}

/// Keeps what is measured, by name and labels.
#[derive(Debug, Default)]
struct Notebook {
    numbers: Mutex<BTreeMap<String, Arc<AtomicU64>>>,
}

/// Counts what a histogram is given.
#[derive(Debug)]
struct Count(Arc<AtomicU64>);

impl HistogramFn for Count {
    fn record(&self, _: f64) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Notebook {
    fn number(&self, key: &Key) -> Arc<AtomicU64> {
        let labels: Vec<String> =
            key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        let name = format!("{} {}", key.name(), labels.join(" "));
        Arc::clone(self.numbers.lock().unwrap().entry(name).or_default())
    }

    fn read(&self, name: &str, labels: &str) -> Option<u64> {
        let numbers = self.numbers.lock().unwrap();
        numbers.get(&format!("{name} {labels}")).map(|number| number.load(Ordering::SeqCst))
    }

    fn gauge(&self, name: &str, labels: &str) -> Option<f64> {
        self.read(name, labels).map(f64::from_bits)
    }
}

impl Recorder for Notebook {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.number(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.number(key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(Arc::new(Count(self.number(key))))
    }
}

fn engine(clock: &Arc<ManualClock>, stall: &Arc<Stall>, scratch: &std::path::Path) -> Engine {
    let stall = Arc::clone(stall);
    let pipelines = move |_: &str, _: &serde_json::Value| {
        let stall = Arc::clone(&stall);
        let pipeline = Pipeline::new("speech", |p, pdf: Handle<SourcePdf>| p.stage(Speak { stall }, pdf))?;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(pipeline)
    };
    let mut settings = EngineSettings::new(WorkerId("test".to_owned()), scratch.to_owned());
    settings.poll = Duration::from_millis(10);
    let jobs = Arc::new(MemoryJobStore::with_clock(Arc::clone(clock) as Arc<_>));
    Engine::new(jobs, Arc::new(MemoryArtifactStore::default()), pipelines, settings)
}

#[tokio::test]
async fn every_change_of_a_task_is_counted() {
    let notebook = Notebook::default();
    // Of this thread, which runs everything here.
    let _guard = ::metrics::set_default_local_recorder(&notebook);
    let (clock, stall) = (Arc::new(ManualClock::default()), Arc::new(Stall::default()));
    let scratch = tempfile::tempdir().unwrap();
    let engine = engine(&clock, &stall, scratch.path());
    let submission = Submission::of_pdf("speech", "speech.pdf", "hello".into());
    let id = engine.submit(submission).await.unwrap().view.job.job_id;
    engine.advance().await.unwrap();
    clock.advance(Duration::from_secs(7));
    let waiting = engine.jobs().get(&id).await.unwrap().job;
    metrics::observe(&StageBacklog::count([&waiting], clock.now().wall), &["draw".into()]);
    assert_eq!(notebook.gauge(metrics::TASKS, "stage=speak status=READY"), Some(1.0));
    assert_eq!(notebook.gauge(metrics::TASKS, "stage=draw status=READY"), Some(0.0));
    assert_eq!(notebook.gauge(metrics::OLDEST_READY, "stage=speak"), Some(7.0));

    // The worker stalls, its lease is taken back, and it comes back late.
    let shutdown = CancellationToken::new();
    let (worker, stop) = (engine.clone(), shutdown.clone());
    let working = tokio::spawn(async move { worker.work(WorkScope::default(), stop).await });
    stall.begun.notified().await;
    clock.advance(Duration::from_secs(3600));
    assert_eq!(engine.recover().await.unwrap().len(), 1);
    stall.go_on.notify_one();
    let ended = async {
        while engine.jobs().get(&id).await.unwrap().status != JobStatus::Completed {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), ended).await.unwrap();
    shutdown.cancel();
    working.await.unwrap();

    let count = |name: &str, labels: &str| notebook.read(name, labels).unwrap_or_default();
    assert_eq!(count(metrics::CLAIMS, "stage=speak"), 2);
    assert_eq!(count(metrics::RECOVERIES, "stage=speak"), 1);
    assert_eq!(count(metrics::STALE_COMPLETIONS, "stage=speak"), 1);
    let completions = |cached| count(metrics::COMPLETIONS, &format!("stage=speak cached={cached}"));
    assert_eq!(completions("true") + completions("false"), 1);
    let runs = stall.runs.load(Ordering::SeqCst);
    assert_eq!(count(metrics::SPENT, "stage=speak provider=voice/one"), runs * 7);
    assert_eq!(count(metrics::STAGE_SECONDS, "stage=speak"), runs);
    assert_eq!(count(metrics::ARTIFACT_BYTES, "stage=speak direction=read"), runs * 5);
    assert_eq!(count(metrics::ARTIFACT_BYTES, "stage=speak direction=written"), runs * 12);
}
