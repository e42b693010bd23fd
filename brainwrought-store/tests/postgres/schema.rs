//! Tables that are missing, older, newer, or made twice.

use brainwrought_core::data::SourcePdf;
use brainwrought_core::id::{FencingToken, TaskId};
use brainwrought_core::job::JobStatus;
use brainwrought_core::job_store::{JobFilter, JobStore, JobStoreError};
use brainwrought_store::{Migrated, OpenError, PostgresJobStore, SchemaError};
use sqlx::{Connection as _, PgConnection};

use super::jobs::done;
use brainwrought_testing::PostgresServer;

async fn set_version(url: &str, version: i32) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::query("insert into brainwrought.schema_version (version) values ($1)")
        .bind(version)
        .execute(&mut connection)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_database_without_tables_is_refused_with_a_hint() {
    let url = PostgresServer::shared().await.empty_database().await;
    let refused = PostgresJobStore::connect(&url).await.unwrap_err();
    let OpenError::Schema { source } = refused else { panic!("refused for another reason: {refused:?}") };
    assert!(matches!(source, SchemaError::Older { found: 0, .. }));
    assert!(source.to_string().contains("migrate it"));
    assert!(PostgresJobStore::migrate(&url).await.is_ok());
    assert!(PostgresJobStore::connect(&url).await.is_ok());
}

#[tokio::test]
async fn newer_tables_are_refused_and_left_alone() {
    let url = PostgresServer::shared().await.database().await;
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
    let url = PostgresServer::shared().await.empty_database().await;
    let store = PostgresJobStore::new(&url).unwrap();
    let refused = store.list(&JobFilter::default()).await.unwrap_err();
    let JobStoreError::Unavailable { source, .. } = refused else { panic!("{refused:?}") };
    assert!(source.to_string().contains("migrate it"), "{source}");
    PostgresJobStore::migrate(&url).await.unwrap();
    assert!(store.list(&JobFilter::default()).await.unwrap().is_empty());
}

/// A database as the first version left it: a job whose first task is done and whose second runs.
const FIRST_VERSION: &str = r#"
    create schema brainwrought;
    create table brainwrought.schema_version (
        version integer primary key, applied_at timestamptz not null default now());
    insert into brainwrought.schema_version (version) values (1);"#;
const ITS_JOB: &str = r#"
    insert into brainwrought.jobs (job_id, pipeline, created_at_ms, updated_at_ms, input, options, priority, max_attempts, plan)
    values ('00000000000000000000000000000001', 'test', 1, 2,
        '{"file_name":"a.pdf","pdf":{"blob":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","bytes":3,"media_type":"application/pdf"}}',
        'null', 0, 3, '[{"name":"first","needs":[]},{"name":"second","needs":["first"]}]');
    insert into brainwrought.tasks (job_id, job_number, priority, stage, stage_place, status, attempt, token, output,
        worker, lease_until_ms, lease_ms, updated_at_ms)
    select job_id, job_number, 0, stage, place, status, 1, token, output, worker, until, length, 2
    from brainwrought.jobs, (values
        ('first', 0, 'DONE', 1, 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', null, null, null),
        ('second', 1, 'RUNNING', 7, null, 'w', brainwrought.now_ms() + 3600000, 3600000)
    ) t (stage, place, status, token, output, worker, until, length)"#;

#[tokio::test]
async fn jobs_of_the_first_schema_go_on_after_the_migration() {
    let url = PostgresServer::shared().await.empty_database().await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    for step in [FIRST_VERSION, include_str!("../../src/postgres/migrations/0001_jobs.sql"), ITS_JOB] {
        sqlx::raw_sql(step).execute(&mut connection).await.unwrap();
    }
    let refused = PostgresJobStore::connect(&url).await.unwrap_err();
    assert!(matches!(refused, OpenError::Schema { source: SchemaError::Older { found: 1, .. } }));
    assert_eq!(PostgresJobStore::migrate(&url).await.unwrap().from, 1);
    let store = PostgresJobStore::connect(&url).await.unwrap();
    let job = store.list(&JobFilter::default()).await.unwrap().remove(0).job;
    let second = TaskId { job: job.job_id.clone(), key: job.stages[1].key.clone() };
    assert!(store.commit(&second, FencingToken(6), done()).await.is_err());
    assert!(job.ledger.is_empty(), "nothing was booked before there was a ledger");
    store.commit(&second, FencingToken(7), done()).await.unwrap();
    assert_eq!(store.get(&job.job_id).await.unwrap().status, JobStatus::Completed);
}

/// A job that is complete, as the seventh version left it: with the place of its video in its row.
const SEVENTH_JOB: &str = r#"
    insert into brainwrought.jobs (job_id, pipeline, created_at_ms, updated_at_ms, input, options, priority, max_attempts, plan,
        output_local_path, versions)
    values ('00000000000000000000000000000007', 'short', 1, 2,
        '{"file_name":"␀0.pdf","pdf":{"blob":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","bytes":3,"media_type":"application/pdf"}}',
        'null', 0, 3, '[{"name":"publish","needs":[]}]', '/srv/video.mp4',
        '{"number":2,"highest":2,"kept":[{"number":1,"completed_at":3,"output_local_path":"/srv/first.mp4","output_hf_url":null,
            "outputs":[{"stage":"publish","segment":null,"output":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}]}]}');
    insert into brainwrought.tasks (job_id, job_number, priority, stage, stage_place, status, attempt, token, output, updated_at_ms)
    select job_id, job_number, 0, 'publish', 0, 'DONE', 1, 1, 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', 2
    from brainwrought.jobs"#;

