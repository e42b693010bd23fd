//! [`ProviderSettings`]: what a machine knows of providers; it never goes into a job.

use std::collections::BTreeMap;

use super::address::Address;
use super::client_settings::ClientSettings;
use super::error::ProviderError;
use super::network::Network;
use super::prices::{Bill, Price, Prices};
use super::secret::Secret;
use super::service::SERVICES;

/// What a machine knows of providers: keys, addresses, prices, and whether anything may be sent. It never goes into a job.
#[derive(Debug, Clone, Default)]
pub struct ProviderSettings {
    /// Keys by the name of the provider, such as `openai`.
    pub keys: BTreeMap<String, Secret>,
    /// Base addresses by the name of the provider, where they are not the usual ones.
    pub bases: BTreeMap<String, String>,
    /// Addresses with their secrets by the form in which jobs store them, see [`Address`].
    pub addresses: BTreeMap<String, Secret>,
    /// Whether anything may be sent at all.
    pub network: Network,
    /// What models cost.
    pub prices: Prices,
    /// How patiently providers are asked, where that is not the usual way.
    pub timeouts: Timeouts,
}

/// How patiently providers are asked. What is left out stays as [`ClientSettings::new`] has it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timeouts {
    /// How often a request is sent again.
    pub retries: Option<u32>,
    /// The longest wait for the next bytes of a reply, in milliseconds.
    pub read_timeout_ms: Option<u64>,
    /// The first rest before another try, in milliseconds.
    pub first_rest_ms: Option<u64>,
}

impl ProviderSettings {
    /// Keeps the secrets of an address, so that jobs which store it without them can be worked on here.
    pub fn remember_address(&mut self, address: &Address) {
        if let Some(whole) = address.whole() {
            self.addresses.insert(address.as_str().to_owned(), whole.clone());
        }
    }

    /// Puts the secrets of an address back that was stored without them.
    ///
    /// # Errors
    ///
    /// Fails when this machine does not know them.
    pub fn complete(&self, address: impl Into<Address>) -> Result<Address, ProviderError> {
        let address: Address = address.into();
        if !address.is_incomplete() {
            return Ok(address);
        }
        match self.addresses.get(address.as_str()) {
            Some(whole) => Ok(address.with_whole(whole.clone())),
            None => Err(ProviderError::IncompleteAddress { address: address.to_string() }),
        }
    }

    /// These settings for reckoning alone, as if there were keys and a network. What is opened with them is never called.
    pub(crate) fn for_quotes(&self) -> Self {
        let mut settings = Self { network: Network::On, ..self.clone() };
        for service in &SERVICES {
            if let Some(nobodys) = Secret::new("nobody") {
                settings.keys.entry(service.name.to_owned()).or_insert(nobodys);
            }
        }
        settings
    }

    /// Fills in whether anything may be sent, and how patiently.
    pub(super) fn patient(&self, mut settings: ClientSettings) -> ClientSettings {
        let ms = std::time::Duration::from_millis;
        let Timeouts { retries, read_timeout_ms, first_rest_ms } = self.timeouts;
        settings.network = self.network;
        settings.retries = retries.unwrap_or(settings.retries);
        settings.read_timeout = read_timeout_ms.map_or(settings.read_timeout, ms);
        settings.initial_backoff = first_rest_ms.map_or(settings.initial_backoff, ms);
        settings
    }
}

impl Bill {
    /// The most that a call costs, reckoned by a price that may not be known.
    pub fn by(price: Option<&Price>, reckon: impl FnOnce(&Price) -> brainwrought_core::budget::Cost) -> Self {
        price.map_or(Self::Unknown, |price| Self::AtMost(reckon(price)))
    }
}
