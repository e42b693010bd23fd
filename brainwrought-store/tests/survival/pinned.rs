//! Somebody keeps a snapshot for the whole run: what was done stays in the tables, and claims must not wade through it.

use std::time::Duration;

use brainwrought_core::job_store::JobStore;
use brainwrought_store::PostgresJobStore;
use sqlx::{Connection as _, PgConnection};

use super::jobs::{ask, done};
use brainwrought_testing::PostgresServer;

const TASKS: i64 = 1500;

/// Jobs of one READY task each.
const BACKLOG: &str = r#"
    with made as (
        insert into brainwrought.jobs (job_id, pipeline, created_at_ms, updated_at_ms, input, options, priority,
            max_attempts, plan)
        select md5(i::text), 'pinned', 0, 0,
            '{"file_name":"a.pdf","pdf":{"blob":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","bytes":3,"media_type":"application/pdf"}}',
            'null', 0, 3, '[{"name":"only","needs":[]}]'
        from generate_series(1, $1::bigint) i returning job_id, job_number)
    insert into brainwrought.tasks (job_id, job_number, priority, stage, stage_place, status, updated_at_ms)
    select job_id, job_number, 0, 'only', 0, 'READY', 0 from made"#;

/// What was read of the table of tasks and its indexes, in pages.
const PAGES: &str = "select (heap_blks_read + heap_blks_hit + idx_blks_read + idx_blks_hit)::bigint
    from pg_statio_user_tables where schemaname = 'brainwrought' and relname = 'tasks'";

/// Pages that are read for each task that is claimed and committed.
async fn pages_a_task(server: &PostgresServer, is_pinned: bool) -> f64 {
    let url = server.database().await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::query(BACKLOG).bind(2 * TASKS).execute(&mut connection).await.unwrap();
    sqlx::raw_sql("vacuum analyze").execute(&mut connection).await.unwrap();
    let mut pin = PgConnection::connect(&url).await.unwrap();
    if is_pinned {
        sqlx::raw_sql("begin isolation level repeatable read; select count(*) from brainwrought.tasks")
            .execute(&mut pin)
            .await
            .unwrap();
    }
    let before = pages(&mut connection).await;
    let store = PostgresJobStore::connect(&url).await.unwrap();
    for _ in 0..TASKS {
        let claim = store.claim(&ask(1, Duration::from_secs(600))).await.unwrap().remove(0);
        store.commit(&claim.id, claim.token, done()).await.unwrap();
    }
    drop(store);
    (pages(&mut connection).await - before) as f64 / TASKS as f64
}

/// Reads the counters once every other connection has handed in its own, which it does at its end.
async fn pages(connection: &mut PgConnection) -> i64 {
    let others = "select count(*) from pg_stat_activity where datname = current_database()
        and application_name = 'brainwrought'";
    while sqlx::query_scalar::<_, i64>(others).fetch_one(&mut *connection).await.unwrap() > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    sqlx::query("select pg_stat_force_next_flush()").execute(&mut *connection).await.unwrap();
    sqlx::query("select pg_stat_clear_snapshot()").execute(&mut *connection).await.unwrap();
    sqlx::query_scalar(PAGES).fetch_one(connection).await.unwrap()
}

#[tokio::test]
async fn claims_read_little_more_while_somebody_keeps_a_snapshot() {
    let server = PostgresServer::shared().await;
    let (free, pinned) = (pages_a_task(server, false).await, pages_a_task(server, true).await);
    let told = format!("{pinned:.1} pages a task with a snapshot kept, {free:.1} without");
    println!("{told}");
    assert!(pinned <= 2.0 * free, "{told}");
}
