//! `stage`: what holds a stage back in the whole fleet.

use brainwrought_core::id::StageName;
use brainwrought_store::StageControl;
use serde_json::json;

use super::fleet::known_stage;
use crate::args::{StageArgs, StageChange};
use crate::config::Config;
use crate::output;

/// Changes what holds a stage back, and lists what does then.
pub(crate) async fn run(config: &Config, args: StageArgs) -> anyhow::Result<()> {
    let store = brainwrought_store::open_stage_controls(&config.jobs)?;
    match &args.change {
        StageChange::List => {}
        StageChange::Pause { stage } => store.pause_stage(&known_stage(stage)?).await?,
        StageChange::Resume { stage } => store.resume_stage(&known_stage(stage)?).await?,
        StageChange::Limit { stage, most } => store.limit_stage(&known_stage(stage)?, *most).await?,
    }
    let controls = store.stage_controls().await?;
    if args.json {
        output::json(&json!(controls));
    } else if controls.is_empty() {
        output::line("no stage is paused or limited");
    } else {
        controls.iter().for_each(|control| output::line(told(control)));
    }
    Ok(())
}

fn told(control: &StageControl) -> String {
    let StageControl { stage: StageName(stage), paused, max_running, running, .. } = control;
    let paused = if *paused { "paused" } else { "open" };
    let most = max_running.map_or_else(|| "any number".to_owned(), |most| format!("at most {most}"));
    format!("{stage:<10} {paused:<7} {most:<14} {running} running")
}
