//! [`Submission`]: an input becomes a job.

use std::collections::BTreeSet;

use bytes::Bytes;
use serde_json::Value;

use super::needs::given;
use super::{Engine, EngineError};
use crate::artifact_store::{ArtifactStoreError, Hold};
use crate::budget::Cost;
use crate::data::{BlobRef, SourcePdf, blobs_in};
use crate::id::Digest;
use crate::job::{Job, JobInput, JobStatus, NewJob};
use crate::job_store::{Created, JobStoreError};
use crate::report::chain;
use crate::stage::StageData;

/// An input that a pipeline should be run on.
///
/// ```
/// use brainwrought_core::data::SourcePdf;
/// use brainwrought_core::engine::Submission;
///
/// let pdf = bytes::Bytes::from_static(b"%PDF-1.7");
/// let submission = Submission::new("short", SourcePdf::new("paper.pdf", &pdf)).with_blob(pdf).with_priority(5);
/// assert_eq!(submission.input.file_name, "paper.pdf");
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Submission<I> {
    /// The name of the pipeline.
    pub pipeline: String,
    /// What the pipeline takes.
    pub input: I,
    /// The bytes behind [`BlobRef`]s of the input or the options that are not stored yet.
    pub blobs: Vec<Bytes>,
    /// What the user chose, as the pipeline understands it.
    pub options: Value,
    /// The higher, the sooner it is claimed; 0 is usual.
    pub priority: i32,
    /// The most that it may spend; `None` is no limit.
    pub max_cost: Option<Cost>,
    /// Makes a second submission with the same key find the first job.
    pub idempotency_key: Option<String>,
}

impl<I> Submission<I> {
    /// An input for the pipeline of that name, with no options, the usual priority and no limit.
    pub fn new(pipeline: impl Into<String>, input: I) -> Self {
        Self {
            pipeline: pipeline.into(),
            input,
            blobs: Vec::new(),
            options: Value::Null,
            priority: 0,
            max_cost: None,
            idempotency_key: None,
        }
    }

    /// Brings bytes that the input or the options name.
    #[must_use]
    pub fn with_blob(mut self, bytes: Bytes) -> Self {
        self.blobs.push(bytes);
        self
    }

    /// Sets what the user chose.
    #[must_use]
    pub fn with_options(mut self, options: Value) -> Self {
        self.options = options;
        self
    }

    /// Sets the priority.
    #[must_use]
    pub fn with_priority(mut self, priority: i32) -> Self {
        self.priority = priority;
        self
    }

    /// Sets the most that the job may spend.
    #[must_use]
    pub fn with_max_cost(mut self, max_cost: Option<Cost>) -> Self {
        self.max_cost = max_cost;
        self
    }

    /// Sets the key by which a second submission finds the first job.
    #[must_use]
    pub fn with_idempotency_key(mut self, key: Option<String>) -> Self {
        self.idempotency_key = key;
        self
    }
}

impl Submission<SourcePdf> {
    /// The bytes of a PDF for the pipeline of that name, and the name that the user knows the file by.
    pub fn of_pdf(pipeline: impl Into<String>, file_name: &str, pdf: Bytes) -> Self {
        Self::new(pipeline, SourcePdf::new(file_name, &pdf)).with_blob(pdf)
    }
}

impl Engine {
    /// Stores what a submission brings and creates its job. Bytes that no job is created for do not stay.
    ///
    /// # Errors
    ///
    /// Fails when there is no such pipeline, when it takes another input or does not know the options, when a blob that
    /// they name is not stored, or a store cannot be reached.
    pub async fn submit<I: StageData>(&self, submission: Submission<I>) -> Result<Created, EngineError> {
        let pipeline = self.pipelines.get(&submission.pipeline, &submission.options)?;
        if pipeline.input_schema() != I::SCHEMA {
            return Err(EngineError::WrongInput {
                pipeline: submission.pipeline,
                found: I::SCHEMA,
                expected: pipeline.input_schema(),
            });
        }
        let input = JobInput::new(&submission.input).map_err(EngineError::UnwritableInput)?;
        let named: Vec<BlobRef> = blobs_in(&submission.options).into_iter().chain(input.blobs()).collect();
        let brought = self.store_brought(submission.blobs, &named).await?;
        let new = NewJob {
            pipeline: pipeline.name().to_owned(),
            plan: pipeline.plan().clone(),
            input,
            options: submission.options,
            priority: submission.priority,
            max_attempts: self.settings.retry.max_attempts,
            max_cost: submission.max_cost,
            idempotency_key: submission.idempotency_key,
        };
        let created = match self.jobs.create(new).await {
            Ok(created) => created,
            Err(error) => {
                // A store that could not be reached may have created the job all the same.
                if !matches!(error, JobStoreError::Unavailable { .. } | JobStoreError::Full(_)) {
                    self.discard(&refs(&brought)).await;
                }
                return Err(error.into());
            }
        };
        let needed: BTreeSet<Digest> = given(&created.view.job).into_iter().map(|blob| blob.digest).collect();
        let (needed, other): (Vec<_>, Vec<_>) =
            brought.into_iter().partition(|(blob, _)| needed.contains(&blob.digest));
        if !other.is_empty() {
            self.discard(&refs(&other)).await;
        }
        if let Err(error) = self.settle_in(&created.view.job, needed).await {
            // The job is there and may well go through; whoever sends it again would have a second one.
            tracing::warn!(error = chain(&error), "could not look whether an input is stored");
        }
        if !created.is_new && created.view.status != JobStatus::Completed {
            // Whoever submits it again wants it made by this version.
            return Ok(Created { view: self.adopt(created.view).await?, ..created });
        }
        Ok(created)
    }

    /// Stores the bytes that a submission brings, and sees that everything else that it names is stored.
    async fn store_brought(
        &self,
        blobs: Vec<Bytes>,
        named: &[BlobRef],
    ) -> Result<Vec<(BlobRef, Bytes)>, EngineError> {
        let mut brought: Vec<(BlobRef, Bytes)> = Vec::with_capacity(blobs.len());
        for bytes in blobs {
            let digest = self.artifacts.put(bytes.clone()).await?;
            let blob = named.iter().find(|blob| blob.digest == digest).cloned();
            let blob = blob.unwrap_or_else(|| BlobRef {
                digest,
                bytes: bytes.len() as u64,
                media_type: "application/octet-stream".to_owned(),
            });
            brought.push((blob, bytes));
        }
        for blob in named {
            let is_brought = brought.iter().any(|(other, _)| other.digest == blob.digest);
            if !is_brought && !self.artifacts.contains(&blob.digest).await? {
                self.discard(&refs(&brought)).await;
                return Err(EngineError::NotStored(blob.digest.clone()));
            }
        }
        Ok(brought)
    }

    /// Notes what a new job was given, so that deleting it finds that, and makes sure that what was brought is there: it
    /// may have been removed with another job before this one's record showed that it is needed.
    async fn settle_in(&self, job: &Job, brought: Vec<(BlobRef, Bytes)>) -> Result<(), ArtifactStoreError> {
        if self.settings.keeps_holds {
            for blob in given(job) {
                self.artifacts.hold(&job.job_id, &Hold::Artifact(blob.digest)).await?;
            }
        }
        for (blob, bytes) in brought {
            if !self.artifacts.contains(&blob.digest).await? {
                self.artifacts.put(bytes).await?;
            }
        }
        Ok(())
    }
}

fn refs(brought: &[(BlobRef, Bytes)]) -> Vec<BlobRef> {
    brought.iter().map(|(blob, _)| blob.clone()).collect()
}
