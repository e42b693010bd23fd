//! Names of what the engine measures, for any recorder of the `metrics` crate.
//!
//! Without a recorder, measuring costs next to nothing. Times are in seconds, sizes in bytes; every name but those of
//! jobs carries the label `stage`.

use ::metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

use crate::budget::Cost;
use crate::id::StageName;
use crate::job::StageBacklog;

/// Tasks that were claimed.
pub const CLAIMS: &str = "brainwrought_claims_total";
/// Outcomes that the store accepted; the label `cached` is `true` where nothing ran.
pub const COMPLETIONS: &str = "brainwrought_completions_total";
/// Attempts that failed; the label `will_retry` tells whether the task is tried again.
pub const FAILURES: &str = "brainwrought_failures_total";
/// Tasks that were handed back by a worker that was told to stop.
pub const HANDED_BACK: &str = "brainwrought_handed_back_total";
/// Outcomes that the store refused because the fencing token no longer held.
pub const STALE_COMPLETIONS: &str = "brainwrought_stale_completions_total";
/// Attempts that stopped because their lease could not be renewed.
pub const LEASES_LOST: &str = "brainwrought_leases_lost_total";
/// Expired leases that recovery took back.
pub const RECOVERIES: &str = "brainwrought_recoveries_total";
/// How long stages took, in seconds; outputs that were known already are left out.
pub const STAGE_SECONDS: &str = "brainwrought_stage_seconds";
/// Bytes that stages read from and wrote to the artifact store; the label `direction` is `read` or `written`.
pub const ARTIFACT_BYTES: &str = "brainwrought_artifact_bytes_total";
/// What providers were paid, in millionths of a US dollar, by the label `provider`, such as `openai/gpt-5-mini`.
pub const SPENT: &str = "brainwrought_spent_micros_total";
/// Tasks of jobs that are not final, by the label `status`: `NEW`, `READY` or `RUNNING`.
pub const TASKS: &str = "brainwrought_tasks";
/// How long the oldest READY task of a stage has waited, in seconds.
pub const OLDEST_READY: &str = "brainwrought_oldest_ready_seconds";

/// Tells the recorder of this process what the names mean.
pub fn describe() {
    describe_counter!(CLAIMS, "Tasks that were claimed.");
    describe_counter!(COMPLETIONS, "Outcomes that the store accepted.");
    describe_counter!(FAILURES, "Attempts that failed.");
    describe_counter!(HANDED_BACK, "Tasks that were handed back by a worker that was told to stop.");
    describe_counter!(STALE_COMPLETIONS, "Outcomes that were refused because their token no longer held.");
    describe_counter!(LEASES_LOST, "Attempts that stopped because their lease could not be renewed.");
    describe_counter!(RECOVERIES, "Expired leases that were taken back.");
    describe_histogram!(STAGE_SECONDS, Unit::Seconds, "How long stages took.");
    describe_counter!(ARTIFACT_BYTES, Unit::Bytes, "Bytes read from and written to the artifact store.");
    describe_counter!(SPENT, "What providers were paid, in millionths of a US dollar.");
    describe_gauge!(TASKS, "Tasks of jobs that are not final.");
    describe_gauge!(OLDEST_READY, Unit::Seconds, "How long the oldest READY task has waited.");
}

pub(crate) fn claimed(stage: &StageName) {
    counter!(CLAIMS, "stage" => stage.0.clone()).increment(1);
}

pub(crate) fn completed(stage: &StageName, cached: bool) {
    counter!(COMPLETIONS, "stage" => stage.0.clone(), "cached" => cached.to_string()).increment(1);
}

pub(crate) fn failed(stage: &StageName, will_retry: bool) {
    counter!(FAILURES, "stage" => stage.0.clone(), "will_retry" => will_retry.to_string()).increment(1);
}

pub(crate) fn handed_back(stage: &StageName) {
    counter!(HANDED_BACK, "stage" => stage.0.clone()).increment(1);
}

pub(crate) fn refused_as_stale(stage: &StageName) {
    counter!(STALE_COMPLETIONS, "stage" => stage.0.clone()).increment(1);
}

pub(crate) fn lease_lost(stage: &StageName) {
    counter!(LEASES_LOST, "stage" => stage.0.clone()).increment(1);
}

pub(crate) fn recovered(stage: &StageName) {
    counter!(RECOVERIES, "stage" => stage.0.clone()).increment(1);
}

pub(crate) fn took(stage: &StageName, seconds: f64) {
    histogram!(STAGE_SECONDS, "stage" => stage.0.clone()).record(seconds);
}

pub(crate) fn moved(stage: &StageName, direction: &'static str, bytes: u64) {
    counter!(ARTIFACT_BYTES, "stage" => stage.0.clone(), "direction" => direction).increment(bytes);
}

pub(crate) fn spent(stage: &StageName, provider: &str, cost: Cost) {
    counter!(SPENT, "stage" => stage.0.clone(), "provider" => provider.to_owned()).increment(cost.0);
}

/// Sets the gauges of the queue. Stages that are not listed any more are empty.
pub fn observe(backlog: &[StageBacklog], known: &[StageName]) {
    let empty = known.iter().filter(|stage| backlog.iter().all(|line| line.stage != **stage));
    let empty = empty.map(|stage| StageBacklog::empty(stage.clone()));
    for line in backlog.iter().cloned().chain(empty) {
        for (status, tasks) in [("NEW", line.blocked), ("READY", line.ready), ("RUNNING", line.running)] {
            gauge!(TASKS, "stage" => line.stage.0.clone(), "status" => status).set(tasks as f64);
        }
        let oldest = line.oldest_ready.unwrap_or_default().as_secs_f64();
        gauge!(OLDEST_READY, "stage" => line.stage.0.clone()).set(oldest);
    }
}
