//! [`idempotency_key`]: the key by which a client finds the job of a request that it sends again.

use axum::http::HeaderMap;
use brainwrought_core::id::Digest;

use crate::ApiError;
use crate::app_state::AppState;
use crate::client_id::ClientId;

/// Reads the `Idempotency-Key` of a request.
pub(crate) fn idempotency_key(client: ClientId, headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    stored_key(client, value.to_str().unwrap_or_default()).map(Some)
}

/// The name that a key of a client has in the store. No other frontend's keys meet it, nor do those of other clients: a key
/// that somebody guesses leads to nobody else's job.
///
/// # Errors
///
/// Fails when it is no key.
pub(crate) fn stored_key(client: ClientId, key: &str) -> Result<String, ApiError> {
    if !key.is_ascii() || !(1..=255).contains(&key.len()) {
        return Err(ApiError::WrongRequest(
            "an Idempotency-Key must be 1 to 255 ASCII characters".to_owned(),
        ));
    }
    Ok(format!("http:{}", Digest::of(format!("{client}\n{key}").as_bytes())))
}

/// Tells whether a job that is not over has this key, so that nothing new would be stored.
pub(crate) async fn is_known(state: &AppState, key: Option<&str>) -> Result<bool, ApiError> {
    let Some(key) = key else { return Ok(false) };
    Ok(state.active_jobs().await?.iter().any(|view| view.job.idempotency_key.as_deref() == Some(key)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_bounded() {
        let client = |last: u8| ClientId::at([192, 0, 2, last].into());
        let read = |value: &[u8]| {
            let mut headers = HeaderMap::new();
            headers.insert("idempotency-key", axum::http::HeaderValue::from_bytes(value).unwrap());
            idempotency_key(client(1), &headers)
        };
        assert!(read(b"k").unwrap().unwrap().starts_with("http:"));
        assert_ne!(read(b"k").unwrap(), read(b"l").unwrap());
        assert_ne!(stored_key(client(1), "k").unwrap(), stored_key(client(2), "k").unwrap());
        assert!(read(b"").is_err() && read(&[b'a'; 256]).is_err() && read(b"\xff").is_err());
    }
}
