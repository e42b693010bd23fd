//! `gc`: removes artifacts that no job needs.

use std::time::Duration;

use brainwrought_core::event::EventSink;
use serde_json::json;

use crate::args::GcArgs;
use crate::config::Config;
use crate::context::Context;
use crate::output;

/// Removes artifacts that no job needs, or only counts them.
pub(crate) async fn run(config: &Config, args: GcArgs) -> anyhow::Result<()> {
    let engine = Context::open(config)?.engine(None, 1, Duration::from_secs(1), EventSink::default())?;
    let min_age = Duration::from_secs(args.older_than.saturating_mul(60));
    let collected = engine.collect_garbage(min_age, args.dry_run).await?;
    if args.json {
        let (artifacts, bytes, kept) = (collected.artifacts, collected.bytes, collected.kept);
        output::json(
            &json!({ "dry_run": args.dry_run, "artifacts": artifacts, "bytes": bytes, "kept": kept }),
        );
    } else {
        let verb = if args.dry_run { "would remove" } else { "removed" };
        let megabytes = collected.bytes as f64 / 1e6;
        output::line(format!(
            "{verb} {} artifacts, {megabytes:.1} MB; {} stay",
            collected.artifacts, collected.kept
        ));
    }
    Ok(())
}
