//! Rules about artifacts and bindings.

use bytes::Bytes;
use futures::future::join_all;

use crate::artifact_store::{ArtifactStore, ArtifactStoreError, Hold};
use crate::id::{Digest, Fingerprint, JobId};

fn print(text: &str) -> Fingerprint {
    Fingerprint(Digest::of(text.as_bytes()))
}

/// What was put comes back byte for byte, whatever the bytes are.
pub async fn bytes_come_back(store: &dyn ArtifactStore) {
    let bytes: Vec<u8> = (0..=255).chain([0, 13, 10, 255]).collect();
    let digest = store.put(bytes.clone().into()).await.unwrap();
    assert_eq!(store.get(&digest).await.unwrap(), bytes);
}

/// The name is the SHA-256 of the bytes, so that other programs can check it. The digest is the example "abc" of
/// FIPS 180-4.
pub async fn the_digest_is_the_sha_256(store: &dyn ArtifactStore) {
    let digest = store.put("abc".into()).await.unwrap();
    assert_eq!(digest.as_str(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/// No bytes at all are stored like any others.
pub async fn no_bytes_are_bytes(store: &dyn ArtifactStore) {
    let digest = store.put(Bytes::new()).await.unwrap();
    assert!(store.contains(&digest).await.unwrap());
    assert!(store.get(&digest).await.unwrap().is_empty());
}

/// Large artifacts come back whole.
pub async fn megabytes_come_back(store: &dyn ArtifactStore) {
    let bytes: Bytes = (0..5_000_000_u32).map(|n| (n % 251) as u8).collect();
    let digest = store.put(bytes.clone()).await.unwrap();
    assert_eq!(store.get(&digest).await.unwrap(), bytes);
}

/// Putting the same bytes again gives the same digest and no second copy.
pub async fn putting_twice_is_harmless(store: &dyn ArtifactStore) {
    let first = store.put("twice".into()).await.unwrap();
    let second = store.put("twice".into()).await.unwrap();
    assert_eq!(first, second);
    assert_eq!(store.list().await.unwrap().artifacts.len(), 1);
    assert_eq!(store.get(&first).await.unwrap(), "twice");
}

/// Many who put the same bytes at once all succeed.
pub async fn concurrent_puts_of_one_artifact_agree(store: &dyn ArtifactStore) {
    let bytes = Bytes::from(vec![42; 300_000]);
    let digests = join_all((0..8).map(|_| store.put(bytes.clone()))).await;
    assert!(digests.into_iter().all(|digest| digest.unwrap() == Digest::of(&bytes)));
    assert_eq!(store.get(&Digest::of(&bytes)).await.unwrap(), bytes);
}

/// What was never put is `NotFound`, with its digest.
pub async fn unknown_digest_is_not_found(store: &dyn ArtifactStore) {
    let digest = Digest::of(b"never");
    let missing = store.get(&digest).await;
    assert!(matches!(missing, Err(ArtifactStoreError::NotFound(ref named)) if *named == digest));
}

/// `contains` tells the two apart.
pub async fn contains_tells_what_is_there(store: &dyn ArtifactStore) {
    let digest = store.put("here".into()).await.unwrap();
    assert!(store.contains(&digest).await.unwrap());
    assert!(!store.contains(&Digest::of(b"not here")).await.unwrap());
}

/// Removed bytes are gone, and others are not.
pub async fn deleted_bytes_are_gone(store: &dyn ArtifactStore) {
    let gone = store.put("gone".into()).await.unwrap();
    let kept = store.put("kept".into()).await.unwrap();
    store.delete(&gone).await.unwrap();
    assert!(!store.contains(&gone).await.unwrap());
    assert!(matches!(store.get(&gone).await, Err(ArtifactStoreError::NotFound(_))));
    assert_eq!(store.get(&kept).await.unwrap(), "kept");
}

/// Removing what is not there is no error.
pub async fn deleting_nothing_is_no_error(store: &dyn ArtifactStore) {
    store.delete(&Digest::of(b"nothing")).await.unwrap();
}

/// Bytes may come back after they were removed.
pub async fn a_deleted_artifact_may_be_put_again(store: &dyn ArtifactStore) {
    let digest = store.put("again".into()).await.unwrap();
    store.delete(&digest).await.unwrap();
    assert_eq!(store.put("again".into()).await.unwrap(), digest);
    assert_eq!(store.get(&digest).await.unwrap(), "again");
}

/// A fingerprint that was never bound has no output.
pub async fn an_unbound_fingerprint_is_a_miss(store: &dyn ArtifactStore) {
    assert_eq!(store.lookup(&print("work")).await.unwrap(), None);
}

/// A bound fingerprint finds its output, and no other's.
pub async fn a_binding_is_found(store: &dyn ArtifactStore) {
    let output = store.put("output".into()).await.unwrap();
    store.bind(&print("work"), &output).await.unwrap();
    assert_eq!(store.lookup(&print("work")).await.unwrap(), Some(output));
    assert_eq!(store.lookup(&print("other work")).await.unwrap(), None);
}

/// A second binding replaces the first.
pub async fn the_last_binding_wins(store: &dyn ArtifactStore) {
    let (old, new) = (Digest::of(b"old"), Digest::of(b"new"));
    store.bind(&print("work"), &old).await.unwrap();
    store.bind(&print("work"), &new).await.unwrap();
    assert_eq!(store.lookup(&print("work")).await.unwrap(), Some(new));
}

/// A binding can be forgotten, twice too; the output stays.
pub async fn an_unbound_binding_is_gone(store: &dyn ArtifactStore) {
    let output = store.put("output".into()).await.unwrap();
    store.bind(&print("work"), &output).await.unwrap();
    store.unbind(&print("work")).await.unwrap();
    store.unbind(&print("work")).await.unwrap();
    assert_eq!(store.lookup(&print("work")).await.unwrap(), None);
    assert!(store.contains(&output).await.unwrap());
}

/// Fingerprints and digests do not mix, though both are 64 digits.
pub async fn a_binding_is_no_artifact(store: &dyn ArtifactStore) {
    let fingerprint = print("work");
    store.bind(&fingerprint, &Digest::of(b"output")).await.unwrap();
    assert!(!store.contains(&fingerprint.0).await.unwrap());
    let digest = store.put("bytes".into()).await.unwrap();
    assert_eq!(store.lookup(&Fingerprint(digest)).await.unwrap(), None);
}

/// A listing holds all artifacts with their sizes and all bindings, both sorted.
pub async fn a_listing_is_sorted_and_complete(store: &dyn ArtifactStore) {
    assert_eq!(store.list().await.unwrap(), Default::default());
    let mut digests = Vec::new();
    for text in ["a", "bb", "ccc", "dddd"] {
        let digest = store.put(text.into()).await.unwrap();
        store.bind(&print(text), &digest).await.unwrap();
        digests.push((digest, text.len() as u64));
    }
    digests.sort();
    let listing = store.list().await.unwrap();
    let found: Vec<_> = listing.artifacts.iter().map(|a| (a.digest.clone(), a.bytes)).collect();
    assert_eq!(found, digests);
    assert_eq!(listing.bindings.len(), 4);
    assert!(listing.bindings.is_sorted());
}

/// Asking for room stores nothing, and says no only because there is none.
pub async fn asking_for_room_changes_nothing(store: &dyn ArtifactStore) {
    store.check_room(0).await.unwrap();
    store.check_room(1).await.unwrap();
    match store.check_room(1 << 60).await {
        Ok(()) | Err(ArtifactStoreError::Full(_)) => {}
        Err(error) => panic!("{error:?}"),
    }
    let listing = store.list().await.unwrap();
    assert!(listing.artifacts.is_empty() && listing.bindings.is_empty(), "{listing:?}");
}

fn job(number: u8) -> JobId {
    JobId::from_bytes([number; 16])
}

async fn held(store: &dyn ArtifactStore) -> Vec<(JobId, Hold)> {
    store.holds().await.unwrap().into_iter().map(|stored| (stored.job, stored.hold)).collect()
}

/// Holds are listed with their jobs, sorted, whether or not the artifact is stored; noting one again adds none.
pub async fn a_hold_is_listed(store: &dyn ArtifactStore) {
    assert_eq!(held(store).await, []);
    let output = Hold::Output(Digest::of(b"b"), print("work"));
    let mut noted = vec![
        (job(2), Hold::Artifact(Digest::of(b"a"))),
        (job(1), output.clone()),
        (job(1), Hold::Artifact(Digest::of(b"b"))),
        (job(1), Hold::Deleting),
        (job(2), output),
    ];
    for (job, hold) in noted.iter().chain(&noted[..2]) {
        store.hold(job, hold).await.unwrap();
    }
    noted.sort();
    assert_eq!(held(store).await, noted);
}

/// What is forgotten is what is named, and nothing beside it; forgetting it twice is no error.
pub async fn a_released_hold_is_gone(store: &dyn ArtifactStore) {
    let [one, two] = [b"a", b"b"].map(|bytes| Hold::Artifact(Digest::of(bytes)));
    for (job, hold) in [(job(1), &one), (job(1), &two), (job(2), &one), (job(1), &Hold::Deleting)] {
        store.hold(&job, hold).await.unwrap();
    }
    for _ in 0..2 {
        store.release(&job(1), &[one.clone(), Hold::Deleting]).await.unwrap();
        assert_eq!(held(store).await, [(job(1), two.clone()), (job(2), one.clone())]);
    }
    store.release(&job(3), &[one]).await.unwrap();
    store.release(&job(1), &[]).await.unwrap();
}

/// A hold is neither an artifact nor a binding, and deleting the artifact leaves it.
pub async fn a_hold_is_no_artifact(store: &dyn ArtifactStore) {
    let digest = store.put("held".into()).await.unwrap();
    store.hold(&job(1), &Hold::Output(digest.clone(), print("work"))).await.unwrap();
    store.hold(&job(1), &Hold::Artifact(Digest::of(b"not stored"))).await.unwrap();
    let listing = store.list().await.unwrap();
    assert_eq!((listing.artifacts.len(), listing.bindings.len()), (1, 0));
    assert_eq!(store.lookup(&print("work")).await.unwrap(), None);
    store.delete(&digest).await.unwrap();
    assert_eq!(held(store).await.len(), 2);
}

/// A store that keeps no holds takes them without an error and lists none.
pub async fn without_holds_none_is_listed(store: &dyn ArtifactStore) {
    let hold = Hold::Artifact(Digest::of(b"a"));
    store.hold(&job(1), &hold).await.unwrap();
    store.release(&job(1), &[hold]).await.unwrap();
    store.hold(&job(1), &Hold::Deleting).await.unwrap();
    assert_eq!(held(store).await, []);
}
