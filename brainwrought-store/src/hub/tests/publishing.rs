//! A finished video is in the dataset once, whatever happens on the way.

use std::collections::BTreeMap;

use brainwrought_core::artifact_store::ArtifactStore as _;
use brainwrought_core::data::BlobRef;
use brainwrought_core::id::JobId;
use brainwrought_core::memory::MemoryArtifactStore;
use brainwrought_core::publisher::{Publisher as _, PublisherError};
use brainwrought_core::report::chain;

use super::server::{Fault, READ_TOKEN, TestHub, WRITE_TOKEN};
use super::{DATASET, options};
use crate::{HubPublisher, StoreOptions};

struct Finished {
    job: JobId,
    files: BTreeMap<String, BlobRef>,
    artifacts: MemoryArtifactStore,
}

impl Finished {
    async fn new() -> Self {
        let artifacts = MemoryArtifactStore::default();
        let mut files = BTreeMap::new();
        for (name, bytes) in [
            ("video.mp4", vec![0; 3_000_000]),
            ("captions.srt", b"1\n".to_vec()),
            ("manifest.json", b"{}".to_vec()),
        ] {
            let length = bytes.len() as u64;
            let digest = artifacts.put(bytes.into()).await.unwrap();
            files.insert(name.to_owned(), BlobRef { digest, bytes: length, media_type: String::new() });
        }
        Self { job: "0123456789abcdef0123456789abcdef".parse().unwrap(), files, artifacts }
    }

    async fn publish(&self, options: &StoreOptions) -> Result<String, PublisherError> {
        let publisher = HubPublisher::new(DATASET, options).unwrap();
        publisher.publish(&self.job, &self.files, &self.artifacts).await
    }
}

#[tokio::test]
async fn a_video_is_published_once_at_its_address() {
    let (hub, finished) = (TestHub::with_dataset(DATASET).await, Finished::new().await);
    let expected =
        format!("{}/datasets/{DATASET}/resolve/main/videos/{}/video.mp4", hub.endpoint, finished.job);
    for fault in [Fault::LoseReply, Fault::Status(503, None), Fault::Status(412, None)] {
        hub.fail("/commit/main", fault);
        assert_eq!(finished.publish(&options(&hub)).await.unwrap(), expected);
    }
    assert_eq!((hub.commits(DATASET), hub.paths(DATASET).len()), (1, 3));
}

#[tokio::test]
async fn without_an_endpoint_the_address_is_the_official_one() {
    let publisher = HubPublisher::new("open-house/brainrot", &StoreOptions::default()).unwrap();
    assert_eq!(
        publisher.client.public_url("videos/1/video.mp4"),
        "https://huggingface.co/datasets/open-house/brainrot/resolve/main/videos/1/video.mp4"
    );
}

#[tokio::test]
async fn permanent_and_transient_errors_are_told_apart() {
    let (hub, finished) = (TestHub::with_dataset(DATASET).await, Finished::new().await);
    for token in ["", READ_TOKEN, "hf_wrong"] {
        let error = finished.publish(&options(&hub).with("hf_token", token)).await.unwrap_err();
        assert!(matches!(error, PublisherError::Refused(_)), "{error:?}");
        assert!(chain(&error).contains("HF_TOKEN"), "{}", chain(&error));
        assert!(!chain(&error).contains(WRITE_TOKEN));
    }
    hub.fail("/commit/main", Fault::Status(429, Some("3600")));
    let later = finished.publish(&options(&hub)).await.unwrap_err();
    assert!(matches!(later, PublisherError::Unavailable(_)) && chain(&later).contains("3600 s"), "{later:?}");
    assert_eq!(hub.commits(DATASET), 0);
}
