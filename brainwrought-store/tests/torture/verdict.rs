//! [`Verdict`]: what the fleet has done, read from the stores and from the notes of its processes.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use brainwrought_core::id::{Digest, TaskId};
use brainwrought_core::job::{JobStatus, TaskStatus};
use brainwrought_core::job_store::JobView;
use brainwrought_store::open_artifact_store;

use super::plan::{TASKS, output};

#[derive(Debug, Default)]
pub(crate) struct Verdict {
    tasks: usize,
    lost: usize,
    accepted_twice: usize,
    stale: usize,
    wrong_bytes: usize,
    published_twice: usize,
    refused: usize,
    unknown: usize,
    recovered: usize,
    pub(crate) seconds: f64,
    pub(crate) blows: BTreeMap<&'static str, usize>,
}

impl Verdict {
    pub(crate) async fn read(jobs: usize, views: &[JobView], folder: &Path) -> Self {
        let artifacts = open_artifact_store(folder.join("data").to_str().unwrap()).unwrap();
        let mut verdict = Self { tasks: jobs * TASKS, ..Self::default() };
        let mut done = 0;
        for view in views {
            for task in view.job.stages.iter().filter(|task| task.status == TaskStatus::Done) {
                done += 1;
                let digest = task.output.clone().unwrap();
                let id = TaskId { job: view.job.job_id.clone(), key: task.key.clone() };
                match artifacts.get(&digest).await {
                    Ok(bytes) if Digest::of(&bytes) == digest => {
                        verdict.stale += usize::from(bytes != output(&id, task.token));
                    }
                    _ => verdict.wrong_bytes += 1,
                }
            }
        }
        let complete = views.iter().filter(|view| view.status == JobStatus::Completed).count();
        verdict.lost = (verdict.tasks - done.min(verdict.tasks)).max(jobs - complete.min(jobs));
        let notes = std::fs::read_to_string(folder.join("notes")).unwrap_or_default();
        let (mut accepted, mut published) = (BTreeMap::new(), BTreeMap::new());
        for line in notes.lines() {
            let (event, rest) = line.split_once(' ').unwrap_or_default();
            let task = rest.split(' ').next().unwrap_or_default();
            match event {
                "accepted" => *accepted.entry(task).or_insert(0) += 1,
                "published" => *published.entry(task).or_insert(0) += 1,
                "refused" => verdict.refused += 1,
                "unknown" => verdict.unknown += 1,
                "recovered" => verdict.recovered += 1,
                _ => {}
            }
        }
        verdict.accepted_twice = accepted.values().filter(|count| **count > 1).count();
        verdict.published_twice = published.values().filter(|count| **count > 1).count();
        verdict
    }

    /// True when everything was done, once, and by whoever held the lease.
    pub(crate) fn is_right(&self) -> bool {
        [self.lost, self.accepted_twice, self.stale, self.wrong_bytes, self.published_twice] == [0; 5]
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} tasks in {:.0} s: {} lost, {} accepted twice, {} accepted from a stale attempt, {} with wrong bytes, \
             {} published twice; {} stale commits refused, {} calls of unknown end, {} leases recovered; blows",
            self.tasks,
            self.seconds,
            self.lost,
            self.accepted_twice,
            self.stale,
            self.wrong_bytes,
            self.published_twice,
            self.refused,
            self.unknown,
            self.recovered,
        )?;
        self.blows.iter().try_for_each(|(name, count)| write!(f, " {name} {count}"))
    }
}
