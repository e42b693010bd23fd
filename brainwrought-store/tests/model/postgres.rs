//! The store in Postgres, with a clock that stands still.

use brainwrought_store::PostgresJobStore;
use sqlx::{Connection as _, PgConnection};

use proptest::prelude::*;
use proptest_state_machine::{StateMachineTest, prop_state_machine};

use crate::reference::{Reference, Step};
use crate::subject::Subject;
use brainwrought_testing::PostgresServer;

/// Puts a clock that stands still in the place of the server's.
const MANUAL_CLOCK: &str = "
    create table brainwrought.test_clock as select 0::bigint as ms;
    create or replace function brainwrought.now_ms() returns bigint language sql volatile as
        'select ms from brainwrought.test_clock';
    create or replace function brainwrought.up_since_ms() returns bigint language sql stable as
        'select 0::bigint'";

struct PostgresMatches;

impl StateMachineTest for PostgresMatches {
    type SystemUnderTest = Subject;
    type Reference = Reference;

    fn init_test(_: &Reference) -> Subject {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let url = runtime.block_on(async { PostgresServer::shared().await.database().await });
        let mut connection = runtime.block_on(PgConnection::connect(&url)).unwrap();
        runtime.block_on(sqlx::raw_sql(MANUAL_CLOCK).execute(&mut connection)).unwrap();
        let tick = move |ms: u64| {
            let moved = sqlx::query("update brainwrought.test_clock set ms = ms + $1")
                .bind(i64::try_from(ms).unwrap())
                .execute(&mut connection);
            runtime.block_on(moved).unwrap();
        };
        Subject::over(Box::new(PostgresJobStore::new(&url).unwrap()), Box::new(tick))
    }

    fn apply(subject: Subject, after: &Reference, step: Step) -> Subject {
        subject.step(after, &step)
    }
}

prop_state_machine! {
    #![proptest_config(ProptestConfig { cases: 25, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn postgres_does_what_the_state_machine_says(sequential 1..60 => PostgresMatches);
}
