//! Rules about what a worker says of an attempt.

use std::time::Duration;

use futures::future::join_all;

use super::fixture::{
    LONG, any, claim, claim_all, claim_for, done, failed, finish, request, single, submit, task,
};
use super::fixture::{chain, done_with, fan};
use crate::event::LogLevel;
use crate::id::{Digest, FencingToken};
use crate::job::{AttemptEnd, Job, JobStatus, NewJob, Outcome, Progress, Renewal, TaskStatus};
use crate::job_store::{ClaimRequest, JobStore, JobStoreError, TaskReport};

pub(super) fn is_lease_lost<T>(result: &Result<T, JobStoreError>) -> bool {
    matches!(result, Err(JobStoreError::LeaseLost { .. }))
}

/// A commit returns the task as it is stored: DONE, with its output and without a lease.
pub async fn a_commit_is_stored(store: &dyn JobStore) {
    let id = submit(store, single()).await;
    let claim = claim(store, &id).await;
    let outcome = Outcome::Done { output: Digest::of(b"video"), items: Some(4), cached: true };
    let stored = store.commit(&claim.id, claim.token, outcome).await.unwrap();
    assert_eq!(stored.status, TaskStatus::Done);
    assert_eq!(stored.output, Some(Digest::of(b"video")));
    assert_eq!((stored.items, stored.cached), (Some(4), true));
    assert!(stored.lease.is_none() && stored.finished_at.is_some());
    assert_eq!(stored, task(store, &claim.id).await);
}

/// A commit moves no other stage by itself; the next advance does.
pub async fn a_commit_feeds_the_next_stage(store: &dyn JobStore) {
    let id = submit(store, chain()).await;
    let first = claim(store, &id).await;
    store.commit(&first.id, first.token, done()).await.unwrap();
    assert!(claim_all(store, &id).await.is_empty());
    store.advance().await.unwrap();
    assert_eq!(claim(store, &id).await.id.key.to_string(), "second");
}

/// A token is good for one outcome.
pub async fn a_second_commit_is_fenced(store: &dyn JobStore) {
    let id = submit(store, single()).await;
    let claim = finish(store, &id, done()).await;
    let before = task(store, &claim.id).await;
    assert!(is_lease_lost(&store.commit(&claim.id, claim.token, failed(false, Duration::ZERO)).await));
    assert_eq!(task(store, &claim.id).await, before);
}

/// A token that was never given out holds nothing.
pub async fn a_future_token_is_fenced(store: &dyn JobStore) {
    let id = submit(store, single()).await;
    let claim = claim(store, &id).await;
    for token in [FencingToken(0), claim.token.next(), FencingToken(u64::MAX)] {
        assert!(is_lease_lost(&store.commit(&claim.id, token, done()).await));
        assert_eq!(store.renew(&claim.id, token, LONG).await.unwrap(), Renewal::Lost);
    }
    assert!(store.commit(&claim.id, claim.token, done()).await.is_ok());
}

/// A job is COMPLETED when all its tasks are DONE, and not before.
pub async fn a_job_with_all_tasks_done_is_completed(store: &dyn JobStore) {
    let id = submit(store, chain()).await;
    finish(store, &id, done()).await;
    assert_eq!(store.get(&id).await.unwrap().status, JobStatus::Running);
    finish(store, &id, done()).await;
    assert_eq!(store.get(&id).await.unwrap().status, JobStatus::Completed);
    assert!(claim_all(store, &id).await.is_empty());
}

/// After a retryable failure the task is READY, but not claimable before its backoff is over.
pub async fn a_retryable_failure_waits_out_its_backoff(store: &dyn JobStore) {
    let id = submit(store, single()).await;
    let claim = claim(store, &id).await;
    let stored = store.commit(&claim.id, claim.token, failed(true, LONG)).await.unwrap();
    assert_eq!(stored.status, TaskStatus::Ready);
    assert!(stored.lease.is_none() && stored.due.is_some());
    let last = stored.history.last().unwrap();
    assert_eq!((last.end, last.attempt, last.token), (AttemptEnd::Failed, 1, claim.token));
    assert_eq!((last.worker.0.as_str(), last.error.as_str()), ("tester", "no voice: model missing"));
    assert!(claim_all(store, &id).await.is_empty());
}

