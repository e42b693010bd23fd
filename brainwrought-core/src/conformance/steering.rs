//! Rules about cancelling, retrying and waiting.

use std::time::Duration;

use super::attempts::is_lease_lost;
use super::fixture::{
    LONG, any, chain, claim, claim_all, done, done_with, failed, fan, finish, single, submit, task,
};
use crate::clock::Timestamp;
use crate::id::StageName;
use crate::job::{
    Callback, CallbackState, JobStatus, NewJob, Renewal, StageBacklog, TaskStatus, TransitionError,
};
use crate::job_store::{JobFilter, JobStore, JobStoreError};

/// A worker learns of a cancel when it renews.
pub async fn a_cancel_is_heard_at_the_next_renewal(store: &dyn JobStore) {
    let id = submit(store, single()).await;
    let claim = claim(store, &id).await;
    let view = store.cancel(&id).await.unwrap();
    assert_eq!(view.status, JobStatus::Cancelled);
    assert_eq!(store.renew(&claim.id, claim.token, LONG).await.unwrap(), Renewal::Cancelled);
}

/// What a worker made for a cancelled job does not count; what was DONE stays.
pub async fn a_cancelled_job_accepts_no_outcome(store: &dyn JobStore) {
    let id = submit(store, chain()).await;
    let first = finish(store, &id, done()).await;
    let second = claim(store, &id).await;
    store.cancel(&id).await.unwrap();
    assert!(is_lease_lost(&store.commit(&second.id, second.token, done()).await));
    assert_eq!(task(store, &first.id).await.status, TaskStatus::Done);
    assert_eq!(task(store, &second.id).await.status, TaskStatus::Cancelled);
}

/// Nothing of a cancelled job is advanced, lent or recovered.
pub async fn a_cancelled_job_lends_nothing(store: &dyn JobStore) {
    let id = submit(store, chain()).await;
    store.cancel(&id).await.unwrap();
    assert!(store.advance().await.unwrap().is_empty());
    assert!(store.claim(&any()).await.unwrap().is_empty());
    assert!(store.recover().await.unwrap().is_empty());
}

/// Cancelling twice is no error.
pub async fn cancelling_twice_is_no_error(store: &dyn JobStore) {
    let id = submit(store, single()).await;
    store.cancel(&id).await.unwrap();
    assert_eq!(store.cancel(&id).await.unwrap().status, JobStatus::Cancelled);
}

/// A task that rests after a failure is cancelled like any other, and a retry does not wait for the end of its rest.
pub async fn a_resting_task_is_cancelled(store: &dyn JobStore) {
    let id = submit(store, single()).await;
    let claimed = claim(store, &id).await;
    store.commit(&claimed.id, claimed.token, failed(true, LONG)).await.unwrap();
    assert_eq!(store.cancel(&id).await.unwrap().status, JobStatus::Cancelled);
    assert_eq!(task(store, &claimed.id).await.status, TaskStatus::Cancelled);
    assert!(store.claim(&any()).await.unwrap().is_empty());
    store.retry(&id, None).await.unwrap();
    store.advance().await.unwrap();
    assert_eq!(claim(store, &id).await.id, claimed.id);
}

/// What is complete cannot be cancelled.
pub async fn a_completed_job_is_not_cancelled(store: &dyn JobStore) {
    let id = submit(store, single()).await;
    finish(store, &id, done()).await;
    let refused = store.cancel(&id).await.unwrap_err();
    assert!(matches!(
        refused,
        JobStoreError::Refused { source: TransitionError::AlreadyFinal(JobStatus::Completed), .. }
    ));
    assert_eq!(store.get(&id).await.unwrap().status, JobStatus::Completed);
}

/// A retry without a stage runs what failed again, with fresh attempts and the old history; what is DONE stays.
pub async fn a_retry_runs_what_failed_again(store: &dyn JobStore) {
    let id = submit(store, NewJob { max_attempts: 1, ..chain() }).await;
    let first = finish(store, &id, done()).await;
    let second = finish(store, &id, failed(true, Duration::ZERO)).await;
    let view = store.retry(&id, None).await.unwrap();
    assert!(!view.status.is_final());
    assert_eq!(task(store, &first.id).await.status, TaskStatus::Done);
    let reset = task(store, &second.id).await;
    assert_eq!((reset.status, reset.attempt, reset.history.len()), (TaskStatus::New, 0, 1));
    store.advance().await.unwrap();
    assert_eq!(finish(store, &id, done()).await.token, second.token.next());
    assert_eq!(store.get(&id).await.unwrap().status, JobStatus::Completed);
}

