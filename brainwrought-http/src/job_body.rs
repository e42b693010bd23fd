//! How a job is written in an answer: the names are those of the stored job.

use brainwrought_core::job::TaskStatus;
use brainwrought_core::job_store::JobView;
use serde_json::{Value, json};

use crate::ApiError;

/// Everything that is stored of a job, and what is derived from it.
pub(crate) fn whole(view: &JobView) -> Result<Value, ApiError> {
    serde_json::to_value(view).map_err(ApiError::Unwritable)
}

/// What a list shows of a job.
pub(crate) fn summary(view: &JobView) -> Value {
    let job = &view.job;
    let done = job.stages.iter().filter(|task| task.status == TaskStatus::Done).count();
    json!({
        "job_id": job.job_id,
        "status": view.status,
        "pipeline": job.pipeline,
        "file_name": job.input.file_name,
        "created_at": job.created_at,
        "updated_at": job.updated_at,
        "tasks": { "done": done, "total": job.stages.len() },
        "output_local_path": job.delivery.output_local_path,
        "output_hf_url": job.delivery.output_hf_url,
        "error": job.error(),
    })
}
