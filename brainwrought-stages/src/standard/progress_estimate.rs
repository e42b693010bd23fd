//! [`ProgressEstimate`]: how far a job is and how long it still takes.

use std::collections::BTreeMap;

use brainwrought_core::clock::Timestamp;
use brainwrought_core::id::{StageName, TaskKey};
use brainwrought_core::job::{Job, JobStatus, Task, TaskStatus};
use brainwrought_core::job_store::JobView;
use brainwrought_core::stage::Stage as _;

use super::stage_cost::StageCosts;
use super::stage_table::stage;
use super::weighted_progress::WeightedProgress;
use crate::script::WriteScript;

/// How far a job is and how long it still takes.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct ProgressEstimate {
    /// The share of the work that is done, from 0 to 1.
    pub share: f64,
    /// The time left in seconds, once enough was measured to tell. It assumes that the job gets the workers that it had
    /// so far, and does not include the time for which it waits for its turn.
    pub seconds_left: Option<u64>,
}

/// The least measured work, in seconds of cost, to estimate from.
const MIN_MEASURED: f64 = 0.05;

/// So much work, in seconds of cost, counts as measured at the pace of the machine that the costs were measured on: the
/// first short task says little, because it begins with loading fonts and models.
const PRIOR: f64 = 0.5;

/// The pace of a stage counts half its own and half that of all stages when so much of its work, in seconds of cost, was
/// measured.
const STAGE_PRIOR: f64 = 3.0;

/// How much reading, writing and speaking tell of the pace of the stages that make pictures and files: how long they take
/// depends on the document and the voice, too.
const UNSTEADY_WEIGHT: f64 = 0.2;

/// How far apart running tasks tell of their steps, in seconds: `REPORT_EVERY` of the engine, and the time that writing takes.
const REPORT_EVERY: f64 = 2.05;

/// The most tasks that are played through one by one.
const MAX_PLAYED: usize = 200;

/// How many tasks run at once while the job has shown no more: `EngineSettings::concurrency` of a new engine.
const USUAL_CONCURRENCY: usize = 2;

impl ProgressEstimate {
    /// Looks at a job at the moment `now`.
    pub fn new(view: &JobView, now: Timestamp) -> Self {
        let job = &view.job;
        if view.status == JobStatus::Completed {
            return Self { share: 1.0, seconds_left: None };
        }
        let live: BTreeMap<TaskKey, (u64, u64)> = job
            .stages
            .iter()
            .filter(|task| task.status == TaskStatus::Running)
            .map(|task| (task.key.clone(), task.progress.map_or((0, 1), |p| (p.done, p.total.max(1)))))
            .collect();
        let share = WeightedProgress::from_job(job).share(&live);
        let seconds_left = if view.status.is_final() { None } else { Rest::new(job, now).seconds() };
        Self { share, seconds_left: seconds_left.map(|seconds| seconds.round() as u64) }
    }
}

/// What is left of a job, and at which pace it was worked on so far.
struct Rest<'a> {
    job: &'a Job,
    now: Timestamp,
    costs: StageCosts,
    paces: Paces,
}

/// A task that still takes time.
#[derive(Debug, Clone)]
struct Open {
    key: TaskKey,
    seconds: f64,
    is_running: bool,
}

impl<'a> Rest<'a> {
    fn new(job: &'a Job, now: Timestamp) -> Self {
        let costs = StageCosts::from_job(job);
        let paces = Paces::new(job, &costs, now);
        Self { job, now, costs, paces }
    }

