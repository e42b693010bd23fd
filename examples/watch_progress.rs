//! Watches a job from outside: every event of this process, and the job as the file store has it.

#![expect(clippy::print_stdout, reason = "an example speaks to whoever runs it")]

use brainwrought_core::engine::{Engine, EngineSettings};
use brainwrought_core::event::{Event, EventSink};
use brainwrought_core::id::WorkerId;
use brainwrought_examples::{arguments, resources, scratch};
use brainwrought_stages::publish::publication;
use brainwrought_stages::standard::{MakeOptions, Resources, pipelines};
use tokio_util::sync::CancellationToken;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    brainwrought_stages::parse::serve_if_child();
    let (pdf, _) = arguments("unused");
    let folder = scratch("watch_progress")?;
    let url = format!("file:{}", folder.join("data").display());
    let jobs = brainwrought_store::open_job_store(&url)?;
    let artifacts = brainwrought_store::open_artifact_store(&url)?;

    let pipelines = pipelines(Resources::new(&resources(), folder.join("data/outputs"))?);
    let settings = EngineSettings::new(WorkerId("example".to_owned()), folder.join("scratch"));
    let engine =
        Engine::new(jobs, artifacts, pipelines, settings).with_events(EventSink::new(|event| match event {
            Event::Started { task, attempt, .. } => println!("{task} starts (attempt {attempt})"),
            Event::Progress { task, done, total, .. } if done == total => {
                println!("{task}: all {total} steps");
            }
            Event::Log { task, message, .. } => println!("{task} says: {message}"),
            Event::Done { task, cached, .. } => {
                println!("{task} is done{}", if cached { ", known already" } else { "" });
            }
            Event::Failed { task, error, .. } => println!("{task} failed: {error}"),
            Event::Waiting { reason, .. } => println!("waiting: {reason}"),
            _ => {}
        }));

    let options = MakeOptions::default().with_size(270, 480).with_length_ms(20_000);
    let created = engine.submit(options.submission("queues.pdf", std::fs::read(pdf)?.into())?).await?;
    let id = created.view.job.job_id;
    engine.run_job(&id, CancellationToken::new()).await?;

    // Any other process that opens the same folder sees the same.
    let seen = brainwrought_store::open_job_store(&url)?.get(&id).await?;
    let published = publication(engine.artifacts().as_ref(), &seen.job).await?.unwrap_or_default();
    println!("{}: {}", seen.status, published.output_local_path.as_deref().unwrap_or("no video"));
    anyhow::ensure!(seen.job.error().is_none(), "{}", seen.job.error().unwrap_or_default());
    Ok(())
}
