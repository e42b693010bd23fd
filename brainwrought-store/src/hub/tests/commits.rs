//! However the Hub fails, what should be there is there in exactly one commit.

use std::time::Duration;

use brainwrought_core::report::chain;

use super::server::{Fault, READ_TOKEN, TestHub, WRITE_TOKEN};
use super::{Change, DATASET, client, options, put};
use crate::HubError;

fn changes() -> Vec<Change> {
    vec![
        put("videos/1/video.mp4", vec![0_u8; 5_000_000]),
        put("videos/1/poster.png", vec![7_u8; 5_000]),
        put("videos/1/captions.srt", "1\n"),
        put("videos/1/empty", ""),
    ]
}

const PATHS: [&str; 4] =
    ["videos/1/captions.srt", "videos/1/empty", "videos/1/poster.png", "videos/1/video.mp4"];

async fn survives(pattern: &'static str, faults: &[Fault]) -> TestHub {
    let hub = TestHub::with_dataset(DATASET).await;
    for fault in faults {
        hub.fail(pattern, *fault);
    }
    let made = client(&options(&hub)).commit("Publish", &changes()).await.unwrap();
    assert_eq!((made.commit.len(), made.tags.len()), (40, 4));
    assert_eq!(hub.commits(DATASET), 1, "after {faults:?} of {pattern}");
    assert_eq!(hub.paths(DATASET), PATHS);
    hub
}

#[tokio::test]
async fn one_commit_holds_everything() {
    let hub = survives("nothing", &[]).await;
    assert_eq!((hub.requests("PUT /lfs/"), hub.requests("/complete")), (4, 1));
}

#[tokio::test]
async fn a_lost_reply_is_no_second_commit() {
    let hub = survives("/commit/main", &[Fault::LoseReply]).await;
    assert_eq!(hub.requests("/commit/main"), 1, "a look was enough");
}

#[tokio::test]
async fn every_request_may_fail_in_every_way() {
    for pattern in
        ["/revision/", "/paths-info/", "/preupload/", "/batch", "PUT /lfs/", "/complete", "/commit/main"]
    {
        for fault in [Fault::Status(503, None), Fault::Status(429, Some("0")), Fault::Drop, Fault::LoseReply]
        {
            survives(pattern, &[fault]).await;
        }
    }
    survives("/commit/main", &[Fault::LoseReply, Fault::Drop]).await;
    survives("/commit/main", &[Fault::Status(503, Some("0")), Fault::Status(412, None)]).await;
}

#[tokio::test]
async fn a_rest_that_is_asked_for_is_kept() {
    let start = tokio::time::Instant::now();
    survives("/commit/main", &[Fault::Status(429, Some("1"))]).await;
    assert!(start.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn a_rest_that_is_too_long_is_told() {
    let hub = TestHub::with_dataset(DATASET).await;
    hub.fail("/commit/main", Fault::Status(429, Some("3600")));
    let error = client(&options(&hub)).commit("Publish", &changes()).await.unwrap_err();
    assert!(matches!(error, HubError::Busy { rest, .. } if rest.as_secs() == 3600), "{error:?}");
    assert!(error.may_pass());
}

#[tokio::test]
async fn a_crash_after_the_upload_or_after_the_commit_is_mended_by_another_run() {
    let hub = TestHub::with_dataset(DATASET).await;
    hub.fail("/commit/main", Fault::Drop);
    let crashing = client(&options(&hub).with_retries(0));
    crashing.commit("Publish", &changes()).await.unwrap_err();
    assert_eq!(hub.commits(DATASET), 0);
    let sent = hub.requests("PUT /lfs/");

    hub.fail("/commit/main", Fault::LoseReply);
    crashing.commit("Publish", &changes()).await.unwrap_err();
    assert_eq!(hub.requests("PUT /lfs/"), sent, "what was uploaded is not uploaded again");
    client(&options(&hub)).commit("Publish", &changes()).await.unwrap();
    assert_eq!((hub.commits(DATASET), hub.requests("/commit/main")), (1, 2));
}

#[tokio::test]
async fn two_at_once_make_one_commit_each_and_undo_nothing() {
    let hub = TestHub::with_dataset(DATASET).await;
    let (one, two) = (client(&options(&hub)), client(&options(&hub)));
    let (first, second) = (changes(), [put("videos/2/video.mp4", "another")]);
    let (first, second) = tokio::join!(one.commit("one", &first), two.commit("two", &second));
    first.unwrap();
    second.unwrap();
    assert_eq!((hub.commits(DATASET), hub.paths(DATASET).len()), (2, 5));
}

#[tokio::test]
async fn the_same_from_many_is_one_commit() {
    let hub = TestHub::with_dataset(DATASET).await;
    let publish =
        async || client(&options(&hub).with_retries(8)).commit("same", &changes()).await.unwrap().commit;
    let (a, b, c) = tokio::join!(publish(), publish(), publish());
    assert!(a == b && b == c);
    assert_eq!(hub.commits(DATASET), 1);
}

#[tokio::test]
async fn deleting_what_is_not_there_is_no_commit() {
    let hub = survives("nothing", &[]).await;
    let client = client(&options(&hub));
    client.commit("x", &[Change::Delete("videos/1/empty".to_owned())]).await.unwrap();
    client.commit("x", &[Change::Delete("videos/1/empty".to_owned())]).await.unwrap();
    assert_eq!((hub.commits(DATASET), hub.paths(DATASET).len()), (2, 3));
}

#[tokio::test]
async fn a_dataset_is_created_when_told_to() {
    let hub = TestHub::start().await;
    let error = client(&options(&hub)).commit("x", &changes()).await.unwrap_err();
    assert!(matches!(error, HubError::NoSuchDataset { .. }) && !error.may_pass());

    hub.fail("/repos/create", Fault::LoseReply);
    let creating = options(&hub).with("hf_dataset_create", "private");
    client(&creating).commit("x", &changes()).await.unwrap();
    assert_eq!(hub.commits(DATASET), 1);
}

#[tokio::test]
async fn tokens_that_may_not_write_are_told_apart_and_not_shown() {
    let hub = TestHub::with_dataset(DATASET).await;
    let with = async |token: &str| {
        let error = client(&options(&hub).with("hf_token", token)).commit("x", &changes()).await.unwrap_err();
        assert!(token.is_empty() || !format!("{error:?} {}", chain(&error)).contains(token));
        error
    };
    assert!(matches!(with("").await, HubError::MissingToken { .. }));
    assert!(matches!(with(READ_TOKEN).await, HubError::ReadOnlyToken { .. }));
    assert!(matches!(with("hf_wrong").await, HubError::TokenRefused(_)));
    assert_eq!((hub.commits(DATASET), hub.requests("PUT /lfs/")), (0, 0));
    assert!(!format!("{:?}", client(&options(&hub))).contains(WRITE_TOKEN));
}
