//! [`ConnectionCache`]: connections for claims and commits, reused without a ping in between.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sqlx::{Connection as _, PgConnection, PgPool};
use tokio::time::{Instant, timeout};

use super::fault::Fault;

/// A connection that rested longer is asked whether it still lives; asking each time costs a quarter of the throughput.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// How long the answer may take.
const ASK_LIMIT: Duration = Duration::from_secs(2);

/// How many connections rest here. More are never under way at once, but for calls that were given up.
const MAX_IDLE: usize = 4;

/// Idle connections that are reused without a ping.
///
/// A pool of sqlx pings the server whenever a connection is released, which cannot be turned off (launchbadge/sqlx#1743),
/// has no limit of time (#4146) and takes a good part of the time of a small statement. Here a connection comes back only
/// after its statement went well; one that did not, or that was given up, is closed.
#[derive(Debug)]
pub(super) struct ConnectionCache {
    /// Makes connections, patiently while a server starts.
    pool: PgPool,
    rested: Mutex<Vec<(PgConnection, Instant)>>,
}

impl ConnectionCache {
    pub(super) fn new(pool: PgPool) -> Self {
        Self { pool, rested: Mutex::default() }
    }

    /// Takes the connection that rested least, or makes one.
    pub(super) async fn take(&self) -> Result<PgConnection, Fault> {
        loop {
            let rested = self.rested.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some((mut connection, since)) = rested else {
                return Ok(self.pool.acquire().await?.detach());
            };
            if is_trusted(&mut connection, since.elapsed()).await {
                return Ok(connection);
            }
        }
    }

    /// Takes a connection back whose statement went well.
    pub(super) fn put(&self, connection: PgConnection) {
        let mut rested = self.rested.lock().unwrap_or_else(PoisonError::into_inner);
        if rested.len() < MAX_IDLE {
            rested.push((connection, Instant::now()));
        }
    }
}

/// True for a connection that was used just now, or that still answers.
pub(super) async fn is_trusted(connection: &mut PgConnection, rested: Duration) -> bool {
    rested <= TRUSTED_FOR || matches!(timeout(ASK_LIMIT, connection.ping()).await, Ok(Ok(())))
}
