//! Rules about creating, reading, listing and deleting jobs.

use futures::future::join_all;
use serde_json::{Value, json};

use super::fixture::{chain, claim, done, fan, finish, single, submit};
use crate::id::{JobId, ViewId};
use crate::job::{JobInput, JobStatus, NewJob, TaskStatus, TransitionError};
use crate::job_store::{JobFilter, JobStore, JobStoreError};

fn keyed(key: &str) -> NewJob {
    NewJob { idempotency_key: Some(key.to_owned()), ..single() }
}

/// A new job is PENDING and its tasks are NEW; stages that fan out have none yet.
pub async fn a_new_job_waits_with_all_its_stages(store: &dyn JobStore) {
    let created = store.create(fan()).await.unwrap();
    assert!(created.is_new);
    assert_eq!(created.view.status, JobStatus::Pending);
    let stages = &created.view.job.stages;
    assert_eq!(super::fixture::names(stages.iter().map(|task| &task.key)), ["split", "join"]);
    assert!(stages.iter().all(|task| task.status == TaskStatus::New && task.attempt == 0));
}

/// A second creation with the same key finds the first job, whatever else it says.
pub async fn an_idempotency_key_finds_the_first_job(store: &dyn JobStore) {
    let first = store.create(keyed("paper 1")).await.unwrap();
    let second = store.create(NewJob { priority: 9, ..keyed("paper 1") }).await.unwrap();
    assert!(!second.is_new);
    assert_eq!(second.view, first.view);
    assert_eq!(store.list(&JobFilter::default()).await.unwrap().len(), 1);
}

/// Other keys, and no key at all, make jobs of their own.
pub async fn another_key_makes_another_job(store: &dyn JobStore) {
    for new in [keyed("a"), keyed("b"), keyed("../a/\0 ü"), single(), single()] {
        assert!(store.create(new).await.unwrap().is_new);
    }
    assert_eq!(store.list(&JobFilter::default()).await.unwrap().len(), 5);
}

/// Of many creations at once with one key, one makes the job and the others find it.
pub async fn concurrent_creations_with_one_key_make_one_job(store: &dyn JobStore) {
    let created = join_all((0..8).map(|_| store.create(keyed("same")))).await;
    let created: Vec<_> = created.into_iter().map(Result::unwrap).collect();
    assert_eq!(created.iter().filter(|created| created.is_new).count(), 1);
    assert!(created.iter().all(|other| other.view.job.job_id == created[0].view.job.job_id));
}

/// A job may start from any value, whatever form and characters it has.
pub async fn any_input_is_kept(store: &dyn JobStore) {
    let odd = json!({ "a\0b": ["\0", "␀0", { "schema": 1 }], "value": null });
    for value in [json!("text"), json!(7), json!([]), json!({ "value": 1 }), json!({ "schema": "x" }), odd] {
        let input = JobInput::new(&value).unwrap();
        let created = store.create(NewJob { input: input.clone(), ..single() }).await.unwrap();
        let read = store.get(&created.view.job.job_id).await.unwrap().job.input;
        assert_eq!(read, input);
        assert_eq!(read.get::<Value>(), Some(value));
    }
}

/// What is read is what was stored, field for field.
pub async fn a_job_reads_back_as_it_was_created(store: &dyn JobStore) {
    let new = NewJob { priority: -3, max_attempts: 7, ..keyed("k") };
    let created = store.create(new.clone()).await.unwrap().view;
    let read = store.get(&created.job.job_id).await.unwrap();
    assert_eq!(read, created);
    assert_eq!(read.job.input, new.input);
    assert_eq!(read.job.options, new.options);
    assert_eq!(read.job.plan, new.plan);
    assert_eq!((read.job.priority, read.job.max_attempts), (-3, 7));
    assert_eq!(read.job.idempotency_key.as_deref(), Some("k"));
}

/// A job that was never created is `JobNotFound`, for whatever is asked of it.
pub async fn an_unknown_job_is_not_found(store: &dyn JobStore) {
    let id = JobId::from_bytes([7; 16]);
    let is_not_found = |error| matches!(error, JobStoreError::JobNotFound(ref missing) if *missing == id);
    assert!(store.get(&id).await.is_err_and(is_not_found));
    assert!(store.cancel(&id).await.is_err_and(is_not_found));
    assert!(store.retry(&id, None).await.is_err_and(is_not_found));
    assert!(store.delete(&id).await.is_err_and(is_not_found));
}

