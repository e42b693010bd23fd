//! The contracts of Brainwrought: data, pipeline, state machine, stores and engine.

pub mod artifact_store;
pub mod data;
pub mod event;
pub mod id;
pub mod memory;
pub mod stage;
