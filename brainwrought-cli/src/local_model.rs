//! `--llm auto`: the best model of a server on this machine. Nobody is asked unless somebody says so.

use brainwrought_core::job_store::{JobFilter, JobStore};
use brainwrought_stages::llm::{LlmChoice, best_local_model, local_models};
use brainwrought_stages::provider::{Network, ProviderError};
use brainwrought_stages::standard::MakeOptions;

use crate::config::{Config, VideoConfig};
use crate::exit::WrongCommand;
use crate::model_wish::ModelWish;

const OFFLINE: &str = "--llm auto asks the model servers of this machine, and --offline opens no connection; leave \
    one of them out";

/// Fails when no connection may be opened.
pub(crate) fn check_network(config: &Config) -> Result<(), WrongCommand> {
    match config.providers.network {
        Network::On => Ok(()),
        Network::Off => Err(WrongCommand(OFFLINE.to_owned())),
    }
}

/// Gives a video that is to have the best model of this machine that model.
pub(crate) async fn resolve(config: &Config, video: &mut VideoConfig) -> Result<(), WrongCommand> {
    if std::mem::take(&mut video.wants_local_model) {
        video.options.llm = Some(find(config).await?);
    }
    Ok(())
}

/// The model that is configured, found on this machine where that is left to the program.
pub(crate) async fn named(config: &Config) -> Result<Option<LlmChoice>, WrongCommand> {
    match &config.llm {
        Some(ModelWish::Auto) => find(config).await.map(Some),
        Some(ModelWish::Named(choice)) => Ok(Some(choice.clone())),
        None => Ok(None),
    }
}

/// Finds the best model of this machine, and says which one it is.
pub(crate) async fn find(config: &Config) -> Result<LlmChoice, WrongCommand> {
    let servers = &config.llm_servers;
    let models = local_models(config.providers.network, servers).await.map_err(|error| {
        WrongCommand(match error {
            ProviderError::Offline { .. } => OFFLINE.to_owned(),
            error => format!("--llm auto: {error}"),
        })
    })?;
    let Some(best) = best_local_model(&models, memory_bytes()) else {
        let why = match models.len() {
            0 => format!("no model server answers at {}", servers.join(", ")),
            1 => format!(
                "{}, the only model there, does not write, or not within the memory of this machine",
                models[0].name
            ),
            count => {
                format!("none of the {count} models there writes and fits into the memory of this machine")
            }
        };
        return Err(WrongCommand(format!("--llm auto: {why}; `brainwrought doctor` says what to fetch")));
    };
    explain(&format!("model    {best}"));
    Ok(best.choice())
}

/// The model of the job that was created with a key, if there is one.
pub(crate) async fn of_job(jobs: &dyn JobStore, key: &str) -> anyhow::Result<Option<LlmChoice>> {
    let all = jobs.list(&JobFilter::default()).await?;
    let known = all.into_iter().find(|view| view.job.idempotency_key.as_deref() == Some(key));
    let options: Option<MakeOptions> = known.and_then(|view| serde_json::from_value(view.job.options).ok());
    Ok(options.and_then(|options| options.llm))
}

/// The memory of this machine, where the system says so.
#[cfg(target_os = "linux")]
pub(crate) fn memory_bytes() -> Option<u64> {
    let system = rustix::system::sysinfo();
    // How wide these are differs between machines.
    Some((system.totalram as u64).saturating_mul(u64::from(system.mem_unit)))
}

/// The memory of this machine, where the system says so.
#[cfg(not(target_os = "linux"))]
pub(crate) fn memory_bytes() -> Option<u64> {
    None
}

#[expect(clippy::print_stderr, reason = "the command speaks to people here")]
fn explain(text: &str) {
    eprintln!("{text}");
}
