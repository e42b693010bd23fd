//! Tasks a second through Brainwrought's Postgres job store and through other queues on the same server in the same run.
//!
//! Each gets a database of its own, one process, as many workers, and tasks that do nothing. All commit durably:
//! `synchronous_commit` is on, and `fsync` too. `make bench-peers` runs it.


use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use brainwrought_core::id::{Digest, WorkerId};
use brainwrought_core::job::Outcome;
use brainwrought_core::job_store::{ClaimRequest, JobStore};
use brainwrought_store::PostgresJobStore;
use graphile_worker::{IntoTaskHandlerResult, JobSpec, RawJobSpec, TaskHandler, WorkerContext};
use serde::{Deserialize, Serialize};
use brainwrought_testing::PostgresServer;
use sqlx::{Connection as _, PgConnection};
use sqlx_old::postgres::PgPoolOptions as OldPoolOptions;

/// How many tasks wait at the start; more than anybody gets through.
const BACKLOG: i64 = 40_000;

/// What is left out at the start, while connections are made and statements planned.
const WARM: Duration = Duration::from_secs(1);

/// How long is measured.
const RUN: Duration = Duration::from_secs(2);

/// How many tasks a process holds that wait for one of its workers, where it claims ahead at all.
const AHEAD: usize = 100;

/// How many tasks have ended.
static ENDED: AtomicU64 = AtomicU64::new(0);

/// The same jobs as in `postgres.rs`, the other bench.
const JOBS: &str = r#"
    with made as (
        insert into brainwrought.jobs (job_id, pipeline, created_at_ms, updated_at_ms, input, options, priority,
            max_attempts, plan)
        select md5(random()::text || i), 'bench', 0, 0,
            '{"file_name":"a.pdf","pdf":{"blob":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","bytes":3,"media_type":"application/pdf"}}',
            'null', 0, 3, '[{"name":"only","needs":[]}]'
        from generate_series(1, $1::bigint) i returning job_id, job_number)
    insert into brainwrought.tasks (job_id, job_number, priority, stage, stage_place, status, updated_at_ms)
    select job_id, job_number, 0, 'only', 0, 'READY', 0 from made"#;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let server = PostgresServer::durable().await;
        for workers in [1, 8, 32] {
            let ours = claimed(&server, workers, 0).await;
            println!("{workers:>2} workers, each task claimed when a worker is free: brainwrought {ours:.0} tasks a second");
            compare(workers, "awa", ours, awa(&server, workers).await);
            compare(workers, "underway", ours, underway(&server, workers).await);
            compare(workers, "graphile_worker", ours, graphile(&server, workers, None).await);
            let ours = claimed(&server, workers, AHEAD).await;
            println!("{workers:>2} workers, {AHEAD} tasks claimed ahead: brainwrought {ours:.0} tasks a second");
            compare(workers, "graphile_worker", ours, graphile(&server, workers, Some(AHEAD)).await);
        }
    });
}

fn compare(workers: usize, name: &str, ours: f64, theirs: f64) {
    let ratio = ours / theirs;
    println!("{workers:>2} workers: {name} {theirs:.0}; brainwrought does {ratio:.2} times as many");
}

/// Counts what ends in [`RUN`], after [`WARM`].
async fn measure() -> f64 {
    tokio::time::sleep(WARM).await;
    let (start, before) = (Instant::now(), ENDED.load(Ordering::Relaxed));
    tokio::time::sleep(RUN).await;
    let ended = ENDED.load(Ordering::Relaxed) - before;
    ended as f64 / start.elapsed().as_secs_f64()
}

async fn settle(url: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql("vacuum analyze").execute(&mut connection).await.unwrap();
    sqlx::raw_sql("checkpoint").execute(&mut connection).await.unwrap();
}

/// As the engine's worker does: it claims as many as it has hands free, and each task ends by itself. With `ahead`, it
/// claims so many more that wait in the process; for work that takes seconds and not milliseconds, that only keeps it from
/// others.
async fn claimed(server: &PostgresServer, workers: usize, ahead: usize) -> f64 {
    let url = server.database().await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::query(JOBS).bind(BACKLOG).execute(&mut connection).await.unwrap();
    settle(&url).await;
    let store = Arc::new(PostgresJobStore::new(&url).unwrap());
    let working = tokio::spawn(async move {
        let mut running = tokio::task::JoinSet::new();
        let mut held = VecDeque::new();
        loop {
            let free = workers - running.len();
            if held.len() < free.max(ahead / 2) {
                let worker = WorkerId("bench".to_owned());
                let limit = free.max(ahead);
                let request =
                    ClaimRequest::new(worker, Duration::from_secs(60), limit);
                held.extend(store.claim(&request).await.unwrap());
            }
            for claim in held.drain(..free.min(held.len())) {
                let store = Arc::clone(&store);
                running.spawn(async move {
                    let output = Digest::of(b"output");
                    let outcome = Outcome::Done { output, items: None, cached: false };
                    store.commit(&claim.id, claim.token, outcome).await.unwrap();
                    ENDED.fetch_add(1, Ordering::Relaxed);
                });
            }
            running.join_next().await.expect("the backlog is not at its end").unwrap();
            while let Some(ended) = running.try_join_next() {
                ended.unwrap();
            }
        }
    });
    let figure = measure().await;
    working.abort();
    figure
}

