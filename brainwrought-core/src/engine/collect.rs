//! Garbage collection: removes the artifacts that no job needs.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::{StreamExt as _, TryStreamExt as _, stream};

use super::inputs::read_envelope;
use super::{Engine, EngineError};
use crate::artifact_store::ArtifactListing;
use crate::data::blobs_in;
use crate::id::Digest;
use crate::job_store::JobFilter;
use crate::report::chain;
use crate::stage::StageError;

/// Removals under way at once: a remote store takes its time over each, and some take many together.
const AT_ONCE: usize = 64;

/// What a collection removed, or would remove.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Collected {
    /// The artifacts that no job needs.
    pub artifacts: u64,
    /// Their bytes in all.
    pub bytes: u64,
    /// The artifacts that stay.
    pub kept: u64,
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

impl Engine {
    /// Removes artifacts that no job needs and that are older than `min_age`, or only counts them with `dry_run`.
    ///
    /// `min_age` protects work in flight, whose artifacts are written before a job names them: it must be longer than
    /// the longest stage.
    ///
    /// # Errors
    ///
    /// Fails, before removing anything, when a job or one of its outputs cannot be read.
    pub async fn collect_garbage(&self, min_age: Duration, dry_run: bool) -> Result<Collected, CollectError> {
        let mut needed = BTreeSet::new();
        let (listing, garbage) = self.look(min_age, &mut needed).await?;
        if dry_run {
            return Ok(count(&listing, &garbage));
        }
        // Bindings go first, so that no new job finds what is about to go.
        let bindings = listing.bindings.iter().filter(|(_, output)| garbage.contains_key(output));
        stream::iter(bindings)
            .map(|(fingerprint, _)| self.artifacts.unbind(fingerprint))
            .buffer_unordered(AT_ONCE)
            .try_collect::<()>()
            .await
            .map_err(EngineError::from)?;
        // A job may have found something before its binding went, and a stage may have put old bytes again. Both show now.
        let (listing, mut still) = self.look(min_age, &mut needed).await?;
        still.retain(|digest, _| garbage.contains_key(digest));
        stream::iter(still.keys())
            .map(|digest| self.artifacts.delete(digest))
            .buffer_unordered(AT_ONCE)
            .try_collect::<()>()
            .await
            .map_err(EngineError::from)?;
        Ok(count(&listing, &still))
    }

    /// Lists what is stored, and what of it no job needs. What is needed once stays needed.
    async fn look(
        &self,
        min_age: Duration,
        needed: &mut BTreeSet<Digest>,
    ) -> Result<(ArtifactListing, BTreeMap<Digest, u64>), CollectError> {
        // The listing comes first: whatever is written after it is not in it, and so stays.
        let listing = self.artifacts.list().await.map_err(EngineError::from)?;
        for view in self.jobs.list(&JobFilter::default()).await.map_err(EngineError::from)? {
            needed.insert(view.job.input.pdf.digest.clone());
            // What came with the PDF, such as clips and music.
            needed.extend(blobs_in(&view.job.options).into_iter().map(|blob| blob.digest));
            for output in view.job.stages.iter().filter_map(|task| task.output.clone()) {
                if needed.insert(output.clone()) {
                    self.follow(&output, needed).await?;
                }
            }
        }
        let garbage = listing
            .artifacts
            .iter()
            .filter(|artifact| artifact.age >= min_age && !needed.contains(&artifact.digest))
            .map(|artifact| (artifact.digest.clone(), artifact.bytes))
            .collect();
        Ok((listing, garbage))
    }

    async fn follow(&self, output: &Digest, needed: &mut BTreeSet<Digest>) -> Result<(), CollectError> {
        match read_envelope(self.artifacts.as_ref(), output).await {
            Ok(Ok(envelope)) => {
                needed.extend(blobs_in(&envelope.value).into_iter().map(|blob| blob.digest));
                Ok(())
            }
            Ok(Err(error)) => Err(CollectError::Unreadable(output.clone(), StageError::fatal(error))),
            // What is gone needs nothing; what cannot be reached might.
            Err(error) if error.is_retryable() => Err(CollectError::Unreadable(output.clone(), error)),
            Err(error) => {
                tracing::warn!(%output, error = chain(&error), "a job's output is gone");
                Ok(())
            }
        }
    }
}

fn count(listing: &ArtifactListing, garbage: &BTreeMap<Digest, u64>) -> Collected {
    let artifacts = garbage.len() as u64;
    Collected { artifacts, bytes: garbage.values().sum(), kept: listing.artifacts.len() as u64 - artifacts }
}
