//! [`FleetView`]: what one look at the fleet shows.

use std::collections::BTreeMap;

use brainwrought_core::clock::Timestamp;
use brainwrought_core::job::{Job, StageBacklog, TaskStatus};
use brainwrought_core::job_store::JobView;
use brainwrought_stages::standard::STAGE_NAMES;
use brainwrought_stages::standard::input_name;
use serde::Serialize;

use crate::output;

/// What one look at the fleet shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct FleetView {
    /// Where the jobs are.
    pub(super) store: String,
    /// When it was looked.
    pub(super) at: Timestamp,
    /// What waits and runs, in the order of the pipeline.
    pub(super) stages: Vec<StageBacklog>,
    /// Who holds which tasks.
    pub(super) workers: Vec<WorkerLine>,
    /// The jobs that are not final, then the newest others.
    pub(super) jobs: Vec<JobLine>,
}

/// A worker that holds tasks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct WorkerLine {
    /// The name it goes by.
    pub(super) worker: String,
    /// What it holds, such as `5f0c… render#3 40 %`.
    pub(super) tasks: Vec<String>,
}

/// A job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct JobLine {
    /// Names it.
    pub(super) job_id: String,
    /// Where it stands.
    pub(super) status: String,
    /// Tasks that are done, and all that there are so far.
    pub(super) done: (usize, usize),
    /// When it was created.
    pub(super) created_at: Timestamp,
    /// The name of its PDF.
    pub(super) file_name: String,
    /// What failed, or the last warning.
    pub(super) note: String,
}

/// A part of the view: a title, the heads of its columns, its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) title: &'static str,
    pub(super) heads: Vec<&'static str>,
    pub(super) rows: Vec<Vec<String>>,
}

impl FleetView {
    /// Puts together what was read. `newest` may hold jobs of `active` again.
    pub(super) fn new(
        store: &str,
        at: Timestamp,
        mut stages: Vec<StageBacklog>,
        active: &[JobView],
        newest: &[JobView],
    ) -> Self {
        let place = |stage: &StageBacklog| STAGE_NAMES.iter().position(|name| *name == stage.stage.0);
        stages.sort_by_key(|stage| place(stage).unwrap_or(usize::MAX));
        let others = newest.iter().filter(|view| view.status.is_final());
        let jobs = active.iter().chain(others).map(JobLine::new).collect();
        Self { store: store.to_owned(), at, stages, workers: workers(active), jobs }
    }

    /// The view as tables.
    pub(super) fn parts(&self) -> [Part; 3] {
        let seconds = |stage: &StageBacklog| {
            stage.oldest_ready.map_or_else(String::new, |waited| format!("{} s", waited.as_secs()))
        };
        let stage_row = |stage: &StageBacklog| {
            let counts = [stage.blocked, stage.ready, stage.running].map(|count| count.to_string());
            [vec![stage.stage.0.clone()], counts.to_vec(), vec![seconds(stage)]].concat()
        };
        let worker_row = |line: &WorkerLine| vec![line.worker.clone(), line.tasks.join(", ")];
        let job_row = |line: &JobLine| {
            let (done, all) = line.done;
            vec![
                line.job_id.clone(),
                line.status.clone(),
                format!("{done}/{all}"),
                output::date(line.created_at),
                line.file_name.clone(),
                line.note.clone(),
            ]
        };
        [
            Part {
                title: "Stages",
                heads: vec!["stage", "new", "ready", "running", "oldest"],
                rows: self.stages.iter().map(stage_row).collect(),
            },
            Part {
                title: "Workers",
                heads: vec!["worker", "tasks"],
                rows: self.workers.iter().map(worker_row).collect(),
            },
            Part {
                title: "Jobs",
                heads: vec!["job", "status", "tasks", "created", "input", "note"],
                rows: self.jobs.iter().map(job_row).collect(),
            },
        ]
    }

    /// One line about all of it.
    pub(super) fn headline(&self) -> String {
        let ready: u64 = self.stages.iter().map(|stage| stage.ready).sum();
        let running: u64 = self.stages.iter().map(|stage| stage.running).sum();
        let (workers, store) = (self.workers.len(), &self.store);
        format!("{}  {store}  {ready} ready, {running} running, {workers} at work", output::date(self.at))
    }

    /// The view as plain text.
    pub(super) fn page(&self) -> String {
        let mut page = self.headline();
        for Part { title, heads, rows } in self.parts() {
            page += &format!("\n\n{title}");
            let heads: Vec<String> = heads.into_iter().map(str::to_owned).collect();
            let widths: Vec<usize> = (0..heads.len())
                .map(|n| rows.iter().chain([&heads]).map(|row| row[n].chars().count()).max().unwrap_or(0))
                .collect();
            for row in [&heads].into_iter().chain(&rows) {
                let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
                page += &format!("\n  {}", cells.collect::<Vec<_>>().join("  ").trim_end());
            }
        }
        page + "\n"
    }
}

