//! `worker`, `orchestrator`, `recovery` and `dev`: the parts that move jobs along.

use std::time::Duration;

use brainwrought_core::engine::{Engine, WorkScope};
use brainwrought_core::event::{Event, EventSink};
use brainwrought_core::id::{StageName, TaskId};
use brainwrought_stages::standard::STAGE_NAMES;

use crate::args::{RecoveryArgs, RoundArgs, WorkerArgs};
use crate::config::Config;
use crate::context::Context;
use crate::exit::WrongCommand;
use crate::observe;
use crate::output;

/// Claims tasks and does them, until stopped.
pub(crate) async fn worker(config: &Config, args: WorkerArgs) -> anyhow::Result<()> {
    let (engine, scope) = prepare(config, &args).await?;
    observe::metrics(args.metrics.or(config.observe.metrics), None)?;
    engine.work(scope, crate::signals::shutdown()?).await;
    Ok(())
}

/// Orchestrator, recovery and worker in one process, until stopped.
pub(crate) async fn dev(config: &Config, args: WorkerArgs) -> anyhow::Result<()> {
    let (engine, scope) = prepare(config, &args).await?;
    observe::metrics(args.metrics.or(config.observe.metrics), Some(engine.jobs()))?;
    super::adopt_alone(config, &engine).await?;
    engine.run_all(scope, crate::signals::shutdown()?).await;
    Ok(())
}

/// Moves tasks whose needs are done.
pub(crate) async fn orchestrator(config: &Config, args: RoundArgs) -> anyhow::Result<()> {
    let engine = plain(config, poll(config, args.poll)).await?;
    if args.once {
        print_moved("ready", &engine.advance().await?);
    } else {
        observe::metrics(args.metrics.or(config.observe.metrics), Some(engine.jobs()))?;
        engine.orchestrate(crate::signals::shutdown()?).await;
    }
    Ok(())
}

/// Takes back leases that ran out, and removes old jobs where that is asked for.
pub(crate) async fn recovery(config: &Config, args: RecoveryArgs) -> anyhow::Result<()> {
    let RecoveryArgs { round: args, keep } = args;
    let poll = poll(config, args.poll);
    let engine = plain(config, poll).await?;
    if args.once {
        print_moved("taken back", &engine.recover().await?);
        if let Some(keep) = keep {
            output::line(format!("{} removed", engine.remove_expired(keep).await?));
        }
        return Ok(());
    }
    observe::metrics(args.metrics.or(config.observe.metrics), None)?;
    let shutdown = crate::signals::shutdown()?;
    let expiry = async {
        if let Some(keep) = keep {
            engine.keep_expiring(keep, shutdown.clone()).await;
        }
    };
    tokio::join!(engine.run_recovery(poll, shutdown.clone()), expiry);
    Ok(())
}

/// A stage of the standard pipeline, by the name that was typed.
pub(super) fn known_stage(name: &str) -> Result<StageName, WrongCommand> {
    if STAGE_NAMES.contains(&name) {
        return Ok(name.into());
    }
    let known = STAGE_NAMES.join(", ");
    Err(WrongCommand(format!("there is no stage `{name}`; stages are {known}")))
}

/// The longest rest between two looks at the store.
fn poll(config: &Config, typed: Option<f64>) -> Duration {
    Duration::from_secs_f64(typed.or(config.worker.poll).unwrap_or(1.0))
}

async fn prepare(config: &Config, args: &WorkerArgs) -> anyhow::Result<(Engine, WorkScope)> {
    let stages = if args.stages.is_empty() { &config.worker.stages } else { &args.stages };
    let stages: Vec<StageName> = stages.iter().map(|stage| known_stage(stage)).collect::<Result<_, _>>()?;
    let scope = WorkScope { stages: (!stages.is_empty()).then_some(stages), job: None };
    let password = crate::config::pdf_password();
    let concurrency = args.concurrency.or(config.worker.concurrency).unwrap_or(2);
    Context::reach(config).await?;
    let engine =
        Context::open(config)?.engine(password, concurrency.into(), poll(config, args.poll), narrator())?;
    Ok((engine, scope))
}

async fn plain(config: &Config, poll: Duration) -> anyhow::Result<Engine> {
    Context::reach(config).await?;
    Context::open(config)?.engine(None, 1, poll, EventSink::default())
}

/// Prints a line for each task that starts or ends.
fn narrator() -> EventSink {
    EventSink::new(|event| match event {
        Event::Started { job, task, attempt } => {
            output::line(format!("{job}  {task}  started, attempt {attempt}"));
        }
        Event::Done { job, task, cached } => {
            let note = if cached { ", known already" } else { "" };
            output::line(format!("{job}  {task}  done{note}"));
        }
        Event::Failed { job, task, error, .. } => output::line(format!("{job}  {task}  failed: {error}")),
        _ => {}
    })
}

fn print_moved(what: &str, tasks: &[TaskId]) {
    tasks.iter().for_each(|task| output::line(format!("{task}  {what}")));
    output::line(format!("{} {what}", tasks.len()));
}
