//! [`LockedFolder`]: a folder of jobs that several threads and processes change, one after the other.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use brainwrought_core::clock::{Clock, Now};
use brainwrought_core::job_store::JobStoreError;
use tokio::sync::oneshot;

use super::folder::{Folder, unavailable};

/// A folder of jobs in which one transition happens at a time.
#[derive(Debug)]
pub(super) struct LockedFolder {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    jobs: PathBuf,
    clock: Box<dyn Clock>,
    /// A file lock holds for the whole process, so its threads queue here first.
    folder: Mutex<Folder>,
    /// See [`LOCK_TOLD`].
    lock_told: Duration,
    /// See [`MAX_LOCK_WAIT`].
    lock_wait: Duration,
}

/// A wait for the lock that lasts longer is told. A transition holds it for some milliseconds.
const LOCK_TOLD: Duration = Duration::from_secs(3);

/// A wait for the lock that lasts longer fails. Listing 100,000 jobs holds it for some seconds.
const MAX_LOCK_WAIT: Duration = Duration::from_secs(60);

/// Another process does not give the lock back.
#[derive(Debug, thiserror::Error)]
#[error("{} has been locked for {} s; if a process that uses it is stopped, let it go on or end it", .path.display(), .waited.as_secs())]
struct LockHeld {
    path: PathBuf,
    waited: Duration,
}

impl LockedFolder {
    /// Keeps the jobs of an open folder, whose path is `jobs`, from being changed by two at once.
    pub(super) fn new(jobs: PathBuf, opened: Folder, clock: Box<dyn Clock>) -> Self {
        let shared = Shared {
            jobs,
            clock,
            folder: Mutex::new(opened),
            lock_told: LOCK_TOLD,
            lock_wait: MAX_LOCK_WAIT,
        };
        Self { shared: Arc::new(shared) }
    }

    /// Where it lies.
    pub(super) fn path(&self) -> &Path {
        &self.shared.jobs
    }

    /// Runs one transition under the lock, away from the async threads.
    pub(super) async fn locked<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Folder, &Now) -> Result<T, JobStoreError> + Send + 'static,
    ) -> Result<T, JobStoreError> {
        let shared = Arc::clone(&self.shared);
        let (locked, mut is_locked) = oneshot::channel();
        let result = tokio::task::spawn_blocking(move || {
            // Each transition is written before memory is changed, so a poisoned lock still guards good data.
            let mut folder = shared.folder.lock().unwrap_or_else(PoisonError::into_inner);
            let lock = folder.lock().map_err(|error| unavailable("lock the jobs", error))?;
            let _ = locked.send(());
            let now = shared.clock.now();
            let result = folder.restore_indexes(&now).and_then(|()| work(&mut folder, &now));
            drop(lock);
            result
        });
        self.wait_for_lock(&mut is_locked).await?;
        result.await.map_err(|error| JobStoreError::Unavailable {
            action: "run a transition".to_owned(),
            source: Box::new(error),
        })?
    }

    /// Waits until the lock is held, and says so where that takes long.
    async fn wait_for_lock(&self, is_locked: &mut oneshot::Receiver<()>) -> Result<(), JobStoreError> {
        let Shared { lock_told: told, lock_wait: longest, .. } = *self.shared;
        if tokio::time::timeout(told, &mut *is_locked).await.is_ok() {
            return Ok(());
        }
        let path = self.shared.jobs.join(".lock");
        tracing::warn!(lock = %path.display(), "waiting for another process that holds the lock of the jobs");
        if tokio::time::timeout(longest, is_locked).await.is_ok() {
            return Ok(());
        }
        let source = Box::new(LockHeld { path, waited: told + longest });
        Err(JobStoreError::Unavailable { action: "lock the jobs".to_owned(), source })
    }
}

#[cfg(test)]
mod tests {
    use super::super::boot_clock::BootClock;
    use super::*;

    #[tokio::test]
    async fn a_lock_that_another_process_keeps_is_an_error_after_a_while() {
        let folder = tempfile::tempdir().unwrap();
        let jobs = folder.path().join("jobs");
        let opened = Folder::open(&jobs).unwrap();
        let other = opened.lock_file().unwrap();
        let mut locked = LockedFolder::new(jobs, opened, Box::new(BootClock::new()));
        let shared = Arc::get_mut(&mut locked.shared).unwrap();
        (shared.lock_told, shared.lock_wait) = (Duration::from_millis(5), Duration::from_millis(5));
        other.lock().unwrap();
        let refused = locked.locked(|_, _| Ok(())).await.unwrap_err();
        let text = brainwrought_core::report::chain(&refused);
        assert!(text.contains(".lock has been locked") && text.contains("stopped"), "{text}");
        other.unlock().unwrap();
    }
}
