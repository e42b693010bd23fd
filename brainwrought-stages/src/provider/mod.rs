//! Speaking to providers: hosted language models, voices, pictures and searches, and servers on this machine.
//!
//! **Invariants:** nothing is resolved or connected when the network is off; a key goes to its provider and into no
//! error, log or stored value; nothing that costs is sent before the budget of the job has set the money aside; every
//! conversation is noted for the manifest.

mod address;
mod ask_local;
mod client;
mod client_settings;
mod error;
mod error_response;
mod exchange;
#[cfg_attr(not(feature = "providers"), path = "no_http_client.rs")]
mod http_client;
mod http_error;
mod login;
mod network;
mod open;
mod prices;
mod request;
mod secret;
mod server_events;
mod service;
mod settings;
mod wait;

pub use address::Address;
pub(crate) use address::start_of;
pub(crate) use ask_local::ask_local;
pub use ask_local::is_local_address;
pub use client::ProviderClient;
pub use client_settings::{Auth, ClientSettings};
pub use error::ProviderError;
pub use network::Network;
pub use prices::{Bill, Price, Prices};
pub use request::{Accept, Reply, Request};
pub use secret::Secret;
pub use server_events::{ServerEvent, server_events};
pub use service::{SERVICES, Service};
pub use settings::{ProviderSettings, Timeouts};

#[cfg(test)]
#[cfg(feature = "providers")]
pub(crate) mod peer;
#[cfg(test)]
#[cfg(feature = "providers")]
pub(crate) mod scripted_server;
#[cfg(test)]
#[cfg(feature = "providers")]
mod tests;
