//! [`LedgerStore`]: the part of a job store that keeps what jobs may spend and have spent.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::budget::{Charge, Cost};
use crate::id::{FencingToken, JobId, TaskId};
use crate::job_store::{JobStoreError, JobView};

/// Keeps what jobs may spend and have spent. Each method is one durable transition of a [`Job`](crate::job::Job), as those of
/// [`JobStore`](crate::job_store::JobStore) are.
#[async_trait]
pub trait LedgerStore: Debug + Send + Sync + 'static {
    /// Sets money aside for a call of a task whose token still holds. It is guaranteed that no call of this method takes
    /// what is settled and set aside past the job's limit, however many are made at once; one that would is refused with
    /// [`TransitionError::LimitReached`](crate::job::TransitionError::LimitReached). What was set aside outlives the token.
    async fn reserve(&self, task: &TaskId, token: FencingToken, charge: &Charge)
    -> Result<(), JobStoreError>;

    /// Settles a call of a task whose token still holds for what it did cost, and frees the rest of what was set aside
    /// for it. Never repeat it after [`JobStoreError::Unavailable`]: it may have been done.
    async fn settle(
        &self,
        task: &TaskId,
        token: FencingToken,
        charge: &Charge,
        cost: Cost,
    ) -> Result<(), JobStoreError>;

    /// Changes what a job may spend; `None` lifts the limit. What was spent stays spent.
    async fn limit_cost(&self, id: &JobId, limit: Option<Cost>) -> Result<JobView, JobStoreError>;
}
