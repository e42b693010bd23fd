//! Garbage collection: removes the artifacts that no job needs.

use std::collections::BTreeSet;
use std::time::Duration;

use super::inputs::read_envelope;
use super::{Engine, EngineError};
use crate::data::blobs_in;
use crate::id::Digest;
use crate::job_store::JobFilter;
use crate::report::chain;
use crate::stage::StageError;

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
        // The listing comes first: whatever is written after it is not in it, and so stays.
        let listing = self.artifacts.list().await.map_err(EngineError::from)?;
        let mut needed = BTreeSet::new();
        for view in self.jobs.list(&JobFilter::default()).await.map_err(EngineError::from)? {
            needed.insert(view.job.input.pdf.digest.clone());
            for output in view.job.stages.iter().filter_map(|task| task.output.clone()) {
                if needed.insert(output.clone()) {
                    self.follow(&output, &mut needed).await?;
                }
            }
        }
        let mut collected = Collected::default();
        let mut removed = BTreeSet::new();
        for artifact in listing.artifacts {
            if needed.contains(&artifact.digest) || artifact.age < min_age {
                collected.kept += 1;
                continue;
            }
            collected.artifacts += 1;
            collected.bytes += artifact.bytes;
            removed.insert(artifact.digest);
        }
        if dry_run {
            return Ok(collected);
        }
        // Bindings go first: a binding without its artifact would only be a miss, but a miss costs a look each time.
        for (fingerprint, output) in &listing.bindings {
            if removed.contains(output) {
                self.artifacts.unbind(fingerprint).await.map_err(EngineError::from)?;
            }
        }
        for digest in &removed {
            self.artifacts.delete(digest).await.map_err(EngineError::from)?;
        }
        Ok(collected)
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
