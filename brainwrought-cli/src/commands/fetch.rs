//! `fetch`: brings a finished video here, whoever made it.

use std::time::Duration;

use anyhow::Context as _;
use brainwrought_core::event::EventSink;
use brainwrought_stages::fetch::fetch_job;
use brainwrought_stages::publish::write_whole;
use serde_json::json;

use crate::args::FetchArgs;
use crate::config::Config;
use crate::output;
use crate::world::World;

/// Writes the video and its sidecars to this machine's folder, and the video to where it is wanted.
pub(crate) async fn run(config: &Config, args: FetchArgs) -> anyhow::Result<()> {
    let world = World::open(config)?;
    let engine = world.engine(None, 1, Duration::from_secs(1), EventSink::default())?;
    let mut video = fetch_job(&engine, &args.job, &world.outputs_folder()).await?;
    if let Some(target) = args.output {
        let bytes =
            tokio::fs::read(&video).await.context("could not read the video that was just written")?;
        write_whole(&target, &bytes.into())
            .with_context(|| format!("could not write {}", target.display()))?;
        video = target;
    }
    if args.json {
        output::json(&json!({ "output": video }));
    } else {
        output::line(video.display().to_string());
    }
    Ok(())
}
