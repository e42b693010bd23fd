//! `make --voice list`: every voice that can be chosen, and whether it is there.

use brainwrought_stages::standard::Resources;
use serde_json::json;

use crate::config::Config;
use crate::output;

/// Lists the voices; opens no connection.
pub(super) async fn run(config: &Config, as_json: bool) -> anyhow::Result<()> {
    let resources = Resources::new(&config.resources, std::path::PathBuf::new())?;
    let voices = resources.voices.with_providers(config.providers.clone());
    let list = tokio::task::spawn_blocking(move || voices.list()).await?;
    if as_json {
        output::json(&json!(list));
        return Ok(());
    }
    for voice in list {
        let mark = if voice.present { "ok    " } else { "absent" };
        output::line(format!("{mark}  {:<30} {}; {}", voice.name, voice.engine, voice.licence));
        let language = if voice.language.len() > 60 { "about 100 languages" } else { &voice.language };
        output::line(format!("{:>9}{language}; {}", "", voice.detail));
    }
    Ok(())
}
