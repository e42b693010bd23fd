//! [`HubClient`]: single requests to the Hub, sent again when that may help.

use std::time::Duration;

use brainwrought_core::retry::{Backoff, draw};
use bytes::Bytes;
use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use url::Url;

use super::hub_error::{HubError, HubReply};
use super::settings::{Creation, HubSettings, RepoKind};
use super::wire::{Entry, Revision};
use crate::OpenError;
use crate::open_error::without_password;
use crate::store_clock::StoreClock;

/// A server that does not even take a connection in this time is down, or its address is wrong.
const CONNECT: Duration = Duration::from_secs(10);
/// The Hub takes long over large commits, but never so long.
const READ: Duration = Duration::from_secs(120);
/// The rests before other tries, where the Hub does not ask for one.
const BACKOFF: Backoff = Backoff { initial: Duration::from_millis(100), max: Duration::from_secs(15) };
/// A server that wants a longer rest gets it from a person, or from the next attempt of a stage.
const MAX_BACKOFF: Duration = Duration::from_secs(90);
/// The branch that everybody reads.
pub(super) const BRANCH: &str = "main";

/// Speaks to one repository. Cloning is cheap.
#[derive(Debug, Clone)]
pub(super) struct HubClient {
    http: reqwest::Client,
    settings: HubSettings,
    base: Url,
    clock: StoreClock,
}

