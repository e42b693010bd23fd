//! Upload addresses: a URL for one PDF, given out before the PDF comes.
//!
//! An address holds what was ordered, signed; nothing is stored for it. The job that comes of it is created under a key
//! of the address, so that it is one job, however often a PDF is sent there.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use brainwrought_core::clock::{Timestamp, wall_time};
use serde::{Deserialize, Serialize};

use crate::ApiError;
use crate::api::submitted;
use crate::api_error::ErrorBody;
use crate::app_state::AppState;
use crate::client_id::ClientId;
use crate::idempotency_key::stored_key;
use crate::intake::{PdfRequest, receive_ordered};
use crate::job_body::SubmittedBody;
use crate::links::{ApiBase, Base, UPLOAD_PATH};
use crate::order::Order;
use crate::server_secret::{ServerSecret, hex};
use crate::upload_form::PdfBytes;

/// How long an address is good.
const GOOD_FOR: Duration = Duration::from_secs(15 * 60);

/// Keeps these signatures apart from those of webhooks, which have the same key.
const PURPOSE: &[u8] = b"brainwrought upload address 1\0";

/// What an address holds.
#[derive(Debug, Serialize, Deserialize)]
struct Ticket {
    until: Timestamp,
    order: Order,
}

/// An address that was given out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct UploadAddress {
    pub(crate) url: String,
    /// When it is no longer good.
    pub(crate) until: Timestamp,
}

/// Gives out an address for one PDF. An order without a key of the client's gets a random one.
///
/// # Errors
///
/// Fails when the system has no randomness.
pub(crate) fn give_out(
    secret: &ServerSecret,
    mut order: Order,
    base: &Base,
) -> Result<UploadAddress, ApiError> {
    let failed = "give out an address";
    if order.key.is_none() {
        let mut drawn = [0; 16];
        getrandom::fill(&mut drawn)
            .map_err(|error| ApiError::unavailable(failed, std::io::Error::other(error)))?;
        order.key = Some(stored_key(ClientId::Somebody, &hex(&drawn))?);
    }
    let until = Timestamp(wall_time().0 + GOOD_FOR.as_millis() as u64);
    let ticket = serde_json::to_vec(&Ticket { until, order });
    let ticket = ticket.map_err(|error| ApiError::unavailable(failed, error))?;
    let signature = secret.sign(&[PURPOSE, &ticket]);
    let code = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    Ok(UploadAddress { url: format!("{}{UPLOAD_PATH}{}.{}", base.0, code(&ticket), code(&signature)), until })
}

/// Reads an address that was given out, if it is still good.
fn read(secret: &ServerSecret, text: &str, now: Timestamp) -> Result<Order, ApiError> {
    let decode = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).ok();
    let ticket = text.split_once('.').and_then(|(ticket, signature)| {
        let (ticket, signature) = (decode(ticket)?, decode(signature)?);
        secret.is_signed(&[PURPOSE, &ticket], &signature).then_some(ticket)
    });
    let ticket: Option<Ticket> = ticket.and_then(|ticket| serde_json::from_slice(&ticket).ok());
    ticket.filter(|ticket| ticket.until >= now).map(|ticket| ticket.order).ok_or(ApiError::NoSuchUpload)
}

/// Takes the file for which an address was given out, and creates its job.
///
/// The MCP tool `request_upload` gives out addresses. Each is good for one job and a quarter of an hour: the same file sent
/// again finds the same job.
#[utoipa::path(
    put, path = "/api/uploads/{upload}", tag = "jobs", operation_id = "upload",
    params(("upload" = String, Path, description = "The upload address.")),
    request_body(content = PdfBytes, content_type = "application/pdf", description = "The file."),
    responses(
        (status = 202, description = "The job; `Location` names it.", body = SubmittedBody),
        (status = 400, description = "The file is empty or incomplete.", body = ErrorBody),
        (status = 404, description = "The address is unknown or has expired.", body = ErrorBody),
        (status = 408, description = "The upload was too slow.", body = ErrorBody),
        (status = 413, description = "The file is too large.", body = ErrorBody),
        (status = 415, description = "The file is of no kind that can be read; the message lists those that can.", body = ErrorBody),
        (status = 422, description = "A different file was uploaded to this address before.", body = ErrorBody),
        (status = 507, description = "The server is out of storage.", body = ErrorBody),
    )
)]
pub(crate) async fn upload(
    State(state): State<Arc<AppState>>,
    Extension(client): Extension<ClientId>,
    ApiBase(base): ApiBase,
    Path(upload): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let order = read(state.secret()?, &upload, wall_time())?;
    let request = PdfRequest { headers: &headers, query: None, base: &base };
    Ok(submitted(&receive_ordered(&state, client, request, body, order).await?, &base))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_good_for_its_server_its_order_and_its_time() {
        let (own, other) = (ServerSecret::random().unwrap(), ServerSecret::random().unwrap());
        let base = Base("https://video.example".to_owned());
        let order = Order { file_name: "paper.pdf".to_owned(), ..Order::default() };
        let given = give_out(&own, order.clone(), &base).unwrap();
        let token = given.url.strip_prefix("https://video.example/api/uploads/").unwrap();
        let read_order = read(&own, token, given.until).unwrap();
        assert_eq!(
            (read_order.file_name, read_order.options),
            (order.file_name.clone(), order.options.clone())
        );
        assert!(read_order.key.unwrap().starts_with("http:"));
        let refused =
            |secret, token: &str, at| matches!(read(secret, token, at), Err(ApiError::NoSuchUpload));
        assert!(refused(&own, token, Timestamp(given.until.0 + 1)));
        assert!(refused(&other, token, given.until));
        for end in 0..token.len() {
            assert!(refused(&own, &token[..end], given.until), "{end}");
        }
        assert!(refused(&own, &token.replacen(token.get(..1).unwrap(), "A", 1), given.until));
        assert_ne!(give_out(&own, order, &base).unwrap(), given);
    }
}
