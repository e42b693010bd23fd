//! The disk says EIO when it is told to keep something: no store claims that it is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use brainwrought_core::artifact_store::{ArtifactStore, ArtifactStoreError};
use brainwrought_core::id::{Digest, FencingToken, JobId};
use brainwrought_core::job::{JobStatus, TaskStatus};
use brainwrought_core::job_store::{JobFilter, JobStore, JobStoreError};
use brainwrought_store::{FileJobStore, ObjectArtifactStore, PostgresJobStore};

use super::actor::{Actor, say};
use super::jobs::{ask, done, job, submit};
use brainwrought_testing::{Around, PostgresServer};

const JOBS: usize = 30;

/// A tracer that lets some calls of each thread of what it starts fail, as a dying disk does; `which` is as `strace -e
/// inject=…:when=` takes it. It stays aside, so that what it starts has the caller for its parent.
fn tracer(calls: &str, which: &str, notes: &str) -> Vec<String> {
    failing(&format!("{calls}:error=EIO:when={which}"), notes)
}

/// A tracer that lets calls fail; `calls` is as `strace -e inject=` takes it.
fn failing(calls: &str, notes: &str) -> Vec<String> {
    let inject = format!("inject={calls}");
    ["strace", "-D", "-f", "-qq", "-o", notes, "-e", &inject].map(str::to_owned).to_vec()
}

/// Tells whether processes can be traced here; says so where they cannot.
#[expect(clippy::disallowed_methods, reason = "the tracer is tried")]
fn can_trace(test: &str) -> bool {
    let tried = std::process::Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).output();
    let tried = tried.expect("`strace` is missing; run `scripts/setup.sh tests`");
    if !tried.status.success() {
        brainwrought_testing::did_not_run(test, &format!("no process can be traced here: {tried:?}"));
    }
    tried.status.success()
}

/// How often the stores must at least keep and refuse each thing for the test to show something.
const ENOUGH: [(&str, usize); 6] = [
    ("job", 6),
    ("artifact", 6),
    ("done", 2),
    ("refused a job", 1),
    ("refused an artifact", 1),
    ("refused an outcome", 1),
];

/// Plays the part of a process on a breaking disk, and says what the stores told it, and at its end how many jobs it asked
/// for: at least [`JOBS`], and as many more as it takes to have [`ENOUGH`].
pub(crate) async fn write(folder: &str) {
    let jobs = FileJobStore::open(folder.as_ref()).unwrap();
    let artifacts = ObjectArtifactStore::open_folder(folder.as_ref()).unwrap();
    let told = Mutex::new(BTreeMap::<&str, usize>::new());
    let tell = |what: &'static str, which: String| {
        say(&format!("{what} {which}"));
        *told.lock().unwrap().entry(what).or_default() += 1;
    };
    let enough = || {
        let told = told.lock().unwrap();
        ENOUGH.iter().all(|(what, least)| told.get(what).is_some_and(|times| times >= least))
    };
    let mut asked = 0;
    while asked < JOBS || (!enough() && asked < 20 * JOBS) {
        match jobs.create(job(&["speak"]).with_idempotency_key(Some(format!("{asked}")))).await {
            Ok(created) => tell("job", created.view.job.job_id.to_string()),
            Err(JobStoreError::Unavailable { .. }) => tell("refused a job", String::new()),
            Err(error) => tell("wrong", format!("{error:?}")),
        }
        match artifacts.put(artifact(asked)).await {
            Ok(digest) => tell("artifact", digest.to_string()),
            Err(ArtifactStoreError::Unavailable { .. }) => tell("refused an artifact", String::new()),
            Err(error) => tell("wrong", format!("{error:?}")),
        }
        asked += 1;
        drift(&format!("{folder}.drift"), asked).await;
        // Each job has a few chances to be moved, claimed and completed on this disk.
        for _ in 0..4 {
            let _ = jobs.advance().await;
            // A claim whose end is unknown stays with nobody until its lease is over.
            for claim in jobs.claim(&ask(1, Duration::from_secs(3600))).await.unwrap_or_default() {
                match jobs.commit(&claim.id, claim.token, done()).await {
                    Ok(_) => tell("done", format!("{} {}", claim.id.job, claim.token)),
                    Err(JobStoreError::Unavailable { .. }) => tell("refused an outcome", String::new()),
                    Err(error) => tell("wrong", format!("{error:?}")),
                }
            }
        }
    }
    say(&format!("asked {asked}"));
}

/// Has calls fail that have nothing to do with the stores, more in some rounds than in others. It is every fifth call of a
/// thread that fails, so without this it could be the same one of the stores' in each round.
async fn drift(path: &str, round: usize) {
    let path = path.to_owned();
    let calls = move || {
        let file = std::fs::File::create(path).unwrap();
        (0..round % 5).for_each(|_| drop(file.sync_all()));
    };
    tokio::task::spawn_blocking(calls).await.unwrap();
}

