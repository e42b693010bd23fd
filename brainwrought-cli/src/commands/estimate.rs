//! `make --estimate`: what providers would be paid for a video, and the line about it before a video is made.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use brainwrought_core::artifact_store::ArtifactStore;
use brainwrought_core::budget::Cost;
use brainwrought_core::memory::MemoryArtifactStore;
use brainwrought_core::report::chain;
use brainwrought_stages::standard::{Estimate, EstimateError, MakeOptions, estimate};
use bytes::Bytes;

use super::intake;
use crate::config::{Config, VideoConfig};
use crate::context::Context;
use crate::exit::WrongCommand;
use crate::{money, output};

/// Prints what providers would be paid. Nobody is called, and no connection is opened.
pub(crate) async fn run(
    config: &Config,
    pdf: Option<PathBuf>,
    video: VideoConfig,
    as_json: bool,
) -> anyhow::Result<()> {
    let named = pdf.ok_or_else(|| WrongCommand("name the file that would become a video".to_owned()))?;
    let pdf = intake::read_pdf(&named).await?;
    let context = Context::open(config)?;
    // A store at the other end of a network is left alone.
    let artifacts: Arc<dyn ArtifactStore> = match brainwrought_store::local_folder(&config.artifacts) {
        Some(_) => Arc::clone(&context.artifacts),
        None => Arc::new(MemoryArtifactStore::default()),
    };
    let options = video.options.seeded_by(&pdf);
    let estimate = estimate_cost(&context, (&named, &pdf), &options, artifacts, video.password).await??;
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
    context: &Context,
    pdf: (&Path, &Bytes),
    options: &MakeOptions,
    password: Option<String>,
    max_cost: Option<Cost>,
) {
    let estimated = estimate_cost(context, pdf, options, Arc::clone(&context.artifacts), password).await;
    match estimated {
        Ok(Ok(estimate)) if estimate.is_paid() => explain(&money::estimate_line(&estimate, max_cost)),
        Ok(Err(error)) => tracing::warn!(error = chain(&error), "could not tell what the video will cost"),
        _ => {}
    }
}

async fn estimate_cost(
    context: &Context,
    (named, pdf): (&Path, &Bytes),
    options: &MakeOptions,
    artifacts: Arc<dyn ArtifactStore>,
    password: Option<String>,
) -> anyhow::Result<Result<Estimate, EstimateError>> {
    let file_name = named.file_name().unwrap_or_default().to_string_lossy();
    let resources = context.resources(password)?;
    Ok(estimate(options, &file_name, pdf.clone(), &resources, artifacts, context.scratch_folder()).await)
}

#[expect(clippy::print_stderr, reason = "the command speaks to people here")]
fn explain(text: &str) {
    eprintln!("{}", crate::exit::repeatable(text));
}
