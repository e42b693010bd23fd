//! A job store that cannot be reached, or is full.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use brainwrought_core::budget::{Charge, Cost};
use brainwrought_core::engine::WorkScope;
use brainwrought_core::id::{FencingToken, JobId, StageName, TaskId};
use brainwrought_core::job::{
    Callback, JobStatus, NewJob, Outcome, Plan, Renewal, Revision, Task, TaskStatus,
};
use brainwrought_core::job_store::{
    Claim, ClaimRequest, Created, JobFilter, JobStore, JobStoreError, JobView, TaskReport,
};
use brainwrought_core::ledger_store::LedgerStore;
use brainwrought_core::memory::MemoryJobStore;
use tokio_util::sync::CancellationToken;

use crate::bench::Bench;

/// A store that takes and lends work, but cannot be reached when a lease is to be renewed, and may be full.
#[derive(Debug, Default)]
pub(crate) struct Deaf(pub(crate) MemoryJobStore, pub(crate) AtomicBool);

impl Deaf {
    fn check_room(&self) -> Result<(), JobStoreError> {
        match self.1.load(Ordering::SeqCst) {
            true => Err(JobStoreError::Full("no space left on device".into())),
            false => Ok(()),
        }
    }
}

#[async_trait]
impl LedgerStore for Deaf {
    async fn reserve(&self, id: &TaskId, token: FencingToken, charge: &Charge) -> Result<(), JobStoreError> {
        self.0.reserve(id, token, charge).await
    }

    async fn settle(
        &self,
        id: &TaskId,
        token: FencingToken,
        charge: &Charge,
        cost: Cost,
    ) -> Result<(), JobStoreError> {
        self.0.settle(id, token, charge, cost).await
    }

    async fn limit_cost(&self, id: &JobId, limit: Option<Cost>) -> Result<JobView, JobStoreError> {
        self.0.limit_cost(id, limit).await
    }
}

#[async_trait]
impl JobStore for Deaf {
    async fn create(&self, new: NewJob) -> Result<Created, JobStoreError> {
        self.0.create(new).await
    }
    async fn get(&self, id: &JobId) -> Result<JobView, JobStoreError> {
        self.0.get(id).await
    }
    async fn list(&self, filter: &JobFilter) -> Result<Vec<JobView>, JobStoreError> {
        self.0.list(filter).await
    }
    async fn advance(&self) -> Result<Vec<TaskId>, JobStoreError> {
        self.check_room()?;
        self.0.advance().await
    }
    async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claim>, JobStoreError> {
        self.check_room()?;
        self.0.claim(request).await
    }
    async fn renew(&self, _: &TaskId, _: FencingToken, _: Duration) -> Result<Renewal, JobStoreError> {
        Err(JobStoreError::Unavailable { action: "renew a lease".to_owned(), source: "no route".into() })
    }
    async fn append(
        &self,
        id: &TaskId,
        token: FencingToken,
        report: TaskReport,
    ) -> Result<(), JobStoreError> {
        self.0.append(id, token, report).await
    }
    async fn commit(
        &self,
        id: &TaskId,
        token: FencingToken,
        outcome: Outcome,
    ) -> Result<Task, JobStoreError> {
        self.check_room()?;
        self.0.commit(id, token, outcome).await
    }
    async fn recover(&self) -> Result<Vec<TaskId>, JobStoreError> {
        self.0.recover().await
    }
    async fn cancel(&self, id: &JobId) -> Result<JobView, JobStoreError> {
        self.0.cancel(id).await
    }
    async fn retry(&self, id: &JobId, from: Option<&StageName>) -> Result<JobView, JobStoreError> {
        self.0.retry(id, from).await
    }
    async fn revise(&self, id: &JobId, revision: &Revision) -> Result<JobView, JobStoreError> {
        self.0.revise(id, revision).await
    }
    async fn replan(&self, id: &JobId, plan: &Plan) -> Result<JobView, JobStoreError> {
        self.0.replan(id, plan).await
    }
    async fn prioritize(&self, id: &JobId, priority: i32) -> Result<JobView, JobStoreError> {
        self.0.prioritize(id, priority).await
    }
    async fn replace_callback(
        &self,
        id: &JobId,
        seen: Option<&Callback>,
        callback: Option<Callback>,
    ) -> Result<bool, JobStoreError> {
        self.0.replace_callback(id, seen, callback).await
    }
    async fn delete(&self, id: &JobId) -> Result<(), JobStoreError> {
        self.0.delete(id).await
    }
    async fn wait_for_work(&self, at_most: Duration) {
        self.0.wait_for_work(at_most).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_whose_heartbeats_fail_stops_claiming_and_cancels_its_work() {
    let bench = Bench::on(Arc::new(Deaf::default()));
    bench.probe.stall.store(1, Ordering::SeqCst);
    let held = bench.submit("held", "!").await;
    let shutdown = CancellationToken::new();
    let (engine, stop) = (bench.engine.clone(), shutdown.clone());
    let running = tokio::spawn(async move { engine.run_all(WorkScope::default(), stop).await });
    // Leases of 30 s are renewed after 10 s: from then on the pulse is weak.
    tokio::time::sleep(Duration::from_secs(15)).await;
    assert_eq!(bench.runs(), [1, 1, 0]);
    let waiting = bench.submit("waiting", "!").await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let view = bench.engine.jobs().get(&waiting).await.unwrap();
    assert_eq!(view.job.stages[0].status, TaskStatus::Ready, "nothing is claimed on a weak pulse");
    bench.probe.stall.store(0, Ordering::SeqCst);
    // The lease is over and the attempt has stopped, so there is nothing left that cannot be renewed.
    tokio::time::sleep(Duration::from_secs(15)).await;
    let view = bench.engine.jobs().get(&waiting).await.unwrap();
    assert_eq!(view.status, JobStatus::Completed);
    assert_ne!(bench.engine.jobs().get(&held).await.unwrap().status, JobStatus::Completed);
    shutdown.cancel();
    running.await.unwrap();
}
