//! [`Login`]: what stands in an address for its server alone.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::{Url, form_urlencoded};

use super::secret::Secret;

/// What stands in an address for its server alone: user info and a query.
#[derive(Debug, Clone, Default)]
pub(super) struct Login {
    /// A name and a password.
    user: Option<(Secret, Option<Secret>)>,
    query: Option<Secret>,
}

impl Login {
    /// Tells whether an address has user info or a query.
    pub(super) fn is_in(address: &Url) -> bool {
        !address.username().is_empty() || address.password().is_some() || address.query().is_some()
    }

    /// Takes user info and query out of an address.
    pub(super) fn take(address: &mut Url) -> Self {
        let decoded = |text: &str| Secret::new(&percent_decoded(text));
        let user = decoded(address.username()).map(|name| (name, address.password().and_then(decoded)));
        let login = Self { user, query: address.query().and_then(Secret::new) };
        address.set_query(None);
        // Only an address that cannot have a host refuses this.
        let _ = address.set_username("");
        let _ = address.set_password(None);
        login
    }

    /// Puts the query behind that of a request.
    pub(super) fn add_query(&self, url: &mut Url) {
        if let Some(query) = &self.query {
            let own = url.query().map_or_else(String::new, |own| format!("{own}&"));
            url.set_query(Some(&format!("{own}{}", query.reveal())));
        }
    }

    /// The value of the header `Authorization` (RFC 7617), where there is a name.
    pub(super) fn authorization(&self) -> Option<String> {
        let (name, password) = self.user.as_ref()?;
        let password = password.as_ref().map_or("", Secret::reveal);
        Some(format!("Basic {}", STANDARD.encode(format!("{}:{password}", name.reveal()))))
    }

    /// Its parts that a server might repeat. Shorter ones, such as the number of a version, stand in ordinary words too.
    pub(super) fn secrets(&self) -> impl Iterator<Item = Secret> + '_ {
        const MIN_LETTERS: usize = 6;
        let user = self.user.iter().flat_map(|(name, password)| [Some(name.clone()), password.clone()]);
        let pairs = self.query.iter().flat_map(|query| form_urlencoded::parse(query.reveal().as_bytes()));
        let values = pairs.map(|(name, value)| Secret::new(if value.is_empty() { &name } else { &value }));
        // Undecoded, too, as an error that shows an address has it, and coded as it travels.
        let whole = self.query.clone();
        let header = self.authorization().and_then(|value| Secret::new(value.trim_start_matches("Basic ")));
        user.chain(values)
            .chain([whole, header])
            .flatten()
            .filter(|secret| secret.reveal().len() >= MIN_LETTERS)
    }
}

fn percent_decoded(text: &str) -> String {
    // What a form would take for something else stands for itself here.
    let text = text.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    let decoded = form_urlencoded::parse(text.as_bytes()).next();
    decoded.map_or_else(String::new, |(name, _)| name.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_of_an_address_are_sent_with_a_request() {
        let mut address = Url::parse("https://me%2B:p%26ss+word@host/v1?key=hush-hush&v=2").unwrap();
        assert!(Login::is_in(&address));
        let login = Login::take(&mut address);
        assert_eq!(address.as_str(), "https://host/v1");
        assert!(!Login::is_in(&address));
        let mut url = Url::parse("https://host/v1/chat?a=b").unwrap();
        login.add_query(&mut url);
        assert_eq!(url.query(), Some("a=b&key=hush-hush&v=2"));
        let sent = login.authorization().unwrap();
        let sent = STANDARD.decode(sent.strip_prefix("Basic ").unwrap()).unwrap();
        assert_eq!(sent, b"me+:p&ss+word");
        let secrets: Vec<String> = login.secrets().map(|secret| secret.reveal().to_owned()).collect();
        assert_eq!(secrets, ["p&ss+word", "hush-hush", "key=hush-hush&v=2", "bWUrOnAmc3Mrd29yZA=="]);
        assert!(!format!("{login:?}").contains("hush"));
        assert_eq!(Login::default().authorization(), None);
    }
}
