//! Stages that are paused or limited in the whole fleet, and what people read with psql.

use std::time::Duration;

use brainwrought_core::id::StageName;
use brainwrought_core::job::{Failure, Outcome};
use brainwrought_core::job_store::JobStore;
use brainwrought_store::PostgresJobStore;
use futures::future::join_all;
use sqlx::{Connection as _, PgConnection};

use super::jobs::{ask, done, job, submit};
use brainwrought_testing::PostgresServer;

const LONG: Duration = Duration::from_secs(3600);

async fn open() -> (PostgresJobStore, String) {
    let url = PostgresServer::shared().await.database().await;
    (PostgresJobStore::connect(&url).await.unwrap(), url)
}

#[tokio::test]
async fn a_paused_stage_lends_nothing_anywhere_until_it_is_resumed() {
    let (store, url) = open().await;
    let other = PostgresJobStore::connect(&url).await.unwrap();
    submit(&store, job(&["speak", "draw"])).await;
    let speak = StageName::from("speak");
    other.pause_stage(&speak).await.unwrap();
    let lent = store.claim(&ask(10, LONG)).await.unwrap();
    assert_eq!(lent.iter().map(|claim| claim.id.key.to_string()).collect::<Vec<_>>(), ["draw"]);
    assert!(other.stage_controls().await.unwrap().iter().any(|control| control.paused));
    other.resume_stage(&speak).await.unwrap();
    assert_eq!(store.claim(&ask(10, LONG)).await.unwrap().len(), 1);
    assert!(other.stage_controls().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_running_task_goes_on_while_its_stage_is_paused() {
    let (store, _) = open().await;
    submit(&store, job(&["speak"])).await;
    let claim = store.claim(&ask(1, LONG)).await.unwrap().remove(0);
    store.pause_stage(&StageName::from("speak")).await.unwrap();
    assert!(store.commit(&claim.id, claim.token, done()).await.is_ok());
}

#[tokio::test]
async fn a_limit_holds_however_many_ask() {
    let (store, url) = open().await;
    for _ in 0..12 {
        submit(&store, job(&["render", "speak"])).await;
    }
    let render = StageName::from("render");
    store.limit_stage(&render, Some(3)).await.unwrap();
    let mut stores = Vec::new();
    for _ in 0..4 {
        stores.push(PostgresJobStore::connect(&url).await.unwrap());
    }
    let lent: Vec<_> =
        join_all(stores.iter().map(|store| async { store.claim(&ask(20, LONG)).await.unwrap() }))
            .await
            .into_iter()
            .flatten()
            .collect();
    let rendering: Vec<_> = lent.iter().filter(|claim| claim.id.key.stage == render).collect();
    assert_eq!((rendering.len(), lent.len()), (3, 15));
    assert_eq!(store.stage_controls().await.unwrap()[0].running, 3);
    store.commit(&rendering[0].id, rendering[0].token, done()).await.unwrap();
    assert_eq!(stores[1].claim(&ask(20, LONG)).await.unwrap().len(), 1);
    store.limit_stage(&render, None).await.unwrap();
    assert_eq!(store.claim(&ask(20, LONG)).await.unwrap().len(), 8);
}

#[tokio::test]
async fn a_limit_keeps_the_order_of_the_queue() {
    let (store, _) = open().await;
    for priority in [1, 3, 2] {
        submit(&store, job(&["render"]).with_priority(priority)).await;
    }
    store.limit_stage(&StageName::from("render"), Some(2)).await.unwrap();
    let lent = store.claim(&ask(5, LONG)).await.unwrap();
    assert_eq!(lent.iter().map(|claim| claim.job.priority).collect::<Vec<_>>(), [3, 2]);
}

#[tokio::test]
async fn one_stage_is_claimed_in_the_order_of_the_queue() {
    let (store, _) = open().await;
    for priority in [1, 3, 2] {
        submit(&store, job(&["render", "speak"]).with_priority(priority)).await;
    }
    let request = ask(1, LONG).of_stages(["render".into()]);
    for expected in [3, 2, 1] {
        assert_eq!(store.claim(&request).await.unwrap()[0].job.priority, expected);
    }
    assert!(store.claim(&request).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_views_tell_what_failed_and_what_is_stuck() {
    let (store, url) = open().await;
    let id = submit(&store, job(&["speak", "draw"])).await;
    let failed = store.claim(&ask(1, LONG)).await.unwrap().remove(0);
    let error = "no voice: a NUL \0 in a message".to_owned();
    let outcome = Outcome::Failed(Failure { error: error.clone(), retryable: false, backoff_ms: 0 });
    let stored = store.commit(&failed.id, failed.token, outcome).await.unwrap();
    assert_eq!(stored.history[0].error, error);
    assert_eq!(store.get(&id).await.unwrap().job.error(), Some(format!("speak: {error}")));
    store.claim(&ask(1, Duration::ZERO)).await.unwrap();
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let mut told = Vec::new();
    for view in [
        "select stage || ': ' || last_error from brainwrought.failed_tasks",
        "select stage || ': ' || error from brainwrought.failed_attempts",
        "select stage || ': ' || reason from brainwrought.stuck_tasks",
        "select file_name || ': ' || failed from brainwrought.job_overview",
    ] {
        told.push(sqlx::query_scalar::<_, String>(view).fetch_one(&mut connection).await.unwrap());
    }
    assert_eq!(told[0], "speak: no voice: a NUL ␀0 in a message");
    assert_eq!(told[1], told[0]);
    assert!(told[2].starts_with("draw: the lease ran out"), "{}", told[2]);
    assert_eq!(told[3], "paper.pdf: 1");
}
