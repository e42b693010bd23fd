//! [`Storage`]: how much is stored, and whether an upload still fits.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use brainwrought_core::id::JobId;
use brainwrought_stages::standard::MakeOptions;
use tokio::time::Instant;

use crate::client_id::ClientId;
use crate::{ApiError, StorageLimits};

/// How much is stored, and whether an upload still fits.
///
/// The folders are measured now and then; between two measurements what was uploaded is added. An upload is refused only
/// by a fresh measurement, so that room made by a deletion is found at once.
///
/// The last quarter is for clients whose jobs take less than a quarter of it all, so that one client cannot fill it. Who
/// brought a job is kept in memory only: it is nobody's business once the server has stopped.
#[derive(Debug)]
pub(crate) struct Storage {
    limits: StorageLimits,
    /// The folder that takes the uploads, and below it the PDFs of jobs.
    inputs: PathBuf,
    /// The folder with the videos of jobs.
    outputs: PathBuf,
    measured: tokio::sync::Mutex<Option<Measured>>,
    /// The jobs that were brought last, and who brought them.
    brought: Mutex<VecDeque<(ClientId, JobId)>>,
    /// Bytes of uploads under way.
    held: AtomicU64,
    /// Bytes that were uploaded since the last measurement.
    added: AtomicU64,
    /// That the disk is nearly full.
    disk_notice: Notice,
    /// That as much is stored as may be.
    sum_notice: Notice,
}

/// Tells the operator once of a shortage until it is clearly over, since every client may try again and again.
#[derive(Debug, Default)]
struct Notice {
    is_given: AtomicBool,
}

#[derive(Debug, Clone, Copy)]
struct Measured {
    bytes: u64,
    at: Instant,
    took: Duration,
}

/// Room that is held for an upload until it is dropped.
#[derive(Debug)]
pub(crate) struct HeldRoom<'a> {
    storage: &'a Storage,
    bytes: u64,
}

/// PDFs and videos are stored twice: as an artifact, and as a readable copy.
const COPIES: u64 = 2;

/// What a finished job takes for each pixel and second of its video, with the clips that it was made of: 18 MB were measured
/// for 15 seconds at 1080×1920.
const BYTES_PER_PIXEL_SECOND: f64 = 0.6;

/// One part in so many of the storage is for clients who take less than such a part.
const RESERVED: u64 = 4;

/// A shortage is over when one part in so many of the limit is left; sooner, the next small upload would end it, and the
/// large one after that would begin it again.
const CLEAR: u64 = 20;

/// How many jobs it is remembered of who brought them.
const MAX_BROUGHT: usize = 20_000;

/// How old a measurement may be that lets an upload pass, and one that refuses it.
const MAX_AGE_TO_PASS: Duration = Duration::from_secs(10);
const MAX_AGE_TO_REFUSE: Duration = Duration::from_secs(1);

/// At most one part in so many of the time goes into measuring.
const SHARE: u32 = 20;

impl Storage {
    /// Measures nothing yet.
    pub(crate) fn new(limits: StorageLimits, inputs: PathBuf, outputs: PathBuf) -> Self {
        Self {
            limits,
            inputs,
            outputs,
            measured: tokio::sync::Mutex::default(),
            brought: Mutex::default(),
            held: AtomicU64::default(),
            added: AtomicU64::default(),
            disk_notice: Notice::default(),
            sum_notice: Notice::default(),
        }
    }

