//! `publish`: publishes a finished video.

use std::time::Duration;

use brainwrought_core::event::EventSink;
use brainwrought_stages::publish::publish_job;
use serde_json::json;

use crate::args::JobArgs;
use crate::config::{Config, pdf_password};
use crate::context::Context;
use crate::output;
use crate::signals;

/// Publishes a finished video, and prints its address.
pub(crate) async fn run(config: &Config, args: JobArgs) -> anyhow::Result<()> {
    let poll = Duration::from_millis(200);
    let engine = Context::open(config)?.engine(pdf_password(), 1, poll, EventSink::default())?;
    let url = publish_job(&engine, &args.job, signals::shutdown()?).await?;
    if args.json {
        output::json(&json!({ "output_hf_url": url }));
    } else {
        output::line(url);
    }
    Ok(())
}
