//! Rules about what becomes READY, and who gets it.

use std::collections::BTreeSet;

use futures::future::join_all;

use super::fixture::{
    LONG, any, chain, claim, claim_all, done, done_with, fan, finish, names, request, single, submit, task,
};
use crate::id::{JobId, StageName};
use crate::job::{JobStatus, NewJob, TaskStatus};
use crate::job_store::{ClaimRequest, JobStore, JobStoreError};

/// Only tasks whose needs are all DONE become READY.
pub async fn only_fed_tasks_become_ready(store: &dyn JobStore) {
    let id = store.create(chain()).await.unwrap().view.job.job_id;
    let moved = store.advance().await.unwrap();
    assert_eq!(names(moved.iter().map(|id| &id.key)), ["first"]);
    let view = store.get(&id).await.unwrap();
    let statuses: Vec<_> = view.job.stages.iter().map(|task| task.status).collect();
    assert_eq!(statuses, [TaskStatus::Ready, TaskStatus::New]);
}

/// Advancing is idempotent.
pub async fn advancing_twice_moves_nothing(store: &dyn JobStore) {
    submit(store, chain()).await;
    assert!(store.advance().await.unwrap().is_empty());
}

/// Once the source of a fan-out is DONE, there is one task for each item, in order.
pub async fn a_stage_fans_out_over_items(store: &dyn JobStore) {
    let id = submit(store, fan()).await;
    finish(store, &id, done_with(3)).await;
    let job = store.get(&id).await.unwrap().job;
    assert_eq!(
        names(job.stages.iter().map(|task| &task.key)),
        ["split", "speak[0]", "speak[1]", "speak[2]", "draw[0]", "draw[1]", "draw[2]", "join"]
    );
}

/// Inside a fan-out, a segment goes on without waiting for the others; what gathers waits for all.
pub async fn a_fan_chain_needs_only_its_own_segment(store: &dyn JobStore) {
    let id = submit(store, fan()).await;
    finish(store, &id, done_with(2)).await;
    let spoken = claim_all(store, &id).await;
    assert_eq!(names(spoken.iter().map(|claim| &claim.id.key)), ["speak[0]", "speak[1]"]);
    store.commit(&spoken[1].id, spoken[1].token, done()).await.unwrap();
    assert_eq!(names(store.advance().await.unwrap().iter().map(|id| &id.key)), ["draw[1]"]);
    finish(store, &id, done()).await;
    store.commit(&spoken[0].id, spoken[0].token, done()).await.unwrap();
    assert_eq!(names(store.advance().await.unwrap().iter().map(|id| &id.key)), ["draw[0]"]);
    finish(store, &id, done()).await;
    assert_eq!(finish(store, &id, done()).await.id.key.to_string(), "join");
    assert_eq!(store.get(&id).await.unwrap().status, JobStatus::Completed);
}

/// A fan-out over no items holds nothing up.
pub async fn a_fan_over_nothing_is_done(store: &dyn JobStore) {
    let id = submit(store, fan()).await;
    finish(store, &id, done_with(0)).await;
    assert_eq!(finish(store, &id, done()).await.id.key.to_string(), "join");
    assert_eq!(store.get(&id).await.unwrap().status, JobStatus::Completed);
}

/// A NEW task is nobody's.
pub async fn nothing_is_claimed_before_it_is_ready(store: &dyn JobStore) {
    store.create(single()).await.unwrap();
    assert!(store.claim(&any()).await.unwrap().is_empty());
}

/// A claim hands out the job as it now is: RUNNING task, first token, first attempt, the worker's name.
pub async fn a_claim_carries_job_token_and_lease(store: &dyn JobStore) {
    let id = submit(store, single()).await;
    let claim = claim(store, &id).await;
    assert_eq!(claim.id.job, id);
    assert_eq!(claim.token.0, 1);
    let lent = claim.job.task(&claim.id.key).unwrap();
    assert_eq!((lent.status, lent.attempt, lent.token), (TaskStatus::Running, 1, claim.token));
    let lease = lent.lease.as_ref().unwrap();
    assert_eq!((lease.worker.0.as_str(), lease.token), ("tester", claim.token));
    assert_eq!(*lent, task(store, &claim.id).await);
    assert_eq!(store.get(&id).await.unwrap().status, JobStatus::Running);
}

/// A task that runs is not lent to another.
pub async fn a_claimed_task_is_not_claimed_again(store: &dyn JobStore) {
    let id = submit(store, single()).await;
    claim(store, &id).await;
    assert!(store.claim(&any()).await.unwrap().is_empty());
}

