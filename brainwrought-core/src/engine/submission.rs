//! [`Submission`]: a PDF becomes a job.

use bytes::Bytes;
use serde_json::Value;

use super::needs::given;
use super::{Engine, EngineError};
use crate::artifact_store::{ArtifactStoreError, Hold};
use crate::data::{BlobRef, blobs_in};
use crate::job::{Job, JobInput, JobStatus, NewJob};
use crate::job_store::{Created, JobStoreError};
use crate::purse::Cost;
use crate::report::chain;

/// A PDF that should become a video.
#[derive(Debug, Clone, PartialEq)]
pub struct Submission {
    /// The name of the pipeline.
    pub pipeline: String,
    /// The name that the user knows the file by; folders are cut off.
    pub file_name: String,
    /// The bytes of the PDF.
    pub pdf: Bytes,
    /// What the user chose, as the pipeline understands it.
    pub options: Value,
    /// The higher, the sooner it is claimed; 0 is usual.
    pub priority: i32,
    /// The most that it may spend; `None` is no limit.
    pub max_cost: Option<Cost>,
    /// Makes a second submission with the same key find the first job.
    pub idempotency_key: Option<String>,
}

impl Engine {
    /// Stores a PDF and creates its job. A PDF that no job is created for does not stay.
    ///
    /// # Errors
    ///
    /// Fails when the pipeline does not know the options, when a file that they name is not stored, or a store cannot be
    /// reached.
    pub async fn submit(&self, submission: Submission) -> Result<Created, EngineError> {
        let pipeline = self.pipelines.get(&submission.pipeline, &submission.options)?;
        for blob in blobs_in(&submission.options) {
            if !self.artifacts.contains(&blob.digest).await? {
                return Err(EngineError::NotStored(blob.digest));
            }
        }
        let bytes = submission.pdf.len() as u64;
        let digest = self.artifacts.put(submission.pdf.clone()).await?;
        let pdf = BlobRef { digest, bytes, media_type: "application/pdf".to_owned() };
        let new = NewJob {
            pipeline: pipeline.name().to_owned(),
            plan: pipeline.plan().clone(),
            input: JobInput { file_name: base_name(&submission.file_name), pdf: pdf.clone() },
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
                    self.discard(&pdf).await;
                }
                return Err(error.into());
            }
        };
        if created.view.job.input.pdf.digest != pdf.digest {
            self.discard(&pdf).await;
        } else if let Err(error) = self.settle_in(&created.view.job, submission.pdf).await {
            // The job is there and may well go through; whoever sends it again would have a second one.
            tracing::warn!(error = chain(&error), "could not look whether a PDF is stored");
        }
        if !created.is_new && created.view.status != JobStatus::Completed {
            // Whoever submits it again wants it made by this version.
            return Ok(Created { view: self.adopt(created.view).await?, ..created });
        }
        Ok(created)
    }

    /// Notes what a new job was given, so that deleting it finds that, and makes sure that its PDF is there: the PDF may
    /// have been removed with another job before this one's record showed that it is needed.
    async fn settle_in(&self, job: &Job, pdf: Bytes) -> Result<(), ArtifactStoreError> {
        if self.settings.keeps_holds {
            for blob in given(job) {
                self.artifacts.hold(&job.job_id, &Hold::Artifact(blob.digest)).await?;
            }
        }
        if !self.artifacts.contains(&job.input.pdf.digest).await? {
            self.artifacts.put(pdf).await?;
        }
        Ok(())
    }
}

/// A file name never carries folders, whichever system it comes from.
fn base_name(name: &str) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    if base.is_empty() { "document.pdf".to_owned() } else { base.to_owned() }
}
