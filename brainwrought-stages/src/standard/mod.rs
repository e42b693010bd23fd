//! The default pipeline: every stage with an embedded default that needs no key and no network.
//!
//! ```text
//! parse → script → each segment { audio, visuals → render } → assemble → check → publish
//! ```

mod draft;
mod edit;
mod estimate;
mod examine;
mod options;
mod preview;
mod progress_estimate;
mod resources;
mod script_only;
mod short;
mod show_preview;
mod stage_cost;
mod stage_table;
mod stages;
mod style;
mod trial_narration;
mod weighted_progress;

pub use draft::{Approved, approve_script, is_script_only, judge_job_script, replace_script};
pub use edit::{
    EditError, edit_job, judge_job_edit, script_of, script_of_video, script_version, stored_script,
};
pub use estimate::{Costs, Estimate, EstimateError, EstimateLine, estimate};
pub use examine::{Finding, examine, examine_local_models, examine_providers};
pub use options::{BackgroundChoice, Format, MakeOptions, Music};
pub use preview::{PreviewError, background_preview, caption_preview, voice_sample};
pub use progress_estimate::ProgressEstimate;
pub use resources::Resources;
pub use script_only::{SCRIPT_PIPELINE, script_only};
pub use short::{Made, Short};
pub use show_preview::show_preview;
pub use stage_table::{STAGE_NAMES, STAGES, StageInfo, stage_label};
pub use stages::Stages;
pub use style::{Style, StyleError};
pub use weighted_progress::WeightedProgress;

use std::error::Error;

use brainwrought_core::data::{Publication, SourcePdf};
use brainwrought_core::engine::{NamedPipelines, PipelineSource};
use brainwrought_core::job::{Job, PlanError};
use brainwrought_core::pipeline::{ErasedPipeline, Pipeline};
use serde_json::Value;

/// The names of the default pipelines.
pub const PIPELINE_NAMES: [&str; 2] = ["short", SCRIPT_PIPELINE];

/// There is no pipeline of that name.
#[derive(Debug, thiserror::Error)]
#[error("there is no pipeline `{0}`; this version has `short` and `script`")]
struct UnknownPipeline(String);

/// Wires the default pipeline for a short; [`Short`] has places for stages of one's own.
///
/// # Errors
///
/// Fails only when two stages have one name, which those of [`Stages`] do not.
pub fn short(stages: Stages) -> Result<Pipeline<SourcePdf, Publication>, PlanError> {
    Short::new(stages).build()
}

/// Builds the default pipelines for an engine: the name and options of a job decide which.
pub fn pipelines(resources: Resources) -> impl PipelineSource {
    let build = move |name: &str, options: &Value| -> Result<ErasedPipeline, Box<dyn Error + Send + Sync>> {
        let options: MakeOptions = serde_json::from_value(options.clone())?;
        match name {
            "short" => Ok(short(Stages::new(&options, &resources))?.into()),
            SCRIPT_PIPELINE => Ok(script_only(Stages::new(&options, &resources))?.into()),
            other => Err(UnknownPipeline(other.to_owned()).into()),
        }
    };
    NamedPipelines::new(PIPELINE_NAMES, build)
}

/// The name that a user knows a job's input by; an input that is no PDF is called by the name of its form.
pub fn input_name(job: &Job) -> String {
    let pdf: Option<SourcePdf> = job.input.get();
    pdf.map_or_else(|| job.input.schema().to_owned(), |pdf| pdf.file_name)
}

/// Lists the names of the procedural backgrounds.
pub fn background_styles() -> Vec<&'static str> {
    crate::background::STYLES.iter().map(|style| style.name).collect()
}

/// Tells whether a text names a background: `auto` or a style.
pub fn is_background_style(name: &str) -> bool {
    name == "auto" || background_styles().contains(&name)
}
