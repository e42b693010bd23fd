//! Tasks a second through Postgres, against `pgbench` on the same server in the same run.
//!
//! It belongs to `brainwrought-store`, whose tests bring the server: `cargo bench -p brainwrought-store --bench postgres`.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench speaks to whoever runs it")]
#![expect(clippy::disallowed_methods, reason = "a bench reads the clock and starts its peer")]

#[path = "../brainwrought-store/tests/postgres/server.rs"]
mod server;

use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use brainwrought_core::id::{Digest, WorkerId};
use brainwrought_core::job::Outcome;
use brainwrought_core::job_store::{ClaimRequest, JobStore};
use brainwrought_store::PostgresJobStore;
use futures::future::join_all;
use server::Server;
use sqlx::{Connection as _, PgConnection};

/// How long each figure is measured for.
const RUN: Duration = Duration::from_secs(3);

/// Jobs of one READY task each, made in the database, because only what comes after is measured.
const BACKLOG: &str = r#"
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
    // Under `cargo test` a bench is only built.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let server = Server::durable().await;
        for clients in [1, 8, 32] {
            let ceiling = pgbench(&server, clients).await;
            let single = tasks_a_second(&server, clients, 1).await;
            let batched = tasks_a_second(&server, clients, 10).await;
            println!(
                "postgres  {clients:>2} clients: pgbench {ceiling:.0} updates a second; one by one {single:.0} tasks \
                 a second, {:.2} of ceiling/2; by ten {batched:.0}, {:.2} of ceiling",
                single / (ceiling / 2.0),
                batched / ceiling
            );
        }
        let small = claims(&server, 1_000, false).await;
        let large = claims(&server, 1_000_000, false).await;
        println!(
            "postgres  claim with 1 k jobs p50 {:?} p99 {:?}, with 1 M p50 {:?} p99 {:?}: p50 ratio {:.2}",
            small.0,
            small.1,
            large.0,
            large.1,
            large.0.as_secs_f64() / small.0.as_secs_f64()
        );
        let free = claims(&server, 20_000, false).await;
        let pinned = claims(&server, 20_000, true).await;
        println!(
            "postgres  claim p99 {:?}, with a snapshot pinned for the whole run {:?}: ratio {:.2}",
            free.1,
            pinned.1,
            pinned.1.as_secs_f64() / free.1.as_secs_f64()
        );
    });
}

async fn filled(server: &Server, jobs: i64) -> String {
    let url = server.database().await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::query(BACKLOG).bind(jobs).execute(&mut connection).await.unwrap();
    sqlx::raw_sql("vacuum analyze").execute(&mut connection).await.unwrap();
    sqlx::raw_sql("checkpoint").execute(&mut connection).await.unwrap();
    url
}

/// The ceiling: one-row updates by key, each a commit, by as many clients.
async fn pgbench(server: &Server, clients: usize) -> f64 {
    let url = server.database().await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::raw_sql(
        "create table counters (id int primary key, n bigint not null) with (fillfactor = 80);
         insert into counters select i, 0 from generate_series(1, 10000) i",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    let script = server.folder().join("update.sql");
    std::fs::write(&script, "\\set id random(1, 10000)\nupdate counters set n = n + 1 where id = :id;\n")
        .unwrap();
    let database = url.rsplit_once('/').unwrap().1.split('?').next().unwrap();
    let output = Command::new(server.programs().join("pgbench"))
        .args(["-n", "-M", "prepared", "-U", "tester", "-j", "2", "-T"])
        .arg(RUN.as_secs().to_string())
        .args(["-c", &clients.to_string(), "-h", server.folder().to_str().unwrap(), "-f"])
        .args([script.to_str().unwrap(), database])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let line = text.lines().find(|line| line.starts_with("tps = ")).expect("pgbench prints its rate");
    line["tps = ".len()..].split(' ').next().unwrap().parse().unwrap()
}

fn request(limit: usize) -> ClaimRequest {
    let worker = WorkerId("bench".to_owned());
    ClaimRequest { stages: None, job: None, worker, lease: Duration::from_secs(60), limit }
}

/// Claims `batch` tasks at a time and commits each.
async fn tasks_a_second(server: &Server, clients: usize, batch: usize) -> f64 {
    let url = filled(server, 30_000).await;
    let store = PostgresJobStore::new(&url).unwrap().with_connections(clients.max(2) as u32);
    let store = Arc::new(store);
    store.claim(&request(1)).await.unwrap();
    let start = Instant::now();
    let work = (0..clients).map(|_| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let mut done = 0;
            while start.elapsed() < RUN {
                let claims = store.claim(&request(batch)).await.unwrap();
                let commits = claims.iter().map(|claim| {
                    let output = Digest::of(b"output");
                    let outcome = Outcome::Done { output, items: None, cached: false, delivery: None };
                    store.commit(&claim.id, claim.token, outcome)
                });
                done += join_all(commits).await.into_iter().map(Result::unwrap).count();
            }
            done
        })
    });
    let done: usize = join_all(work).await.into_iter().map(Result::unwrap).sum();
    done as f64 / start.elapsed().as_secs_f64()
}

/// The middle and the 99th of a hundred of claims, one at a time, from a backlog.
async fn claims(server: &Server, jobs: i64, pinned: bool) -> (Duration, Duration) {
    let url = filled(server, jobs).await;
    let mut pin = PgConnection::connect(&url).await.unwrap();
    if pinned {
        sqlx::raw_sql("begin isolation level repeatable read; select count(*) from brainwrought.tasks")
            .execute(&mut pin)
            .await
            .unwrap();
    }
    let store = PostgresJobStore::new(&url).unwrap();
    let mut times = Vec::new();
    for _ in 0..900 {
        let start = Instant::now();
        let claim = store.claim(&request(1)).await.unwrap().remove(0);
        times.push(start.elapsed());
        let outcome =
            Outcome::Done { output: Digest::of(b"output"), items: None, cached: false, delivery: None };
        store.commit(&claim.id, claim.token, outcome).await.unwrap();
    }
    times.sort_unstable();
    (times[times.len() / 2], times[times.len() * 99 / 100])
}
