//! [`Message`]: what a webhook says, and the signature that proves who said it.

use brainwrought_core::clock::Timestamp;
use brainwrought_core::job::{Callback, JobStatus};
use brainwrought_core::job_store::JobView;
use serde::Serialize;
use utoipa::ToSchema;

use crate::job_body::{JobSummary, links};
use crate::links::Base;
use crate::server_secret::{ServerSecret, hex};

/// The header with the signature: `t=<seconds since 1970>,v1=<hex of the HMAC-SHA256 of "<t>.<body>">`.
pub(crate) const SIGNATURE: &str = "brainwrought-signature";

/// The header that names the event; the same event always has the same id.
pub(super) const EVENT_ID: &str = "brainwrought-event-id";

/// What a webhook says: a job has ended.
///
/// An event may come more than once, and the job may have been started again when it comes. Receivers remember
/// `event_id`, and check the header `Brainwrought-Signature` before they believe anything.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Message {
    /// Names the event. An event that is sent again has the same id.
    pub(crate) event_id: String,
    /// `job.completed`, `job.failed` or `job.cancelled`.
    event: String,
    /// When the job ended, in milliseconds since 1970-01-01 UTC.
    created_at: u64,
    /// The job, with absolute links to everything that it has.
    job: JobSummary,
}

impl Message {
    /// Writes what is to be said of a job that has ended; `None` while it has not.
    pub(super) fn new(view: &JobView, callback: &Callback) -> Option<Self> {
        let event = match view.status {
            JobStatus::Completed => "job.completed",
            JobStatus::Failed => "job.failed",
            JobStatus::Cancelled => "job.cancelled",
            _ => return None,
        };
        let base = Base(callback.base_url.clone());
        let mut job = JobSummary::new(view, &base);
        job.links = links(&view.job, &base);
        Some(Self {
            event_id: format!("{}-{}", view.job.job_id, callback.event),
            event: event.to_owned(),
            created_at: view.job.updated_at.0,
            job,
        })
    }
}

/// The value of the header that signs `body`.
pub(super) fn signature(secret: &ServerSecret, at: Timestamp, body: &[u8]) -> String {
    let seconds = (at.0 / 1000).to_string();
    format!("t={seconds},v1={}", hex(&secret.sign(&[seconds.as_bytes(), b".", body])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_covers_time_and_body() {
        let secret = ServerSecret::new("0123456789abcdef0123456789abcdef").unwrap();
        // Computed with Python: hmac.new(key, b"1795968000.{}", "sha256").hexdigest().
        let expected = "t=1795968000,v1=692ade1443ab733938e600984c68d48206d4ce62a97691e4a61052f58a5f1c8e";
        assert_eq!(signature(&secret, Timestamp(1_795_968_000_999), b"{}"), expected);
    }
}
