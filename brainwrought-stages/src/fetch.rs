//! Brings a finished video from the stores to this machine, whoever made it.

use std::path::{Path, PathBuf};

use brainwrought_core::artifact_store::ArtifactStoreError;
use brainwrought_core::data::Report;
use brainwrought_core::engine::{Engine, EngineError};
use brainwrought_core::id::JobId;
use brainwrought_core::job::JobStatus;
use brainwrought_core::stage::Stage as _;
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use crate::check::Check;
use crate::output_file::write_whole;
use crate::publish::VIDEO;

/// A finished video could not be brought here.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// There is no finished video yet.
    #[error("job {job} is {status}, and only a completed one has a video; see `brainwrought status {job}`")]
    NotCompleted {
        /// The job.
        job: JobId,
        /// Where it stands.
        status: JobStatus,
    },
    /// What the gate left cannot be read.
    #[error(
        "what is stored of job {job} names no video; `brainwrought retry {job} --from check` makes it again"
    )]
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

/// An output as it is stored.
#[derive(Debug, Deserialize)]
struct Stored {
    value: Report,
}

/// How many artifacts of one job are made again before somebody has to look.
const MAX_REPAIRS: usize = 20;

/// Writes `video.mp4` and every sidecar to `<folder>/<job>/`, as the stage [`Publish`](crate::publish::Publish) does, and returns the video's path.
///
/// What is lost or damaged in the artifact store is made again first, in this process and by whatever other workers there are.
///
/// # Errors
///
/// Fails when the job is not completed, when a store cannot be read, and when a file cannot be written.
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
    if view.status != JobStatus::Completed {
        return Err(FetchError::NotCompleted { job: job.clone(), status: view.status });
    }
    let no_video = |source| FetchError::NoVideo { job: job.clone(), source };
    let checked = view.job.stages.iter().find(|task| task.key.stage.0 == Check::NAME);
    let output = checked.and_then(|task| task.output.clone());
    let output = output.ok_or_else(|| no_video("it has no report".into()))?;
    let stored = engine.artifacts().get(&output).await.map_err(EngineError::from)?;
    let stored: Stored = serde_json::from_slice(&stored).map_err(|error| no_video(error.into()))?;
    let (folder, video) = (folder.join(job.as_str()), stored.value.video);
    for (name, blob) in
        video.sidecars.iter().map(|(name, blob)| (name.as_str(), blob)).chain([(VIDEO, &video.video)])
    {
        let bytes = engine.artifacts().get(&blob.digest).await.map_err(EngineError::from)?;
        let path = folder.join(name);
        write_whole(&path, &bytes).map_err(|source| FetchError::Write { path, source })?;
    }
    Ok(folder.join(VIDEO))
}
