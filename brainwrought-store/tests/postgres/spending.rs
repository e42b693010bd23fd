//! Spending as people see it in the database, and who waits for whom.

use std::time::Duration;

use brainwrought_core::budget::{Charge, Cost};
use brainwrought_core::job_store::JobStore;
use brainwrought_core::ledger_store::LedgerStore as _;
use brainwrought_store::PostgresJobStore;
use sqlx::{Connection as _, PgConnection};

use super::jobs::{ask, done, job, submit};
use brainwrought_testing::PostgresServer;

const LONG: Duration = Duration::from_secs(60);

fn charge(provider: &str, most: u64) -> Charge {
    Charge { provider: provider.to_owned(), most: Cost(most) }
}

#[tokio::test]
async fn a_view_shows_what_jobs_spent() {
    let url = PostgresServer::shared().await.database().await;
    let store = PostgresJobStore::connect(&url).await.unwrap();
    let limited = job(&["audio", "script"]).with_max_cost(Some(Cost::from_usd(2.5)));
    let id = submit(&store, limited).await;
    let claims = store.claim(&ask(2, LONG)).await.unwrap();
    for claim in &claims {
        let charge = charge("openai/gpt-5-mini", 400_000);
        store.reserve(&claim.id, claim.token, &charge).await.unwrap();
        store.settle(&claim.id, claim.token, &charge, Cost(150_000)).await.unwrap();
    }
    store.reserve(&claims[0].id, claims[0].token, &charge("openai/tts-1", 1_000_000)).await.unwrap();
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let rows: Vec<(String, String, String, i64, String)> = sqlx::query_as(
        "select job_id, stage, provider, calls, concat_ws(' ', settled_usd, set_aside_usd, job_usd, max_cost_usd)
         from brainwrought.spending",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let row = |stage: &str, provider: &str, figures: &str| {
        (id.as_str().to_owned(), stage.to_owned(), provider.to_owned(), 1, figures.to_owned())
    };
    let expected = [
        row("audio", "openai/gpt-5-mini", "0.150000 0.000000 1.300000 2.500000"),
        row("audio", "openai/tts-1", "0.000000 1.000000 1.300000 2.500000"),
        row("script", "openai/gpt-5-mini", "0.150000 0.000000 1.300000 2.500000"),
    ];
    assert_eq!(rows, expected);
    store.cancel(&id).await.unwrap();
    store.delete(&id).await.unwrap();
    let left: i64 = sqlx::query_scalar("select count(*) from brainwrought.ledger")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(left, 0);
}

/// While somebody sets money aside for one task, others of the job are claimed, renewed and committed.
#[tokio::test]
async fn spending_holds_up_no_claim_and_no_commit() {
    let url = PostgresServer::shared().await.database().await;
    let store = PostgresJobStore::connect(&url).await.unwrap();
    let id = submit(&store, job(&["audio", "script", "visuals"])).await;
    let two = store.claim(&ask(2, LONG)).await.unwrap();
    // As a set-aside holds them: the row of the job and that of its task.
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let mut held = connection.begin().await.unwrap();
    sqlx::query("select from brainwrought.jobs for no key update").execute(&mut *held).await.unwrap();
    sqlx::query("select from brainwrought.tasks where stage = $1 for update")
        .bind(&two[0].id.key.stage.0)
        .execute(&mut *held)
        .await
        .unwrap();
    let others = async {
        store.renew(&two[1].id, two[1].token, LONG).await.unwrap();
        store.settle(&two[1].id, two[1].token, &charge("a/1", 1), Cost(1)).await.unwrap();
        store.commit(&two[1].id, two[1].token, done()).await.unwrap();
        let third = store.claim(&ask(1, LONG)).await.unwrap();
        assert_eq!(third.len(), 1);
        store.commit(&third[0].id, third[0].token, done()).await.unwrap();
    };
    tokio::time::timeout(Duration::from_secs(20), others).await.expect("nobody waits");
    held.rollback().await.unwrap();
    store.reserve(&two[0].id, two[0].token, &charge("a/1", 5)).await.unwrap();
    assert_eq!(store.get(&id).await.unwrap().job.ledger.spent(), Cost(6));
}
