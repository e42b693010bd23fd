//! [`is_operator`]: whether a request may see all jobs and what they cost.

use std::sync::atomic::Ordering;

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderName};

use crate::Operators;
use crate::app_state::AppState;

/// Tells whether a request comes from an operator.
///
/// One that came through a proxy that was not announced never does, not even with the token: what else the proxy lets
/// through, and who reads the answer, is not known.
pub(crate) fn is_operator(state: &AppState, headers: &HeaderMap) -> bool {
    let settings = &state.settings;
    let has_right = match &settings.operators {
        Operators::Everybody => true,
        Operators::Nobody => false,
        Operators::Bearer(token) => {
            let sent = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
            let sent = sent.and_then(|sent| sent.split_once(' '));
            sent.is_some_and(|(kind, sent)| kind.eq_ignore_ascii_case("bearer") && token.fits(sent.trim()))
        }
    };
    let proxy = if settings.proxies == 0 { proxy_header(headers) } else { None };
    match proxy {
        Some(header) if has_right => {
            if !state.told_of_proxy.swap(true, Ordering::Relaxed) {
                tracing::warn!(
                    header,
                    "refused an operator, because the request came through a proxy and the server was told of none; \
                     start it with `--proxies 1`, or ask it without the proxy"
                );
            }
            false
        }
        _ => has_right,
    }
}

/// The headers that proxies add beside those that begin with `x-forwarded-`.
const PROXY_HEADERS: [&str; 7] =
    ["forwarded", "via", "x-real-ip", "cf-connecting-ip", "true-client-ip", "x-client-ip", "x-original-host"];

/// The name of a header that only a proxy adds.
fn proxy_header(headers: &HeaderMap) -> Option<&str> {
    let is_one = |name: &&str| name.starts_with("x-forwarded-") || PROXY_HEADERS.contains(name);
    headers.keys().map(HeaderName::as_str).find(is_one)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_proxy_is_known_by_its_headers() {
        let headers = |names: &[&'static str]| -> HeaderMap {
            names.iter().map(|name| (HeaderName::from_static(name), HeaderValue::from_static("x"))).collect()
        };
        for name in [
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-proto",
            "forwarded",
            "via",
            "x-real-ip",
            "cf-connecting-ip",
            "true-client-ip",
        ] {
            assert_eq!(proxy_header(&headers(&["host", name, "accept"])), Some(name));
        }
        assert_eq!(proxy_header(&headers(&["host", "authorization", "origin", "x-requested-with"])), None);
    }
}
