//! [`deliver_webhooks`]: calls the callbacks of jobs that have ended.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use brainwrought_core::clock::{Timestamp, wall_time};
use brainwrought_core::engine::Engine;
use brainwrought_core::id::JobId;
use brainwrought_core::job::{Callback, CallbackState, JobStatus};
use brainwrought_core::job_store::{JobFilter, JobStore, JobStoreError, JobView};
use brainwrought_core::report::chain;
use brainwrought_core::retry::{draw, retry_after};
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use super::destination::resolve;
use super::message::{EVENT_ID, Message, SIGNATURE, signature};
use super::{MAX_URL, Webhooks};
use crate::HttpSettings;

/// Whether this build delivers webhooks.
pub(super) const IS_BUILT: bool = true;

/// The rest between two looks at all jobs, for those that this server was not told of: other servers' and the command's.
const SWEEP_EVERY: Duration = Duration::from_secs(300);

/// How many messages are on their way at once.
const CONCURRENT_ATTEMPTS: usize = 8;

/// The longest that a receiver can put the next attempt off.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(24 * 3600);

/// The longest reason that is kept, in characters.
const MAX_REASON: usize = 300;

/// Calls the callbacks of jobs that have ended, until `shutdown` fires. Without [`HttpSettings::webhooks`] it returns at
/// once.
///
/// An event is delivered at least once, as long as its job is neither started again nor deleted before. Several servers of
/// a fleet may do so at the same time; each attempt is made by one of them.
pub async fn deliver_webhooks(engine: Engine, settings: HttpSettings, shutdown: CancellationToken) {
    let Some(webhooks) = settings.webhooks else { return };
    let inbox = Arc::clone(&webhooks.inbox);
    let mut inbox = tokio::select! {
        inbox = inbox.lock() => inbox,
        () = shutdown.cancelled() => return,
    };
    let (followed, tasks) = (Arc::new(Mutex::new(BTreeSet::new())), TaskTracker::new());
    let sender = Sender {
        jobs: Arc::clone(engine.jobs()),
        webhooks,
        places: Arc::new(Semaphore::new(CONCURRENT_ATTEMPTS)),
        shutdown: shutdown.clone(),
    };
    let follow = |id: JobId| {
        if !lock(&followed).insert(id.clone()) {
            return;
        }
        let (sender, followed) = (sender.clone(), Arc::clone(&followed));
        tasks.spawn(async move {
            sender.follow(&id).await;
            lock(&followed).remove(&id);
        });
    };
    let mut sweeps = tokio::time::interval(SWEEP_EVERY);
    loop {
        tokio::select! {
            told = inbox.recv() => told.into_iter().for_each(follow),
            _ = sweeps.tick() => match sender.unsettled().await {
                Ok(ids) => ids.into_iter().for_each(follow),
                Err(error) => tracing::warn!(error = chain(&error), "could not look for callbacks"),
            },
            () = shutdown.cancelled() => break,
        }
    }
    tasks.close();
    tasks.wait().await;
}

fn lock(followed: &Mutex<BTreeSet<JobId>>) -> std::sync::MutexGuard<'_, BTreeSet<JobId>> {
    followed.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Delivers messages.
#[derive(Debug, Clone)]
struct Sender {
    jobs: Arc<dyn JobStore>,
    webhooks: Webhooks,
    places: Arc<Semaphore>,
    shutdown: CancellationToken,
}

/// What became of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Answer {
    /// The receiver has the message.
    Accepted,
    /// The receiver wants no more.
    Gone,
    /// Another attempt may help, at the earliest after so long.
    Failed { reason: String, retry_after: Duration },
}

impl Sender {
    /// The jobs whose callbacks are not yet called.
    async fn unsettled(&self) -> Result<Vec<JobId>, JobStoreError> {
        let views = self.jobs.list(&JobFilter::default()).await?;
        let pending = views.into_iter().filter(|view| pending(view).is_some());
        Ok(pending.map(|view| view.job.job_id).collect())
    }

    /// Stays with a job until its callback is settled, the job is gone, or the server stops.
    async fn follow(&self, id: &JobId) {
        loop {
            let rest = match self.step(id).await {
                Ok(Some(rest)) => rest,
                Ok(None) | Err(JobStoreError::JobNotFound(_)) => return,
                Err(error) => {
                    tracing::warn!(job = %id, error = chain(&error), "could not note a callback");
                    Duration::from_secs(5)
                }
            };
            tokio::select! {
                () = tokio::time::sleep(rest) => {}
                () = self.shutdown.cancelled() => return,
            }
            if self.shutdown.is_cancelled() {
                return;
            }
        }
    }

