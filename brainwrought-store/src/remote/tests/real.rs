//! Buckets on moto, a real S3 server: our rules, and those of `object_store`.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use brainwrought_core::artifact_store::{ArtifactStore, ArtifactStoreError};
use brainwrought_core::data::{BlobRef, SourcePdf};
use brainwrought_core::engine::{Engine, EngineSettings, Submission};
use brainwrought_core::id::{Digest, JobId, WorkerId};
use brainwrought_core::job::JobStatus;
use brainwrought_core::memory::MemoryJobStore;
use brainwrought_core::pipeline::{Handle, Pipeline};
use brainwrought_core::stage::{Stage, StageContext, StageData, StageError};
use bytes::Bytes;
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt as _, integration};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::super::providers;
use crate::store_clock::StoreClock;
use crate::{ObjectArtifactStore, RemoteError, StoreOptions, open_artifact_store_with};
use brainwrought_testing::PythonPeer;

/// moto compares a version and writes the object in two steps, which a real server does in one: so that `put_opts` finds
/// what is wrong with a client and not with moto, requests are answered one at a time.
const MOTO: &str = "
import sys
from threading import Lock
from moto.moto_server import threaded_moto_server
from moto.s3.models import s3_backends
class OneAtATime(threaded_moto_server.DomainDispatcherApplication):
    turn = Lock()
    def __call__(self, environ, start_response):
        with self.turn:
            return [b''.join(super().__call__(environ, start_response))]
threaded_moto_server.DomainDispatcherApplication = OneAtATime
server = threaded_moto_server.ThreadedMotoServer(ip_address='127.0.0.1', port=0, verbose=False)
server.start()
for n in range(100):
    s3_backends['123456789012']['aws'].create_bucket(f'bucket{n}', 'us-east-1')
print('http://%s:%d' % server.get_host_and_port(), flush=True)
sys.stdin.read()
";

fn server() -> &'static PythonPeer {
    static SERVER: OnceLock<PythonPeer> = OnceLock::new();
    SERVER.get_or_init(|| PythonPeer::start(MOTO))
}

fn options() -> StoreOptions {
    StoreOptions::default()
        .with("AWS_ACCESS_KEY_ID", "key")
        .with("AWS_SECRET_ACCESS_KEY", "secret")
        .with("AWS_ENDPOINT_URL", &server().greeting)
}

