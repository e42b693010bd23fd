//! [`guard`]: the middleware that checks every request and completes every response.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::extract::{ConnectInfo, MatchedPath, OriginalUri, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, ORIGIN, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use percent_encoding::percent_decode_str;
use tokio::time::Instant;

use crate::app_state::AppState;
use crate::client_id::ClientId;
use crate::links::{Base, MCP_PATH, UPLOAD_PATH};
use crate::long_poll::is_long_poll;
use crate::{ApiError, HttpSettings, metrics, page};

/// Refuses what must not pass, limits how often and how long, puts the security headers on, and counts.
pub(crate) async fn guard(State(state): State<Arc<AppState>>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let client = client(&state, &request);
    request.extensions_mut().insert(client);
    let page_base = page::wants_page(request.headers()).then(|| base_of(&request));
    let mut response = match admit(&state, &request, client, began) {
        Err(error) => error.into_response(),
        Ok(()) if has_own_deadline(&request) => next.run(request).await,
        Ok(()) => match tokio::time::timeout(state.settings.timeouts.answer, next.run(request)).await {
            Ok(response) => response,
            Err(_) => ApiError::Late.into_response(),
        },
    };
    if is_rejection(&response) {
        response = ApiError::wrong_request("this address or form cannot be read").into_response();
    }
    if let Some(base) = page_base {
        response = page::as_page(response, &base);
    }
    set_security_headers(&state.settings, response.headers_mut());
    // Anybody can invent methods, and each would be counted for ever.
    let known = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE]
        .contains(&method);
    let method = if known { method.as_str() } else { "other" };
    metrics::answered(method, &route, response.status().as_u16(), began.elapsed());
    response
}

/// Tells whether axum refused a request before a handler of ours saw it, in plain text.
fn is_rejection(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    response.status() == StatusCode::BAD_REQUEST && kind.starts_with("text/plain")
}

/// The path under which the router is mounted.
fn base_of(request: &Request) -> Base {
    let path = request.uri().path();
    let whole = request.extensions().get::<OriginalUri>().map_or(path, |whole| whole.path());
    Base::new(whole, path)
}

fn admit(state: &AppState, request: &Request, client: ClientId, now: Instant) -> Result<(), ApiError> {
    let headers = request.headers();
    let changes = !request.method().is_safe();
    check_origin(&state.settings, headers, changes)?;
    // The router would refuse it in words of its own.
    if percent_decode_str(request.uri().path()).decode_utf8().is_err() {
        return Err(ApiError::NoSuchPage);
    }
    state.take_request(client, now)?;
    // An agent's every question is a POST; its tools that change something take a turn themselves. An edit that is only
    // judged is asked about while somebody types.
    let path = request.uri().path();
    let only_asks = path == MCP_PATH || (path.starts_with("/api/jobs/") && path.ends_with("/script/check"));
    if changes && !only_asks { state.take_change(client, now) } else { Ok(()) }
}

/// A browser that was led here by another site must not be able to change anything, nor to read anything under a name
/// that only looks like ours (DNS rebinding).
fn check_origin(settings: &HttpSettings, headers: &HeaderMap, changes: bool) -> Result<(), ApiError> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(HOST);
    if let Some(known) = &settings.hosts
        && !host.is_some_and(|host| known.iter().any(|name| name.eq_ignore_ascii_case(without_port(host))))
    {
        return Err(ApiError::Foreign);
    }
    if !changes {
        return Ok(());
    }
    let is_own = match (text(HeaderName::from_static("sec-fetch-site")), text(ORIGIN)) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin.split_once("://").map(|(_, origin)| origin) == host,
        // No browser: a program sends what it likes anyway.
        (None, None) => true,
    };
    if is_own { Ok(()) } else { Err(ApiError::Foreign) }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

