//! What jobs need of the artifact store: the one rule that deletion and garbage collection go by.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::FutureExt as _;
use serde_json::Value;

use super::store_calls::all;
use super::{CollectError, Engine, EngineError};
use crate::artifact_store::{ArtifactStoreError, Hold, StoredHold};
use crate::data::{BlobRef, blobs_in};
use crate::id::{Digest, Fingerprint, JobId};
use crate::job::Job;
use crate::job_store::{JobFilter, JobStoreError, JobView};
use crate::report::chain;
use crate::stage::StageError;

/// How long a hold of [`Engine::keep`] lasts when nobody renews it.
pub(super) const KEPT_FOR: Duration = Duration::from_secs(24 * 3600);

/// Which jobs there are, and what they need.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// What existing jobs need or hold, and what is kept for those to come.
    pub(super) needed: BTreeSet<Digest>,
    /// The bindings that jobs hold which were not deleted.
    pub(super) bound: BTreeSet<Fingerprint>,
    /// The holds of jobs that were deleted.
    pub(super) deleted: BTreeMap<JobId, Vec<StoredHold>>,
    /// The holds of jobs that are neither stored here nor known to be deleted.
    pub(super) unknown: BTreeMap<JobId, Vec<StoredHold>>,
    /// What the inputs of jobs name that may still run.
    pub(super) inputs_at_work: BTreeSet<Digest>,
    /// False when nothing at all is held: the store may keep no holds.
    pub(super) has_holds: bool,
}

impl Survey {
    /// What a deletion leaves alone: what is needed, and what is held by jobs that are not stored here. These may be
    /// another job store's.
    pub(super) fn protected(&self) -> BTreeSet<Digest> {
        let held = self.unknown.values().flatten().filter_map(|stored| stored.hold.digest());
        self.needed.iter().chain(held).cloned().collect()
    }
}

/// Which blobs outputs name. Stored bytes never change under their digest, so each output is read once.
#[derive(Debug, Default)]
pub(super) struct NamedBlobs {
    known: Mutex<HashMap<Digest, Arc<[Digest]>>>,
}

impl NamedBlobs {
    /// Some megabytes.
    const MAX: usize = 50_000;

    fn get(&self, output: &Digest) -> Option<Arc<[Digest]>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(output).cloned()
    }

    fn insert(&self, output: Digest, named: Arc<[Digest]>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= Self::MAX {
            known.clear();
        }
        known.insert(output, named);
    }
}

/// What a job was given, which nobody can make again: the blobs that its options and its input name.
pub(super) fn submitted_blobs(job: &Job) -> Vec<BlobRef> {
    let mut given = blobs_in(&job.options);
    given.extend(job.input.blobs());
    given
}

/// The name under which [`Engine::keep`] holds what no job needs yet.
pub(super) fn keep_holder() -> JobId {
    JobId::from_bytes([0xff; 16])
}

impl Engine {
    /// Keeps artifacts for jobs to come, such as the pictures that a server offers to all of them, for a day. Calling it
    /// again renews that.
    ///
    /// # Errors
    ///
    /// Fails when the artifact store cannot be reached.
    pub async fn keep(&self, blobs: &[BlobRef]) -> Result<(), EngineError> {
        for blob in blobs {
            self.artifacts.hold(&keep_holder(), &Hold::Artifact(blob.digest.clone())).await?;
        }
        Ok(())
    }

    /// Stores bytes for a job outside of any attempt, such as an output that somebody has edited: they go with the job.
    ///
    /// # Errors
    ///
    /// Fails when the artifact store cannot take them.
    pub async fn put_for(&self, job: &JobId, bytes: Bytes) -> Result<Digest, EngineError> {
        if self.settings.keeps_holds {
            self.artifacts.hold(job, &Hold::Artifact(Digest::of(&bytes))).await?;
        }
        Ok(self.artifacts.put(bytes).await?)
    }

    /// Everything that a job needs by its record: what its input and its options name, its outputs and what they name.
    ///
    /// # Errors
    ///
    /// Fails when an output cannot be read for a reason that may pass. What is gone needs nothing.
    pub(super) async fn needs(&self, job: &Job) -> Result<BTreeSet<Digest>, CollectError> {
        let mut needs: BTreeSet<Digest> = submitted_blobs(job).into_iter().map(|blob| blob.digest).collect();
        let outputs: BTreeSet<Digest> = job.outputs().cloned().collect();
        needs.extend(self.named_by(&outputs).await?);
        needs.extend(outputs);
        Ok(needs)
    }

