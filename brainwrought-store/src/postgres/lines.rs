//! [`Lines`]: connections for claims and commits, which go from one statement to the next without a question.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sqlx::{Connection as _, PgConnection, PgPool};
use tokio::time::{Instant, timeout};

use super::database::Fault;

/// A connection that rested longer is asked whether it still lives; asking each time costs a quarter of the throughput.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// How long the answer may take.
const ASK_LIMIT: Duration = Duration::from_secs(2);

/// How many connections rest here. More are never under way at once, but for calls that were given up.
const MAX_IDLE: usize = 4;

/// Connections that are handed on as they are.
///
/// A pool of sqlx asks the server after every statement whether the connection still lives, which takes the server, the
/// client and the switches between them a good part of what the statement took. Here a connection comes back only after
/// its statement went well; one that did not, or that was given up, is closed.
#[derive(Debug)]
pub(super) struct Lines {
    /// Makes connections, patiently while a server starts.
    pool: PgPool,
    rested: Mutex<Vec<(PgConnection, Instant)>>,
}

impl Lines {
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