impl JobLine {
    fn new(view: &JobView) -> Self {
        let job = &view.job;
        let done = job.stages.iter().filter(|task| task.status == TaskStatus::Done).count();
        Self {
            job_id: job.job_id.to_string(),
            status: view.status.to_string(),
            done: (done, job.stages.len()),
            created_at: job.created_at,
            file_name: printable(&input_name(job)),
            note: note(job),
        }
    }
}

/// What failed for good, how the last attempt of a task ended that is tried again, or what else the job waits for.
fn note(job: &Job) -> String {
    let last = || {
        let waiting = job.stages.iter().filter(|task| task.status == TaskStatus::Ready);
        let mut ended = waiting.filter_map(|task| Some((task, task.history.last()?)));
        ended.next_back().map(|(task, attempt)| format!("{}: {}", task.key, attempt.error))
    };
    let waits = || Some(format!("waits for {}", output::waits_for(job)?));
    let text = job.error().or_else(last).or_else(waits).unwrap_or_default();
    printable(text.lines().next().unwrap_or_default())
}

/// What comes from a PDF or its name must not steer a terminal.
fn printable(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).collect()
}

fn workers(active: &[JobView]) -> Vec<WorkerLine> {
    let mut workers: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for job in active.iter().map(|view| &view.job) {
        for task in &job.stages {
            let Some(lease) = &task.lease else { continue };
            let short: String = job.job_id.as_str().chars().take(8).collect();
            let progress = task.progress.filter(|progress| progress.total > 0);
            let share = progress.map(|progress| format!(" {} %", progress.done * 100 / progress.total));
            let what = format!("{short} {}{}", task.key, share.unwrap_or_default());
            workers.entry(&lease.worker.0).or_default().push(what);
        }
    }
    workers.into_iter().map(|(worker, tasks)| WorkerLine { worker: worker.to_owned(), tasks }).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use brainwrought_core::data::SourcePdf;
    use brainwrought_core::id::WorkerId;
    use brainwrought_core::job::{Failure, JobInput, NewJob, Outcome, Plan, StagePlan};
    use brainwrought_core::job_store::{ClaimRequest, JobStore};
    use brainwrought_core::memory::MemoryJobStore;

    use super::super::{look, screen};
    use super::*;

    fn new_job(file_name: &str) -> NewJob {
        let stage = |name: &str, needs: &[&str]| StagePlan {
            name: name.into(),
            needs: needs.iter().map(|&need| need.into()).collect(),
            fan: None,
        };
        NewJob::new(
            "short",
            Plan::new(vec![stage("parse", &[]), stage("script", &["parse"])]).unwrap(),
            JobInput::new(&SourcePdf::new(file_name, b"")).unwrap(),
        )
        .with_max_attempts(3)
    }

    async fn looked() -> FleetView {
        let store = MemoryJobStore::default();
        store.create(new_job("broken\u{1b}[2J.pdf")).await.unwrap();
        store.create(new_job("paper.pdf")).await.unwrap();
        store.advance().await.unwrap();
        let request = ClaimRequest::new(WorkerId("machine-7".to_owned()), Duration::from_secs(60), 2);
        let claims = store.claim(&request).await.unwrap();
        let error = "the file is no PDF".to_owned();
        let failure = Outcome::Failed(Failure { error, retryable: false, backoff_ms: 0 });
        store.commit(&claims[0].id, claims[0].token, failure).await.unwrap();
        look(&store, "memory:").await.unwrap()
    }

    #[tokio::test]
    async fn a_page_shows_who_works_on_what_and_what_failed() {
        let view = looked().await;
        let page = view.page();
        assert_eq!(view.workers.len(), 1);
        assert!(view.workers[0].tasks[0].ends_with(" parse"), "{view:?}");
        assert!(page.contains("0 ready, 1 running, 1 at work"), "{page}");
        assert!(page.contains("parse: the file is no PDF"), "{page}");
        let place = |name: &str| page.find(name).unwrap_or_else(|| panic!("{name} in {page}"));
        assert!(place("paper.pdf") < place("broken[2J.pdf"), "{page}");
        assert!(!page.contains('\u{1b}'));
    }

    #[tokio::test]
    async fn a_screen_shows_the_same() {
        let view = Ok(looked().await);
        let text = screen::tests::drawn(&view, 120, 30);
        for shown in ["Stages", "Workers", "machine-7", "paper.pdf", "FAILED", "q ends"] {
            assert!(text.contains(shown), "{shown} in\n{text}");
        }
        // A small terminal shows less and does not panic.
        for (width, height) in [(1, 1), (20, 5), (40, 12)] {
            screen::tests::drawn(&view, width, height);
        }
    }
}
