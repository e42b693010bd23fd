//! Finds what a job has lost of the artifact store, and has it made again by the tasks that own it.

use std::collections::BTreeSet;

use super::needs::submitted_blobs;
use super::{CollectError, Engine, EngineError};
use crate::artifact_store::ArtifactStoreError;
use crate::id::{Digest, JobId, TaskKey};
use crate::job::{Job, JobStatus, Revision, TaskStatus};
use crate::report::chain;
use crate::stage::StageError;

/// What is lost, and what helps.
#[derive(Debug)]
pub(super) enum Loss {
    /// The tasks that made it, in the order of the plan.
    Outputs(Vec<TaskKey>),
    /// It is there again.
    PutBack,
    /// Only whoever submitted the job has it.
    Given(GivenLost),
}

/// What a job was given is lost.
#[derive(Debug, thiserror::Error)]
pub(super) enum GivenLost {
    #[error(
        "a file that this job was made from ({media_type}) is lost or damaged in the artifact store; submit the same file again"
    )]
    Input { media_type: String },
    #[error("file {0}, which the options name, is lost or damaged in the artifact store; submit it again")]
    File(Digest),
}

impl Engine {
    /// Has made again what a completed job has lost, for whoever could not read `lost`: the stage that made it goes back to
    /// NEW with everything after it, and what is still whole is reused. True when there is work to do now; false when
    /// the job is not completed, when `lost` can be read, and when the job does not name it.
    ///
    /// # Errors
    ///
    /// Fails when a store cannot be reached, and when nobody can make it again.
    pub async fn repair_job(&self, id: &JobId, lost: &Digest) -> Result<bool, EngineError> {
        let view = self.jobs.get(id).await?;
        if view.status != JobStatus::Completed {
            return Ok(false);
        }
        let found = self.find_loss(&view.job, None, BTreeSet::from([lost.clone()])).await;
        let found = found.map_err(|error| match error {
            CollectError::Engine(error) => error,
            CollectError::Unreadable(digest, source) => {
                EngineError::Unreadable { job: id.clone(), digest, source }
            }
        })?;
        match found {
            Some(Loss::Outputs(owners)) if !owners.is_empty() => {
                tracing::warn!(job = %id, %lost, owner = %owners[0], "a lost artifact is made again");
                let from = &owners[0].stage;
                let view = match self.adopt(view).await {
                    Err(EngineError::Pipeline { .. }) => self.jobs.get(id).await?,
                    adopted => adopted?,
                };
                // With the plan of another program it is a new version, and going on already.
                if view.status.is_final() {
                    self.jobs.revise(id, &Revision::Repair { from: from.clone() }).await?;
                } else {
                    self.jobs.retry(id, Some(from)).await?;
                }
                Ok(true)
            }
            Some(Loss::Given(error)) => {
                Err(EngineError::Unrepairable { job: id.clone(), source: StageError::fatal(error) })
            }
            Some(Loss::PutBack | Loss::Outputs(_)) | None => Ok(false),
        }
    }

    /// Tells which tasks of a job made what of `suspects` is lost; `None` when all of it can be read. For a task that
    /// misses it, only those tasks count that it takes something of: others may have made the same bytes.
    ///
    /// The first task in the order of the plan whose output names some bytes is the one that made them: later ones only
    /// hand them on. Its output may be whole; its blobs are looked at when it is recalled, so it runs again all the same.
    pub(super) async fn find_loss(
        &self,
        job: &Job,
        missed_by: Option<&TaskKey>,
        suspects: BTreeSet<Digest>,
    ) -> Result<Option<Loss>, CollectError> {
        let mut lost = BTreeSet::new();
        for digest in suspects {
            match self.artifacts.get(&digest).await {
                Ok(_) => {}
                Err(ArtifactStoreError::NotFound(_) | ArtifactStoreError::Damaged(_)) => {
                    lost.insert(digest);
                }
                Err(error) => return Err(error.into()),
            }
        }
        if lost.is_empty() {
            return Ok(None);
        }
        let was_given = submitted_blobs(job).into_iter().find(|blob| lost.contains(&blob.digest));
        if let Some(blob) = was_given {
            if job.input.blobs().iter().all(|input| input.digest != blob.digest) {
                return Ok(Some(Loss::Given(GivenLost::File(blob.digest))));
            }
            let is_back = self.put_input_back(job, &blob.digest).await;
            let lost = GivenLost::Input { media_type: blob.media_type };
            return Ok(Some(if is_back { Loss::PutBack } else { Loss::Given(lost) }));
        }
        let makers = match missed_by {
            Some(key) => job.feeders(key),
            None => job.stages.iter().filter(|task| task.status == TaskStatus::Done).collect(),
        };
        let mut owners = Vec::new();
        for task in makers {
            let Some(output) = &task.output else { continue };
            let is_owner = if lost.remove(output) {
                true
            } else {
                let named = self.named_in(output).await?;
                let before = lost.len();
                lost.retain(|digest| !named.contains(digest));
                lost.len() < before
            };
            if is_owner {
                owners.push(task.key.clone());
            }
        }
        Ok(Some(Loss::Outputs(owners)))
    }

    /// Stores the copy of something that a job's input names again, if there is one here and it is whole.
    async fn put_input_back(&self, job: &Job, digest: &Digest) -> bool {
        let Some(inputs) = &self.settings.inputs else { return false };
        let (folder, digest) = (inputs.join(job.job_id.as_str()), digest.clone());
        let read = tokio::task::spawn_blocking(move || {
            let mut copies = std::fs::read_dir(folder).ok()?.flatten();
            let whole = |path| std::fs::read(path).ok().filter(|bytes| Digest::of(bytes) == digest);
            copies.find_map(|copy| whole(copy.path()))
        });
        let Ok(Some(bytes)) = read.await else { return false };
        match self.artifacts.put(bytes.into()).await {
            Ok(_) => true,
            Err(error) => {
                tracing::warn!(job = %job.job_id, error = chain(&error), "could not put an input back");
                false
            }
        }
    }
}
