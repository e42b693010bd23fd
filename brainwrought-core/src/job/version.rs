//! [`Version`]: a finished state of a job that can be brought back, and [`Revision`]: a change of a job that is over.

use serde::{Deserialize, Serialize};

use super::{Job, Plan, StagePlan, Task, TaskStatus, TransitionError};
use crate::clock::{Now, Timestamp};
use crate::id::{Digest, StageName, TaskKey};

/// The outputs of a job at a moment when it was complete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// Counts from 1 and is never given out twice.
    pub number: u32,
    /// When the last of its tasks was first done.
    pub completed_at: Timestamp,
    /// The output of every task, in the order of the plan and of their segments.
    pub outputs: Vec<VersionOutput>,
    /// The number of the version that it was made from, where that is known and there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_from: Option<u32>,
}

/// The output of one task in a [`Version`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionOutput {
    /// The task.
    #[serde(flatten)]
    pub key: TaskKey,
    /// The stored output.
    pub output: Digest,
    /// The number of its items, when other stages fan out over it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<u32>,
}

/// The versions of a job: the number of what its tasks hold now, and the earlier ones that can be brought back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// The number of the version that the tasks hold or are making.
    number: u32,
    /// The highest number that was ever given out.
    highest: u32,
    /// Earlier versions, ordered by when they were last current.
    kept: Vec<Version>,
    /// The number of the version that the tasks' was made from, where that is known and there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    made_from: Option<u32>,
}

/// A change of a job that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Revision {
    /// Gives a stage that runs once another output; everything after it runs again.
    Replace {
        /// The stage.
        stage: StageName,
        /// The output that the new one was made from. The change is refused when the stage has another one by now.
        expected: Digest,
        /// The new output, which is in the artifact store.
        output: Digest,
        /// The number of its items, when other stages fan out over it.
        items: Option<u32>,
    },
    /// Brings the outputs of an earlier version back.
    Restore {
        /// The number of the version.
        number: u32,
        /// The stages that run again all the same, with everything after them: those with an effect outside the
        /// artifact store.
        rerun: Vec<StageName>,
    },
    /// Makes the same version once more from a stage on, because something of it is lost.
    Repair {
        /// The first stage that runs again, with everything after it.
        from: StageName,
    },
}

impl Default for Versions {
    fn default() -> Self {
        Self { number: 1, highest: 1, kept: Vec::new(), made_from: None }
    }
}

impl Versions {
    /// The most earlier versions that a job keeps.
    pub const MAX_KEPT: usize = 20;

    /// The most outputs in all earlier versions together, so that a job of thousands of segments stays small enough to
    /// be written at every step. The latest version is kept whatever its size.
    pub const MAX_OUTPUTS: usize = 4_000;

    /// The number of the version that the tasks hold or are making, from 1.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The earlier versions that can be brought back, ordered by when they were last current.
    pub fn kept(&self) -> &[Version] {
        &self.kept
    }

    /// Lists the outputs of all earlier versions.
    pub fn outputs(&self) -> impl Iterator<Item = &Digest> {
        self.kept.iter().flat_map(|version| &version.outputs).map(|known| &known.output)
    }

    /// True for a job that has never been changed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn keep(&mut self, version: Version) {
        self.kept.retain(|known| known.number != version.number);
        self.kept.push(version);
        let outputs = |kept: &[Version]| kept.iter().map(|version| version.outputs.len()).sum::<usize>();
        while self.kept.len() > Self::MAX_KEPT
            || (self.kept.len() > 1 && outputs(&self.kept) > Self::MAX_OUTPUTS)
        {
            self.kept.remove(0);
        }
    }

    fn count_up(&mut self) {
        self.made_from = Some(self.number);
        self.highest = self.highest.saturating_add(1);
        self.number = self.highest;
    }
}

