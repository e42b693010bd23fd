//! [`JobBudget`]: what one attempt may spend, out of the ledger of its job.

use std::sync::Arc;

use async_trait::async_trait;

use crate::budget::{Budget, BudgetError, Charge, Cost};
use crate::id::{FencingToken, TaskId};
use crate::job::TransitionError;
use crate::job_store::{JobStore, JobStoreError};
use crate::metrics;

/// Spends for one attempt, out of the ledger of its job. Once its token no longer holds, it buys nothing more.
#[derive(Debug)]
pub(super) struct JobBudget {
    pub(super) jobs: Arc<dyn JobStore>,
    pub(super) task: TaskId,
    pub(super) token: FencingToken,
}

#[async_trait]
impl Budget for JobBudget {
    async fn reserve(&self, charge: &Charge) -> Result<(), BudgetError> {
        self.jobs.reserve(&self.task, self.token, charge).await.map_err(|error| refused(error, charge))
    }

    async fn settle(&self, charge: &Charge, cost: Cost) -> Result<(), BudgetError> {
        let settled = self.jobs.settle(&self.task, self.token, charge, cost).await;
        // The provider was paid, whether or not that could be written down.
        metrics::spent(&self.task.key.stage, &charge.provider, cost);
        settled.map_err(|error| refused(error, charge))
    }

    async fn is_limited(&self) -> Result<bool, BudgetError> {
        let view = self.jobs.get(&self.task.job).await.map_err(|error| BudgetError::Unavailable {
            provider: "a provider".to_owned(),
            source: Box::new(error),
        })?;
        Ok(view.job.ledger.max_cost.is_some())
    }
}

fn refused(error: JobStoreError, charge: &Charge) -> BudgetError {
    match error {
        JobStoreError::Refused {
            source: TransitionError::LimitReached { provider, most, spent, limit },
            ..
        } => BudgetError::Exhausted { provider, most, spent, limit },
        error => BudgetError::Unavailable { provider: charge.provider.clone(), source: Box::new(error) },
    }
}
