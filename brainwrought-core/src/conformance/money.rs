//! Rules about what a job may spend.

use std::time::Duration;

use futures::future::join_all;

use super::attempts::is_lease_lost;
use super::fixture::{
    chain, claim, claim_all, claim_for, done, done_with, failed, fan, finish, single, submit,
};
use crate::budget::{Charge, Cost};
use crate::id::{JobId, StageName};
use crate::job::{Ledger, LedgerEntry, NewJob, TransitionError};
use crate::job_store::{JobStore, JobStoreError};

fn charge(provider: &str, most: u64) -> Charge {
    Charge { provider: provider.to_owned(), most: Cost(most) }
}

fn limited(new: NewJob, most: u64) -> NewJob {
    NewJob { max_cost: Some(Cost(most)), ..new }
}

fn entry(stage: &str, provider: &str, settled: u64, reserved: u64, calls: u64) -> LedgerEntry {
    let (settled, reserved) = (Cost(settled), Cost(reserved));
    LedgerEntry { stage: StageName::from(stage), provider: provider.to_owned(), settled, reserved, calls }
}

async fn ledger(store: &dyn JobStore, id: &JobId) -> Ledger {
    store.get(id).await.unwrap().job.ledger
}

/// What is set aside and settled is added up by stage and provider, and sorted by both.
pub async fn spending_is_added_up_by_stage_and_provider(store: &dyn JobStore) {
    let id = submit(store, chain()).await;
    let first = claim(store, &id).await;
    assert!(first.job.ledger.is_empty());
    for (provider, most, cost) in [("z/\0late", 10, 4), ("a/early", 20, 20), ("z/\0late", 10, 7)] {
        let charge = charge(provider, most);
        store.reserve(&first.id, first.token, &charge).await.unwrap();
        store.settle(&first.id, first.token, &charge, Cost(cost)).await.unwrap();
    }
    store.commit(&first.id, first.token, done()).await.unwrap();
    store.advance().await.unwrap();
    let second = claim(store, &id).await;
    store.reserve(&second.id, second.token, &charge("a/early", 5)).await.unwrap();
    let expected = Ledger {
        max_cost: None,
        entries: vec![
            entry("first", "a/early", 20, 0, 1),
            entry("first", "z/\0late", 11, 0, 2),
            entry("second", "a/early", 0, 5, 1),
        ],
    };
    assert_eq!(ledger(store, &id).await, expected);
    assert_eq!(second.job.ledger.settled(), Cost(31));
}

/// The limit holds to the last millionth, over all stages; what is refused changes nothing.
pub async fn a_limit_is_not_passed(store: &dyn JobStore) {
    let id = submit(store, limited(single(), 100)).await;
    let claim = claim(store, &id).await;
    assert_eq!(claim.job.ledger.max_cost, Some(Cost(100)));
    store.reserve(&claim.id, claim.token, &charge("a/1", 60)).await.unwrap();
    let refused = store.reserve(&claim.id, claim.token, &charge("b/1", 41)).await.unwrap_err();
    let JobStoreError::Refused {
        source: TransitionError::LimitReached { provider, most, spent, limit }, ..
    } = refused
    else {
        panic!("refused for another reason: {refused}");
    };
    assert_eq!((provider.as_str(), most, spent, limit), ("b/1", Cost(41), Cost(60), Cost(100)));
    assert_eq!(ledger(store, &id).await.entries, [entry("work", "a/1", 0, 60, 1)]);
    store.reserve(&claim.id, claim.token, &charge("b/1", 40)).await.unwrap();
    assert_eq!(ledger(store, &id).await.spent(), Cost(100));
    let far = store.reserve(&claim.id, claim.token, &charge("b/1", u64::MAX)).await;
    assert!(matches!(far, Err(JobStoreError::Refused { .. })));
}

/// Settling a call frees what it did not cost.
pub async fn settling_frees_the_rest(store: &dyn JobStore) {
    let id = submit(store, limited(single(), 100)).await;
    let claim = claim(store, &id).await;
    let dear = charge("a/1", 90);
    store.reserve(&claim.id, claim.token, &dear).await.unwrap();
    assert!(store.reserve(&claim.id, claim.token, &dear).await.is_err());
    store.settle(&claim.id, claim.token, &dear, Cost(10)).await.unwrap();
    store.reserve(&claim.id, claim.token, &dear).await.unwrap();
    // The provider took more than anybody reckoned with: the money is gone, and the books say so.
    store.settle(&claim.id, claim.token, &dear, Cost(95)).await.unwrap();
    assert_eq!(ledger(store, &id).await.entries, [entry("work", "a/1", 105, 0, 2)]);
    assert!(store.reserve(&claim.id, claim.token, &charge("a/1", 1)).await.is_err());
}