/// A view-only link finds its own job among others, and nothing once that is deleted; a job's id is no view of it.
pub async fn a_view_finds_its_own_job(store: &dyn JobStore) {
    let first = store.create(single()).await.unwrap().view;
    store.create(single()).await.unwrap();
    let view = ViewId::from_job(&first.job.job_id);
    assert_eq!(store.find_by_view(&view).await.unwrap(), Some(first.clone()));
    let id: ViewId = first.job.job_id.as_str().parse().unwrap();
    assert_eq!(store.find_by_view(&id).await.unwrap(), None);
    store.cancel(&first.job.job_id).await.unwrap();
    store.delete(&first.job.job_id).await.unwrap();
    assert_eq!(store.find_by_view(&view).await.unwrap(), None);
}

/// Lists put the newest job first.
pub async fn a_list_is_newest_first(store: &dyn JobStore) {
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(store.create(single()).await.unwrap().view.job.job_id);
    }
    let listed = store.list(&JobFilter::default()).await.unwrap();
    assert!(listed.is_sorted_by_key(|view| std::cmp::Reverse(view.job.created_at)));
    let mut found: Vec<JobId> = listed.into_iter().map(|view| view.job.job_id).collect();
    found.sort();
    ids.sort();
    assert_eq!(found, ids);
}

/// Lists hold only the statuses that were asked for, finished jobs among them.
pub async fn a_list_filters_by_status(store: &dyn JobStore) {
    let over = submit(store, single()).await;
    finish(store, &over, done()).await;
    let waiting = submit(store, single()).await;
    let cancelled = submit(store, single()).await;
    store.cancel(&cancelled).await.unwrap();
    for (status, id) in
        [(JobStatus::Completed, &over), (JobStatus::Pending, &waiting), (JobStatus::Cancelled, &cancelled)]
    {
        let filter = JobFilter { statuses: vec![status], ..JobFilter::default() };
        let found = store.list(&filter).await.unwrap();
        assert_eq!(found.len(), 1, "{status}");
        assert_eq!((found[0].status, &found[0].job.job_id), (status, id));
    }
    let both =
        JobFilter { statuses: vec![JobStatus::Completed, JobStatus::Cancelled], ..JobFilter::default() };
    assert_eq!(store.list(&both).await.unwrap().len(), 2);
}

/// The pages of a list are disjoint and together are the whole list.
pub async fn a_list_is_paged(store: &dyn JobStore) {
    for _ in 0..5 {
        store.create(single()).await.unwrap();
    }
    let whole = store.list(&JobFilter::default()).await.unwrap();
    let mut paged = Vec::new();
    for offset in [0, 2, 4, 6] {
        let filter = JobFilter { offset, limit: Some(2), ..JobFilter::default() };
        paged.extend(store.list(&filter).await.unwrap());
    }
    assert_eq!(paged, whole);
}

/// A job that is over can be removed; then it is not found.
pub async fn a_finished_job_is_deleted(store: &dyn JobStore) {
    let id = submit(store, single()).await;
    finish(store, &id, done()).await;
    store.delete(&id).await.unwrap();
    assert!(matches!(store.get(&id).await, Err(JobStoreError::JobNotFound(_))));
    assert!(store.list(&JobFilter::default()).await.unwrap().is_empty());
}

/// A job that may still change cannot be removed.
pub async fn an_active_job_is_not_deleted(store: &dyn JobStore) {
    let id = submit(store, chain()).await;
    claim(store, &id).await;
    let refused = store.delete(&id).await.unwrap_err();
    assert!(
        matches!(
            refused,
            JobStoreError::Refused { source: TransitionError::StillActive(JobStatus::Running), .. }
        ),
        "{refused}"
    );
    assert!(store.get(&id).await.is_ok());
}

/// Once a job is removed, its key makes a new one.
pub async fn a_deleted_key_may_be_used_again(store: &dyn JobStore) {
    let first = submit(store, keyed("again")).await;
    store.cancel(&first).await.unwrap();
    store.delete(&first).await.unwrap();
    let second = store.create(keyed("again")).await.unwrap();
    assert!(second.is_new);
    assert_ne!(second.view.job.job_id, first);
}
