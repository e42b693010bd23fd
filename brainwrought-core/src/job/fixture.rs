//! What the tests of the state machine make their jobs of.

use super::{JobInput, NewJob, Plan, StagePlan};
use crate::data::BlobRef;
use crate::id::{Digest, StageName};

/// A stage: its name, what it needs, and the stage over whose items it fans out.
pub(super) fn stage(name: &str, needs: &[&str], fan: Option<&str>) -> StagePlan {
    let needs = needs.iter().map(|need| StageName::from(*need)).collect();
    StagePlan { name: name.into(), needs, fan: fan.map(StageName::from) }
}

/// A job with a plan, tried three times.
pub(super) fn new_job(plan: Plan) -> NewJob {
    let pdf = BlobRef { digest: Digest::of(b"pdf"), bytes: 3, media_type: "application/pdf".to_owned() };
    NewJob {
        pipeline: "test".to_owned(),
        plan,
        input: JobInput { file_name: "a.pdf".to_owned(), pdf },
        options: serde_json::Value::Null,
        priority: 0,
        max_attempts: 3,
        max_cost: None,
        idempotency_key: None,
    }
}
