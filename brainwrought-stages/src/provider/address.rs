//! [`Address`]: the address of a server, which is stored and shown without the secrets in it.

use std::fmt;
use std::hash::{Hash, Hasher};

use brainwrought_core::redaction::{without_credentials, without_path_tokens};
use serde::{Deserialize, Serialize};
use url::Url;

use super::secret::Secret;

/// Stands in the place of a value that is not shown.
const CONCEALED: &str = "***";

/// The address of a server.
///
/// User info, what looks like a key in the path, and the values of the query are secrets. They stay in memory: what is serialised, displayed, compared and
/// hashed is the address with `***` in their place, such as `https://***@example.com/v1?key=***`. A machine that reads
/// such an address back finds the whole one in [`ProviderSettings::addresses`](super::ProviderSettings::addresses).
#[derive(Clone, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Address {
    shown: String,
    whole: Option<Secret>,
}

impl Address {
    /// Takes an address, without a fragment. A text that is no address of the web is taken as it is; opening a client of
    /// it fails.
    pub fn new(text: &str) -> Self {
        let text = text.trim_end_matches('/');
        // What is no address of the web was meant to be one.
        let shown = concealed(text).unwrap_or_else(|| without_credentials(text, [text]));
        let whole = if shown == text { None } else { Secret::new(text) };
        Self { shown, whole }
    }

    /// The address as it may be stored and shown.
    pub fn as_str(&self) -> &str {
        &self.shown
    }

    /// The address with its secrets, where they are known and there are any.
    pub fn whole(&self) -> Option<&Secret> {
        self.whole.as_ref()
    }

    /// Tells whether the address has secrets that are not known here.
    pub fn is_incomplete(&self) -> bool {
        self.whole.is_none() && self.shown.contains(CONCEALED)
    }

    /// The host, with its port where the address names one.
    pub fn host(&self) -> &str {
        let rest = self.shown.split_once("://").map_or(self.shown.as_str(), |(_, rest)| rest);
        let authority = rest.split(['/', '?']).next().unwrap_or(rest);
        authority.rsplit_once('@').map_or(authority, |(_, host)| host)
    }

    /// The same address with its secrets out of `whole`.
    pub(super) fn with_whole(mut self, whole: Secret) -> Self {
        self.whole = Some(whole);
        self
    }

    /// The text that a client connects to.
    #[cfg(any(feature = "providers", test))]
    pub(crate) fn reveal(&self) -> &str {
        self.whole.as_ref().map_or(&self.shown, Secret::reveal)
    }

    /// The same address without `suffix` at the end of its path, where that is its end.
    pub(crate) fn without_suffix(&self, suffix: &str) -> Self {
        let cut = |text: &str| {
            let (path, query) = match text.split_once('?') {
                Some((path, query)) => (path, format!("?{query}")),
                None => (text, String::new()),
            };
            let path = path.trim_end_matches('/');
            format!("{}{query}", path.strip_suffix(suffix).unwrap_or(path))
        };
        Self {
            shown: cut(&self.shown),
            whole: self.whole.as_ref().and_then(|whole| Secret::new(&cut(whole.reveal()))),
        }
    }
}

/// The address with `***` for its user info, for keys in its path and for the values of its query; nothing for what is no address of the web.
fn concealed(text: &str) -> Option<String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    url.host()?;
    let (scheme, rest) = text.split_once("://")?;
    let (front, query) = rest.split_once('?').map_or((rest, None), |(front, query)| (front, Some(query)));
    let (authority, path) = front.split_at(front.find('/').unwrap_or(front.len()));
    let host = authority.rsplit_once('@').map(|(_, host)| format!("{CONCEALED}@{host}"));
    let host = host.as_deref().unwrap_or(authority);
    let query = query.map_or_else(String::new, |query| {
        // A parameter without a value may be a secret as a whole.
        let hidden = |pair: &str| match pair.split_once('=') {
            Some((name, _)) => format!("{name}={CONCEALED}"),
            None => CONCEALED.to_owned(),
        };
        let pairs: Vec<String> = query.split('&').filter(|pair| !pair.is_empty()).map(hidden).collect();
        format!("?{}", pairs.join("&"))
    });
    Some(without_path_tokens(&format!("{scheme}://{host}{path}{query}")))
}

