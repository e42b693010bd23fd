//! What a dying disk leaves behind: a torn job and a rotten artifact, and how the stores go on from there.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use std::time::Duration;

use brainwrought_core::data::BlobRef;
use brainwrought_core::id::{Digest, FencingToken, WorkerId};
use brainwrought_core::job::{JobInput, NewJob, Outcome, Plan, StagePlan};
use brainwrought_core::job_store::{Claim, ClaimRequest, JobStore, JobStoreError};
use brainwrought_store::FileJobStore;

const LEASE: Duration = Duration::from_secs(3600);

fn new_job() -> NewJob {
    let stage = StagePlan { name: "work".into(), needs: Vec::new(), fan: None };
    let pdf = BlobRef { digest: Digest::of(b"pdf"), bytes: 3, media_type: "application/pdf".to_owned() };
    NewJob {
        pipeline: "test".to_owned(),
        plan: Plan::new(vec![stage]).unwrap(),
        input: JobInput { file_name: "paper.pdf".to_owned(), pdf },
        options: serde_json::Value::Null,
        priority: 0,
        max_attempts: 3,
        idempotency_key: None,
    }
}

async fn claim(store: &FileJobStore) -> Option<Claim> {
    let worker = WorkerId("tester".to_owned());
    let request = ClaimRequest { stages: None, job: None, worker, lease: LEASE, limit: 1 };
    store.claim(&request).await.unwrap().pop()
}

/// Cuts a file in half, as a disk that lost its last blocks would.
fn tear(file: &Path) {
    let bytes = std::fs::read(file).unwrap();
    std::fs::write(file, &bytes[..bytes.len() / 2]).unwrap();
}

#[tokio::test]
async fn a_torn_job_goes_on_from_its_predecessor_and_lends_no_token_twice() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileJobStore::open(folder.path()).unwrap();
    let id = store.create(new_job()).await.unwrap().view.job.job_id;
    store.advance().await.unwrap();
    let lost = claim(&store).await.unwrap();
    assert_eq!(lost.token, FencingToken(1));
    tear(&folder.path().join("jobs").join(format!("{id}.json")));

    let store = FileJobStore::open(folder.path()).unwrap();
    let again = claim(&store).await.expect("the predecessor says that the task is READY");
    assert!(again.token > lost.token, "{:?} was lent before", again.token);
    let outcome = Outcome::Done { output: Digest::of(b"out"), items: None, cached: false, delivery: None };
    let stale = store.commit(&lost.id, lost.token, outcome.clone()).await;
    assert!(matches!(stale, Err(JobStoreError::LeaseLost { .. })), "{stale:?}");
    store.commit(&again.id, again.token, outcome).await.unwrap();
}

#[tokio::test]
async fn a_job_that_is_torn_twice_is_told_of_and_does_not_stop_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileJobStore::open(folder.path()).unwrap();
    let torn = store.create(new_job()).await.unwrap().view.job.job_id;
    store.advance().await.unwrap();
    let whole = store.create(new_job()).await.unwrap().view.job.job_id;
    for ending in ["json", "bak"] {
        tear(&folder.path().join("jobs").join(format!("{torn}.{ending}")));
    }
    let store = FileJobStore::open(folder.path()).unwrap();
    store.advance().await.unwrap();
    assert_eq!(claim(&store).await.unwrap().id.job, whole);
    assert!(matches!(store.get(&torn).await, Err(JobStoreError::Damaged { .. })));
}

#[tokio::test]
async fn what_changes_nothing_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileJobStore::open(folder.path()).unwrap();
    let id = store.create(new_job()).await.unwrap().view.job.job_id;
    store.cancel(&id).await.unwrap();
    let file = folder.path().join("jobs").join(format!("{id}.json"));
    let before = std::fs::metadata(&file).unwrap().modified().unwrap();
    store.cancel(&id).await.unwrap();
    assert_eq!(std::fs::metadata(&file).unwrap().modified().unwrap(), before);
}
