//! One attempt: from a claim to its outcome.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::Engine;
use super::heartbeat::{self, HeartbeatEnd};
use super::inputs::{Inputs, OtherSchema, read_envelope};
use super::job_artifacts::JobArtifacts;
use super::job_budget::JobBudget;
use super::other_versions::plan_difference;
use super::repair::Loss;
use super::report_buffer::ReportBuffer;
use super::scratch::Scratch;
use super::store_health::Write;
use crate::artifact_store::{ArtifactStore, ArtifactStoreError};
use crate::data::blobs_in;
use crate::event::{Event, LogLevel};
use crate::fingerprint::{canonical_json, fingerprint};
use crate::id::{Digest, Fingerprint, TaskId, TaskKey};
use crate::job::{Failure, Outcome};
use crate::job_store::{Claim, JobStoreError};
use crate::metrics;
use crate::pipeline::{ErasedPipeline, Node};
use crate::report::chain;
use crate::retry::{Backoff, draw};
use crate::stage::{StageContext, StageError};

/// The rests between tries of a commit: short at first, for an outcome is due within the lease.
const COMMIT_BACKOFF: Backoff = Backoff { initial: Duration::from_millis(50), max: Duration::from_secs(2) };

/// What an attempt made.
struct Made {
    output: Digest,
    items: Option<u32>,
    cached: bool,
}

/// Why an attempt made nothing.
enum Unmade {
    Failed(StageError),
    /// Outputs of these tasks, or what they name, are lost.
    InputLost(Vec<TaskKey>, StageError),
    /// Another version of the program can do it.
    PassedOver(String),
}

impl Engine {
    /// Runs a claimed task under a heartbeat and commits what comes of it. When `shutdown` fires, the task is handed
    /// back.
    pub(super) async fn attempt(&self, claim: Claim, shutdown: CancellationToken) {
        let (job, task) = (claim.id.job.clone(), claim.id.key.clone());
        let attempt = claim.job.task(&task).map_or(1, |task| task.attempt);
        self.events.send(Event::Started { job, task, attempt });
        let stop = CancellationToken::new();
        let report_buffer = ReportBuffer::default();
        let (store, known) = (Arc::clone(&self.artifacts), Arc::clone(&self.known_holds));
        let artifacts =
            Arc::new(JobArtifacts::new(store, claim.id.job.clone(), known, self.settings.keeps_holds));
        let work = self.make(&claim, attempt, &report_buffer, &stop, &artifacts);
        let (jobs, lease) = (self.jobs.as_ref(), self.settings.lease);
        let beat = heartbeat::keep(
            jobs,
            &claim.id,
            claim.token,
            lease,
            &report_buffer,
            self.lease_health.renewals(),
        );
        let mut work = std::pin::pin!(work);
        let result = tokio::select! {
            result = &mut work => result,
            end = beat => {
                // The store will not take the outcome, so only let the stage see that it should stop.
                stop.cancel();
                tracing::info!(task = %claim.id, reason = ?end, "stopped an attempt");
                let _ = tokio::time::timeout(self.settings.grace, work).await;
                if end == HeartbeatEnd::LeaseLost {
                    metrics::lease_lost(&claim.id.key.stage);
                    let error = "the lease was lost".to_owned();
                    let (job, task) = (claim.id.job.clone(), claim.id.key.clone());
                    self.events.send(Event::Failed { job, task, error, will_retry: true });
                }
                return self.clean_up_after(&claim.id.job, &artifacts).await;
            }
            () = shutdown.cancelled() => {
                stop.cancel();
                // Work that was nearly done may as well finish; whatever does not stop in time is fenced by its token.
                match tokio::time::timeout(self.settings.grace, &mut work).await {
                    Ok(result) => result,
                    Err(_) => Err(Unmade::Failed(StageError::cancelled())),
                }
            }
        };
        let outcome = self.outcome(&claim.id, attempt, result, &report_buffer);
        heartbeat::deliver(self.jobs.as_ref(), &claim.id, claim.token, &report_buffer).await;
        let refused = self.commit(&claim, outcome, &shutdown).await;
        if matches!(refused, Err(JobStoreError::JobNotFound(_))) {
            self.clean_up_after(&claim.id.job, &artifacts).await;
        }
    }