    /// Plays the rest through, with as many tasks at once as the job had so far. `None` while too little was measured.
    fn seconds(&self) -> Option<f64> {
        if self.paces.measured < MIN_MEASURED {
            return None;
        }
        let mut open = self.open();
        let concurrency = self.concurrency();
        // Playing through takes the square of the number of tasks. With so many, all workers are busy to the end.
        if open.len() > MAX_PLAYED {
            return Some(open.iter().map(|task| task.seconds).sum::<f64>() / concurrency as f64);
        }
        let mut passed = 0.0;
        while !open.is_empty() {
            let waiting: Vec<TaskKey> = open.iter().map(|task| task.key.clone()).collect();
            let mut free = concurrency.saturating_sub(open.iter().filter(|task| task.is_running).count());
            for task in open.iter_mut().filter(|task| !task.is_running) {
                if free > 0 && self.is_fed(&task.key, &waiting) {
                    task.is_running = true;
                    free -= 1;
                }
            }
            let running = open.iter().filter(|task| task.is_running);
            let next = running.map(|task| task.seconds).fold(f64::INFINITY, f64::min);
            // Nothing can begin: the plan is none that this version knows.
            if !next.is_finite() {
                return None;
            }
            passed += next;
            open.iter_mut().filter(|task| task.is_running).for_each(|task| task.seconds -= next);
            open.retain(|task| !task.is_running || task.seconds > 1e-6);
        }
        Some(passed)
    }

    /// Every task that is not done, those of stages that have not fanned out yet included, in the order of the plan.
    fn open(&self) -> Vec<Open> {
        let mut open = Vec::new();
        for stage in self.job.plan.stages() {
            let tasks: Vec<&Task> = self.job.tasks_of(&stage.name).collect();
            let guessed = if stage.fan.is_some() && tasks.is_empty() { self.costs.segments } else { 0 };
            let all = tasks.len() + guessed;
            let whole = self.costs.of_stage(&stage.name) * self.paces.of_stage(&stage.name);
            for segment in 0..guessed {
                let key = TaskKey { stage: stage.name.clone(), segment: u32::try_from(segment).ok() };
                let seconds = whole * portion(&key, all);
                open.push(Open { key, seconds, is_running: false });
            }
            for task in tasks.into_iter().filter(|task| task.status != TaskStatus::Done) {
                let seconds = whole * portion(&task.key, all);
                let mut one = Open { key: task.key.clone(), seconds, is_running: false };
                if task.status == TaskStatus::Running {
                    one.is_running = true;
                    one.seconds = left_of(task, seconds, self.now);
                }
                open.push(one);
            }
        }
        open
    }

    /// Tells whether a task needs none of those that are still open.
    fn is_fed(&self, key: &TaskKey, open: &[TaskKey]) -> bool {
        let Some(stage) = self.job.plan.stage(&key.stage) else { return false };
        stage.needs.iter().chain(&stage.fan).all(|need| {
            let fans_alike = self.job.plan.stage(need).is_some_and(|n| n.fan.is_some() && n.fan == stage.fan);
            !open.iter().any(|other| other.stage == *need && (!fans_alike || other.segment == key.segment))
        })
    }

    /// The most tasks that ran at once so far, or the usual number while none could run beside another.
    fn concurrency(&self) -> usize {
        let spans: Vec<(u64, u64)> = self.job.stages.iter().filter_map(|task| span(task, self.now)).collect();
        let at_once = |start: u64| spans.iter().filter(|(from, to)| *from <= start && start < *to).count();
        let seen = spans.iter().map(|(start, _)| at_once(*start)).max().unwrap_or(0);
        let has_fanned =
            self.job.stages.iter().any(|task| task.key.segment.is_some() && task.started_at.is_some());
        let floor = if has_fanned { 1 } else { USUAL_CONCURRENCY };
        seen.max(floor)
    }
}

/// How long the last segment of several is, when the others count as 1: it has what is left over.
const LAST_SEGMENT: f64 = 0.6;

/// The part of a stage's work that one of its `all` tasks does.
fn portion(key: &TaskKey, all: usize) -> f64 {
    let whole = all.max(1) as f64;
    match key.segment {
        Some(segment) if all > 1 => {
            let own = if segment as usize + 1 == all { LAST_SEGMENT } else { 1.0 };
            own / (whole - 1.0 + LAST_SEGMENT)
        }
        _ => 1.0 / whole,
    }
}

