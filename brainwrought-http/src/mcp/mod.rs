//! The endpoint for agents: the Model Context Protocol over streamable HTTP, at `/mcp`.
//!
//! Every request stands for itself: there are no sessions, so a restart loses none and any server of a fleet may answer.
//! The guard before it has checked host, origin and quota; a tool does what the API does, through the same functions.

mod job_tools;
mod tool_list;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use axum::{Json, Router};
use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use serde_json::{Value, json};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;
use tower::ServiceExt as _;

use crate::ApiError;
use crate::app_state::AppState;
use crate::client_id::ClientId;
use crate::client_slots::ClientSlot;
use crate::links::MCP_PATH;
use crate::links::{ApiBase, Base};
use crate::pace::Pace;
use job_tools::JobTools;

/// The largest PDF that a message may hold, in bytes. A message is in memory as a whole, so it is less than an upload's.
pub(crate) const MAX_MESSAGE_PDF_BYTES: u64 = 10_000_000;

/// Messages up to so many bytes are read at once; a larger one needs a place.
const SMALL: usize = 256 << 10;

/// How much longer than a PDF in base64 a message may be, in bytes.
const ENVELOPE: u64 = 64 << 10;

type Service = StreamableHttpService<JobTools, NeverSessionManager>;

/// The route of the endpoint.
pub(crate) fn routes(state: &Arc<AppState>) -> Router<Arc<AppState>> {
    // The guard checks `Host` and `Origin` for every route, by the server's own settings.
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_cancellation_token(state.shutdown.child_token())
        .with_max_request_body_bytes(usize::try_from(longest(state)).unwrap_or(usize::MAX))
        .disable_allowed_hosts()
        .disable_allowed_origins();
    let tools = JobTools::new(Arc::clone(state));
    let service = Service::new(move || Ok(tools.clone()), Arc::default(), config);
    let handler =
        async move |State(state): State<Arc<AppState>>, ApiBase(base): ApiBase, request: Request| {
            answer(&service, &state, base, request).await.unwrap_or_else(|error| error.into_response())
        };
    Router::new().route(MCP_PATH, any(handler))
}

async fn answer(
    service: &Service,
    state: &AppState,
    base: Base,
    request: Request,
) -> Result<Response, ApiError> {
    let (mut parts, body) = request.into_parts();
    let (message, _place) = whole(state, &parts, body).await?;
    parts.extensions.insert(base);
    let is_json = parts.method == Method::POST && is_json(&parts.headers);
    let request = Request::from_parts(parts, Body::from(message.clone()));
    let answering = service.clone().oneshot(request);
    match tokio::time::timeout(state.settings.timeouts.answer, answering).await {
        // The library takes what it cannot read for another type of content.
        Ok(Ok(response)) if is_json && response.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            Ok(unreadable(&message))
        }
        Ok(Ok(response)) => Ok(response.map(Body::new)),
        Ok(Err(never)) => match never {},
        Err(_) => Err(ApiError::Late),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

/// Says what is wrong with a message as JSON-RPC 2.0 does it (section 5.1). Its id is repeated where it can be read.
fn unreadable(message: &[u8]) -> Response {
    let (code, text, id) = match serde_json::from_slice::<Value>(message) {
        Err(error) => (-32_700, format!("the message cannot be read as JSON: {error}"), Value::Null),
        Ok(Value::Array(_)) => {
            let text = "messages are not taken in batches; send each in a request of its own";
            (-32_600, text.to_owned(), Value::Null)
        }
        Ok(message) => {
            let id = message.get("id").filter(|id| id.is_string() || id.is_number()).cloned();
            (-32_600, "the message is no JSON-RPC 2.0 request".to_owned(), id.unwrap_or_default())
        }
    };
    let body = json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": text } });
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}

/// The most bytes of a message.
fn longest(state: &AppState) -> u64 {
    largest_pdf(state).div_ceil(3) * 4 + ENVELOPE
}

/// The largest PDF that a message may hold here, in bytes.
fn largest_pdf(state: &AppState) -> u64 {
    MAX_MESSAGE_PDF_BYTES.min(state.settings.limits.upload_bytes)
}

/// The place of a large message, among those of its client and among all.
type MessagePlace = (ClientSlot, OwnedSemaphorePermit);

/// Reads a message with the timeouts of an upload. Few large ones are read at a time, for each is in memory.
async fn whole(
    state: &AppState,
    parts: &Parts,
    body: Body,
) -> Result<(Bytes, Option<MessagePlace>), ApiError> {
    let too_large = || ApiError::TooLarge { limit: largest_pdf(state) };
    let announced =
        parts.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|announced| announced > longest(state)) {
        return Err(too_large());
    }
    let busy = || ApiError::Busy {
        reason: "too many large messages are under way".to_owned(),
        after: Duration::from_secs(5),
    };
    let client = parts.extensions.get::<ClientId>().copied().unwrap_or(ClientId::Somebody);
    let mut pace = Pace::begin(state.settings.timeouts);
    let (mut message, mut place) = (BytesMut::new(), None);
    let mut body = body.into_data_stream();
    loop {
        let until = pace.deadline(Instant::now());
        let piece = tokio::time::timeout_at(until, body.next()).await.map_err(|_| ApiError::TooSlow)?;
        let Some(piece) = piece else { break };
        let piece = piece.map_err(|_| ApiError::Truncated)?;
        pace.received(piece.len());
        message.extend_from_slice(&piece);
        if message.len() as u64 > longest(state) {
            return Err(too_large());
        }
        if message.len() > SMALL && place.is_none() {
            let slot = state.client_messages.take(client).ok_or_else(busy)?;
            let free = Arc::clone(&state.large_messages).try_acquire_owned().map_err(|_| busy())?;
            place = Some((slot, free));
        }
    }
    Ok((message.freeze(), place))
}
