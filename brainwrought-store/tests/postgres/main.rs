//! The job store in Postgres, against a server of the tests' own.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod jobs;
mod outages;
mod pooler;
#[cfg(feature = "postgres-tls")]
mod schema;
mod spending;
mod stages;
#[cfg(feature = "postgres-tls")]
mod tls;

use std::sync::Arc;

use brainwrought_core::job_store::JobStore;
use brainwrought_store::open_job_store;
use brainwrought_testing::PostgresServer;

async fn open() -> (Arc<dyn JobStore>, ()) {
    (open_job_store(&PostgresServer::shared().await.database().await).unwrap(), ())
}

brainwrought_core::job_store_conformance!(open().await);
