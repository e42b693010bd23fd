//! What goes wrong on the way to a bucket is tried again, and in the end is called by its name.

use std::time::Instant;

use brainwrought_core::artifact_store::{ArtifactStore as _, ArtifactStoreError};
use brainwrought_core::id::Digest;
use brainwrought_core::report::chain;

use super::failing_server::{FailingServer, NOTHING, OBJECT, Reply};
use crate::{ObjectArtifactStore, OpenError, RemoteError, StoreOptions};

const SECRET: &str = "wJalrXUtnFEMI";

fn options(endpoint: &str) -> StoreOptions {
    StoreOptions::default()
        .with("aws_access_key_id", "AKIDEXAMPLE")
        .with("aws_secret_access_key", SECRET)
        .with("aws_endpoint", endpoint)
        .with_retries(2)
}

fn open(endpoint: &str) -> ObjectArtifactStore {
    ObjectArtifactStore::open_url("s3://bucket/prefix", &options(endpoint)).unwrap()
}

async fn why(endpoint: &str) -> RemoteError {
    let error = open(endpoint).contains(&Digest::of(b"x")).await.unwrap_err();
    assert!(!chain(&error).contains(SECRET));
    let ArtifactStoreError::Unavailable { source, .. } = error else { panic!("{error:?}") };
    *source.downcast().unwrap()
}

#[tokio::test]
async fn a_dropped_connection_and_a_busy_server_are_tried_again() {
    let busy = Reply::Send("503 Slow Down", "", "<Error><Code>SlowDown</Code></Error>");
    let found = Reply::Send("200 OK", OBJECT, "");
    let server = FailingServer::start(&[Reply::Drop, busy, NOTHING, found]).await;
    assert!(open(&server.address).contains(&Digest::of(b"x")).await.unwrap());
    let seen = server.seen();
    assert_eq!(seen.len(), 4);
    assert!(seen[..3].iter().all(|line| line.starts_with("GET /bucket/prefix/artifacts/probe ")), "{seen:?}");
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "that the wait was long enough is what is tested")]
async fn a_rest_that_the_server_asks_for_is_kept() {
    let limited = Reply::Send("429 Too Many Requests", "retry-after: 1\r\n", "");
    let server = FailingServer::start(&[limited, NOTHING, Reply::Send("404 Not Found", "", "")]).await;
    let start = Instant::now();
    assert!(!open(&server.address).contains(&Digest::of(b"x")).await.unwrap());
    assert!(start.elapsed().as_millis() >= 1000);
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_not_passed_on() {
    let store = |server: &FailingServer| open(&server.address);
    let digest = Digest::of(b"0123456789");

    let cut = FailingServer::start(&[NOTHING, Reply::Cut(10, "01234")]).await;
    let error = store(&cut).get(&digest).await.unwrap_err();
    assert!(matches!(error, ArtifactStoreError::Unavailable { .. }), "{error:?}");

    let other = FailingServer::start(&[NOTHING, Reply::Send("200 OK", OBJECT, "0123456780")]).await;
    let error = store(&other).get(&digest).await.unwrap_err();
    assert!(matches!(error, ArtifactStoreError::Damaged(_)), "{error:?}");
}

#[tokio::test]
async fn a_refused_key_is_called_one() {
    let denied = Reply::Send("403 Forbidden", "", "<Error><Code>InvalidAccessKeyId</Code></Error>");
    let server = FailingServer::start(&[denied]).await;
    assert!(
        matches!(why(&server.address).await, RemoteError::KeyRefused { place, .. } if place.contains("bucket"))
    );
    assert_eq!(server.seen().len(), 1, "there is no point in asking again");
}

#[tokio::test]
async fn a_missing_bucket_is_no_empty_one() {
    let missing = Reply::Send("404 Not Found", "", "<Error><Code>NoSuchBucket</Code></Error>");
    let server = FailingServer::start(&[missing]).await;
    assert!(matches!(why(&server.address).await, RemoteError::NoSuchPlace { .. }));
}

#[tokio::test]
async fn a_server_that_is_down_is_unreachable_and_a_sick_one_is_failing() {
    let gone = FailingServer::start(&[Reply::Drop]).await;
    assert!(matches!(why(&gone.address).await, RemoteError::Unreachable { .. }));
    // Nothing listens on port 1, and only root could.
    assert!(matches!(why("http://127.0.0.1:1").await, RemoteError::Unreachable { .. }));
    let sick = FailingServer::start(&[Reply::Send("500 Oops", "", "")]).await;
    assert!(matches!(why(&sick.address).await, RemoteError::Failing { .. }));
    assert_eq!(sick.seen().len(), 3);
}

#[tokio::test]
async fn a_store_that_was_out_of_reach_may_come_back() {
    let sick = Reply::Send("500 Oops", "", "");
    let found = Reply::Send("200 OK", OBJECT, "");
    let server = FailingServer::start(&[sick, sick, sick, NOTHING, found]).await;
    let store = open(&server.address);
    assert!(store.contains(&Digest::of(b"x")).await.is_err());
    assert!(store.contains(&Digest::of(b"x")).await.unwrap());
}

#[test]
fn urls_and_options_are_checked_before_anything_is_sent() {
    let open = |url: &str, options: &StoreOptions| ObjectArtifactStore::open_url(url, options);
    let none = StoreOptions::default().with("aws_access_key_id", "key");
    assert!(matches!(open("s3://", &none), Err(OpenError::WrongUrl { .. })));
    assert!(matches!(open("ftp://bucket", &none), Err(OpenError::UnknownArtifactScheme { .. })));
    let typo = none.clone().with("aws_regoin", "x").with("google_typo", "another provider's");
    assert!(
        matches!(open("s3://bucket", &typo), Err(OpenError::UnknownOption { name }) if name == "aws_regoin")
    );
    let error = open("s3://bucket", &StoreOptions::default()).unwrap_err();
    assert!(error.to_string().contains("AWS_ACCESS_KEY_ID"), "{error}");
    assert!(matches!(open("gs://bucket", &none), Err(OpenError::MissingKey { .. })));
    assert!(matches!(open("az://bucket", &none), Err(OpenError::MissingKey { .. })));
    assert!(StoreOptions::takes("AWS_REGION") && !StoreOptions::takes("AWS_PROFILE"));
}

#[test]
fn secrets_are_not_shown() {
    let options = options("http://127.0.0.1:1");
    let store = ObjectArtifactStore::open_url("s3://bucket", &options).unwrap();
    assert!(!format!("{options:?} {store:?}").contains(SECRET));
}
