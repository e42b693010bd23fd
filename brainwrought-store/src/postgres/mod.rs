//! The job store in Postgres; feature `postgres`.
//!
//! **Invariant:** no type of sqlx leaves this folder.

mod attempt;
mod batches;
mod change;
mod claim;
mod coalescer;
mod connected_store;
mod connection_cache;
mod database;
mod fault;
mod jobs;
mod ledger;
mod listing;
mod notifier;
mod record;
mod schema;
mod sessions;
mod stage_control;
mod stored_text;
mod sweep;
mod whole_job;

pub use jobs::PostgresJobStore;
pub use schema::{Migrated, SchemaError};
pub use stage_control::StageControl;
