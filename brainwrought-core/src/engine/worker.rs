//! The worker: claims tasks, runs each as an attempt of its own, and hands back what is unfinished when it stops.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument as _, Span};

use super::store_health::Write;
use super::{Engine, EngineError};
use crate::id::{JobId, StageName, TaskId};
use crate::job_store::{Claim, ClaimRequest};
use crate::metrics;
use crate::report::chain;

/// What a worker takes on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkScope {
    /// The stages it does; `None` means any.
    pub stages: Option<Vec<StageName>>,
    /// The only job it works for; `None` means any.
    pub job: Option<JobId>,
}

impl Engine {
    /// Claims and runs tasks until `shutdown` fires; then hands back what is unfinished, within the grace time.
    ///
    /// A store that cannot be reached is tried again with growing rests; the worker does not end for it. While leases
    /// cannot be renewed, or the artifact store or the scratch folder has no room, nothing new is claimed.
    pub async fn work(&self, scope: WorkScope, shutdown: CancellationToken) {
        let mut running = JoinSet::new();
        let mut rest = Duration::from_millis(100);
        while !shutdown.is_cancelled() {
            let is_degraded = self.lease_health.is_degraded();
            let free =
                if is_degraded { 0 } else { self.settings.concurrency.max(1).saturating_sub(running.len()) };
            let claimed = match free {
                0 => Ok(0),
                _ => match self.has_room().await {
                    Ok(()) => self.start(&scope, free, &mut running, &shutdown).await,
                    Err(error) => Err(error),
                },
            };
            match claimed {
                Ok(started) => {
                    rest = Duration::from_millis(100);
                    if started > 0 && started == free {
                        continue;
                    }
                }
                Err(error) => {
                    tracing::warn!(error = chain(&error), "could not claim tasks");
                    tokio::select! {
                        () = tokio::time::sleep(rest) => {}
                        () = shutdown.cancelled() => {}
                    }
                    rest = (rest * 2).min(Duration::from_secs(10));
                }
            }
            tokio::select! {
                ended = running.join_next(), if !running.is_empty() => log_panic(ended),
                () = self.jobs.wait_for_work(self.settings.poll), if free > 0 || is_degraded => {}
                () = shutdown.cancelled() => {}
            }
        }
        while let Some(ended) = running.join_next().await {
            log_panic(Some(ended));
        }
    }

    /// Once the artifact store or the scratch folder has run full, fails until there is room: whatever was claimed would only
    /// be handed back.
    async fn has_room(&self) -> Result<(), EngineError> {
        if self.health.lacks_room() {
            let asked = self.artifacts.check_room(self.health.room()).await;
            if let Err(error) = &asked {
                self.health.artifacts_full(error, false);
            }
            asked?;
            self.health.artifacts_have_room();
        }
        self.check_scratch().await
    }

    async fn start(
        &self,
        scope: &WorkScope,
        limit: usize,
        running: &mut JoinSet<()>,
        shutdown: &CancellationToken,
    ) -> Result<usize, EngineError> {
        let request = ClaimRequest {
            stages: scope.stages.clone(),
            pipelines: self.pipelines.names(),
            job: scope.job.clone(),
            except: self.passed_over.list(),
            worker: self.settings.worker.clone(),
            lease: self.settings.lease,
            limit,
        };
        if request.is_void() {
            return Ok(0);
        }
        let claims = self.jobs.claim(&request).await;
        self.health.note(Write::Claim, &claims);
        let claims = claims?;
        let started = claims.len();
        for claim in claims {
            metrics::claimed(&claim.id.key.stage);
            let (engine, shutdown) = (self.clone(), shutdown.clone());
            let spans = attempt_span(&claim);
            running.spawn(async move { engine.attempt(claim, shutdown).await }.instrument(spans));
        }
        Ok(started)
    }
}

/// The spans that everything an attempt logs stands in: job, stage, attempt.
fn attempt_span(claim: &Claim) -> Span {
    let TaskId { job, key } = &claim.id;
    let attempt = claim.job.task(key).map_or(1, |task| task.attempt);
    let of_job = tracing::info_span!("job", job = %job, pipeline = claim.job.pipeline);
    let of_stage = tracing::info_span!(parent: &of_job, "stage", stage = %key.stage, segment = key.segment);
    tracing::info_span!(parent: &of_stage, "attempt", attempt, token = claim.token.0)
}

/// A panic in a stage is a bug of ours. Its lease runs out, recovery writes that to the history, and after the last
/// attempt the task ends in ERROR.
fn log_panic(ended: Option<Result<(), tokio::task::JoinError>>) {
    if let Some(Err(error)) = ended {
        tracing::error!(%error, "an attempt panicked");
    }
}