    /// Looks at all holds and all jobs. `deleted` is a job of which it is known, whatever its holds say, that it was deleted.
    ///
    /// The holds come first: a job's record is older than its holds, so whoever holds something and has no record in the
    /// later look has none any more, or has it elsewhere.
    pub(super) async fn survey(&self, deleted: Option<&JobId>) -> Result<Survey, CollectError> {
        let holds = self.artifacts.holds().await.map_err(EngineError::from)?;
        let views = self.jobs.list(&JobFilter::default()).await.map_err(EngineError::from)?;
        let mut by_job: BTreeMap<JobId, Vec<StoredHold>> = BTreeMap::new();
        for hold in holds {
            by_job.entry(hold.job.clone()).or_default().push(hold);
        }
        let mut survey = Survey { has_holds: !by_job.is_empty(), ..Survey::default() };
        let bound_by = |held: &[StoredHold]| {
            held.iter().filter_map(|stored| stored.hold.fingerprint().cloned()).collect::<Vec<_>>()
        };
        for view in &views {
            if !view.status.is_final() {
                survey.inputs_at_work.extend(view.job.input.blobs().into_iter().map(|blob| blob.digest));
            }
            survey.needed.extend(self.needs(&view.job).await?);
            let held = by_job.remove(&view.job.job_id).unwrap_or_default();
            survey.bound.extend(bound_by(&held));
            survey.needed.extend(self.followed(view, &held).await?);
        }
        for (job, held) in by_job {
            let is_deleted = deleted == Some(&job) || held.iter().any(|stored| stored.hold == Hold::Deleting);
            if job == keep_holder() {
                let fresh = held.iter().filter(|stored| stored.age < KEPT_FOR);
                survey.needed.extend(fresh.filter_map(|stored| stored.hold.digest().cloned()));
            } else if self.has_record(&job).await? {
                survey.bound.extend(bound_by(&held));
                // A list leaves out what is damaged, and may be older than the job.
                survey.needed.extend(held.iter().filter_map(|stored| stored.hold.digest().cloned()));
            } else if is_deleted {
                survey.deleted.insert(job, held);
            } else {
                survey.bound.extend(bound_by(&held));
                survey.unknown.insert(job, held);
            }
        }
        Ok(survey)
    }

    /// Tells whether a job is stored, in whatever state.
    pub(super) async fn has_record(&self, job: &JobId) -> Result<bool, EngineError> {
        match self.jobs.get(job).await {
            Ok(_) | Err(JobStoreError::Damaged { .. }) => Ok(true),
            Err(JobStoreError::JobNotFound(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// What a job holds. While it may still run, also what the outputs that it holds name: it may have found one just now,
    /// and be about to hold the rest.
    async fn followed(&self, view: &JobView, held: &[StoredHold]) -> Result<BTreeSet<Digest>, CollectError> {
        let mut needed: BTreeSet<Digest> =
            held.iter().filter_map(|stored| stored.hold.digest().cloned()).collect();
        if !view.status.is_final() {
            let outputs = held.iter().filter_map(|stored| match &stored.hold {
                Hold::Output(digest, _) => Some(digest.clone()),
                Hold::Artifact(_) | Hold::Deleting => None,
            });
            needed.extend(self.named_by(&outputs.collect()).await?);
        }
        Ok(needed)
    }

    async fn named_by(&self, outputs: &BTreeSet<Digest>) -> Result<BTreeSet<Digest>, CollectError> {
        let named = all(outputs.iter().map(|output| self.named_in(output).boxed())).await?;
        Ok(named.iter().flat_map(|named| named.iter().cloned()).collect())
    }

    /// The blobs that a stored output names; none when it is lost.
    pub(super) async fn named_in(&self, output: &Digest) -> Result<Arc<[Digest]>, CollectError> {
        if let Some(named) = self.named_blobs.get(output) {
            return Ok(named);
        }
        let unreadable = |error: StageError| CollectError::Unreadable(output.clone(), error);
        let bytes = match self.artifacts.get(output).await {
            Ok(bytes) => bytes,
            Err(error @ (ArtifactStoreError::NotFound(_) | ArtifactStoreError::Damaged(_))) => {
                // What is gone needs nothing; it may be made again, so this is not remembered.
                tracing::debug!(%output, error = chain(&error), "an output is gone");
                return Ok(Arc::from([]));
            }
            Err(error) => return Err(unreadable(error.into())),
        };
        let value: Value =
            serde_json::from_slice(&bytes).map_err(|error| unreadable(StageError::fatal(error)))?;
        let named: Arc<[Digest]> = blobs_in(&value).into_iter().map(|blob| blob.digest).collect();
        self.named_blobs.insert(output.clone(), Arc::clone(&named));
        Ok(named)
    }
}
