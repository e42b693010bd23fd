//! Stores in memory: the reference for every other store, and for tests.

mod artifacts;

pub use artifacts::MemoryArtifactStore;
