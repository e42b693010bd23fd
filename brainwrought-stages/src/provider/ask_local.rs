//! [`ask_local`]: a question to a server on this machine, outside of any job.

use std::time::Duration;

use bytes::BytesMut;
use http::{HeaderMap, Method};
use serde_json::Value;
use url::Url;

use super::client::is_loopback;
use super::client_settings::ClientSettings;
use super::error::ProviderError;
use super::http_client::HttpClient;
use super::http_error::{Broken, HttpError};
use super::network::Network;

/// The longest wait for a connection: a server on the same machine answers at once or is not there.
const CONNECT: Duration = Duration::from_secs(1);
/// The longest wait for the answer.
const ANSWER: Duration = Duration::from_secs(5);
/// The most bytes of an answer; a list of a few hundred models has some 200 kB.
const MAX_BYTES: usize = 4 << 20;

/// Tells whether a text is the address of a server on this machine, with nothing in it that should not be shown.
pub fn is_local_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        let is_plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
        is_plain && url.fragment().is_none() && url.scheme() == "http" && is_loopback(&url)
    })
}

/// Asks a server on this machine for a JSON document at an address; `None` when it has none there. Nothing is tried again.
///
/// # Errors
///
/// Fails when the network is off, when the address is not one of this machine, and when there is no answer in time or none
/// that can be read.
pub(crate) async fn ask_local(network: Network, address: &str) -> Result<Option<Value>, ProviderError> {
    let provider = || address.to_owned();
    let misconfigured =
        |what: &str| ProviderError::Misconfigured { provider: provider(), what: what.to_owned() };
    let url = Url::parse(address).map_err(|_| misconfigured("it is no URL"))?;
    if !is_loopback(&url) {
        return Err(misconfigured(
            "only servers on this machine are looked at, such as http://127.0.0.1:11434",
        ));
    }
    if network == Network::Off {
        return Err(ProviderError::Offline { provider: provider() });
    }
    let mut settings = ClientSettings::new("model server", address);
    settings.connect_timeout = CONNECT;
    settings.read_timeout = ANSWER;
    settings.total_timeout = ANSWER;
    let client = HttpClient::new(&settings, true)?;
    let sent = client.send(Method::GET, url, HeaderMap::new(), None).await;
    let broken = |broken: Broken| match broken {
        Broken::Timeout => ProviderError::Timeout { provider: provider() },
        Broken::Cut => ProviderError::Cut { provider: provider() },
    };
    let mut reply = sent.map_err(|error| match error {
        HttpError::Unreachable(source) => ProviderError::Unreachable { provider: provider(), source },
        HttpError::Broken(how) => broken(how),
    })?;
    if !reply.status().is_success() {
        return Ok(None);
    }
    let mut bytes = BytesMut::new();
    while let Some(chunk) = reply.chunk().await.map_err(broken)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MAX_BYTES {
            return Err(ProviderError::TooLarge { provider: provider(), limit: MAX_BYTES as u64 });
        }
    }
    // Some other program may listen there, and answer with a page.
    Ok(serde_json::from_slice(&bytes).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_this_machine_are_known_and_hold_no_secrets() {
        for local in ["http://127.0.0.1:11434", "http://localhost:8080/", "http://[::1]:1234"] {
            assert!(is_local_address(local), "{local}");
        }
        for other in [
            "http://192.0.2.7:11434",
            "https://example.com",
            "http://me:hush@127.0.0.1",
            "http://127.0.0.1/?key=hush",
            "file:///etc",
            "11434",
        ] {
            assert!(!is_local_address(other), "{other}");
        }
    }
}
