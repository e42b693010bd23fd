//! Tasks a second through Postgres, against `pgbench` on the same server in the same run.
//!
//! It belongs to `brainwrought-store`, whose tests bring the server: `cargo bench -p brainwrought-store --bench postgres`.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench speaks to whoever runs it")]
#![expect(clippy::disallowed_methods, reason = "a bench reads the clock and starts its peer")]

use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use brainwrought_core::id::{Digest, WorkerId};
use brainwrought_core::job::Outcome;
use brainwrought_core::job_store::{ClaimRequest, JobStore};
use brainwrought_store::PostgresJobStore;
use brainwrought_testing::PostgresServer;
use futures::future::join_all;
use sqlx::{Connection as _, PgConnection};

/// How long each figure of a round is measured for.
const RUN: Duration = Duration::from_millis(1000);

/// Everything is measured this often, in turns, so that another load of the machine falls on all alike.
const ROUNDS: usize = 3;

/// What the latency of claims is taken from.
const CLAIMS: usize = 900;

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

/// The least that a queue does for a task: one commit that takes it, one that ends it. Run by a client that reads nothing.
const PAIR: &str = r"update brainwrought.tasks set status = 'RUNNING', token = token + 1, lease_until_ms = 1
    where task_id = (select task_id from brainwrought.tasks where status = 'READY'
        order by -(priority::bigint), job_number, stage_place, coalesce(segment, -1) limit 1 for update skip locked)
    returning task_id, token \gset
update brainwrought.tasks set status = 'DONE', lease_until_ms = null where task_id = :task_id and token = :token;
";

fn main() {
    // Under `cargo test` a bench is only built.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let server = PostgresServer::durable().await;
        for workers in [1, 8, 32] {
            throughput(&server, workers).await;
        }
        let [small, large] = claims(&server, [(1_000, false), (1_000_000, false)]).await;
        println!(
            "claims from 1 k jobs p50 {:?} p99 {:?}, from 1 M p50 {:?} p99 {:?}: ratio of p50 {:.2} (goal 1.2)",
            small.0,
            small.1,
            large.0,
            large.1,
            large.0.as_secs_f64() / small.0.as_secs_f64()
        );
        let [free, pinned] = claims(&server, [(20_000, false), (20_000, true)]).await;
        println!(
            "claims p99 {:?}, beside an idle transaction {:?}: ratio {:.2} (goal 2)",
            free.1,
            pinned.1,
            pinned.1.as_secs_f64() / free.1.as_secs_f64()
        );
    });
}

/// Tasks a second, each figure as a share of what `pgbench` commits in the same round.
async fn throughput(server: &PostgresServer, workers: usize) {
    let url = filled(server, 200_000).await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::raw_sql(COUNTERS).execute(&mut connection).await.unwrap();
    let store = |connections: usize| {
        Arc::new(PostgresJobStore::new(&url).unwrap().with_connections(connections as u32))
    };
    let together: Vec<_> = vec![store(8); workers];
    // As many processes of one worker each would be.
    let apart: Vec<_> = (0..workers).map(|_| store(2)).collect();
    // Connections are made and statements planned before anything is measured.
    for (stores, batch) in [(&together, 1), (&together, 10), (&apart, 1)] {
        tasks_a_second(stores, batch, RUN / 3).await;
    }
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let ceiling = pgbench(server, &url, workers, UPDATE);
        let pair = pgbench(server, &url, workers, PAIR);
        let single = tasks_a_second(&together, 1, RUN).await;
        let apart = if workers == 1 { single } else { tasks_a_second(&apart, 1, RUN).await };
        let batched = tasks_a_second(&together, 10, RUN).await;
        rounds.push([ceiling, single, apart, batched, pair]);
    }
    let middle = |figure: &dyn Fn(&[f64; 5]) -> f64| {
        let mut figures: Vec<f64> = rounds.iter().map(figure).collect();
        figures.sort_by(f64::total_cmp);
        figures[ROUNDS / 2]
    };
    let line = |what: &str, place: usize, commits: f64, goal: &str| {
        println!(
            "{workers:>2} workers, {what}: {:.0} tasks a second, {:.2} of {}{goal}",
            middle(&|round| round[place]),
            middle(&|round| round[place] / (round[0] / commits)),
            if commits == 2.0 { "ceiling/2" } else { "ceiling" },
        );
    };
    println!("{workers:>2} workers, ceiling: {:.0} updates of one row a second", middle(&|round| round[0]));
    line("one by one", 1, 2.0, " (goal 0.8)");
    if workers > 1 {
        line("one by one, each in a process of its own", 2, 2.0, "");
    }
    line("the least pair of statements through pgbench", 4, 2.0, "");
    line("by ten", 3, 1.0, " (goal 1.0)");
}

