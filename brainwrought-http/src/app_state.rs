//! [`AppState`]: what all requests share.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use brainwrought_core::clock::wall_time;
use brainwrought_core::engine::Engine;
use brainwrought_core::id::{JobId, StageName};
use brainwrought_core::job::{JobStatus, StageBacklog};
use brainwrought_core::job_store::{JobFilter, JobView};
use brainwrought_stages::standard::STAGE_NAMES;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::api_error::SAVE_UPLOAD;
use crate::client_id::ClientId;
use crate::client_slots::ClientSlots;
use crate::fair_queue::FairQueue;
use crate::job_link::JobLink;
use crate::local_files::LocalFiles;
use crate::previews::Previews;
use crate::queue_positions::QueuePositions;
use crate::rate_limit::RateLimit;
use crate::server_secret::ServerSecret;
use crate::storage::Storage;
use crate::watches::Watches;
use crate::{ApiError, HttpSettings, metrics};

/// What all requests share.
#[derive(Debug)]
pub(crate) struct AppState {
    pub(crate) engine: Engine,
    pub(crate) settings: HttpSettings,
    pub(crate) watches: Watches,
    pub(crate) previews: Previews,
    /// The finished files on this machine.
    pub(crate) local_files: LocalFiles,
    /// Every request of a client.
    pub(crate) requests: RateLimit,
    /// What changes something.
    pub(crate) changes: RateLimit,
    /// Wrong tokens of operators.
    guesses: RateLimit,
    /// Uploads under way.
    pub(crate) uploads: Arc<Semaphore>,
    /// Uploads under way, client by client.
    pub(crate) client_uploads: ClientSlots,
    /// Room for what is uploaded.
    pub(crate) storage: Storage,
    /// Priorities of new jobs.
    pub(crate) fair_queue: FairQueue,
    /// Where waiting jobs stand.
    pub(crate) positions: QueuePositions,
    /// Memory for PDFs that are handed to the artifact store, in MiB.
    handover: Semaphore,
    /// Large messages of agents under way: each is in memory.
    pub(crate) large_messages: Arc<Semaphore>,
    /// Large messages of agents under way, client by client.
    pub(crate) client_messages: ClientSlots,
    /// Event streams that may still be opened.
    pub(crate) streams: Arc<Semaphore>,
    /// Event streams that are open, client by client.
    pub(crate) client_streams: ClientSlots,
    /// Whether it was said that operators are refused behind a proxy that was not announced.
    pub(crate) told_of_proxy: AtomicBool,
    /// Whether it was said that a proxy names clients by something else than addresses.
    pub(crate) told_of_entry: AtomicBool,
    /// Fires when the server shuts down.
    pub(crate) shutdown: CancellationToken,
    /// Signs upload addresses: the server's secret, else one that is good until it stops.
    secret: Option<ServerSecret>,
    counted: Mutex<Option<(Instant, Counts)>>,
}

/// What metrics tell of the job store.
#[derive(Debug, Clone)]
struct Counts {
    jobs: BTreeMap<JobStatus, usize>,
    backlog: Vec<StageBacklog>,
}

/// Jobs are counted for metrics at most so often: counting reads them all.
const COUNT_EVERY: Duration = Duration::from_secs(10);

/// `Retry-After` counts whole seconds, so a rest is rounded up.
const SECOND: Duration = Duration::from_millis(999);

/// How many MiB of PDFs are in memory at once, on their way from uploads to the store. A larger one goes alone.
const HANDED_OVER_MIB: u32 = 64;

/// Large messages under way at once: four take about 150 MB.
const LARGE_MESSAGES: usize = 4;

/// How many of them may be one client's.
const LARGE_MESSAGES_PER_CLIENT: usize = 2;

/// How many wrong tokens a client may send at once, and how soon one more: ten a minute.
const GUESSES: u32 = 10;
const GUESS_EVERY: Duration = Duration::from_secs(6);

impl AppState {
    pub(crate) fn new(engine: Engine, settings: HttpSettings, shutdown: CancellationToken) -> Self {
        let (quotas, limits) = (settings.quotas, settings.limits);
        // A job is deleted with its folders.
        let engine = engine.with_folders(settings.inputs.clone(), settings.outputs.clone());
        let kept = settings.webhooks.as_ref().map(|webhooks| webhooks.secret.clone());
        Self {
            watches: Watches::new(Arc::clone(engine.jobs())),
            previews: Previews::new(settings.voices.clone()),
            client_uploads: ClientSlots::new(limits.uploads_per_client),
            storage: Storage::new(
                settings.storage.clone(),
                settings.inputs.clone(),
                settings.outputs.clone(),
            ),
            fair_queue: FairQueue::default(),
            positions: QueuePositions::default(),
            engine,
            settings,
            local_files: LocalFiles::default(),
            requests: RateLimit::new(quotas.requests, quotas.request_every),
            changes: RateLimit::new(quotas.changes, quotas.change_every),
            guesses: RateLimit::new(GUESSES, GUESS_EVERY),
            uploads: Arc::new(Semaphore::new(limits.uploads)),
            handover: Semaphore::new(HANDED_OVER_MIB as usize),
            large_messages: Arc::new(Semaphore::new(LARGE_MESSAGES)),
            client_messages: ClientSlots::new(LARGE_MESSAGES_PER_CLIENT),
            streams: Arc::new(Semaphore::new(limits.streams)),
            client_streams: ClientSlots::new(limits.streams_per_client),
            told_of_proxy: AtomicBool::new(false),
            told_of_entry: AtomicBool::new(false),
            shutdown,
            secret: kept.or_else(|| ServerSecret::random().ok()),
            counted: Mutex::default(),
        }
    }

