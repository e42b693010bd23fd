//! What becomes of a job that another version of its pipeline planned.

use super::job_record::single;
use super::{Job, Plan, StagePlan, Task, TaskStatus};
use crate::clock::Now;
use crate::id::StageName;

impl Job {
    /// Gives the job another plan. A stage that both plans have, with the same needs up to the PDF, keeps its tasks; all
    /// others are NEW, and whoever works on one of those is fenced. What comes out as before is found by its
    /// fingerprint, so little is done twice. The version that was complete is kept.
    pub fn replan(&mut self, plan: &Plan, now: &Now) {
        if *plan == self.plan {
            return;
        }
        self.begin_version();
        let kept = self.unchanged_stages(plan);
        let is_gone = |task: &Task| !kept.contains(&task.key.stage);
        let floor = self.stages.iter().filter(|task| is_gone(task)).map(|task| task.token).max();
        self.token_floor = self.token_floor.max(floor.unwrap_or_default());
        self.stages.retain(|task| !is_gone(task));
        self.plan = plan.clone();
        for stage in plan.stages() {
            if stage.fan.is_none() && !kept.contains(&stage.name) {
                self.stages.push(Task::new(single(&stage.name), self.token_floor));
            }
        }
        let done =
            |name: &StageName| self.task(&single(name)).is_some_and(|task| task.status == TaskStatus::Done);
        let sources: Vec<StageName> =
            plan.stages().iter().map(|stage| stage.name.clone()).filter(|name| done(name)).collect();
        sources.iter().for_each(|source| self.expand(source));
        self.sort_tasks();
        self.stages.iter_mut().for_each(|task| task.passed_over = None);
        self.updated_at = now.wall;
    }

    /// Names the stages that stand in the job's plan and in `plan` alike, with everything that they take.
    fn unchanged_stages(&self, plan: &Plan) -> Vec<StageName> {
        let mut kept: Vec<StageName> = Vec::new();
        for stage in plan.stages() {
            let StagePlan { name, needs, fan } = stage;
            if self.plan.stage(name) == Some(stage) && needs.iter().chain(fan).all(|need| kept.contains(need))
            {
                kept.push(name.clone());
            }
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::{Clock as _, ProcessClock};
    use crate::id::{Digest, FencingToken, JobId, TaskKey, WorkerId};
    use crate::job::fixture::{new_job, stage};
    use crate::job::{JobStatus, Outcome, Revision, TransitionError};

    fn plan(stages: &[(&str, &[&str], Option<&str>)]) -> Plan {
        Plan::new(stages.iter().map(|(name, needs, fan)| stage(name, needs, *fan)).collect()).unwrap()
    }

    fn old() -> Plan {
        plan(&[
            ("split", &[], None),
            ("speak", &["split"], Some("split")),
            ("join", &["split", "speak"], None),
        ])
    }

    /// Between `speak` and `join` there is a stage more.
    fn new() -> Plan {
        plan(&[
            ("split", &[], None),
            ("speak", &["split"], Some("split")),
            ("draw", &["speak"], Some("split")),
            ("join", &["split", "draw"], None),
        ])
    }

    fn job(plan: Plan, now: &Now) -> Job {
        Job::create(JobId::random().unwrap(), new_job(plan), now)
    }

    fn claim(job: &mut Job, key: &TaskKey, now: &Now) -> FencingToken {
        job.claim(key, &WorkerId("w".to_owned()), Duration::from_secs(60), None, now).unwrap().token
    }

    fn done(key: &TaskKey) -> Outcome {
        let items = (key.stage.0 == "split").then_some(2);
        let output = Digest::of(key.to_string().as_bytes());
        Outcome::Done { output, items, cached: false }
    }

    /// Does every task but those of `stop`.
    fn run(job: &mut Job, stop: &str, now: &Now) {
        loop {
            job.advance(now);
            let next = job.claimable(None, now).into_iter().find(|key| key.stage.0 != stop);
            let Some(key) = next else { return };
            let token = claim(job, &key, now);
            job.commit(&key, token, done(&key), now).unwrap();
        }
    }

    fn table(job: &Job) -> Vec<String> {
        job.stages.iter().map(|task| format!("{} {}", task.key, task.status.as_str())).collect()
    }

    #[test]
    fn a_job_half_done_goes_on_by_the_plan_of_another_version_and_back() {
        let now = ProcessClock::default().now();
        let mut job = job(old(), &now);
        run(&mut job, "join", &now);
        let join = single(&"join".into());
        let stale = claim(&mut job, &join, &now);
        job.replan(&new(), &now);
        let expected =
            ["split DONE", "speak[0] DONE", "speak[1] DONE", "draw[0] NEW", "draw[1] NEW", "join NEW"];
        assert_eq!(table(&job), expected);
        assert!(job.commit(&join, stale, done(&join), &now).is_err(), "the old plan's worker is fenced");
        run(&mut job, "join", &now);
        assert!(claim(&mut job, &join, &now) > stale);
        job.replan(&old(), &now);
        assert_eq!(table(&job), ["split DONE", "speak[0] DONE", "speak[1] DONE", "join NEW"]);
        run(&mut job, "", &now);
        assert_eq!(job.status(&now), JobStatus::Completed);
    }

    #[test]
    fn the_same_plan_changes_nothing() {
        let now = ProcessClock::default().now();
        let mut job = job(old(), &now);
        run(&mut job, "join", &now);
        let before = job.clone();
        job.replan(&old(), &now);
        assert_eq!(job, before);
    }

    #[test]
    fn a_version_of_another_plan_is_not_brought_back() {
        let now = ProcessClock::default().now();
        let mut job = job(old(), &now);
        run(&mut job, "", &now);
        job.replan(&new(), &now);
        assert_eq!(job.current_version(), Some(1), "the finished video stays until there is another");
        run(&mut job, "", &now);
        assert_eq!(job.current_version(), Some(2));
        let restore = Revision::Restore { number: 1, rerun: Vec::new() };
        assert_eq!(job.revise(&restore, &now), Err(TransitionError::OtherPlan(1)));
        assert_eq!(job.status(&now), JobStatus::Completed);
    }
}
