//! The stores in a folder, and those that a URL opens, keep every rule.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use brainwrought_core::artifact_store::ArtifactStore;
use brainwrought_core::job_store::JobStore;
use brainwrought_store::{open_artifact_store, open_job_store};
use tempfile::TempDir;

fn jobs_in_folder() -> (Arc<dyn JobStore>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (open_job_store(folder.path().to_str().unwrap()).unwrap(), folder)
}

fn artifacts_in_folder() -> (Arc<dyn ArtifactStore>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (open_artifact_store(folder.path().to_str().unwrap()).unwrap(), folder)
}

mod file {
    use super::*;
    brainwrought_core::job_store_conformance!(jobs_in_folder());
    brainwrought_core::artifact_store_conformance!(artifacts_in_folder());
    brainwrought_core::artifact_holds_conformance!(artifacts_in_folder());
}

mod memory {
    use super::*;
    brainwrought_core::job_store_conformance!((open_job_store("memory:").unwrap(), ()));
    brainwrought_core::artifact_store_conformance!((open_artifact_store("memory:").unwrap(), ()));
    brainwrought_core::artifact_holds_conformance!((open_artifact_store("memory:").unwrap(), ()));
}
