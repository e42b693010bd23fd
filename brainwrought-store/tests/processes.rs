//! Many processes work on the jobs of one folder while they are killed and stopped at random and their wall clock is set
//! an hour forward and back: nothing is lost, and nothing is accepted twice.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use brainwrought_core::data::{BlobRef, SourcePdf};
use brainwrought_core::id::{Digest, FencingToken, TaskId, WorkerId};
use brainwrought_core::job::{JobInput, JobStatus, NewJob, Outcome, Plan, Renewal, StagePlan, TaskStatus};
use brainwrought_core::job_store::{ClaimRequest, JobFilter, JobStore, JobStoreError};
use brainwrought_core::split_mix::SplitMix64;
use brainwrought_store::FileJobStore;
use brainwrought_testing::FakeClock;
use rustix::process::{Pid, Signal, getppid, kill_process};

/// Tells the test binary to be a worker, in which folder and with which seed: `<seed> <folder>`.
const WORKER: &str = "BRAINWROUGHT_TEST_WORKER";
const WORKERS: usize = 6;
const JOBS: usize = 60;
const STAGES: [&str; 3] = ["read", "write", "film"];
const LEASE: Duration = Duration::from_millis(300);
/// Longer than a lease.
const STOP: Duration = Duration::from_millis(450);
/// These are created only when enough has happened, so that there is work to the end.
const LATE_JOBS: usize = 10;
/// How many workers are killed and stopped at least before that.
const KILLS: u32 = 20;
const STOPS: u32 = 8;

/// A seed always gives the same numbers.
struct Dice(SplitMix64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0.bits() % below
    }
}

/// The output that an attempt commits, so that the store's record tells whose it is.
fn output_of(task: &TaskId, token: FencingToken) -> Digest {
    Digest::of(format!("{task} {token}").as_bytes())
}

/// Appends a line in one write, so that lines of several processes do not mix.
fn note(ledger: &Path, verdict: &str, task: &TaskId, token: FencingToken) {
    let mut file = File::options().create(true).append(true).open(ledger).unwrap();
    file.write_all(format!("{verdict} {task} {token}\n").as_bytes()).unwrap();
}

/// Does nothing, unless this process is a worker that the other test started.
#[test]
fn worker_process() {
    #[expect(clippy::disallowed_methods, reason = "a child process of a test learns what it is")]
    let Ok(order) = std::env::var(WORKER) else { return };
    let (seed, folder) = order.split_once(' ').unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(work(Path::new(folder), Dice(SplitMix64::new(seed.parse().unwrap()))));
}

async fn work(folder: &Path, mut dice: Dice) {
    let store = FileJobStore::open(folder).unwrap();
    let ledger = folder.join("ledger");
    let parent = getppid();
    // One that is stopped cannot see that it is an orphan.
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL)).unwrap();
    let request = ClaimRequest::new(WorkerId(std::process::id().to_string()), LEASE, 1);
    // An orphan ends by itself.
    while getppid() == parent {
        let Some(claim) = store.claim(&request).await.unwrap().pop() else {
            store.wait_for_work(Duration::from_millis(100)).await;
            continue;
        };
        let mut renewal = Renewal::Renewed;
        for _ in 0..dice.roll(6) {
            tokio::time::sleep(Duration::from_millis(10 + dice.roll(40))).await;
            renewal = store.renew(&claim.id, claim.token, LEASE).await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(10 + dice.roll(40))).await;
        // Whoever lost a lease tries to commit all the same: the store must refuse.
        let output = output_of(&claim.id, claim.token);
        let outcome = Outcome::Done { output, items: None, cached: false };
        match store.commit(&claim.id, claim.token, outcome.clone()).await {
            Ok(_) if renewal == Renewal::Renewed => note(&ledger, "accepted", &claim.id, claim.token),
            Ok(_) => note(&ledger, "accepted-stale", &claim.id, claim.token),
            Err(JobStoreError::LeaseLost { .. }) => note(&ledger, "refused", &claim.id, claim.token),
            Err(error) => panic!("{error}"),
        }
        if dice.roll(4) == 0 && store.commit(&claim.id, claim.token, outcome).await.is_ok() {
            note(&ledger, "accepted-again", &claim.id, claim.token);
        }
    }
}

/// A worker that does not outlive the test.
struct Worker(Child);

impl Worker {
    fn start(folder: &Path, dice: &mut Dice, clock: Option<&FakeClock>) -> Self {
        #[expect(clippy::disallowed_methods, reason = "the test is about processes")]
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        let order = format!("{} {}", dice.roll(u64::MAX), folder.display());
        let errors = File::options().create(true).append(true).open(folder.join("errors")).unwrap();
        command.args(["worker_process", "--exact", "--nocapture"]).env(WORKER, order);
        command.envs(clock.map(FakeClock::environment).unwrap_or_default());
        Self(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(errors).spawn().unwrap())
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.0), signal).unwrap();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What was done to the workers, and whether it may end.
#[derive(Debug, Default)]
struct Harm {
    kills: AtomicU32,
    stops: AtomicU32,
    is_over: AtomicBool,
}

impl Harm {
    fn is_enough(&self) -> bool {
        self.kills.load(Ordering::SeqCst) >= KILLS && self.stops.load(Ordering::SeqCst) >= STOPS
    }
}

/// Ends the torment, also when the test panics.
struct Over<'a>(&'a Harm);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.is_over.store(true, Ordering::SeqCst);
    }
}

