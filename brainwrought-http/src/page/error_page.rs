//! Errors as pages, for browsers; programs get JSON.

use axum::http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use maud::{Markup, html};

use super::shell::frame;
use crate::api_error::ErrorDetail;
use crate::links::Base;

/// Tells whether whoever asks wants a page: browsers that go to an address say so, programs and scripts do not.
pub(crate) fn wants_page(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|line| line.split(',')).any(|kind| {
        let kind = kind.split(';').next().unwrap_or_default().trim();
        kind.eq_ignore_ascii_case("text/html") || kind.eq_ignore_ascii_case("application/xhtml+xml")
    })
}

/// Replaces the body of an error by a page. The status and every other header stay; what is no error, or is a page
/// already, stays as it is.
pub(crate) fn as_page(response: Response, base: &Base) -> Response {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("text/html") {
        return response;
    }
    let message = response.extensions().get::<ErrorDetail>().map(|error| sentence(&error.message));
    let page = page(base, status, &message.unwrap_or_default()).into_string();
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    Response::from_parts(parts, page.into())
}

fn page(base: &Base, status: StatusCode, message: &str) -> Markup {
    let title = title(status);
    let content = html! {
        article.error {
            p.status aria-hidden="true" { (status.as_u16()) }
            h1.doc { (title) }
            p.lead { (message) }
            p.links { a.primary href={ (base.0) "/" } { "Go to the start page" } " " a.quiet href={ (base.0) "/?tab=retrieve" } { "Find a video" } }
        }
    };
    frame(&base.0, &format!("{title} · Brainwrought"), false, &content)
}

fn title(status: StatusCode) -> &'static str {
    match status {
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => "The request was not understood",
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => "Access denied",
        StatusCode::NOT_FOUND => "Not found",
        StatusCode::METHOD_NOT_ALLOWED => "Nothing to see at this address",
        StatusCode::REQUEST_TIMEOUT => "The upload took too long",
        StatusCode::CONFLICT => "Not possible right now",
        StatusCode::PAYLOAD_TOO_LARGE => "The file is too large",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "Wrong kind of file",
        StatusCode::TOO_MANY_REQUESTS => "Too many requests",
        StatusCode::SERVICE_UNAVAILABLE => "The server is not available right now",
        StatusCode::INSUFFICIENT_STORAGE => "The server is full",
        status if status.is_server_error() => "Something went wrong on the server",
        _ => "That did not work",
    }
}

/// Writes a message as a sentence: with a capital letter, unless it begins with a name in backticks, and a full stop.
pub(super) fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let end = if message.is_empty() || message.ends_with(['.', '!', '?', '…']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_get_pages_and_programs_do_not() {
        for (accept, is_browser) in [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true),
            ("application/json, TEXT/HTML;q=0.5", true),
            ("*/*", false),
            ("application/json", false),
            ("image/avif,image/webp,*/*", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept))]);
            assert_eq!(wants_page(&headers), is_browser, "{accept}");
        }
        assert!(!wants_page(&HeaderMap::new()));
    }

    #[test]
    fn a_page_keeps_status_and_headers_of_its_error() {
        use axum::response::IntoResponse as _;
        for error in [
            crate::ApiError::Full("no space".into()),
            crate::ApiError::TooLarge { limit: 1_000_000 },
            crate::ApiError::Busy { reason: "too many".to_owned(), after: std::time::Duration::from_secs(7) },
            crate::ApiError::unavailable("reach the job store", "gone"),
        ] {
            let plain = error.into_response();
            let (status, retry) = (plain.status(), plain.headers().get("retry-after").cloned());
            let page = as_page(plain, &Base::default());
            assert_eq!((page.status(), page.headers().get("retry-after").cloned()), (status, retry));
            assert_eq!(page.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
        }
        let fine = as_page(Response::new(axum::body::Body::empty()), &Base::default());
        assert!(fine.headers().get(CONTENT_TYPE).is_none());
    }

    #[test]
    fn a_message_becomes_a_sentence() {
        assert_eq!(sentence("this file is not a PDF"), "This file is not a PDF.");
        assert_eq!(sentence("Done."), "Done.");
        assert_eq!(sentence(""), "");
    }
}
