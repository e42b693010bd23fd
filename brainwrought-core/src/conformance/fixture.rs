//! The small jobs that the rules are tried on, and the calls that most rules make.

use std::time::Duration;

use crate::data::SourcePdf;
use crate::id::{Digest, JobId, StageName, TaskId, TaskKey, WorkerId};
use crate::job::{Failure, JobInput, NewJob, Outcome, Plan, StagePlan, Task};
use crate::job_store::{Claim, ClaimRequest, JobStore};

/// A lease that no test outlives.
pub(super) const LONG: Duration = Duration::from_secs(3600);

/// A stage as the fixtures write it: name, needs, and the stage over whose items it fans out.
type Written<'a> = (&'a str, &'a [&'a str], Option<&'a str>);

pub(super) fn new_job(stages: &[Written<'_>]) -> NewJob {
    let stages = stages.iter().map(|(name, needs, fan)| StagePlan {
        name: StageName::from(*name),
        needs: needs.iter().map(|need| StageName::from(*need)).collect(),
        fan: fan.map(StageName::from),
    });
    NewJob::new(
        "test",
        Plan::new(stages.collect()).expect("the fixtures are in topological order"),
        JobInput::new(&SourcePdf::new("paper.pdf", b"pdf")).expect("it is plain JSON"),
    )
    .with_options(serde_json::json!({ "voice": "calm" }))
    .with_max_attempts(3)
}

/// One stage, `work`.
pub(super) fn single() -> NewJob {
    new_job(&[("work", &[], None)])
}

/// `first`, and `second` after it.
pub(super) fn chain() -> NewJob {
    new_job(&[("first", &[], None), ("second", &["first"], None)])
}

/// `split`, then `speak` and `draw` for each of its items, then `join`.
pub(super) fn fan() -> NewJob {
    new_job(&[
        ("split", &[], None),
        ("speak", &["split"], Some("split")),
        ("draw", &["speak"], Some("split")),
        ("join", &["split", "draw"], None),
    ])
}

pub(super) async fn submit(store: &dyn JobStore, new: NewJob) -> JobId {
    let id = store.create(new).await.unwrap().view.job.job_id;
    store.advance().await.unwrap();
    id
}

pub(super) fn request(job: &JobId) -> ClaimRequest {
    ClaimRequest { job: Some(job.clone()), ..any() }
}

pub(super) fn any() -> ClaimRequest {
    ClaimRequest::new(WorkerId("tester".to_owned()), LONG, 100)
}

pub(super) async fn claim_all(store: &dyn JobStore, job: &JobId) -> Vec<Claim> {
    store.claim(&request(job)).await.unwrap()
}

/// Claims the one task that is claimable.
pub(super) async fn claim(store: &dyn JobStore, job: &JobId) -> Claim {
    claim_for(store, job, LONG).await
}

pub(super) async fn claim_for(store: &dyn JobStore, job: &JobId, lease: Duration) -> Claim {
    let mut claims = store.claim(&ClaimRequest { lease, ..request(job) }).await.unwrap();
    assert_eq!(claims.len(), 1, "exactly one task is claimable");
    claims.remove(0)
}

/// Claims the one claimable task, commits it as done, and advances.
pub(super) async fn finish(store: &dyn JobStore, job: &JobId, outcome: Outcome) -> Claim {
    let claim = claim(store, job).await;
    store.commit(&claim.id, claim.token, outcome).await.unwrap();
    store.advance().await.unwrap();
    claim
}

pub(super) async fn task(store: &dyn JobStore, id: &TaskId) -> Task {
    let view = store.get(&id.job).await.unwrap();
    view.job.task(&id.key).expect("the task is there").clone()
}

/// The keys as people write them.
pub(super) fn names<'a>(keys: impl IntoIterator<Item = &'a TaskKey>) -> Vec<String> {
    keys.into_iter().map(ToString::to_string).collect()
}

pub(super) fn done() -> Outcome {
    Outcome::Done { output: Digest::of(b"output"), items: None, cached: false }
}

pub(super) fn done_with(items: u32) -> Outcome {
    Outcome::Done { output: Digest::of(b"list"), items: Some(items), cached: false }
}

pub(super) fn failed(retryable: bool, backoff: Duration) -> Outcome {
    let backoff_ms = u64::try_from(backoff.as_millis()).expect("a short rest");
    Outcome::Failed(Failure { error: "no voice: model missing".to_owned(), retryable, backoff_ms })
}
