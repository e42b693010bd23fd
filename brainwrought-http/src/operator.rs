//! [`is_operator`]: whether a request may see all jobs and what they cost.

use std::sync::atomic::Ordering;

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderName};

use tokio::time::Instant;

use crate::app_state::AppState;
use crate::client_id::ClientId;
use crate::{ApiError, Operators};

/// Tells whether a request comes from an operator.
///
/// One that came through a proxy that was not announced never does, not even with the token: what else the proxy lets
/// through, and who reads the answer, is not known.
///
/// # Errors
///
/// Fails when the client has sent too many wrong tokens of late.
pub(crate) fn is_operator(state: &AppState, client: ClientId, headers: &HeaderMap) -> Result<bool, ApiError> {
    let settings = &state.settings;
    let has_right = match &settings.operators {
        Operators::Everybody => true,
        Operators::Nobody => false,
        Operators::Bearer(token) => {
            let sent = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
            let sent = sent.and_then(|sent| sent.split_once(' '));
            match sent.filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer")) {
                Some((_, sent)) => {
                    let fits = token.fits(sent.trim());
                    state.take_token(client, fits, Instant::now())?;
                    fits
                }
                None => false,
            }
        }
    };
    let proxy = if settings.proxies == 0 { proxy_header(headers) } else { None };
    Ok(match proxy {
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
    })
}

/// How the names of headers begin that only proxies, balancers and content networks add.
const PROXY_PREFIXES: [&str; 42] = [
    "akamai-",
    "ali-cdn-",
    "cdn-",
    "cf-",
    "cloudfront-",
    "fastly-",
    "fly-",
    "forwarded",
    "ngrok-",
    "proxy-",
    "tailscale-",
    "wl-proxy-",
    "x-akamai-",
    "x-amz-cf-",
    "x-amzn-",
    "x-appengine-",
    "x-arr-",
    "x-azure-",
    "x-cdn",
    "x-client-",
    "x-cloud-trace-",
    "x-cluster-",
    "x-edge-",
    "x-envoy-",
    "x-fd-",
    "x-forwarded",
    "x-gfe-",
    "x-goog-",
    "x-google-",
    "x-haproxy",
    "x-nginx-",
    "x-original-",
    "x-proxy",
    "x-proxyuser-",
    "x-real-",
    "x-remote-",
    "x-litespeed",
    "x-sucuri-",
    "x-traefik-",
    "x-tunnel",
    "x-varnish",
    "x-vercel-",
];
/// Other names of such headers.
const PROXY_HEADERS: [&str; 22] = [
    "client-ip",
    "front-end-https",
    "incap-client-ip",
    "max-forwards",
    "remote-addr",
    "surrogate-capability",
    "true-client-ip",
    "via",
    "x-bluecoat-via",
    "x-coming-from",
    "x-from",
    "x-host",
    "x-http-host-override",
    "x-iinfo",
    "x-originating-ip",
    "x-request-start",
    "x-rewrite-url",
    "x-scheme",
    "x-server-name",
    "x-true-client-ip",
    "x-url-scheme",
    "x-via",
];

/// How the names of such headers end, whoever adds them: they tell whose request it was, or what stood between.
const PROXY_SUFFIXES: [&str; 12] = [
    "-buyer-ip",
    "-client-connection-ip",
    "-client-ip",
    "-connecting-ip",
    "-connection-ip",
    "-forward-for",
    "-forwarded-for",
    "-original-ip",
    "-real-ip",
    "-remote-ip",
    "-source-ip",
    "-visitor-ip",
];

/// The name of a header that only a proxy adds.
fn proxy_header(headers: &HeaderMap) -> Option<&str> {
    headers.keys().map(HeaderName::as_str).find(|name| {
        // CGI and its like cannot tell the two apart, and some proxies write the one for the other.
        let name = name.replace('_', "-");
        // What CGI calls a header begins with the protocol.
        let name = name.strip_prefix("http-").unwrap_or(&name);
        PROXY_HEADERS.contains(&name)
            || PROXY_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
            || PROXY_SUFFIXES.iter().any(|suffix| name.ends_with(suffix))
    })
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
            "x-forwarded-server",
            "x_forwarded_for",
            "x-original-forwarded-for",
            "forwarded",
            "via",
            "x-real-ip",
            "cf-connecting-ip",
            "cf-ray",
            "cdn-loop",
            "true-client-ip",
            "fastly-client-ip",
            "x-client-ip",
            "x-cluster-client-ip",
            "x-envoy-external-address",
            "x-azure-clientip",
            "x-amz-cf-id",
            "x-amzn-trace-id",
            "cloudfront-viewer-address",
            "proxy-connection",
            "x-nf-client-connection-ip",
            "do-connecting-ip",
            "oxylabs-client-ip",
            "x-forward-for",
            "x-google-real-ip",
            "x-traefik-router",
            "http_x_forwarded_for",
        ] {
            assert_eq!(proxy_header(&headers(&["host", name, "accept"])), Some(name));
        }
        // What browsers, tools and agents send by themselves.
        for name in [
            "host",
            "authorization",
            "origin",
            "x-requested-with",
            "x-request-id",
            "x-api-key",
            "x-csrf-token",
            "x-stainless-lang",
            "traceparent",
            "mcp-session-id",
            "sec-fetch-site",
            "upgrade-insecure-requests",
            "from",
            "dnt",
        ] {
            assert_eq!(proxy_header(&headers(&[name])), None, "{name}");
        }
    }
}
