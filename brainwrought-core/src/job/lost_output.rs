//! What becomes of a job when the output of a task is lost: that task and what depends on it are done again.

use super::job_record::single;
use super::{Failure, Job, Task, TaskStatus};
use crate::clock::Now;
use crate::id::TaskKey;

impl Job {
    /// Sends the tasks whose outputs are lost back to NEW, and everything that depends on them. Whoever works on one of
    /// those is fenced; tasks that failed for good stay so. What comes out as before is found by its fingerprint, so the
    /// rest is not done again.
    ///
    /// When that cannot help, because there is no such task or its output was lost too often, the task `key` fails.
    pub(super) fn send_back(&mut self, key: &TaskKey, owners: &[TaskKey], error: String, now: &Now) {
        let may_be_repaired = |owner: &TaskKey| self.task(owner).is_some_and(Task::is_repairable);
        if owners.is_empty() || !owners.iter().all(may_be_repaired) {
            let max_attempts = self.max_attempts;
            if let Some(task) = self.stages.iter_mut().find(|task| task.key == *key) {
                task.fail(&Failure { error, retryable: false, backoff_ms: 0 }, max_attempts, now);
            }
            return;
        }
        let stale = self.dependents(owners);
        // The number of items may differ next time, so tasks of a fan-out over a stale output are taken away.
        let is_orphaned = |task: &Task| {
            let fan = self.plan.stage(&task.key.stage).and_then(|stage| stage.fan.as_ref());
            fan.is_some_and(|source| stale.contains(&single(source)))
        };
        let (orphans, mut kept): (Vec<Task>, Vec<Task>) = self.stages.iter().cloned().partition(is_orphaned);
        let floor = orphans.iter().map(|task| task.token).max();
        for task in &mut kept {
            if owners.contains(&task.key) {
                task.lose_output(error.clone(), now);
            } else if stale.contains(&task.key) && task.status != TaskStatus::Error {
                task.reset();
            }
        }
        self.stages = kept;
        self.token_floor = self.token_floor.max(floor.unwrap_or_default());
    }

    /// The tasks `roots` and all that take their outputs, directly or not. Beside the items of a fan-out, a task depends
    /// on its own item only.
    fn dependents(&self, roots: &[TaskKey]) -> Vec<TaskKey> {
        let mut found: Vec<TaskKey> = Vec::new();
        for stage in self.plan.stages() {
            let takes = |task: &Task| {
                stage.needs.iter().chain(&stage.fan).any(|need| {
                    let is_beside = stage.fan.is_some()
                        && self.plan.stage(need).is_some_and(|needed| needed.fan == stage.fan);
                    found
                        .iter()
                        .any(|key| key.stage == *need && (!is_beside || key.segment == task.key.segment))
                })
            };
            let more: Vec<TaskKey> = self
                .tasks_of(&stage.name)
                .filter(|task| roots.contains(&task.key) || takes(task))
                .map(|task| task.key.clone())
                .collect();
            found.extend(more);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::{Clock as _, ProcessClock};
    use crate::data::BlobRef;
    use crate::id::{Digest, FencingToken, JobId, StageName, WorkerId};
    use crate::job::{JobInput, JobStatus, NewJob, Outcome, Plan, StagePlan};

    fn stage(name: &str, needs: &[&str], fan: Option<&str>) -> StagePlan {
        let needs = needs.iter().map(|need| StageName::from(*need)).collect();
        StagePlan { name: name.into(), needs, fan: fan.map(StageName::from) }
    }

    /// A job of `split`, then `speak` and `draw` for each of two items, then `join`; all done but `join`, which runs.
    fn job(now: &Now) -> (Job, FencingToken) {
        let plan = Plan::new(vec![
            stage("split", &[], None),
            stage("speak", &["split"], Some("split")),
            stage("draw", &["speak"], Some("split")),
            stage("join", &["split", "draw"], None),
        ]);
        let pdf = BlobRef { digest: Digest::of(b"pdf"), bytes: 3, media_type: "application/pdf".to_owned() };
        let new = NewJob {
            pipeline: "test".to_owned(),
            plan: plan.unwrap(),
            input: JobInput { file_name: "a.pdf".to_owned(), pdf },
            options: serde_json::Value::Null,
            priority: 0,
            max_attempts: 3,
            max_cost: None,
            idempotency_key: None,
        };
        let mut job = Job::create(JobId::random().unwrap(), new, now);
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
        job.commit(key, token, Outcome::Done { output, items, cached: false, delivery: None }, now).unwrap();
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
