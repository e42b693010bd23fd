//! The state machine: jobs, their tasks, and every change a store may make to them.
//!
//! **Invariant:** nothing here does input or output, and no store changes a [`Job`] but through its methods. A store
//! lends exclusive access to one job, calls one method, and writes what came out.

mod job_record;
mod lease;
mod outcome;
mod plan;
mod status;
mod task;

pub use job_record::{Delivery, Job, JobInput, LogEntry, NewJob, TransitionError};
pub use lease::Lease;
pub use outcome::{Failure, Outcome, Progress, Renewal};
pub use plan::{Plan, PlanError, StagePlan};
pub use status::{JobStatus, TaskStatus};
pub use task::{AttemptEnd, AttemptRecord, Task};
