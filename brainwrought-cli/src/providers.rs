//! What the environment and the config file say of providers: keys, addresses, prices, and whether anything may be sent.

use brainwrought_stages::llm::SERVER_KEY;
use brainwrought_stages::provider::{Address, Network, Prices, ProviderSettings, SERVICES, Secret};
use brainwrought_stages::script::TrendChoice;
use brainwrought_stages::visuals::GENERATOR_KEY;

use crate::config_file::ConfigFile;
use crate::exit::WrongCommand;

/// The variable that turns the network off.
const OFFLINE: &str = "BRAINWROUGHT_OFFLINE";
/// The variable with the key of a language model at a server of one's own.
const SERVER_KEY_VARIABLE: &str = "BRAINWROUGHT_LLM_KEY";
/// The variable with the key of a server that makes clips.
const GENERATOR_KEY_VARIABLE: &str = "BRAINWROUGHT_VIDEO_KEY";

/// The variable with addresses of servers, whole, that jobs store without their secrets; white space parts them.
const ADDRESSES_VARIABLE: &str = "BRAINWROUGHT_ADDRESSES";
/// The variable with the key of an MCP server that looks trends up.
const TRENDS_KEY_VARIABLE: &str = "BRAINWROUGHT_TRENDS_KEY";

/// Puts together what is known of providers; `variable` reads the environment. Keys come from the environment alone, so
/// that no file that is shared holds them.
pub(crate) fn settings(
    offline: bool,
    file: &ConfigFile,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<ProviderSettings, WrongCommand> {
    let mut settings = ProviderSettings::default();
    for service in &SERVICES {
        let name = service.name.to_owned();
        let configured = file.providers.get(service.name).and_then(|section| section.base_url.clone());
        if let Some(base) = variable(service.base_variable).or(configured) {
            settings.bases.insert(name.clone(), base);
        }
        if let Some(key) = variable(service.key_variable).and_then(|key| Secret::new(&key)) {
            settings.keys.insert(name, key);
        }
    }
    if let Some(key) = variable(SERVER_KEY_VARIABLE).and_then(|key| Secret::new(&key)) {
        settings.keys.insert(SERVER_KEY.to_owned(), key);
    }
    if let Some(key) = variable(GENERATOR_KEY_VARIABLE).and_then(|key| Secret::new(&key)) {
        settings.keys.insert(GENERATOR_KEY.to_owned(), key);
    }
    if let Some(key) = variable(TRENDS_KEY_VARIABLE).and_then(|key| Secret::new(&key)) {
        settings.keys.insert(TrendChoice::SERVER_KEY.to_owned(), key);
    }
    for address in variable(ADDRESSES_VARIABLE).iter().flat_map(|text| text.split_whitespace()) {
        settings.remember_address(&Address::new(address));
    }
    let is_off = match variable(OFFLINE).as_deref() {
        None => file.offline,
        Some("1" | "true" | "yes" | "on") => true,
        Some("0" | "false" | "no" | "off") => false,
        Some(other) => return Err(WrongCommand(format!("${OFFLINE} is `{other}`; it may be `1` or `0`"))),
    };
    settings.network = if offline || is_off { Network::Off } else { Network::On };
    settings.prices = Prices(file.prices.clone()).or(Prices::default());
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_addresses_come_from_the_environment() {
        let variable = |name: &str| {
            let text = "https://host/v1?key=hush https://me:hush@other/mcp";
            (name == "BRAINWROUGHT_ADDRESSES").then(|| text.to_owned())
        };
        let found = settings(false, &ConfigFile::default(), variable).unwrap();
        for stored in ["https://host/v1?key=***", "https://***@other/mcp"] {
            assert!(!found.complete(stored).unwrap().is_incomplete());
        }
        assert!(found.complete("https://third/v1?key=***").is_err());
    }

    #[test]
    fn keys_and_addresses_come_from_the_environment() {
        let variable = |name: &str| match name {
            "OPENAI_API_KEY" | "BRAINWROUGHT_LLM_KEY" => Some("hush\n".to_owned()),
            "ANTHROPIC_BASE_URL" => Some("http://127.0.0.1:9".to_owned()),
            "BRAINWROUGHT_OFFLINE" => Some("0".to_owned()),
            _ => None,
        };
        let file = ConfigFile { offline: true, ..ConfigFile::default() };
        let found = settings(false, &file, variable).unwrap();
        let names: Vec<&String> = found.keys.keys().collect();
        assert_eq!(names, ["llm", "openai"]);
        assert_eq!(found.bases["anthropic"], "http://127.0.0.1:9");
        // The environment wins over the file, an argument over both.
        assert_eq!(found.network, Network::On);
        assert_eq!(settings(true, &file, variable).unwrap().network, Network::Off);
        assert_eq!(settings(false, &file, |_| None).unwrap().network, Network::Off);
        assert!(settings(false, &file, |_| Some("perhaps".to_owned())).is_err());
        assert!(!format!("{found:?}").contains("hush"));
    }
}
