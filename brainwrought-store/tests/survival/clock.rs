//! The server's clock is set an hour forward or back: nobody loses a task for it, and nobody keeps one.

use std::time::Duration;

use brainwrought_core::id::TaskId;
use brainwrought_core::job::{Failure, Outcome, Renewal, TaskStatus};
use brainwrought_core::job_store::{Claim, JobStore, JobStoreError};
use brainwrought_store::PostgresJobStore;
use sqlx::{Connection as _, PgConnection};

use super::jobs::{ask, done, job, submit};
use brainwrought_testing::FakeClock;
use brainwrought_testing::{Around, PostgresServer};

const HOUR: i64 = 3600;
/// Long enough to be renewed in time on a busy machine.
const LEASE: Duration = Duration::from_secs(3);
/// Within this time everything must have come right again.
const SOON: Duration = Duration::from_secs(20);

struct Bench {
    clock: FakeClock,
    url: String,
    store: PostgresJobStore,
    _server: PostgresServer,
}

impl Bench {
    async fn new() -> Self {
        let clock = FakeClock::start();
        let around = Around { environment: clock.environment(), ..Around::default() };
        let server = PostgresServer::own_in("fsync = off", around).await;
        let url = server.database().await;
        let store = PostgresJobStore::connect(&url).await.unwrap();
        Self { clock, url, store, _server: server }
    }

    async fn claim(&self) -> Claim {
        self.store.claim(&ask(1, LEASE)).await.unwrap().remove(0)
    }

    async fn now_ms(&self) -> i64 {
        let mut connection = PgConnection::connect(&self.url).await.unwrap();
        sqlx::query_scalar("select brainwrought.now_ms()").fetch_one(&mut connection).await.unwrap()
    }

    /// Sets the clock, and makes sure that the server sees it.
    async fn set(&self, seconds: i64) {
        let before = self.now_ms().await;
        self.clock.set(seconds);
        let moved = self.now_ms().await - before;
        assert!(moved.abs() > HOUR * 999, "the server's clock moved by {moved} ms only");
    }

    /// Recovers again and again until something was taken back.
    async fn taken_back(&self) -> Vec<TaskId> {
        let rounds = async {
            loop {
                let moved = self.store.recover().await.unwrap();
                if !moved.is_empty() {
                    return moved;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(SOON, rounds).await.expect("a dead worker's task was not taken back")
    }
}

#[tokio::test]
async fn a_clock_that_is_set_back_keeps_no_task_with_a_dead_worker() {
    let bench = Bench::new().await;
    submit(&bench.store, job(&["speak"])).await;
    let dead = bench.claim().await;
    bench.set(-HOUR).await;
    assert_eq!(bench.taken_back().await, std::slice::from_ref(&dead.id));
    let claim = bench.claim().await;
    assert_eq!((&claim.id, claim.job.stages[0].attempt), (&dead.id, 2));
    let stale = bench.store.commit(&dead.id, dead.token, done()).await;
    assert!(matches!(stale, Err(JobStoreError::LeaseLost { .. })), "{stale:?}");
    // A process that did not see the clock go back knows as much.
    bench.set(-2 * HOUR).await;
    let other = PostgresJobStore::connect(&bench.url).await.unwrap();
    assert!(other.recover().await.unwrap().is_empty());
    assert_eq!(bench.store.renew(&claim.id, claim.token, LEASE).await.unwrap(), Renewal::Renewed);
    bench.store.commit(&claim.id, claim.token, done()).await.unwrap();
}

#[tokio::test]
async fn a_clock_that_is_set_back_makes_no_failed_task_rest_for_an_hour() {
    let bench = Bench::new().await;
    submit(&bench.store, job(&["speak"])).await;
    let claim = bench.claim().await;
    let failure = Failure { error: "passing".to_owned(), retryable: true, backoff_ms: 2_000 };
    bench.store.commit(&claim.id, claim.token, Outcome::Failed(failure)).await.unwrap();
    bench.set(-HOUR).await;
    let again = async {
        loop {
            bench.store.recover().await.unwrap();
            if let Some(claim) = bench.store.claim(&ask(1, LEASE)).await.unwrap().pop() {
                return claim;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let again = tokio::time::timeout(SOON, again).await.expect("the task rests for an hour");
    assert_eq!(again.id, claim.id);
}

#[tokio::test]
async fn a_clock_that_is_set_forward_takes_no_task_from_a_living_worker() {
    let bench = Bench::new().await;
    submit(&bench.store, job(&["speak", "draw"])).await;
    let (living, dead) = (bench.claim().await, bench.claim().await);
    assert!(bench.store.recover().await.unwrap().is_empty());
    bench.set(HOUR).await;
    // Both leases ended long ago by the new time. Only one of the two is ever renewed.
    let heartbeat = async {
        loop {
            let renewed = bench.store.renew(&living.id, living.token, LEASE).await.unwrap();
            assert_eq!(renewed, Renewal::Renewed, "a living worker lost its task");
            tokio::time::sleep(LEASE / 6).await;
        }
    };
    tokio::select! {
        moved = bench.taken_back() => assert_eq!(moved, std::slice::from_ref(&dead.id)),
        () = heartbeat => {}
    }
    let task = bench.store.commit(&living.id, living.token, done()).await.unwrap();
    assert_eq!((task.status, task.attempt, task.history.len()), (TaskStatus::Done, 1, 0));
}
