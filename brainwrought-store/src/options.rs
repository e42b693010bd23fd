//! [`StoreOptions`]: what the URL of a store does not say, such as keys, endpoints and regions.

use std::collections::BTreeMap;
use std::fmt;

use crate::secrets::Secrets;

/// What the URL of a store does not say, as names with values.
///
/// The names are those that the providers' own tools read from the environment, in any case: `aws_access_key_id`,
/// `google_service_account`, `azure_storage_account_key`, `hf_token`. A store takes those of its provider and leaves the
/// others alone, so one set of options serves all URLs. Nothing is ever read from the environment here: a frontend does
/// that, and asks [`StoreOptions::takes`] which variables to pass on.
///
/// ```
/// use brainwrought_store::StoreOptions;
///
/// let environment = [("AWS_REGION", "eu-central-1"), ("HOME", "/somewhere")];
/// let options: StoreOptions = environment.into_iter().filter(|(name, _)| StoreOptions::takes(name)).collect();
/// assert_eq!(format!("{options:?}"), r#"StoreOptions { names: ["aws_region"], retries: 8 }"#);
/// ```
#[derive(Clone)]
pub struct StoreOptions {
    values: BTreeMap<String, String>,
    retries: u32,
}

/// With waits that double from 0.1 s, eight retries outlast some twenty seconds of trouble: the restart of a server. Longer
/// outages are for the attempts of a stage.
const RETRIES: u32 = 8;

impl StoreOptions {
    /// Sets an option.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.values.insert(name.to_ascii_lowercase(), value.into());
        self
    }

    /// Sets how often a request is sent again after the first time; 8 unless told. Between two tries lies what the
    /// server asks for, or a wait that doubles from 0.1 s.
    #[must_use]
    pub fn with_retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    /// The value of an option.
    #[cfg(any(feature = "hub", test))]
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// The options whose names start with `prefix`.
    #[cfg(any(feature = "aws", feature = "azure", feature = "gcp"))]
    pub(crate) fn of<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let named = self.values.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        named.filter(move |(name, _)| name.starts_with(prefix))
    }

    /// What no message may repeat of them.
    pub(crate) fn secrets(&self) -> Secrets {
        Secrets::among(self.values.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }

    #[cfg(feature = "network")]
    pub(crate) fn retries(&self) -> u32 {
        self.retries
    }
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self { values: BTreeMap::new(), retries: RETRIES }
    }
}

impl<N: AsRef<str>, V: Into<String>> FromIterator<(N, V)> for StoreOptions {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(options: I) -> Self {
        options.into_iter().fold(Self::default(), |options, (name, value)| options.with(name.as_ref(), value))
    }
}

/// Values may be secrets, so only the names are shown.
impl fmt::Debug for StoreOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&String> = self.values.keys().collect();
        f.debug_struct("StoreOptions").field("names", &names).field("retries", &self.retries).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_no_case_and_values_stay_secret() {
        let options = StoreOptions::default().with("AWS_SECRET_ACCESS_KEY", "hush");
        assert_eq!(options.get("aws_secret_access_key"), Some("hush"));
        assert!(!format!("{options:?}").contains("hush"));
    }
}