/// A text that was meant as an address, a command or a name, as it may be shown to whoever has to mend it: where it looks as
/// if it had a secret in it, only its start.
pub(crate) fn start_of(text: &str) -> String {
    let is_telling = |letter: char| letter.is_whitespace() || matches!(letter, '@' | '?' | '=' | '#');
    let is_scheme = |start: &str| start.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+');
    match text.split_once(':') {
        Some((start, rest)) if rest.contains(is_telling) || rest.starts_with("//") => {
            // In front of a password stands a user, who may be a key as well.
            let is_user = rest.contains('@') && !rest.starts_with('/');
            if is_scheme(start) && !is_user { format!("{start}:…") } else { "…".to_owned() }
        }
        _ => without_credentials(text, [text]),
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Address").field(&self.shown).finish()
    }
}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        self.shown == other.shown
    }
}

impl Eq for Address {}

impl Hash for Address {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.shown.hash(state);
    }
}

impl From<&str> for Address {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<&String> for Address {
    fn from(text: &String) -> Self {
        Self::new(text)
    }
}

impl From<String> for Address {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

impl From<&Self> for Address {
    fn from(address: &Self) -> Self {
        address.clone()
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_an_address_are_neither_shown_nor_stored() {
        for (text, shown) in [
            ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1"),
            ("https://example.com/v1/", "https://example.com/v1"),
            ("https://example.com/v1?key=hush", "https://example.com/v1?key=***"),
            ("https://example.com?hush&v=2", "https://example.com?***&v=***"),
            ("https://me:hush@example.com:8443/mcp", "https://***@example.com:8443/mcp"),
            ("https://hush@example.com/a@b?key=hush", "https://***@example.com/a@b?key=***"),
            ("https://host/hush00hush11hush22/v1", "https://host/***/v1"),
            ("no address", "no address"),
            ("http:/me:hush@host/v1", "http:/***@host/v1"),
            ("me:hush@host", "***@host"),
        ] {
            let address = Address::new(text);
            assert_eq!(address.as_str(), shown);
            assert!(!address.is_incomplete(), "{text}");
            assert_eq!(address.reveal(), text.trim_end_matches('/'));
            let json = serde_json::to_string(&address).unwrap();
            assert!(!json.contains("hush") && !format!("{address:?} {address}").contains("hush"));
            let stored: Address = serde_json::from_str(&json).unwrap();
            assert_eq!(stored, address);
            assert_eq!(stored.is_incomplete(), shown.contains("***"), "{text}");
        }
        assert_eq!(Address::new("https://me:hush@host:1/v1?a=b").host(), "host:1");
    }

    #[test]
    fn an_invalid_address_is_shown_without_secrets() {
        for (text, shown) in [
            ("https:/me:hush@host/v1", "https:…"),
            ("htps://host/v1", "htps:…"),
            ("http//hush:hush@x/v1?key=hush", "…"),
            ("hush:hush@x/v1", "…"),
            ("openai:m?key=hush", "openai:…"),
            ("m?key=hush", "m?***"),
            ("mpc:npx server --key hush", "mpc:…"),
            ("clippy:97", "clippy:97"),
            ("/nowhere/at all.xml", "/nowhere/at all.xml"),
            ("google", "google"),
        ] {
            assert_eq!(start_of(text), shown);
        }
    }

    #[test]
    fn a_path_is_shortened_in_front_of_the_query() {
        let address = Address::new("http://host/v1?key=hush").without_suffix("/v1");
        assert_eq!((address.as_str(), address.reveal()), ("http://host?key=***", "http://host?key=hush"));
        assert_eq!(Address::new("http://host/v2").without_suffix("/v1").as_str(), "http://host/v2");
    }
}
