//! [`HubPublisher`]: finished videos in a dataset.

use std::collections::BTreeMap;

use async_trait::async_trait;
use brainwrought_core::artifact_store::ArtifactStore;
use brainwrought_core::data::BlobRef;
use brainwrought_core::id::JobId;
use brainwrought_core::publisher::{Publisher, PublisherError};

use super::client::HubClient;
use super::commit::{Change, Condition, HubFile};
use super::hub_error::HubError;
use super::settings::HubSettings;
use crate::{OpenError, StoreOptions};

/// Publishes finished videos as `videos/<job_id>/…` in a dataset at the Hugging Face Hub.
///
/// All files of a job go into one commit. It is guaranteed that publishing again makes no second commit, whether the reply
/// to the first was lost, the process died, or another worker was at it too: what is there is looked at before anything is
/// written, and a commit holds only on top of what was looked at. The files of a job are in memory while they go up.
#[derive(Debug, Clone)]
pub struct HubPublisher {
    pub(super) client: HubClient,
}

impl HubPublisher {
    /// Prepares for a dataset, named `owner/name`. Nothing is sent yet: a token that is missing or may not write shows
    /// when something is published.
    ///
    /// It takes the options `hf_token`, `hf_endpoint`, and `hf_dataset_create`, which may be `public` or `private` and
    /// creates the dataset when it is not there.
    ///
    /// # Errors
    ///
    /// Fails when the name or an option is wrong.
    pub fn new(dataset: &str, options: &StoreOptions) -> Result<Self, OpenError> {
        Ok(Self { client: HubClient::new(HubSettings::new(dataset, options)?)? })
    }

    async fn commit(
        &self,
        job: &JobId,
        files: &BTreeMap<String, BlobRef>,
        artifacts: &dyn ArtifactStore,
    ) -> Result<String, HubError> {
        if self.client.settings().token.is_none() {
            return Err(HubError::MissingToken { dataset: self.client.dataset() });
        }
        let mut changes = Vec::with_capacity(files.len());
        for (name, blob) in files {
            let (path, sha256) = (format!("videos/{job}/{name}"), blob.digest.clone());
            let bytes = artifacts.get(&sha256).await?;
            changes.push(Change::Put(HubFile { path, bytes, sha256, condition: Condition::None }));
        }
        let made = self.client.commit(&format!("Publish {job}"), &changes).await?;
        tracing::info!(%job, commit = made.commit, "published a video");
        Ok(self.client.public_url(&format!("videos/{job}/video.mp4")))
    }
}

#[async_trait]
impl Publisher for HubPublisher {
    async fn publish(
        &self,
        job: &JobId,
        files: &BTreeMap<String, BlobRef>,
        artifacts: &dyn ArtifactStore,
    ) -> Result<String, PublisherError> {
        self.commit(job, files, artifacts).await.map_err(|error| {
            if error.may_pass() {
                PublisherError::Unavailable(Box::new(error))
            } else {
                PublisherError::Refused(Box::new(error))
            }
        })
    }
}
