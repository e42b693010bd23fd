//! Whether a connection keeps its session: a pooler in transaction mode gives each transaction another one.
//!
//! Settings that make a commit durable and a call end in time, prepared statements and wake-ups all belong to a session.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _};

use super::fault::Fault;

/// Two connections of one pooler share an idle session at the first try; when others are busy, at one of some.
const TRIES: usize = 5;

/// Beyond that the network has swallowed the call.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// Fails when two connections are seen to share a session.
pub(super) async fn check(options: &PgConnectOptions) -> Result<(), Fault> {
    let connect = || async {
        let connecting = PgConnection::connect_with(options);
        let connected = tokio::time::timeout(CONNECT_LIMIT, connecting).await;
        connected.map_err(|_| Fault::NoResponse)?.map_err(Fault::from)
    };
    let (mut first, mut second) = (connect().await?, connect().await?);
    for _ in 0..TRIES {
        let mark = RandomState::new().build_hasher().finish().to_string();
        said(&mut first, &format!("select set_config('brainwrought.session', '{mark}', false)")).await?;
        let read = "select coalesce(current_setting('brainwrought.session', true), '')";
        let (other, own) = (said(&mut second, read).await?, said(&mut first, read).await?);
        if other == mark || own != mark {
            return Err(Fault::Pooled);
        }
    }
    first.close().await?;
    second.close().await?;
    Ok(())
}

/// Asks without a prepared statement, which a session may already have from somebody else.
async fn said(connection: &mut PgConnection, sql: &str) -> Result<String, Fault> {
    let row = connection.fetch_one(sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))).await?;
    Ok(row.try_get(0)?)
}
