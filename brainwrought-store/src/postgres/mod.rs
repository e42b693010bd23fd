//! The job store in Postgres; feature `postgres`.
//!
//! **Invariant:** no type of sqlx leaves this folder.

mod attempt;
mod change;
mod claim;
mod database;
mod gather;
mod jobs;
mod ledger;
mod lines;
mod listing;
mod live;
mod record;
mod schema;
mod sessions;
mod stage_control;
mod stored_text;
mod sweep;
mod wake;
mod whole_job;

pub use jobs::PostgresJobStore;
pub use schema::{Migrated, SchemaError};
pub use stage_control::StageControl;