/// The share of a running task that its steps tell. Only those of stages that work on segments are alike: the steps of
/// others take very different times.
fn share_of(task: &Task) -> f64 {
    let steps = task.progress.filter(|_| task.key.segment.is_some());
    steps.map_or(0.0, |steps| steps.done as f64 / steps.total.max(1) as f64)
}

/// Fewer steps say little about the pace of a task.
const MIN_SHARE: f64 = 0.2;

/// How long a running task of `whole` seconds still takes: by its own steps, once they say enough, else by the time that it
/// has taken.
fn left_of(task: &Task, whole: f64, now: Timestamp) -> f64 {
    let spent = task.started_at.map_or(0.0, |start| now.0.saturating_sub(start.0) as f64 / 1000.0);
    let share = share_of(task);
    let usual = (whole - spent).max(whole * 0.1).min(whole * (1.0 - share).max(0.02));
    if share < MIN_SHARE || spent <= REPORT_EVERY {
        return usual;
    }
    let age = report_age(spent);
    let by_steps = (1.0 - share) * (spent - age) / share - age;
    by_steps.clamp(whole * 0.02, whole)
}

/// How old what is known of the steps of a running task is, in seconds.
fn report_age(spent: f64) -> f64 {
    spent % REPORT_EVERY
}

/// When a task ran.
fn span(task: &Task, now: Timestamp) -> Option<(u64, u64)> {
    match (task.status, task.started_at, task.finished_at) {
        _ if task.cached => None,
        (TaskStatus::Done, Some(start), Some(end)) => Some((start.0, end.0)),
        (TaskStatus::Running, Some(start), _) => Some((start.0, now.0)),
        _ => None,
    }
}

/// How much work was measured, and how long it took.
#[derive(Debug, Clone, Copy, Default)]
struct Measured {
    /// What it costs on the machine that the costs were measured on, in seconds.
    cost: f64,
    /// How long it took here, in seconds.
    seconds: f64,
}

impl Measured {
    fn add(&mut self, cost: f64, seconds: f64) {
        self.cost += cost;
        self.seconds += seconds;
    }

    fn pace(self) -> f64 {
        if self.cost > 0.0 { self.seconds / self.cost } else { 1.0 }
    }
}

/// How many seconds a second of cost takes here: for each stage that was measured, and for all together.
#[derive(Debug)]
struct Paces {
    stages: BTreeMap<StageName, Measured>,
    all: Measured,
    /// How much of `all` was really measured, in seconds of cost.
    measured: f64,
}

impl Paces {
    fn new(job: &Job, costs: &StageCosts, now: Timestamp) -> Self {
        let all = Measured { cost: PRIOR, seconds: PRIOR };
        let mut paces = Self { stages: BTreeMap::new(), all, measured: 0.0 };
        for task in &job.stages {
            // How long a model takes to write says nothing about this machine.
            if task.key.stage.0 == WriteScript::NAME && job.options.get("llm").is_some() {
                continue;
            }
            let Some((start, end)) = span(task, now) else { continue };
            let mut seconds = end.saturating_sub(start) as f64 / 1000.0;
            let all = job.tasks_of(&task.key.stage).count();
            let whole = costs.of_stage(&task.key.stage) * portion(&task.key, all);
            let share = match (task.status, share_of(task)) {
                (TaskStatus::Done, _) => 1.0,
                (_, share) if share >= MIN_SHARE && seconds > REPORT_EVERY => {
                    seconds -= report_age(seconds);
                    share
                }
                // It takes longer than expected, so the pace is at least as slow.
                _ if seconds > whole * paces.all.pace() => 1.0,
                _ => continue,
            };
            paces.stages.entry(task.key.stage.clone()).or_default().add(whole * share, seconds);
            let is_steady = stage(&task.key.stage.0).is_some_and(|stage| stage.is_steady);
            let weight = if is_steady { 1.0 } else { UNSTEADY_WEIGHT };
            paces.all.add(whole * share * weight, seconds * weight);
            paces.measured += whole * share;
        }
        paces
    }