/// A retry undoes a cancel.
pub async fn a_retry_revives_a_cancelled_job(store: &dyn JobStore) {
    let id = submit(store, chain()).await;
    let old = claim(store, &id).await;
    store.cancel(&id).await.unwrap();
    store.retry(&id, None).await.unwrap();
    store.advance().await.unwrap();
    assert!(is_lease_lost(&store.commit(&old.id, old.token, done()).await));
    finish(store, &id, done()).await;
    finish(store, &id, done()).await;
    assert_eq!(store.get(&id).await.unwrap().status, JobStatus::Completed);
}

/// A retry from a stage sends it and what follows back to NEW, even in a completed job, and nothing before it.
pub async fn a_retry_from_a_stage_resets_what_follows(store: &dyn JobStore) {
    let id = submit(store, chain()).await;
    let first = finish(store, &id, done()).await;
    let second = finish(store, &id, done()).await;
    store.retry(&id, Some(&StageName::from("second"))).await.unwrap();
    assert_eq!(task(store, &first.id).await.status, TaskStatus::Done);
    assert_eq!(task(store, &second.id).await.status, TaskStatus::New);
    assert!(task(store, &second.id).await.output.is_none());
    store.retry(&id, Some(&StageName::from("first"))).await.unwrap();
    assert_eq!(task(store, &first.id).await.status, TaskStatus::New);
    assert_eq!(store.advance().await.unwrap(), [first.id]);
}

/// A retry fences whoever still works on what is reset, also once the task is lent again.
pub async fn a_retry_fences_old_workers(store: &dyn JobStore) {
    let id = submit(store, chain()).await;
    finish(store, &id, done()).await;
    let old = claim(store, &id).await;
    store.retry(&id, Some(&StageName::from("first"))).await.unwrap();
    assert_eq!(store.renew(&old.id, old.token, LONG).await.unwrap(), Renewal::Lost);
    assert!(is_lease_lost(&store.commit(&old.id, old.token, done()).await));
    store.advance().await.unwrap();
    finish(store, &id, done()).await;
    let fresh = claim(store, &id).await;
    assert!(fresh.token > old.token);
    assert!(is_lease_lost(&store.commit(&old.id, old.token, done()).await));
}

/// Segments that are made anew after a retry do not start with tokens that were given out before.
pub async fn a_retry_fences_old_segments(store: &dyn JobStore) {
    let id = submit(store, fan()).await;
    finish(store, &id, done_with(2)).await;
    let old = claim_all(store, &id).await;
    store.retry(&id, Some(&StageName::from("split"))).await.unwrap();
    store.advance().await.unwrap();
    finish(store, &id, done_with(3)).await;
    let fresh = claim_all(store, &id).await;
    assert_eq!(fresh.len(), 3);
    for (old, fresh) in old.iter().zip(&fresh) {
        assert_eq!(old.id, fresh.id);
        assert!(fresh.token > old.token);
        assert!(is_lease_lost(&store.commit(&old.id, old.token, done()).await));
    }
}

/// A retry from a stage that the pipeline does not have is refused, with the stages it has.
pub async fn a_retry_from_nowhere_is_refused(store: &dyn JobStore) {
    let id = submit(store, chain()).await;
    let refused = store.retry(&id, Some(&StageName::from("third"))).await.unwrap_err();
    let JobStoreError::Refused { source: TransitionError::NoSuchStage { known, .. }, .. } = refused else {
        panic!("refused for another reason: {refused}");
    };
    assert_eq!(known, "first, second");
}

/// A retry without a stage is refused when nothing failed.
pub async fn a_retry_of_nothing_is_refused(store: &dyn JobStore) {
    let id = submit(store, single()).await;
    let refused = store.retry(&id, None).await.unwrap_err();
    assert!(matches!(
        refused,
        JobStoreError::Refused { source: TransitionError::NothingToRetry(JobStatus::Pending), .. }
    ));
}

fn callback() -> Callback {
    Callback::new("https://hooks.example/done?for=\u{2400}".to_owned(), "https://video.example".to_owned())
}

/// A callback is replaced when it is still what the caller saw, in any status of the job; nothing else changes.
pub async fn a_callback_is_replaced_only_as_it_was_seen(store: &dyn JobStore) {
    let id = submit(store, single()).await;
    let before = store.get(&id).await.unwrap();
    assert!(store.replace_callback(&id, None, Some(callback())).await.unwrap());
    assert!(!store.replace_callback(&id, None, Some(callback())).await.unwrap());
    let after = store.get(&id).await.unwrap();
    assert_eq!(after.job.callback, Some(callback()));
    assert_eq!((after.job.updated_at, &after.job.stages), (before.job.updated_at, &before.job.stages));
    finish(store, &id, done()).await;
    let delivered = Callback {
        attempts: 2,
        due_at: Timestamp(77),
        state: CallbackState::Delivered,
        error: Some("the receiver answered 500".to_owned()),
        ..callback()
    };
    assert!(store.replace_callback(&id, Some(&callback()), Some(delivered.clone())).await.unwrap());
    assert!(!store.replace_callback(&id, Some(&callback()), None).await.unwrap());
    assert_eq!(store.get(&id).await.unwrap().job.callback, Some(delivered.clone()));
    assert_eq!(store.list(&JobFilter::default()).await.unwrap()[0].job.callback, Some(delivered.clone()));
    assert!(store.replace_callback(&id, Some(&delivered), None).await.unwrap());
    assert_eq!(store.get(&id).await.unwrap().job.callback, None);
    store.delete(&id).await.unwrap();
    let gone = store.replace_callback(&id, None, Some(callback())).await;
    assert!(matches!(gone, Err(JobStoreError::JobNotFound(_))));
}

