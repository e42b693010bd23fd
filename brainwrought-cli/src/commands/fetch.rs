//! `fetch`: brings a finished video here, whoever made it.

use std::time::Duration;

use anyhow::Context as _;
use brainwrought_core::event::EventSink;
use brainwrought_stages::publish::fetch_job;
use serde_json::json;

use super::target;
use crate::args::FetchArgs;
use crate::config::Config;
use crate::context::Context;
use crate::output;

/// Writes the video and its sidecars to this machine's folder, and the video to where it is wanted.
pub(crate) async fn run(config: &Config, args: FetchArgs) -> anyhow::Result<()> {
    let target = args.output.map(|path| target::check(&path, &[], args.force)).transpose()?;
    let shutdown = crate::signals::shutdown()?;
    let context = Context::open(config)?;
    if let Some(target) = &target {
        context.kept_folders().try_for_each(|folder| target::check_outside(target, &folder))?;
    }
    let engine = context.engine(None, 1, Duration::from_secs(1), EventSink::default())?;
    let mut video = fetch_job(&engine, &args.job, &context.outputs_folder()).await?;
    if let Some(target) = target {
        let bytes =
            tokio::fs::read(&video).await.context("could not read the video that was just written")?;
        target::write(&target, bytes.into(), &shutdown).await?;
        if target::is_standard_output(&target) {
            return Ok(());
        }
        video = target.path().to_owned();
    }
    if args.json {
        output::json(&json!({ "output": video }));
    } else {
        output::line(video.display().to_string());
    }
    Ok(())
}