#[derive(Debug, Clone, Serialize, Deserialize, awa::JobArgs)]
struct Nothing {
    number: i64,
}

async fn awa(server: &PostgresServer, workers: usize) -> f64 {
    let url = server.empty_database().await;
    let pool = OldPoolOptions::new().max_connections(20).connect(&url).await.unwrap();
    awa::migrations::run(&pool).await.unwrap();
    let params: Vec<awa::InsertParams> = (0..BACKLOG)
        .map(|number| awa::InsertParams {
            kind: <Nothing as awa::JobArgs>::kind().to_owned(),
            args: serde_json::json!({ "number": number }),
            opts: awa::InsertOpts::default(),
        })
        .collect();
    for part in params.chunks(5000) {
        awa::insert_many_copy_from_pool(&pool, part).await.unwrap();
    }
    settle(&url).await;
    let config = awa::QueueConfig { max_workers: workers as u32, ..Default::default() };
    let client = awa::Client::builder(pool)
        .queue("default", config)
        .register::<Nothing, _, _>(|_, _| async {
            ENDED.fetch_add(1, Ordering::Relaxed);
            Ok(awa::JobResult::Completed)
        })
        .build()
        .unwrap();
    client.start().await.unwrap();
    let figure = measure().await;
    client.shutdown(Duration::from_secs(5)).await;
    figure
}

/// A task of underway.
#[derive(Clone)]
struct Idle;

impl underway::Task for Idle {
    type Input = i64;
    type Output = ();

    async fn execute(
        &self,
        _: sqlx_old::Transaction<'_, sqlx_old::Postgres>,
        _: i64,
    ) -> underway::task::Result<()> {
        ENDED.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

async fn underway(server: &PostgresServer, workers: usize) -> f64 {
    let url = server.empty_database().await;
    // Each worker needs one for its task and one for what it says of it.
    let pool = OldPoolOptions::new().max_connections(2 * workers as u32 + 4).connect(&url).await.unwrap();
    underway::run_migrations(&pool).await.unwrap();
    let queue = underway::Queue::builder().name("bench").pool(pool.clone()).build().await.unwrap();
    let numbers: Vec<i64> = (0..BACKLOG).collect();
    queue.enqueue_multi(&pool, &Idle, &numbers).await.unwrap();
    settle(&url).await;
    let mut worker = underway::Worker::new(Arc::new(queue), Idle);
    worker.set_concurrency_limit(workers);
    let stop = worker.clone();
    let working = tokio::spawn(async move { worker.run().await });
    let figure = measure().await;
    stop.shutdown();
    let _ = tokio::time::timeout(Duration::from_secs(5), working).await;
    figure
}

impl TaskHandler for Nothing {
    const IDENTIFIER: &'static str = "nothing";

    async fn run(self, _: WorkerContext) -> impl IntoTaskHandlerResult {
        ENDED.fetch_add(1, Ordering::Relaxed);
        Ok::<(), String>(())
    }
}

/// With short rests between looks, and with the queue in the process that its own benches use, or without.
async fn graphile(server: &PostgresServer, workers: usize, ahead: Option<usize>) -> f64 {
    let url = server.empty_database().await;
    let pool = sqlx::postgres::PgPoolOptions::new().max_connections(20).connect(&url).await.unwrap();
    let mut options = graphile_worker::WorkerOptions::default();
    if let Some(ahead) = ahead {
        options = options.local_queue(graphile_worker::LocalQueueConfig::default().with_size(ahead));
    }
    let worker = options
        .pg_pool(pool)
        .schema("graphile_worker")
        .concurrency(workers)
        .poll_interval(Duration::from_millis(10))
        .define_job::<Nothing>()
        .init()
        .await
        .unwrap();
    let jobs: Vec<RawJobSpec> = (0..BACKLOG)
        .map(|number| RawJobSpec {
            identifier: "nothing".to_owned(),
            payload: serde_json::json!({ "number": number }),
            spec: JobSpec::default(),
        })
        .collect();
    for part in jobs.chunks(5000) {
        worker.create_utils().add_raw_jobs(part).await.unwrap();
    }
    settle(&url).await;
    let worker = Arc::new(worker);
    let runs = Arc::clone(&worker);
    let working = tokio::spawn(async move { runs.run().await });
    let figure = measure().await;
    worker.request_shutdown();
    let _ = tokio::time::timeout(Duration::from_secs(5), working).await;
    figure
}