fn artifact(n: usize) -> bytes::Bytes {
    format!("{n} ").repeat(1000).into()
}

#[tokio::test]
async fn a_folder_on_a_disk_that_fails_to_sync_claims_nothing_that_it_does_not_keep() {
    if !can_trace("broken_disk::a_folder_on_a_disk_that_fails_to_sync_claims_nothing_that_it_does_not_keep") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let tracer = tracer("fsync,fdatasync", "3+5", "/dev/null");
    let mut actor = Actor::start(&tracer, "write", data.to_str().unwrap());
    let mut said: BTreeMap<String, Vec<String>> = BTreeMap::new();
    while let Some(line) = actor.line() {
        let (what, which) = line.split_once(' ').unwrap();
        said.entry(what.to_owned()).or_default().push(which.to_owned());
    }
    let of = |what: &str| said.get(what).map_or(&[][..], Vec::as_slice);
    assert!(of("wrong").is_empty() && of("asked").len() == 1, "{said:?}");
    let asked: usize = of("asked")[0].parse().unwrap();
    for (what, least) in ENOUGH {
        let times = match what.split_once(' ') {
            Some((kind, which)) => of(kind).iter().filter(|said| *said == which).count(),
            None => of(what).len(),
        };
        assert!(times >= least, "{times} times {what}: {said:?}");
    }

    // The machine has a good disk again.
    let jobs = FileJobStore::open(&data).unwrap();
    let artifacts = ObjectArtifactStore::open_folder(&data).unwrap();
    for id in of("job") {
        jobs.get(&id.parse::<JobId>().unwrap()).await.unwrap();
    }
    for line in of("done") {
        let (id, token) = line.split_once(' ').unwrap();
        let task = jobs.get(&id.parse().unwrap()).await.unwrap().job.stages.remove(0);
        assert_eq!((task.status, task.token.to_string()), (TaskStatus::Done, token.to_owned()));
    }
    for digest in of("artifact") {
        artifacts.get(&digest.parse::<Digest>().unwrap()).await.unwrap();
    }
    // Nothing is torn, and what was refused can be asked for again.
    for view in jobs.list(&JobFilter::default()).await.unwrap() {
        jobs.get(&view.job.job_id).await.unwrap();
    }
    let damaged = std::fs::read_dir(data.join("jobs")).unwrap().flatten();
    assert!(!damaged.into_iter().any(|file| file.path().extension().is_some_and(|end| end == "damaged")));
    for found in artifacts.list().await.unwrap().artifacts {
        artifacts.get(&found.digest).await.unwrap();
    }
    let mut ids = BTreeSet::new();
    for n in 0..asked {
        let again = job(&["speak"]).with_idempotency_key(Some(format!("{n}")));
        ids.insert(jobs.create(again).await.unwrap().view.job.job_id);
        artifacts.put(artifact(n)).await.unwrap();
    }
    assert_eq!((ids.len(), jobs.list(&JobFilter::default()).await.unwrap().len()), (asked, asked));
}

