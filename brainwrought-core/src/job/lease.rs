//! [`Lease`]: the right of one worker to one task, for a while.

use serde::{Deserialize, Serialize};

use crate::clock::{Now, Reading};
use crate::id::{FencingToken, WorkerId};

/// The right to work on a task until it expires.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Who holds it. For people: nothing is decided by it.
    pub worker: WorkerId,
    /// What every write about the task is checked against.
    pub token: FencingToken,
    /// When it expires, on the store's clock.
    pub expires: Reading,
    /// What the store knows of the process that holds it, if it can tell whether that process is alive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
}

impl Lease {
    /// Tells whether the lease has run out.
    pub fn is_expired(&self, now: &Now) -> bool {
        self.expires.is_reached(&now.reading)
    }
}