    /// Makes the output, and tells why when that cannot be done: whatever a stage says of a failed read, bytes that are
    /// lost are the fault of nobody here, and are made again.
    async fn make(
        &self,
        claim: &Claim,
        attempt: u32,
        report_buffer: &ReportBuffer,
        stop: &CancellationToken,
        artifacts: &Arc<JobArtifacts>,
    ) -> Result<Made, Unmade> {
        let pipeline = match self.pipelines.get(&claim.job.pipeline, &claim.job.options) {
            Ok(pipeline) => pipeline,
            Err(error) => return Err(Unmade::PassedOver(chain(&error))),
        };
        if let Some(difference) = plan_difference(&pipeline, &claim.job) {
            return Err(Unmade::PassedOver(difference));
        }
        let error = match self.run(&pipeline, claim, attempt, report_buffer, stop, artifacts).await {
            Ok(made) => return Ok(made),
            Err(error) => error,
        };
        let error = match error.downcast::<OtherSchema>() {
            Ok(other) if other.is_newer() => return Err(Unmade::PassedOver(other.to_string())),
            Ok(other) => return Err(Unmade::InputLost(vec![other.key.clone()], StageError::fatal(other))),
            Err(error) => error,
        };
        let suspects = artifacts.suspects();
        if error.is_cancelled() || suspects.is_empty() {
            return Err(Unmade::Failed(error));
        }
        Err(match self.find_loss(&claim.job, Some(&claim.id.key), suspects).await {
            Ok(Some(Loss::Outputs(owners))) if !owners.is_empty() => Unmade::InputLost(owners, error),
            Ok(Some(Loss::Given(lost))) => Unmade::Failed(StageError::fatal(lost)),
            Ok(Some(Loss::PutBack)) | Err(_) if !error.is_retryable() => {
                Unmade::Failed(StageError::retryable(error))
            }
            Ok(Some(Loss::PutBack)) | Err(_) => Unmade::Failed(error),
            // What the stage missed it has made again, or will: the error is about something else.
            Ok(Some(Loss::Outputs(_)) | None) => Unmade::Failed(error),
        })
    }

    async fn run(
        &self,
        pipeline: &ErasedPipeline,
        claim: &Claim,
        attempt: u32,
        report_buffer: &ReportBuffer,
        stop: &CancellationToken,
        artifacts: &Arc<JobArtifacts>,
    ) -> Result<Made, StageError> {
        let key = &claim.id.key;
        let inputs = Inputs::gather(pipeline, &claim.job, key, artifacts.as_ref()).await?;
        let named = inputs.values.iter().flat_map(blobs_in).map(|blob| blob.digest);
        artifacts.note_inputs(named.collect());
        let node = pipeline.node(&key.stage).ok_or_else(|| StageError::fatal(NoSuchStage))?;
        let settings = node.stage.settings().map_err(StageError::fatal)?;
        let print = fingerprint(&key.stage, node.stage.version(), &settings, &inputs.digests);
        if node.stage.is_cached()
            && let Some(made) = recall(artifacts.as_ref(), node, &print).await?
        {
            return Ok(made);
        }
        // An hour of rendering is lost when there is no room for its result.
        self.artifacts.check_room(self.health.room()).await.map_err(StageError::no_room)?;
        let scratch = Scratch::make(&self.settings.scratch, &claim.id, claim.token.0).await?;
        let cx = StageContext::new(
            claim.id.job.clone(),
            key.clone(),
            Arc::<JobArtifacts>::clone(artifacts),
            scratch.path().to_owned(),
            stop.clone(),
        )
        .with_attempt(attempt)
        .with_events(report_buffer.sink(self.events.clone()))
        .with_budget(Arc::new(JobBudget {
            jobs: Arc::clone(&self.jobs),
            task: claim.id.clone(),
            token: claim.token,
        }));
        let started = tokio::time::Instant::now();
        let envelope = match node.stage.run(&cx, inputs.values).await {
            Ok(envelope) => envelope,
            // What filled the folder is still in it.
            Err(error) => return Err(self.suspect_scratch(error).await),
        };
        metrics::took(&key.stage, started.elapsed().as_secs_f64());
        // What a stage makes of a long document is large, so there is never a second copy of it.
        let mut stored = envelope.into_json();
        let output = artifacts.put(canonical_json(&stored).into()).await?;
        let value = stored.get_mut("value").map(Value::take).unwrap_or_default();
        if node.stage.is_cached() {
            artifacts.bind(&print, &output).await?;
        }
        self.health.output_stored();
        Ok(Made { output, items: count_items(node, value)?, cached: false })
    }

