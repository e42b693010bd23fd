//! [`Outlook`]: how far a job is and how long it still takes.

use std::collections::BTreeMap;

use brainwrought_core::clock::Timestamp;
use brainwrought_core::id::TaskKey;
use brainwrought_core::job::{Job, JobStatus, TaskStatus};
use brainwrought_core::job_store::JobView;
use brainwrought_stages::standard::Forecast;

/// How far a job is and how long it still takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Outlook {
    /// The share that is done, from 0 to 1.
    pub(crate) share: f64,
    /// The time left, once enough was measured to tell.
    pub(crate) seconds_left: Option<u64>,
}

/// Below this share of measured work an estimate would be a guess.
const LEAST_MEASURED: f64 = 0.03;

impl Outlook {
    /// Looks at a job at the moment `now`.
    pub(crate) fn of(view: &JobView, now: Timestamp) -> Self {
        let job = &view.job;
        let live: BTreeMap<TaskKey, (u64, u64)> = job
            .stages
            .iter()
            .filter(|task| task.status == TaskStatus::Running)
            .map(|task| (task.key.clone(), task.progress.map_or((0, 1), |p| (p.done, p.total.max(1)))))
            .collect();
        let share = if view.status == JobStatus::Completed { 1.0 } else { Forecast::of(job).share(&live) };
        if view.status.is_final() {
            return Self { share, seconds_left: None };
        }
        // What was known already took no time, so it must not make the rest look quick.
        let measured = share - Forecast::of(&only_cached(job)).share(&BTreeMap::new());
        let busy = busy_ms(job, now) as f64 / 1000.0;
        let seconds_left =
            (measured >= LEAST_MEASURED).then(|| (busy / measured * (1.0 - share)).round() as u64);
        Self { share, seconds_left }
    }
}

/// The job as if only what was known already were done.
fn only_cached(job: &Job) -> Job {
    let mut job = job.clone();
    for task in &mut job.stages {
        if !task.cached {
            task.status = TaskStatus::New;
        }
    }
    job
}

/// The time in which at least one task ran, in milliseconds: pauses and interruptions do not count.
fn busy_ms(job: &Job, now: Timestamp) -> u64 {
    let mut spans: Vec<(u64, u64)> = job
        .stages
        .iter()
        .filter(|task| !task.cached)
        .filter_map(|task| match (task.status, task.started_at, task.finished_at) {
            (TaskStatus::Done, Some(start), Some(end)) => Some((start.0, end.0)),
            (TaskStatus::Running, Some(start), _) => Some((start.0, now.0)),
            _ => None,
        })
        .collect();
    spans.sort_unstable();
    let mut busy = 0;
    let mut reached = 0;
    for (start, end) in spans {
        busy += end.saturating_sub(start.max(reached));
        reached = reached.max(end);
    }
    busy
}

#[cfg(test)]
mod tests {
    use brainwrought_core::clock::{Now, Reading};
    use brainwrought_core::data::BlobRef;
    use brainwrought_core::id::{Digest, JobId};
    use brainwrought_core::job::{JobInput, NewJob, Plan, Progress, StagePlan};

    use super::*;

    /// A job whose stages `parse` (weight 3) and `render` (weight 66) run one after the other.
    fn job() -> Job {
        let stage = |name: &str, needs: &[&str]| StagePlan {
            name: name.into(),
            needs: needs.iter().map(|need| (*need).into()).collect(),
            fan: None,
        };
        let new = NewJob {
            pipeline: "short".to_owned(),
            plan: Plan::new(vec![stage("parse", &[]), stage("render", &["parse"])]).unwrap(),
            input: JobInput {
                file_name: "a.pdf".to_owned(),
                pdf: BlobRef { digest: Digest::of(b""), bytes: 0, media_type: String::new() },
            },
            options: serde_json::Value::Null,
            priority: 0,
            max_attempts: 1,
            max_cost: None,
            idempotency_key: None,
        };
        let now = Now { wall: Timestamp(0), reading: Reading { epoch: "test".to_owned(), ms: 0 } };
        Job::create(JobId::from_bytes([1; 16]), new, &now)
    }

    fn look(job: &Job, status: JobStatus, at: u64) -> Outlook {
        Outlook::of(&JobView { job: job.clone(), status }, Timestamp(at))
    }

    #[test]
    fn the_time_left_follows_the_pace_so_far_without_pauses() {
        let mut job = job();
        assert_eq!(look(&job, JobStatus::Pending, 9_000), Outlook { share: 0.0, seconds_left: None });
        job.stages[0].status = TaskStatus::Done;
        job.stages[0].started_at = Some(Timestamp(0));
        job.stages[0].finished_at = Some(Timestamp(3_000));
        // An hour passes before render starts; after 33 s of it, half is done.
        job.stages[1].status = TaskStatus::Running;
        job.stages[1].started_at = Some(Timestamp(3_600_000));
        job.stages[1].progress = Some(Progress { done: 1, total: 2 });
        let outlook = look(&job, JobStatus::Running, 3_633_000);
        assert!((outlook.share - 36.0 / 69.0).abs() < 1e-9, "{outlook:?}");
        assert_eq!(outlook.seconds_left, Some(33));
    }

    #[test]
    fn what_was_known_already_says_nothing_about_the_pace() {
        let mut job = job();
        job.stages[0].status = TaskStatus::Done;
        job.stages[0].cached = true;
        job.stages[1].status = TaskStatus::Running;
        job.stages[1].started_at = Some(Timestamp(0));
        assert_eq!(look(&job, JobStatus::Running, 5_000).seconds_left, None);
        job.stages[1].progress = Some(Progress { done: 1, total: 4 });
        assert_eq!(look(&job, JobStatus::Running, 5_000).seconds_left, Some(15));
        assert_eq!(look(&job, JobStatus::Failed, 5_000).seconds_left, None);
        assert_eq!(look(&job, JobStatus::Completed, 5_000).share, 1.0);
    }
}
