//! Gathers the inputs of a task: their values, and the digests that its fingerprint is made of.

use std::error::Error;

use serde_json::Value;

use crate::artifact_store::{ArtifactStore, ArtifactStoreError};
use crate::fingerprint::canonical_json;
use crate::id::{Digest, StageName, TaskKey};
use crate::job::Job;
use crate::pipeline::{Envelope, ErasedPipeline, Input};
use crate::stage::StageError;

/// The inputs of one task.
#[derive(Debug)]
pub(super) struct Inputs {
    pub(super) values: Vec<Value>,
    pub(super) digests: Vec<Digest>,
}

/// What is stored does not fit the pipeline of this version.
#[derive(Debug, thiserror::Error)]
enum InputError {
    #[error("`{0}` has no stored output; the job has to be made again from there")]
    Missing(StageName),
    #[error("the output of `{0}` cannot be used; the job has to be made again from there")]
    Lost(StageName, #[source] StageError),
    #[error("`{stage}` has no item {segment}; the job has to be made again from there")]
    NoItem { stage: StageName, segment: u32 },
    #[error("the output of `{0}` is damaged; the job has to be made again from there")]
    Damaged(StageName, #[source] serde_json::Error),
    #[error("this program has no stage `{0}`; run the job with the version that planned it")]
    NoStage(StageName),
    #[error("`{0}` is no list; the job has to be made again from there")]
    NoList(StageName),
    #[error("the job's input is stored as {found}, and the pipeline takes {expected}; submit it again")]
    OtherInput { found: String, expected: &'static str },
}

/// Another version of the program has stored an output in a form that this one does not read.
#[derive(Debug, thiserror::Error)]
#[error("the output of `{key}` is stored as {found}, and this worker reads {expected}")]
pub(super) struct OtherSchema {
    pub(super) key: TaskKey,
    found: String,
    expected: &'static str,
}

impl OtherSchema {
    /// Tells whether a newer version stored it, as the number after the slash says. What an older one stored can be made
    /// again here.
    pub(super) fn is_newer(&self) -> bool {
        let number =
            |schema: &str| schema.rsplit_once('/').and_then(|(_, number)| number.parse::<u64>().ok());
        number(&self.found) > number(self.expected)
    }
}

impl Inputs {
    pub(super) async fn gather(
        pipeline: &ErasedPipeline,
        job: &Job,
        key: &TaskKey,
        artifacts: &dyn ArtifactStore,
    ) -> Result<Self, StageError> {
        let node = pipeline
            .node(&key.stage)
            .ok_or_else(|| StageError::fatal(InputError::NoStage(key.stage.clone())))?;
        let reader = Reader { pipeline, job, artifacts };
        let mut inputs = Self { values: Vec::new(), digests: Vec::new() };
        for input in &node.inputs {
            let (value, digest) = reader.read(*input, key).await?;
            inputs.values.push(value);
            inputs.digests.push(digest);
        }
        Ok(inputs)
    }
}

impl Inputs {
    /// Reads what a complete job has come to.
    pub(super) async fn result(
        pipeline: &ErasedPipeline,
        job: &Job,
        artifacts: &dyn ArtifactStore,
    ) -> Result<Value, StageError> {
        let whole_job = TaskKey { stage: StageName::from("result"), segment: None };
        let (value, _) = Reader { pipeline, job, artifacts }.read(pipeline.result(), &whole_job).await?;
        Ok(value)
    }
}

struct Reader<'a> {
    pipeline: &'a ErasedPipeline,
    job: &'a Job,
    artifacts: &'a dyn ArtifactStore,
}

impl Reader<'_> {
    async fn read(&self, input: Input, key: &TaskKey) -> Result<(Value, Digest), StageError> {
        match input {
            Input::Source => {
                let (input, expected) = (&self.job.input, self.pipeline.input_schema());
                if input.schema() != expected {
                    let found = input.schema().to_owned();
                    return Err(StageError::fatal(InputError::OtherInput { found, expected }));
                }
                Ok(with_digest(input.value().clone()))
            }
            Input::Stage(place) => self.output(place, None).await,
            Input::PerItem(place) => self.output(place, key.segment).await,
            Input::Item(place) => {
                let items = self.items(place).await?;
                let segment = key.segment.unwrap_or(0);
                let item = items.into_iter().nth(segment as usize);
                let stage = self.stage(place)?;
                let item = item.ok_or_else(|| StageError::fatal(InputError::NoItem { stage, segment }))?;
                Ok(with_digest(item))
            }
            Input::Items(place) => Ok(with_digest(Value::Array(self.items(place).await?))),
            Input::Gathered(place) => {
                let stage = self.stage(place)?;
                let segments: Vec<Option<u32>> =
                    self.job.tasks_of(&stage).map(|task| task.key.segment).collect();
                let mut values = Vec::with_capacity(segments.len());
                let mut digests = Vec::with_capacity(segments.len());
                let mut first_error = None;
                for segment in segments {
                    // All are read even so, so that all that are lost are made again at once.
                    match self.output(place, segment).await {
                        Ok((value, digest)) => {
                            values.push(value);
                            digests.push(Value::String(digest.into()));
                        }
                        Err(error) => {
                            first_error.get_or_insert(error);
                        }
                    }
                }
                if let Some(error) = first_error {
                    return Err(error);
                }
                let digest = Digest::of(&canonical_json(&Value::Array(digests)));
                Ok((Value::Array(values), digest))
            }
        }
    }

    async fn items(&self, place: usize) -> Result<Vec<Value>, StageError> {
        let stage = self.stage(place)?;
        let (value, _) = self.output(place, None).await?;
        let node = self.pipeline.node_at(place);
        let list = node
            .and_then(|node| node.items)
            .ok_or_else(|| StageError::fatal(InputError::NoList(stage.clone())))?;
        list(value).map_err(|error| StageError::fatal(InputError::Damaged(stage, error)))
    }

    async fn output(&self, place: usize, segment: Option<u32>) -> Result<(Value, Digest), StageError> {
        let stage = self.stage(place)?;
        let expected = self.pipeline.node_at(place).map_or("", |node| node.stage.output_schema());
        let key = TaskKey { stage: stage.clone(), segment };
        let task = self.job.task(&key);
        let digest = task
            .and_then(|task| task.output.clone())
            .ok_or_else(|| StageError::fatal(InputError::Missing(stage.clone())))?;
        let envelope = read_envelope(self.artifacts, &digest)
            .await
            .map_err(|error| {
                if error.is_retryable() {
                    return error;
                }
                StageError::fatal(InputError::Lost(stage.clone(), error))
            })?
            .map_err(|error| StageError::fatal(InputError::Damaged(stage.clone(), error)))?;
        if envelope.schema == expected {
            Ok((envelope.value, digest))
        } else {
            Err(StageError::fatal(OtherSchema { key, found: envelope.schema, expected }))
        }
    }

    fn stage(&self, place: usize) -> Result<StageName, StageError> {
        let node = self.pipeline.node_at(place);
        node.map(|node| node.name())
            .ok_or_else(|| StageError::fatal(InputError::NoStage(StageName(place.to_string()))))
    }
}

/// Reads a stored output. The outer error is the store's, the inner one the content's. What is gone for good is fatal:
/// another attempt would not find it either.
pub(super) async fn read_envelope(
    artifacts: &dyn ArtifactStore,
    digest: &Digest,
) -> Result<Result<Envelope, serde_json::Error>, StageError> {
    match artifacts.get(digest).await {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes)),
        Err(error @ (ArtifactStoreError::NotFound(_) | ArtifactStoreError::Damaged(_))) => {
            Err(StageError::fatal(Box::<dyn Error + Send + Sync>::from(error)))
        }
        Err(error) => Err(StageError::retryable(error)),
    }
}

fn with_digest(value: Value) -> (Value, Digest) {
    let digest = Digest::of(&canonical_json(&value));
    (value, digest)
}
