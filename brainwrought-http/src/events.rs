//! Live progress as server-sent events, which a client can take up again where it lost them.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use brainwrought_core::job::Job;
use brainwrought_core::job_store::JobView;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::watch::Receiver;
use utoipa::ToSchema;

use crate::api_error::ErrorBody;
use crate::app_state::AppState;
use crate::client_id::ClientId;
use crate::client_slots::ClientSlot;
use crate::job_body::{JobBody, LogBody};
use crate::links::{ApiBase, Base};
use crate::watches::Seen;
use crate::{ApiError, metrics};

/// What a client has seen: the state of the job, and the log up to a line. It needs no memory of the server's, so a
/// stream goes on after a restart, and at another server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Position {
    /// `updated_at` of the state that was sent last.
    state: u64,
    /// The time of the last log line that was sent.
    log: u64,
    /// How many lines of that time were sent.
    lines: usize,
}

impl Position {
    fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split('-').map(str::parse::<u64>);
        let mut next = || numbers.next().and_then(Result::ok);
        let position = Self { state: next()?, log: next()?, lines: usize::try_from(next()?).ok()? };
        numbers.next().is_none().then_some(position)
    }

    fn id(self) -> String {
        format!("{}-{}-{}", self.state, self.log, self.lines)
    }

    /// The place in the log from which on nothing was sent.
    fn unseen(self, job: &Job) -> usize {
        let same = job.logs.iter().filter(|entry| entry.at.0 == self.log).count();
        let seen = job.logs.iter().rposition(|entry| entry.at.0 <= self.log).map_or(0, |last| last + 1);
        seen.saturating_sub(same.saturating_sub(self.lines))
    }
}

/// One event of a stream.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it is written as it happens; this describes it")]
pub(crate) struct StreamEvent {
    /// `log`, `job`, `end` or `gone`. The first message has no event name and only sets the reconnection time.
    event: Option<String>,
    /// The position in the stream, to be sent as `Last-Event-ID`.
    id: Option<String>,
    /// JSON: a log entry, the job, `{"status": …}` or `{}`.
    data: Option<String>,
    /// The reconnection time in milliseconds.
    retry: Option<u64>,
}

/// How often a stream looks whether a job that waits has moved on in the queue.
const LOOK_AT_QUEUE_EVERY: Duration = Duration::from_secs(2);

/// One open stream.
struct Stream {
    state: Arc<AppState>,
    base: Base,
    watch: Receiver<Seen>,
    position: Position,
    queue: VecDeque<Event>,
    /// The first look is at what is there already, later ones wait for a change.
    is_first: bool,
    is_over: bool,
    /// The position in the queue that was sent last.
    queue_position: Option<usize>,
    _permit: OwnedSemaphorePermit,
    _slot: ClientSlot,
}

impl Drop for Stream {
    fn drop(&mut self) {
        metrics::stream_closed();
    }
}

