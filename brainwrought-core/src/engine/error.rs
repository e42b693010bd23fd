//! [`EngineError`] and what else the engine can fail with.

use std::path::PathBuf;

use crate::artifact_store::ArtifactStoreError;
use crate::id::{Digest, JobId, TaskKey};
use crate::job_store::JobStoreError;
use crate::stage::StageError;

/// Why an engine could not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The job store could not do its part.
    #[error(transparent)]
    Jobs(#[from] JobStoreError),
    /// The artifact store could not do its part.
    #[error(transparent)]
    Artifacts(#[from] ArtifactStoreError),
    /// The file system of the scratch folder has no room for what a stage writes there.
    #[error("the scratch folder {} has no room; free some space, then run the same command again", folder.display())]
    ScratchFull {
        /// The folder.
        folder: PathBuf,
        /// What could not be done.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The copy of an input could not be kept, so there is no job.
    #[error("could not keep a copy of the input as {}; make room and make the folder writable, then submit it again", path.display())]
    InputCopy {
        /// The file or folder that could not be written.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// There is no such pipeline, or it does not know the options.
    #[error("could not build the pipeline `{name}`")]
    Pipeline {
        /// The name that was asked for.
        name: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A file that the options or the input name is not in the artifact store.
    #[error("file {0}, which the input or the options name, is not stored; store it again")]
    NotStored(Digest),
    /// The pipeline takes another kind of input.
    #[error("the pipeline `{pipeline}` takes {expected}, not {found}")]
    WrongInput {
        /// The pipeline.
        pipeline: String,
        /// What was submitted.
        found: &'static str,
        /// What the pipeline takes.
        expected: &'static str,
    },
    /// An input cannot be stored.
    #[error("the input cannot be written as JSON")]
    UnwritableInput(#[source] serde_json::Error),
    /// The system has no random bytes.
    #[error("the system gave no random bytes to name a scratch folder by")]
    Random(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What a job needs cannot be told, because an output cannot be read just now.
    #[error(
        "could not tell what job {job} needs, because artifact {digest} could not be read; try again later"
    )]
    Unreadable {
        /// The job.
        job: JobId,
        /// The output.
        digest: Digest,
        /// Why.
        #[source]
        source: StageError,
    },
    /// What is lost cannot be made again.
    #[error("job {job} cannot be repaired")]
    Unrepairable {
        /// The job.
        job: JobId,
        /// What is lost, and what to do.
        #[source]
        source: StageError,
    },
    /// The folders of a job could not be removed.
    #[error("could not remove the files of job {job}; make its folders writable, then collect garbage")]
    Folders {
        /// The job.
        job: JobId,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The result of a job could not be read.
    #[error("could not read the result of job {job}")]
    Result {
        /// The job.
        job: JobId,
        /// Why.
        #[source]
        source: StageError,
    },
    /// A stage's output could not be read or replaced.
    #[error("could not {action} the output of `{key}`")]
    Output {
        /// What was tried: `read` or `change`.
        action: &'static str,
        /// The task.
        key: TaskKey,
        /// Why.
        #[source]
        source: OutputError,
    },
}

/// Why an output could not be read or replaced.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutputError {
    /// Its items cannot be listed.
    #[error("its items cannot be listed")]
    Items(#[source] StageError),
    /// What is stored is no output.
    #[error("what is stored is damaged; run the stage again")]
    Damaged(#[source] serde_json::Error),
    /// It has another form than was asked for.
    #[error("it is stored as {found}, not as {expected}")]
    Schema {
        /// The form that it has.
        found: String,
        /// The form that was asked for.
        expected: &'static str,
    },
    /// The pipeline of this version has no such stage.
    #[error("this version's pipeline does not have the stage")]
    NoStage,
}

/// Why garbage could not be collected. What was removed before stays removed; nothing that a job needs is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CollectError {
    /// A store could not do its part.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// An output could not be read, so what it needs is not known.
    #[error("could not tell what job output {0} needs; nothing was removed")]
    Unreadable(Digest, #[source] StageError),
}

impl From<ArtifactStoreError> for CollectError {
    fn from(error: ArtifactStoreError) -> Self {
        Self::Engine(error.into())
    }
}