/// Kills and stops workers at random until it is over, and starts new ones for the dead. Runs in a thread that never
/// takes the store's lock, for a stopped worker may hold it.
fn torment(folder: &Path, harm: &Harm) {
    let mut dice = Dice(SplitMix64::new(7));
    // Of the fleet alone: this process shares its stores and has another time.
    let clock = cfg!(target_os = "linux").then(FakeClock::start);
    let start = |dice: &mut Dice| Worker::start(folder, dice, clock.as_ref());
    let mut workers: Vec<Worker> = (0..WORKERS).map(|_| start(&mut dice)).collect();
    while !harm.is_over.load(Ordering::SeqCst) {
        thread::sleep(Duration::from_millis(20 + dice.roll(60)));
        if let Some(clock) = &clock {
            clock.set(3600 * (dice.roll(3) as i64 - 1));
        }
        let at = dice.roll(WORKERS as u64) as usize;
        assert!(workers[at].0.try_wait().unwrap().is_none(), "a worker ended by itself");
        let stopped = (dice.roll(3) == 0).then(|| (at + 1) % WORKERS);
        if let Some(stopped) = stopped {
            workers[stopped].signal(Signal::STOP);
            thread::sleep(STOP / 2);
        }
        workers[at].signal(Signal::KILL);
        workers[at] = start(&mut dice);
        harm.kills.fetch_add(1, Ordering::SeqCst);
        if let Some(stopped) = stopped {
            thread::sleep(STOP / 2);
            workers[stopped].signal(Signal::CONT);
            harm.stops.fetch_add(1, Ordering::SeqCst);
        }
        // The last jobs get done in peace.
        if harm.is_enough() {
            thread::sleep(Duration::from_millis(200));
        }
    }
}

fn new_job() -> NewJob {
    let stage = |(at, name): (usize, &&str)| StagePlan {
        name: (*name).into(),
        needs: STAGES[..at].last().map(|need| (*need).into()).into_iter().collect(),
        fan: None,
    };
    let pdf = BlobRef { digest: Digest::of(b"pdf"), bytes: 3, media_type: "application/pdf".to_owned() };
    NewJob::new(
        "processes",
        Plan::new(STAGES.iter().enumerate().map(stage).collect()).unwrap(),
        JobInput::new(&SourcePdf { file_name: "processes.pdf".to_owned(), pdf }).unwrap(),
    )
    // Nobody here gives up, however often its workers are killed.
    .with_max_attempts(1000)
}

fn unfinished() -> JobFilter {
    let statuses = [JobStatus::Pending, JobStatus::Running, JobStatus::Interrupted, JobStatus::Failed];
    JobFilter::default().with_statuses(statuses)
}

async fn move_tasks(store: &FileJobStore) {
    store.recover().await.unwrap();
    store.advance().await.unwrap();
    store.wait_for_work(Duration::from_millis(50)).await;
}

#[test]
fn killed_and_stopped_workers_lose_nothing_and_do_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().to_owned();
    let store = FileJobStore::open(&path).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let harm = Harm::default();
    thread::scope(|scope| {
        let torment = scope.spawn(|| torment(&path, &harm));
        let over = Over(&harm);
        let work = async {
            for _ in LATE_JOBS..JOBS {
                store.create(new_job()).await.unwrap();
            }
            while !harm.is_enough() && !torment.is_finished() {
                move_tasks(&store).await;
            }
            for _ in 0..LATE_JOBS {
                store.create(new_job()).await.unwrap();
            }
            while !torment.is_finished() && !store.list(&unfinished()).await.unwrap().is_empty() {
                move_tasks(&store).await;
            }
        };
        let finished = runtime.block_on(async { tokio::time::timeout(Duration::from_secs(120), work).await });
        drop(over);
        let ended = torment.join();
        let errors = fs::read_to_string(path.join("errors")).unwrap();
        assert!(finished.is_ok() && ended.is_ok(), "the jobs did not end: {harm:?}\n{errors}");
        assert!(errors.is_empty(), "{errors}");
    });

    let views = runtime.block_on(store.list(&JobFilter::default())).unwrap();
    assert_eq!(views.len(), JOBS);
    let mut record = BTreeMap::new();
    for view in &views {
        assert_eq!((view.status, view.job.stages.len()), (JobStatus::Completed, STAGES.len()));
        for task in &view.job.stages {
            let id = TaskId { job: view.job.job_id.clone(), key: task.key.clone() };
            assert_eq!(task.status, TaskStatus::Done);
            assert_eq!(
                task.output,
                Some(output_of(&id, task.token)),
                "{id} has the output of another attempt"
            );
            record.insert(id.to_string(), task.token.to_string());
        }
    }

    let ledger = fs::read_to_string(path.join("ledger")).unwrap();
    let mut accepted = BTreeSet::new();
    let mut refused = 0;
    for line in ledger.lines() {
        let mut words = line.split(' ');
        let (verdict, task, token) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
        match verdict {
            "accepted" => {
                assert!(accepted.insert(task), "{task} was accepted twice");
                assert_eq!(
                    record.get(task).map(String::as_str),
                    Some(token),
                    "{task}: a stale commit counted"
                );
            }
            "refused" => {
                assert_ne!(
                    record.get(task).map(String::as_str),
                    Some(token),
                    "{task}: the winner was refused"
                );
                refused += 1;
            }
            other => panic!("{other}: {line}"),
        }
    }
    let taken_back = views.iter().flat_map(|view| &view.job.stages).filter(|task| task.token.0 > 1).count();
    println!("{harm:?}, {taken_back} tasks taken back, {} accepted, {refused} refused", accepted.len());
    // A worker that is killed between its commit and its note leaves no line.
    assert!(accepted.len() + harm.kills.load(Ordering::SeqCst) as usize >= record.len());
    assert!(taken_back > 0, "no worker was hit while it worked");
}