    fn outcome(
        &self,
        task: &TaskId,
        attempt: u32,
        result: Result<Made, Unmade>,
        report_buffer: &ReportBuffer,
    ) -> Outcome {
        let (job, key) = (task.job.clone(), task.key.clone());
        let error = match result {
            Ok(Made { output, items, cached }) => {
                return Outcome::Done { output, items, cached };
            }
            Err(Unmade::Failed(error)) if error.is_cancelled() => {
                metrics::handed_back(&key.stage);
                return Outcome::HandedBack;
            }
            Err(Unmade::PassedOver(reason)) => {
                metrics::handed_back(&key.stage);
                tracing::info!(reason, "left a task to others");
                // Long enough for others to take it, short enough to notice when what stood in the way is gone.
                self.passed_over.add(&job, self.settings.lease * 2);
                return Outcome::PassedOver { reason };
            }
            Err(Unmade::InputLost(owners, error)) => {
                let names: Vec<String> = owners.iter().map(ToString::to_string).collect();
                let error = format!("what {} made was lost: {}", names.join(", "), chain(&error));
                report_buffer.log(LogLevel::Warn, format!("{error}; it is made again"));
                metrics::failed(&key.stage, true);
                tracing::warn!(error, "an attempt found its input lost");
                self.events.send(Event::Failed { job, task: key, error: error.clone(), will_retry: true });
                return Outcome::InputLost { owners, error };
            }
            Err(Unmade::Failed(error)) => error,
        };
        let text = chain(&error);
        report_buffer.log(LogLevel::Error, text.clone());
        if self.note_no_room(&error) {
            // No fault of the task, and trying again helps as little as giving up: it rests until there is room.
            metrics::handed_back(&key.stage);
            tracing::warn!(error = text, "an attempt was handed back");
            self.events.send(Event::Failed { job, task: key, error: text, will_retry: true });
            return Outcome::HandedBack;
        }
        let retryable = error.is_retryable();
        let will_retry = retryable && attempt < self.settings.retry.max_attempts;
        metrics::failed(&key.stage, will_retry);
        tracing::warn!(error = text, will_retry, "an attempt failed");
        self.events.send(Event::Failed { job, task: key, error: text.clone(), will_retry });
        let backoff = self.settings.retry.backoff(attempt, draw());
        let backoff_ms = u64::try_from(backoff.as_millis()).unwrap_or(u64::MAX);
        Outcome::Failed(Failure { error: text, retryable, backoff_ms })
    }

    /// Commits an outcome. A store that cannot be reached is tried for as long as the lease may hold; after that
    /// recovery gives the task to somebody who finds the output by its fingerprint. A shutdown does not wait so long.
    async fn commit(
        &self,
        claim: &Claim,
        outcome: Outcome,
        shutdown: &CancellationToken,
    ) -> Result<(), JobStoreError> {
        let done = match &outcome {
            Outcome::Done { cached, .. } => Some(*cached),
            _ => None,
        };
        let mut tries = 0;
        let started = tokio::time::Instant::now();
        loop {
            let committed = self.jobs.commit(&claim.id, claim.token, outcome.clone()).await;
            self.health.note(Write::Commit, &committed);
            let Err(error) = committed else {
                if let Some(cached) = done {
                    metrics::completed(&claim.id.key.stage, cached);
                    tracing::info!(cached, "committed an outcome");
                    let (job, task) = (claim.id.job.clone(), claim.id.key.clone());
                    self.events.send(Event::Done { job, task, cached });
                }
                return Ok(());
            };
            if matches!(error, JobStoreError::LeaseLost { .. }) {
                metrics::refused_as_stale(&claim.id.key.stage);
            }
            let may_pass = matches!(error, JobStoreError::Unavailable { .. } | JobStoreError::Full(_));
            tracing::warn!(task = %claim.id, error = chain(&error), "could not commit an outcome");
            let patience = if shutdown.is_cancelled() { self.settings.grace } else { self.settings.lease };
            let pause = COMMIT_BACKOFF.delay(tries, draw());
            if !may_pass || started.elapsed() + pause > patience {
                return Err(error);
            }
            tokio::time::sleep(pause).await;
            tries += 1;
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("this version's pipeline does not have the stage; submit the input again")]
struct NoSuchStage;

/// Finds an output that is known already and whole.
async fn recall(
    artifacts: &dyn ArtifactStore,
    node: &Node,
    print: &Fingerprint,
) -> Result<Option<Made>, StageError> {
    let Some(output) = artifacts.lookup(print).await? else { return Ok(None) };
    if !artifacts.contains(&output).await? {
        return Ok(None);
    }
    let envelope = match read_envelope(artifacts, &output).await {
        Ok(Ok(envelope)) => envelope,
        // What is cached but damaged is made again.
        Ok(Err(_)) => return Ok(None),
        Err(error) if error.is_retryable() => return Err(error),
        Err(_) => return Ok(None),
    };
    if envelope.schema != node.stage.output_schema() {
        return Ok(None);
    }
    for blob in blobs_in(&envelope.value) {
        // Only reading shows damage, and a damaged blob would fail every stage that needs it.
        match artifacts.get(&blob.digest).await {
            Ok(_) => {}
            Err(ArtifactStoreError::NotFound(_) | ArtifactStoreError::Damaged(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Some(Made { output, items: count_items(node, envelope.value)?, cached: true }))
}

pub(super) fn count_items(node: &Node, value: Value) -> Result<Option<u32>, StageError> {
    let Some(list) = node.items else { return Ok(None) };
    let items = list(value).map_err(StageError::fatal)?;
    Ok(Some(u32::try_from(items.len()).unwrap_or(u32::MAX)))
}
