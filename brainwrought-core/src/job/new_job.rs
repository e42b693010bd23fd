//! [`NewJob`]: what is needed to create a job.

use serde_json::Value;

use super::{JobInput, Plan};
use crate::budget::Cost;
use crate::retry::RetryPolicy;

/// What is needed to create a job.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
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

impl NewJob {
    /// A job of the pipeline of that name, with no options, the usual priority, as many attempts as [`RetryPolicy`] has by
    /// default, no limit and no key.
    pub fn new(pipeline: impl Into<String>, plan: Plan, input: JobInput) -> Self {
        Self {
            pipeline: pipeline.into(),
            plan,
            input,
            options: Value::Null,
            priority: 0,
            max_attempts: RetryPolicy::default().max_attempts,
            max_cost: None,
            idempotency_key: None,
        }
    }

    /// Sets what the user chose.
    #[must_use]
    pub fn with_options(mut self, options: Value) -> Self {
        self.options = options;
        self
    }

    /// Sets the priority.
    #[must_use]
    pub fn with_priority(mut self, priority: i32) -> Self {
        self.priority = priority;
        self
    }

    /// Sets how often each task is tried.
    #[must_use]
    pub fn with_max_attempts(mut self, max_attempts: u32) -> Self {
        self.max_attempts = max_attempts;
        self
    }

    /// Sets the most that the job may spend.
    #[must_use]
    pub fn with_max_cost(mut self, max_cost: Option<Cost>) -> Self {
        self.max_cost = max_cost;
        self
    }

    /// Sets the key by which a second creation finds the first job.
    #[must_use]
    pub fn with_idempotency_key(mut self, key: Option<String>) -> Self {
        self.idempotency_key = key;
        self
    }
}
