//! [`Watches`]: one look at the store for all who watch the same job.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use brainwrought_core::id::JobId;
use brainwrought_core::job_store::{JobStore, JobStoreError, JobView};
use tokio::sync::watch::{self, Receiver, Sender};

/// What watchers see: the job as it was last read, or `None` once it is gone.
pub(crate) type Seen = Option<Arc<JobView>>;

/// One task for each watched job reads it until nobody watches any more.
///
/// It reads the store rather than this process's events, so that it shows the work of a whole fleet.
#[derive(Debug, Clone)]
pub(crate) struct Watches {
    jobs: Arc<dyn JobStore>,
    open: Arc<Mutex<BTreeMap<JobId, Sender<Seen>>>>,
}

/// The rest between two looks at a job.
const LOOK_EVERY: Duration = Duration::from_millis(500);

impl Watches {
    pub(crate) fn new(jobs: Arc<dyn JobStore>) -> Self {
        Self { jobs, open: Arc::default() }
    }

    /// Begins to watch a job.
    ///
    /// # Errors
    ///
    /// Fails when there is no such job, or the store cannot be read.
    pub(crate) async fn watch(&self, id: &JobId) -> Result<Receiver<Seen>, JobStoreError> {
        let view = self.jobs.get(id).await?;
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = open.get(id) {
            // What was seen last may be older than what the caller has just done to the job.
            show(sender, view);
            return Ok(sender.subscribe());
        }
        let (sender, receiver) = watch::channel(Some(Arc::new(view)));
        open.insert(id.clone(), sender);
        drop(open);
        let (watches, id) = (self.clone(), id.clone());
        tokio::spawn(async move { watches.keep_looking(&id).await });
        Ok(receiver)
    }

    async fn keep_looking(&self, id: &JobId) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let found = self.jobs.get(id).await;
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(sender) = open.get(id) else { return };
            match found {
                Ok(view) => show(sender, view),
                Err(JobStoreError::JobNotFound(_)) => {
                    sender.send_replace(None);
                    open.remove(id);
                    return;
                }
                // A store that is out of reach may come back.
                Err(error) => tracing::debug!(job = %id, %error, "could not look at a watched job"),
            }
            if sender.receiver_count() == 0 {
                open.remove(id);
                return;
            }
        }
    }
}

/// Shows a job as it was read, unless a later look was quicker.
fn show(sender: &Sender<Seen>, view: JobView) {
    sender.send_if_modified(|seen| {
        let is_new = seen
            .as_deref()
            .is_none_or(|seen| *seen != view && seen.job.updated_at.0 <= view.job.updated_at.0);
        if is_new {
            *seen = Some(Arc::new(view));
        }
        is_new
    });
}
