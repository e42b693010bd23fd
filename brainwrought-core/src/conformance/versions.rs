//! Rules about jobs of other pipelines, and of other versions of one.

use super::fixture::{
    any, chain, claim, done, done_with, fan, finish, names, new_job, request, single, submit, task,
};
use crate::clock::Timestamp;
use crate::id::StageName;
use crate::job::{JobStatus, NewJob, Outcome, TaskStatus};
use crate::job_store::{ClaimRequest, JobFilter, JobStore, JobStoreError};

/// `fan` with a stage less in front of `join` and one more behind it.
fn other_fan() -> NewJob {
    new_job(&[
        ("split", &[], None),
        ("speak", &["split"], Some("split")),
        ("join", &["split", "speak"], None),
        ("seal", &["join"], None),
    ])
}

/// A worker gets only tasks of pipelines that it has.
pub async fn a_claim_is_filtered_by_pipeline(store: &dyn JobStore) {
    submit(store, NewJob { pipeline: "foreign".to_owned(), ..single() }).await;
    let mine = submit(store, single()).await;
    let having = |pipelines: &[&str]| ClaimRequest {
        pipelines: Some(pipelines.iter().map(|name| (*name).to_owned()).collect()),
        ..any()
    };
    assert!(store.claim(&having(&[])).await.unwrap().is_empty());
    assert!(store.claim(&having(&["neither"])).await.unwrap().is_empty());
    let claims = store.claim(&having(&["neither", "test"])).await.unwrap();
    assert_eq!(claims.iter().map(|claim| &claim.id.job).collect::<Vec<_>>(), [&mine]);
    assert!(store.claim(&having(&["test"])).await.unwrap().is_empty());
    assert_eq!(store.claim(&having(&["foreign"])).await.unwrap().len(), 1);
}

/// A worker gets no task of a job that it leaves to others.
pub async fn a_claim_leaves_out_jobs(store: &dyn JobStore) {
    let left = submit(store, single()).await;
    let mine = submit(store, single()).await;
    let except = vec![left.clone()];
    assert!(
        store.claim(&ClaimRequest { except: except.clone(), ..request(&left) }).await.unwrap().is_empty()
    );
    let claims = store.claim(&ClaimRequest { except, ..any() }).await.unwrap();
    assert_eq!(claims.iter().map(|claim| &claim.id.job).collect::<Vec<_>>(), [&mine]);
    assert_eq!(store.claim(&any()).await.unwrap().len(), 1);
}

/// A task that a worker leaves to others is READY at once, does not count, and says why until it is claimed again.
pub async fn a_task_is_passed_over(store: &dyn JobStore) {
    let id = submit(store, single()).await;
    let first = claim(store, &id).await;
    let reason = "too \0 old".to_owned();
    store.commit(&first.id, first.token, Outcome::PassedOver { reason: reason.clone() }).await.unwrap();
    let left = task(store, &first.id).await;
    assert_eq!((left.status, left.attempt, left.history.len()), (TaskStatus::Ready, 0, 0));
    assert_eq!(left.passed_over, Some(reason));
    let again = claim(store, &id).await;
    let lent = again.job.task(&again.id.key).unwrap();
    assert_eq!((lent.attempt, &lent.passed_over), (1, &None));
    assert_eq!(*lent, task(store, &again.id).await);
    assert!(again.token > first.token);
}

/// A job half done goes on by another plan: what both have stays, and old workers are fenced.
pub async fn a_job_is_planned_anew(store: &dyn JobStore) {
    let id = submit(store, fan()).await;
    finish(store, &id, done_with(1)).await;
    finish(store, &id, done()).await;
    let drawing = claim(store, &id).await;
    assert_eq!(drawing.id.key.to_string(), "draw[0]");
    let view = store.replan(&id, &other_fan().plan).await.unwrap();
    assert_eq!(view, store.get(&id).await.unwrap());
    assert_eq!(view.job.plan, other_fan().plan);
    let keys = names(view.job.stages.iter().map(|task| &task.key));
    assert_eq!(keys, ["split", "speak[0]", "join", "seal"]);
    let refused = store.commit(&drawing.id, drawing.token, done()).await.unwrap_err();
    assert!(matches!(refused, JobStoreError::LeaseLost { .. }), "{refused:?}");
    store.advance().await.unwrap();
    let join = finish(store, &id, done()).await;
    assert!(join.token > drawing.token, "no token comes a second time");
    assert_eq!(finish(store, &id, done()).await.id.key.to_string(), "seal");
    assert_eq!(store.get(&id).await.unwrap().status, JobStatus::Completed);
}

/// The same plan again changes nothing; work goes on.
pub async fn the_same_plan_changes_nothing(store: &dyn JobStore) {
    let id = submit(store, chain()).await;
    let held = claim(store, &id).await;
    let view = store.replan(&id, &chain().plan).await.unwrap();
    assert_eq!(view.job, held.job);
    store.commit(&held.id, held.token, done()).await.unwrap();
}

/// Tasks that changed their place in the plan are lent in the order of the new one.
pub async fn a_new_plan_orders_tasks(store: &dyn JobStore) {
    let id = submit(store, new_job(&[("ink", &[], None), ("paper", &[], None)])).await;
    store.replan(&id, &new_job(&[("paper", &[], None), ("ink", &[], None)]).plan).await.unwrap();
    store.advance().await.unwrap();
    let claims = store.claim(&request(&id)).await.unwrap();
    assert_eq!(names(claims.iter().map(|claim| &claim.id.key)), ["paper", "ink"]);
}

/// Nobody plans a job that is not there.
pub async fn an_unknown_job_is_not_planned(store: &dyn JobStore) {
    let id = submit(store, single()).await;
    store.cancel(&id).await.unwrap();
    store.delete(&id).await.unwrap();
    let error = store.replan(&id, &chain().plan).await.unwrap_err();
    assert!(matches!(error, JobStoreError::JobNotFound(_)), "{error:?}");
}

/// Old jobs can be listed apart from those that have changed lately.
pub async fn a_list_is_filtered_by_the_last_change(store: &dyn JobStore) {
    let first = submit(store, single()).await;
    let since = store.get(&first).await.unwrap().job.updated_at;
    while store.get(&submit(store, chain()).await).await.unwrap().job.updated_at <= since {}
    let filter = |since| JobFilter { unchanged_since: Some(since), ..JobFilter::default() };
    let old = store.list(&filter(since)).await.unwrap();
    assert!(old.iter().any(|view| view.job.job_id == first));
    assert!(old.iter().all(|view| view.job.updated_at <= since));
    assert!(store.list(&filter(Timestamp(0))).await.unwrap().is_empty());
    finish(store, &first, done()).await;
    let after = store.get(&first).await.unwrap().job.updated_at;
    if after > since {
        assert!(store.list(&filter(since)).await.unwrap().iter().all(|view| view.job.job_id != first));
    }
    let from = StageName::from("work");
    store.retry(&first, Some(&from)).await.unwrap();
    assert!(store.list(&filter(Timestamp(u64::MAX >> 1))).await.unwrap().len() >= 2);
}
