//! Makes a video of a PDF with the default stages: `cargo run --release --example make_video -- paper.pdf paper.mp4`.

#![expect(clippy::print_stdout, reason = "an example speaks to whoever runs it")]

use std::sync::Arc;

use anyhow::Context as _;
use brainwrought_core::engine::{Engine, EngineSettings};
use brainwrought_core::id::WorkerId;
use brainwrought_core::memory::{MemoryArtifactStore, MemoryJobStore};
use brainwrought_examples::{arguments, resources, scratch};
use brainwrought_stages::publish::publication;
use brainwrought_stages::standard::{MakeOptions, Resources, pipelines};
use tokio_util::sync::CancellationToken;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    brainwrought_stages::parse::serve_if_child(); // PDFs are read in a child process, which is this program again.
    let (pdf, output) = arguments("make_video.mp4");
    let folder = scratch("make_video")?;

    let resources = Resources::new(&resources(), folder.join("outputs"))?;
    let settings = EngineSettings::new(WorkerId("example".to_owned()), folder.join("scratch"));
    let jobs = Arc::new(MemoryJobStore::default());
    let engine = Engine::new(jobs, Arc::new(MemoryArtifactStore::default()), pipelines(resources), settings);

    // A small, quick video; `MakeOptions::default()` is 1080×1920 and 55 s.
    let options = MakeOptions::default().with_size(270, 480).with_length_ms(20_000);
    let name = pdf.file_name().unwrap_or_default().to_string_lossy();
    let created = engine.submit(options.submission(&name, std::fs::read(&pdf)?.into())?).await?;
    let view = engine.run_job(&created.view.job.job_id, CancellationToken::new()).await?;

    let published = publication(engine.artifacts().as_ref(), &view.job).await?.unwrap_or_default();
    let made = published.output_local_path;
    let made = made.with_context(|| view.job.error().unwrap_or_default())?;
    std::fs::copy(&made, &output).with_context(|| format!("could not write {}", output.display()))?;
    println!("{}: {}", view.status, output.display());
    Ok(())
}
