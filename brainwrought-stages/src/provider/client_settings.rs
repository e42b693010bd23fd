//! [`ClientSettings`]: where a provider is, by whose leave it is asked, and how patiently.

use std::time::Duration;

use super::network::Network;
use super::secret::Secret;

/// Where a provider is, by whose leave it is asked, and how patiently.
#[derive(Debug, Clone)]
pub struct ClientSettings {
    /// The provider's name, such as `openai`.
    pub name: String,
    /// The base of all addresses, such as `https://api.openai.com/v1`.
    pub base: String,
    /// The same with user info or a query, which then travel with every request and are shown nowhere.
    pub secret_base: Option<Secret>,
    /// How the key travels.
    pub auth: Auth,
    /// The key.
    pub key: Option<Secret>,
    /// Headers that every request carries.
    pub headers: Vec<(String, String)>,
    /// Whether anything may be sent at all.
    pub network: Network,
    /// The longest wait for a connection.
    pub connect_timeout: Duration,
    /// The longest wait for the next bytes of a reply, its first ones included.
    pub read_timeout: Duration,
    /// The longest time of one try, from the connection to the end of the reply.
    pub total_timeout: Duration,
    /// How often a request is sent again.
    pub retries: u32,
    /// The first rest before another try; it doubles.
    pub initial_backoff: Duration,
    /// The longest rest of our own.
    pub max_backoff: Duration,
    /// The longest rest that a provider may ask for. When it asks for more, the call fails and says how long.
    pub max_retry_after: Duration,
    /// The largest reply, in bytes.
    pub most_bytes: u64,
}

/// How a key travels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Auth {
    /// As `Authorization: Bearer …`.
    #[default]
    Bearer,
    /// As a header of its own.
    Header(&'static str),
    /// As a parameter of the address.
    Query(&'static str),
    /// As two fields of each form that is posted, a name and a password; the key is `NAME:PASSWORD`.
    Form(&'static str, &'static str),
}

impl ClientSettings {
    /// The defaults for a provider without a key.
    pub fn new(name: impl Into<String>, base: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            base: base.into(),
            secret_base: None,
            auth: Auth::Bearer,
            key: None,
            headers: Vec::new(),
            network: Network::On,
            connect_timeout: Duration::from_secs(10),
            // A model that thinks before it speaks is silent for minutes.
            read_timeout: Duration::from_secs(180),
            total_timeout: Duration::from_secs(600),
            retries: 4,
            initial_backoff: Duration::from_millis(500),
            max_backoff: Duration::from_secs(15),
            max_retry_after: Duration::from_secs(60),
            most_bytes: 64 << 20,
        }
    }
}
