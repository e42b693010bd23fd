//! [`script_only`]: the default pipeline up to the script, for people who read and edit it before anything is rendered.

use brainwrought_core::data::{Script, SourcePdf};
use brainwrought_core::job::PlanError;
use brainwrought_core::pipeline::Pipeline;

use super::Stages;
use crate::script::WriteScript;

/// The name of the pipeline of [`script_only()`].
pub const SCRIPT_PIPELINE: &str = "script";

/// Reads a document and writes its script, without a voice: how long lines take is estimated, so that it takes seconds. The
/// document is the same as that of [`Short`](super::Short), and is not read again.
///
/// # Errors
///
/// Fails when the stages cannot be wired.
pub fn script_only(stages: Stages) -> Result<Pipeline<SourcePdf, Script>, PlanError> {
    let Stages { parse, script, .. } = stages;
    let script = WriteScript { trial: None, ..script };
    Pipeline::new(SCRIPT_PIPELINE, |p, pdf| {
        let document = p.stage(parse, pdf);
        p.stage(script, document)
    })
}
