//! The disk runs full: an error says so, nothing that was accepted is lost, and with room it all goes on.

use std::time::Duration;

use brainwrought_core::artifact_store::{ArtifactStore, ArtifactStoreError};
use brainwrought_core::id::{Digest, JobId};
use brainwrought_core::job::{JobStatus, NewJob};
use brainwrought_core::job_store::{JobFilter, JobStore, JobStoreError};
use brainwrought_store::{FileJobStore, ObjectArtifactStore, PostgresJobStore};
use sqlx::{Connection as _, PgConnection};

use super::jobs::{ask, done, job, submit};
use brainwrought_testing::SmallDisk;
use brainwrought_testing::{Around, PostgresServer};

const LONG: Duration = Duration::from_secs(3600);

/// More than one page of any file, also when it is compressed.
fn large() -> NewJob {
    let text: String = (0..200_u8).map(|n| Digest::of(&[n]).to_string()).collect();
    job(&["speak"]).with_options(serde_json::json!({ "text": text }))
}

/// Creates jobs until the store says that it is full, and lists those that it took.
async fn until_full(store: &dyn JobStore) -> Vec<JobId> {
    let mut taken = Vec::new();
    loop {
        match store.create(large()).await {
            Ok(created) => taken.push(created.view.job.job_id),
            Err(JobStoreError::Full(_)) => return taken,
            Err(error) => panic!("another error than that the disk is full: {error:?}"),
        }
        assert!(taken.len() < 10_000, "the disk never ran full");
    }
}

/// Everything that was taken is there, and nothing that is there is damaged.
async fn has_all(store: &dyn JobStore, taken: &[JobId]) {
    let listed: Vec<JobId> =
        store.list(&JobFilter::default()).await.unwrap().into_iter().map(|view| view.job.job_id).collect();
    for id in taken {
        assert!(listed.contains(id), "{id} was accepted and is lost");
    }
    for id in listed {
        store.get(&id).await.unwrap();
    }
}

/// Does all the work there is, and sees every job completed.
async fn goes_on(store: &dyn JobStore, taken: &[JobId]) {
    submit(store, job(&["speak"])).await;
    loop {
        store.advance().await.unwrap();
        let claims = store.claim(&ask(10, LONG)).await.unwrap();
        if claims.is_empty() {
            break;
        }
        for claim in claims {
            store.commit(&claim.id, claim.token, done()).await.unwrap();
        }
    }
    has_all(store, taken).await;
    for id in taken {
        assert_eq!(store.get(id).await.unwrap().status, JobStatus::Completed);
    }
}

#[tokio::test]
async fn postgres_on_a_full_disk_loses_nothing() {
    let test = "full_disk::postgres_on_a_full_disk_loses_nothing";
    let Some(disk) = SmallDisk::enter(test, "200m") else { return };
    let server = PostgresServer::own_in("fsync = on", Around::default()).await;
    assert!(server.folder().starts_with(disk.path()));
    let url = server.database().await;
    let store = PostgresJobStore::connect(&url).await.unwrap();
    let mut taken = vec![submit(&store, job(&["speak"])).await];
    let claim = store.claim(&ask(1, LONG)).await.unwrap().remove(0);

    // There is no room for the tables.
    disk.fill();
    taken.extend(until_full(&store).await);
    has_all(&store, &taken).await;
    disk.free();
    store.commit(&claim.id, claim.token, done()).await.unwrap();
    goes_on(&store, &taken).await;

    // There is no room for the log of the database either: it stops.
    taken.push(submit(&store, job(&["speak"])).await);
    let claim = store.claim(&ask(1, LONG)).await.unwrap().remove(0);
    disk.fill();
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let message = "select pg_logical_emit_message(true, 'filler', repeat('x', 1 << 20))";
    let mut messages = 0;
    while sqlx::query(message).execute(&mut connection).await.is_ok() {
        messages += 1;
        assert!(messages < 200, "the log of the database never ran full");
    }
    match store.commit(&claim.id, claim.token, done()).await {
        Ok(_) => {}
        Err(JobStoreError::Full(_) | JobStoreError::Unavailable { .. }) => {}
        Err(error) => panic!("{error:?}"),
    }
    disk.free();
    server.restart();
    let committed = async {
        loop {
            match store.commit(&claim.id, claim.token, done()).await {
                // An earlier one, whose reply was lost, had done it.
                Ok(_) | Err(JobStoreError::LeaseLost { .. }) => return,
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), committed).await.unwrap();
    // The other connections of the old one may still have their break to learn of.
    let store = PostgresJobStore::connect(&url).await.unwrap();
    goes_on(&store, &taken).await;
}

#[tokio::test]
async fn a_folder_on_a_full_disk_loses_no_job() {
    let test = "full_disk::a_folder_on_a_full_disk_loses_no_job";
    let Some(disk) = SmallDisk::enter(test, "6m") else { return };
    let store = FileJobStore::open(disk.path()).unwrap();
    let mut taken = vec![submit(&store, job(&["speak"])).await];
    let claim = store.claim(&ask(1, LONG)).await.unwrap().remove(0);
    disk.take(4 << 20);
    taken.extend(until_full(&store).await);
    disk.fill();
    let full = store.commit(&claim.id, claim.token, done()).await;
    assert!(matches!(full, Err(JobStoreError::Full(_))), "{full:?}");
    let full = store.advance().await;
    assert!(matches!(full, Err(JobStoreError::Full(_))), "{full:?}");
    assert_eq!(store.get(&taken[0]).await.unwrap().status, JobStatus::Running);
    // Another process that comes while there is no room.
    has_all(&FileJobStore::open(disk.path()).unwrap(), &taken).await;
    disk.free();
    store.commit(&claim.id, claim.token, done()).await.unwrap();
    goes_on(&store, &taken).await;
}

#[tokio::test]
async fn a_folder_on_a_full_disk_loses_no_artifact() {
    let test = "full_disk::a_folder_on_a_full_disk_loses_no_artifact";
    let Some(disk) = SmallDisk::enter(test, "3m") else { return };
    let store = ObjectArtifactStore::open_folder(disk.path()).unwrap();
    let artifact = |n: usize| bytes::Bytes::from(format!("{n} of many ").repeat(10_000));
    let mut taken: Vec<Digest> = Vec::new();
    let refused = loop {
        match store.put(artifact(taken.len())).await {
            Ok(digest) => taken.push(digest),
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, ArtifactStoreError::Full(_)), "{refused:?}");
    assert!(taken.len() > 10);
    let asked = store.check_room(1 << 20).await;
    assert!(matches!(asked, Err(ArtifactStoreError::Full(_))), "{asked:?}");
    let there = async || {
        let mut listed: Vec<Digest> =
            store.list().await.unwrap().artifacts.into_iter().map(|artifact| artifact.digest).collect();
        listed.sort();
        listed
    };
    taken.sort();
    assert_eq!(there().await, taken, "what was refused left nothing behind");
    store.delete(&taken.remove(0)).await.unwrap();
    store.check_room(100_000).await.unwrap();
    // What was refused is put again, now that there is room.
    taken.push(store.put(artifact(taken.len() + 1)).await.unwrap());
    taken.sort();
    assert_eq!(there().await, taken);
    for digest in &taken {
        store.get(digest).await.unwrap();
    }
}
