//! Stores for Brainwrought jobs and artifacts, chosen by URL.
//!
//! | URL | jobs | artifacts |
//! | --- | --- | --- |
//! | `file:./data`, or a path | yes | yes |
//! | `memory:` | yes | yes |
//! | `s3://bucket/prefix` | no | feature `aws` |
//! | `gs://bucket/prefix` | no | feature `gcp` |
//! | `az://container/prefix` | no | feature `azure` |
//!
//! **Invariant:** no type of a database or of `object_store` appears in a public signature.

mod file;
mod object;
mod open;
mod options;
#[cfg(test)]
#[cfg(feature = "network")]
mod python_peer;
mod remote;
mod store_clock;

pub use file::FileJobStore;
pub use object::ObjectArtifactStore;
pub use open::{OpenError, local_folder, open_artifact_store, open_artifact_store_with, open_job_store};
pub use options::StoreOptions;
pub use remote::RemoteError;
