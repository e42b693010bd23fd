//! Stores for Brainwrought jobs and artifacts, chosen by URL.
//!
//! | URL | jobs | artifacts | feature |
//! | --- | --- | --- | --- |
//! | `file:./data`, or a path | yes | yes | |
//! | `memory:` | yes | yes | |
//! | `postgres://…` | yes | no | `postgres`; `postgres-tls` for those with `sslmode` |
//! | `s3://bucket/prefix` | no | yes | `aws` |
//! | `gs://bucket/prefix` | no | yes | `gcp` |
//! | `az://container/prefix` | no | yes | `azure` |
//! | `hf://datasets/owner/name/prefix` | no | yes, and finished videos by [`HubPublisher`] | `hub` |
//!
//! The features are there to leave their clients out; all are on unless told otherwise. Keys, endpoints and regions are
//! [`StoreOptions`]. A dataset takes some 128 commits an hour, so it is a place to keep and to share artifacts rather than
//! to work on: what is written at the same time shares a commit, but a stage that writes one thing after the other makes
//! one commit each.
//!
//! **Invariant:** no type of a database or of `object_store` appears in a public signature.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod artifact_path;
mod file;
mod holds;
mod hub;
mod object;
mod open;
mod open_error;
mod options;
#[cfg(feature = "postgres")]
mod postgres;
mod remote;
mod secrets;
mod store_clock;

pub use file::FileJobStore;
#[cfg(feature = "hub")]
pub use hub::{HubError, HubPublisher, HubSpace, SpaceDeployment, SpaceRun};
pub use object::ObjectArtifactStore;
pub use open::{
    local_folder, open_artifact_store, open_artifact_store_with, open_job_store, open_job_store_to_read,
};
#[cfg(feature = "postgres")]
pub use open::{migrate_job_store, open_stage_controls};
pub use open_error::{OpenError, without_password};
pub use options::StoreOptions;
#[cfg(feature = "postgres")]
pub use postgres::{Migrated, PostgresJobStore, SchemaError, StageControl};
pub use remote::RemoteError;