#[tokio::test]
async fn jobs_of_the_seventh_schema_go_on_after_the_migration() {
    let url = PostgresServer::shared().await.empty_database().await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    for step in [
        FIRST_VERSION,
        include_str!("../../src/postgres/migrations/0001_jobs.sql"),
        include_str!("../../src/postgres/migrations/0002_quick_statements.sql"),
        include_str!("../../src/postgres/migrations/0003_ledger.sql"),
        include_str!("../../src/postgres/migrations/0004_views.sql"),
        include_str!("../../src/postgres/migrations/0005_versions.sql"),
        include_str!("../../src/postgres/migrations/0006_callback.sql"),
        include_str!("../../src/postgres/migrations/0007_passed_over.sql"),
        "insert into brainwrought.schema_version (version) select generate_series(2, 7)",
        SEVENTH_JOB,
    ] {
        sqlx::raw_sql(step).execute(&mut connection).await.unwrap();
    }
    assert_eq!(PostgresJobStore::migrate(&url).await.unwrap().from, 7);
    let store = PostgresJobStore::connect(&url).await.unwrap();
    let view = store.list(&JobFilter::default()).await.unwrap().remove(0);
    assert_eq!(view.status, JobStatus::Completed);
    let input: SourcePdf = view.job.input.get().unwrap();
    assert_eq!((input.file_name.as_str(), input.pdf.bytes), ("\0.pdf", 3));
    assert_eq!(view.job.versions.kept()[0].number, 1);
    // Where the video went is in the output of its last stage.
    assert_eq!(view.job.output(&view.job.stages[0].key), view.job.stages[0].output.as_ref());
}

#[tokio::test]
async fn migrating_twice_or_at_once_is_harmless() {
    let url = PostgresServer::shared().await.empty_database().await;
    let all = futures::future::join_all((0..4).map(|_| PostgresJobStore::migrate(&url))).await;
    let mut all: Vec<Migrated> = all.into_iter().map(Result::unwrap).collect();
    all.sort_by_key(|migrated| migrated.from);
    assert_eq!(all[0].from, 0);
    assert!(all[1..].iter().all(|again| again.from == again.to && again.to == all[0].to));
}

#[tokio::test]
async fn an_unreachable_database_is_named_without_its_password() {
    let refused = PostgresJobStore::connect("postgres://me:secret@127.0.0.1:1/none").await.unwrap_err();
    let told = format!("{refused} {refused:?}");
    assert!(told.contains("127.0.0.1:1") && !told.contains("secret"), "{told}");
    let store = PostgresJobStore::new("postgres://me:secret@127.0.0.1:1/none").unwrap();
    assert!(!format!("{store:?}").contains("secret"));
}
