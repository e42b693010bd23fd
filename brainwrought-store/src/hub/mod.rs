//! Datasets at the Hugging Face Hub, as artifact store and as the place where finished videos are published.
//!
//! A dataset is a git repository behind an HTTP interface. What changes together goes into one commit, whose parent must
//! be the head that was looked at, so that two who write at once never undo each other, and a reply that was lost never
//! becomes a second commit. The client is our own, because the official crate sends a commit again without another look,
//! and brings the whole of Xet along; large files go up by the LFS interface that the Hub keeps for such clients.

#[cfg(feature = "hub")]
mod batch;
#[cfg(feature = "hub")]
mod client;
#[cfg(feature = "hub")]
mod commit;
#[cfg(feature = "hub")]
mod hub_error;
#[cfg(feature = "hub")]
mod objects;
#[cfg(feature = "hub")]
mod publisher;
#[cfg(feature = "hub")]
mod settings;
#[cfg(feature = "hub")]
mod space;
#[cfg(test)]
#[cfg(feature = "hub")]
mod tests;
#[cfg(feature = "hub")]
mod upload;
#[cfg(feature = "hub")]
mod wire;

#[cfg(feature = "hub")]
pub use hub_error::HubError;
#[cfg(feature = "hub")]
pub(crate) use hub_error::trouble;
#[cfg(feature = "hub")]
pub use publisher::HubPublisher;
#[cfg(feature = "hub")]
pub use space::{HubSpace, SpaceDeployment, SpaceRun};

use crate::{ObjectArtifactStore, OpenError, StoreOptions};

/// The scheme and the kind of repository: `hf://datasets/owner/name`, as the official tools write it.
const SCHEME: &str = "hf://datasets/";

/// Tells whether the Hub takes an option of that name, in lower case.
#[cfg(feature = "hub")]
pub(crate) fn takes(name: &str) -> bool {
    settings::OPTIONS.contains(&name)
}

#[cfg(not(feature = "hub"))]
pub(crate) fn takes(_: &str) -> bool {
    false
}

/// Opens the artifact store in a dataset, if the URL names one. Nothing is sent yet.
#[cfg(feature = "hub")]
pub(crate) fn open(url: &str, options: &StoreOptions) -> Result<Option<ObjectArtifactStore>, OpenError> {
    use std::sync::Arc;

    use object_store::ObjectStore;
    use object_store::path::Path;
    use object_store::prefix::PrefixStore;

    let Some(place) = url.strip_prefix(SCHEME) else { return Ok(None) };
    let mut parts = place.splitn(3, '/');
    let name = format!("{}/{}", parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let prefix =
        Path::parse(parts.next().unwrap_or_default()).map_err(|error| OpenError::wrong(url, error))?;
    let client = client::HubClient::new(settings::HubSettings::new(&name, options)?)?;
    let clock = client.clock().clone();
    let objects: Arc<dyn ObjectStore> = Arc::new(objects::HubObjects::new(client));
    let objects = if prefix.is_root() { objects } else { Arc::new(PrefixStore::new(objects, prefix)) };
    Ok(Some(ObjectArtifactStore::remote(objects, url.to_owned(), clock, options.secrets()).without_holds()))
}

#[cfg(not(feature = "hub"))]
pub(crate) fn open(url: &str, _: &StoreOptions) -> Result<Option<ObjectArtifactStore>, OpenError> {
    if url.starts_with(SCHEME) {
        return Err(OpenError::NotBuilt { url: url.to_owned(), feature: "hub" });
    }
    Ok(None)
}

#[cfg(not(feature = "hub"))]
pub(crate) fn trouble(_: &(dyn std::error::Error + 'static)) -> Option<crate::remote::Trouble> {
    None
}