impl Version {
    /// Tells whether it has outputs of each stage of a plan, but those that fan out over nothing, and no others.
    fn is_of(&self, plan: &Plan) -> bool {
        let has = |name: &StageName| self.outputs.iter().any(|known| known.key.stage == *name);
        let has_items = |known: &VersionOutput| known.items.is_some_and(|items| items > 0);
        let is_empty = |source: &StageName| {
            !self.outputs.iter().any(|known| known.key.stage == *source && has_items(known))
        };
        self.outputs.iter().all(|known| plan.stage(&known.key.stage).is_some())
            && plan
                .stages()
                .iter()
                .all(|StagePlan { name, fan, .. }| has(name) || fan.as_ref().is_some_and(is_empty))
    }

    /// Finds the output of a task.
    pub fn output(&self, key: &TaskKey) -> Option<&Digest> {
        self.outputs.iter().find(|known| known.key == *key).map(|known| &known.output)
    }
}

impl Job {
    /// Finds what is current of a task's output: what the task has now, or, while it is made again, what it had in the
    /// last finished version.
    pub fn output(&self, key: &TaskKey) -> Option<&Digest> {
        let task = self.task(key).filter(|task| task.status == TaskStatus::Done);
        task.and_then(|task| task.output.as_ref())
            .or_else(|| self.versions.kept.last().and_then(|version| version.output(key)))
    }

    /// Finds the output of a task that goes with the current output of another one: that of now when the other one is DONE
    /// now, else that of the last finished version. What is shown beside a video is found by the video's check.
    pub fn output_beside(&self, key: &TaskKey, other: &TaskKey) -> Option<&Digest> {
        match self.versions.kept.last() {
            Some(version) if self.task(other).is_none_or(|task| task.status != TaskStatus::Done) => {
                version.output(key)
            }
            _ => self.output(key),
        }
    }

    /// The number of the finished version that is current: that of the tasks once all are DONE, else of the last one
    /// that was; `None` for a job that was never complete.
    pub fn current_version(&self) -> Option<u32> {
        if self.is_complete() {
            return Some(self.versions.number);
        }
        self.versions.kept.last().map(|version| version.number)
    }

    /// Lists the finished versions with when each was completed, in the order of their numbers.
    pub fn finished_versions(&self) -> Vec<(u32, Timestamp)> {
        let held = self.is_complete().then_some(self.versions.number);
        let kept = self.versions.kept.iter().map(|version| (version.number, version.completed_at));
        let mut versions: Vec<(u32, Timestamp)> = kept.filter(|(number, _)| Some(*number) != held).collect();
        versions.extend(held.map(|number| (number, self.completed_at())));
        versions.sort_unstable();
        versions
    }

    /// The number of the version that an undo brings back: of a complete job the one that its version was made from, so that
    /// each undo goes one step further back; of a job whose change did not succeed the current one. `None` when there is
    /// none, or it is no longer kept.
    pub fn previous_version(&self) -> Option<u32> {
        if !self.is_complete() {
            return self.current_version();
        }
        // Of jobs that were changed before this was noted, the next lower number is the best guess.
        let latest = self.versions.made_from.unwrap_or(self.versions.number.saturating_sub(1));
        let kept = self.versions.kept.iter().map(|version| version.number);
        kept.filter(|&number| number <= latest && number != self.versions.number).max()
    }

    /// Changes a job that is over. The version that was complete is kept and can be brought back.
    ///
    /// # Errors
    ///
    /// Fails when the job is not over, when the stage has no output to replace or another one than expected, and when
    /// there is no such version.
    pub fn revise(&mut self, revision: &Revision, now: &Now) -> Result<(), TransitionError> {
        let status = self.status(now);
        if !status.is_final() {
            return Err(TransitionError::StillActive(status));
        }
        match revision {
            Revision::Replace { stage, expected, output, items } => {
                self.replace(stage, expected, output, *items, now)?;
            }
            Revision::Restore { number, rerun } => self.restore(*number, rerun, now)?,
            Revision::Repair { from } => {
                let reset = self.downstream_names(from)?;
                self.keep_version();
                self.reset_stages(&reset);
            }
        }
        self.updated_at = now.wall;
        Ok(())
    }

