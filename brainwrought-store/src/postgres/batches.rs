//! [`Claims`] and [`Commits`]: calls of several callers, served by one statement.

use std::sync::Arc;

use brainwrought_core::job_store::{Claim, ClaimRequest};

use super::attempt::{CommitResult, MAX_BATCH, Success, commit_all};
use super::coalescer::Batch;
use super::connected_store::ConnectedStore;
use super::fault::Fault;

/// Claims of several callers together ask for no more.
const MAX_CONCURRENT: usize = 100;

/// Claims of several callers who ask for the same, in one statement.
#[derive(Debug, Clone)]
pub(super) struct Claims(pub(super) Arc<ConnectedStore>);

impl Batch for Claims {
    type Request = ClaimRequest;
    type Answer = Vec<Claim>;

    fn may_join(&self, list: &[ClaimRequest], next: &ClaimRequest) -> bool {
        let is_same = |first: &ClaimRequest| first.clone().with_limit(next.limit) == *next;
        let asked = list.iter().fold(next.limit, |asked, one| asked.saturating_add(one.limit));
        list.first().is_some_and(is_same) && asked <= MAX_CONCURRENT
    }

    async fn execute(&self, requests: Vec<ClaimRequest>) -> Result<Vec<Vec<Claim>>, Fault> {
        let Some(first) = requests.first() else { return Ok(Vec::new()) };
        let limit = requests.iter().fold(0_usize, |limit, one| limit.saturating_add(one.limit));
        let mut claims = self.0.claim(&first.clone().with_limit(limit)).await?.into_iter();
        Ok(requests.iter().map(|one| claims.by_ref().take(one.limit).collect()).collect())
    }
}

/// Successes of many attempts, in one statement.
#[derive(Debug, Clone)]
pub(super) struct Commits(pub(super) Arc<ConnectedStore>);

impl Batch for Commits {
    type Request = Vec<Success>;
    type Answer = Vec<CommitResult>;

    fn may_join(&self, list: &[Vec<Success>], next: &Vec<Success>) -> bool {
        list.iter().map(Vec::len).sum::<usize>() + next.len() <= MAX_BATCH
    }

    async fn execute(&self, requests: Vec<Vec<Success>>) -> Result<Vec<Self::Answer>, Fault> {
        let lengths: Vec<usize> = requests.iter().map(Vec::len).collect();
        let quick = self.0.database.quick();
        let mut connection = quick.take().await?;
        let mut results = commit_all(&mut connection, &requests.concat()).await?.into_iter();
        quick.put(connection);
        Ok(lengths.into_iter().map(|length| results.by_ref().take(length).collect()).collect())
    }
}
