//! [`Batcher`]: gathers changes that come at the same time into one commit.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use super::client::HubClient;
use super::commit::{Change, HubFile, Made};
use super::hub_error::HubError;

/// The Hub takes some 128 commits an hour to one dataset, so it is worth waiting for company.
const LINGER: Duration = Duration::from_millis(500);
/// A commit with more changes than this takes the Hub too long.
const MAX_CHANGES: usize = 100;

/// Gathers changes into commits, one after the other. Cloning is cheap; clones share the queue.
#[derive(Debug, Clone)]
pub(super) struct Batcher {
    client: HubClient,
    queue: Arc<Mutex<Vec<Waiting>>>,
    turn: Arc<tokio::sync::Mutex<()>>,
    linger: Duration,
}

#[derive(Debug)]
struct Waiting {
    change: Change,
    done: oneshot::Sender<Result<Option<String>, Arc<HubError>>>,
}

impl Batcher {
    pub(super) fn new(client: HubClient) -> Self {
        // Whoever runs a Hub of their own sets its limits too.
        let is_official = client.settings().endpoint.ends_with("huggingface.co");
        let linger = if is_official { LINGER } else { Duration::ZERO };
        Self { client, queue: Arc::default(), turn: Arc::default(), linger }
    }

    /// Makes a change so, and returns once the commit that holds it is made, with the tag of a file that was put.
    pub(super) async fn submit(&self, change: Change) -> Result<Option<String>, Arc<HubError>> {
        let (done, outcome) = oneshot::channel();
        self.lock().push(Waiting { change, done });
        // A task of its own, because others may wait for what this one commits, even if its caller goes away.
        tokio::spawn(self.clone().commit_waiting());
        outcome.await.unwrap_or_else(|_| Err(Arc::new(HubError::Garbled("the upload was cut off"))))
    }

    /// Commits one file alone, when no other commit of this process is under way, and returns its tag.
    pub(super) async fn submit_alone(&self, file: HubFile) -> Result<Option<String>, HubError> {
        let _turn = self.turn.lock().await;
        let path = file.path.clone();
        let mut made = self.client.commit(&format!("Update {path}"), &[Change::Put(file)]).await?;
        Ok(made.tags.remove(&path))
    }

    async fn commit_waiting(self) {
        let _turn = self.turn.lock().await;
        if self.lock().is_empty() {
            return;
        }
        tokio::time::sleep(self.linger).await;
        let batch: Vec<Waiting> = {
            let mut queue = self.lock();
            let length = queue.len().min(MAX_CHANGES);
            queue.drain(..length).collect()
        };
        let changes: Vec<Change> = batch.iter().map(|waiting| waiting.change.clone()).collect();
        let summary = match changes.as_slice() {
            [change] => format!("Update {}", change.path()),
            more => format!("Update {} files", more.len()),
        };
        let result = self.client.commit(&summary, &changes).await.map_err(Arc::new);
        for waiting in batch {
            let tag = |made: &Made| made.tags.get(waiting.change.path()).cloned();
            // Whoever does not wait any more does not want to know.
            let _ = waiting.done.send(result.as_ref().map(tag).map_err(Arc::clone));
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Waiting>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