/// A failure that needs no rest is lent again at once, as the next attempt.
pub async fn a_failure_without_backoff_is_claimable_at_once(store: &dyn JobStore) {
    let id = submit(store, single()).await;
    finish(store, &id, failed(true, Duration::ZERO)).await;
    let again = claim(store, &id).await;
    assert_eq!(task(store, &again.id).await.attempt, 2);
}

/// A fatal failure is not tried again, and fails the job with the error.
pub async fn a_fatal_failure_ends_the_task(store: &dyn JobStore) {
    let id = submit(store, chain()).await;
    let claim = finish(store, &id, failed(false, Duration::ZERO)).await;
    assert_eq!(task(store, &claim.id).await.status, TaskStatus::Error);
    let view = store.get(&id).await.unwrap();
    assert_eq!(view.status, JobStatus::Failed);
    assert!(view.job.error().unwrap().contains("first: no voice"));
    assert!(claim_all(store, &id).await.is_empty());
}

/// After the last attempt a retryable failure is final too.
pub async fn attempts_are_used_up(store: &dyn JobStore) {
    let id = submit(store, NewJob { max_attempts: 2, ..single() }).await;
    finish(store, &id, failed(true, Duration::ZERO)).await;
    let last = finish(store, &id, failed(true, Duration::ZERO)).await;
    let task = task(store, &last.id).await;
    assert_eq!((task.status, task.attempt, task.history.len()), (TaskStatus::Error, 2, 2));
}

/// A task that is handed back is claimable at once, and the attempt does not count; its token is spent.
pub async fn a_hand_back_does_not_count(store: &dyn JobStore) {
    let id = submit(store, NewJob { max_attempts: 1, ..single() }).await;
    for _ in 0..3 {
        let claim = finish(store, &id, Outcome::HandedBack).await;
        let task = task(store, &claim.id).await;
        assert_eq!((task.status, task.attempt, task.history.len()), (TaskStatus::Ready, 0, 0));
        assert!(is_lease_lost(&store.commit(&claim.id, claim.token, done()).await));
    }
}

/// Whoever finds its input lost sends the task that made it back, with what depends on that, and leaves the rest alone.
pub async fn a_lost_input_is_made_again(store: &dyn JobStore) {
    let id = submit(store, fan()).await;
    finish(store, &id, done_with(2)).await;
    let speakers = claim_all(store, &id).await;
    for claim in &speakers {
        store.commit(&claim.id, claim.token, done()).await.unwrap();
    }
    store.advance().await.unwrap();
    let [one, other] = &claim_all(store, &id).await[..] else { panic!("two items are drawn") };
    let lost =
        Outcome::InputLost { owners: vec![speakers[0].id.key.clone()], error: "it is gone".to_owned() };
    let sent_back = store.commit(&one.id, one.token, lost.clone()).await.unwrap();
    assert_eq!((sent_back.status, sent_back.attempt), (TaskStatus::New, 0));
    assert!(is_lease_lost(&store.commit(&one.id, one.token, lost).await));
    let owner = task(store, &speakers[0].id).await;
    assert_eq!((owner.status, &owner.output), (TaskStatus::New, &None));
    assert_eq!(
        (owner.history[0].end, owner.history[0].error.as_str()),
        (AttemptEnd::OutputLost, "it is gone")
    );
    assert_eq!(task(store, &speakers[1].id).await.status, TaskStatus::Done);
    store.commit(&other.id, other.token, done()).await.unwrap();
    store.advance().await.unwrap();
    let again = finish(store, &id, done()).await;
    assert!(again.id == speakers[0].id && again.token > speakers[0].token);
    assert_eq!(finish(store, &id, done()).await.id, one.id);
    finish(store, &id, done()).await;
    assert_eq!(store.get(&id).await.unwrap().status, JobStatus::Completed);
}

