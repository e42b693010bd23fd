//! [`admit`]: whether an upload may begin, and what it holds while it is under way.

use std::time::Duration;

use brainwrought_core::job::JobStatus;
use brainwrought_core::job_store::JobView;
use brainwrought_stages::standard::MakeOptions;
use tokio::sync::SemaphorePermit;

use crate::app_state::AppState;
use crate::client_id::ClientId;
use crate::client_slots::ClientSlot;
use crate::fair_queue::Queued;
use crate::storage::{HeldRoom, expected_bytes};
use crate::video_options::make_options_of;
use crate::{ApiError, VideoSize};

/// What an upload holds while it is under way.
#[derive(Debug)]
pub(crate) struct Admitted<'a> {
    _turn: SemaphorePermit<'a>,
    _slot: ClientSlot,
    room: HeldRoom<'a>,
}

impl Admitted<'_> {
    /// Ends an upload that became a job: what it holds room for stays.
    pub(crate) fn keep(self) {
        self.room.keep();
    }
}

/// Lets a client upload a PDF of so many bytes.
///
/// # Errors
///
/// Fails when there are too many uploads, too many of them are the client's, too many jobs wait, unless `key` shows that
/// the job is one of them, or there is no room for the PDF.
pub(crate) async fn admit<'a>(
    state: &'a AppState,
    client: ClientId,
    key: Option<&str>,
    bytes: u64,
) -> Result<Admitted<'a>, ApiError> {
    let slot = state.client_uploads.take(client).ok_or_else(|| ApiError::Busy {
        reason: "too many of your uploads are under way".to_owned(),
        after: Duration::from_secs(5),
    })?;
    let turn = state.uploads.try_acquire().map_err(|_| ApiError::Busy {
        reason: "too many uploads are under way".to_owned(),
        after: Duration::from_secs(5),
    })?;
    if slot.is_one_more() && state.uploads.available_permits() < state.settings.limits.uploads / RESERVED {
        return Err(ApiError::Busy {
            reason: "many uploads are under way, one of them yours".to_owned(),
            after: Duration::from_secs(5),
        });
    }
    check_queue(state, client, key).await?;
    let room = state.storage.hold(client, bytes).await?;
    Ok(Admitted { _turn: turn, _slot: slot, room })
}

/// The last part of the queue, one in so many places, is for clients who hold no more than such a part of it, so that one
/// client cannot fill it. The last part of the uploads is for clients who have no other under way.
const RESERVED: usize = 4;

/// Refuses when there are too many jobs already, of this client or altogether, unless the key shows that the job is one of
/// them.
async fn check_queue(state: &AppState, client: ClientId, key: Option<&str>) -> Result<(), ApiError> {
    let active = state.active_jobs().await?;
    let is_known = key.is_some() && active.iter().any(|view| view.job.idempotency_key.as_deref() == key);
    // Uploads under way become jobs soon; this one holds a permit itself.
    let uploading = state.settings.limits.uploads.saturating_sub(state.uploads.available_permits() + 1);
    let places = state.settings.limits.active_jobs;
    let reserved = places / RESERVED;
    let own = state.fair_queue.held_by(client, active.iter().map(|view| &view.job.job_id));
    if is_known {
        return Ok(());
    }
    let is_known_client = client != ClientId::Somebody;
    if is_known_client && own > 0 && own >= reserved && active.len() + uploading >= places - reserved {
        return Err(ApiError::Busy {
            reason: format!("you have {own} jobs in the queue, which is nearly full"),
            after: Duration::from_secs(60),
        });
    }
    if active.len() + uploading < places {
        return Ok(());
    }
    let waiting = active.iter().filter(|view| view.status == JobStatus::Pending).count();
    Err(ApiError::Busy {
        reason: format!("the queue is full: {waiting} jobs wait"),
        after: Duration::from_secs(60),
    })
}

/// Refuses a video that is larger than the server makes.
///
/// # Errors
///
/// Fails when it is.
pub(crate) fn check_size(state: &AppState, options: &MakeOptions) -> Result<(), ApiError> {
    let limit = state.settings.limits.video;
    let seconds = u32::try_from(options.length_ms.div_ceil(1000)).unwrap_or(u32::MAX);
    let wanted = VideoSize::new(options.width, options.height, seconds);
    if wanted.volume() > limit.volume() { Err(ApiError::VideoTooLarge { limit }) } else { Ok(()) }
}

/// Takes a place in the queue for a job of so much cost, and returns its priority.
///
/// # Errors
///
/// Fails when the job store cannot be read.
pub(crate) async fn enter_queue(state: &AppState, client: ClientId, cost: f64) -> Result<i32, ApiError> {
    let queued: Vec<Queued> = state.active_jobs().await?.iter().filter_map(Queued::from_view).collect();
    Ok(state.fair_queue.enter(client, cost, &queued))
}

/// Refuses work of a client that would store more than is left.
///
/// # Errors
///
/// Fails when there is no room for what it will write, or the job store cannot be read.
pub(crate) async fn check_room(
    state: &AppState,
    client: ClientId,
    options: &MakeOptions,
) -> Result<(), ApiError> {
    let expected = |view: &JobView| (view.job.job_id.clone(), expected_bytes(&make_options_of(view)));
    if state.settings.storage.bytes.is_none() {
        return Ok(());
    }
    let active: Vec<_> = state.active_jobs().await?.iter().map(expected).collect();
    state.storage.check_job(client, expected_bytes(options), &active).await
}
