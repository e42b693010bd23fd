//! `make --estimate`: what providers would be paid for a video, and the line about it before a video is made.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use brainwrought_core::artifact_store::ArtifactStore;
use brainwrought_core::memory::MemoryArtifactStore;
use brainwrought_core::purse::Cost;
use brainwrought_core::report::chain;
use brainwrought_stages::standard::{Estimate, EstimateError, MakeOptions, estimate};
use bytes::Bytes;

use super::intake;
use crate::config::{Config, VideoConfig};
use crate::exit::WrongCommand;
use crate::world::World;
use crate::{money, output};

/// Prints what providers would be paid. Nobody is called, and no connection is opened.
pub(crate) async fn run(
    config: &Config,
    pdf: Option<PathBuf>,
    video: VideoConfig,
    as_json: bool,
) -> anyhow::Result<()> {
    let named = pdf.ok_or_else(|| WrongCommand("name the PDF that would become a video".to_owned()))?;
    let pdf = intake::read_pdf(&named).await?;
    let world = World::open(config)?;
    // A store at the other end of a network is left alone.
    let artifacts: Arc<dyn ArtifactStore> = match brainwrought_store::local_folder(&config.artifacts) {
        Some(_) => Arc::clone(&world.artifacts),
        None => Arc::new(MemoryArtifactStore::default()),
    };
    let options = video.options.seeded_by(&pdf);
    let estimate = reckon(&world, (&named, &pdf), &options, artifacts, video.password).await??;
    if as_json {
        output::json(&money::estimate_json(&estimate));
    } else {
        output::line(money::estimate_table(&estimate));
    }
    Ok(())
}

/// Tells people what a video will cost that is about to be made, where it costs something. What cannot be told is no
/// reason not to make it: whatever is wrong, the job will say.
pub(super) async fn announce(
    world: &World,
    pdf: (&Path, &Bytes),
    options: &MakeOptions,
    password: Option<String>,
    max_cost: Option<Cost>,
) {
    let reckoned = reckon(world, pdf, options, Arc::clone(&world.artifacts), password).await;
    match reckoned {
        Ok(Ok(estimate)) if estimate.is_paid() => explain(&money::estimate_line(&estimate, max_cost)),
        Ok(Err(error)) => tracing::warn!(error = chain(&error), "could not tell what the video will cost"),
        _ => {}
    }
}

async fn reckon(
    world: &World,
    (named, pdf): (&Path, &Bytes),
    options: &MakeOptions,
    artifacts: Arc<dyn ArtifactStore>,
    password: Option<String>,
) -> anyhow::Result<Result<Estimate, EstimateError>> {
    let file_name = named.file_name().unwrap_or_default().to_string_lossy();
    let resources = world.resources(password)?;
    Ok(estimate(options, &file_name, pdf.clone(), &resources, artifacts, world.scratch_folder()).await)
}

#[expect(clippy::print_stderr, reason = "the command speaks to people here")]
fn explain(text: &str) {
    eprintln!("{text}");
}
