//! What becomes of a job when the output of a task is lost: that task and what depends on it are done again.

use std::collections::{BTreeMap, BTreeSet};

use super::job_record::single;
use super::{Failure, Job, StagePlan, Task, TaskStatus};
use crate::clock::Now;
use crate::id::{StageName, TaskKey};

impl Job {
    /// Sends the tasks whose outputs are lost back to NEW, and everything that depends on them. Whoever works on one of
    /// those is fenced; tasks that failed for good stay so. What comes out as before is found by its fingerprint, so the
    /// rest is not done again.
    ///
    /// When that cannot help the task `key`, because it does not depend on them or an output was lost too often, it fails.
    pub(super) fn send_back(&mut self, key: &TaskKey, owners: &[TaskKey], error: String, now: &Now) {
        let stale = self.dependents(owners);
        let may_be_repaired = |owner: &TaskKey| self.task(owner).is_some_and(Task::is_repairable);
        if !owners.iter().all(may_be_repaired) || !is_in(&stale, key) {
            let max_attempts = self.max_attempts;
            if let Some(task) = self.stages.iter_mut().find(|task| task.key == *key) {
                task.fail(&Failure { error, retryable: false, backoff_ms: 0 }, max_attempts, now);
            }
            return;
        }
        // The number of items may differ next time, so tasks of a fan-out over a stale output are taken away.
        let is_orphaned = |task: &Task| {
            let fan = self.plan.stage(&task.key.stage).and_then(|stage| stage.fan.as_ref());
            fan.is_some_and(|source| is_in(&stale, &single(source)))
        };
        let (orphans, mut kept): (Vec<Task>, Vec<Task>) = self.stages.iter().cloned().partition(is_orphaned);
        let floor = orphans.iter().map(|task| task.token).max();
        for task in &mut kept {
            if owners.contains(&task.key) {
                task.lose_output(error.clone(), now);
            } else if is_in(&stale, &task.key) && task.status != TaskStatus::Error {
                task.reset();
            }
        }
        self.stages = kept;
        self.token_floor = self.token_floor.max(floor.unwrap_or_default());
    }

    /// Lists the done tasks whose outputs a task takes, directly or not, in the order of the plan.
    pub(crate) fn feeders(&self, key: &TaskKey) -> Vec<&Task> {
        // What is needed of a stage: one item, or (`None`) everything.
        let mut needed: BTreeMap<&StageName, Option<u32>> = BTreeMap::from([(&key.stage, key.segment)]);
        for stage in self.plan.stages().iter().rev() {
            let Some(item) = needed.get(&stage.name).copied() else { continue };
            for need in stage.needs.iter().chain(&stage.fan) {
                let item = if self.is_beside(stage, need) { item } else { None };
                let known = needed.entry(need).or_insert(item);
                if *known != item {
                    *known = None;
                }
            }
        }
        let feeds = |task: &&Task| {
            task.key != *key
                && task.status == TaskStatus::Done
                && needed.get(&task.key.stage).is_some_and(|item| item.is_none() || *item == task.key.segment)
        };
        self.stages.iter().filter(feeds).collect()
    }

    /// The tasks `roots` and all that take their outputs, directly or not, as the segments of each stage. Beside the items
    /// of a fan-out, a task depends on its own item only.
    fn dependents(&self, roots: &[TaskKey]) -> Segments {
        let mut found = Segments::new();
        for stage in self.plan.stages() {
            let takes = |task: &Task| {
                stage.needs.iter().chain(&stage.fan).any(|need| {
                    let is_beside = self.is_beside(stage, need);
                    found.get(need).is_some_and(|segments| !is_beside || segments.contains(&task.key.segment))
                })
            };
            let tasks = self.tasks_of(&stage.name);
            let stale = tasks.filter(|task| roots.contains(&task.key) || takes(task));
            let segments: BTreeSet<Option<u32>> = stale.map(|task| task.key.segment).collect();
            if !segments.is_empty() {
                found.insert(stage.name.clone(), segments);
            }
        }
        found
    }

    /// Tells whether a stage takes `need` item by item.
    fn is_beside(&self, stage: &StagePlan, need: &StageName) -> bool {
        stage.fan.is_some() && self.plan.stage(need).is_some_and(|needed| needed.fan == stage.fan)
    }
}

/// Tasks by stage.
type Segments = BTreeMap<StageName, BTreeSet<Option<u32>>>;

