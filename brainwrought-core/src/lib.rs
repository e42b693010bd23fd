//! The contracts of Brainwrought: data, pipeline, state machine, stores and engine.

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod artifact_store;
pub mod atomic_file;
pub mod budget;
pub mod clock;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod data;
pub mod engine;
pub mod event;
pub mod fingerprint;
pub mod id;
pub mod job;
pub mod job_store;
pub mod ledger_store;
pub mod memory;
pub mod metrics;
pub mod pipeline;
pub mod private_folder;
pub mod publisher;
pub mod redaction;
pub mod report;
pub mod retry;
pub mod room;
pub mod split_mix;
pub mod stage;
