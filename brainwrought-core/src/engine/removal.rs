//! Deletes jobs: the record, the folders, and everything that only they needed of the artifact store.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;

use super::job_artifacts::JobArtifacts;
use super::needs::{Survey, submitted_blobs};
use super::store_calls::all;
use super::{CollectError, Engine, EngineError};
use crate::artifact_store::{ArtifactStoreError, Hold, StoredHold};
use crate::data::BlobRef;
use crate::id::{Digest, Fingerprint, JobId};
use crate::job::TransitionError;
use crate::job_store::{JobFilter, JobStoreError};
use crate::report::chain;

/// How long it is remembered that a job was deleted. A worker that had a task of it and is out of reach may go on for as
/// long as its lease lasts, and what it leaves must be known for what it is.
const DELETED_FOR: Duration = Duration::from_secs(3600);

/// Files of users up to this size are put back when somebody turns out to need them after all; they are in
/// memory meanwhile.
const MAX_PUT_BACK: u64 = 128 << 20;

/// What became of a deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deleted {
    /// False when the job is gone, and some of its artifacts could not be removed yet:
    /// [`sweep_deleted`](Engine::sweep_deleted) does that later.
    pub is_complete: bool,
}

impl Engine {
    /// Deletes a job that is final, its folders, and everything in the artifact store that only it needed: outputs of
    /// any version, remembered steps, what attempts left that failed or were killed, and what its input and its
    /// options name. What another job needs or holds stays.
    ///
    /// Whatever goes wrong on the way, no existing job loses anything, and what is left of the deleted one is found by
    /// [`sweep_deleted`](Self::sweep_deleted).
    ///
    /// # Errors
    ///
    /// Fails when there is no such job, when it is not final, and when its record or its folders cannot be removed.
    pub async fn delete_job(&self, id: &JobId) -> Result<Deleted, EngineError> {
        let view = match self.jobs.get(id).await {
            Err(JobStoreError::Damaged { .. }) => return self.delete_damaged(id).await,
            got => got?,
        };
        if !view.status.is_final() {
            let source = TransitionError::StillActive(view.status);
            return Err(JobStoreError::Refused { job: id.clone(), source }.into());
        }
        let needs = match self.needs(&view.job).await {
            Ok(needs) => needs,
            Err(CollectError::Engine(error)) => return Err(error),
            // An output that is no output names nothing that could be removed.
            Err(CollectError::Unreadable(_, error)) if !error.is_retryable() => submitted_blobs(&view.job)
                .into_iter()
                .map(|blob| blob.digest)
                .chain(view.job.outputs().cloned())
                .collect(),
            Err(CollectError::Unreadable(digest, error)) => {
                return Err(EngineError::Unreadable { job: id.clone(), digest, source: error });
            }
        };
        // First it is written down that the job ends and what it needs: once its record is gone, nothing else tells. While
        // there is a record this means nothing, so a crash here, or a retry that comes in between, does no harm.
        if self.settings.keeps_holds {
            let holds: Vec<Hold> =
                needs.iter().cloned().map(Hold::Artifact).chain([Hold::Deleting]).collect();
            match all(holds.iter().map(|hold| self.artifacts.hold(id, hold))).await {
                // Whoever deletes jobs to make room on a full disk must be able to.
                Ok(_) | Err(ArtifactStoreError::Full(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        // The record goes before anything else: without it nothing of the job is ever shown or begun again. The store
        // refuses when the job has come to life again.
        self.jobs.delete(id).await?;
        self.removed.notify_one();
        self.remove_folders(id).await?;
        let swept = self.sweep(Some(id), &needs, &submitted_blobs(&view.job)).await;
        if let Err(error) = &swept {
            tracing::warn!(job = %id, error = chain(error), "artifacts of a deleted job are removed later");
        }
        Ok(Deleted { is_complete: swept.is_ok() })
    }

    /// Deletes a job that cannot be read. What only it needed is for garbage collection to find.
    async fn delete_damaged(&self, id: &JobId) -> Result<Deleted, EngineError> {
        if self.settings.keeps_holds {
            self.artifacts.hold(id, &Hold::Deleting).await?;
        }
        self.jobs.delete(id).await?;
        self.removed.notify_one();
        self.remove_folders(id).await?;
        Ok(Deleted { is_complete: false })
    }

    /// Removes what deleted jobs left: what could not be removed at once, and what workers made that heard of the
    /// deletion late. It is quick when there is nothing to do.
    ///
    /// # Errors
    ///
    /// Fails, before removing anything, when a job or one of its outputs cannot be read.
    pub async fn sweep_deleted(&self) -> Result<(), CollectError> {
        self.sweep(None, &BTreeSet::new(), &[]).await
    }

    /// Waits until a job is deleted by this engine or a clone of it; a deletion that nobody waited for is heard of at the next
    /// call. For one caller at a time.
    pub async fn wait_for_deletion(&self) {
        self.removed.notified().await;
    }

    /// Removes `more` and what deleted jobs held, `deleted` among them, unless somebody needs it. `given` are those of
    /// `more` that nobody can make again.
    ///
    /// No lock spans the stores, so another process may begin to need something at any moment. For what is made: a worker
    /// holds an output first, then looks whether its binding is still there; here the bindings go first, then the holds
    /// are looked at. Whichever order the four steps take, either the worker sees that the binding is gone or its hold
    /// is seen here. For what was given: a submission creates its record and then looks whether its input is there; here
    /// the input goes first, then the records are looked at, and the input is put back for one that has come. What a worker
    /// makes afresh at the very moment at which the same bytes are removed is made once more when it is missed.
    pub(super) async fn sweep(
        &self,
        deleted: Option<&JobId>,
        more: &BTreeSet<Digest>,
        given: &[BlobRef],
    ) -> Result<(), CollectError> {
        let _turn = self.removals.lock().await;
        let before = self.survey(deleted).await?;
        for job in before.deleted.keys() {
            self.remove_folders(job).await?;
        }
        let held = || before.deleted.values().flatten();
        let mut candidates: BTreeSet<Digest> =
            held().filter_map(|stored| stored.hold.digest().cloned()).collect();
        candidates.extend(more.iter().cloned());
        if candidates.is_empty() {
            return self.forget_deleted(&before).await;
        }
        let mut needed = before.protected();
        self.unbind_all(held().filter_map(|stored| binding(stored, &needed, &before.bound)).collect())
            .await?;
        let after = self.survey(deleted).await?;
        needed.extend(after.protected());
        candidates.retain(|digest| !needed.contains(digest));
        // Without holds nobody knows what work on the same input has found: it is left to collection by age.
        let is_shared = |blob: &BlobRef| after.inputs_at_work.contains(&blob.digest);
        if !self.holds_are_kept(&before) && given.iter().any(is_shared) {
            return Ok(());
        }
        let given = self.read_given(given, &candidates).await;
        self.delete_all(&candidates).await?;
        self.put_back(given).await?;
        self.forget_deleted(&before).await
    }

    /// Makes sure that nothing stays of an attempt whose job was deleted meanwhile.
    pub(super) async fn clean_up_after(&self, job: &JobId, artifacts: &JobArtifacts) {
        let clean_up = async {
            if self.has_record(job).await? {
                return Ok::<_, CollectError>(());
            }
            // Some of these holds may have been forgotten with the job, before the attempt used them once more.
            for hold in artifacts.touched() {
                self.artifacts.hold(job, &hold).await?;
            }
            if self.settings.keeps_holds {
                self.artifacts.hold(job, &Hold::Deleting).await?;
            }
            self.sweep_deleted().await
        };
        if let Err(error) = clean_up.await {
            tracing::warn!(%job, error = chain(&error), "could not clean up after a job that was deleted");
        }
    }

    /// Removes what was stored for a job that there is not.
    pub(super) async fn discard(&self, given: &[BlobRef]) {
        let more = given.iter().map(|blob| blob.digest.clone()).collect();
        if let Err(error) = self.sweep(None, &more, given).await {
            tracing::warn!(error = chain(&error), "an input that was refused is left to garbage collection");
        }
    }

    fn holds_are_kept(&self, survey: &Survey) -> bool {
        self.settings.keeps_holds && survey.has_holds
    }

    /// Reads what was given and is about to go.
    async fn read_given(&self, given: &[BlobRef], going: &BTreeSet<Digest>) -> Vec<(Digest, Bytes)> {
        let mut read = Vec::new();
        for blob in given.iter().filter(|blob| going.contains(&blob.digest) && blob.bytes <= MAX_PUT_BACK) {
            if let Ok(bytes) = self.artifacts.get(&blob.digest).await {
                read.push((blob.digest.clone(), bytes));
            }
        }
        read
    }

    /// Puts back what a job needs that was created while its input was removed.
    async fn put_back(&self, read: Vec<(Digest, Bytes)>) -> Result<(), CollectError> {
        if read.is_empty() {
            return Ok(());
        }
        let views = self.jobs.list(&JobFilter::default()).await.map_err(EngineError::from)?;
        let needed: BTreeSet<Digest> =
            views.iter().flat_map(|view| submitted_blobs(&view.job)).map(|blob| blob.digest).collect();
        for (_, bytes) in read.into_iter().filter(|(digest, _)| needed.contains(digest)) {
            self.artifacts.put(bytes).await?;
        }
        Ok(())
    }

    /// Forgets the holds of deleted jobs, now that nothing is left of them. Those that came since stay for the next look.
    async fn forget_deleted(&self, survey: &Survey) -> Result<(), CollectError> {
        for (job, held) in &survey.deleted {
            let is_over = |stored: &&StoredHold| stored.hold != Hold::Deleting || stored.age >= DELETED_FOR;
            let over: Vec<Hold> = held.iter().filter(is_over).map(|stored| stored.hold.clone()).collect();
            self.artifacts.release(job, &over).await?;
        }
        Ok(())
    }

    /// Removes the folders of a job on this machine: its input, its finished files, and what attempts that were killed have
    /// left in the scratch space.
    pub(super) async fn remove_folders(&self, id: &JobId) -> Result<(), EngineError> {
        let settings = &self.settings;
        let own = settings.inputs.iter().chain(&settings.outputs).map(|folder| folder.join(id.as_str()));
        let own: Vec<PathBuf> = own.collect();
        let (scratch, prefix) = (settings.scratch.clone(), format!("{id}-"));
        let removed = tokio::task::spawn_blocking(move || {
            own.iter().try_for_each(|folder| remove_folder(folder))?;
            remove_beginning_with(&scratch, &prefix)
        });
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| EngineError::Folders {
            job: id.clone(),
            source,
        };
        removed.await.map_err(|error| failed(error.into()))?.map_err(|error| failed(error.into()))
    }
}

/// The binding that a hold tells of, if its output is about to go, or if nobody else would take the binding along when
/// that goes: the same output may be bound to work of several kinds.
fn binding(
    stored: &StoredHold,
    needed: &BTreeSet<Digest>,
    bound: &BTreeSet<Fingerprint>,
) -> Option<(Fingerprint, Digest)> {
    match &stored.hold {
        Hold::Output(digest, fingerprint) if !needed.contains(digest) || !bound.contains(fingerprint) => {
            Some((fingerprint.clone(), digest.clone()))
        }
        _ => None,
    }
}

fn remove_folder(folder: &Path) -> std::io::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn remove_beginning_with(folder: &Path, prefix: &str) -> std::io::Result<()> {
    let entries = match folder.read_dir() {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(prefix) {
            remove_folder(&entry.path())?;
        }
    }
    Ok(())
}