/// Streams the progress of a job as server-sent events.
///
/// The events are `log` (a log entry), `job` (the job without its log), `end` (the job has finished; its final state was sent
/// just before) and `gone` (the job was deleted). A client that reconnects with `Last-Event-ID` receives everything it
/// missed. When nothing more is to come, the response is 204, which tells clients to stop reconnecting.
#[utoipa::path(
    get, path = "/api/jobs/{job_id}/events", tag = "jobs",
    params(
        ("job_id" = String, Path, description = "The job ID."),
        ("Last-Event-ID" = Option<String>, Header, description = "The ID of the last event received."),
    ),
    responses(
        (status = 200, description = "The event stream.", content_type = "text/event-stream", body = StreamEvent),
        (status = 204, description = "There are no more events."),
        (status = 404, description = "There is no such job.", body = ErrorBody),
        (status = 429, description = "Too many event streams are open.", body = ErrorBody),
    )
)]
pub(crate) async fn events(
    State(state): State<Arc<AppState>>,
    Extension(client): Extension<ClientId>,
    ApiBase(base): ApiBase,
    Path(job_id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let view = state.job(&job_id).await?;
    let sent = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let position = sent.and_then(Position::parse).unwrap_or_default();
    let has_all =
        position.state == view.job.updated_at.0 && position.unseen(&view.job) == view.job.logs.len();
    if view.status.is_final() && has_all {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let busy =
        || ApiError::Busy { reason: "too many streams are open".to_owned(), after: Duration::from_secs(5) };
    let slot = state.client_streams.take(client).ok_or_else(busy)?;
    let permit = Arc::clone(&state.streams).try_acquire_owned().map_err(|_| busy())?;
    let watch = state.watches.watch(&view.job.job_id).await?;
    metrics::stream_opened();
    let queue = VecDeque::from([Event::default().retry(Duration::from_secs(2))]);
    let stream = Stream {
        state,
        base,
        watch,
        position,
        queue,
        is_first: true,
        is_over: false,
        queue_position: None,
        _permit: permit,
        _slot: slot,
    };
    let events = futures::stream::unfold(stream, |mut stream| async move {
        let event = stream.next().await?;
        Some((Ok::<_, Infallible>(event), stream))
    });
    let alive = KeepAlive::new().interval(Duration::from_secs(15));
    let mut response = Sse::new(events).keep_alive(alive).into_response();
    // Proxies that gather answers before they pass them on would make live progress stand still.
    response.headers_mut().insert("x-accel-buffering", axum::http::HeaderValue::from_static("no"));
    Ok(response)
}

impl Stream {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.queue.pop_front() {
                return Some(event);
            }
            if self.is_over {
                return None;
            }
            let has_changed = std::mem::take(&mut self.is_first) || {
                let shutdown = self.state.shutdown.clone();
                tokio::select! {
                    changed = self.watch.changed() => changed.map(|()| true).ok()?,
                    // The position changes while the job itself does not.
                    () = tokio::time::sleep(LOOK_AT_QUEUE_EVERY), if self.queue_position.is_some() => false,
                    () = shutdown.cancelled() => return None,
                }
            };
            let seen = self.watch.borrow_and_update().clone();
            match seen {
                Some(view) => {
                    let body = JobBody::read(&self.state, &view, &self.base).await;
                    if has_changed || body.queue_position != self.queue_position {
                        self.queue_position = body.queue_position;
                        self.show(&view, body);
                    }
                }
                None => {
                    self.queue.push_back(Event::default().event("gone").data("{}"));
                    self.is_over = true;
                }
            }
        }
    }

    fn show(&mut self, view: &JobView, mut body: JobBody) {
        let job = &view.job;
        for entry in job.logs.iter().skip(self.position.unseen(job)) {
            let lines = if entry.at.0 == self.position.log { self.position.lines + 1 } else { 1 };
            self.position = Position { log: entry.at.0, lines, ..self.position };
            self.push("log", &LogBody::from_entry(entry));
        }
        // A status may change without the job: a lease runs out. So what has the same time is sent again.
        self.position.state = job.updated_at.0;
        body.logs.clear();
        self.push("job", &body);
        if view.status.is_final() {
            self.push("end", &serde_json::json!({ "status": view.status }));
            self.is_over = true;
        }
    }

    fn push<T: serde::Serialize>(&mut self, name: &str, body: &T) {
        let event = Event::default().event(name).id(self.position.id());
        match event.json_data(body) {
            Ok(event) => self.queue.push_back(event),
            Err(error) => tracing::error!(%error, "could not write an event"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_read_as_it_was_written() {
        let position = Position { state: 7, log: 5, lines: 2 };
        assert_eq!(Position::parse(&position.id()), Some(position));
        for wrong in ["", "1", "1-2", "1-2-3-4", "a-b-c", "1-2--3", "-1-2-3"] {
            assert_eq!(Position::parse(wrong), None, "{wrong}");
        }
    }
}