    /// Reads the job that an address names. What is no id names no job.
    pub(crate) async fn job(&self, id: &str) -> Result<JobView, ApiError> {
        let id = job_id(id)?;
        Ok(self.engine.jobs().get(&id).await?)
    }

    /// What addresses are signed with.
    pub(crate) fn secret(&self) -> Result<&ServerSecret, ApiError> {
        let none = || ApiError::unavailable("sign an address", "the system has no randomness");
        self.secret.as_ref().ok_or_else(none)
    }

    /// Takes a client's turn to change something.
    pub(crate) fn take_change(&self, client: ClientId, now: Instant) -> Result<(), ApiError> {
        self.changes.take(client, now).map_err(|after| self.throttle(after))
    }

    /// Waits until there is room in memory for a PDF of so many bytes, which is then handed over to the store.
    pub(crate) async fn handover_turn(&self, bytes: u64) -> Result<SemaphorePermit<'_>, ApiError> {
        let mib = u32::try_from(bytes.div_ceil(1 << 20)).unwrap_or(u32::MAX).clamp(1, HANDED_OVER_MIB);
        let turn = self.handover.acquire_many(mib).await;
        turn.map_err(|error| ApiError::unavailable(SAVE_UPLOAD, error))
    }

    /// Takes a client's turn to ask for something.
    pub(crate) fn take_request(&self, client: ClientId, now: Instant) -> Result<(), ApiError> {
        self.requests.take(client, now).map_err(|after| self.throttle(after))
    }

    /// Notes that a client sent a token of operators. After many wrong ones not even the right one is answered for a while:
    /// else it could be told from the others.
    pub(crate) fn take_token(&self, client: ClientId, fits: bool, now: Instant) -> Result<(), ApiError> {
        let taken = if fits { self.guesses.check(client, now) } else { self.guesses.take(client, now) };
        taken.map_err(|after| ApiError::Busy {
            reason: "too many wrong operator tokens".to_owned(),
            after: after + SECOND,
        })
    }

    fn throttle(&self, after: Duration) -> ApiError {
        metrics::throttled();
        ApiError::Busy { reason: "too many requests".to_owned(), after: after + SECOND }
    }

    /// Lists the jobs that are not over, at most as many as are allowed.
    pub(crate) async fn active_jobs(&self) -> Result<Vec<JobView>, ApiError> {
        let filter = JobFilter::default()
            .with_statuses([JobStatus::Pending, JobStatus::Running, JobStatus::Interrupted])
            .with_limit(self.settings.limits.active_jobs);
        Ok(self.engine.jobs().list(&filter).await?)
    }

    /// Sets the gauges that tell of the job store.
    pub(crate) async fn observe_jobs(&self) -> Result<(), ApiError> {
        let counts = self.counts().await?;
        metrics::observe(&counts.jobs);
        let known: Vec<StageName> = STAGE_NAMES.iter().map(|&stage| stage.into()).collect();
        brainwrought_core::metrics::observe(&counts.backlog, &known);
        Ok(())
    }

    async fn counts(&self) -> Result<Counts, ApiError> {
        let now = Instant::now();
        let last = self.counted.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, counts)) = last.filter(|(at, _)| now.duration_since(*at) < COUNT_EVERY) {
            return Ok(counts);
        }
        let mut jobs = BTreeMap::new();
        let views = self.engine.jobs().list(&JobFilter::default()).await?;
        for view in &views {
            *jobs.entry(view.status).or_insert(0) += 1;
        }
        let active = views.iter().filter(|view| !view.status.is_final()).map(|view| &view.job);
        let counts = Counts { jobs, backlog: StageBacklog::count(active, wall_time()) };
        *self.counted.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, counts.clone()));
        Ok(counts)
    }
}

/// Reads an id, or a link to a job. Only what has the form of an id is ever asked for, or repeated in an answer.
pub(crate) fn job_id(text: &str) -> Result<JobId, ApiError> {
    match JobLink::parse(text) {
        Some(JobLink::Id(id) | JobLink::Job(id)) => Ok(id),
        _ => {
            let shown: String = text.chars().filter(char::is_ascii_alphanumeric).take(32).collect();
            Err(ApiError::NoSuchJob(shown))
        }
    }
}
