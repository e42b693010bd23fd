//! The job store in Postgres, against a server of the tests' own.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod jobs;
mod outages;
mod pooler;
#[cfg(feature = "postgres-tls")]
#[expect(dead_code, reason = "a script that ends needs no peer that stays")]
#[path = "../../src/python_peer.rs"]
mod python_peer;
mod schema;
mod server;
mod spending;
mod stages;
#[cfg(feature = "postgres-tls")]
mod tls;

use std::sync::Arc;

use brainwrought_core::job_store::JobStore;
use brainwrought_store::open_job_store;
use server::Server;

async fn open() -> (Arc<dyn JobStore>, ()) {
    (open_job_store(&Server::shared().await.database().await).unwrap(), ())
}

brainwrought_core::job_store_conformance!(open().await);
