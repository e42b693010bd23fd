//! What a reply with another status than success means.

use std::time::Duration;

use http::StatusCode;
use serde_json::Value;

use super::error::ProviderError;
use super::secret::Secret;

/// A reply with another status than success.
#[derive(Debug)]
pub(super) struct ErrorResponse<'a> {
    pub(super) provider: &'a str,
    /// What the provider must not be quoted with.
    pub(super) secrets: Vec<Secret>,
    pub(super) status: StatusCode,
    /// How long the provider wants to be left alone.
    pub(super) wait: Option<Duration>,
    pub(super) body: &'a [u8],
}

/// What providers say when it is the account, not the pace, that is at its end.
const NO_QUOTA: [&str; 3] = ["insufficient_quota", "quota_exceeded", "billing_hard_limit_reached"];

impl ErrorResponse<'_> {
    /// Names what happened.
    pub(super) fn name(self) -> ProviderError {
        let body = serde_json::from_slice::<Value>(self.body).unwrap_or_default();
        let text = String::from_utf8_lossy(self.body);
        let (provider, status, said) =
            (self.provider.to_owned(), self.status.as_u16(), self.said(&body, &text));
        let is_broke = matches!(status, 401 | 403 | 429) && NO_QUOTA.iter().any(|code| text.contains(code));
        let is_bad_key = status == 400 && text.contains("API_KEY_INVALID");
        match status {
            402 => ProviderError::Unpaid { provider, status, said },
            _ if is_broke => ProviderError::Unpaid { provider, status, said },
            401 | 403 => ProviderError::BadKey { provider, status, said },
            _ if is_bad_key => ProviderError::BadKey { provider, status, said },
            429 => ProviderError::RateLimited {
                provider,
                wait: self.wait.or_else(|| super::wait::retry_info(&body)),
            },
            408 | 500.. => ProviderError::Server { provider, status, wait: self.wait, said },
            _ => ProviderError::BadRequest { provider, status, said },
        }
    }

    /// What the provider said, short, without the key and after a colon; empty where it said nothing.
    fn said(&self, body: &Value, text: &str) -> String {
        const MAX_CHARS: usize = 300;
        let said = message(body).unwrap_or(match body {
            // A page of a server in between tells people nothing.
            _ if text.trim_start().starts_with('<') => "",
            _ => text,
        });
        let said = self.secrets.iter().fold(said.to_owned(), |said, secret| secret.scrub(&said));
        let said = without_header(&said);
        let said: String = said.split_whitespace().collect::<Vec<_>>().join(" ");
        match said.chars().take(MAX_CHARS).collect::<String>() {
            said if said.is_empty() => said,
            said => format!(": {}", said.trim_end_matches(['.', ' '])),
        }
    }
}

/// Takes the values of repeated headers with credentials out of a text: those for a proxy on the way are not known here.
fn without_header(said: &str) -> String {
    let mut hidden = 0;
    let words = said.split_whitespace().map(|word| {
        if word.to_ascii_lowercase().ends_with("authorization:") {
            // The scheme and the credentials.
            hidden = 2;
            return word;
        }
        if hidden == 0 {
            return word;
        }
        hidden -= 1;
        if hidden == 0 { "(key)" } else { word }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The message of an error, wherever providers put it.
pub(super) fn message(body: &Value) -> Option<&str> {
    const PLACES: [&str; 8] = [
        "/error/message",
        "/error",
        "/message",
        "/detail/message",
        "/detail/error",
        "/detail",
        "/detail/0/msg",
        "/0/error/message",
    ];
    PLACES.iter().find_map(|place| body.pointer(place)?.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(status: u16, body: &str) -> ProviderError {
        let key = Secret::new("sk-hush-0123456789").unwrap();
        let status = StatusCode::from_u16(status).unwrap();
        ErrorResponse { provider: "p", secrets: vec![key], status, wait: None, body: body.as_bytes() }.name()
    }

    #[test]
    fn each_status_has_its_name() {
        assert!(matches!(name(401, "{}"), ProviderError::BadKey { .. }));
        assert!(matches!(name(402, ""), ProviderError::Unpaid { .. }));
        assert!(matches!(name(404, ""), ProviderError::BadRequest { .. }));
        assert!(matches!(name(408, ""), ProviderError::Server { .. }));
        assert!(matches!(name(429, ""), ProviderError::RateLimited { wait: None, .. }));
        assert!(matches!(name(529, "{}"), ProviderError::Server { status: 529, .. }));
    }

    #[test]
    fn an_empty_account_is_not_a_pace() {
        let error = name(429, r#"{"error":{"message":"You exceeded it.","code":"insufficient_quota"}}"#);
        assert!(matches!(error, ProviderError::Unpaid { status: 429, .. }));
        let error = name(401, r#"{"detail":{"status":"quota_exceeded","message":"0 credits"}}"#);
        assert!(matches!(error, ProviderError::Unpaid { .. }), "{error}");
        let gemini = r#"{"error":{"details":[{"reason":"API_KEY_INVALID"}],"message":"API key not valid."}}"#;
        assert!(matches!(name(400, gemini), ProviderError::BadKey { .. }));
        let slow = r#"{"error":{"details":[{"retryDelay":"3s"}]}}"#;
        assert!(matches!(name(429, slow), ProviderError::RateLimited { wait: Some(_), .. }));
    }

    #[test]
    fn an_error_response_is_short_and_without_the_key() {
        let error = name(400, r#"{"error":{"message":"no model x\n for sk-hush-0123456789."}}"#).to_string();
        assert_eq!(error, "p refused the request (400): no model x for (key)");
        let error = name(407, r#"{"error":"no: Proxy-Authorization: Basic bWU6aHVzaA== GET /"}"#).to_string();
        assert_eq!(error, "p refused the request (407): no: Proxy-Authorization: Basic (key) GET /");
        assert!(name(400, &"x".repeat(9_999)).to_string().len() < 400);
        assert_eq!(name(400, "<html>Bad Gateway</html>").to_string(), "p refused the request (400)");
    }
}
