//! What a job waits for while nobody works on it.

use super::{AttemptEnd, Job, Task, TaskStatus};

impl Job {
    /// Says, for people, what the job waits for before anybody can go on with it; `None` when somebody works on it, when it
    /// is over, and when it only waits for its turn. `known` are the pipelines of whoever asks; `None` means any.
    pub fn waits_for(&self, known: Option<&[String]>) -> Option<String> {
        let is = |status: TaskStatus| self.stages.iter().any(|task| task.status == status);
        if self.cancelled || is(TaskStatus::Running) || is(TaskStatus::Error) {
            return None;
        }
        let ready = || self.stages.iter().filter(|task| task.status == TaskStatus::Ready);
        if let Some(reason) = ready().find_map(|task| task.passed_over.as_ref()) {
            return Some(format!("a worker of another version: {reason}"));
        }
        if known.is_some_and(|known| !known.contains(&self.pipeline)) && is(TaskStatus::Ready) {
            return Some(format!("a worker that has the pipeline `{}`", self.pipeline));
        }
        let rests = |task: &&Task| task.due.is_some();
        // While other tasks can be claimed, the job as a whole does not wait.
        if !ready().all(|task| rests(&task)) {
            return None;
        }
        let last = |task: &Task| task.history.last().filter(|last| last.end == AttemptEnd::Failed).cloned();
        let (task, last) = ready().find_map(|task| Some((task, last(task)?)))?;
        Some(format!("the next attempt of `{}`, after: {}", task.key, last.error))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::{Clock as _, ProcessClock};
    use crate::id::{JobId, WorkerId};
    use crate::job::fixture::{new_job, stage};
    use crate::job::{Failure, NewJob, Outcome, Plan};

    #[test]
    fn a_job_says_what_it_waits_for() {
        let now = ProcessClock::default().now();
        let plan = Plan::new(vec![stage("read", &[], None)]).unwrap();
        let new = NewJob { pipeline: "loud".to_owned(), ..new_job(plan) };
        let mut job = Job::create(JobId::random().unwrap(), new, &now);
        job.advance(&now);
        let known = |name: &str| vec![name.to_owned()];
        assert_eq!(job.waits_for(None), None);
        assert_eq!(job.waits_for(Some(&known("loud"))), None, "it waits for its turn");
        let foreign = job.waits_for(Some(&known("quiet"))).unwrap();
        assert_eq!(foreign, "a worker that has the pipeline `loud`");

        let key = job.stages[0].key.clone();
        let claim = |job: &mut Job| {
            job.claim(&key, &WorkerId("w".to_owned()), Duration::from_secs(60), None, &now).unwrap().token
        };
        let token = claim(&mut job);
        assert_eq!(job.waits_for(Some(&known("quiet"))), None, "somebody works on it");
        job.commit(&key, token, Outcome::PassedOver { reason: "too old".to_owned() }, &now).unwrap();
        assert_eq!(job.waits_for(None).unwrap(), "a worker of another version: too old");
        assert_eq!(job.stages[0].attempt, 0, "the attempt does not count");

        let token = claim(&mut job);
        assert_eq!(job.stages[0].passed_over, None);
        let failure = Failure { error: "no paper".to_owned(), retryable: true, backoff_ms: 60_000 };
        job.commit(&key, token, Outcome::Failed(failure), &now).unwrap();
        assert_eq!(job.waits_for(None).unwrap(), "the next attempt of `read`, after: no paper");
        job.cancel(&now).unwrap();
        assert_eq!(job.waits_for(None), None);
    }
}
