//! [`Folder`]: the files of the job store, for whoever holds its lock.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use brainwrought_core::clock::{Now, Timestamp};
use brainwrought_core::id::{Digest, JobId};
use brainwrought_core::job::{Job, JobStatus, Outcome, Task, TaskStatus};
use brainwrought_core::job_store::{JobStoreError, JobView};
use brainwrought_core::private_folder::private_folder;

use super::durable::{self, Durability};

/// The folder of the jobs, and the active ones as they were last read.
#[derive(Debug)]
pub(super) struct Folder {
    /// `jobs/<job_id>.json`.
    jobs: PathBuf,
    /// One empty file for each job that may still change, so that nobody reads those that are over.
    active: PathBuf,
    /// One file for each idempotency key, with the id of its job.
    keys: PathBuf,
    known: BTreeMap<JobId, (Stamp, Job)>,
    /// Whether nothing can be written here.
    is_read_only: bool,
}

/// Neither generation of a job's file can be read.
#[derive(Debug, thiserror::Error)]
#[error(
    "neither {} nor its previous generation, {}, can be read; put either back from a backup, or remove the job with \
     `brainwrought delete {job}`", .file.display(), .previous.display()
)]
struct BothDamaged {
    job: JobId,
    file: PathBuf,
    previous: PathBuf,
    source: Box<dyn std::error::Error + Send + Sync>,
}

/// What tells that a file is no longer the one that was read. A replaced file has another inode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
}

/// How many tokens of each task a lost generation may have given out. A generation gives out one, and a torn file has
/// lost one generation; the rest is room, for numbers cost nothing.
const LOST_TOKENS: u64 = 1000;

impl Folder {
    pub(super) fn open(jobs: &Path) -> io::Result<Self> {
        let folder = Self {
            jobs: jobs.to_owned(),
            active: jobs.join(".active"),
            keys: jobs.join(".keys"),
            known: BTreeMap::new(),
            is_read_only: false,
        };
        private_folder(jobs)?;
        Ok(folder)
    }

    /// Opens a folder that is there and cannot be written. Nothing in it is changed, not even mended.
    pub(super) fn open_to_read(jobs: &Path) -> io::Result<Self> {
        let folder = Self { is_read_only: true, ..Self::open(jobs)? };
        fs::read_dir(jobs).map(|_| folder)
    }

    /// Makes the indexes anew from the files of the jobs where one is lost: `.active`, without which nobody would look at
    /// jobs that are not over, and `.keys`. Each appears whole or not at all.
    pub(super) fn restore_indexes(&self, now: &Now) -> Result<(), JobStoreError> {
        let lost = [&self.active, &self.keys].map(|index| !index.is_dir());
        if self.is_read_only || lost == [false, false] {
            return Ok(());
        }
        let ids = self.all()?;
        if !ids.is_empty() {
            tracing::warn!(jobs = %self.jobs.display(), "an index of the jobs is lost; it is made anew from their files");
        }
        let failed = |error| unavailable("make an index of the jobs", error);
        for index in [&self.active, &self.keys] {
            let _ = fs::remove_dir_all(index.with_extension("part"));
            fs::create_dir_all(index.with_extension("part")).map_err(failed)?;
        }
        for id in &ids {
            let job = parse(&self.path(id), id).or_else(|_| parse(&self.path(id).with_extension("bak"), id));
            // One that cannot be read may not be over; whoever looks at it says so.
            let is_active = job.as_ref().map_or(true, |job| may_change(&seen(job, now), now));
            if is_active {
                File::create(self.active.with_extension("part").join(id.as_str())).map_err(failed)?;
            }
            if let Some(key) = job.ok().and_then(|job| job.idempotency_key) {
                let path = self.keys.with_extension("part").join(key_name(&key));
                fs::write(path, id.as_str()).map_err(failed)?;
            }
        }
        for (index, is_lost) in [&self.active, &self.keys].into_iter().zip(lost) {
            let part = index.with_extension("part");
            let placed = match is_lost {
                true => durable::sync_folder(&part.join("any")).and_then(|()| fs::rename(&part, index)),
                false => fs::remove_dir_all(&part),
            };
            placed.and_then(|()| durable::sync_folder(index)).map_err(failed)?;
        }
        Ok(())
    }