/// No more tasks are lent than were asked for, across jobs too.
pub async fn a_claim_is_limited(store: &dyn JobStore) {
    for _ in 0..3 {
        submit(store, single()).await;
    }
    assert_eq!(store.claim(&ClaimRequest { limit: 2, ..any() }).await.unwrap().len(), 2);
    assert_eq!(store.claim(&ClaimRequest { limit: 2, ..any() }).await.unwrap().len(), 1);
}

/// Who asks for none gets none.
pub async fn a_claim_of_none_gets_none(store: &dyn JobStore) {
    let id = submit(store, single()).await;
    assert!(store.claim(&ClaimRequest { limit: 0, ..any() }).await.unwrap().is_empty());
    assert_eq!(claim(store, &id).await.token.0, 1);
}

/// A worker gets only the stages it can do.
pub async fn a_claim_is_filtered_by_stage(store: &dyn JobStore) {
    submit(store, chain()).await;
    let only = |name: &str| ClaimRequest { stages: Some(vec![StageName::from(name)]), ..any() };
    assert!(store.claim(&only("second")).await.unwrap().is_empty());
    assert!(store.claim(&ClaimRequest { stages: Some(Vec::new()), ..any() }).await.unwrap().is_empty());
    assert_eq!(store.claim(&only("first")).await.unwrap().len(), 1);
}

/// A process that was started for one job gets only its tasks.
pub async fn a_claim_is_filtered_by_job(store: &dyn JobStore) {
    submit(store, single()).await;
    let mine = submit(store, single()).await;
    let claims = store.claim(&request(&mine)).await.unwrap();
    assert_eq!(claims.len(), 1);
    assert_eq!(claims[0].id.job, mine);
}

/// Jobs of higher priority are lent first, however young.
pub async fn higher_priority_is_claimed_first(store: &dyn JobStore) {
    for priority in [0, i32::MIN, 5, i32::MAX] {
        submit(store, NewJob { priority, ..single() }).await;
    }
    let claims = store.claim(&any()).await.unwrap();
    let order: Vec<i32> = claims.iter().map(|claim| claim.job.priority).collect();
    assert_eq!(order, [i32::MAX, 5, 0, i32::MIN]);
}

/// A priority that is changed counts from then on, for tasks that are ready and for those that come.
pub async fn a_changed_priority_counts(store: &dyn JobStore) {
    let mut ids = Vec::new();
    for priority in [-5, 5, 0] {
        ids.push(submit(store, NewJob { priority, ..single() }).await);
    }
    let changed = store.prioritize(&ids[0], i32::MAX).await.unwrap();
    assert_eq!(changed.job.priority, i32::MAX);
    store.prioritize(&ids[1], i32::MIN).await.unwrap();
    let claims = store.claim(&any()).await.unwrap();
    let order: Vec<&JobId> = claims.iter().map(|claim| &claim.id.job).collect();
    assert_eq!(order, [&ids[0], &ids[2], &ids[1]]);
    assert_eq!(store.get(&ids[1]).await.unwrap().job.priority, i32::MIN);
    let unknown = JobId::random().unwrap();
    let missing = store.prioritize(&unknown, 1).await;
    assert!(matches!(missing, Err(JobStoreError::JobNotFound(_))), "{missing:?}");
}

/// Of equal priority, older jobs are lent first.
pub async fn older_jobs_are_claimed_first(store: &dyn JobStore) {
    for _ in 0..6 {
        submit(store, single()).await;
    }
    let mut order = Vec::new();
    while let Some(claim) = store.claim(&ClaimRequest { limit: 1, ..any() }).await.unwrap().pop() {
        order.push(claim.job.created_at);
    }
    assert_eq!(order.len(), 6);
    assert!(order.is_sorted());
}

/// Within a job, tasks are lent in the order of the plan, then of the segments.
pub async fn segments_are_claimed_in_order(store: &dyn JobStore) {
    let id = submit(store, fan()).await;
    finish(store, &id, done_with(12)).await;
    let claims = store.claim(&ClaimRequest { limit: 11, ..request(&id) }).await.unwrap();
    let segments: Vec<u32> = claims.iter().filter_map(|claim| claim.id.key.segment).collect();
    assert_eq!(segments, (0..11).collect::<Vec<_>>());
}

/// However many ask at once, each task is lent to one.
pub async fn concurrent_claimers_never_share_a_task(store: &dyn JobStore) {
    let id = submit(store, fan()).await;
    finish(store, &id, done_with(20)).await;
    let asks = (0..10).map(|_| async {
        store.claim(&ClaimRequest { limit: 3, lease: LONG, ..request(&id) }).await.unwrap()
    });
    let claims: Vec<_> = join_all(asks).await.into_iter().flatten().collect();
    let distinct: BTreeSet<_> = claims.iter().map(|claim| claim.id.clone()).collect();
    assert_eq!((claims.len(), distinct.len()), (20, 20));
}
