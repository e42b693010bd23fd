//! [`parse_status`]: the status of a job as clients name it.

use brainwrought_core::job::JobStatus;

use crate::ApiError;

/// Reads the name of a status.
///
/// # Errors
///
/// Fails when there is none of that name.
pub(crate) fn parse_status(name: &str) -> Result<JobStatus, ApiError> {
    // The names are those of the stored job, in upper case; a person may type them in lower case.
    serde_json::from_value(name.trim().to_uppercase().into()).map_err(|_| {
        let known: Vec<_> = JobStatus::ALL.iter().map(|status| status.as_str()).collect();
        ApiError::WrongRequest(format!("`status` takes {}", known.join(", ")))
    })
}
