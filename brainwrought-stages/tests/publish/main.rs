//! A finished video is delivered to a folder whatever becomes of its publication, which can be made up for later.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod output_file;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use brainwrought_core::artifact_store::ArtifactStore;
use brainwrought_core::data::{BlobRef, Publication, Report, SourcePdf, Video};
use brainwrought_core::engine::{Engine, EngineSettings, Submission};
use brainwrought_core::event::LogLevel;
use brainwrought_core::id::{JobId, WorkerId};
use brainwrought_core::job::{Job, JobStatus};
use brainwrought_core::memory::{MemoryArtifactStore, MemoryJobStore};
use brainwrought_core::pipeline::{Handle, Pipeline};
use brainwrought_core::publisher::{Publisher, PublisherError};
use brainwrought_core::stage::{Stage, StageContext, StageError};
use brainwrought_stages::publish::{Publish, PublishJobError, publication, publish_job};
use serde::Serialize;
use serde_json::Value;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// Passes the PDF off as a video that was checked.
#[derive(Debug, Serialize)]
struct Pretend;

impl Stage for Pretend {
    const NAME: &'static str = "check";
    const VERSION: u32 = 1;
    type Input = SourcePdf;
    type Output = Report;

    async fn run(&self, cx: &StageContext, input: SourcePdf) -> Result<Report, StageError> {
        let captions = cx.put("1\n".into(), "application/x-subrip").await?;
        let video = Video {
            calls: Vec::new(),
            video: input.pdf,
            sidecars: BTreeMap::from([("captions.srt".to_owned(), captions)]),
            frames: 1,
            fps: 30,
            width: 2,
            height: 2,
            segment_starts: Vec::new(),
            settings: serde_json::Value::Null,
            assets: Vec::new(),
            warnings: Vec::new(),
        };
        Ok(Report { rules: Vec::new(), warnings: Vec::new(), video })
    }
}

/// A publisher that is out of order until it is mended.
#[derive(Debug, Default)]
struct Press {
    is_mended: Mutex<bool>,
    seen: Mutex<Vec<String>>,
}

#[async_trait]
impl Publisher for Press {
    async fn publish(
        &self,
        job: &JobId,
        files: &BTreeMap<String, BlobRef>,
        artifacts: &dyn ArtifactStore,
    ) -> Result<String, PublisherError> {
        for (name, blob) in files {
            assert_eq!(artifacts.get(&blob.digest).await.unwrap().len() as u64, blob.bytes);
            self.seen.lock().unwrap().push(name.clone());
        }
        if *self.is_mended.lock().unwrap() {
            Ok(format!("https://example.org/{job}/video.mp4"))
        } else {
            Err(PublisherError::Refused("the press is broken".into()))
        }
    }
}

struct Bench {
    engine: Engine,
    folder: TempDir,
}

impl Bench {
    fn new(publisher: Option<Arc<dyn Publisher>>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let outputs = folder.path().join("outputs");
        let pipelines = move |name: &str, _: &Value| {
            let publish = Publish { folder: outputs.clone(), publisher: publisher.clone() };
            Pipeline::new(name, |p, pdf: Handle<SourcePdf>| {
                let report = p.stage(Pretend, pdf);
                p.stage(publish, report)
            })
        };
        let settings = EngineSettings::new(WorkerId("test".to_owned()), folder.path().join("scratch"));
        let (jobs, artifacts) =
            (Arc::new(MemoryJobStore::default()), Arc::new(MemoryArtifactStore::default()));
        Self { engine: Engine::new(jobs, artifacts, pipelines, settings), folder }
    }

    async fn finished(&self) -> Job {
        let submission = Submission::of_pdf("pretend", "in.pdf", "moving pictures".into());
        let job = self.engine.submit(submission).await.unwrap().view.job.job_id;
        let view = self.engine.run_job(&job, CancellationToken::new()).await.unwrap();
        assert_eq!(view.status, JobStatus::Completed);
        let video = self.folder.path().join("outputs").join(job.as_str()).join("video.mp4");
        assert_eq!(std::fs::read(&video).unwrap(), b"moving pictures");
        assert_eq!(self.delivery(&view.job).await.output_local_path, Some(video.display().to_string()));
        view.job
    }

    async fn delivery(&self, job: &Job) -> Publication {
        publication(self.engine.artifacts().as_ref(), job).await.unwrap().unwrap()
    }

    async fn publish(&self, job: &Job) -> Result<String, PublishJobError> {
        publish_job(&self.engine, &job.job_id, CancellationToken::new()).await
    }
}

#[tokio::test]
async fn a_published_video_has_an_address() {
    let press = Arc::new(Press { is_mended: Mutex::new(true), ..Press::default() });
    let bench = Bench::new(Some(Arc::<Press>::clone(&press)));
    let job = bench.finished().await;
    let url = format!("https://example.org/{}/video.mp4", job.job_id);
    assert_eq!(bench.delivery(&job).await.output_hf_url.as_ref(), Some(&url));
    assert_eq!(*press.seen.lock().unwrap(), ["captions.srt", "video.mp4"]);
    assert_eq!(bench.publish(&job).await.unwrap(), url, "and publishing again changes nothing");
}

#[tokio::test]
async fn a_failed_publication_is_a_warning_and_can_be_made_up_for() {
    let press = Arc::new(Press::default());
    let bench = Bench::new(Some(Arc::<Press>::clone(&press)));
    let job = bench.finished().await;
    assert_eq!(bench.delivery(&job).await.output_hf_url, None);
    let warned =
        job.logs.iter().any(|entry| entry.level == LogLevel::Warn && entry.message.contains("press"));
    assert!(warned, "{:?}", job.logs);

    let error = bench.publish(&job).await.unwrap_err();
    assert!(error.to_string().contains("the press is broken"), "{error}");
    let view = bench.engine.jobs().get(&job.job_id).await.unwrap();
    assert_eq!(view.status, JobStatus::Completed);

    *press.is_mended.lock().unwrap() = true;
    let url = bench.publish(&job).await.unwrap();
    let view = bench.engine.jobs().get(&job.job_id).await.unwrap();
    let (before, after) = (bench.delivery(&job).await, bench.delivery(&view.job).await);
    assert_eq!(after.output_hf_url, Some(url));
    assert_eq!(after.output_local_path, before.output_local_path);
}

#[tokio::test]
async fn without_a_publisher_nothing_is_published() {
    let bench = Bench::new(None);
    let job = bench.finished().await;
    assert_eq!(bench.delivery(&job).await.output_hf_url, None);
    assert!(matches!(bench.publish(&job).await, Err(PublishJobError::NoPlace)));
}

#[tokio::test]
async fn an_unfinished_job_is_not_published() {
    let bench = Bench::new(None);
    let submission = Submission::of_pdf("pretend", "in.pdf", "moving pictures".into());
    let job = bench.engine.submit(submission).await.unwrap().view.job;
    let refused = bench.publish(&job).await;
    assert!(matches!(refused, Err(PublishJobError::NotCompleted { status: JobStatus::Pending, .. })));
}
