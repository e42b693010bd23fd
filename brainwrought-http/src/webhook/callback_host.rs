//! [`CallbackHost`]: a place that the operator lets webhooks be sent to.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

/// A place that the operator lets webhooks be sent to: a scheme, a host and a port.
///
/// Written as `hooks.example.com` or `hooks.example.com:8443` it is reached by https; `http://hooks.example.com` allows
/// messages in the clear. An IP address is allowed where it stands here itself; a name never leads to an address inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallbackHost {
    scheme: String,
    host: Host<String>,
    port: u16,
}

/// The text is no place that a webhook can be sent to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no host; write it as hooks.example.com, hooks.example.com:8443 or http://10.0.0.7:8080")]
pub struct NotACallbackHost(String);

impl CallbackHost {
    /// Tells whether a URL leads there.
    pub(super) fn admits(&self, url: &Url) -> bool {
        Self::from_url(url).is_some_and(|place| place == *self)
    }

    fn from_url(url: &Url) -> Option<Self> {
        let is_web = matches!(url.scheme(), "http" | "https");
        let host = url.host().filter(|_| is_web)?.to_owned();
        Some(Self { scheme: url.scheme().to_owned(), host, port: url.port_or_known_default()? })
    }
}

impl FromStr for CallbackHost {
    type Err = NotACallbackHost;

    fn from_str(text: &str) -> Result<Self, NotACallbackHost> {
        let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let wrong = || NotACallbackHost(text.to_owned());
        let url = Url::parse(&whole).map_err(|_| wrong())?;
        let is_bare = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
            // There are no wildcards; it would be taken for a name.
            && !text.contains('*');
        Self::from_url(&url).filter(|_| is_bare).ok_or_else(wrong)
    }
}

impl fmt::Display for CallbackHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}", self.scheme, self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(host: &str, url: &str) -> bool {
        host.parse::<CallbackHost>().unwrap().admits(&url.parse().unwrap())
    }

    #[test]
    fn a_host_admits_its_own_scheme_name_and_port_alone() {
        let host = "Hooks.example.com";
        assert!(admits(host, "https://hooks.example.com/done?token=x"));
        assert!(admits(host, "https://HOOKS.example.com:443/"));
        for other in [
            "http://hooks.example.com/",
            "https://hooks.example.com:8443/",
            "https://hooks.example.com./",
            "https://a.hooks.example.com/",
            "https://hooks.example.com.evil.example/",
            "https://hooks.example.com@evil.example/",
            "ftp://hooks.example.com/",
        ] {
            assert!(!admits(host, other), "{other}");
        }
        assert!(admits("http://10.0.0.7:8080", "http://10.0.0.7:8080/x"));
        assert!(!admits("http://10.0.0.7:8080", "https://10.0.0.7:8080/x"));
        assert!(admits("[::1]:8443", "https://[::1]:8443/"));
    }

    #[test]
    fn an_invalid_host_is_refused() {
        for wrong in
            ["", "https://", "ftp://a.example", "a.example/path", "u:p@a.example", "a b", "*.example"]
        {
            assert!(wrong.parse::<CallbackHost>().is_err(), "{wrong}");
        }
    }
}