    /// Holds room for a PDF of so many bytes that a client brings.
    ///
    /// # Errors
    ///
    /// Fails when it would go beyond what may be stored, when it is nearly all taken and much of that by the client, or when
    /// the disk is nearly full.
    pub(crate) async fn hold(&self, client: ClientId, pdf: u64) -> Result<HeldRoom<'_>, ApiError> {
        let bytes = pdf.saturating_mul(COPIES);
        // Held before it is checked, so that two uploads at once do not both find the same room.
        let others = self.held.fetch_add(bytes, Ordering::Relaxed);
        let room = HeldRoom { storage: self, bytes };
        let wanted = others.saturating_add(bytes);
        self.check_disk(wanted).await?;
        if let Some(limit) = self.limits.bytes {
            let left = self.check_sum(wanted, limit).await?;
            self.check_share(client, bytes, &[], limit, left).await?;
        }
        Ok(room)
    }

    /// Refuses a job whose files would go beyond what may be stored. `expected` are the bytes that it will add, and `active`
    /// the jobs that still have theirs to write, with what each will add.
    ///
    /// # Errors
    ///
    /// As [`Self::hold`]; jobs that were accepted count as if they were finished.
    pub(crate) async fn check_job(
        &self,
        client: ClientId,
        expected: u64,
        active: &[(JobId, u64)],
    ) -> Result<(), ApiError> {
        let Some(limit) = self.limits.bytes else { return Ok(()) };
        let promised = active.iter().map(|(_, bytes)| *bytes).fold(0, u64::saturating_add);
        let held = self.held.load(Ordering::Relaxed);
        let wanted = held.saturating_add(promised).saturating_add(expected);
        let left = self.check_sum(wanted, limit).await?;
        // Only here: for an upload alone there may be room all the time that there is none for a job.
        self.sum_notice.withdraw_if(left >= limit / CLEAR);
        self.check_share(client, expected, active, limit, left).await
    }

    /// Remembers who brought a job, as long as it is there.
    pub(crate) fn brought(&self, client: ClientId, job: &JobId) {
        let mut brought = self.brought.lock().unwrap_or_else(PoisonError::into_inner);
        if brought.len() >= MAX_BROUGHT {
            brought.pop_front();
        }
        brought.push_back((client, job.clone()));
    }

    /// Refuses a client who takes much already when there is not much left. Clients that cannot be told apart are not
    /// bounded: they would keep each other out.
    async fn check_share(
        &self,
        client: ClientId,
        bytes: u64,
        active: &[(JobId, u64)],
        limit: u64,
        left: u64,
    ) -> Result<(), ApiError> {
        let share = limit / RESERVED;
        if left >= share || client == ClientId::Somebody {
            return Ok(());
        }
        let own: Vec<JobId> = {
            let brought = self.brought.lock().unwrap_or_else(PoisonError::into_inner);
            brought.iter().filter(|(by, _)| *by == client).map(|(_, job)| job.clone()).collect()
        };
        let promised = |job: &JobId| active.iter().find(|(other, _)| other == job).map(|(_, bytes)| *bytes);
        let folders = [self.inputs.clone(), self.outputs.clone()];
        let measure = move || {
            let size = |job: &JobId| folders.iter().map(|all| bytes_in(&all.join(job.as_str()))).sum();
            own.into_iter().map(|job| (size(&job), job)).collect::<Vec<(u64, JobId)>>()
        };
        let sizes = tokio::task::spawn_blocking(measure).await.unwrap_or_default();
        let takes = |(bytes, job): &(u64, JobId)| {
            bytes.saturating_mul(COPIES).saturating_add(promised(job).unwrap_or_default())
        };
        let taken = sizes.iter().map(takes).fold(0, u64::saturating_add);
        // A job whose folders are gone is deleted, unless it has not begun to fill them.
        let is_gone = |(bytes, job): &(u64, JobId)| *bytes == 0 && promised(job).is_none();
        let gone: Vec<JobId> =
            sizes.iter().filter(|size| is_gone(size)).map(|(_, job)| job.clone()).collect();
        // Who knows the active jobs alone knows what is gone.
        if !gone.is_empty() && !active.is_empty() {
            let mut brought = self.brought.lock().unwrap_or_else(PoisonError::into_inner);
            brought.retain(|(_, job)| !gone.contains(job));
        }
        if taken > 0 && taken.saturating_add(bytes) > share {
            return Err(ApiError::ShareTaken { limit });
        }
        Ok(())
    }

    async fn check_disk(&self, wanted: u64) -> Result<(), ApiError> {
        let inputs = self.inputs.clone();
        let free = tokio::task::spawn_blocking(move || free_bytes(&inputs)).await;
        // A system that does not tell has its own way of saying that a disk is full: writing fails.
        let Ok(Some(free)) = free else { return Ok(()) };
        if let Some(left) = free.saturating_sub(self.limits.reserve).checked_sub(wanted) {
            self.disk_notice.withdraw_if(left >= self.limits.reserve / CLEAR);
            return Ok(());
        }
        self.disk_notice.give(&ApiError::DiskNearlyFull);
        Err(ApiError::DiskNearlyFull)
    }

    /// Refuses what does not fit, and returns how many bytes are left once it is stored.
    async fn check_sum(&self, wanted: u64, limit: u64) -> Result<u64, ApiError> {
        for max_age in [MAX_AGE_TO_PASS, MAX_AGE_TO_REFUSE] {
            let stored = self.stored(max_age).await.saturating_add(self.added.load(Ordering::Relaxed));
            if let Some(left) = limit.checked_sub(stored.saturating_add(wanted)) {
                return Ok(left);
            }
        }
        let refused = ApiError::StorageFull { limit };
        self.sum_notice.give(&refused);
        Err(refused)
    }

    /// The bytes of all files at the last measurement, which is made again when it is too old.
    async fn stored(&self, max_age: Duration) -> u64 {
        let mut measured = self.measured.lock().await;
        let began = Instant::now();
        if let Some(last) = *measured
            && began - last.at <= max_age.max(last.took * SHARE)
        {
            return last.bytes;
        }
        self.added.store(0, Ordering::Relaxed);
        let folders = self.limits.folders.clone();
        let sum = move || folders.iter().map(|folder| bytes_in(folder)).sum();
        let bytes = tokio::task::spawn_blocking(sum).await.unwrap_or_default();
        let at = Instant::now();
        *measured = Some(Measured { bytes, at, took: at - began });
        bytes
    }
}

