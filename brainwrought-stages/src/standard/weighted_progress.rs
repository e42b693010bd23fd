//! [`WeightedProgress`]: how much of a job is done, weighing stages by what they cost.

use std::collections::BTreeMap;

use brainwrought_core::id::{StageName, TaskKey};
use brainwrought_core::job::{Job, TaskStatus};

use super::stage_cost::StageCosts;

/// How much of a job is done.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WeightedProgress {
    /// The tasks of each stage, and how many are done.
    stages: BTreeMap<StageName, (usize, usize)>,
    costs: StageCosts,
}

impl WeightedProgress {
    /// Reads a job.
    pub fn from_job(job: &Job) -> Self {
        let costs = StageCosts::from_job(job);
        let mut stages = BTreeMap::new();
        for stage in job.plan.stages() {
            let tasks = job.tasks_of(&stage.name).count();
            let done = job.tasks_of(&stage.name).filter(|task| task.status == TaskStatus::Done).count();
            // The share of a stage that has not fanned out yet is unknown; until then it counts as the usual number.
            let tasks = if tasks == 0 { costs.segments } else { tasks };
            stages.insert(stage.name.clone(), (tasks, done));
        }
        Self { stages, costs }
    }

    /// Notes that a task is done.
    pub fn done(&mut self, task: &TaskKey) {
        let (tasks, done) = self.stages.entry(task.stage.clone()).or_insert((1, 0));
        *done += 1;
        *tasks = (*tasks).max(*done);
    }

    /// The share that is done, from 0 to 1; `live` has the steps of running tasks, done and in all.
    pub fn share(&self, live: &BTreeMap<TaskKey, (u64, u64)>) -> f64 {
        let mut whole = 0.0;
        let mut gone = 0.0;
        for (stage, (tasks, done)) in &self.stages {
            let weight = self.costs.of_stage(stage);
            let running: f64 = live
                .iter()
                .filter(|(task, _)| task.stage == *stage)
                .map(|(_, (done, total))| *done as f64 / (*total).max(1) as f64)
                .sum();
            whole += weight;
            gone += weight * ((*done as f64 + running) / (*tasks).max(1) as f64).min(1.0);
        }
        if whole > 0.0 { gone / whole } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(stage: &str, segment: Option<u32>) -> TaskKey {
        TaskKey { stage: stage.into(), segment }
    }

    #[test]
    fn a_task_half_way_counts_half() {
        let mut progress = WeightedProgress::default();
        progress.stages.insert("render".into(), (2, 0));
        assert_eq!(progress.share(&BTreeMap::new()), 0.0);
        let live = BTreeMap::from([(key("render", Some(0)), (5, 10))]);
        assert_eq!(progress.share(&live), 0.25);
        progress.done(&key("render", Some(0)));
        progress.done(&key("render", Some(1)));
        assert_eq!(progress.share(&BTreeMap::new()), 1.0);
    }

    #[test]
    fn the_share_never_passes_one() {
        let mut progress = WeightedProgress::default();
        for _ in 0..9 {
            progress.done(&key("audio", None));
        }
        assert_eq!(progress.share(&BTreeMap::from([(key("audio", None), (9, 1))])), 1.0);
    }
}
