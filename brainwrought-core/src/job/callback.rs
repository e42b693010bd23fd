//! [`Callback`]: whom to tell when a job has ended, and how far that is.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// Whom to tell when a job has ended, and how far that is.
///
/// The record is all that is known of a webhook, so it survives restarts and is shared by all servers of a fleet. A
/// sender claims an attempt by writing `attempts` and `due_at` first, see [`JobStore::replace_callback`], so that two
/// senders do not make the same attempt.
///
/// [`JobStore::replace_callback`]: crate::job_store::JobStore::replace_callback
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callback {
    /// The URL that is called.
    pub url: String,
    /// The URL below which the links in the message lie, without a slash at its end.
    pub base_url: String,
    /// The number of the event, from 1. It grows each time the job is sent back to run again.
    pub event: u32,
    /// How many attempts to deliver this event were begun.
    #[serde(default)]
    pub attempts: u32,
    /// The earliest time of the next attempt, by the clock of whoever made the last one.
    #[serde(default)]
    pub due_at: Timestamp,
    /// Where the delivery of this event stands.
    #[serde(default)]
    pub state: CallbackState,
    /// Why the last attempt failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Where the delivery of an event stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallbackState {
    /// The job has not ended, or the receiver has not yet accepted the event.
    #[default]
    Pending,
    /// The receiver accepted the event.
    Delivered,
    /// No attempt is left, or the receiver wants no more.
    Abandoned,
}

impl Callback {
    /// A callback for the first time that the job ends.
    pub fn new(url: String, base_url: String) -> Self {
        Self {
            url,
            base_url,
            event: 1,
            attempts: 0,
            due_at: Timestamp(0),
            state: CallbackState::Pending,
            error: None,
        }
    }

    /// Starts over for the next time that the job ends. The new number makes every claim on the old event fail.
    pub(super) fn rearm(&mut self) {
        self.event = self.event.saturating_add(1);
        self.attempts = 0;
        self.due_at = Timestamp(0);
        self.state = CallbackState::Pending;
        self.error = None;
    }
}
