//! `make --estimate`: what providers would be paid for a video, and the line about it before a video is made.

use std::path::Path;
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
use crate::video_args::VideoArgs;
use crate::{local_model, money, output};

/// Estimates what providers would be paid for the video of a file. No provider is called.
///
/// # Errors
///
/// Fails when the options are wrong, the file cannot be read, or no estimate can be made of it.
pub(super) async fn of_file(config: &Config, wishes: &VideoArgs, named: &Path) -> anyhow::Result<Estimate> {
    let mut video = VideoConfig::new(wishes, config)?;
    if video.wants_local_model {
        local_model::check_network(config)?;
    }
    local_model::resolve(config, &mut video).await?;
    let pdf = intake::read_pdf(named).await?;
    let context = Context::open(config)?;
    // A store at the other end of a network is left alone.
    let artifacts: Arc<dyn ArtifactStore> = match brainwrought_store::local_folder(&config.artifacts) {
        Some(_) => Arc::clone(&context.artifacts),
        None => Arc::new(MemoryArtifactStore::default()),
    };
    let options = video.options.seeded_by(&pdf);
    Ok(estimate_cost(&context, (named, &pdf), &options, artifacts, video.password).await??)
}

/// Prints an estimate.
pub(super) fn print(estimate: &Estimate, as_json: bool) {
    if as_json {
        output::json(&money::estimate_json(estimate));
    } else {
        output::line(money::estimate_table(estimate));
    }
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