fn client(state: &AppState, request: &Request) -> ClientId {
    let settings = &state.settings;
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let forwarded = || {
        let lines = request.headers().get_all("x-forwarded-for").iter();
        let lines: Vec<_> = lines.map(|line| String::from_utf8_lossy(line.as_bytes())).collect();
        let hops: Vec<&str> = lines
            .iter()
            .flat_map(|line| line.split(','))
            .map(str::trim)
            .filter(|hop| !hop.is_empty())
            .collect();
        // Each proxy appends whom it heard; what stands before that anybody may have written. An entry that is no address
        // counts as well: without it another one would stand in its place.
        let hop = hops.get(hops.len().checked_sub(settings.proxies)?)?;
        Some(ClientId::forwarded(hop, peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))))
    };
    let forwarded = if settings.proxies > 0 { forwarded() } else { None };
    let client = forwarded.unwrap_or_else(|| peer.map_or(ClientId::Somebody, ClientId::at));
    if matches!(client, ClientId::Named(..)) && !state.told_of_entry.swap(true, Ordering::Relaxed) {
        tracing::warn!(
            "a proxy names a client in X-Forwarded-For by something else than an address; whoever has the same name there is \
             one client, so have the proxy append addresses"
        );
    }
    client
}

/// Tells whether the answer may take longer than others: uploads, messages of agents and long polls end by themselves.
fn has_own_deadline(request: &Request) -> bool {
    let path = request.uri().path();
    is_upload(request)
        || path == MCP_PATH
        || path.starts_with(UPLOAD_PATH)
        || is_long_poll(request.method(), request.uri())
}

fn is_upload(request: &Request) -> bool {
    let path = request.uri().path();
    // Another version may come with a file of music.
    let is_variant = path.starts_with("/jobs/") && path.ends_with("/variants");
    request.method() == Method::POST && (path == "/api/jobs" || path == "/jobs" || is_variant)
}

fn set_security_headers(settings: &HttpSettings, headers: &mut HeaderMap) {
    let ancestors = if settings.frame_ancestors.is_empty() {
        headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        "'none'".to_owned()
    } else {
        settings.frame_ancestors.join(" ")
    };
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; \
         font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
    );
    let policy = HeaderValue::from_str(&policy);
    let policy = policy.unwrap_or(HeaderValue::from_static("default-src 'none'"));
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(policy);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // The address of a job is the key to it, so no other site may see it. Sending none at all would be worse: browsers
    // then hide from us where a form comes from.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    for (name, value) in [
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(headers: &[(&'static str, &'static str)], changes: bool, hosts: Option<&[&str]>) -> bool {
        let mut settings = HttpSettings::new("in".into(), "out".into());
        settings.hosts = hosts.map(|hosts| hosts.iter().map(|host| (*host).to_owned()).collect());
        let map = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        check_origin(&settings, &map, changes).is_ok()
    }

    #[test]
    fn other_sites_change_nothing() {
        let host = ("host", "video.example:7860");
        for (headers, passes) in [
            (vec![host], true),
            (vec![host, ("origin", "http://video.example:7860")], true),
            (vec![host, ("origin", "http://evil.example")], false),
            (vec![host, ("origin", "null")], false),
            (vec![host, ("sec-fetch-site", "same-origin")], true),
            (vec![host, ("sec-fetch-site", "cross-site")], false),
            (vec![host, ("sec-fetch-site", "same-site")], false),
        ] {
            assert_eq!(check(&headers, true, None), passes, "{headers:?}");
            assert!(check(&headers, false, None), "{headers:?}");
        }
    }

    #[test]
    fn only_known_names_are_answered() {
        let known = Some(&["localhost", "127.0.0.1", "[::1]"][..]);
        for (host, passes) in [
            ("localhost", true),
            ("LOCALHOST:7860", true),
            ("127.0.0.1:1", true),
            ("[::1]:7860", true),
            ("[::1]", true),
            ("evil.example:7860", false),
            ("localhost.evil.example", false),
        ] {
            assert_eq!(check(&[("host", host)], false, known), passes, "{host}");
        }
        assert!(!check(&[], false, known));
    }
}
