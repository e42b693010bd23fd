//! [`Webhooks`]: whom messages may be sent to, and how.

use std::sync::Arc;
use std::time::Duration;

use brainwrought_core::id::JobId;
use brainwrought_core::retry::RetryPolicy;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use url::Url;

use super::callback_host::CallbackHost;
use crate::server_secret::ServerSecret;

/// Whom webhooks may be sent to, how they are signed, and how patiently they are delivered. Cloning is cheap; clones share
/// the list of jobs to look after.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Webhooks {
    /// Signs the messages.
    pub secret: ServerSecret,
    /// The places that may be called.
    pub hosts: Vec<CallbackHost>,
    /// How often a message is tried and how long it rests in between. The usual is twelve attempts within some three and a
    /// half hours.
    pub retry: RetryPolicy,
    /// How long one attempt may take.
    pub timeout: Duration,
    /// The rest between two looks at a job that runs.
    pub poll: Duration,
    sender: UnboundedSender<JobId>,
    #[cfg_attr(not(feature = "webhooks"), expect(dead_code, reason = "only a delivery looks into it"))]
    pub(super) inbox: Arc<tokio::sync::Mutex<UnboundedReceiver<JobId>>>,
}

impl Webhooks {
    /// Webhooks to some places, signed by `secret`.
    pub fn new(secret: ServerSecret, hosts: Vec<CallbackHost>) -> Self {
        let (sender, inbox) = unbounded_channel();
        Self {
            secret,
            hosts,
            retry: RetryPolicy { max_attempts: 12, base_ms: 10_000, cap_ms: 3_600_000 },
            timeout: Duration::from_secs(10),
            poll: Duration::from_secs(1),
            sender,
            inbox: Arc::new(tokio::sync::Mutex::new(inbox)),
        }
    }

    /// Tells [`deliver_webhooks`](super::deliver_webhooks) of a job that has a callback. It finds what it was not told of, too, but later.
    pub(super) fn follow(&self, id: &JobId) {
        let _ = self.sender.send(id.clone());
    }

    /// Tells whether a URL may be called.
    pub(super) fn admits(&self, url: &Url) -> bool {
        self.hosts.iter().any(|host| host.admits(url))
    }
}
