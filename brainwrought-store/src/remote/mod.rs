//! Buckets of S3, Google Cloud Storage and Azure, and servers that speak the same, by URL.
//!
//! Requests are signed and sent by the crate `object_store`; what is ours is how long they may take, how often they are
//! sent again, and what a failure is called.

mod providers;
mod remote_error;
#[cfg(any(feature = "aws", feature = "azure", feature = "gcp"))]
mod retry;
mod trouble;

use std::sync::Arc;

use object_store::ObjectStore;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use url::Url;

pub use remote_error::RemoteError;
pub(crate) use trouble::Trouble;

use crate::open_error::without_password;
use crate::store_clock::StoreClock;
use crate::{ObjectArtifactStore, OpenError, StoreOptions};

/// Tells whether a provider takes an option of that name, in lower case.
pub(crate) fn takes(name: &str) -> bool {
    providers::aws_takes(name) || providers::gcp_takes(name) || providers::azure_takes(name)
}

/// Opens the artifact store in a bucket, if the URL names one. Nothing is sent yet.
pub(crate) fn open(url: &str, options: &StoreOptions) -> Result<Option<ObjectArtifactStore>, OpenError> {
    let Some((scheme, _)) = url.split_once("://") else { return Ok(None) };
    if !matches!(scheme, "s3" | "gs" | "az") {
        return Ok(None);
    }
    let wrong = |source: Box<dyn std::error::Error + Send + Sync>| OpenError::wrong(url, source);
    let parsed = Url::parse(url).map_err(|error| wrong(error.into()))?;
    let prefix = Path::from_url_path(parsed.path()).map_err(|error| wrong(error.into()))?;
    let bucket = parsed.host_str().unwrap_or_default();
    if bucket.is_empty() {
        return Err(wrong("it names no bucket".into()));
    }
    let clock = StoreClock::default();
    let objects = match scheme {
        "s3" => providers::s3(url, bucket, options, &clock)?,
        "gs" => providers::gs(url, bucket, options, &clock)?,
        _ => providers::az(url, bucket, options, &clock)?,
    };
    let objects: Arc<dyn ObjectStore> =
        if prefix.is_root() { objects } else { Arc::new(PrefixStore::new(objects, prefix)) };
    Ok(Some(ObjectArtifactStore::remote(objects, without_password(url), clock, options.secrets())))
}

#[cfg(test)]
#[cfg(feature = "aws")]
mod tests;
