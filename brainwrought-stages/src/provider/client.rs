//! [`ProviderClient`]: calls one provider, again when that may help, within what the job may spend.

use std::net::IpAddr;
use std::time::Duration;

use brainwrought_core::budget::Cost;
use brainwrought_core::clock::wall_time;
use brainwrought_core::event::LogLevel;
use brainwrought_core::retry::{Backoff, draw, retry_after};
use brainwrought_core::stage::StageContext;
use bytes::{Bytes, BytesMut};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use url::{Host, Url};

use super::client_settings::{Auth, ClientSettings};
use super::error::ProviderError;
use super::error_response::ErrorResponse;
use super::exchange::Exchange;
use super::http_client::{HttpClient, HttpResponse};
use super::http_error::{Broken, HttpError};
use super::login::Login;
use super::network::Network;
use super::request::{FORM, Reply, Request, Target};
use super::secret::Secret;
use super::service::Service;

/// The most of a refusal that is read, in bytes.
const MAX_REFUSAL: u64 = 64 << 10;
/// An address that a provider gives may lead on; more often than this it leads nowhere.
const MAX_HOPS: usize = 5;

/// Calls one provider. Cloning is cheap, and clones share connections.
#[derive(Debug, Clone)]
pub struct ProviderClient {
    http: HttpClient,
    settings: ClientSettings,
    base: Url,
    /// What the address itself brings along for the server alone.
    login: Login,
    who: String,
}

impl ProviderClient {
    /// Sets a client up. Opens no connection.
    ///
    /// # Errors
    ///
    /// Fails when the base is no address, when a key would travel to a hosted provider in the clear, and in a build without
    /// the feature `providers`.
    pub fn new(settings: ClientSettings) -> Result<Self, ProviderError> {
        let wrong = |what: &str| ProviderError::Misconfigured {
            provider: settings.name.clone(),
            what: format!("its base URL is {what}; give one such as https://api.example.com/v1"),
        };
        let text = settings.secret_base.as_ref().map_or(settings.base.as_str(), Secret::reveal);
        let mut base = Url::parse(text.trim_end_matches('/')).map_err(|_| wrong("no URL"))?;
        if !matches!(base.scheme(), "http" | "https") || base.host().is_none() {
            return Err(wrong("no address of the web"));
        }
        let login = match settings.secret_base {
            Some(_) => Login::take(&mut base),
            None if Login::is_in(&base) => {
                return Err(wrong("one with a password or a query in it, which would be shown"));
            }
            None => Login::default(),
        };
        let is_local = is_loopback(&base);
        let is_hosted = Service::named(&settings.name).is_some();
        if is_hosted && settings.key.is_some() && base.scheme() == "http" && !is_local {
            return Err(wrong("one without https, and everybody on the way would see the key"));
        }
        let http = HttpClient::new(&settings, is_local)?;
        let host = host_of(&base);
        let who = if settings.name == host { host } else { format!("{} ({host})", settings.name) };
        Ok(Self { http, settings, base, login, who })
    }

    /// The provider's name, such as `openai`.
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// The provider's name and host, for people.
    pub fn who(&self) -> &str {
        &self.who
    }

    /// Tells whether the provider is a server on this machine.
    pub fn is_local(&self) -> bool {
        is_loopback(&self.base)
    }

    /// Tells whether there is a key.
    pub fn has_key(&self) -> bool {
        self.settings.key.is_some()
    }

    /// Fails when the network is off.
    pub(super) fn check_network(&self) -> Result<(), ProviderError> {
        match self.settings.network {
            Network::On => Ok(()),
            Network::Off => Err(ProviderError::Offline { provider: self.who.clone() }),
        }
    }

    /// Calls the provider and reads its reply with `read`, which also tells what the call did cost.
    ///
    /// It is guaranteed that nothing is resolved or connected when the network is off, that the most a try can cost is set
    /// aside before it, and that the conversation is noted, however it ends. A try that surely never reached the provider
    /// or that it refused costs nothing; one whose end is not known (a timeout, a cut reply) stays set aside. What may
    /// pass is tried again; so is, once, what came too late or `read` finds unreadable.
    ///
    /// # Errors
    ///
    /// Fails as [`ProviderError`] tells, once no more tries are left.
    pub async fn call<T>(
        &self,
        cx: &StageContext,
        request: &Request,
        read: impl Fn(&Reply) -> Result<(T, Cost), ProviderError> + Send,
    ) -> Result<T, ProviderError> {
        self.call_watched(cx, request, &|_| (), read).await
    }

