//! Stores for Brainwrought jobs and artifacts, chosen by URL.
//!
//! | URL | jobs | artifacts |
//! | --- | --- | --- |
//! | `file:./data`, or a path | yes | yes |
//! | `memory:` | yes | yes |
//! | `postgres://…` (feature `postgres`) | yes | no |
//!
//! **Invariant:** no type of a database or of `object_store` appears in a public signature.

mod file;
mod object;
mod open;
#[cfg(feature = "postgres")]
mod postgres;

pub use file::FileJobStore;
pub use object::ObjectArtifactStore;
pub use open::{OpenError, local_folder, open_artifact_store, open_job_store};
#[cfg(feature = "postgres")]
pub use postgres::{Migrated, PostgresJobStore, SchemaError, StageControl};
