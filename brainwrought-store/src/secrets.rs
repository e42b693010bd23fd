//! [`Secrets`]: what no message of a store may repeat, whatever a server sends back.

use std::fmt;

use url::Url;

/// Words in the names of options whose values are secrets.
const TELLING: [&str; 6] = ["key", "secret", "token", "password", "credential", "sas"];

/// Shorter ones stand in ordinary words too.
const MIN_LETTERS: usize = 6;

/// What no message may repeat: keys and tokens, and what stands in an address for its server alone.
#[derive(Clone, Default)]
pub(crate) struct Secrets(Vec<String>);

impl Secrets {
    /// Finds the secrets among options.
    pub(crate) fn among<'a>(options: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut found = Vec::new();
        for (name, value) in options {
            if TELLING.iter().any(|word| name.contains(word)) {
                found.push(value.to_owned());
                // A shared access signature is a query.
                found.extend(value.split('&').filter_map(|pair| Some(pair.split_once('=')?.1.to_owned())));
            }
            if let Ok(url) = Url::parse(value) {
                found.extend(of_address(&url));
            }
        }
        found.retain(|secret| secret.len() >= MIN_LETTERS);
        // What is a part of another goes after it.
        found.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self(found)
    }

    /// Takes them out of a text.
    pub(crate) fn scrub(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
    }
}

fn of_address(url: &Url) -> Vec<String> {
    let (name, password) = (url.username(), url.password().unwrap_or_default());
    let mut found = vec![name.to_owned(), password.to_owned()];
    found.extend(url.query_pairs().map(|(_, value)| value.into_owned()));
    found.extend(url.query().map(str::to_owned));
    #[cfg(feature = "hub")]
    if !name.is_empty() {
        use base64::Engine as _;
        // As it travels (RFC 7617).
        found.push(base64::engine::general_purpose::STANDARD.encode(format!("{name}:{password}")));
    }
    found
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secrets)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_taken_out_of_what_servers_say() {
        let secrets = Secrets::among(
            [
                ("aws_secret_access_key", "hush-hush"),
                ("azure_storage_sas_key", "sv=2024&sig=silence"),
                ("aws_endpoint", "http://somebody:whisper@host/store?key=murmur"),
                ("aws_region", "eu-central-1"),
            ]
            .into_iter(),
        );
        let said = "GET http://somebody:whisper@host/store?key=murmur with hush-hush and sig=silence in eu-central-1";
        let left = secrets.scrub(said);
        for secret in ["somebody", "whisper", "murmur", "hush", "silence"] {
            assert!(!left.contains(secret), "{secret}: {left}");
        }
        assert!(left.contains("@host/store") && left.contains("eu-central-1"), "{left}");
        assert_eq!(format!("{secrets:?}"), "(secrets)");
    }
}
