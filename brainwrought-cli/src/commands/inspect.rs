//! `status`, `list`, `logs`, `cancel` and `retry`: looking at jobs and steering them.

use std::time::Duration;

use brainwrought_core::data::Publication;
use brainwrought_core::event::EventSink;
use brainwrought_core::id::StageName;
use brainwrought_core::job::{Job, JobStatus};
use brainwrought_core::job_store::{JobFilter, JobView};
use brainwrought_core::stage::Stage as _;
use brainwrought_stages::publish::Publish;
use serde_json::{Value, json};

use crate::args::{JobArgs, ListArgs, RetryArgs};
use crate::config::Config;
use crate::context::Context;
use crate::money::MaxCost;
use crate::output;

/// Shows a job.
pub(crate) async fn status(config: &Config, args: JobArgs) -> anyhow::Result<()> {
    let jobs = brainwrought_store::open_job_store_to_read(&config.jobs)?;
    show(config, &jobs.get(&args.job).await?, args.json).await;
    Ok(())
}

/// Lists jobs, the newest first.
pub(crate) async fn list(config: &Config, args: ListArgs) -> anyhow::Result<()> {
    let jobs = brainwrought_store::open_job_store_to_read(&config.jobs)?;
    let filter = JobFilter::default().with_limit(args.limit);
    let views = jobs.list(&filter).await?;
    if args.json {
        let mut values = Vec::with_capacity(views.len());
        for view in &views {
            values.push(output::job_json(view, &delivered_to(config, &view.job).await));
        }
        output::json(&Value::Array(values));
    } else if views.is_empty() {
        output::line("no jobs yet; `brainwrought make paper.pdf` makes the first");
    } else {
        views.iter().for_each(|view| output::line(output::job_line(view)));
    }
    Ok(())
}

/// Shows the log of a job.
pub(crate) async fn logs(config: &Config, args: JobArgs) -> anyhow::Result<()> {
    let jobs = brainwrought_store::open_job_store_to_read(&config.jobs)?;
    let job = jobs.get(&args.job).await?.job;
    if args.json {
        output::json(&json!(job.logs));
        return Ok(());
    }
    for entry in &job.logs {
        let level = format!("{:?}", entry.level).to_lowercase();
        output::line(format!("{}  {level:<5}  {}: {}", output::date(entry.at), entry.task, entry.message));
    }
    for task in &job.stages {
        for attempt in &task.history {
            let (at, key, number) = (output::date(attempt.at), &task.key, attempt.attempt);
            output::line(format!("{at}  error  {key}: attempt {number}: {}", attempt.error));
        }
    }
    Ok(())
}

/// Stops a job.
pub(crate) async fn cancel(config: &Config, args: JobArgs) -> anyhow::Result<()> {
    let jobs = brainwrought_store::open_job_store(&config.jobs)?;
    show(config, &jobs.cancel(&args.job).await?, args.json).await;
    Ok(())
}

/// Runs what failed again, or everything from a stage on.
pub(crate) async fn retry(config: &Config, args: RetryArgs) -> anyhow::Result<()> {
    let engine = Context::open(config)?.engine(None, 1, Duration::from_secs(1), EventSink::default())?;
    let jobs = engine.jobs();
    let from = args.from.as_deref().map(StageName::from);
    if let Some(MaxCost(limit)) = args.max_cost {
        let view = jobs.limit_cost(&args.job, limit).await?;
        // A limit may also be raised while a job runs.
        if from.is_none() && !matches!(view.status, JobStatus::Failed | JobStatus::Cancelled) {
            show(config, &view, args.json).await;
            return Ok(());
        }
    }
    show(config, &engine.retry_job(&args.job, from.as_ref()).await?, args.json).await;
    Ok(())
}

async fn show(config: &Config, view: &JobView, as_json: bool) {
    let delivered = delivered_to(config, &view.job).await;
    match as_json {
        true => output::json(&output::job_json(view, &delivered)),
        false => output::line(output::job_page(view, &delivered)),
    }
}

/// Where the video of a job went. Without an artifact store a job can be looked at all the same.
async fn delivered_to(config: &Config, job: &Job) -> Publication {
    // A store is opened only for what is in it: opening a folder makes it.
    if job.tasks_of(&Publish::NAME.into()).all(|task| job.output(&task.key).is_none()) {
        return Publication::default();
    }
    match brainwrought_store::open_artifact_store_with(&config.artifacts, &config.options) {
        Ok(artifacts) => output::delivered(artifacts.as_ref(), job).await,
        Err(_) => Publication::default(),
    }
}
