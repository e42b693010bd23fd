//! Servers that stop and connections that break: nothing is assumed, nothing is lost.

use std::time::Duration;

use brainwrought_core::job::{JobStatus, Renewal, TaskStatus};
use brainwrought_core::job_store::{JobFilter, JobStore, JobStoreError};
use brainwrought_core::report::chain;
use brainwrought_store::PostgresJobStore;
use sqlx::{Connection as _, PgConnection};

use super::jobs::{ask, done, job, submit};
use brainwrought_testing::PostgresServer;

const LONG: Duration = Duration::from_secs(3600);

fn is_unavailable<T>(result: &Result<T, JobStoreError>) -> bool {
    matches!(result, Err(JobStoreError::Unavailable { .. }))
}

/// Calls until the store is there again, as the engine does.
async fn again<T>(call: impl AsyncFn() -> Result<T, JobStoreError>) -> T {
    loop {
        match call().await {
            Err(JobStoreError::Unavailable { .. }) => tokio::time::sleep(Duration::from_millis(20)).await,
            result => return result.unwrap(),
        }
    }
}

#[tokio::test]
async fn a_store_goes_on_after_the_server_was_killed() {
    let server = PostgresServer::own().await;
    let store = PostgresJobStore::connect(&server.database().await).await.unwrap();
    let id = submit(&store, job(&["speak", "draw"])).await;
    let claims = store.claim(&ask(2, LONG)).await.unwrap();
    store.commit(&claims[0].id, claims[0].token, done()).await.unwrap();
    server.kill();
    assert!(is_unavailable(&store.commit(&claims[1].id, claims[1].token, done()).await));
    assert!(is_unavailable(&store.claim(&ask(1, LONG)).await));
    assert!(is_unavailable(&store.get(&id).await));
    server.revive();
    let job = again(async || store.get(&id).await).await.job;
    assert_eq!(job.task(&claims[0].id.key).unwrap().status, TaskStatus::Done);
    assert_eq!(
        again(async || store.renew(&claims[1].id, claims[1].token, LONG).await).await,
        Renewal::Renewed
    );
    again(async || store.commit(&claims[1].id, claims[1].token, done()).await).await;
    assert_eq!(again(async || store.get(&id).await).await.status, JobStatus::Completed);
}

#[tokio::test]
async fn leases_get_their_whole_length_after_an_outage() {
    let server = PostgresServer::own().await;
    let url = server.database().await;
    let store = PostgresJobStore::connect(&url).await.unwrap();
    submit(&store, job(&["speak"])).await;
    let claim = store.claim(&ask(1, LONG)).await.unwrap().remove(0);
    server.kill();
    server.revive();
    // As if the server had been down for longer than the lease: its worker could not renew.
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let lapse = "update brainwrought.tasks set lease_until_ms = brainwrought.now_ms() - 1";
    sqlx::query(lapse).execute(&mut connection).await.unwrap();
    assert!(again(async || store.recover().await).await.is_empty());
    assert_eq!(again(async || store.renew(&claim.id, claim.token, LONG).await).await, Renewal::Renewed);
    // The server has now been up for longer than the lease.
    sqlx::query("update brainwrought.tasks set lease_ms = 0, lease_until_ms = brainwrought.now_ms() - 1")
        .execute(&mut connection)
        .await
        .unwrap();
    // This process did not see the database for a while either; a lease of no length has no grace.
    assert_eq!(again(async || store.recover().await).await, [claim.id]);
}

#[tokio::test]
async fn a_clock_that_was_set_back_holds_no_task_for_longer_than_its_lease() {
    let server = PostgresServer::shared().await;
    let url = server.database().await;
    let store = PostgresJobStore::connect(&url).await.unwrap();
    submit(&store, job(&["speak"])).await;
    store.claim(&ask(1, Duration::from_secs(30))).await.unwrap();
    let mut connection = PgConnection::connect(&url).await.unwrap();
    // An hour ahead, as the clock stood when the lease was given.
    sqlx::query("update brainwrought.tasks set lease_until_ms = lease_until_ms + 3600000")
        .execute(&mut connection)
        .await
        .unwrap();
    assert!(store.recover().await.unwrap().is_empty());
    let left: i64 =
        sqlx::query_scalar("select lease_until_ms - brainwrought.now_ms() from brainwrought.tasks")
            .fetch_one(&mut connection)
            .await
            .unwrap();
    assert!((1..=30_000).contains(&left), "{left} ms are left of 30 s");
}