    /// Keeps the outputs of a complete job as a version, before something of it is made again.
    pub(super) fn keep_version(&mut self) {
        if !self.is_complete() {
            return;
        }
        let outputs = self.stages.iter().filter_map(|task| {
            let output = task.output.clone()?;
            Some(VersionOutput { key: task.key.clone(), output, items: task.items })
        });
        let version = Version {
            number: self.versions.number,
            completed_at: self.completed_at(),
            outputs: outputs.collect(),
            made_from: self.versions.made_from,
        };
        self.versions.keep(version);
    }

    /// When the version that the tasks hold was first complete. Tasks that were brought back or made again say when that was.
    fn completed_at(&self) -> Timestamp {
        let known = self.versions.kept.iter().find(|version| version.number == self.versions.number);
        if let Some(known) = known {
            return known.completed_at;
        }
        let ends = self.stages.iter().filter_map(|task| task.finished_at);
        ends.max().unwrap_or(self.updated_at)
    }

    /// Keeps the outputs of a complete job, and counts what is made now as a version of its own.
    pub(super) fn begin_version(&mut self) {
        if self.is_complete() {
            self.keep_version();
            self.versions.count_up();
        }
    }

    fn replace(
        &mut self,
        stage: &StageName,
        expected: &Digest,
        output: &Digest,
        items: Option<u32>,
        now: &Now,
    ) -> Result<(), TransitionError> {
        let reset = self.downstream_names(stage)?;
        let key = TaskKey { stage: stage.clone(), segment: None };
        let task = self.task(&key).filter(|task| task.status == TaskStatus::Done);
        match task.and_then(|task| task.output.as_ref()) {
            None => return Err(TransitionError::NoOutput(key)),
            Some(found) if found != expected => return Err(TransitionError::OutputChanged(key)),
            Some(_) => {}
        }
        self.begin_version();
        self.reset_stages(&reset);
        if let Some(task) = self.stages.iter_mut().find(|task| task.key == key) {
            task.take(output, items.map(|items| items.min(Self::MAX_ITEMS)), now);
            task.cached = false;
        }
        self.expand(stage);
        Ok(())
    }

    fn restore(&mut self, number: u32, rerun: &[StageName], now: &Now) -> Result<(), TransitionError> {
        let version = self.versions.kept.iter().find(|version| version.number == number).cloned();
        let version = version.ok_or_else(|| {
            let mut known: Vec<u32> = self.versions.kept.iter().map(|version| version.number).collect();
            known.sort_unstable();
            let known = known.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
            TransitionError::NoSuchVersion { number, known }
        })?;
        if !version.is_of(&self.plan) {
            return Err(TransitionError::OtherPlan(number));
        }
        self.keep_version();
        let floor = |task: &Task| version.output(&task.key).is_none().then_some(task.token);
        let floor = self.stages.iter().filter_map(floor).max().unwrap_or_default();
        self.token_floor = self.token_floor.max(floor);
        let mut held: Vec<Task> = std::mem::take(&mut self.stages);
        for VersionOutput { key, output, items } in &version.outputs {
            let place = held.iter().position(|task| task.key == *key);
            let mut task = match place {
                Some(place) => held.swap_remove(place),
                None => Task::new(key.clone(), self.token_floor),
            };
            task.take(output, *items, now);
            self.stages.push(task);
        }
        let rerun: Vec<StageName> = rerun
            .iter()
            .flat_map(|stage| self.plan.downstream(stage))
            .map(|stage| stage.name.clone())
            .collect();
        self.cancelled = false;
        self.versions.made_from = version.made_from;
        // The order tells which version is current while the stages that run again are not done.
        self.versions.keep(version);
        self.versions.number = number;
        self.reset_stages(&rerun);
        Ok(())
    }
}

impl Task {
    /// DONE with an output that was made elsewhere. The token stays, so that whoever still works on it is fenced.
    fn take(&mut self, output: &Digest, items: Option<u32>, now: &Now) {
        self.reset();
        self.status = TaskStatus::Done;
        self.output = Some(output.clone());
        self.items = items;
        self.cached = true;
        self.finished_at = Some(now.wall);
    }
}
