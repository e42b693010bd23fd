//! The files of the job store: torn ones are mended, and none is written or read without need.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::time::Duration;

use brainwrought_core::data::{BlobRef, SourcePdf};
use brainwrought_core::id::{Digest, FencingToken, JobId, WorkerId};
use brainwrought_core::job::{JobInput, NewJob, Outcome, Plan, Renewal, StagePlan};
use brainwrought_core::job_store::{Claim, ClaimRequest, Created, JobFilter, JobStore, JobStoreError};
use brainwrought_core::report::chain;
use brainwrought_store::FileJobStore;

const LEASE: Duration = Duration::from_secs(600);

struct Bench {
    store: FileJobStore,
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { store: FileJobStore::open(folder.path()).unwrap(), folder }
    }

    async fn create(&self) -> JobId {
        self.create_with(None).await.view.job.job_id
    }

    async fn create_with(&self, key: Option<&str>) -> Created {
        let pdf = BlobRef { digest: Digest::of(b"pdf"), bytes: 3, media_type: "application/pdf".to_owned() };
        let stage = StagePlan { name: "only".into(), needs: Vec::new(), fan: None };
        let new = NewJob::new(
            "torn",
            Plan::new(vec![stage]).unwrap(),
            JobInput::new(&SourcePdf { file_name: "torn.pdf".to_owned(), pdf }).unwrap(),
        )
        .with_max_attempts(1)
        .with_idempotency_key(key.map(str::to_owned));
        let created = self.store.create(new).await.unwrap();
        self.store.advance().await.unwrap();
        created
    }

    async fn try_claim(&self, job: Option<&JobId>, lease: Duration) -> Result<Vec<Claim>, JobStoreError> {
        let worker = WorkerId("test".to_owned());
        let request = ClaimRequest::new(worker, lease, 10).of_job(job.cloned());
        self.store.claim(&request).await
    }

    async fn claim(&self, lease: Duration) -> Claim {
        self.try_claim(None, lease).await.unwrap().remove(0)
    }

    fn file(&self, id: &JobId, extension: &str) -> PathBuf {
        self.folder.path().join("jobs").join(format!("{id}.{extension}"))
    }

    /// Cuts the file of a job in half, as a dying disk may.
    fn tear(&self, id: &JobId) {
        let bytes = fs::read(self.file(id, "json")).unwrap();
        let torn = self.folder.path().join("torn");
        fs::write(&torn, &bytes[..bytes.len() / 2]).unwrap();
        fs::rename(torn, self.file(id, "json")).unwrap();
    }
}

fn done() -> Outcome {
    Outcome::Done { output: Digest::of(b"output"), items: None, cached: false }
}

#[tokio::test]
async fn a_token_that_a_torn_file_forgot_is_not_given_out_again() {
    let bench = Bench::new();
    let id = bench.create().await;
    let lost = bench.claim(LEASE).await;
    bench.tear(&id);
    let again = bench.claim(LEASE).await;
    assert!(again.token > lost.token, "{} was given out twice", again.token);
    let stale = bench.store.commit(&lost.id, lost.token, done()).await;
    assert!(matches!(stale, Err(JobStoreError::LeaseLost { .. })), "{stale:?}");
    bench.store.commit(&again.id, again.token, done()).await.unwrap();
}

#[tokio::test]
async fn a_commit_that_a_torn_file_forgot_is_not_accepted_again() {
    let bench = Bench::new();
    let id = bench.create().await;
    let claim = bench.claim(LEASE).await;
    bench.store.commit(&claim.id, claim.token, done()).await.unwrap();
    bench.tear(&id);
    let twice = bench.store.commit(&claim.id, claim.token, done()).await;
    assert!(matches!(twice, Err(JobStoreError::LeaseLost { .. })), "{twice:?}");
    let again = bench.claim(LEASE).await;
    assert_eq!(again.job.stages[0].attempt, 1, "what a disk lost is not the worker's fault");
    bench.store.commit(&again.id, again.token, done()).await.unwrap();
}