/// A bucket that no other test uses.
fn bucket() -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    format!("bucket{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

fn objects(bucket: &str) -> Arc<dyn ObjectStore> {
    providers::s3(&format!("s3://{bucket}"), bucket, &options(), &StoreClock::default()).unwrap()
}

fn artifacts() -> (Arc<dyn ArtifactStore>, ()) {
    let url = format!("s3://{}/some/prefix", bucket());
    (open_artifact_store_with(&url, &options()).unwrap(), ())
}

brainwrought_core::artifact_store_conformance!(artifacts());
brainwrought_core::artifact_holds_conformance!(artifacts());

/// Google's XML interface is close enough to that of S3 that the same server can answer.
#[cfg(feature = "gcp")]
mod google {
    use super::*;

    fn artifacts() -> (Arc<dyn ArtifactStore>, ()) {
        let options = StoreOptions::default()
            .with("google_base_url", &server().greeting)
            .with("google_bearer_token", "token");
        let url = format!("gs://{}/some/prefix", bucket());
        (open_artifact_store_with(&url, &options).unwrap(), ())
    }

    brainwrought_core::artifact_store_conformance!(artifacts());
    brainwrought_core::artifact_holds_conformance!(artifacts());
}

/// The suite of `object_store`, on the client as we set it up.
macro_rules! suite {
    ($($rule:ident($($more:expr)?))+) => {
        mod suite {
            use super::*;

            $(
                #[tokio::test]
                async fn $rule() {
                    integration::$rule(&objects(&bucket()) $(, $more)?).await;
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
    put_get_attributes()
    put_get_delete_list()
    put_opts(true)
    rename_and_copy()
    stream_get()
}

/// The rules that ask for more than the trait of all stores, or for an option.
mod more_of_the_suite {
    use object_store::aws::{AmazonS3, AmazonS3Builder};

    use super::*;

    fn builder(options: &StoreOptions) -> AmazonS3Builder {
        let bucket = bucket();
        let url = format!("s3://{bucket}");
        providers::s3_builder(&url, &bucket, options, &StoreClock::default()).unwrap()
    }

    fn client() -> AmazonS3 {
        builder(&options()).build().unwrap()
    }

    #[tokio::test]
    async fn get_nonexistent_object() {
        let missing = integration::get_nonexistent_object(&client(), None).await;
        assert!(matches!(missing, Err(Error::NotFound { .. })), "{missing:?}");
    }

    #[tokio::test]
    async fn copies_that_must_not_replace_where_an_option_says_how() {
        let options = options().with("aws_copy_if_not_exists", "multipart");
        let client = builder(&options).build().unwrap();
        integration::copy_if_not_exists(&client).await;
        integration::copy_rename_nonexistent_object(&client).await;
    }

    #[tokio::test]
    async fn multipart() {
        let client = client();
        integration::multipart(&client, &client).await;
    }

    #[tokio::test]
    async fn multipart_with_opts() {
        let client = client();
        integration::multipart_with_opts(&client, &client).await;
    }

    #[tokio::test]
    async fn multipart_put_part_out_of_order() {
        let client = client();
        integration::multipart_put_part_out_of_order(&client, &client).await;
    }

    #[tokio::test]
    async fn response_extensions() {
        let client = builder(&options()).with_http_connector(integration::MarkerHttpConnector::default());
        integration::response_extensions(&client.build().unwrap(), true).await;
    }

    #[tokio::test]
    async fn list_paginated() {
        let client = client();
        integration::list_paginated(&client, &client).await;
    }
}

#[tokio::test]
async fn a_copy_that_must_not_replace_is_refused_by_name() {
    let objects = objects(&bucket());
    let (from, to) = (Path::from("from"), Path::from("to"));
    objects.put(&from, "bytes".into()).await.unwrap();
    let refused = objects.copy_if_not_exists(&from, &to).await.unwrap_err();
    assert!(matches!(refused, Error::NotSupported { .. } | Error::NotImplemented { .. }), "{refused:?}");
}

#[tokio::test]
async fn a_large_artifact_goes_up_in_parts_and_comes_back() {
    let (bucket, bytes) =
        (bucket(), Bytes::from((0..25_000_000_u32).map(|n| (n % 253) as u8).collect::<Vec<_>>()));
    let store = open_artifact_store_with(&format!("s3://{bucket}"), &options()).unwrap();
    let digest = store.put(bytes.clone()).await.unwrap();
    assert_eq!(store.get(&digest).await.unwrap(), bytes);
    let path = Path::from(format!("artifacts/{}/{digest}", &digest.as_str()[..2]));
    let tag = objects(&bucket).head(&path).await.unwrap().e_tag.unwrap();
    assert!(tag.ends_with("-3\""), "S3 ends the tag of an upload in parts with their number: {tag}");
}

#[tokio::test]
async fn damage_is_noticed_and_written_over() {
    let bucket = bucket();
    let store = open_artifact_store_with(&format!("s3://{bucket}"), &options()).unwrap();
    let digest = store.put("whole".into()).await.unwrap();
    let path = Path::from(format!("artifacts/{}/{digest}", &digest.as_str()[..2]));
    objects(&bucket).put(&path, "whale".into()).await.unwrap();
    assert!(
        matches!(store.get(&digest).await, Err(ArtifactStoreError::Damaged(damaged)) if damaged == digest)
    );
    store.put("whole".into()).await.unwrap();
    assert_eq!(store.get(&digest).await.unwrap(), "whole");
}

#[tokio::test]
async fn a_missing_bucket_is_named() {
    let store = ObjectArtifactStore::open_url("s3://no-such-bucket/prefix", &options()).unwrap();
    for error in [
        store.put("bytes".into()).await.unwrap_err(),
        store.get(&Digest::of(b"bytes")).await.unwrap_err(),
        store.contains(&Digest::of(b"bytes")).await.unwrap_err(),
        store.list().await.unwrap_err(),
    ] {
        let ArtifactStoreError::Unavailable { source, .. } = error else { panic!("{error:?}") };
        let named: &RemoteError = source.downcast_ref().unwrap();
        assert!(matches!(named, RemoteError::NoSuchPlace { place, .. } if place.contains("no-such-bucket")));
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Copied {
    copy: BlobRef,
}

impl StageData for Copied {
    const SCHEMA: &'static str = "copied/1";
}

#[derive(Debug, Serialize)]
struct CopyPdf;

impl Stage for CopyPdf {
    const NAME: &'static str = "copy";
    const VERSION: u32 = 1;
    type Input = SourcePdf;
    type Output = Copied;

    async fn run(&self, cx: &StageContext, input: SourcePdf) -> Result<Copied, StageError> {
        let bytes = [cx.get(&input.pdf).await?.as_ref(), b" copied"].concat();
        Ok(Copied { copy: cx.put(bytes.into(), "text/plain").await? })
    }
}

async fn finished(engine: &Engine, pdf: &'static str) -> JobId {
    let submission = Submission::of_pdf("copy", "in.pdf", pdf.into());
    let job = engine.submit(submission).await.unwrap().view.job.job_id;
    let view = engine.run_job(&job, CancellationToken::new()).await.unwrap();
    assert_eq!(view.status, JobStatus::Completed);
    job
}

#[tokio::test]
async fn garbage_collection_leaves_what_jobs_need() {
    let (artifacts, scratch) = (artifacts().0, tempfile::tempdir().unwrap());
    let settings = EngineSettings::new(WorkerId("test".to_owned()), scratch.path().to_owned());
    let pipelines =
        |name: &str, _: &Value| Pipeline::new(name, |p, pdf: Handle<SourcePdf>| p.stage(CopyPdf, pdf));
    let engine =
        Engine::new(Arc::new(MemoryJobStore::default()), Arc::clone(&artifacts), pipelines, settings);
    let (kept, dropped) = (finished(&engine, "kept").await, finished(&engine, "dropped").await);
    engine.jobs().delete(&dropped).await.unwrap();

    let young = engine.collect_garbage(Duration::from_secs(3600), false).await.unwrap();
    assert_eq!(young.artifacts, 0, "what was written a moment ago may be in use");
    let would = engine.collect_garbage(Duration::ZERO, true).await.unwrap();
    assert_eq!(engine.collect_garbage(Duration::ZERO, false).await.unwrap(), would);
    // The PDF, the copy and the value that names it.
    assert_eq!((would.artifacts, would.kept), (3, 3));

    assert_eq!(artifacts.get(&Digest::of(b"kept copied")).await.unwrap(), "kept copied");
    assert!(!artifacts.contains(&Digest::of(b"dropped copied")).await.unwrap());
    assert_eq!(artifacts.list().await.unwrap().bindings.len(), 1);
    engine.jobs().retry(&kept, Some(&"copy".into())).await.unwrap();
    let view = engine.run_job(&kept, CancellationToken::new()).await.unwrap();
    assert!(view.job.stages.iter().all(|task| task.cached), "all that the job needs is still there");
}
