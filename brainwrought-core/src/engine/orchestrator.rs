//! The loops of the orchestrator and of recovery, and all three roles in one process.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::store_health::Write;
use super::worker::WorkScope;
use super::{Engine, EngineError};
use crate::id::{JobId, TaskId};
use crate::job_store::JobView;
use crate::metrics;
use crate::report::chain;

impl Engine {
    /// Moves what can be moved, once, and lists it.
    ///
    /// # Errors
    ///
    /// Fails when the job store cannot be reached.
    pub async fn advance(&self) -> Result<Vec<TaskId>, EngineError> {
        let moved = self.jobs.advance().await;
        self.health.note(Write::Advance, &moved);
        Ok(moved?)
    }

    /// Takes back expired leases, once, and lists them.
    ///
    /// # Errors
    ///
    /// Fails when the job store cannot be reached.
    pub async fn recover(&self) -> Result<Vec<TaskId>, EngineError> {
        let moved = self.jobs.recover().await;
        self.health.note(Write::Recover, &moved);
        let moved = moved?;
        for task in &moved {
            metrics::recovered(&task.key.stage);
            tracing::warn!(%task, "took back an expired lease");
        }
        Ok(moved)
    }

    /// Moves tasks as soon as they can be moved, until `shutdown` fires.
    pub async fn orchestrate(&self, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            if let Err(error) = self.advance().await {
                tracing::warn!(error = chain(&error), "could not advance jobs");
            }
            tokio::select! {
                () = self.jobs.wait_for_work(self.settings.poll) => {}
                () = shutdown.cancelled() => {}
            }
        }
    }

    /// Takes back expired leases, resting for `pause` in between, until `shutdown` fires.
    pub async fn run_recovery(&self, pause: Duration, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            if let Err(error) = self.recover().await {
                tracing::warn!(error = chain(&error), "could not recover leases");
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = shutdown.cancelled() => {}
            }
        }
    }

    /// Runs orchestrator, recovery and worker in this process until `shutdown` fires and everything is handed back.
    pub async fn run_all(&self, scope: WorkScope, shutdown: CancellationToken) {
        let pause = (self.settings.lease / 3).max(Duration::from_millis(50));
        tokio::join!(
            self.orchestrate(shutdown.clone()),
            self.run_recovery(pause, shutdown.clone()),
            self.work(scope, shutdown),
        );
    }

    /// Runs one job in this process until it is final or `shutdown` fires, and returns it as it then is.
    ///
    /// It is run by the plan of this engine's pipeline, whichever version of the program planned it. Other jobs are left
    /// alone. Tasks of the job that other workers hold are waited for; when a task fails for good,
    /// those that still run here are handed back. When nothing happens for some seconds, [`Event::Waiting`] says what
    /// the job waits for.
    ///
    /// [`Event::Waiting`]: crate::event::Event::Waiting
    ///
    /// # Errors
    ///
    /// Fails when there is no such job, when this engine has no such pipeline, when the store cannot be
    /// read, when a store has no room left for some seconds,
    /// and when the job store cannot be written for as long as a lease lasts. What is done is kept: the same job goes on
    /// from there.
    pub async fn run_job(&self, id: &JobId, shutdown: CancellationToken) -> Result<JobView, EngineError> {
        // A job that another version planned is run by this one's plan: it was asked to.
        let view = self.jobs.get(id).await?;
        if !view.status.is_final() {
            self.adopt(view).await?;
        }
        let stop = shutdown.child_token();
        let scope = WorkScope { stages: None, job: Some(id.clone()) };
        let watch = async {
            let result = self.until_final(id, &stop).await;
            stop.cancel();
            result
        };
        let (result, ()) = tokio::join!(watch, self.run_all(scope, stop.clone()));
        // A shutdown hands tasks back after the last look.
        if shutdown.is_cancelled() { Ok(self.jobs.get(id).await?) } else { result }
    }
}
