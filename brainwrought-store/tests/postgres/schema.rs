//! Tables that are missing, older, newer, or made twice.

use brainwrought_core::job_store::{JobFilter, JobStore, JobStoreError};
use brainwrought_store::{Migrated, OpenError, PostgresJobStore, SchemaError};
use sqlx::{Connection as _, PgConnection};

use super::server::Server;

async fn set_version(url: &str, version: i32) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::query("update brainwrought.schema_version set version = $1")
        .bind(version)
        .execute(&mut connection)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_database_without_tables_is_refused_with_a_hint() {
    let url = Server::shared().await.empty_database().await;
    let refused = PostgresJobStore::connect(&url).await.unwrap_err();
    let OpenError::Schema { source } = refused else { panic!("refused for another reason: {refused:?}") };
    assert!(matches!(source, SchemaError::Older { found: 0, .. }));
    assert!(source.to_string().contains("brainwrought migrate"));
    assert!(PostgresJobStore::migrate(&url).await.is_ok());
    assert!(PostgresJobStore::connect(&url).await.is_ok());
}

#[tokio::test]
async fn newer_tables_are_refused_and_left_alone() {
    let url = Server::shared().await.database().await;
    set_version(&url, 99).await;
    for refused in [PostgresJobStore::connect(&url).await.err(), PostgresJobStore::migrate(&url).await.err()]
    {
        let Some(OpenError::Schema { source: SchemaError::Newer { found: 99, .. } }) = refused else {
            panic!("not refused as newer: {refused:?}");
        };
    }
}

#[tokio::test]
async fn a_store_that_connects_late_refuses_too_and_works_after_the_migration() {
    let url = Server::shared().await.empty_database().await;
    let store = PostgresJobStore::new(&url).unwrap();
    let refused = store.list(&JobFilter::default()).await.unwrap_err();
    let JobStoreError::Unavailable { source, .. } = refused else { panic!("{refused:?}") };
    assert!(source.to_string().contains("brainwrought migrate"), "{source}");
    PostgresJobStore::migrate(&url).await.unwrap();
    assert!(store.list(&JobFilter::default()).await.unwrap().is_empty());
}

#[tokio::test]
async fn migrating_twice_or_at_once_is_harmless() {
    let url = Server::shared().await.empty_database().await;
    let all = futures::future::join_all((0..4).map(|_| PostgresJobStore::migrate(&url))).await;
    let mut all: Vec<Migrated> = all.into_iter().map(Result::unwrap).collect();
    all.sort_by_key(|migrated| migrated.from);
    assert_eq!(all[0].from, 0);
    assert!(all[1..].iter().all(|again| again.from == again.to && again.to == all[0].to));
}

#[tokio::test]
async fn what_cannot_be_reached_is_named_without_its_password() {
    let refused = PostgresJobStore::connect("postgres://me:secret@127.0.0.1:1/none").await.unwrap_err();
    let told = format!("{refused} {refused:?}");
    assert!(told.contains("127.0.0.1:1/none") && !told.contains("secret"), "{told}");
    let store = PostgresJobStore::new("postgres://me:secret@127.0.0.1:1/none").unwrap();
    assert!(!format!("{store:?}").contains("secret"));
}
