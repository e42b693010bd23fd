//! Stores in memory: the reference for every other store, and for tests.

mod artifacts;
mod jobs;

pub use artifacts::MemoryArtifactStore;
pub use jobs::MemoryJobStore;
