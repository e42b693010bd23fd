//! One file a command; each parses, makes one library call, prints.

mod batch;
mod delete;
mod doctor;
mod edit;
mod estimate;
mod fetch;
mod fleet;
mod gc;
mod inspect;
mod intake;
#[cfg(not(all(feature = "cloud", feature = "postgres")))]
mod left_out;
mod make;
#[cfg(feature = "postgres")]
mod migrate;
mod publish;
mod script;
mod serve;
#[cfg(feature = "cloud")]
mod space;
#[cfg(feature = "postgres")]
mod stage;
mod target;
mod top;
mod voices;

use brainwrought_core::engine::Engine;

#[cfg(not(feature = "cloud"))]
use self::left_out::space;
#[cfg(not(feature = "postgres"))]
use self::left_out::{migrate, stage};
use crate::args::{Args, Command};
use crate::config::Config;
use crate::{observe, signals};

/// Plans jobs anew that an older version of this program left unfinished, unless other processes may still run that
/// version: a folder has one program at a time, a database may serve a fleet.
async fn adopt_alone(config: &Config, engine: &Engine) -> anyhow::Result<()> {
    if brainwrought_store::local_folder(&config.jobs).is_some() {
        engine.adopt_jobs().await?;
    }
    Ok(())
}

/// Runs a command to its end.
pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    let config = Config::new(&args.stores)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let tracing = runtime.block_on(async {
        signals::survive_file_limit()?;
        observe::tracing(args.stores.verbose, &config.observe)
    })?;
    let result = runtime.block_on(async {
        match args.command {
            Command::Make(args) => make::run(&config, args).await,
            Command::Submit(args) => intake::run(&config, args).await,
            Command::Status(args) => inspect::status(&config, args).await,
            Command::List(args) => inspect::list(&config, args).await,
            Command::Logs(args) => inspect::logs(&config, args).await,
            Command::Cancel(args) => inspect::cancel(&config, args).await,
            Command::Delete(args) => delete::run(&config, args).await,
            Command::Retry(args) => inspect::retry(&config, args).await,
            Command::Edit(args) => edit::run(&config, args).await,
            Command::Script(args) => script::run(&config, args).await,
            Command::Publish(args) => publish::run(&config, args).await,
            Command::Worker(args) => fleet::worker(&config, args).await,
            Command::Orchestrator(args) => fleet::orchestrator(&config, args).await,
            Command::Recovery(args) => fleet::recovery(&config, args).await,
            Command::Dev(args) => fleet::dev(&config, args).await,
            Command::Serve(args) => serve::run(&config, args).await,
            Command::Space(args) => space::run(&config, args).await,
            Command::Fetch(args) => fetch::run(&config, args).await,
            Command::Stage(args) => stage::run(&config, args).await,
            Command::Migrate(args) => migrate::run(&config, &args).await,
            Command::Top(args) => top::run(&config, args).await,
            Command::Gc(args) => gc::run(&config, args).await,
            Command::Doctor(args) => doctor::run(&config, &args).await,
        }
    });
    // A stage that did not stop in time must not keep the process alive: its task was handed back.
    drop(tracing);
    runtime.shutdown_background();
    result
}