fn is_in(segments: &Segments, key: &TaskKey) -> bool {
    segments.get(&key.stage).is_some_and(|segments| segments.contains(&key.segment))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::{Clock as _, ProcessClock};
    use crate::id::{Digest, FencingToken, JobId, WorkerId};
    use crate::job::fixture::{new_job, stage};
    use crate::job::{JobStatus, Outcome, Plan};

    /// A job of `split`, then `speak` and `draw` for each of two items, then `join`; all done but `join`, which runs.
    fn job(now: &Now) -> (Job, FencingToken) {
        let plan = Plan::new(vec![
            stage("split", &[], None),
            stage("speak", &["split"], Some("split")),
            stage("draw", &["speak"], Some("split")),
            stage("join", &["split", "draw"], None),
        ]);
        let mut job = Job::create(JobId::random().unwrap(), new_job(plan.unwrap()), now);
        let mut held = FencingToken::default();
        loop {
            job.advance(now);
            let Some(key) = job.claimable(None, now).into_iter().next() else { return (job, held) };
            held = claim(&mut job, &key, now);
            if key.stage.0 != "join" {
                finish(&mut job, &key, held, now);
            }
        }
    }

    fn claim(job: &mut Job, key: &TaskKey, now: &Now) -> FencingToken {
        job.claim(key, &WorkerId("w".to_owned()), Duration::from_secs(60), None, now).unwrap().token
    }

    fn finish(job: &mut Job, key: &TaskKey, token: FencingToken, now: &Now) {
        let items = (key.stage.0 == "split").then_some(2);
        let output = Digest::of(key.to_string().as_bytes());
        job.commit(key, token, Outcome::Done { output, items, cached: false }, now).unwrap();
    }

    fn key(stage: &str, segment: Option<u32>) -> TaskKey {
        TaskKey { stage: stage.into(), segment }
    }

    fn lose(job: &mut Job, owner: TaskKey, token: FencingToken, now: &Now) -> Task {
        let outcome = Outcome::InputLost { owners: vec![owner], error: "gone".to_owned() };
        job.commit(&key("join", None), token, outcome, now).unwrap()
    }

    fn done(job: &Job) -> Vec<String> {
        let done = job.stages.iter().filter(|task| task.status == TaskStatus::Done);
        done.map(|task| task.key.to_string()).collect()
    }

    #[test]
    fn a_lost_output_sends_its_task_and_what_depends_on_it_back() {
        let now = ProcessClock::default().now();
        let (mut job, token) = job(&now);
        let task = lose(&mut job, key("speak", Some(1)), token, &now);
        assert_eq!((task.status, task.attempt), (TaskStatus::New, 0));
        assert_eq!(done(&job), ["split", "speak[0]", "draw[0]"], "the other item is left alone");
        assert!(
            job.commit(&key("join", None), token, Outcome::HandedBack, &now).is_err(),
            "the old token is fenced"
        );
        assert_eq!(job.advance(&now), [key("speak", Some(1))]);
    }

    #[test]
    fn a_task_is_fed_by_what_it_takes_and_by_no_other_item() {
        let now = ProcessClock::default().now();
        let (job, _) = job(&now);
        let feeders =
            |key: &TaskKey| job.feeders(key).iter().map(|task| task.key.to_string()).collect::<Vec<_>>();
        assert_eq!(feeders(&key("draw", Some(1))), ["split", "speak[1]"]);
        assert_eq!(feeders(&key("join", None)), ["split", "speak[0]", "speak[1]", "draw[0]", "draw[1]"]);
        assert!(feeders(&key("split", None)).is_empty());
    }

    #[test]
    fn a_task_that_would_gain_nothing_fails_instead() {
        let now = ProcessClock::default().now();
        let (mut job, token) = job(&now);
        let outcome = Outcome::InputLost { owners: Vec::new(), error: "gone".to_owned() };
        let task = job.commit(&key("join", None), token, outcome, &now).unwrap();
        assert_eq!(task.status, TaskStatus::Error);
    }

    #[test]
    fn a_lost_list_of_items_takes_the_tasks_of_its_items_away() {
        let now = ProcessClock::default().now();
        let (mut job, token) = job(&now);
        let highest = job.stages.iter().map(|task| task.token).max();
        lose(&mut job, key("split", None), token, &now);
        assert_eq!(job.stages.len(), 2);
        assert!(Some(job.token_floor) >= highest, "no token comes a second time");
        assert_eq!(job.status(&now), JobStatus::Pending);
    }

    #[test]
    fn an_output_that_is_lost_again_and_again_ends_the_task_until_somebody_retries() {
        let now = ProcessClock::default().now();
        let (mut job, mut token) = job(&now);
        for _ in 0..Task::MAX_REPAIRS {
            lose(&mut job, key("draw", Some(0)), token, &now);
            job.advance(&now);
            let again = claim(&mut job, &key("draw", Some(0)), &now);
            finish(&mut job, &key("draw", Some(0)), again, &now);
            job.advance(&now);
            token = claim(&mut job, &key("join", None), &now);
        }
        let task = lose(&mut job, key("draw", Some(0)), token, &now);
        assert_eq!((task.status, job.error().as_deref()), (TaskStatus::Error, Some("join: gone")));
        job.retry(None, &now).unwrap();
        job.advance(&now);
        token = claim(&mut job, &key("join", None), &now);
        assert_eq!(lose(&mut job, key("draw", Some(0)), token, &now).status, TaskStatus::New);
    }
}
