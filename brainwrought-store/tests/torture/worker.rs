//! The processes of the fleet: workers that are careless on purpose, an orchestrator, and recovery.

use std::fs::OpenOptions;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use brainwrought_core::artifact_store::ArtifactStore;
use brainwrought_core::id::{FencingToken, TaskId, WorkerId};
use brainwrought_core::job::{Outcome, Task};
use brainwrought_core::job_store::{Claim, ClaimRequest, JobStore, JobStoreError};
use brainwrought_core::split_mix::SplitMix64;
use brainwrought_store::{PostgresJobStore, open_artifact_store};

use super::plan::{ITEMS, output};

/// Short, so that many run out.
pub(crate) const LEASE: Duration = Duration::from_millis(900);

/// How many tasks a worker has in hand.
const HANDS: usize = 3;

/// What a process of the fleet is told.
#[derive(Debug, Clone)]
pub(crate) struct Orders {
    pub(crate) role: String,
    pub(crate) url: String,
    pub(crate) folder: PathBuf,
    pub(crate) seed: u64,
    pub(crate) fenced: bool,
}

/// Plays a role until the parent goes away.
pub(crate) fn play(orders: Orders) {
    std::thread::spawn(|| {
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Arc::new(PostgresJobStore::new(&orders.url).unwrap().with_connections(4));
        match orders.role.as_str() {
            "orchestrator" => loop {
                let _ = store.advance().await;
                store.wait_for_work(Duration::from_millis(200)).await;
            },
            "recovery" => loop {
                if let Ok(moved) = store.recover().await {
                    moved.iter().for_each(|task| note(&orders.folder, "recovered", task, FencingToken(0)));
                }
                tokio::time::sleep(Duration::from_millis(150)).await;
            },
            _ => work(store, orders).await,
        }
    });
}

async fn work(store: Arc<PostgresJobStore>, orders: Orders) {
    let artifacts = open_artifact_store(orders.folder.join("data").to_str().unwrap()).unwrap();
    let mut dice = SplitMix64::new(orders.seed);
    let mut below = |end| dice.below(end) as u64;
    let mut running = tokio::task::JoinSet::new();
    loop {
        let request = ClaimRequest::new(WorkerId(orders.role.clone()), LEASE, HANDS - running.len());
        for claim in store.claim(&request).await.unwrap_or_default() {
            let (store, artifacts, orders) = (Arc::clone(&store), Arc::clone(&artifacts), orders.clone());
            // One in five takes longer than a lease.
            let ms = if below(5) == 0 { 900 + below(1200) } else { 30 + below(200) };
            let effort = Duration::from_millis(ms);
            running.spawn(async move { attempt(&store, artifacts.as_ref(), &orders, claim, effort).await });
        }
        tokio::select! {
            _ = running.join_next(), if !running.is_empty() => {}
            () = store.wait_for_work(Duration::from_millis(300)), if running.len() < HANDS => {}
        }
    }
}

/// Works on a task and commits, whatever its heartbeat hears: a good worker would stop, this one tries its luck.
async fn attempt(
    store: &PostgresJobStore,
    artifacts: &dyn ArtifactStore,
    orders: &Orders,
    claim: Claim,
    effort: Duration,
) {
    let heartbeat = async {
        loop {
            tokio::time::sleep(LEASE / 3).await;
            let _ = store.renew(&claim.id, claim.token, LEASE).await;
        }
    };
    let labour = async {
        tokio::time::sleep(effort).await;
        if claim.id.key.stage.0 == "publish" {
            publish(&orders.folder, &claim);
        }
        let output = artifacts.put(output(&claim.id, claim.token).into()).await.unwrap();
        let items = (claim.id.key.stage.0 == "split").then_some(ITEMS);
        let outcome = Outcome::Done { output, items, cached: false };
        for _ in 0..200 {
            match commit(store, orders.fenced, &claim, outcome.clone()).await {
                Ok(_) => return note(&orders.folder, "accepted", &claim.id, claim.token),
                Err(JobStoreError::LeaseLost { .. }) => {
                    return note(&orders.folder, "refused", &claim.id, claim.token);
                }
                Err(_) => note(&orders.folder, "unknown", &claim.id, claim.token),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::select! {
        () = heartbeat => {}
        () = labour => {}
    }
}

/// Commits; without the fence, by the token that the task has now, as stores do that check only whether it runs.
async fn commit(
    store: &PostgresJobStore,
    fenced: bool,
    claim: &Claim,
    outcome: Outcome,
) -> Result<Task, JobStoreError> {
    let mut token = claim.token;
    if !fenced {
        let job = store.get(&claim.id.job).await?.job;
        token = job.task(&claim.id.key).map_or(token, |task| task.token);
    }
    store.commit(&claim.id, token, outcome).await
}

/// Publishes as a stage must: by a key, after a look.
fn publish(folder: &Path, claim: &Claim) {
    let entry = folder.join("ledger").join(claim.id.job.as_str());
    match OpenOptions::new().write(true).create_new(true).open(entry) {
        Ok(_) => note(folder, "published", &claim.id, claim.token),
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::AlreadyExists),
    }
}

/// Writes one line, whole, into the file that all processes share.
fn note(folder: &Path, event: &str, task: &TaskId, token: FencingToken) {
    let mut notes = OpenOptions::new().append(true).create(true).open(folder.join("notes")).unwrap();
    notes.write_all(format!("{event} {task} {token}\n").as_bytes()).unwrap();
}
