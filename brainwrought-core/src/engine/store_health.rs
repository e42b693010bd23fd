//! [`StoreHealth`]: what keeps the stores, and the scratch folder, from taking what an engine has to write.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::EngineError;
use crate::artifact_store::ArtifactStoreError;
use crate::job_store::JobStoreError;
use crate::report::chain;

/// The bytes that must be free before a task starts that may write: a clip or a finished video of the default length and
/// size has some 5 to 15 MB.
const USUAL_ROOM: u64 = 32 << 20;

/// How much more is asked for after a task has run full although there seemed to be room.
const ROOM_GROWTH: u64 = 4;

/// Few artifacts are larger, in bytes; no more is ever asked for, as asking takes the room for a moment.
const MAX_ROOM: u64 = 1 << 30;

/// A store or a scratch folder may be on a small disk that could never have as much room as is asked for after several
/// tasks have run full at once. After so long the usual room is enough again.
const RELENT: Duration = Duration::from_secs(60);

/// What an engine has to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Write {
    /// Tasks that become READY.
    Advance,
    /// Leases that are taken back.
    Recover,
    /// Leases that are given out.
    Claim,
    /// Outcomes.
    Commit,
    /// Outputs, in the artifact store.
    Artifact,
    /// What stages write while they run, in the scratch folder.
    Scratch,
}

/// What keeps the stores, and the scratch folder, from taking what an engine has to write. Cloning is cheap; clones share it.
#[derive(Debug, Clone)]
pub(super) struct StoreHealth {
    faults: Arc<Mutex<BTreeMap<Write, Fault>>>,
    /// The bytes that must be free before a task starts.
    room: Arc<AtomicU64>,
    /// The bytes that must be free in the scratch folder, once that has run full.
    scratch: Arc<AtomicU64>,
}

/// Something that cannot be written.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    write: Write,
    since: Instant,
    is_full: bool,
    /// The whole chain of causes, from the error's source on.
    cause: String,
    /// The whole chain of causes.
    pub(super) error: String,
    /// The scratch folder, where that is full.
    folder: Option<PathBuf>,
}

impl Default for StoreHealth {
    fn default() -> Self {
        let usual = || Arc::new(AtomicU64::new(USUAL_ROOM));
        Self { faults: Arc::default(), room: usual(), scratch: usual() }
    }
}

impl StoreHealth {
    /// Notes how a write to the job store went.
    pub(super) fn note<T>(&self, write: Write, result: &Result<T, JobStoreError>) {
        match result {
            Err(error @ JobStoreError::Full(_)) => self.failed(write, true, error),
            Err(error @ JobStoreError::Unavailable { .. }) => self.failed(write, false, error),
            // Whatever else it answers, it can be written.
            _ => self.worked(write),
        }
    }

    /// Notes that the artifact store has no room. `ran` tells that there was room when the task started.
    pub(super) fn artifacts_full(&self, error: &(dyn std::error::Error + 'static), ran: bool) {
        if ran {
            grow(&self.room);
        }
        self.failed(Write::Artifact, true, error);
    }

    /// Notes that the scratch folder has no room. `ran` tells that there was some when the task started.
    pub(super) fn scratch_full(&self, folder: &Path, error: &EngineError, ran: bool) {
        if ran {
            grow(&self.scratch);
        }
        self.failed(Write::Scratch, true, error);
        if let Some(fault) = self.faults().get_mut(&Write::Scratch) {
            fault.folder = Some(folder.to_owned());
        }
    }

    /// Notes that the scratch folder has the room that is needed.
    pub(super) fn scratch_has_room(&self) {
        self.worked(Write::Scratch);
    }

    /// The bytes that must be free in the scratch folder before a task starts; nothing while it has not run full.
    pub(super) fn wanted_scratch(&self) -> Option<u64> {
        let since = self.faults().get(&Write::Scratch).map(|fault| fault.since)?;
        if since.elapsed() >= RELENT {
            self.scratch.store(USUAL_ROOM, Ordering::Relaxed);
        }
        Some(self.scratch.load(Ordering::Relaxed))
    }

    /// Notes that an output was stored.
    pub(super) fn output_stored(&self) {
        self.room.store(USUAL_ROOM, Ordering::Relaxed);
        self.scratch.store(USUAL_ROOM, Ordering::Relaxed);
        self.worked(Write::Artifact);
    }

    /// Notes that the artifact store has the room that is needed.
    pub(super) fn artifacts_have_room(&self) {
        self.worked(Write::Artifact);
    }

    /// True from when the artifact store had no room until it has.
    pub(super) fn lacks_room(&self) -> bool {
        self.faults().contains_key(&Write::Artifact)
    }

    /// The bytes that must be free before a task starts.
    pub(super) fn room(&self) -> u64 {
        let since = self.faults().get(&Write::Artifact).map(|fault| fault.since);
        if since.is_some_and(|since| since.elapsed() >= RELENT) {
            self.room.store(USUAL_ROOM, Ordering::Relaxed);
        }
        self.room.load(Ordering::Relaxed)
    }

    /// True while a store or the scratch folder has no room.
    pub(super) fn is_full(&self) -> bool {
        self.faults().values().any(|fault| fault.is_full)
    }

    /// What has been wrong for the longest time.
    pub(super) fn fault(&self) -> Option<Fault> {
        self.faults().values().min_by_key(|fault| fault.since).cloned()
    }

    fn failed(&self, write: Write, is_full: bool, error: &(dyn std::error::Error + 'static)) {
        let cause = error.source().map_or_else(|| error.to_string(), chain);
        let mut faults = self.faults();
        let since = faults.get(&write).filter(|known| known.is_full == is_full).map(|known| known.since);
        let since = since.unwrap_or_else(Instant::now);
        faults.insert(write, Fault { write, since, is_full, cause, error: chain(error), folder: None });
    }

    fn worked(&self, write: Write) {
        self.faults().remove(&write);
    }

    fn faults(&self) -> std::sync::MutexGuard<'_, BTreeMap<Write, Fault>> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn grow(room: &AtomicU64) {
    let grown = |room: u64| Some((room * ROOM_GROWTH).min(MAX_ROOM));
    let _ = room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, grown);
}

impl Fault {
    /// Tells whether it has lasted long enough since `began` to give up: a store without room for `full`, any other for
    /// `other`.
    pub(super) fn is_lasting(&self, began: Instant, full: Duration, other: Duration) -> bool {
        self.since.max(began).elapsed() >= if self.is_full { full } else { other }
    }
}

impl From<Fault> for EngineError {
    fn from(fault: Fault) -> Self {
        let cause = fault.cause.into();
        if fault.write == Write::Artifact {
            return Self::Artifacts(ArtifactStoreError::Full(cause));
        }
        if let Some(folder) = fault.folder {
            return Self::ScratchFull { folder, source: cause };
        }
        if fault.is_full {
            return Self::Jobs(JobStoreError::Full(cause));
        }
        let action = match fault.write {
            Write::Advance => "move tasks whose needs are done",
            Write::Recover => "take back leases",
            Write::Claim => "lend tasks",
            Write::Commit | Write::Artifact | Write::Scratch => "store an outcome",
        };
        Self::Jobs(JobStoreError::Unavailable { action: action.to_owned(), source: cause })
    }
}
