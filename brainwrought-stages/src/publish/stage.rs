//! The stage `publish`: puts the finished video and the files beside it where people find them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use brainwrought_core::artifact_store::ArtifactStore;
use brainwrought_core::atomic_file::write_whole;
use brainwrought_core::data::{BlobRef, Publication, Report};
use brainwrought_core::engine::{Engine, EngineError, read_output};
use brainwrought_core::event::LogLevel;
use brainwrought_core::id::{JobId, StageName};
use brainwrought_core::job::{Job, JobStatus};
use brainwrought_core::job_store::JobView;
use brainwrought_core::private_folder::private_folder;
use brainwrought_core::publisher::Publisher;
use brainwrought_core::report::chain;
use brainwrought_core::stage::{Stage, StageContext, StageError};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

/// Writes `video.mp4` and every sidecar to `<folder>/<job_id>/`, then gives them to a publisher, if there is one.
///
/// Each file appears whole or not at all, and writing twice gives the same files. A video that could not be published is
/// still made: the reason becomes a warning, and [`publish_job`] tries again when somebody asks for it.
#[derive(Debug, Clone, Serialize)]
pub struct Publish {
    /// The folder that gets one folder a job.
    #[serde(skip)]
    pub folder: PathBuf,
    /// Where the world finds the videos.
    #[serde(skip)]
    pub publisher: Option<Arc<dyn Publisher>>,
}

/// The name that the video has everywhere.
pub(super) const VIDEO: &str = "video.mp4";

/// A finished video could not be delivered; it stays in the artifact store.
#[derive(Debug, thiserror::Error)]
#[error("could not write {path:?}; the video is safe in the store; mend this and publish again")]
pub struct PublishError {
    path: PathBuf,
    source: std::io::Error,
}

impl Stage for Publish {
    const NAME: &'static str = "publish";
    const VERSION: u32 = 1;
    const IS_CACHED: bool = false;
    type Input = Report;
    type Output = Publication;

    async fn run(&self, cx: &StageContext, report: Report) -> Result<Publication, StageError> {
        let folder = self.folder.join(cx.job().as_str());
        let mut files: BTreeMap<String, BlobRef> = report.video.sidecars;
        files.insert(VIDEO.to_owned(), report.video.video);
        // The step after the files is the publisher's.
        let total = files.len() as u64 + u64::from(self.publisher.is_some());
        for (done, (name, blob)) in files.iter().enumerate() {
            cx.check_cancelled()?;
            cx.progress(done as u64, total);
            let bytes = cx.get(blob).await?;
            let (outputs, path) = (self.folder.clone(), folder.join(name));
            // A full disk or a missing mount may pass, so another attempt is worth it.
            tokio::task::spawn_blocking(move || {
                private_folder(&outputs)
                    .and_then(|()| write_whole(&path, &bytes))
                    .map_err(|source| PublishError { path, source })
            })
            .await?
            .map_err(StageError::retryable)?;
        }
        let path = folder.join(VIDEO);
        let output_local_path = Some(path.display().to_string());
        let mut publication = Publication { output_local_path, ..Publication::default() };
        let Some(publisher) = &self.publisher else { return Ok(publication) };
        cx.progress(total - 1, total);
        let published = tokio::select! {
            published = publisher.publish(cx.job(), &files, cx.artifacts().as_ref()) => published,
            () = cx.cancellation().cancelled() => return Err(StageError::cancelled()),
        };
        match published {
            Ok(url) => publication.output_hf_url = Some(url),
            Err(error) => {
                let warning = chain(&error);
                cx.log(LogLevel::Warn, warning.clone());
                publication.warnings.push(warning);
            }
        }
        Ok(publication)
    }
}

/// Reads where the video of a job went: the last finished one, while another is made. `None` before there is one.
///
/// # Errors
///
/// Fails when the artifact store cannot be reached or has lost it.
pub async fn publication(
    artifacts: &dyn ArtifactStore,
    job: &Job,
) -> Result<Option<Publication>, EngineError> {
    read_output(artifacts, job, &StageName::from(Publish::NAME), None).await
}

/// A finished video was not published; it stays where it is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishJobError {
    /// There is no finished video yet.
    #[error("job {job} is {status}, and only a completed one can be published")]
    NotCompleted {
        /// The job.
        job: JobId,
        /// Where it stands.
        status: JobStatus,
    },
    /// The stage that publishes has no publisher.
    #[error("there is no place to publish to")]
    NoPlace,
    /// The publisher could not do it.
    #[error("{0}")]
    NotPublished(String),
    /// A store could not do its part.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// Publishes a finished job, or publishes it again, which changes nothing, and returns the address of the video.
///
/// The job goes back to the stage `publish` and through it, so that the address is recorded like any other outcome. Where
/// other workers run too, one of them may do it; they must have the same publisher.
///
/// # Errors
///
/// Fails when the job is not completed, and when it could not be published; it is completed then all the same.
pub async fn publish_job(
    engine: &Engine,
    job: &JobId,
    shutdown: CancellationToken,
) -> Result<String, PublishJobError> {
    let is_completed = |view: &JobView| match view.status {
        JobStatus::Completed => Ok(()),
        status => Err(PublishJobError::NotCompleted { job: job.clone(), status }),
    };
    let stage = StageName::from(Publish::NAME);
    is_completed(&engine.jobs().get(job).await.map_err(EngineError::from)?)?;
    engine.retry_job(job, Some(&stage)).await?;
    let view = engine.run_job(job, shutdown).await?;
    is_completed(&view)?;
    let publication = publication(engine.artifacts().as_ref(), &view.job).await?.unwrap_or_default();
    match publication.output_hf_url {
        Some(url) => Ok(url),
        None if publication.warnings.is_empty() => Err(PublishJobError::NoPlace),
        None => Err(PublishJobError::NotPublished(publication.warnings.join("; "))),
    }
}
