//! What the tests of the state machine make their jobs of.

use super::{JobInput, NewJob, Plan, StagePlan};
use crate::data::SourcePdf;
use crate::id::StageName;

/// A stage: its name, what it needs, and the stage over whose items it fans out.
pub(super) fn stage(name: &str, needs: &[&str], fan: Option<&str>) -> StagePlan {
    let needs = needs.iter().map(|need| StageName::from(*need)).collect();
    StagePlan { name: name.into(), needs, fan: fan.map(StageName::from) }
}

/// A job with a plan, tried three times.
pub(super) fn new_job(plan: Plan) -> NewJob {
    NewJob::new("test", plan, JobInput::new(&SourcePdf::new("a.pdf", b"pdf")).unwrap()).with_max_attempts(3)
}
