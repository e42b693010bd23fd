//! Jobs and calls that the other tests share.

use std::time::Duration;

use brainwrought_core::data::{BlobRef, SourcePdf};
use brainwrought_core::id::{Digest, JobId, WorkerId};
use brainwrought_core::job::{JobInput, NewJob, Outcome, Plan, StagePlan};
use brainwrought_core::job_store::{ClaimRequest, JobStore};

/// A job of independent stages.
pub(crate) fn job(stages: &[&str]) -> NewJob {
    let stages = stages.iter().map(|name| StagePlan { name: (*name).into(), needs: Vec::new(), fan: None });
    let pdf = BlobRef { digest: Digest::of(b"pdf"), bytes: 3, media_type: "application/pdf".to_owned() };
    NewJob::new(
        "test",
        Plan::new(stages.collect()).unwrap(),
        JobInput::new(&SourcePdf { file_name: "paper.pdf".to_owned(), pdf }).unwrap(),
    )
    .with_max_attempts(5)
}

pub(crate) async fn submit(store: &dyn JobStore, new: NewJob) -> JobId {
    let id = store.create(new).await.unwrap().view.job.job_id;
    store.advance().await.unwrap();
    id
}

pub(crate) fn ask(limit: usize, lease: Duration) -> ClaimRequest {
    ClaimRequest::new(WorkerId("tester".to_owned()), lease, limit)
}

pub(crate) fn done() -> Outcome {
    Outcome::Done { output: Digest::of(b"output"), items: None, cached: false }
}