/// Of several senders that saw the same callback one gets the attempt.
pub async fn of_concurrent_callback_claims_one_succeeds(store: &dyn JobStore) {
    let id = submit(store, single()).await;
    store.replace_callback(&id, None, Some(callback())).await.unwrap();
    let claimed = Callback { attempts: 1, ..callback() };
    let seen = callback();
    let claim = || store.replace_callback(&id, Some(&seen), Some(claimed.clone()));
    let claims = tokio::join!(claim(), claim(), claim());
    let won = [claims.0, claims.1, claims.2].into_iter().filter(|won| *won.as_ref().unwrap()).count();
    assert_eq!(won, 1);
}

/// A job that runs again announces its next end as a new event.
pub async fn a_retry_rearms_the_callback(store: &dyn JobStore) {
    let id = submit(store, single()).await;
    store.replace_callback(&id, None, Some(callback())).await.unwrap();
    store.cancel(&id).await.unwrap();
    let sent = Callback { attempts: 3, state: CallbackState::Delivered, ..callback() };
    store.replace_callback(&id, Some(&callback()), Some(sent.clone())).await.unwrap();
    store.retry(&id, None).await.unwrap();
    let rearmed = store.get(&id).await.unwrap().job.callback;
    assert_eq!(rearmed, Some(Callback { event: 2, ..callback() }));
    assert!(!store.replace_callback(&id, Some(&sent), None).await.unwrap());
}

/// The backlog counts tasks by stage and status, over all jobs.
pub async fn the_backlog_counts_what_waits_and_runs(store: &dyn JobStore) {
    assert!(store.backlog().await.unwrap().is_empty());
    let id = submit(store, chain()).await;
    store.create(chain()).await.unwrap();
    let counts = |backlog: Vec<StageBacklog>| -> Vec<(String, u64, u64, u64)> {
        backlog.into_iter().map(|line| (line.stage.0, line.blocked, line.ready, line.running)).collect()
    };
    let [first, second] = ["first", "second"].map(str::to_owned);
    let before = store.backlog().await.unwrap();
    assert!(before[0].oldest_ready.is_some_and(|waited| waited < LONG), "{before:?}");
    assert_eq!(counts(before), [(first.clone(), 1, 1, 0), (second.clone(), 2, 0, 0)]);
    let claim = claim(store, &id).await;
    let during = store.backlog().await.unwrap();
    assert_eq!(during[0].oldest_ready, None);
    assert_eq!(counts(during), [(first.clone(), 1, 0, 1), (second.clone(), 2, 0, 0)]);
    store.commit(&claim.id, claim.token, done()).await.unwrap();
    assert_eq!(counts(store.backlog().await.unwrap()), [(first, 1, 0, 0), (second, 2, 0, 0)]);
}

/// What failed or was cancelled holds nobody up.
pub async fn the_backlog_leaves_out_what_is_final(store: &dyn JobStore) {
    let cancelled = submit(store, chain()).await;
    store.cancel(&cancelled).await.unwrap();
    let broken = submit(store, chain()).await;
    finish(store, &broken, failed(false, Duration::ZERO)).await;
    let complete = submit(store, single()).await;
    finish(store, &complete, done()).await;
    assert_eq!(store.backlog().await.unwrap(), []);
}

/// A wait that nothing ends is over when its time is up.
pub async fn a_wait_returns_when_its_time_is_up(store: &dyn JobStore) {
    store.wait_for_work(Duration::ZERO).await;
    store.wait_for_work(Duration::from_millis(1)).await;
}

/// A wait ends soon after there is something to do, long before its time is up.
pub async fn a_wait_ends_when_work_comes(store: &dyn JobStore) {
    let waited = async { tokio::time::timeout(Duration::from_secs(30), store.wait_for_work(LONG)).await };
    let (waited, _) = tokio::join!(waited, submit(store, single()));
    assert!(waited.is_ok(), "the wait did not end");
}
