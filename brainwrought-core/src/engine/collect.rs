//! Garbage collection: removes the artifacts that no job needs.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::FutureExt as _;

use super::needs::Survey;
use super::store_calls::all;
use super::{CollectError, Engine};
use crate::artifact_store::{ArtifactListing, ArtifactStoreError};
use crate::id::{Digest, Fingerprint};

/// What nobody holds goes by itself once it is as old as this: longer than any stage takes.
const LEFT_FOR: Duration = Duration::from_secs(24 * 3600);

/// What a collection removed, or would remove.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Collected {
    /// The artifacts that no job needs.
    pub artifacts: u64,
    /// Their bytes in all.
    pub bytes: u64,
    /// The artifacts that stay.
    pub kept: u64,
}

/// Which artifacts that no job needs are garbage. What only deleted jobs held always is.
#[derive(Debug, Clone, Copy)]
struct Rule {
    /// Anything else must be at least as old.
    min_age: Duration,
    /// True to leave alone what is held by jobs that are not stored here: they may be another job store's.
    spares_unknown: bool,
}

impl Rule {
    /// Adds what unknown jobs hold to what is needed, if they are to be spared.
    fn needed(self, mut survey: Survey) -> Survey {
        if self.spares_unknown {
            survey.needed = survey.protected();
        }
        survey
    }
}

impl Engine {
    /// Removes artifacts that no job needs and that are older than `min_age`, or only counts them with `dry_run`. What
    /// deleted jobs left is removed at any age.
    ///
    /// `min_age` protects the files of jobs that are about to be submitted, and work in flight where the store keeps no
    /// holds; there it must be longer than the longest stage.
    ///
    /// # Errors
    ///
    /// Fails, before removing anything, when a job or one of its outputs cannot be read.
    pub async fn collect_garbage(&self, min_age: Duration, dry_run: bool) -> Result<Collected, CollectError> {
        let collected = self.collect(Rule { min_age, spares_unknown: false }, dry_run).await?;
        if !dry_run {
            // Their folders and holds go too.
            self.sweep_deleted().await?;
            self.remove_staged_copies().await;
        }
        Ok(collected)
    }

    /// Removes what deleted jobs left, and what nobody has held or needed for a day. What is held by jobs that this job
    /// store does not know is left alone, so a server may do this by itself.
    ///
    /// # Errors
    ///
    /// Fails like [`collect_garbage`](Self::collect_garbage).
    pub async fn collect_leftovers(&self) -> Result<Collected, CollectError> {
        self.sweep_deleted().await?;
        self.remove_staged_copies().await;
        self.collect(Rule { min_age: LEFT_FOR, spares_unknown: true }, false).await
    }

    async fn collect(&self, rule: Rule, dry_run: bool) -> Result<Collected, CollectError> {
        let _turn = self.removals.lock().await;
        let mut needed = BTreeSet::new();
        let (listing, garbage, _) = self.look(rule, &mut needed).await?;
        if dry_run {
            return Ok(count(&listing, &garbage));
        }
        // Bindings go first, so that no new job finds what is about to go.
        let dangling = dangling(&listing);
        let bindings = listing.bindings.iter().filter(|(_, output)| garbage.contains_key(output));
        self.unbind_all(
            bindings.map(|(fingerprint, output)| (fingerprint.clone(), output.clone())).collect(),
        )
        .await?;
        // A job may have found something before its binding went, and a stage may have put old bytes again. Both show now.
        let (listing, mut still, survey) = self.look(rule, &mut needed).await?;
        still.retain(|digest, _| garbage.contains_key(digest));
        self.delete_all(still.keys()).await?;
        // A binding is written after its output, so one without an output in two listings has lost it.
        let lost: BTreeSet<(Fingerprint, Digest)> = self::dangling(&listing);
        self.unbind_all(lost.intersection(&dangling).cloned().collect()).await?;
        if !rule.spares_unknown {
            for (job, held) in &survey.unknown {
                // A young one may still bring an artifact.
                let old = held.iter().filter(|stored| stored.age >= rule.min_age);
                self.artifacts
                    .release(job, &old.map(|stored| stored.hold.clone()).collect::<Vec<_>>())
                    .await?;
            }
        }
        Ok(count(&listing, &still))
    }

    /// Lists what is stored, and what of it no job needs. What is needed once stays needed.
    async fn look(
        &self,
        rule: Rule,
        needed: &mut BTreeSet<Digest>,
    ) -> Result<(ArtifactListing, BTreeMap<Digest, u64>, Survey), CollectError> {
        // The listing comes first: whatever is written after it is not in it, and so stays.
        let listing = self.artifacts.list().await?;
        let survey = rule.needed(self.survey(None).await?);
        needed.extend(survey.needed.iter().cloned());
        let left: BTreeSet<&Digest> =
            survey.deleted.values().flatten().filter_map(|stored| stored.hold.digest()).collect();
        let garbage = listing
            .artifacts
            .iter()
            .filter(|artifact| artifact.age >= rule.min_age || left.contains(&artifact.digest))
            .filter(|artifact| !needed.contains(&artifact.digest))
            .map(|artifact| (artifact.digest.clone(), artifact.bytes))
            .collect();
        Ok((listing, garbage, survey))
    }

    /// Forgets bindings that still lead to these outputs.
    pub(super) async fn unbind_all(&self, bindings: Vec<(Fingerprint, Digest)>) -> Result<(), CollectError> {
        all(bindings.into_iter().map(|(fingerprint, output)| self.unbind(fingerprint, output).boxed()))
            .await?;
        Ok(())
    }

    async fn unbind(&self, fingerprint: Fingerprint, output: Digest) -> Result<(), ArtifactStoreError> {
        if self.artifacts.lookup(&fingerprint).await?.is_some_and(|bound| bound == output) {
            self.artifacts.unbind(&fingerprint).await?;
        }
        Ok(())
    }

    pub(super) async fn delete_all(
        &self,
        digests: impl IntoIterator<Item = &Digest>,
    ) -> Result<(), CollectError> {
        all(digests.into_iter().map(|digest| self.artifacts.delete(digest))).await?;
        Ok(())
    }
}

/// The bindings whose outputs are not stored.
fn dangling(listing: &ArtifactListing) -> BTreeSet<(Fingerprint, Digest)> {
    let stored: BTreeSet<&Digest> = listing.artifacts.iter().map(|artifact| &artifact.digest).collect();
    listing.bindings.iter().filter(|(_, output)| !stored.contains(output)).cloned().collect()
}

fn count(listing: &ArtifactListing, garbage: &BTreeMap<Digest, u64>) -> Collected {
    let artifacts = garbage.len() as u64;
    Collected { artifacts, bytes: garbage.values().sum(), kept: listing.artifacts.len() as u64 - artifacts }
}