/// When the list of items is lost, the tasks of its items go, whoever works on them is fenced, and no token comes twice.
pub async fn a_lost_list_of_items_takes_its_items_along(store: &dyn JobStore) {
    let id = submit(store, fan()).await;
    let list = finish(store, &id, done_with(2)).await;
    let old = claim_all(store, &id).await;
    let lost = Outcome::InputLost { owners: vec![list.id.key.clone()], error: "it is gone".to_owned() };
    store.commit(&old[0].id, old[0].token, lost).await.unwrap();
    assert!(is_lease_lost(&store.commit(&old[1].id, old[1].token, done()).await));
    store.advance().await.unwrap();
    assert_eq!(finish(store, &id, done_with(3)).await.id, list.id);
    let fresh = claim_all(store, &id).await;
    assert_eq!(fresh.len(), 3);
    assert!(fresh.iter().all(|fresh| old.iter().all(|old| fresh.token > old.token)));
}

/// Each claim of a task has a larger token than the one before.
pub async fn tokens_only_grow(store: &dyn JobStore) {
    let id = submit(store, NewJob { max_attempts: 9, ..single() }).await;
    let mut last = FencingToken(0);
    for outcome in [Outcome::HandedBack, failed(true, Duration::ZERO), Outcome::HandedBack, done()] {
        let token = finish(store, &id, outcome).await.token;
        assert!(token > last);
        last = token;
    }
}

/// What a worker reports is kept in order, with the store's time and the task's name; no progress leaves the old.
pub async fn progress_and_logs_are_kept(store: &dyn JobStore) {
    let id = submit(store, single()).await;
    let claim = claim(store, &id).await;
    let logs = vec![(LogLevel::Info, "one".to_owned()), (LogLevel::Warn, "two".to_owned())];
    let report = TaskReport { progress: Some(Progress { done: 2, total: 5 }), logs };
    store.append(&claim.id, claim.token, report).await.unwrap();
    let report = TaskReport { progress: None, logs: vec![(LogLevel::Error, "three".to_owned())] };
    store.append(&claim.id, claim.token, report).await.unwrap();
    let job = store.get(&id).await.unwrap().job;
    assert_eq!(job.task(&claim.id.key).unwrap().progress, Some(Progress { done: 2, total: 5 }));
    let lines: Vec<&str> = job.logs.iter().map(|line| line.message.as_str()).collect();
    assert_eq!(lines, ["one", "two", "three"]);
    assert!(job.logs.iter().all(|line| line.task == claim.id.key && line.at >= job.created_at));
    assert_eq!(job.logs[1].level, LogLevel::Warn);
}

/// A report with a token that no longer holds changes nothing.
pub async fn a_stale_report_is_fenced(store: &dyn JobStore) {
    let id = submit(store, single()).await;
    let claim = finish(store, &id, Outcome::HandedBack).await;
    let report = TaskReport { progress: None, logs: vec![(LogLevel::Info, "late".to_owned())] };
    assert!(is_lease_lost(&store.append(&claim.id, claim.token, report).await));
    assert!(store.get(&id).await.unwrap().job.logs.is_empty());
}

/// A job keeps its latest lines, and no more than it may.
pub async fn logs_are_capped(store: &dyn JobStore) {
    let id = submit(store, single()).await;
    let claim = claim(store, &id).await;
    for part in 0..3 {
        let logs = (0..300).map(|line| (LogLevel::Info, format!("{part}/{line}"))).collect();
        store.append(&claim.id, claim.token, TaskReport { progress: None, logs }).await.unwrap();
    }
    let logs = store.get(&id).await.unwrap().job.logs;
    assert_eq!(logs.len(), Job::MAX_LOGS);
    assert_eq!(logs.last().unwrap().message, "2/299");
}

