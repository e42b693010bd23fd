//! Jobs on their way: reuse, retries, shutdown and cancellation.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use brainwrought_core::data::SourcePdf;
use brainwrought_core::engine::WorkScope;
use brainwrought_core::id::{Digest, StageName, WorkerId};
use brainwrought_core::job::{JobStatus, Outcome, TaskStatus};
use brainwrought_core::job_store::ClaimRequest;
use tokio_util::sync::CancellationToken;

use crate::bench::Bench;
use crate::full_store::run_and_listen;

#[tokio::test]
async fn a_job_runs_to_its_end() {
    let bench = Bench::new();
    let id = bench.submit("to be or not", "!").await;
    let view = bench.run(&id).await;
    assert_eq!(view.status, JobStatus::Completed);
    assert_eq!(bench.result(&view).await, "TO! BE! OR! NOT!");
    let input: SourcePdf = view.job.input.get().unwrap();
    assert_eq!(input.file_name, "passwd", "a file name carries no folders");
    assert_eq!(bench.runs(), [1, 4, 1]);
}

#[tokio::test]
async fn the_same_work_is_not_done_twice() {
    let bench = Bench::new();
    let first = bench.submit("to be", "!").await;
    bench.run(&first).await;
    let second = bench.submit("to be", "!").await;
    let view = bench.run(&second).await;
    assert_eq!(view.status, JobStatus::Completed);
    assert!(view.job.stages.iter().all(|task| task.cached));
    assert_eq!(bench.runs(), [1, 2, 1]);

    let other_mark = bench.submit("to be", "?").await;
    let view = bench.run(&other_mark).await;
    assert_eq!(bench.result(&view).await, "TO? BE?");
    assert_eq!(bench.runs(), [1, 4, 2], "only what the mark reaches ran again");
}

#[tokio::test]
async fn only_the_items_that_changed_run_again() {
    let bench = Bench::new();
    let first = bench.submit("one two three", "!").await;
    bench.run(&first).await;
    let edited = bench.submit("one TOO three", "!").await;
    let view = bench.run(&edited).await;
    assert_eq!(bench.result(&view).await, "ONE! TOO! THREE!");
    assert_eq!(bench.runs(), [2, 4, 2]);
}

#[tokio::test]
async fn a_lost_artifact_is_made_again() {
    let bench = Bench::new();
    let first = bench.submit("to be", "!").await;
    bench.run(&first).await;
    let digest = Digest::of(b"TO!");
    bench.engine.artifacts().delete(&digest).await.unwrap();
    let again = bench.submit("to be", "!").await;
    assert_eq!(bench.run(&again).await.status, JobStatus::Completed);
    assert_eq!(bench.runs(), [1, 3, 1]);
    assert!(bench.engine.artifacts().contains(&digest).await.unwrap());
}

#[tokio::test]
async fn a_passing_failure_is_retried() {
    let bench = Bench::new();
    bench.probe.failures.store(2, Ordering::SeqCst);
    let id = bench.submit("to be", "!").await;
    let view = bench.run(&id).await;
    assert_eq!(view.status, JobStatus::Completed);
    let history: usize = view.job.stages.iter().map(|task| task.history.len()).sum();
    assert_eq!(history, 2);
    assert_eq!(bench.runs(), [1, 4, 1]);
}

#[tokio::test]
async fn a_lasting_failure_ends_in_error_and_can_be_retried() {
    let bench = Bench::new();
    bench.probe.failures.store(u32::MAX / 2, Ordering::SeqCst);
    let id = bench.submit("to", "!").await;
    let view = bench.run(&id).await;
    assert_eq!(view.status, JobStatus::Failed);
    assert_eq!(view.job.error().unwrap(), "shout[0]: the voice is hoarse");
    assert_eq!(view.job.stages[1].history.len(), 3);
    assert!(view.job.logs.iter().any(|entry| entry.message.contains("hoarse")));

    bench.probe.failures.store(0, Ordering::SeqCst);
    bench.engine.jobs().retry(&id, None).await.unwrap();
    assert_eq!(bench.run(&id).await.status, JobStatus::Completed);
    assert_eq!(bench.probe.split.load(Ordering::SeqCst), 1, "what was done stays done");
}

#[tokio::test]
async fn a_shutdown_hands_tasks_back() {
    let bench = Bench::new();
    bench.probe.stall.store(1, Ordering::SeqCst);
    let id = bench.submit("to be", "!").await;
    let shutdown = CancellationToken::new();
    let engine = bench.engine.clone();
    let stop = shutdown.clone();
    let running = tokio::spawn(async move { engine.run_all(WorkScope::default(), stop).await });
    while bench.probe.shout.load(Ordering::SeqCst) < 2 {
        tokio::task::yield_now().await;
        bench.engine.jobs().wait_for_work(Duration::from_millis(5)).await;
    }
    shutdown.cancel();
    running.await.unwrap();
    let view = bench.engine.jobs().get(&id).await.unwrap();
    let shouts: Vec<_> = view.job.tasks_of(&StageName::from("shout")).cloned().collect();
    assert!(shouts.iter().all(|task| task.status == TaskStatus::Ready && task.attempt == 0), "{shouts:?}");

    bench.probe.stall.store(0, Ordering::SeqCst);
    assert_eq!(bench.run(&id).await.status, JobStatus::Completed);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_job_stops_its_workers() {
    let bench = Bench::new();
    bench.probe.stall.store(1, Ordering::SeqCst);
    let id = bench.submit("to be", "!").await;
    let jobs = Arc::clone(bench.engine.jobs());
    let watched = id.clone();
    let canceller = async {
        while bench.probe.shout.load(Ordering::SeqCst) < 2 {
            jobs.wait_for_work(Duration::from_millis(5)).await;
        }
        jobs.cancel(&watched).await.unwrap();
    };
    let (view, ()) = tokio::join!(bench.run(&id), canceller);
    assert_eq!(view.status, JobStatus::Cancelled);
    assert_eq!(bench.probe.join.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_another_worker_holds_says_who_it_waits_for() {
    let bench = Bench::new();
    let id = bench.submit("to be", "!").await;
    bench.engine.advance().await.unwrap();
    let worker = WorkerId("somebody-else".to_owned());
    let request = ClaimRequest::new(worker, Duration::from_secs(3600), 1).of_job(Some(id.clone()));
    let claim = bench.engine.jobs().claim(&request).await.unwrap().remove(0);
    let give_back = async {
        tokio::time::sleep(Duration::from_secs(10)).await;
        bench.engine.jobs().commit(&claim.id, claim.token, Outcome::HandedBack).await.unwrap();
    };
    let ((ended, reasons), ()) = tokio::join!(run_and_listen(&bench, &id), give_back);
    assert_eq!(ended.unwrap().status, JobStatus::Completed);
    assert_eq!(reasons, ["worker somebody-else has split"]);
}
