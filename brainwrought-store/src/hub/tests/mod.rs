//! Datasets, against a small Hub that the official client has checked.

mod artifacts;
mod commits;
mod hosted_space;
mod official_client;
mod publishing;
mod server;
mod spaces;

use super::client::HubClient;
use super::commit::{Change, HubFile};
use super::settings::HubSettings;
use crate::StoreOptions;

/// The dataset of all tests.
const DATASET: &str = "brain/rot";

fn options(hub: &server::TestHub) -> StoreOptions {
    StoreOptions::default()
        .with("HF_TOKEN", server::WRITE_TOKEN)
        .with("HF_ENDPOINT", &hub.endpoint)
        .with_retries(3)
}

fn client(options: &StoreOptions) -> HubClient {
    HubClient::new(HubSettings::new(DATASET, options).unwrap()).unwrap()
}

/// A change that writes these bytes.
fn put(path: &str, bytes: impl Into<bytes::Bytes>) -> Change {
    Change::Put(HubFile::new(path.to_owned(), bytes.into()))
}
