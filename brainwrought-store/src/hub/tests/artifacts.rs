//! A dataset keeps the rules of artifact stores, and those of `object_store` that it can.

use std::sync::Arc;

use brainwrought_core::artifact_store::{ArtifactStore, ArtifactStoreError};
use brainwrought_core::id::Digest;
use futures::future::join_all;
use object_store::path::Path;
use object_store::{Error, ObjectStoreExt as _, PutOptions, integration};

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
async fn what_a_dataset_cannot_do_is_refused_by_name() {
    let hub = TestHub::with_dataset(DATASET).await;
    let objects = HubObjects::new(client(&options(&hub)));
    let (from, to) = (Path::from("from"), Path::from("to"));
    objects.put(&from, "bytes".into()).await.unwrap();
    let copied = objects.copy_if_not_exists(&from, &to).await.unwrap_err();
    assert!(copied.to_string().contains("copies that must not replace"), "{copied}");
    let attributes = [(object_store::Attribute::ContentType, "text/plain")].into_iter().collect();
    let put = PutOptions { attributes, ..PutOptions::default() };
    let attributed = object_store::ObjectStore::put_opts(&objects, &to, "bytes".into(), put).await;
    assert!(matches!(attributed, Err(Error::NotImplemented { .. })));
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
