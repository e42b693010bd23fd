//! [`Submission`]: an input becomes a job.

use std::collections::BTreeSet;

use bytes::Bytes;
use serde_json::Value;
use tracing::Instrument as _;

use super::input_copy::InputCopy;
use super::needs::submitted_blobs;
use super::{Engine, EngineError};
use crate::artifact_store::{ArtifactStoreError, Hold};
use crate::budget::Cost;
use crate::data::{BlobRef, SourcePdf, blobs_in};
use crate::id::{Digest, JobId};
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
    /// Stores what a submission brings and creates its job. Bytes that no job is created for do not stay. Where
    /// [`EngineSettings::inputs`](super::EngineSettings::inputs) names a folder, the job has a copy there of every file
    /// that was brought and that the input names.
    ///
    /// # Errors
    ///
    /// Fails when there is no such pipeline, when it takes another input or does not know the options, when a blob that
    /// they name is not stored, when the copy cannot be written, or a store cannot be reached. Then there is no new job,
    /// unless the job store could not be reached or its disk is full: that leaves it open. A job with an idempotency key
    /// stays without its copy when only that cannot be put in its place: another submission may have found the job.
    ///
    /// # Cancellation
    ///
    /// Once the job is being created, dropping the future does not stop that: the job gets its copy all the same.
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
        let copy = match self.stage_copy(&input, &brought).await {
            Ok(copy) => copy,
            Err(error) => {
                self.discard(&refs(&brought)).await;
                return Err(error);
            }
        };
        let new = NewJob::new(pipeline.name(), pipeline.plan().clone(), input.clone())
            .with_options(submission.options)
            .with_priority(submission.priority)
            .with_max_attempts(self.settings.retry.max_attempts)
            .with_max_cost(submission.max_cost)
            .with_idempotency_key(submission.idempotency_key);
        // Whoever waits for this may leave, and a job would be without its copy.
        let engine = self.clone();
        let create = async move { engine.create(new, brought, copy).await };
        let created = match tokio::spawn(create.in_current_span()).await {
            Ok(created) => created?,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The runtime shuts down. Whether there is a job is not known.
                Err(error) => {
                    let action = "create the job".to_owned();
                    return Err(JobStoreError::Unavailable { action, source: error.into() }.into());
                }
            },
        };
        if !created.is_new && created.view.status != JobStatus::Completed {
            // Whoever submits it again wants it made by this version.
            return Ok(Created { view: self.adopt(created.view).await?, ..created });
        }
        Ok(created)
    }

    /// Creates a job, or finds the one that has the same key, and gives it what was brought for it.
    async fn create(
        &self,
        new: NewJob,
        brought: Vec<(BlobRef, Bytes)>,
        copy: Option<InputCopy>,
    ) -> Result<Created, EngineError> {
        let input = new.input.clone();
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
        // A job that was found may have lost its copy to a crash, or have another input, of which this is no copy.
        if let Some(copy) = copy.filter(|_| created.is_new || created.view.job.input == input) {
            self.place_copy(copy, &created).await?;
        }
        let needed: BTreeSet<Digest> =
            submitted_blobs(&created.view.job).into_iter().map(|blob| blob.digest).collect();
        let (needed, other): (Vec<_>, Vec<_>) =
            brought.into_iter().partition(|(blob, _)| needed.contains(&blob.digest));
        if !other.is_empty() {
            self.discard(&refs(&other)).await;
        }
        if let Err(error) = self.settle_in(&created.view.job, needed).await {
            // The job is there and may well go through; whoever sends it again would have a second one.
            tracing::warn!(error = chain(&error), "could not look whether an input is stored");
        }
        Ok(created)
    }

    /// Gives a job its copy of the input.
    ///
    /// # Errors
    ///
    /// Fails when that cannot be done and nobody else can know of the job, which is deleted. A job that was found by its
    /// key, or can be, does without a copy.
    async fn place_copy(&self, copy: InputCopy, created: &Created) -> Result<(), EngineError> {
        let job = &created.view.job;
        match copy.give_to(&job.job_id).await {
            Ok(()) if created.is_new => Ok(()),
            Ok(()) => {
                self.remove_copy_without_job(&job.job_id).await;
                Ok(())
            }
            Err(error) if created.is_new && job.idempotency_key.is_none() => {
                self.take_back(job).await;
                Err(error)
            }
            Err(error) => {
                tracing::warn!(job = %job.job_id, error = chain(&error), "a job is without a copy of its input");
                Ok(())
            }
        }
    }

    /// Removes the copy that was placed for a job while somebody deleted that.
    async fn remove_copy_without_job(&self, id: &JobId) {
        let removed =
            async { if self.has_record(id).await? { Ok(()) } else { self.remove_folders(id).await } };
        if let Err(error) = removed.await {
            tracing::warn!(job = %id, error = chain(&error), "could not look whether a copy of an input has a job");
        }
    }

    /// Writes copies of the files that were brought and that the input names, for a job that is about to be created.
    async fn stage_copy(
        &self,
        input: &JobInput,
        brought: &[(BlobRef, Bytes)],
    ) -> Result<Option<InputCopy>, EngineError> {
        let Some(inputs) = &self.settings.inputs else { return Ok(None) };
        let named: BTreeSet<Digest> = input.blobs().into_iter().map(|blob| blob.digest).collect();
        let files: Vec<_> =
            brought.iter().filter(|(blob, _)| named.contains(&blob.digest)).cloned().collect();
        if files.is_empty() { Ok(None) } else { InputCopy::stage(inputs, files).await.map(Some) }
    }

    /// Deletes a job that was created just now, and whose id nobody can know.
    async fn take_back(&self, job: &Job) {
        let id = &job.job_id;
        // Its status may be final by now; whether it is, the deletion finds out.
        let cancelled = self.jobs.cancel(id).await;
        if let Err(error) = self.delete_job(id).await {
            let cancelled = cancelled.err().map(|error| chain(&error));
            tracing::warn!(job = %id, error = chain(&error), cancelled, "a job that was refused stays");
        }
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
            for blob in submitted_blobs(job) {
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::engine::{EngineSettings, PipelineEngine};
    use crate::id::WorkerId;
    use crate::job_store::JobFilter;
    use crate::pipeline::{Handle, Pipeline};
    use crate::stage::{Stage, StageContext, StageError};

    #[derive(Debug, serde::Serialize)]
    struct Read;

    impl Stage for Read {
        const NAME: &'static str = "read";
        const VERSION: u32 = 1;
        type Input = SourcePdf;
        type Output = String;

        async fn run(&self, _cx: &StageContext, input: SourcePdf) -> Result<String, StageError> {
            Ok(input.file_name)
        }
    }

    fn engine(inputs: &Path) -> PipelineEngine<SourcePdf, String> {
        let mut settings = EngineSettings::new(WorkerId("test".to_owned()), inputs.with_file_name("scratch"));
        settings.inputs = Some(inputs.to_owned());
        let pipeline = Pipeline::new("read", |p, pdf: Handle<SourcePdf>| p.stage(Read, pdf)).unwrap();
        Engine::builder(pipeline).settings(settings).build().unwrap()
    }

    fn submission() -> Submission<SourcePdf> {
        Submission::of_pdf("read", "a.pdf", Bytes::from_static(b"%PDF-1.7"))
    }

    async fn assert_empty(engine: &Engine) {
        assert!(engine.jobs().list(&JobFilter::default()).await.unwrap().is_empty());
        assert!(engine.artifacts().list().await.unwrap().artifacts.is_empty());
    }

    #[tokio::test]
    async fn a_copy_that_cannot_be_written_leaves_no_job_and_names_the_path() {
        let root = tempfile::tempdir().unwrap();
        let inputs = root.path().join("inputs");
        std::fs::write(&inputs, "a file where the folder should be").unwrap();
        let engine = engine(&inputs);
        let error = engine.submit(submission()).await.unwrap_err();
        assert!(
            matches!(&error, EngineError::InputCopy { path, .. } if path.starts_with(&inputs)),
            "{error}"
        );
        assert!(error.to_string().contains(&inputs.display().to_string()), "{error}");
        assert_empty(&engine).await;
        std::fs::remove_file(&inputs).unwrap();
        let created = engine.submit(submission()).await.unwrap();
        assert!(created.is_new && inputs.join(created.view.job.job_id.as_str()).join("input.pdf").exists());
    }

    #[tokio::test]
    async fn a_job_that_is_found_gets_the_copy_it_has_lost_and_no_other() {
        let root = tempfile::tempdir().unwrap();
        let inputs = root.path().join("inputs");
        let engine = engine(&inputs);
        let keyed = || submission().with_idempotency_key(Some("key".to_owned()));
        let id = engine.submit(keyed()).await.unwrap().view.job.job_id;
        let copy = inputs.join(id.as_str()).join("input.pdf");
        std::fs::remove_dir_all(copy.parent().unwrap()).unwrap();
        let other = Submission::of_pdf("read", "b.pdf", Bytes::from_static(b"%PDF-2.0"));
        assert!(!engine.submit(other.with_idempotency_key(Some("key".to_owned()))).await.unwrap().is_new);
        assert!(!copy.exists());
        assert!(!engine.submit(keyed()).await.unwrap().is_new);
        assert_eq!(std::fs::read(&copy).unwrap(), b"%PDF-1.7");
        assert_eq!(std::fs::read_dir(&inputs).unwrap().count(), 1, "nothing is left of what was not needed");
    }

    #[tokio::test]
    async fn a_job_that_is_taken_back_leaves_nothing() {
        let root = tempfile::tempdir().unwrap();
        let inputs = root.path().join("inputs");
        let engine = engine(&inputs);
        let created = engine.submit(submission()).await.unwrap();
        engine.take_back(&created.view.job).await;
        assert_empty(&engine).await;
        assert_eq!(std::fs::read_dir(&inputs).unwrap().count(), 0);
    }

    fn keyed() -> Submission<SourcePdf> {
        submission().with_idempotency_key(Some("key".to_owned()))
    }

    /// A copy of an input that nothing is staged for any more, so that it cannot be placed.
    async fn lost_copy(engine: &Engine, inputs: &Path) -> InputCopy {
        let pdf = Bytes::from_static(b"%PDF-1.7");
        let input = JobInput::new(&SourcePdf::new("a.pdf", &pdf)).unwrap();
        let copy = engine.stage_copy(&input, &[(input.blobs()[0].clone(), pdf)]).await.unwrap().unwrap();
        for entry in std::fs::read_dir(inputs).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "part") {
                std::fs::remove_dir_all(path).unwrap();
            }
        }
        copy
    }

    #[tokio::test]
    async fn a_job_that_others_can_find_stays_without_its_copy() {
        let root = tempfile::tempdir().unwrap();
        let inputs = root.path().join("inputs");
        let engine = engine(&inputs);
        let (plain, found) =
            (engine.submit(submission()).await.unwrap(), engine.submit(keyed()).await.unwrap());
        for created in [&plain, &found] {
            std::fs::remove_dir_all(inputs.join(created.view.job.job_id.as_str())).unwrap();
        }
        engine.place_copy(lost_copy(&engine, &inputs).await, &found).await.unwrap();
        let error = engine.place_copy(lost_copy(&engine, &inputs).await, &plain).await.unwrap_err();
        assert!(matches!(error, EngineError::InputCopy { .. }), "{error}");
        let left = engine.jobs().list(&JobFilter::default()).await.unwrap();
        assert_eq!(left.iter().map(|view| &view.job.job_id).collect::<Vec<_>>(), [&found.view.job.job_id]);
    }

    #[tokio::test]
    async fn a_job_that_is_deleted_while_its_copy_is_placed_leaves_none() {
        let root = tempfile::tempdir().unwrap();
        let inputs = root.path().join("inputs");
        let engine = engine(&inputs);
        engine.submit(keyed()).await.unwrap();
        let found = engine.submit(keyed()).await.unwrap();
        assert!(!found.is_new);
        let id = &found.view.job.job_id;
        engine.jobs().cancel(id).await.unwrap();
        engine.delete_job(id).await.unwrap();
        let pdf = Bytes::from_static(b"%PDF-1.7");
        let brought = [(found.view.job.input.blobs()[0].clone(), pdf)];
        let copy = engine.stage_copy(&found.view.job.input, &brought).await.unwrap().unwrap();
        engine.place_copy(copy, &found).await.unwrap();
        assert_eq!(std::fs::read_dir(&inputs).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_job_gets_its_copy_although_nobody_waits_for_it() {
        let root = tempfile::tempdir().unwrap();
        let inputs = root.path().join("inputs");
        let engine = engine(&inputs);
        let job = async || engine.jobs().list(&JobFilter::default()).await.unwrap().pop();
        let mut submitted = Box::pin(engine.submit(submission()));
        let created = loop {
            // Where the copy is fast, it is placed by now, and nobody has to wait for it.
            let is_done = futures::poll!(&mut submitted).is_ready();
            if let Some(view) = job().await {
                break view.job;
            }
            assert!(!is_done, "a submission that is done has a job");
            tokio::task::yield_now().await;
        };
        drop(submitted);
        let copy = inputs.join(created.job_id.as_str()).join("input.pdf");
        for _ in 0..1000 {
            if copy.exists() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        panic!("there is no copy");
    }
}
