//! [`Scratch`]: the folder of one attempt, and what happens when its file system is full.

use std::path::{Path, PathBuf};

use super::{Engine, EngineError};
use crate::id::TaskId;
use crate::private_folder::private_folder;
use crate::report::chain;
use crate::room;
use crate::stage::StageError;

/// Less than this in the scratch folder is as good as nothing, in bytes.
const MIN_ROOM: u64 = 1 << 20;

/// The folder of one attempt; removed when it is dropped.
#[derive(Debug)]
pub(super) struct Scratch {
    path: PathBuf,
}

impl Scratch {
    /// Makes an empty folder below `parent`.
    ///
    /// # Errors
    ///
    /// Fails when that cannot be done.
    pub(super) async fn make(parent: &Path, task: &TaskId, token: u64) -> Result<Self, StageError> {
        let segment = task.key.segment.map_or_else(String::new, |segment| format!("-{segment}"));
        let name = format!("{}-{}{segment}-{token}", task.job, task.key.stage);
        let scratch = Self { path: parent.join(name) };
        let path = scratch.path.clone();
        tokio::task::spawn_blocking(move || fresh_folder(&path))
            .await?
            .map_err(|source| StageError::no_scratch(NoScratch { path: scratch.path.clone(), source }))?;
        Ok(scratch)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

fn fresh_folder(path: &Path) -> std::io::Result<()> {
    match std::fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    if let Some(scratch) = path.parent() {
        private_folder(scratch)?;
    }
    std::fs::create_dir_all(path)
}

#[derive(Debug, thiserror::Error)]
#[error("could not make the scratch folder {path:?}; free some space or choose another folder")]
struct NoScratch {
    path: PathBuf,
    source: std::io::Error,
}

impl Engine {
    /// Finds out whether a full disk that a stage met is that of the scratch folder.
    pub(super) async fn suspect_scratch(&self, error: StageError) -> StageError {
        if error.full_disk().is_none() || error.is_full_scratch() {
            return error;
        }
        match self.room_in_scratch(MIN_ROOM).await {
            Err(full) if room::is_full(&full) => error.in_scratch(),
            _ => error,
        }
    }

    /// Notes a store or a scratch folder that has no room, and tells whether that is what went wrong.
    pub(super) fn note_no_room(&self, error: &StageError) -> bool {
        let ran = !error.is_before_work();
        if let Some(full) = error.full_store() {
            self.health.artifacts_full(full, ran);
            return true;
        }
        if error.is_full_scratch() {
            self.health.scratch_full(&self.settings.scratch, &self.full_scratch(error), ran);
            return true;
        }
        false
    }

    /// Once the scratch folder has run full, fails until there is room.
    pub(super) async fn check_scratch(&self) -> Result<(), EngineError> {
        let Some(wanted) = self.health.wanted_scratch() else { return Ok(()) };
        match self.room_in_scratch(wanted).await {
            Err(full) if room::is_full(&full) => {
                let full = self.full_scratch(&full);
                self.health.scratch_full(&self.settings.scratch, &full, false);
                Err(full)
            }
            // What else is wrong with it is for the attempts to find out.
            _ => {
                self.health.scratch_has_room();
                Ok(())
            }
        }
    }

    fn full_scratch(&self, error: &(dyn std::error::Error + 'static)) -> EngineError {
        EngineError::ScratchFull { folder: self.settings.scratch.clone(), source: chain(error).into() }
    }

    async fn room_in_scratch(&self, bytes: u64) -> std::io::Result<()> {
        let folder = self.settings.scratch.clone();
        let checked = tokio::task::spawn_blocking(move || {
            private_folder(&folder)?;
            room::check(&folder, bytes)
        });
        checked.await.unwrap_or(Ok(()))
    }
}