#[tokio::test]
async fn a_file_may_tear_again_and_again() {
    let bench = Bench::new();
    let id = bench.create().await;
    let mut last = FencingToken::default();
    for _ in 0..5 {
        let claim = bench.claim(LEASE).await;
        assert!(claim.token > last);
        last = claim.token;
        bench.tear(&id);
        // Reading alone mends, and the damage is kept for people.
        bench.store.get(&id).await.unwrap();
        assert!(bench.file(&id, "damaged").exists());
        bench.tear(&id);
    }
    let claim = bench.claim(LEASE).await;
    bench.store.commit(&claim.id, claim.token, done()).await.unwrap();
    bench.store.delete(&id).await.unwrap();
    for extension in ["json", "bak", "damaged"] {
        assert!(!bench.file(&id, extension).exists(), "{extension}");
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_not_rolled_back() {
    let bench = Bench::new();
    let id = bench.create().await;
    bench.claim(LEASE).await;
    let (file, kept) = (bench.file(&id, "json"), bench.folder.path().join("kept"));
    fs::rename(&file, &kept).unwrap();
    fs::create_dir(&file).unwrap();
    let read = bench.store.get(&id).await;
    assert!(matches!(read, Err(JobStoreError::Unavailable { .. })), "{read:?}");
    fs::remove_dir(&file).unwrap();
    fs::rename(&kept, &file).unwrap();
    assert_eq!(bench.store.get(&id).await.unwrap().job.stages[0].token, FencingToken(1));
}

#[tokio::test]
async fn a_call_that_changes_nothing_writes_nothing() {
    let bench = Bench::new();
    let id = bench.create().await;
    let claim = bench.claim(LEASE).await;
    let inode = || fs::metadata(bench.file(&id, "json")).unwrap().ino();
    let before = inode();
    let lost = bench.store.renew(&claim.id, FencingToken(77), LEASE).await.unwrap();
    assert_eq!((lost, inode()), (Renewal::Lost, before));
    let kept = bench.store.renew(&claim.id, claim.token, LEASE * 2).await.unwrap();
    assert_eq!(kept, Renewal::Renewed);
    assert_ne!(inode(), before);
}

#[tokio::test]
async fn a_claim_for_one_job_reads_no_other() {
    let bench = Bench::new();
    let (wanted, other) = (bench.create().await, bench.create().await);
    fs::remove_file(bench.file(&other, "json")).unwrap();
    fs::create_dir(bench.file(&other, "json")).unwrap();
    assert!(bench.try_claim(None, LEASE).await.is_err(), "the other one cannot be read");
    let claims = bench.try_claim(Some(&wanted), LEASE).await.unwrap();
    assert_eq!(claims.len(), 1);
    assert_eq!(claims[0].id.job, wanted);
    let unknown = JobId::from_bytes([9; 16]);
    assert!(bench.try_claim(Some(&unknown), LEASE).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_change_just_before_a_wait_ends_it() {
    let bench = Bench::new();
    bench.create().await;
    let wait = bench.store.wait_for_work(Duration::from_secs(600));
    assert!(tokio::time::timeout(Duration::from_secs(20), wait).await.is_ok());
}

#[tokio::test]
async fn lost_indexes_are_made_again_from_the_jobs() {
    let mut bench = Bench::new();
    let over = bench.create_with(Some("key")).await.view.job.job_id;
    let claim = bench.claim(LEASE).await;
    bench.store.commit(&claim.id, claim.token, done()).await.unwrap();
    let open = bench.create().await;
    let jobs = bench.folder.path().join("jobs");
    let active = || -> Vec<String> {
        let entries = fs::read_dir(jobs.join(".active")).unwrap();
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    };

    // Both folders, for a store that is open, and for one that is opened later.
    for is_open in [true, false] {
        fs::remove_dir_all(jobs.join(".active")).unwrap();
        fs::remove_dir_all(jobs.join(".keys")).unwrap();
        if !is_open {
            bench.store = FileJobStore::open(bench.folder.path()).unwrap();
        }
        let claim = bench.claim(LEASE).await;
        assert_eq!(claim.id.job, open, "the job that is not over is found again");
        bench.store.commit(&claim.id, claim.token, Outcome::HandedBack).await.unwrap();
        assert_eq!(active(), [open.to_string()], "the one that is over is not looked at");
        let created = bench.create_with(Some("key")).await;
        assert_eq!((created.is_new, created.view.job.job_id), (false, over.clone()));
    }

    // A single entry, which whoever looks at the job notices.
    fs::remove_file(jobs.join(".active").join(open.as_str())).unwrap();
    assert!(bench.try_claim(None, LEASE).await.unwrap().is_empty());
    bench.store.get(&open).await.unwrap();
    assert_eq!(bench.claim(LEASE).await.id.job, open);
}

#[tokio::test]
async fn a_job_of_which_both_files_are_damaged_names_them_and_can_be_removed() {
    let bench = Bench::new();
    let id = bench.create_with(Some("key")).await.view.job.job_id;
    let other = bench.create().await;
    fs::write(bench.file(&id, "json"), "{").unwrap();
    fs::write(bench.file(&id, "bak"), "").unwrap();
    let store = FileJobStore::open(bench.folder.path()).unwrap();
    let error = chain(&store.get(&id).await.unwrap_err());
    let remedy = format!("brainwrought delete {id}");
    for named in [&format!("{id}.json"), &format!("{id}.bak"), &remedy] {
        assert!(error.contains(named.as_str()), "{named} is not in: {error}");
    }
    let listed = store.list(&JobFilter::default()).await.unwrap();
    let listed: Vec<_> = listed.iter().map(|view| &view.job.job_id).collect();
    assert_eq!(listed, [&other], "the others are listed");
    assert_eq!(bench.claim(LEASE).await.id.job, other, "and go on");
    store.delete(&id).await.unwrap();
    assert!(matches!(store.get(&id).await, Err(JobStoreError::JobNotFound(_))));
    assert!(bench.create_with(Some("key")).await.is_new, "its key is free again");
}

#[tokio::test]
async fn a_job_whose_file_is_lost_goes_on_from_its_previous_generation() {
    let bench = Bench::new();
    let id = bench.create().await;
    let claim = bench.claim(LEASE).await;
    fs::remove_file(bench.file(&id, "json")).unwrap();
    let listed = bench.store.list(&JobFilter::default()).await.unwrap();
    assert_eq!(listed.len(), 1, "it is listed all the same");
    assert!(bench.file(&id, "json").exists());
    let again = bench.claim(LEASE).await;
    assert!(again.id == claim.id && again.token > claim.token);
    // What is deleted does not come back.
    bench.store.commit(&again.id, again.token, done()).await.unwrap();
    bench.store.delete(&id).await.unwrap();
    assert!(bench.store.list(&JobFilter::default()).await.unwrap().is_empty());
}