async fn filled(server: &PostgresServer, jobs: i64) -> String {
    let url = server.database().await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::query(BACKLOG).bind(jobs).execute(&mut connection).await.unwrap();
    sqlx::raw_sql("vacuum analyze").execute(&mut connection).await.unwrap();
    sqlx::raw_sql("checkpoint").execute(&mut connection).await.unwrap();
    url
}

/// What the ceiling counts in.
const COUNTERS: &str = "create table counters (id int primary key, n bigint not null) with (fillfactor = 80);
    insert into counters select i, 0 from generate_series(1, 10000) i";

/// The ceiling: one-row updates by key, each a commit.
const UPDATE: &str = "\\set id random(1, 10000)\nupdate counters set n = n + 1 where id = :id;\n";

/// How often a second as many clients get through a script.
fn pgbench(server: &PostgresServer, url: &str, clients: usize, script: &str) -> f64 {
    let file = server.folder().join("script.sql");
    std::fs::write(&file, script.replace("\n    ", " ")).unwrap();
    let database = url.rsplit_once('/').unwrap().1;
    let output = Command::new(server.programs().join("pgbench"))
        .env("PGOPTIONS", "-c enable_sort=off -c enable_seqscan=off -c enable_bitmapscan=off -c jit=off")
        .args(["-n", "-M", "prepared", "-U", "tester", "-j", "2", "-T"])
        .arg(RUN.as_secs().to_string())
        .args(["-c", &clients.to_string(), "-h", server.folder().to_str().unwrap(), "-f"])
        .args([file.to_str().unwrap(), database.split('?').next().unwrap()])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let line = text.lines().find(|line| line.starts_with("tps = ")).expect("pgbench prints its rate");
    line["tps = ".len()..].split(' ').next().unwrap().parse().unwrap()
}

fn request(limit: usize) -> ClaimRequest {
    let worker = WorkerId("bench".to_owned());
    ClaimRequest::new(worker, Duration::from_secs(60), limit)
}

fn done() -> Outcome {
    Outcome::Done { output: Digest::of(b"output"), items: None, cached: false }
}

/// One worker a store: each claims `batch` tasks at a time and ends them. A batch is ended in one call.
async fn tasks_a_second(stores: &[Arc<PostgresJobStore>], batch: usize, run: Duration) -> f64 {
    let start = Instant::now();
    let work = stores.iter().map(|store| {
        let store = Arc::clone(store);
        tokio::spawn(async move {
            let mut count = 0;
            while start.elapsed() < run {
                let claims = store.claim(&request(batch)).await.unwrap();
                assert_eq!(claims.len(), batch, "the backlog is not at its end");
                count += batch;
                if let [claim] = claims.as_slice() {
                    store.commit(&claim.id, claim.token, done()).await.unwrap();
                } else {
                    let outcomes = claims.into_iter().map(|claim| (claim.id, claim.token, done())).collect();
                    let ended = store.commit_all(outcomes).await.unwrap();
                    assert!(ended.iter().all(Result::is_ok));
                }
            }
            count
        })
    });
    let done: usize = join_all(work).await.into_iter().map(Result::unwrap).sum();
    done as f64 / start.elapsed().as_secs_f64()
}

/// The middle and the 99th of a hundred of claims from two backlogs, one claim at a time, in turns; beside a backlog may be
/// an idle transaction that holds on to a snapshot.
async fn claims(server: &PostgresServer, kinds: [(i64, bool); 2]) -> [(Duration, Duration); 2] {
    let mut backlogs = Vec::new();
    for (jobs, is_pinned) in kinds {
        let url = filled(server, jobs).await;
        let mut pin = PgConnection::connect(&url).await.unwrap();
        if is_pinned {
            sqlx::raw_sql("begin isolation level repeatable read; select count(*) from brainwrought.tasks")
                .execute(&mut pin)
                .await
                .unwrap();
        }
        let store = PostgresJobStore::new(&url).unwrap();
        for _ in 0..20 {
            claim_one(&store).await;
        }
        backlogs.push((store, pin, Vec::new()));
    }
    for _ in 0..CLAIMS / 30 {
        for (store, _, times) in &mut backlogs {
            for _ in 0..30 {
                times.push(claim_one(store).await);
            }
        }
    }
    let [first, second] = backlogs.try_into().unwrap_or_else(|_| unreachable!("there are two"));
    [first, second].map(|(_, _, mut times): (_, _, Vec<Duration>)| {
        times.sort_unstable();
        (times[times.len() / 2], times[times.len() * 99 / 100])
    })
}

async fn claim_one(store: &PostgresJobStore) -> Duration {
    let start = Instant::now();
    let claim = store.claim(&request(1)).await.unwrap().remove(0);
    let time = start.elapsed();
    store.commit(&claim.id, claim.token, done()).await.unwrap();
    time
}