/// What a job adds that ends with its script: the text of the document with the place of every word.
const SCRIPT_BYTES: u64 = 10_000_000;

/// The bytes that a job with these options will add, beside its PDF.
pub(crate) fn expected_bytes(options: &MakeOptions) -> u64 {
    if options.script_only {
        return SCRIPT_BYTES;
    }
    let pixels = f64::from(options.width) * f64::from(options.height);
    (pixels * options.length_ms as f64 / 1000.0 * BYTES_PER_PIXEL_SECOND) as u64
}

impl Notice {
    /// Logs why uploads are refused, unless that was said already.
    fn give(&self, refused: &ApiError) {
        if !self.is_given.swap(true, Ordering::Relaxed) {
            tracing::warn!("uploads are refused: {refused}");
        }
    }

    fn withdraw_if(&self, is_over: bool) {
        if is_over {
            self.is_given.store(false, Ordering::Relaxed);
        }
    }

    #[cfg(test)]
    fn is_given(&self) -> bool {
        self.is_given.load(Ordering::Relaxed)
    }
}

impl HeldRoom<'_> {
    /// Counts what was held as stored.
    pub(crate) fn keep(self) {
        self.storage.added.fetch_add(self.bytes, Ordering::Relaxed);
    }
}

impl Drop for HeldRoom<'_> {
    fn drop(&mut self) {
        self.storage.held.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// Sums the files below a folder up. Links are not followed, and what goes away meanwhile does not count.
fn bytes_in(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let bytes = |entry: std::fs::DirEntry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => bytes_in(&entry.path()),
        Ok(metadata) if metadata.is_file() => metadata.len(),
        _ => 0,
    };
    entries.filter_map(Result::ok).map(bytes).sum()
}

