//! Brings a finished video from the stores to this machine, whoever made it.

use std::path::{Path, PathBuf};

use brainwrought_core::artifact_store::ArtifactStoreError;
use brainwrought_core::atomic_file::write_whole;
use brainwrought_core::data::Report;
use brainwrought_core::engine::{Engine, EngineError};
use brainwrought_core::id::{JobId, StageName};
use brainwrought_core::job::JobStatus;
use brainwrought_core::stage::Stage as _;
use tokio_util::sync::CancellationToken;

use super::stage::VIDEO;
use crate::check::Check;

/// A finished video could not be brought here.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// There is no finished video yet.
    #[error("job {job} is {status} and has no finished video yet")]
    NotCompleted {
        /// The job.
        job: JobId,
        /// Where it stands.
        status: JobStatus,
    },
    /// What the gate left cannot be read.
    #[error("what is stored of job {job} names no video; it has to be checked again")]
    NoVideo {
        /// The job.
        job: JobId,
        /// What is wrong with it.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A store could not do its part.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A file could not be written here.
    #[error("could not write {path:?}; the video is safe in the store, mend this and fetch it again")]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// How many artifacts of one job are made again before somebody has to look.
const MAX_REPAIRS: usize = 20;

/// Writes `video.mp4` and every sidecar to `<folder>/<job>/`, as the stage [`Publish`](super::Publish) does, and returns the video's path.
///
/// While a change of the job is made, or when it did not succeed, it is the last video that passed.
/// What is lost or damaged in the artifact store is made again first, in this process and by whatever other workers there are.
///
/// # Errors
///
/// Fails when the job has no video yet, when a store cannot be read, and when a file cannot be written.
pub async fn fetch_job(engine: &Engine, job: &JobId, folder: &Path) -> Result<PathBuf, FetchError> {
    for _ in 0..MAX_REPAIRS {
        let lost = match write_files(engine, job, folder).await {
            Err(FetchError::Engine(EngineError::Artifacts(
                ArtifactStoreError::NotFound(lost) | ArtifactStoreError::Damaged(lost),
            ))) => lost,
            done => return done,
        };
        if !engine.repair_job(job, &lost).await? {
            break;
        }
        engine.run_job(job, CancellationToken::new()).await?;
    }
    write_files(engine, job, folder).await
}

async fn write_files(engine: &Engine, job: &JobId, folder: &Path) -> Result<PathBuf, FetchError> {
    let view = engine.jobs().get(job).await.map_err(EngineError::from)?;
    let no_video = |source| FetchError::NoVideo { job: job.clone(), source };
    let report: Report = match engine.output(&view.job, &StageName::from(Check::NAME), None).await {
        Ok(Some(report)) => report,
        Ok(None) if view.status == JobStatus::Completed => return Err(no_video("it has no report".into())),
        Ok(None) => return Err(FetchError::NotCompleted { job: job.clone(), status: view.status }),
        Err(error @ EngineError::Output { .. }) => return Err(no_video(Box::new(error))),
        Err(error) => return Err(error.into()),
    };
    let (folder, video) = (folder.join(job.as_str()), report.video);
    for (name, blob) in
        video.sidecars.iter().map(|(name, blob)| (name.as_str(), blob)).chain([(VIDEO, &video.video)])
    {
        let bytes = engine.artifacts().get(&blob.digest).await.map_err(EngineError::from)?;
        let path = folder.join(name);
        write_whole(&path, &bytes).map_err(|source| FetchError::Write { path, source })?;
    }
    Ok(folder.join(VIDEO))
}