    /// Does what is to be done now, and says how long to rest; `None` when nothing is left to do.
    async fn step(&self, id: &JobId) -> Result<Option<Duration>, JobStoreError> {
        let view = self.jobs.get(id).await?;
        let Some(seen) = pending(&view) else { return Ok(None) };
        let Some(message) = Message::new(&view, seen) else {
            // What waits in a queue is looked at less often than what runs.
            let times = if view.status == JobStatus::Running { 1 } else { 3 };
            return Ok(Some(self.webhooks.poll * times));
        };
        let now = wall_time();
        if seen.due_at > now {
            return Ok(Some(Duration::from_millis(seen.due_at.0 - now.0)));
        }
        // Whoever claimed the last attempt did not live to tell what became of it.
        if seen.attempts >= self.webhooks.retry.max_attempts {
            let given_up = Callback { state: CallbackState::Abandoned, ..seen.clone() };
            self.jobs.replace_callback(id, Some(seen), Some(given_up)).await?;
            return Ok(Some(Duration::ZERO));
        }
        // While the attempt goes on, nobody else makes it.
        let held = self.webhooks.timeout * 2;
        let claimed = Callback { attempts: seen.attempts + 1, due_at: after(now, held), ..seen.clone() };
        if !self.jobs.replace_callback(id, Some(seen), Some(claimed.clone())).await? {
            return Ok(Some(Duration::ZERO));
        }
        let stopped = Answer::Failed { reason: "the server stopped".to_owned(), retry_after: Duration::ZERO };
        // What is cut off is noted, so that the next server need not wait until the claim runs out.
        let answer = tokio::select! {
            answer = self.attempt(&claimed, &message) => answer,
            () = self.shutdown.cancelled() => stopped,
        };
        let settled = self.settled(&claimed, answer);
        if settled.state != CallbackState::Delivered {
            let reason = settled.error.as_deref().unwrap_or_default();
            tracing::warn!(job = %id, attempt = settled.attempts, reason, "a callback was not accepted");
        }
        // It is refused when the job was started again meanwhile: then another event is pending.
        self.jobs.replace_callback(id, Some(&claimed), Some(settled)).await?;
        Ok(Some(Duration::ZERO))
    }

    fn settled(&self, claimed: &Callback, answer: Answer) -> Callback {
        let (state, due_at, error) = match answer {
            Answer::Accepted => (CallbackState::Delivered, claimed.due_at, None),
            Answer::Gone => {
                (CallbackState::Abandoned, claimed.due_at, Some("the receiver answered 410".to_owned()))
            }
            Answer::Failed { reason, retry_after } => {
                let is_last = claimed.attempts >= self.webhooks.retry.max_attempts;
                let rest = self.webhooks.retry.backoff(claimed.attempts, draw()).max(retry_after);
                let state = if is_last { CallbackState::Abandoned } else { CallbackState::Pending };
                (state, after(wall_time(), rest), Some(reason.chars().take(MAX_REASON).collect()))
            }
        };
        Callback { state, due_at, error, ..claimed.clone() }
    }

    async fn attempt(&self, callback: &Callback, message: &Message) -> Answer {
        let failed = |reason: String| Answer::Failed { reason, retry_after: Duration::ZERO };
        let Ok(_place) = self.places.acquire().await else { return failed("the server stops".to_owned()) };
        let Ok(url) = Url::parse(&callback.url) else { return failed("its URL cannot be read".to_owned()) };
        // The operator may have changed the list since.
        if !self.webhooks.admits(&url) {
            return failed("the operator no longer allows its host".to_owned());
        }
        let addresses = match resolve(&url).await {
            Ok(addresses) => addresses,
            Err(error) => return failed(error.to_string()),
        };
        match self.post(&url, &addresses, message).await {
            Ok((status, _)) if (200..300).contains(&status) => Answer::Accepted,
            Ok((410, _)) => Answer::Gone,
            Ok((status, retry_after)) => {
                Answer::Failed { reason: format!("the receiver answered {status}"), retry_after }
            }
            // The URL may hold a token of the receiver's.
            Err(error) => failed(chain(&error.without_url())),
        }
    }

    /// Sends the message to one of the addresses that were checked, and to no other place: no proxy of the environment is
    /// used and no redirect followed.
    async fn post(
        &self,
        url: &Url,
        addresses: &[SocketAddr],
        message: &Message,
    ) -> Result<(u16, Duration), reqwest::Error> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .resolve_to_addrs(url.host_str().unwrap_or_default(), addresses)
            .connect_timeout(self.webhooks.timeout / 2)
            .timeout(self.webhooks.timeout)
            .pool_max_idle_per_host(0)
            .user_agent(concat!("brainwrought/", env!("CARGO_PKG_VERSION")))
            .build()?;
        let body = serde_json::to_vec(message).unwrap_or_default();
        let response = client
            .post(url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(EVENT_ID, &message.event_id)
            .header(SIGNATURE, signature(&self.webhooks.secret, wall_time(), &body))
            .body(body)
            .send()
            .await?;
        Ok((response.status().as_u16(), asked_rest(response.headers(), wall_time())))
    }
}

/// The callback of a job if an event of it is still to be delivered.
fn pending(view: &JobView) -> Option<&Callback> {
    let callback = view.job.callback.as_ref()?;
    (callback.state == CallbackState::Pending && callback.url.len() <= MAX_URL).then_some(callback)
}

/// How long a receiver asks to be left alone.
fn asked_rest(headers: &HeaderMap, now: Timestamp) -> Duration {
    let text = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    text.and_then(|text| retry_after(text, now)).unwrap_or_default().min(MAX_RETRY_AFTER)
}

fn after(now: Timestamp, rest: Duration) -> Timestamp {
    Timestamp(now.0.saturating_add(u64::try_from(rest.as_millis()).unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_may_ask_for_a_rest_in_seconds_or_until_a_date() {
        let now = Timestamp(784_111_777_000);
        for (text, seconds) in [
            ("120", 120),
            ("Sun, 06 Nov 1994 08:50:37 GMT", 60),
            ("Sun, 06 Nov 1994 08:00:00 GMT", 0),
            ("soon", 0),
            ("-1", 0),
            ("99999999999", 24 * 3600),
        ] {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
            assert_eq!(asked_rest(&headers, now), Duration::from_secs(seconds), "{text}");
        }
        assert_eq!(asked_rest(&HeaderMap::new(), now), Duration::ZERO);
    }
}