/// The bytes that are free for us on the disk of a folder, or of the first folder above it that is there.
fn free_bytes(folder: &Path) -> Option<u64> {
    let there = folder.ancestors().find(|folder| folder.is_dir())?;
    let disk = rustix::fs::statvfs(there).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn storage(folder: &Path, bytes: Option<u64>, reserve: u64) -> Storage {
        let folders = vec![folder.join("inputs"), folder.join("outputs"), folder.join("not there")];
        Storage::new(StorageLimits { folders, bytes, reserve }, folder.join("inputs"), folder.join("outputs"))
    }

    const SOMEBODY: ClientId = ClientId::Somebody;

    #[tokio::test]
    async fn stored_files_and_uploads_under_way_count() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("outputs/job")).unwrap();
        std::fs::write(folder.path().join("outputs/job/video.mp4"), [0; 500]).unwrap();
        let storage = storage(folder.path(), Some(1000), 0);
        let first = storage.hold(SOMEBODY, 200).await.unwrap();
        let error = storage.hold(SOMEBODY, 100).await.unwrap_err();
        assert!(matches!(error, ApiError::StorageFull { limit: 1000 }), "{error}");
        drop(first);
        storage.hold(SOMEBODY, 100).await.unwrap().keep();
        assert!(storage.hold(SOMEBODY, 200).await.is_err(), "what was kept counts before it is measured");
        storage.hold(SOMEBODY, 150).await.unwrap();
    }

    #[tokio::test]
    async fn a_disk_keeps_its_reserve() {
        let folder = tempfile::tempdir().unwrap();
        let free = free_bytes(folder.path()).unwrap();
        assert!(storage(folder.path(), None, 0).hold(SOMEBODY, 1).await.is_ok());
        let error = storage(folder.path(), None, free.saturating_mul(2)).hold(SOMEBODY, 1).await.unwrap_err();
        assert!(matches!(error, ApiError::DiskNearlyFull), "{error}");
    }

    #[tokio::test]
    async fn a_shortage_is_told_until_there_is_clearly_room() {
        let folder = tempfile::tempdir().unwrap();
        let storage = storage(folder.path(), Some(1000), 0);
        assert!(storage.check_job(SOMEBODY, 1001, &[]).await.is_err());
        assert!(storage.sum_notice.is_given() && !storage.disk_notice.is_given());
        storage.hold(SOMEBODY, 1).await.unwrap();
        storage.check_job(SOMEBODY, 960, &[]).await.unwrap();
        assert!(storage.sum_notice.is_given(), "there is hardly any room");
        storage.check_job(SOMEBODY, 950, &[]).await.unwrap();
        assert!(!storage.sum_notice.is_given());
    }

    #[tokio::test]
    async fn a_full_disk_is_told_again_after_it_had_room() {
        let folder = tempfile::tempdir().unwrap();
        let mut storage = storage(folder.path(), None, u64::MAX);
        assert!(storage.hold(SOMEBODY, 1).await.is_err());
        assert!(storage.disk_notice.is_given() && !storage.sum_notice.is_given());
        storage.limits.reserve = 0;
        storage.hold(SOMEBODY, 1).await.unwrap();
        assert!(!storage.disk_notice.is_given());
    }

    #[tokio::test]
    async fn expected_output_of_accepted_jobs_counts() {
        let folder = tempfile::tempdir().unwrap();
        let storage = storage(folder.path(), Some(1000), 0);
        let client = |last: u8| ClientId::at([192, 0, 2, last].into());
        let (first, second) = (JobId::random().unwrap(), JobId::random().unwrap());
        storage.check_job(client(1), 400, &[]).await.unwrap();
        storage.brought(client(1), &first);
        let active = [(first, 400)];
        storage.check_job(client(1), 300, &active).await.unwrap();
        storage.brought(client(1), &second);
        let active = [active[0].clone(), (second, 300)];
        let error = storage.check_job(client(1), 200, &active).await.unwrap_err();
        assert!(matches!(error, ApiError::ShareTaken { limit: 1000 }), "{error}");
        storage.check_job(client(2), 200, &active).await.unwrap();
        let error = storage.check_job(client(2), 400, &active).await.unwrap_err();
        assert!(matches!(error, ApiError::StorageFull { limit: 1000 }), "{error}");
        let video = MakeOptions::default().with_size(1080, 1920).with_length_ms(15_000);
        assert!((15_000_000..25_000_000).contains(&expected_bytes(&video)), "{}", expected_bytes(&video));
    }

    #[tokio::test]
    async fn the_last_quarter_is_for_clients_who_take_less_than_a_quarter() {
        let folder = tempfile::tempdir().unwrap();
        let storage = storage(folder.path(), Some(1000), 0);
        let client = |last: u8| ClientId::at([192, 0, 2, last].into());
        let job = |bytes: usize, to: &str| {
            let id = JobId::random().unwrap();
            std::fs::create_dir_all(folder.path().join(to).join(id.as_str())).unwrap();
            std::fs::write(folder.path().join(to).join(id.as_str()).join("file"), vec![0; bytes]).unwrap();
            id
        };
        let (first, other) = (job(150, "outputs"), job(600, "inputs"));
        storage.brought(client(1), &first);
        storage.brought(ClientId::Somebody, &other);
        let error = storage.hold(client(1), 5).await.unwrap_err();
        assert!(matches!(error, ApiError::ShareTaken { limit: 1000 }), "{error}");
        storage.hold(client(2), 5).await.unwrap();
        storage.hold(SOMEBODY, 5).await.unwrap();

        std::fs::remove_dir_all(folder.path().join("outputs").join(first.as_str())).unwrap();
        storage.hold(client(1), 5).await.unwrap();
        storage.check_job(client(1), 5, &[(other, 0)]).await.unwrap();
        assert_eq!(storage.brought.lock().unwrap().len(), 1, "what was deleted is forgotten");
    }
}
