//! The state machine: jobs, their tasks, and every change a store may make to them.
//!
//! **Invariant:** nothing here does input or output, and no store changes a [`Job`] but through its methods. A store
//! lends exclusive access to one job, calls one method, and writes what came out.

mod callback;
#[cfg(test)]
mod fixture;
mod job_input;
mod job_record;
mod lease;
mod ledger;
mod log_entry;
mod lost_output;
mod new_job;
mod outcome;
mod plan;
mod replan;
mod stage_backlog;
mod status;
mod task;
mod transition_error;
mod version;
mod waiting;

pub use callback::{Callback, CallbackState};
pub use job_input::JobInput;
pub use job_record::Job;
pub use lease::Lease;
pub use ledger::{Ledger, LedgerEntry};
pub use log_entry::LogEntry;
pub use new_job::NewJob;
pub use outcome::{Failure, Outcome, Progress, Renewal};
pub use plan::{Plan, PlanError, StagePlan};
pub use stage_backlog::StageBacklog;
pub use status::{JobStatus, TaskStatus};
pub use task::{AttemptEnd, AttemptRecord, Task};
pub use transition_error::TransitionError;
pub use version::{Revision, Version, VersionOutput, Versions};