    /// The file that is locked while anything is read or changed.
    pub(super) fn lock_file(&self) -> io::Result<File> {
        File::options().create(true).truncate(false).write(true).open(self.jobs.join(".lock"))
    }

    /// Waits for the lock; it holds until the file is dropped. Where nothing can be written and nobody has made the file,
    /// there is nothing to wait for.
    pub(super) fn lock(&self) -> io::Result<Option<File>> {
        if !self.is_read_only {
            return self.lock_file().and_then(|file| file.lock().map(|()| Some(file)));
        }
        match File::open(self.jobs.join(".lock")) {
            Ok(file) => file.lock_shared().map(|()| Some(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Something that is different after every change, for whoever waits for one.
    pub(super) fn generation(jobs: &Path) -> Option<(i64, i64)> {
        let metadata = fs::metadata(jobs).ok()?;
        Some((metadata.mtime(), metadata.mtime_nsec()))
    }

    /// How long ago a generation began, by the clock that stamps files; `None` when that clock was set back since.
    pub(super) fn age(generation: (i64, i64), now: Timestamp) -> Option<Duration> {
        let began = u64::try_from(generation.0).ok()? * 1000 + u64::try_from(generation.1).ok()? / 1_000_000;
        now.0.checked_sub(began).map(Duration::from_millis)
    }

    /// The ids of the jobs that may still change, in the order of their files.
    pub(super) fn active(&self) -> Result<Vec<JobId>, JobStoreError> {
        ids_in(&self.active).map_err(|error| unavailable("list the active jobs", error))
    }

    /// The ids of all jobs, those included of which only the previous generation is left.
    pub(super) fn all(&self) -> Result<Vec<JobId>, JobStoreError> {
        ids_in(&self.jobs).map_err(|error| unavailable("list the jobs", error))
    }

    /// Reads a job. One whose file is damaged or lost is mended from its previous generation.
    pub(super) fn read(&mut self, id: &JobId, now: &Now) -> Result<Job, JobStoreError> {
        let path = self.path(id);
        let stamp = match stamp(&path) {
            Ok(stamp) => stamp,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.known.remove(id);
                let previous = path.with_extension("bak");
                return match previous.exists().then(|| parse(&previous, id)) {
                    None => Err(JobStoreError::JobNotFound(id.clone())),
                    Some(Ok(previous)) => self.mend(previous, now),
                    Some(Err(error)) => Err(self.both_damaged(id, error)),
                };
            }
            Err(error) => return Err(unavailable(&format!("read job {id}"), error)),
        };
        let known = self.known.get(id).filter(|(known, _)| *known == stamp).map(|(_, job)| job.clone());
        let job = match known.map_or_else(|| parse(&path, id), Ok) {
            // A file that a dying disk tore apart has a predecessor; what was done since is found by its fingerprint.
            // A file that merely could not be read just now is another matter: it must not be rolled back.
            Err(error @ JobStoreError::Damaged { .. }) => {
                let previous = parse(&path.with_extension("bak"), id);
                let previous = previous.map_err(|_| self.both_damaged(id, error))?;
                return self.mend(previous, now);
            }
            other => other?,
        };
        let mut is_active = self.is_active(id);
        if !is_active && !self.is_read_only && may_change(&seen(&job, now), now) {
            // Its entry in the index is lost; without it nobody would ever go on with the job. Whoever only reads need
            // not fail for it.
            match durable::touch(&self.active.join(id.as_str())) {
                Ok(()) => is_active = true,
                Err(error) => tracing::warn!(job = %id, %error, "could not note that a job is active"),
            }
        }
        if is_active {
            self.known.insert(id.clone(), (stamp, job.clone()));
        }
        Ok(job)
    }

    /// Writes a job, and keeps the list of active jobs in step with its status.
    pub(super) fn write(
        &mut self,
        view: &JobView,
        now: &Now,
        durability: Durability,
    ) -> Result<(), JobStoreError> {
        self.store(view, now, |path, bytes| durable::replace(path, bytes, durability))
    }

    /// Puts a previous generation in the place of a damaged file. Nobody knows what was promised since, so whoever
    /// holds a task is fenced off, and no token comes a second time.
    fn mend(&mut self, mut job: Job, now: &Now) -> Result<Job, JobStoreError> {
        if self.is_read_only {
            return Ok(job);
        }
        tracing::warn!(job = %job.job_id, "a job's file is damaged; its previous generation takes its place");
        let held: Vec<_> = job.stages.iter().filter(|task| task.lease.is_some()).collect();
        let held: Vec<_> = held.into_iter().map(|task| (task.key.clone(), task.token)).collect();
        for (key, token) in held {
            // Not the worker's fault, so the attempt does not count.
            let handed_back = job.commit(&key, token, Outcome::HandedBack, now).map(drop);
            handed_back.map_err(|error| JobStoreError::from_transition(error, &job.job_id))?;
        }
        job.token_floor.0 += LOST_TOKENS;
        for task in &mut job.stages {
            task.token.0 += LOST_TOKENS;
        }
        let view = JobView { status: job.status(now), job };
        self.store(&view, now, durable::mend)?;
        Ok(view.job)
    }

    /// Names both files and what to do. A file that merely could not be read just now keeps its own error.
    fn both_damaged(&self, id: &JobId, error: JobStoreError) -> JobStoreError {
        let JobStoreError::Damaged { job, source } = error else { return error };
        let (file, previous) = (self.path(id), self.path(id).with_extension("bak"));
        JobStoreError::Damaged {
            job,
            source: Box::new(BothDamaged { job: id.clone(), file, previous, source }),
        }
    }

    fn store(
        &mut self,
        view: &JobView,
        now: &Now,
        replace: impl FnOnce(&Path, &[u8]) -> io::Result<()>,
    ) -> Result<(), JobStoreError> {
        let id = &view.job.job_id;
        let failed = |error| unavailable(&format!("write job {id}"), error);
        let mut bytes = serde_json::to_vec_pretty(view).map_err(|error| damaged(id, error))?;
        bytes.push(b'\n');
        // A job is active from before it exists until after it is over, so no crash can hide one that is not.
        let may_change = may_change(view, now);
        if may_change && !self.is_active(id) {
            durable::touch(&self.active.join(id.as_str())).map_err(failed)?;
        }
        replace(&self.path(id), &bytes).map_err(failed)?;
        if may_change {
            let stamp = stamp(&self.path(id)).map_err(failed)?;
            self.known.insert(id.clone(), (stamp, view.job.clone()));
        } else {
            self.known.remove(id);
            durable::remove(&self.active.join(id.as_str())).map_err(failed)?;
        }
        Ok(())
    }

    /// Forgets that a job may still change: its file is gone or says that it is over.
    pub(super) fn retire(&mut self, id: &JobId) {
        self.known.remove(id);
        let _ = durable::remove(&self.active.join(id.as_str()));
    }

    /// Removes a job.
    pub(super) fn remove(&mut self, job: &Job) -> Result<(), JobStoreError> {
        let id = &job.job_id;
        if let Some(key) = &job.idempotency_key {
            let removed = durable::remove(&self.key_path(key));
            removed.map_err(|error| unavailable(&format!("remove job {id}"), error))?;
        }
        self.remove_files(id)
    }

    /// Removes a job that cannot be read, and with it the keys that name it.
    pub(super) fn remove_damaged(&mut self, id: &JobId) -> Result<(), JobStoreError> {
        let failed = |error| unavailable(&format!("remove job {id}"), error);
        for entry in fs::read_dir(&self.keys).map_err(failed)? {
            let key = entry.map_err(failed)?.path();
            if fs::read_to_string(&key).is_ok_and(|text| text.trim() == id.as_str()) {
                durable::remove(&key).map_err(failed)?;
            }
        }
        self.remove_files(id)
    }

    fn remove_files(&mut self, id: &JobId) -> Result<(), JobStoreError> {
        let failed = |error| unavailable(&format!("remove job {id}"), error);
        // The file itself goes last: without it, a previous generation would take its place after a crash.
        for extension in ["bak", "damaged", "part", "json"] {
            durable::remove(&self.path(id).with_extension(extension)).map_err(failed)?;
        }
        durable::sync_folder(&self.path(id)).map_err(failed)?;
        self.retire(id);
        Ok(())
    }

    /// Finds the job of an idempotency key.
    pub(super) fn by_key(&mut self, key: &str, now: &Now) -> Result<Option<Job>, JobStoreError> {
        let id = match fs::read_to_string(self.key_path(key)) {
            Ok(text) => text.trim().parse::<JobId>().ok(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(unavailable("look up an idempotency key", error)),
        };
        match id.map(|id| self.read(&id, now)).transpose() {
            // The key is written before its job, so a crash in between leaves a key without one.
            Err(JobStoreError::JobNotFound(_)) => Ok(None),
            other => other,
        }
    }

    /// Remembers the job of an idempotency key.
    pub(super) fn bind_key(&self, key: &str, id: &JobId) -> Result<(), JobStoreError> {
        durable::replace(&self.key_path(key), id.as_str().as_bytes(), Durability::Synced)
            .map_err(|error| unavailable("write an idempotency key", error))
    }

    fn is_active(&self, id: &JobId) -> bool {
        self.active.join(id.as_str()).exists()
    }

    fn path(&self, id: &JobId) -> PathBuf {
        self.jobs.join(format!("{id}.json"))
    }

    fn key_path(&self, key: &str) -> PathBuf {
        self.keys.join(key_name(key))
    }
}

/// A key may be anything; its digest is a good file name.
fn key_name(key: &str) -> String {
    Digest::of(key.as_bytes()).to_string()
}

/// A job with its status.
fn seen(job: &Job, now: &Now) -> JobView {
    JobView { status: job.status(now), job: job.clone() }
}

/// Whether anything may still happen to a job by itself. A failed job may still have tasks that run or wait; those that
/// wait for what failed never move, and must not keep the job among the active ones for ever.
pub(super) fn may_change(view: &JobView, now: &Now) -> bool {
    match view.status {
        JobStatus::Completed | JobStatus::Cancelled => false,
        JobStatus::Failed => {
            let open = |task: &Task| matches!(task.status, TaskStatus::Ready | TaskStatus::Running);
            view.job.stages.iter().any(open) || !view.job.clone().advance(now).is_empty()
        }
        _ => true,
    }
}

fn ids_in(folder: &Path) -> io::Result<Vec<JobId>> {
    let mut ids = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        let stem = [".json", ".bak"].iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(&name);
        ids.extend(stem.parse::<JobId>());
    }
    ids.sort();
    ids.dedup();
    Ok(ids)
}

fn stamp(path: &Path) -> io::Result<Stamp> {
    let metadata = fs::metadata(path)?;
    Ok(Stamp {
        inode: metadata.ino(),
        bytes: metadata.len(),
        modified: (metadata.mtime(), metadata.mtime_nsec()),
    })
}

fn parse(path: &Path, id: &JobId) -> Result<Job, JobStoreError> {
    let bytes = fs::read(path).map_err(|error| unavailable(&format!("read job {id}"), error))?;
    serde_json::from_slice(&bytes).map_err(|error| damaged(id, error))
}

fn damaged(id: &JobId, error: serde_json::Error) -> JobStoreError {
    JobStoreError::Damaged { job: id.to_string(), source: Box::new(error) }
}

pub(super) fn unavailable(action: &str, error: io::Error) -> JobStoreError {
    if brainwrought_core::room::is_full(&error) {
        return JobStoreError::Full(Box::new(error));
    }
    JobStoreError::Unavailable { action: action.to_owned(), source: Box::new(error) }
}