impl HubClient {
    pub(super) fn new(settings: HubSettings) -> Result<Self, OpenError> {
        let base =
            Url::parse(&settings.endpoint).map_err(|error| OpenError::wrong(&settings.endpoint, error))?;
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .read_timeout(READ)
            .user_agent(concat!("brainwrought/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| OpenError::wrong(&settings.endpoint, error))?;
        Ok(Self { http, settings, base, clock: StoreClock::default() })
    }

    pub(super) fn clock(&self) -> &StoreClock {
        &self.clock
    }

    pub(super) fn settings(&self) -> &HubSettings {
        &self.settings
    }

    /// The repository, for people.
    pub(super) fn dataset(&self) -> String {
        self.settings.place()
    }

    /// The address at which everybody finds a file.
    pub(super) fn public_url(&self, path: &str) -> String {
        let (kind, name) = (self.settings.kind.plural(), &self.settings.repo);
        shown(self.url(&[kind, &name.owner, &name.name, "resolve", BRANCH], path))
    }

    /// The address of the repository's page.
    pub(super) fn page_url(&self) -> String {
        let name = &self.settings.repo;
        shown(self.url(&[self.settings.kind.plural(), &name.owner, &name.name], ""))
    }

    /// The newest commit of the branch. A dataset that is not there is created, if that is wanted.
    pub(super) async fn head(&self) -> Result<String, HubError> {
        match self.read_head().await {
            Err(HubError::NoSuchDataset { .. }) if self.settings.create != Creation::Never => {
                self.create().await?;
                self.read_head().await
            }
            other => other,
        }
    }

    async fn read_head(&self) -> Result<String, HubError> {
        let mut url = self.api(&["revision", BRANCH], "");
        url.set_query(Some("expand=sha"));
        let revision: Revision = self.json(self.request(Method::GET, url)).await?;
        Ok(revision.sha)
    }

    async fn create(&self) -> Result<(), HubError> {
        let name = &self.settings.repo;
        let mut body = json!({
            "type": "dataset",
            "name": name.name,
            "organization": name.owner,
            "private": self.settings.create == Creation::Private,
        });
        if self.settings.kind == RepoKind::Space {
            body["type"] = "space".into();
            body["sdk"] = "docker".into();
        }
        let url = self.url(&["api", "repos", "create"], "");
        match self.send(self.request(Method::POST, url).json(&body)).await {
            Ok(_) => Ok(()),
            // Somebody else was faster, or the reply to our own request was lost.
            Err(HubError::Refused(reply)) if reply.status == StatusCode::CONFLICT.as_u16() => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// What lies at these paths in a commit; paths with nothing are left out. Asks for dates with `dated`.
    pub(super) async fn look(
        &self,
        revision: &str,
        paths: &[&str],
        dated: bool,
    ) -> Result<Vec<Entry>, HubError> {
        /// The Hub takes no more paths in one request.
        const MAX_PATHS: usize = 1000;
        let mut found = Vec::new();
        for paths in paths.chunks(MAX_PATHS) {
            let request = self.request(Method::POST, self.api(&["paths-info", revision], ""));
            let request = request.json(&json!({ "paths": paths, "expand": dated }));
            found.extend(self.json::<Vec<Entry>>(request).await?);
        }
        Ok(found)
    }

    /// One page of everything under a folder, and the address of the next.
    pub(super) async fn page(&self, url: Url) -> Result<(Vec<Entry>, Option<Url>), HubError> {
        let reply = match self.send(self.request(Method::GET, url)).await {
            // A folder that is not there holds nothing.
            Err(HubError::NoSuchFile { .. }) => return Ok((Vec::new(), None)),
            other => other?,
        };
        let next = reply.headers().get("link").and_then(|link| next_page(link.to_str().ok()?));
        // The token goes along, so the next page is asked for at the same place, whatever a mirror passes on.
        let next = next.map(|next| {
            let mut here = self.base.clone();
            here.set_path(next.path());
            here.set_query(next.query());
            here
        });
        Ok((self.body(reply).await?, next))
    }

    /// The address of the first page of everything under a folder.
    pub(super) fn first_page(&self, folder: &str) -> Url {
        // The Hub wants the folder as one segment.
        let mut url = if folder.is_empty() {
            self.api(&["tree", BRANCH], "")
        } else {
            self.api(&["tree", BRANCH, folder], "")
        };
        url.set_query(Some("recursive=true&expand=true"));
        url
    }

    /// Fetches a file, or a part of it: `range` is the value of the header.
    pub(super) async fn fetch(&self, path: &str, range: Option<String>) -> Result<Bytes, HubError> {
        let (kind, name) = (self.settings.kind.plural(), &self.settings.repo);
        let url = self.url(&[kind, &name.owner, &name.name, "resolve", BRANCH], path);
        let mut request = self.request(Method::GET, url);
        if let Some(range) = range {
            request = request.header("range", range);
        }
        let mut tries = 0;
        loop {
            let again = request.try_clone().ok_or(HubError::Garbled("a request"))?;
            let reply = match self.send(again).await {
                Err(HubError::NoSuchFile { .. }) => {
                    return Err(HubError::NoSuchFile { path: path.to_owned() });
                }
                other => other?,
            };
            match reply.bytes().await {
                Ok(bytes) => return Ok(bytes),
                Err(error) if tries >= self.settings.retries => return Err(self.unreachable(error)),
                Err(_) => self.rest(tries).await,
            }
            tries += 1;
        }
    }

    /// An address of the repository's interface.
    pub(super) fn api(&self, parts: &[&str], path: &str) -> Url {
        let (kind, name) = (self.settings.kind.plural(), &self.settings.repo);
        self.url(&[&["api", kind, &name.owner, &name.name], parts].concat(), path)
    }

    /// Where the LFS interface is.
    pub(super) fn lfs_batch(&self) -> Url {
        let (kind, name) = (self.settings.kind.plural(), &self.settings.repo);
        let git = format!("{}.git", name.name);
        self.url(&[kind, &name.owner, &git, "info", "lfs", "objects", "batch"], "")
    }

    fn url(&self, parts: &[&str], path: &str) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(parts).extend(path.split('/').filter(|part| !part.is_empty()));
        }
        url
    }

    /// A request with the token.
    pub(super) fn request(&self, method: Method, url: Url) -> RequestBuilder {
        let request = self.http.request(method, url);
        match &self.settings.token {
            Some(token) => request.bearer_auth(&token.0),
            None => request,
        }
    }

    /// A request to an address that the Hub gave. Elsewhere than at the Hub it gets no token: it is the permission itself.
    pub(super) fn given_request(&self, method: Method, url: &str) -> Result<RequestBuilder, HubError> {
        let url: Url = url.parse().map_err(|_| HubError::Garbled("an address"))?;
        let is_here = url.origin() == self.base.origin();
        Ok(if is_here { self.request(method, url) } else { self.http.request(method, url) })
    }

    pub(super) async fn json<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, HubError> {
        let reply = self.send(request).await?;
        self.body(reply).await
    }

    async fn body<T: DeserializeOwned>(&self, reply: Response) -> Result<T, HubError> {
        let bytes = reply.bytes().await.map_err(|error| self.unreachable(error))?;
        serde_json::from_slice(&bytes).map_err(|_| HubError::Garbled("it is not the JSON that was expected"))
    }

    /// Sends a request that may be sent again, as often as the settings say.
    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Response, HubError> {
        let mut tries = 0;
        loop {
            let again = request.try_clone().ok_or(HubError::Garbled("a request"))?;
            let error = match self.send_once(again).await {
                Ok(reply) => return Ok(reply),
                Err(error) => error,
            };
            self.pause(tries, error).await?;
            tries += 1;
        }
    }

    /// Rests before the next try, or gives the error back when there should be none.
    pub(super) async fn pause(&self, tries: u32, error: HubError) -> Result<(), HubError> {
        let again = tries < self.settings.retries;
        match &error {
            HubError::Busy { rest, .. } if again && *rest <= MAX_BACKOFF => {
                tokio::time::sleep(*rest).await;
            }
            HubError::Unreachable { .. } | HubError::Failing(_) | HubError::Contended { .. } if again => {
                self.rest(tries).await;
            }
            _ => return Err(error),
        }
        tracing::info!(tries, error = brainwrought_core::report::chain(&error), "trying the Hub again");
        Ok(())
    }

    async fn rest(&self, tries: u32) {
        tokio::time::sleep(BACKOFF.delay(tries, draw())).await;
    }

    /// Sends a request once. A busy server without a word about the rest is a failing one.
    pub(super) async fn send_once(&self, request: RequestBuilder) -> Result<Response, HubError> {
        let reply = request.send().await.map_err(|error| self.unreachable(error))?;
        if let Some(date) = text(reply.headers(), "date") {
            self.clock.learn(date);
        }
        if reply.status().is_success() {
            return Ok(reply);
        }
        let status = reply.status();
        let rest = self.asked_rest(reply.headers());
        let code = text(reply.headers(), "x-error-code").map(str::to_owned);
        let said = text(reply.headers(), "x-error-message").map(str::to_owned);
        let message = match said {
            Some(message) => message,
            None => message_of(&reply.bytes().await.unwrap_or_default()),
        };
        // Some repeat what they were sent.
        let message = self.settings.secrets.scrub(&message);
        Err(self.name(status, code.as_deref(), rest, HubReply { status: status.as_u16(), message }))
    }

    fn name(
        &self,
        status: StatusCode,
        code: Option<&str>,
        rest: Option<Duration>,
        reply: HubReply,
    ) -> HubError {
        let dataset = self.dataset();
        match (status.as_u16(), code) {
            (429 | 503, _) if rest.is_some() => {
                HubError::Busy { rest: rest.unwrap_or_default(), source: reply }
            }
            (408 | 429 | 500..=599, _) => HubError::Failing(reply),
            (_, Some("EntryNotFound")) => HubError::NoSuchFile { path: String::new() },
            (_, Some("RepoNotFound" | "RevisionNotFound" | "GatedRepo")) => {
                HubError::NoSuchDataset { dataset, source: reply }
            }
            // To a caller without a valid token, the Hub says 401 of datasets that are missing too.
            (401, _) if self.settings.token.is_none() => HubError::NoSuchDataset { dataset, source: reply },
            (401, _) => HubError::TokenRefused(reply),
            (403, _) => HubError::ReadOnlyToken { dataset, source: reply },
            (404, _) => HubError::NoSuchDataset { dataset, source: reply },
            (412, _) => HubError::Contended { dataset },
            _ => HubError::Refused(reply),
        }
    }

    /// How long the Hub wants to rest: `Retry-After`, or when its window starts anew, as in `"api";r=0;t=55`.
    fn asked_rest(&self, headers: &HeaderMap) -> Option<Duration> {
        if let Some(rest) = text(headers, "retry-after").and_then(|value| self.clock.wait(value)) {
            return Some(rest);
        }
        let window = text(headers, "ratelimit")?;
        let value =
            |name: &str| window.split(';').find_map(|part| part.trim().strip_prefix(name)?.parse().ok());
        let left: u64 = value("r=")?;
        (left == 0).then(|| value("t=").map(Duration::from_secs))?
    }

    fn unreachable(&self, error: reqwest::Error) -> HubError {
        // Addresses of uploads are permissions, so they are not shown.
        HubError::Unreachable {
            endpoint: without_password(&self.settings.endpoint),
            source: error.without_url().into(),
        }
    }
}

/// An address for everybody: without what stands in it for the server alone.
fn shown(mut url: Url) -> String {
    // Only an address that cannot have a host refuses this.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.to_string()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The message in a body such as `{"error":"…"}`, or the start of the body.
fn message_of(body: &[u8]) -> String {
    const MAX_CHARS: usize = 300;
    let parsed = serde_json::from_slice::<Value>(body).ok();
    let message = parsed.as_ref().and_then(|value| value.get("error")?.as_str()).map(str::to_owned);
    let message = message.unwrap_or_else(|| String::from_utf8_lossy(body).into_owned());
    message.chars().take(MAX_CHARS).collect()
}

/// The address of the next page (RFC 8288).
fn next_page(link: &str) -> Option<Url> {
    let next = link.split(',').find(|part| part.contains("rel=\"next\""))?;
    let address = next.split(';').next()?.trim();
    address.strip_prefix('<')?.strip_suffix('>')?.parse().ok()
}

#[cfg(test)]
mod unit_tests {
    use super::*;

    #[test]
    fn the_next_page_is_found() {
        let link = r#"<https://hub/api?cursor=a>; rel="next", <https://hub/api>; rel="first""#;
        assert_eq!(next_page(link).unwrap().as_str(), "https://hub/api?cursor=a");
        assert_eq!(next_page("nonsense"), None);
    }

    #[test]
    fn a_message_is_short() {
        assert_eq!(message_of(br#"{"error":"no"}"#), "no");
        assert_eq!(message_of(&[b'x'; 1000]).len(), 300);
    }
}