/// However many workers spend at once, together they do not pass the limit, and what was promised to them is theirs.
pub async fn concurrent_spending_never_passes_the_limit(store: &dyn JobStore) {
    let id = submit(store, limited(fan(), 1_000)).await;
    finish(store, &id, done_with(12)).await;
    let claims = claim_all(store, &id).await;
    let spend = claims.iter().enumerate().map(|(n, claim)| async move {
        let mut kept = 0;
        let charge = charge(if n.is_multiple_of(2) { "a/1" } else { "b/1" }, 70);
        for round in 0..4_u64 {
            if store.reserve(&claim.id, claim.token, &charge).await.is_err() {
                continue;
            }
            kept += 70;
            if round.is_multiple_of(2) {
                store.settle(&claim.id, claim.token, &charge, Cost(30)).await.unwrap();
                kept -= 40;
            }
        }
        kept
    });
    let kept: u64 = join_all(spend).await.into_iter().sum();
    let ledger = ledger(store, &id).await;
    assert_eq!(ledger.spent(), Cost(kept));
    assert!(kept <= 1_000 && kept > 1_000 - 70, "{kept}");
}

/// A token that no longer holds neither sets aside nor settles; what its holder had set aside stays so.
pub async fn a_stale_token_spends_nothing(store: &dyn JobStore) {
    let id = submit(store, single()).await;
    let old = claim_for(store, &id, Duration::ZERO).await;
    let open = charge("a/1", 30);
    store.reserve(&old.id, old.token, &open).await.unwrap();
    store.recover().await.unwrap();
    let before = ledger(store, &id).await;
    assert!(is_lease_lost(&store.reserve(&old.id, old.token, &open).await));
    assert!(is_lease_lost(&store.settle(&old.id, old.token, &open, Cost(1)).await));
    let fresh = claim(store, &id).await;
    assert!(is_lease_lost(&store.settle(&old.id, old.token, &open, Cost(1)).await));
    assert!(is_lease_lost(&store.reserve(&fresh.id, fresh.token.next(), &open).await));
    assert_eq!(ledger(store, &id).await, before);
    assert_eq!(before.entries, [entry("work", "a/1", 0, 30, 1)]);
}

/// Nobody spends for a job that is not there, or that was cancelled.
pub async fn a_job_that_is_over_spends_nothing(store: &dyn JobStore) {
    let id = submit(store, single()).await;
    let claim = claim(store, &id).await;
    store.cancel(&id).await.unwrap();
    assert!(is_lease_lost(&store.reserve(&claim.id, claim.token, &charge("a/1", 1)).await));
    store.delete(&id).await.unwrap();
    let gone = store.reserve(&claim.id, claim.token, &charge("a/1", 1)).await;
    assert!(matches!(gone, Err(JobStoreError::JobNotFound(_))));
    let gone = store.settle(&claim.id, claim.token, &charge("a/1", 1), Cost(1)).await;
    assert!(matches!(gone, Err(JobStoreError::JobNotFound(_))));
    assert!(matches!(store.limit_cost(&id, None).await, Err(JobStoreError::JobNotFound(_))));
}

/// A limit can be raised, lowered and lifted. What was spent stays spent, also through a retry.
pub async fn a_raised_limit_lets_a_job_go_on(store: &dyn JobStore) {
    let id = submit(store, limited(single(), 50)).await;
    let broke = claim(store, &id).await;
    let dear = charge("a/1", 40);
    store.reserve(&broke.id, broke.token, &dear).await.unwrap();
    assert!(store.reserve(&broke.id, broke.token, &dear).await.is_err());
    store.commit(&broke.id, broke.token, failed(false, Duration::ZERO)).await.unwrap();
    let view = store.limit_cost(&id, Some(Cost(80))).await.unwrap();
    assert_eq!(view.job.ledger.max_cost, Some(Cost(80)));
    let view = store.retry(&id, None).await.unwrap();
    assert_eq!(view.job.ledger.entries, [entry("work", "a/1", 0, 40, 1)]);
    store.advance().await.unwrap();
    let again = claim(store, &id).await;
    store.reserve(&again.id, again.token, &dear).await.unwrap();
    store.limit_cost(&id, Some(Cost(10))).await.unwrap();
    assert!(store.reserve(&again.id, again.token, &charge("a/1", 1)).await.is_err());
    store.settle(&again.id, again.token, &dear, Cost(39)).await.unwrap();
    assert_eq!(store.limit_cost(&id, None).await.unwrap().job.ledger.max_cost, None);
    store.reserve(&again.id, again.token, &charge("a/1", 1_000)).await.unwrap();
    assert_eq!(ledger(store, &id).await.entries, [entry("work", "a/1", 39, 1_040, 3)]);
}