    /// As [`call`](Self::call), and tells `watch` how many bytes of the reply are there, as they come.
    ///
    /// # Errors
    ///
    /// Those of [`call`](Self::call).
    pub async fn call_watched<T>(
        &self,
        cx: &StageContext,
        request: &Request,
        watch: &(dyn Fn(u64) + Sync),
        read: impl Fn(&Reply) -> Result<(T, Cost), ProviderError> + Send,
    ) -> Result<T, ProviderError> {
        self.check_network()?;
        let mut url = self.address(request)?;
        let paid = match request.model.as_str() {
            "" => self.settings.name.clone(),
            model => format!("{}/{model}", self.settings.name),
        };
        let begin = |url: &Url| {
            Exchange::begin(cx, paid.clone(), host_of(url), request.purpose.clone(), request.bill)
        };
        let mut exchange = begin(&url).await?;
        let (mut tries, mut hops) = (Tries::default(), 0);
        loop {
            let end = self.send_once(cx, request, &url, &mut exchange, watch).await;
            let error = match end {
                Ok(Sent::Moved(to)) if hops < MAX_HOPS => {
                    exchange.settle(Cost::FREE).await;
                    url = self.given(&to, &url)?;
                    exchange = begin(&url).await?;
                    hops += 1;
                    continue;
                }
                Ok(Sent::Moved(_)) => self.bad("it leads on to other addresses without end"),
                Ok(Sent::Whole(reply)) => match read(&reply) {
                    Ok((value, cost)) => {
                        exchange.settle(cost).await;
                        return Ok(value);
                    }
                    // Whoever reads a reply may quote it, and it may repeat what was sent.
                    Err(error) => error.rewritten(|text| self.scrub(text)),
                },
                Err(error) => error,
            };
            exchange.leave_open();
            self.pause(cx, &mut tries, error).await?;
        }
    }

    /// One try. Money of a try that surely costs nothing is settled here.
    async fn send_once(
        &self,
        cx: &StageContext,
        request: &Request,
        url: &Url,
        exchange: &mut Exchange<'_>,
        watch: &(dyn Fn(u64) + Sync),
    ) -> Result<Sent, ProviderError> {
        let (url, headers, body) = self.outgoing(request, url)?;
        if cx.cancellation().is_cancelled() {
            return Err(self.cancelled());
        }
        exchange.reserve().await?;
        let sending = async {
            let length = request.body.as_ref().map_or(0, |body| body.bytes.len()) + query_length(request);
            let response = match self.http.send(request.method.clone(), url, headers, body).await {
                Err(HttpError::Unreachable(source)) => {
                    exchange.settle(Cost::FREE).await;
                    return Err(ProviderError::Unreachable { provider: self.who.clone(), source });
                }
                Err(HttpError::Broken(how)) => {
                    exchange.sent(length as u64);
                    return Err(self.broken(how));
                }
                Ok(response) => response,
            };
            exchange.sent(length as u64);
            let (status, headers) = (response.status(), response.headers().clone());
            if status.is_redirection()
                && matches!(request.target, Target::Given(_))
                && let Some(to) = text(&headers, header::LOCATION)
            {
                return Ok(Sent::Moved(to.to_owned()));
            }
            if !status.is_success() {
                let body = self.body(response, MAX_REFUSAL, exchange, &|_| ()).await.unwrap_or_default();
                // A server in between that gave up waiting does not know how the call ended.
                if !matches!(status.as_u16(), 408 | 502 | 504 | 520..=524) {
                    exchange.settle(Cost::FREE).await;
                }
                let (secrets, wait) = (self.secrets(), self.asked_wait(&headers));
                return Err(ErrorResponse { provider: &self.who, secrets, status, wait, body: &body }.name());
            }
            let found = text(&headers, header::CONTENT_TYPE).unwrap_or_default();
            if !request.accept.takes(found) {
                return Err(ProviderError::WrongContentType {
                    provider: self.who.clone(),
                    wanted: request.accept.noun(),
                    found: found.chars().take(80).collect(),
                });
            }
            let most = request.most_bytes.unwrap_or(self.settings.most_bytes);
            let bytes = self.body(response, most, exchange, watch).await?;
            Ok(Sent::Whole(Reply { provider: self.who.clone(), headers, bytes }))
        };
        tokio::select! {
            biased;
            () = cx.cancellation().cancelled() => Err(self.cancelled()),
            sent = sending => sent,
        }
    }

