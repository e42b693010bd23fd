//! Rules about leases that run out.

use std::time::Duration;

use super::attempts::is_lease_lost;
use super::fixture::{LONG, claim, claim_for, done, single, submit, task};
use crate::job::{AttemptEnd, JobStatus, NewJob, Renewal, TaskStatus};
use crate::job_store::JobStore;

/// Recovery leaves a lease alone that has not run out.
pub async fn a_living_lease_is_left_alone(store: &dyn JobStore) {
    let id = submit(store, single()).await;
    let claim = claim(store, &id).await;
    assert!(store.recover().await.unwrap().is_empty());
    assert!(store.commit(&claim.id, claim.token, done()).await.is_ok());
}

/// Recovery makes a task READY whose lease ran out, and writes that to its history.
pub async fn an_expired_lease_is_taken_back(store: &dyn JobStore) {
    let id = submit(store, single()).await;
    let lapsed = claim_for(store, &id, Duration::ZERO).await;
    assert_eq!(store.recover().await.unwrap(), std::slice::from_ref(&lapsed.id));
    let stored = task(store, &lapsed.id).await;
    assert_eq!((stored.status, stored.attempt), (TaskStatus::Ready, 1));
    assert!(stored.lease.is_none());
    let last = stored.history.last().unwrap();
    assert_eq!((last.end, last.token), (AttemptEnd::LeaseExpired, lapsed.token));
    assert_eq!(claim(store, &id).await.token, lapsed.token.next());
}

/// A job is INTERRUPTED from when a lease ran out until somebody takes the task.
pub async fn an_expired_job_is_interrupted(store: &dyn JobStore) {
    let id = submit(store, single()).await;
    claim_for(store, &id, Duration::ZERO).await;
    assert_eq!(store.get(&id).await.unwrap().status, JobStatus::Interrupted);
    store.recover().await.unwrap();
    assert_eq!(store.get(&id).await.unwrap().status, JobStatus::Interrupted);
    claim(store, &id).await;
    assert_eq!(store.get(&id).await.unwrap().status, JobStatus::Running);
}

/// A renewal prolongs the lease from now on.
pub async fn a_renewed_lease_is_not_taken_back(store: &dyn JobStore) {
    let id = submit(store, single()).await;
    let claim = claim_for(store, &id, Duration::ZERO).await;
    assert_eq!(store.renew(&claim.id, claim.token, LONG).await.unwrap(), Renewal::Renewed);
    assert!(store.recover().await.unwrap().is_empty());
    assert_eq!(store.get(&id).await.unwrap().status, JobStatus::Running);
}

/// Late work that nobody else has taken over is not thrown away.
pub async fn an_expired_lease_that_was_not_taken_back_still_commits(store: &dyn JobStore) {
    let id = submit(store, single()).await;
    let claim = claim_for(store, &id, Duration::ZERO).await;
    assert!(store.commit(&claim.id, claim.token, done()).await.is_ok());
    assert!(store.recover().await.unwrap().is_empty());
}

/// Once a lease was taken back its outcome does not count, before and after somebody else has the task.
pub async fn stale_lease_is_fenced(store: &dyn JobStore) {
    let id = submit(store, single()).await;
    let stale = claim_for(store, &id, Duration::ZERO).await;
    store.recover().await.unwrap();
    assert!(is_lease_lost(&store.commit(&stale.id, stale.token, done()).await));
    // The same worker again: its name must not help it.
    let fresh = claim(store, &id).await;
    assert!(is_lease_lost(&store.commit(&stale.id, stale.token, done()).await));
    assert_eq!(task(store, &fresh.id).await.status, TaskStatus::Running);
    assert!(store.commit(&fresh.id, fresh.token, done()).await.is_ok());
}

/// Once a lease was taken back, its worker hears so when it renews.
pub async fn stale_renewal_is_lost(store: &dyn JobStore) {
    let id = submit(store, single()).await;
    let stale = claim_for(store, &id, Duration::ZERO).await;
    store.recover().await.unwrap();
    assert_eq!(store.renew(&stale.id, stale.token, LONG).await.unwrap(), Renewal::Lost);
    let fresh = claim(store, &id).await;
    assert_eq!(store.renew(&stale.id, stale.token, LONG).await.unwrap(), Renewal::Lost);
    assert_eq!(store.renew(&fresh.id, fresh.token, LONG).await.unwrap(), Renewal::Renewed);
}

/// A task whose workers keep dying ends in ERROR.
pub async fn expiries_use_up_attempts(store: &dyn JobStore) {
    let id = submit(store, NewJob { max_attempts: 2, ..single() }).await;
    for _ in 0..2 {
        claim_for(store, &id, Duration::ZERO).await;
        assert_eq!(store.recover().await.unwrap().len(), 1);
    }
    assert_eq!(store.get(&id).await.unwrap().status, JobStatus::Failed);
    assert!(store.recover().await.unwrap().is_empty());
}

/// Recovery moves only what runs: never a task that waits or is done.
pub async fn recovery_finishes_nothing(store: &dyn JobStore) {
    let id = submit(store, super::fixture::chain()).await;
    assert!(store.recover().await.unwrap().is_empty());
    super::fixture::finish(store, &id, done()).await;
    let before = store.get(&id).await.unwrap();
    assert!(store.recover().await.unwrap().is_empty());
    assert_eq!(store.get(&id).await.unwrap(), before);
}