#[tokio::test]
async fn a_store_goes_on_after_its_connections_were_cut() {
    let server = PostgresServer::shared().await;
    let url = server.database().await;
    let store = PostgresJobStore::connect(&url).await.unwrap();
    let id = submit(&store, job(&["speak"])).await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    for _ in 0..3 {
        sqlx::query(
            "select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid()",
        )
        .execute(&mut connection)
        .await
        .unwrap();
        assert_eq!(again(async || store.get(&id).await).await.job.job_id, id);
    }
    let claim = again(async || store.claim(&ask(1, LONG)).await).await.remove(0);
    again(async || store.commit(&claim.id, claim.token, done()).await).await;
}

#[tokio::test]
async fn work_in_one_process_wakes_another() {
    let url = PostgresServer::shared().await.database().await;
    let (here, there) =
        (PostgresJobStore::connect(&url).await.unwrap(), PostgresJobStore::connect(&url).await.unwrap());
    // A wait may end early, before the other has anything to say, so it is repeated until there is work.
    let woken = async {
        while there.claim(&ask(1, LONG)).await.unwrap().is_empty() {
            there.wait_for_work(LONG).await;
        }
    };
    let told = async {
        let mut ids = Vec::new();
        for _ in 0..3 {
            ids.push(submit(&here, job(&["speak"])).await);
        }
        ids
    };
    let both = async { tokio::join!(woken, told) };
    assert!(tokio::time::timeout(Duration::from_secs(30), both).await.is_ok(), "nobody woke the other");
}

#[tokio::test]
async fn a_damaged_job_holds_up_no_other() {
    let url = PostgresServer::shared().await.database().await;
    let store = PostgresJobStore::connect(&url).await.unwrap();
    let broken = store.create(job(&["speak"])).await.unwrap().view.job.job_id;
    let whole = store.create(job(&["draw"])).await.unwrap().view.job.job_id;
    let also = submit(&store, job(&["speak"])).await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::query("update brainwrought.jobs set input = '{}' where job_id = any($1)")
        .bind([broken.as_str(), also.as_str()].as_slice())
        .execute(&mut connection)
        .await
        .unwrap();
    assert!(matches!(store.get(&broken).await, Err(JobStoreError::Damaged { .. })));
    let whole_only = |ids: Vec<_>| assert_eq!(ids, std::slice::from_ref(&whole));
    store.advance().await.unwrap();
    whole_only(store.list(&JobFilter::default()).await.unwrap().into_iter().map(|v| v.job.job_id).collect());
    whole_only(store.claim(&ask(9, Duration::ZERO)).await.unwrap().into_iter().map(|c| c.id.job).collect());
    whole_only(store.recover().await.unwrap().into_iter().map(|task| task.job).collect());
}

#[tokio::test]
async fn an_error_names_the_place_of_the_database_and_no_password() {
    let server = PostgresServer::shared().await;
    let place = format!("port {}", server.port());
    let url = server.url("nowhere").replace("tester@", "tester:hush@");
    assert!(url.contains("hush"));
    let at_once = PostgresJobStore::connect(&url).await.unwrap_err();
    let later = PostgresJobStore::new(&url).unwrap().list(&JobFilter::default()).await.unwrap_err();
    let migrated = PostgresJobStore::migrate(&url).await.unwrap_err();
    for error in [chain(&at_once), chain(&later), chain(&migrated), format!("{at_once:?} {later:?}")] {
        assert!(error.contains(&place) && !error.contains("hush"), "{error}");
    }
}
