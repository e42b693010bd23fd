//! Clients by what this machine knows of providers: [`ProviderClient::for_service`] and [`ProviderClient::for_server`].

use super::address::Address;
use super::client::ProviderClient;
use super::client_settings::ClientSettings;
use super::error::ProviderError;
use super::prices::Price;
use super::service::Service;
use super::settings::ProviderSettings;

impl ProviderClient {
    /// Opens a client of a hosted provider. Opens no connection.
    ///
    /// # Errors
    ///
    /// Fails when the network is off, when there is no key, and when the base address is none.
    pub fn for_service(known: &ProviderSettings, service: &Service) -> Result<Self, ProviderError> {
        let base = known.bases.get(service.name).map_or(service.base, String::as_str);
        let mut settings = known.patient(ClientSettings::new(service.name, base));
        settings.auth = service.auth;
        settings.headers =
            service.headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        settings.key = known.keys.get(service.name).cloned();
        let client = Self::new(settings)?;
        client.check_network()?;
        // A server that stands in for the provider on this machine may ask for no key.
        if client.has_key() || client.is_local() {
            Ok(client)
        } else {
            let variable = service.key_variable.to_owned();
            Err(ProviderError::NoKey { provider: client.who().to_owned(), variable })
        }
    }

    /// Opens a client of a server that the user names by its address. It gets the key that is kept under `key`, if any.
    ///
    /// # Errors
    ///
    /// Fails when the network is off, when the address is none, and when its secrets are not known on this machine.
    pub fn for_server(
        known: &ProviderSettings,
        name: &str,
        key: &str,
        address: impl Into<Address>,
    ) -> Result<Self, ProviderError> {
        let address = known.complete(address)?;
        let mut settings = known.patient(ClientSettings::new(name, address.as_str()));
        settings.secret_base = address.whole().cloned();
        settings.key = known.keys.get(key).cloned();
        let client = Self::new(settings)?;
        client.check_network()?;
        Ok(client)
    }

    /// Finds what `provider/model` costs. A server on this machine costs nothing unless a price is written down.
    pub fn price(&self, known: &ProviderSettings, name: &str) -> Option<Price> {
        known.prices.find(name).copied().or_else(|| self.is_local().then(Price::default))
    }
}
