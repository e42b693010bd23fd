//! Reading a stage's output, replacing it, and bringing an earlier version of a job back.

use serde_json::Value;

use super::attempt::count_items;
use super::inputs::Inputs;
use super::{Engine, EngineError, OutputError};
use crate::artifact_store::ArtifactStore;
use crate::fingerprint::canonical_json;
use crate::id::{Digest, JobId, StageName, TaskKey};
use crate::job::{Job, Revision, TransitionError};
use crate::job_store::{JobStoreError, JobView};
use crate::pipeline::{Envelope, ErasedPipeline};
use crate::stage::{StageData, StageError};

/// Reads what is current of a stage's output, see [`Job::output`]; `None` when there is none yet. For whoever has the stores
/// and no engine.
///
/// # Errors
///
/// As [`Engine::output`].
pub async fn read_output<T: StageData>(
    artifacts: &dyn ArtifactStore,
    job: &Job,
    stage: &StageName,
    segment: Option<u32>,
) -> Result<Option<T>, EngineError> {
    let key = TaskKey { stage: stage.clone(), segment };
    decode(artifacts, job.output(&key), key.clone()).await
}

async fn decode<T: StageData>(
    artifacts: &dyn ArtifactStore,
    digest: Option<&Digest>,
    key: TaskKey,
) -> Result<Option<T>, EngineError> {
    let Some(digest) = digest else { return Ok(None) };
    let unreadable = |source| EngineError::Output { action: "read", key: key.clone(), source };
    let bytes = artifacts.get(digest).await?;
    let envelope: Envelope =
        serde_json::from_slice(&bytes).map_err(|error| unreadable(OutputError::Damaged(error)))?;
    if envelope.schema != T::SCHEMA {
        let source = OutputError::Schema { found: envelope.schema, expected: T::SCHEMA };
        return Err(unreadable(source));
    }
    let value = serde_json::from_value(envelope.value);
    value.map(Some).map_err(|error| unreadable(OutputError::Damaged(error)))
}

impl Engine {
    /// Reads what is current of a stage's output, see [`Job::output`]; `None` when there is none yet.
    ///
    /// # Errors
    ///
    /// Fails when the artifact store cannot be reached or does not have the output any more, and with
    /// [`EngineError::Output`] when it is no `T`.
    pub async fn output<T: StageData>(
        &self,
        job: &Job,
        stage: &StageName,
        segment: Option<u32>,
    ) -> Result<Option<T>, EngineError> {
        read_output(self.artifacts.as_ref(), job, stage, segment).await
    }

    /// Reads the output of a stage that runs once which goes with the current output of another one, see
    /// [`Job::output_beside`].
    ///
    /// # Errors
    ///
    /// As [`Engine::output`].
    pub async fn output_beside<T: StageData>(
        &self,
        job: &Job,
        stage: &StageName,
        other: &StageName,
    ) -> Result<Option<T>, EngineError> {
        let [key, other] = [stage, other].map(|stage| TaskKey { stage: stage.clone(), segment: None });
        decode(self.artifacts.as_ref(), job.output_beside(&key, &other), key.clone()).await
    }

    /// Reads the result of a job of `pipeline`, whose type is `O`.
    pub(super) async fn result<O: StageData>(
        &self,
        job: &Job,
        pipeline: &ErasedPipeline,
    ) -> Result<O, EngineError> {
        let inputs = Inputs::result(pipeline, job, self.artifacts.as_ref()).await;
        let unreadable = |source| EngineError::Result { job: job.job_id.clone(), source };
        let value = inputs.map_err(unreadable)?;
        serde_json::from_value(value).map_err(|error| unreadable(StageError::fatal(error)))
    }

    /// Gives a stage that runs once another output and sends everything after it back to NEW. `job` is what the change was
    /// made for: it is refused when the stage has another output by now. The finished version stays current until the new one is
    /// done, and can be brought back by [`Engine::restore_version`].
    ///
    /// # Errors
    ///
    /// Fails when the job is not over, when the stage has no output, when `T` is not what the stage makes, or when a store
    /// cannot be reached.
    pub async fn replace_output<T: StageData>(
        &self,
        job: &Job,
        stage: &StageName,
        value: T,
    ) -> Result<JobView, EngineError> {
        let key = TaskKey { stage: stage.clone(), segment: None };
        let refused = |source| EngineError::Output { action: "change", key: key.clone(), source };
        let pipeline = self.pipelines.get(&job.pipeline, &job.options)?;
        let node = pipeline.node(stage).ok_or_else(|| refused(OutputError::NoStage))?;
        let found = node.stage.output_schema();
        if found != T::SCHEMA {
            return Err(refused(OutputError::Schema { found: found.to_owned(), expected: T::SCHEMA }));
        }
        let task = job.task(&key).and_then(|task| task.output.clone());
        let expected = task.ok_or_else(|| {
            JobStoreError::from_transition(TransitionError::NoOutput(key.clone()), &job.job_id)
        })?;
        let value = serde_json::to_value(value).map_err(|error| refused(OutputError::Damaged(error)))?;
        let items = count_items(node, value.clone()).map_err(|error| refused(OutputError::Items(error)))?;
        let envelope = Envelope { schema: T::SCHEMA.to_owned(), value };
        let stored: Value =
            serde_json::to_value(&envelope).map_err(|error| refused(OutputError::Damaged(error)))?;
        let output = self.put_for(&job.job_id, canonical_json(&stored).into()).await?;
        let revision = Revision::Replace { stage: stage.clone(), expected, output, items };
        let view = self.jobs.revise(&job.job_id, &revision).await?;
        self.adopt(view).await
    }

    /// Brings the outputs of an earlier version back. Nothing is made again but by the stages that have an effect outside
    /// the artifact store, such as delivering the video. What is complete now is kept as a version in its turn.
    ///
    /// # Errors
    ///
    /// Fails when the job is not over or has no such version, or when a store cannot be reached.
    pub async fn restore_version(&self, id: &JobId, number: u32) -> Result<JobView, EngineError> {
        let job = self.jobs.get(id).await?.job;
        let pipeline = self.pipelines.get(&job.pipeline, &job.options)?;
        let revision = Revision::Restore { number, rerun: pipeline.uncached().collect() };
        let view = self.jobs.revise(id, &revision).await?;
        if view.status.is_final() { Ok(view) } else { self.adopt(view).await }
    }
}