/// Of many outcomes at once for one token, one is accepted.
pub async fn concurrent_commits_of_one_token_are_accepted_once(store: &dyn JobStore) {
    let id = submit(store, fan()).await;
    let claim = claim_for(store, &id, Duration::ZERO).await;
    let results = join_all((0..8).map(|n| store.commit(&claim.id, claim.token, done_with(n)))).await;
    let accepted: Vec<_> = results.into_iter().filter_map(Result::ok).collect();
    assert_eq!(accepted.len(), 1);
    assert_eq!(task(store, &claim.id).await, accepted[0]);
}

/// Outcomes that are committed together are each answered in their place, whatever they are; a stale one and a doubled one
/// spoil no other.
pub async fn outcomes_together_are_each_guarded(store: &dyn JobStore) {
    let id = submit(store, fan()).await;
    finish(store, &id, done_with(6)).await;
    let claims = claim_all(store, &id).await;
    let outcomes = [done(), failed(true, LONG), done(), done_with(2), Outcome::HandedBack];
    let mut all: Vec<_> = claims
        .iter()
        .zip(outcomes)
        .map(|(claim, outcome)| (claim.id.clone(), claim.token, outcome))
        .collect();
    all.insert(1, (claims[5].id.clone(), claims[5].token.next(), done()));
    all.push((claims[0].id.clone(), claims[0].token, done()));
    let results = store.commit_all(all).await.unwrap();
    let lost: Vec<bool> = results.iter().map(is_lease_lost).collect();
    assert_eq!(lost, [false, true, false, false, false, false, true]);
    let accepted: Vec<_> = results.into_iter().filter_map(Result::ok).collect();
    for (claim, stored) in claims.iter().zip(&accepted) {
        assert_eq!(task(store, &claim.id).await, *stored);
    }
    let statuses: Vec<_> = accepted.iter().map(|task| task.status).collect();
    let (done, ready) = (TaskStatus::Done, TaskStatus::Ready);
    assert_eq!(statuses, [done, ready, done, done, ready]);
    assert_eq!(task(store, &claims[5].id).await.status, TaskStatus::Running);
    assert!(store.commit_all(Vec::new()).await.unwrap().is_empty());
}

/// Calls at the same time are answered each with its own.
pub async fn concurrent_calls_get_their_own_answers(store: &dyn JobStore) {
    let id = submit(store, fan()).await;
    finish(store, &id, done_with(24)).await;
    let one = ClaimRequest { limit: 1, ..request(&id) };
    let of_any = ClaimRequest { limit: 1, ..any() };
    let asks = (0..24_usize).map(|n| store.claim(if n.is_multiple_of(3) { &one } else { &of_any }));
    let claims: Vec<_> = join_all(asks).await.into_iter().map(|claims| claims.unwrap().remove(0)).collect();
    let outcome =
        |n: usize| Outcome::Done { output: Digest::of(&[n as u8]), items: None, cached: n.is_multiple_of(2) };
    // Every fourth comes with a token of the future.
    let token = |n: usize, token: FencingToken| if n.is_multiple_of(4) { token.next() } else { token };
    let commits = claims.iter().enumerate().map(|(n, claim)| {
        let token = token(n, claim.token);
        async move { store.commit(&claim.id, token, outcome(n)).await }
    });
    for (n, result) in join_all(commits).await.into_iter().enumerate() {
        assert_eq!(is_lease_lost(&result), n.is_multiple_of(4), "{n}");
        if let Ok(stored) = result {
            assert_eq!((&stored.key, stored.cached), (&claims[n].id.key, n.is_multiple_of(2)));
            assert_eq!(stored.output, Some(Digest::of(&[n as u8])));
            assert_eq!(stored, task(store, &claims[n].id).await);
        }
    }
}
