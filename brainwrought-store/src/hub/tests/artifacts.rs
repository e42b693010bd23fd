//! A dataset keeps the rules of artifact stores, and those of `object_store` that it can.

use std::sync::Arc;

use brainwrought_core::artifact_store::{ArtifactStore, ArtifactStoreError};
use brainwrought_core::id::Digest;
use futures::future::join_all;
use object_store::path::Path;
use object_store::{
    Attribute, Attributes, Error, GetOptions, ObjectStore as _, ObjectStoreExt as _, PutMode,
    PutMultipartOptions, PutOptions, UpdateVersion, integration,
};

use super::super::objects::HubObjects;
use super::server::{READ_TOKEN, TestHub};
use super::{DATASET, client, options};
use crate::{HubError, RemoteError, open_artifact_store_with};

async fn artifacts() -> (Arc<dyn ArtifactStore>, TestHub) {
    let hub = TestHub::with_dataset(DATASET).await;
    let url = format!("hf://datasets/{DATASET}/some/prefix");
    (open_artifact_store_with(&url, &options(&hub)).unwrap(), hub)
}

brainwrought_core::artifact_store_conformance!(artifacts().await);

#[tokio::test]
async fn a_dataset_keeps_no_holds() {
    let (store, _hub) = artifacts().await;
    brainwrought_core::conformance::artifacts::without_holds_none_is_listed(store.as_ref()).await;
}

/// The suite of `object_store`.
macro_rules! suite {
    ($($rule:ident($($more:expr)?))+) => {
        mod suite {
            use super::*;

            $(
                #[tokio::test]
                async fn $rule() {
                    let hub = TestHub::with_dataset(DATASET).await;
                    integration::$rule(&HubObjects::new(client(&options(&hub))) $(, $more)?).await;
                }
            )+
        }
    };
}

suite! {
    copy_if_not_exists()
    copy_rename_nonexistent_object()
    get_opts()
    list_uses_directories_correctly()
    list_with_delimiter()
    list_with_offset_exclusivity()
    multipart_out_of_order()
    multipart_race_condition(true)
    put_get_delete_list()
    put_opts(true)
    rename_and_copy()
    stream_get()
}

#[tokio::test]
async fn a_missing_artifact_is_not_found() {
    let hub = TestHub::with_dataset(DATASET).await;
    let objects = HubObjects::new(client(&options(&hub)));
    let missing = integration::get_nonexistent_object(&objects, None).await;
    assert!(matches!(missing, Err(Error::NotFound { .. })), "{missing:?}");
}

#[tokio::test]
async fn an_unsupported_operation_is_refused_by_name() {
    fn is_refused<T: std::fmt::Debug>(done: object_store::Result<T>, what: &str) {
        match done.unwrap_err() {
            Error::NotImplemented { operation, .. } => assert_eq!(operation, what),
            other => panic!("not refused as `{what}`: {other:?}"),
        }
    }
    let hub = TestHub::with_dataset(DATASET).await;
    let objects = HubObjects::new(client(&options(&hub)));
    let path = Path::from("file");
    objects.put(&path, "bytes".into()).await.unwrap();
    let attributes: Attributes = [(Attribute::ContentType, "text/plain")].into_iter().collect();
    let put = PutOptions { attributes: attributes.clone(), ..PutOptions::default() };
    is_refused(objects.put_opts(&path, "bytes".into(), put).await, "attributes");
    let put = PutMultipartOptions { attributes, ..PutMultipartOptions::default() };
    is_refused(objects.put_multipart_opts(&path, put).await, "attributes");
    let get = GetOptions { version: Some("1".to_owned()), ..GetOptions::default() };
    is_refused(objects.get_opts(&path, get).await, "versions");
    let untagged = PutMode::Update(UpdateVersion { e_tag: None, version: Some("1".to_owned()) });
    is_refused(objects.put_opts(&path, "bytes".into(), untagged.into()).await, "updates of what has no tag");
    assert_eq!(objects.get(&path).await.unwrap().bytes().await.unwrap(), "bytes");
}

#[tokio::test]
async fn puts_at_the_same_time_share_commits() {
    let (store, hub) = artifacts().await;
    let texts: Vec<String> = (0..40).map(|n| format!("text {n}")).collect();
    let digests = join_all(texts.iter().map(|text| store.put(text.clone().into()))).await;
    assert!(digests.iter().all(Result::is_ok));
    assert_eq!(hub.paths(DATASET).len(), 40);
    assert!(hub.commits(DATASET) <= 4, "{} commits", hub.commits(DATASET));
}

#[tokio::test]
async fn troubles_have_their_names() {
    let hub = TestHub::start().await;
    let url = format!("hf://datasets/{DATASET}");
    let why = async |options| {
        let store = open_artifact_store_with(&url, &options).unwrap();
        let ArtifactStoreError::Unavailable { source, .. } = store.put("bytes".into()).await.unwrap_err()
        else {
            panic!("another error");
        };
        *source.downcast::<RemoteError>().unwrap()
    };
    assert!(matches!(why(options(&hub)).await, RemoteError::NoSuchPlace { .. }));
    let gone = options(&hub).with("hf_endpoint", "http://127.0.0.1:1").with_retries(0);
    assert!(matches!(why(gone).await, RemoteError::Unreachable { .. }));

    let hub = TestHub::with_dataset(DATASET).await;
    let read = why(options(&hub).with("hf_token", READ_TOKEN)).await;
    assert!(matches!(read, RemoteError::KeyRefused { .. }), "{read:?}");
    let wrong = why(options(&hub).with("hf_token", "hf_wrong")).await;
    assert!(matches!(wrong, RemoteError::KeyRefused { .. }), "{wrong:?}");
    let none = why(options(&hub).with("hf_token", "")).await;
    assert!(matches!(none, RemoteError::KeyRefused { .. }), "{none:?}");
}

#[tokio::test]
async fn anybody_may_read_without_a_token() {
    let (store, hub) = artifacts().await;
    let digest = store.put("for all".into()).await.unwrap();
    let url = format!("hf://datasets/{DATASET}/some/prefix");
    let reader = open_artifact_store_with(&url, &options(&hub).with("hf_token", "")).unwrap();
    assert_eq!(reader.get(&digest).await.unwrap(), "for all");
    assert!(!reader.contains(&Digest::of(b"nothing")).await.unwrap());
    let HubError::MissingToken { .. } =
        client(&options(&hub).with("hf_token", "")).commit("x", &[]).await.unwrap_err()
    else {
        panic!("another error");
    };
}
