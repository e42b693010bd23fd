//! [`StageBacklog`]: how much work of a stage waits and runs.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::{Job, Task, TaskStatus};
use crate::clock::Timestamp;
use crate::id::StageName;

/// How much work of a stage waits and runs, over all jobs that are not final.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StageBacklog {
    /// The stage.
    pub stage: StageName,
    /// Tasks that wait for others: NEW.
    pub blocked: u64,
    /// Tasks that wait for a worker: READY, those that rest after a failure among them.
    pub ready: u64,
    /// Tasks that workers hold: RUNNING.
    pub running: u64,
    /// How long the oldest READY task has waited, by the wall clock.
    pub oldest_ready: Option<Duration>,
}

impl StageBacklog {
    /// A stage without any work.
    pub fn empty(stage: StageName) -> Self {
        Self { stage, blocked: 0, ready: 0, running: 0, oldest_ready: None }
    }

    /// Counts the tasks of `jobs`, by the names of their stages. Jobs that are final should be left out.
    pub fn count<'a>(jobs: impl IntoIterator<Item = &'a Job>, now: Timestamp) -> Vec<Self> {
        let mut stages: BTreeMap<&'a str, Self> = BTreeMap::new();
        for job in jobs {
            for task in &job.stages {
                let stage = &task.key.stage;
                let line = stages.entry(&stage.0).or_insert_with(|| Self::empty(stage.clone()));
                match task.status {
                    TaskStatus::New => line.blocked += 1,
                    TaskStatus::Ready => {
                        line.ready += 1;
                        let waited = Duration::from_millis(now.0.saturating_sub(ready_since(job, task).0));
                        line.oldest_ready = line.oldest_ready.max(Some(waited));
                    }
                    TaskStatus::Running => line.running += 1,
                    _ => {}
                }
            }
        }
        stages.into_values().filter(|line| line.blocked + line.ready + line.running > 0).collect()
    }
}

/// Since when a READY task can have been claimed: what it needs was done, or its last attempt ended.
fn ready_since(job: &Job, task: &Task) -> Timestamp {
    let plan = job.plan.stages().iter().find(|stage| stage.name == task.key.stage);
    let needs = plan.into_iter().flat_map(|stage| stage.needs.iter());
    let done = needs.flat_map(|need| job.tasks_of(need)).filter_map(|needed| needed.finished_at);
    let ended = task.history.last().map(|attempt| attempt.at);
    done.chain(ended).fold(job.created_at, Timestamp::max)
}
