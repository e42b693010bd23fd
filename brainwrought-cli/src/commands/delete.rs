//! `delete`: removes a job and everything that was made for it.

use std::time::Duration;

use brainwrought_core::event::EventSink;
use serde_json::json;

use crate::args::JobArgs;
use crate::config::Config;
use crate::context::Context;
use crate::output;

/// Removes a job that is over, with its PDF, its video and everything that only it needed.
pub(crate) async fn run(config: &Config, args: JobArgs) -> anyhow::Result<()> {
    let engine = Context::open(config)?.engine(None, 1, Duration::from_secs(1), EventSink::default())?;
    let deleted = engine.delete_job(&args.job).await?;
    if args.json {
        output::json(&json!({ "deleted": args.job, "complete": deleted.is_complete }));
    } else if deleted.is_complete {
        output::line(format!("deleted {}", args.job));
    } else {
        output::line(format!("deleted {}; `brainwrought gc` removes the rest of its artifacts", args.job));
    }
    Ok(())
}