    async fn body(
        &self,
        mut response: HttpResponse,
        most: u64,
        exchange: &mut Exchange<'_>,
        watch: &(dyn Fn(u64) + Sync),
    ) -> Result<Bytes, ProviderError> {
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|how| self.broken(how))? {
            exchange.received(chunk.len() as u64);
            if body.len() as u64 + chunk.len() as u64 > most {
                return Err(ProviderError::TooLarge { provider: self.who.clone(), limit: most });
            }
            body.extend_from_slice(&chunk);
            watch(body.len() as u64);
        }
        Ok(body.freeze())
    }

    /// Rests before the next try, or gives the error back when there should be none.
    async fn pause(
        &self,
        cx: &StageContext,
        tries: &mut Tries,
        error: ProviderError,
    ) -> Result<(), ProviderError> {
        let is_over = match &error {
            // Who was late or sent nonsense may have worked for it, and may want to be paid each time.
            ProviderError::Timeout { .. } => std::mem::replace(&mut tries.was_late, true),
            ProviderError::BadReply { .. } => std::mem::replace(&mut tries.was_garbled, true),
            error => !error.is_retryable(),
        };
        if is_over || tries.count >= self.settings.retries {
            return Err(error);
        }
        let asked = match &error {
            ProviderError::Cancelled { .. } | ProviderError::StageBudget(_) => return Err(error),
            ProviderError::RateLimited { wait, .. } | ProviderError::Server { wait, .. } => *wait,
            _ => None,
        };
        if asked.is_some_and(|wait| wait > self.settings.max_retry_after) {
            return Err(error);
        }
        let backoff = Backoff { initial: self.settings.initial_backoff, max: self.settings.max_backoff };
        let own = backoff.delay(tries.count, draw());
        tries.count += 1;
        // A server that asks for no rest at all is still given our own.
        let rest = asked.map_or(own, |wait| wait.max(own.min(Duration::from_secs(1))));
        cx.log(LogLevel::Info, format!("{error}; trying again in {:.1} s", rest.as_secs_f64()));
        tokio::select! {
            biased;
            () = cx.cancellation().cancelled() => Err(self.cancelled()),
            () = tokio::time::sleep(rest) => Ok(()),
        }
    }

    fn address(&self, request: &Request) -> Result<Url, ProviderError> {
        let mut url = match &request.target {
            Target::Path(path) => {
                let mut url = self.base.clone();
                if let Ok(mut segments) = url.path_segments_mut() {
                    // A name out of settings cannot lead out of the base.
                    let parts = path.split('/').filter(|part| !matches!(*part, "" | "." | ".."));
                    segments.pop_if_empty().extend(parts);
                    // Some servers answer to the slash at the end alone.
                    if path.ends_with('/') {
                        segments.push("");
                    }
                }
                url
            }
            Target::Given(url) => self.given(url, &self.base)?,
        };
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&request.query);
        }
        Ok(url)
    }

    /// Reads an address that a provider gave, seen from `from`.
    fn given(&self, to: &str, from: &Url) -> Result<Url, ProviderError> {
        let url = from.join(to).map_err(|_| self.bad("it gives an address that is none"))?;
        // No provider has business with the machines around this one.
        let is_public = matches!(url.host(), Some(Host::Domain(name)) if name != "localhost");
        if url.origin() == self.base.origin() || (url.scheme() == "https" && is_public) {
            Ok(url)
        } else {
            Err(self.bad("it gives an address without https, or one that has no name"))
        }
    }

    /// The address, the headers and the body of a request as they leave this machine.
    fn outgoing(
        &self,
        request: &Request,
        url: &Url,
    ) -> Result<(Url, HeaderMap, Option<Bytes>), ProviderError> {
        let mut url = url.clone();
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(request.accept.header()));
        for (name, value) in self.settings.headers.iter().chain(&request.headers) {
            headers.insert(self.header_name(name)?, self.header_value(value)?);
        }
        let mut body = request.body.clone();
        // An address that was given is the permission itself, so elsewhere than at the provider it gets no key.
        if url.origin() == self.base.origin() {
            self.login.add_query(&mut url);
            if let Some(text) = self.login.authorization() {
                let mut value = self.header_value(&text)?;
                value.set_sensitive(true);
                headers.insert(header::AUTHORIZATION, value);
            }
        }
        if let Some(key) = self.settings.key.as_ref().filter(|_| url.origin() == self.base.origin()) {
            let (name, text) = match self.settings.auth {
                Auth::Bearer => ("authorization", format!("Bearer {}", key.reveal())),
                Auth::Header(name) => (name, key.reveal().to_owned()),
                Auth::Query(name) => {
                    url.query_pairs_mut().append_pair(name, key.reveal());
                    ("", String::new())
                }
                Auth::Form(name, password) => {
                    let account = key.reveal().split_once(':');
                    let account =
                        account.ok_or_else(|| self.misconfigured("its key is not NAME:PASSWORD"))?;
                    if let Some(body) = body.as_mut().filter(|body| body.media_type == FORM) {
                        let form = String::from_utf8_lossy(&body.bytes).into_owned();
                        let mut form = url::form_urlencoded::Serializer::new(form);
                        form.append_pair(name, account.0).append_pair(password, account.1);
                        body.bytes = form.finish().into();
                    }
                    ("", String::new())
                }
            };
            if !name.is_empty() {
                let mut value = self.header_value(&text)?;
                value.set_sensitive(true);
                headers.insert(self.header_name(name)?, value);
            }
        }
        if let Some(body) = &body {
            headers.insert(header::CONTENT_TYPE, self.header_value(&body.media_type)?);
        }
        Ok((url, headers, body.map(|body| body.bytes)))
    }

    /// Takes the key and the secrets of the address out of a text.
    pub(crate) fn scrub(&self, text: &str) -> String {
        self.secrets().iter().fold(text.to_owned(), |text, secret| secret.scrub(&text))
    }

    /// Everything that no message may repeat.
    fn secrets(&self) -> Vec<Secret> {
        self.settings.key.iter().cloned().chain(self.login.secrets()).collect()
    }

    fn header_name(&self, name: &str) -> Result<HeaderName, ProviderError> {
        name.parse().map_err(|_| self.misconfigured("the name of a header has letters that cannot travel"))
    }

    fn header_value(&self, value: &str) -> Result<HeaderValue, ProviderError> {
        // The value may be a key, so it is not shown.
        value.parse().map_err(|_| self.misconfigured("the key or a header has letters that cannot travel"))
    }

    fn asked_wait(&self, headers: &HeaderMap) -> Option<Duration> {
        let ms = headers.get("retry-after-ms").and_then(|value| value.to_str().ok()?.trim().parse().ok());
        ms.map(Duration::from_millis)
            .or_else(|| text(headers, header::RETRY_AFTER).and_then(|value| retry_after(value, wall_time())))
    }

    fn cancelled(&self) -> ProviderError {
        ProviderError::Cancelled { provider: self.who.clone() }
    }

    fn misconfigured(&self, what: &str) -> ProviderError {
        ProviderError::Misconfigured { provider: self.who.clone(), what: what.to_owned() }
    }

    fn bad(&self, what: &str) -> ProviderError {
        ProviderError::BadReply { provider: self.who.clone(), what: what.to_owned() }
    }

    /// Names what ended a conversation that had begun.
    fn broken(&self, how: Broken) -> ProviderError {
        match how {
            Broken::Timeout => ProviderError::Timeout { provider: self.who.clone() },
            Broken::Cut => ProviderError::Cut { provider: self.who.clone() },
        }
    }
}

/// What went wrong so far.
#[derive(Debug, Default)]
struct Tries {
    count: u32,
    was_late: bool,
    was_garbled: bool,
}

/// How a try ended.
#[derive(Debug)]
enum Sent {
    /// With a whole reply.
    Whole(Reply),
    /// With another address.
    Moved(String),
}

pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => IpAddr::from(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::from(ip).is_loopback(),
        None => false,
    }
}

/// The host, with its port where that is not the usual one.
fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn query_length(request: &Request) -> usize {
    request.query.iter().map(|(name, value)| name.len() + value.len() + 2).sum()
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}