/// Works until every job is completed, whatever the server does, and notes what was accepted.
async fn work(store: &PostgresJobStore, ids: &[JobId], accepted: &Mutex<Vec<(JobId, FencingToken)>>) {
    // Claims of a server that died before it replied are nobody's until their leases are over.
    const LEASE: Duration = Duration::from_secs(2);
    loop {
        let _ = store.recover().await;
        let _ = store.advance().await;
        for claim in store.claim(&ask(2, LEASE)).await.unwrap_or_default() {
            match store.commit(&claim.id, claim.token, done()).await {
                Ok(_) => accepted.lock().unwrap().push((claim.id.job, claim.token)),
                Err(JobStoreError::Unavailable { .. } | JobStoreError::LeaseLost { .. }) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
        let Ok(views) = store.list(&JobFilter::default()).await else {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let over = |id: &JobId| {
            views.iter().any(|view| view.job.job_id == *id && view.status == JobStatus::Completed)
        };
        if ids.iter().all(over) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn postgres_on_a_disk_that_fails_to_sync_loses_nothing() {
    if !can_trace("broken_disk::postgres_on_a_disk_that_fails_to_sync_loses_nothing") {
        return;
    }
    // Of the log alone, and not the first ones, so that the server can start again: it stops itself each time.
    let around = Around { before: tracer("fdatasync", "8", "/dev/null"), ..Around::default() };
    let settings = "fsync = on\nwal_sync_method = fdatasync\nautovacuum = off";
    let server = PostgresServer::own_in(settings, around).await;
    let store = Arc::new(PostgresJobStore::connect(&server.database().await).await.unwrap());
    let mut ids = Vec::new();
    for n in 0..JOBS {
        let new = job(&["speak"]).with_idempotency_key(Some(format!("{n}")));
        loop {
            match store.create(new.clone()).await {
                Ok(created) => break ids.push(created.view.job.job_id),
                Err(JobStoreError::Unavailable { .. }) => tokio::time::sleep(Duration::from_millis(20)).await,
                Err(error) => panic!("{error:?}"),
            }
        }
    }
    let accepted = Mutex::new(Vec::new());
    let both = async { tokio::join!(work(&store, &ids, &accepted), work(&store, &ids, &accepted)) };
    let ended = tokio::time::timeout(Duration::from_secs(100), both).await;
    let stops = server.log().matches("could not fdatasync").count();
    ended.unwrap_or_else(|_| panic!("the work did not end, after {stops} stops of the server"));
    assert!(stops >= 2, "the server never stopped itself:\n{}", server.log());
    // What was accepted is what is there, once; all else that is there had a reply that was lost.
    let accepted = accepted.into_inner().unwrap();
    let mut seen = BTreeSet::new();
    for (id, token) in accepted {
        let task = store.get(&id).await.unwrap().job.stages.remove(0);
        assert_eq!((task.status, task.token), (TaskStatus::Done, token), "what was accepted is lost");
        assert!(seen.insert(id), "a task was accepted twice");
    }
    assert_eq!(store.list(&JobFilter::default()).await.unwrap().len(), JOBS);
    // The usual way in still works.
    submit(store.as_ref(), job(&["draw"])).await;
}

/// Plays the part of a process that finishes some jobs, and says which.
pub(crate) async fn finish(folder: &str) {
    let jobs = FileJobStore::open(folder.as_ref()).unwrap();
    let artifacts = ObjectArtifactStore::open_folder(folder.as_ref()).unwrap();
    for n in 0..3 {
        let id = submit(&jobs, job(&["speak"])).await;
        let claim = jobs.claim(&ask(1, Duration::from_secs(3600))).await.unwrap().remove(0);
        artifacts.check_room(1000).await.unwrap();
        let digest = artifacts.put(artifact(n)).await.unwrap();
        jobs.commit(&claim.id, claim.token, done()).await.unwrap();
        say(&format!("{id} {digest}"));
    }
}

#[tokio::test]
async fn a_folder_without_hard_links_and_reserved_space_keeps_everything() {
    if !can_trace("broken_disk::a_folder_without_hard_links_and_reserved_space_keeps_everything") {
        return;
    }
    // What FAT and exFAT say, FUSE, and SMB.
    for error in ["EPERM", "ENOSYS", "EOPNOTSUPP"] {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let notes = folder.path().join("notes");
        let mut tracer = failing(&format!("link,linkat:error={error}"), notes.to_str().unwrap());
        tracer.extend(["-e".to_owned(), "inject=fallocate:error=EOPNOTSUPP".to_owned()]);
        let mut actor = Actor::start(&tracer, "finish", data.to_str().unwrap());
        let mut finished = Vec::new();
        while let Some(line) = actor.line() {
            finished.push(line);
        }
        assert_eq!(finished.len(), 3, "{error}");
        let noted = std::fs::read_to_string(&notes).unwrap();
        assert!(noted.contains("INJECTED"), "no link was asked for: {noted}");
        let jobs = FileJobStore::open(&data).unwrap();
        let artifacts = ObjectArtifactStore::open_folder(&data).unwrap();
        for line in finished {
            let (id, digest) = line.split_once(' ').unwrap();
            assert_eq!(jobs.get(&id.parse().unwrap()).await.unwrap().status, JobStatus::Completed);
            artifacts.get(&digest.parse().unwrap()).await.unwrap();
            let previous = data.join("jobs").join(format!("{id}.bak"));
            let previous = std::fs::read_to_string(previous).unwrap();
            assert!(previous.contains("RUNNING"), "the previous generation is kept as a copy");
        }
    }
}

#[tokio::test]
async fn a_folder_without_file_locks_is_refused_when_it_is_opened() {
    if !can_trace("broken_disk::a_folder_without_file_locks_is_refused_when_it_is_opened") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut actor =
        Actor::start(&failing("flock:error=ENOLCK", "/dev/null"), "open", folder.path().to_str().unwrap());
    let said = actor.line().unwrap();
    assert!(said.contains("no file locks") && said.contains("--jobs"), "{said}");
}

/// Plays the part of a process that opens a folder, and says why it cannot.
pub(crate) fn open(folder: &str) {
    say(&match FileJobStore::open(folder.as_ref()) {
        Ok(_) => "it was opened".to_owned(),
        Err(error) => error.to_string(),
    });
}
