//! A job whose worker is killed at every attempt, as by a system that lacks memory, ends in ERROR with its history, and never loops.

use std::time::Duration;

use brainwrought_core::job::{AttemptEnd, JobStatus, TaskStatus};
use brainwrought_core::job_store::JobStore;
use brainwrought_store::open_job_store;

use super::actor::Actor;
use super::jobs::{ask, job, submit};
use brainwrought_testing::PostgresServer;

const ATTEMPTS: u32 = 4;

async fn ends_in_error(url: &str) {
    let store = open_job_store(url).unwrap();
    let id = submit(store.as_ref(), job(&["speak"]).with_max_attempts(ATTEMPTS)).await;
    let mut tokens = Vec::new();
    for _ in 0..ATTEMPTS {
        let mut worker = Actor::start(&[], "hold", url);
        tokens.push(worker.line().expect("the worker ended before it had a task"));
        assert_eq!(store.get(&id).await.unwrap().status, JobStatus::Running);
        worker.kill();
        taken_back(store.as_ref()).await;
    }
    let view = store.get(&id).await.unwrap();
    let task = &view.job.stages[0];
    assert_eq!((view.status, task.status, task.attempt), (JobStatus::Failed, TaskStatus::Error, ATTEMPTS));
    let history: Vec<_> =
        task.history.iter().map(|record| (record.attempt, record.token.to_string(), record.end)).collect();
    let expected: Vec<_> = (1..).zip(tokens).map(|(n, token)| (n, token, AttemptEnd::LeaseExpired)).collect();
    assert_eq!(history, expected, "one entry for each attempt");
    let error = view.job.error().unwrap();
    assert!(error.contains("the worker died") && error.contains("lack of memory"), "{error}");
    assert!(!task.history[0].error.contains("memory"), "once is no pattern");
    assert!(store.recover().await.unwrap().is_empty() && store.advance().await.unwrap().is_empty());
    assert!(store.claim(&ask(1, Duration::from_secs(1))).await.unwrap().is_empty(), "it goes round again");
}

async fn taken_back(store: &dyn JobStore) {
    let rounds = async {
        while store.recover().await.unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), rounds).await.expect("the task was not taken back");
}

#[tokio::test]
async fn a_job_in_a_folder_whose_workers_are_killed_ends_in_error() {
    let folder = tempfile::tempdir().unwrap();
    ends_in_error(folder.path().to_str().unwrap()).await;
}

#[tokio::test]
async fn a_job_in_postgres_whose_workers_are_killed_ends_in_error() {
    ends_in_error(&PostgresServer::shared().await.database().await).await;
}