    /// The pace of a stage: its own, the more of it was measured, and that of all stages for the rest.
    fn of_stage(&self, stage: &StageName) -> f64 {
        let own = self.stages.get(stage).copied().unwrap_or_default();
        let weight = own.cost / (own.cost + STAGE_PRIOR);
        weight * own.pace() + (1.0 - weight) * self.all.pace()
    }
}

#[cfg(test)]
mod tests {
    use brainwrought_core::clock::{Now, Reading};
    use brainwrought_core::data::{BlobRef, SourcePdf};
    use brainwrought_core::id::{Digest, JobId};
    use brainwrought_core::job::{JobInput, NewJob, Plan, Progress, StagePlan};
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    /// A job as it was recorded.
    #[derive(Debug, Deserialize)]
    struct Timeline {
        name: String,
        length_ms: u64,
        width: u32,
        height: u32,
        pdf_bytes: u64,
        tasks: Vec<TimelineTask>,
    }

    /// A task of it: when it began and ended, and the steps that were known at which moment, in milliseconds.
    #[derive(Debug, Deserialize)]
    struct TimelineTask {
        stage: String,
        segment: Option<u32>,
        start: u64,
        end: u64,
        steps: Vec<(u64, u64, u64)>,
    }

    fn timelines() -> Vec<Timeline> {
        serde_json::from_str(include_str!("timelines.json")).unwrap()
    }

    impl Timeline {
        fn end(&self) -> u64 {
            self.tasks.iter().map(|task| task.end).max().unwrap()
        }

        fn written_at(&self) -> u64 {
            self.tasks.iter().find(|task| task.stage == "script").unwrap().end
        }

        /// Tells whether the video has become much shorter than was asked for.
        fn is_cut_short(&self) -> bool {
            let segments = self.tasks.iter().filter(|task| task.stage == "audio").count() as u64;
            segments * 20_000 < self.length_ms
        }

        /// The job as it was stored at a moment.
        fn at(&self, ms: u64) -> JobView {
            let mut job = job(json!({
                "length-ms": self.length_ms, "width": self.width, "height": self.height,
            }));
            job.input = input(self.pdf_bytes);
            let items = self.tasks.iter().filter(|task| task.stage == "audio").count() as u32;
            let is_written = self.tasks.iter().any(|task| task.stage == "script" && task.end <= ms);
            job.stages.clear();
            for recorded in self.tasks.iter().filter(|task| is_written || task.segment.is_none()) {
                let key = TaskKey { stage: recorded.stage.as_str().into(), segment: recorded.segment };
                let status = match (recorded.start <= ms, recorded.end <= ms) {
                    (_, true) => TaskStatus::Done,
                    (true, false) => TaskStatus::Running,
                    _ => TaskStatus::New,
                };
                let known = recorded.steps.iter().rev().find(|(at, ..)| *at <= ms);
                let known = known.filter(|_| status == TaskStatus::Running);
                let mut task = task(&key, status);
                task.started_at = (recorded.start <= ms).then_some(Timestamp(recorded.start));
                task.finished_at = (recorded.end <= ms).then_some(Timestamp(recorded.end));
                task.progress = known.map(|(_, done, total)| Progress { done: *done, total: *total });
                task.items = (recorded.stage == "script" && is_written).then_some(items);
                job.stages.push(task);
            }
            JobView { job, status: JobStatus::Running }
        }
    }

    fn task(key: &TaskKey, status: TaskStatus) -> Task {
        let value =
            json!({ "stage": key.stage, "segment": key.segment, "status": status, "attempt": 1, "token": 1 });
        serde_json::from_value(value).unwrap()
    }

