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
    NewJob {
        pipeline: "test".to_owned(),
        plan,
        input: JobInput::new(&SourcePdf::new("a.pdf", b"pdf")).unwrap(),
        options: serde_json::Value::Null,
        priority: 0,
        max_attempts: 3,
        max_cost: None,
        idempotency_key: None,
    }
}
