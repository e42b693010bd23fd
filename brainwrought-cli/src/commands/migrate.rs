//! `migrate`: makes the tables of a database, or brings them to this version.

use serde_json::json;

use crate::args::JsonArgs;
use crate::config::Config;
use crate::output;

/// Takes the steps of the schema that are missing, all or none.
pub(crate) async fn run(config: &Config, args: &JsonArgs) -> anyhow::Result<()> {
    let migrated = brainwrought_store::migrate_job_store(&config.jobs).await?;
    let (from, to) = (migrated.from, migrated.to);
    if args.json {
        output::json(&json!({ "from": from, "to": to }));
    } else if from == to {
        output::line(format!("the database has schema version {to} already; nothing was changed"));
    } else {
        output::line(format!("the database went from schema version {from} to {to}"));
    }
    Ok(())
}