    /// A job of the default pipeline with nothing done.
    fn job(options: serde_json::Value) -> Job {
        let stage = |name: &str, needs: &[&str], fan: bool| StagePlan {
            name: name.into(),
            needs: needs.iter().map(|need| (*need).into()).collect(),
            fan: fan.then(|| "script".into()),
        };
        let plan = vec![
            stage("parse", &[], false),
            stage("script", &["parse"], false),
            stage("audio", &[], true),
            stage("visuals", &["parse"], true),
            stage("render", &["audio", "visuals"], true),
            stage("assemble", &["parse", "script", "render"], false),
            stage("check", &["parse", "script", "assemble", "render"], false),
            stage("publish", &["check"], false),
        ];
        let new = NewJob::new("short", Plan::new(plan).unwrap(), input(0))
            .with_options(options)
            .with_max_attempts(1);
        let now = Now { wall: Timestamp(0), reading: Reading { epoch: "test".to_owned(), ms: 0 } };
        Job::create(JobId::from_bytes([1; 16]), new, &now)
    }

    fn input(bytes: u64) -> JobInput {
        let pdf = BlobRef { digest: Digest::of(b""), bytes, media_type: String::new() };
        JobInput::new(&SourcePdf { file_name: "a.pdf".to_owned(), pdf }).unwrap()
    }

    /// Steps are told of every two seconds, so nothing finer than that is asked. Segments are not equally long, which is
    /// not known while they are drawn, so one look in twenty may be off. How long a video of a document becomes that is too short for the
    /// length asked for is known once its script is written.
    #[test]
    fn from_a_tenth_of_the_work_on_the_time_left_is_right_within_thirty_percent() {
        let (mut looks, mut wrong) = (0, Vec::new());
        for timeline in timelines() {
            for percent in (10..98).step_by(2) {
                let at = timeline.end() * percent / 100;
                if timeline.is_cut_short() && timeline.written_at() > at {
                    continue;
                }
                let left = (timeline.end() - at) as f64 / 1000.0;
                let told = ProgressEstimate::new(&timeline.at(at), Timestamp(at)).seconds_left;
                looks += 1;
                if told.is_none_or(|told| (told as f64 - left).abs() > (0.3 * left).max(2.0)) {
                    wrong.push((timeline.name.clone(), percent, told, left));
                }
            }
        }
        assert!(looks >= 500 && wrong.len() * 20 <= looks, "{} of {looks}: {wrong:#?}", wrong.len());
    }

    #[test]
    fn the_share_only_grows() {
        for timeline in timelines() {
            let shares: Vec<f64> = (0..=100)
                .map(|percent| timeline.end() * percent / 100)
                .map(|at| ProgressEstimate::new(&timeline.at(at), Timestamp(at)).share)
                .collect();
            assert!(shares.is_sorted() && shares[0] == 0.0, "{}: {shares:?}", timeline.name);
        }
    }

    #[test]
    fn pauses_and_what_was_known_already_say_nothing_about_the_pace() {
        let timeline = &timelines()[0];
        let at = timeline.end() / 2;
        let view = timeline.at(at);
        let told = ProgressEstimate::new(&view, Timestamp(at)).seconds_left;
        // An hour passes between the first two stages.
        let hour = 3_600_000;
        let mut paused = view.clone();
        for task in paused.job.stages.iter_mut().filter(|task| task.key.stage.0 != "parse") {
            for time in [&mut task.started_at, &mut task.finished_at].into_iter().flatten() {
                time.0 += hour;
            }
        }
        assert_eq!(ProgressEstimate::new(&paused, Timestamp(at + hour)).seconds_left, told);

        let mut cached = JobView { job: job(json!({})), status: JobStatus::Running };
        for task in cached.job.stages.iter_mut().take(2) {
            task.status = TaskStatus::Done;
            task.cached = true;
            (task.started_at, task.finished_at) = (Some(Timestamp(0)), Some(Timestamp(1)));
        }
        assert_eq!(ProgressEstimate::new(&cached, Timestamp(5_000)).seconds_left, None);
    }

    #[test]
    fn a_job_that_is_over_has_no_time_left() {
        let job = job(json!({}));
        let look = |status| ProgressEstimate::new(&JobView { job: job.clone(), status }, Timestamp(9_000));
        assert_eq!(look(JobStatus::Pending), ProgressEstimate { share: 0.0, seconds_left: None });
        assert_eq!(look(JobStatus::Failed).seconds_left, None);
        assert_eq!(look(JobStatus::Completed).share, 1.0);
    }
}
