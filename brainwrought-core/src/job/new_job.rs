//! [`NewJob`]: what is needed to create a job.

use serde_json::Value;

use super::{JobInput, Plan};
use crate::budget::Cost;

/// What is needed to create a job.
#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    /// The name of its pipeline.
    pub pipeline: String,
    /// The stages and what they wait for.
    pub plan: Plan,
    /// What it starts from.
    pub input: JobInput,
    /// What the user chose.
    pub options: Value,
    /// The higher, the sooner it is claimed; 0 is usual.
    pub priority: i32,
    /// How often each task is tried; at least 1.
    pub max_attempts: u32,
    /// The most that it may spend; `None` is no limit.
    pub max_cost: Option<Cost>,
    /// Makes a second creation with the same key find the first job.
    pub idempotency_key: Option<String>,
}
