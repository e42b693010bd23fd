//! [`TestHub`]: a small Hub in memory, which keeps the rules of the real one that matter here, and fails on purpose.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use brainwrought_core::id::Digest;
use bytes::Bytes;
use object_store::path::Path;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::super::commit::git_digest;
use super::hosted_space::HostedSpace;

pub(super) const WRITE_TOKEN: &str = "hf_write";
pub(super) const READ_TOKEN: &str = "hf_read";
/// Entries on one page of a listing.
const PAGE: usize = 3;
/// Larger files go up in parts of this size.
const PART: usize = 2_000_000;

/// A Hub on this machine; it stops with the test's runtime.
#[derive(Debug, Clone)]
pub(super) struct TestHub {
    pub(super) endpoint: String,
    memory: Arc<Mutex<Memory>>,
}

#[derive(Debug, Default)]
struct Memory {
    datasets: BTreeMap<String, Vec<Commit>>,
    blobs: BTreeMap<String, Bytes>,
    parts: BTreeMap<(String, usize), Bytes>,
    faults: Vec<(&'static str, Fault)>,
    requests: Vec<String>,
    /// How each Space runs, by its name.
    spaces: BTreeMap<String, HostedSpace>,
}

#[derive(Debug, Clone)]
struct Commit {
    sha: String,
    files: BTreeMap<String, File>,
}

#[derive(Debug, Clone)]
struct File {
    oid: String,
    size: usize,
    lfs: Option<String>,
    date: String,
}

/// What goes wrong with the next request that matches.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fault {
    /// It is answered with this status, and `Retry-After` when there is one.
    Status(u16, Option<&'static str>),
    /// The connection breaks before anything is done.
    Drop,
    /// All is done, and the reply is lost.
    LoseReply,
}

impl TestHub {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let hub = Self { endpoint, memory: Arc::default() };
        let app = Router::new().fallback(answer).with_state(hub.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        hub
    }

    /// Starts with an empty dataset.
    pub(super) async fn with_dataset(name: &str) -> Self {
        let hub = Self::start().await;
        hub.memory().create(name);
        hub
    }

    /// Makes the next request whose method and path hold `pattern` go wrong.
    pub(super) fn fail(&self, pattern: &'static str, fault: Fault) {
        self.memory().faults.push((pattern, fault));
    }

    /// How many commits were made since the dataset was created.
    pub(super) fn commits(&self, dataset: &str) -> usize {
        self.memory().datasets[dataset].len() - 1
    }

    /// The paths at the head.
    pub(super) fn paths(&self, dataset: &str) -> Vec<String> {
        self.memory().datasets[dataset].last().unwrap().files.keys().cloned().collect()
    }

    /// The requests so far whose method and path hold `pattern`.
    pub(super) fn requests(&self, pattern: &str) -> usize {
        self.memory().requests.iter().filter(|line| line.contains(pattern)).count()
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap()
    }
}

impl Memory {
    fn create(&mut self, name: &str) {
        let first = Commit { sha: git_digest(name.as_bytes()), files: BTreeMap::new() };
        self.datasets.insert(name.to_owned(), vec![first]);
    }
}

async fn answer(State(hub): State<TestHub>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let line = format!("{} {}", head.method, head.uri.path());
    let fault = {
        let mut memory = hub.memory();
        memory.requests.push(line.clone());
        let found = memory.faults.iter().position(|(pattern, _)| line.contains(pattern));
        found.map(|at| memory.faults.remove(at).1)
    };
    match fault {
        Some(Fault::Status(status, rest)) => {
            let mut reply = failure(status, "", "on purpose");
            if let Some(rest) = rest {
                reply.headers_mut().insert("retry-after", rest.parse().unwrap());
            }
            reply
        }
        Some(Fault::Drop) => break_connection(),
        Some(Fault::LoseReply) => {
            hub.handle(&head.method, head.uri.path(), head.uri.query(), &head.headers, &body);
            break_connection()
        }
        None => hub.handle(&head.method, head.uri.path(), head.uri.query(), &head.headers, &body),
    }
}

/// The server drops a connection whose handler panics; this one does so without a message.
fn break_connection() -> Response {
    std::panic::resume_unwind(Box::new("the connection breaks"))
}

impl TestHub {
    fn handle(
        &self,
        method: &Method,
        path: &str,
        query: Option<&str>,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Response {
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        let token = headers.get("authorization").and_then(|value| value.to_str().ok());
        let token = token.and_then(|value| value.strip_prefix("Bearer "));
        if token.is_some_and(|token| token != WRITE_TOKEN && token != READ_TOKEN) {
            return failure(401, "", "Invalid credentials in Authorization header");
        }
        match parts.as_slice() {
            // An address there is signed, and takes no other permission beside it.
            ["cdn", _] if token.is_some() => failure(400, "", "Only one auth mechanism allowed"),
            ["cdn", oid] => send_file(&self.memory().blobs[*oid], headers, method),
            ["lfs", oid] if method == Method::PUT => self.store(oid, body.clone()),
            ["lfs", oid, part] if method == Method::PUT => {
                let part: usize = part.parse().unwrap();
                self.memory().parts.insert(((*oid).to_owned(), part), body.clone());
                reply(StatusCode::OK, &[("etag", &format!("\"part-{part}\""))], "")
            }
            ["lfs", oid, "complete"] => self.complete(oid, &serde_json::from_slice(body).unwrap()),
            ["datasets" | "spaces", owner, name, "resolve", revision, file @ ..] => {
                self.resolve(&format!("{owner}/{name}"), revision, &decoded(&file.join("/")), headers, method)
            }
            _ if method != Method::GET && token.is_none() && !path.contains("/paths-info/") => {
                failure(401, "", "Log in first")
            }
            ["api", "repos", "create"] => self.create(token, &serde_json::from_slice(body).unwrap()),
            ["datasets" | "spaces", owner, git, "info", "lfs", "objects", "batch"] => {
                let known =
                    self.memory().datasets.contains_key(&format!("{owner}/{}", git.trim_end_matches(".git")));
                if known { self.batch(&serde_json::from_slice(body).unwrap()) } else { missing_dataset() }
            }
            ["api", kind @ ("datasets" | "spaces"), owner, name, rest @ ..] => {
                let dataset = format!("{owner}/{name}");
                let is_space = self.memory().spaces.contains_key(&dataset);
                if !self.memory().datasets.contains_key(&dataset) || is_space != (*kind == "spaces") {
                    return missing_dataset();
                }
                match rest {
                    [] | ["revision", _] => {
                        let sha = self.memory().datasets[&dataset].last().unwrap().sha.clone();
                        ok(&json!({ "_id": "1", "id": dataset, "sha": sha }))
                    }
                    ["paths-info", revision] => self.paths_info(&dataset, revision, body),
                    ["tree", revision, folder @ ..] => {
                        let folder = folder.first().map(|folder| decoded(folder));
                        self.tree(&dataset, revision, &folder.unwrap_or_default(), query.unwrap_or_default())
                    }
                    _ if token == Some(READ_TOKEN) => failure(403, "", "Your token may not write here"),
                    [what] if is_space => {
                        self.memory().spaces.get_mut(&dataset).unwrap().answer(method, what, body)
                    }
                    ["preupload", _] => preupload(&serde_json::from_slice(body).unwrap()),
                    ["commit", "main"] => self.commit(&dataset, body),
                    _ => failure(404, "", "no such interface"),
                }
            }
            _ => failure(404, "", "no such interface"),
        }
    }

    fn create(&self, token: Option<&str>, asked: &Value) -> Response {
        let name = format!("{}/{}", asked["organization"].as_str().unwrap(), asked["name"].as_str().unwrap());
        let is_space = asked["type"] == "space" && asked["sdk"] == "docker";
        if token != Some(WRITE_TOKEN) || !(asked["type"] == "dataset" || is_space) {
            return failure(403, "", "You may not create this");
        }
        if self.memory().datasets.contains_key(&name) {
            let url = format!("{}/datasets/{name}", self.endpoint);
            let body = json!({ "error": "You already created this dataset repo", "url": url });
            return reply(StatusCode::CONFLICT, &[], body.to_string());
        }
        self.memory().create(&name);
        if is_space {
            self.memory().spaces.insert(name.clone(), HostedSpace::default());
        }
        ok(&json!({ "url": format!("{}/datasets/{name}", self.endpoint), "name": name }))
    }

    fn at(&self, dataset: &str, revision: &str) -> Option<Commit> {
        let memory = self.memory();
        let commits = memory.datasets.get(dataset)?;
        if revision == "main" {
            return commits.last().cloned();
        }
        commits.iter().find(|commit| commit.sha == revision).cloned()
    }

    fn paths_info(&self, dataset: &str, revision: &str, body: &[u8]) -> Response {
        // Our client sends JSON, the official one a form.
        let paths: Vec<String> = match serde_json::from_slice::<Value>(body) {
            Ok(asked) => serde_json::from_value(asked["paths"].clone()).unwrap(),
            Err(_) => url::form_urlencoded::parse(body)
                .filter(|(name, _)| name == "paths")
                .map(|(_, path)| path.into_owned())
                .collect(),
        };
        let Some(commit) = self.at(dataset, revision) else { return failure(404, "RevisionNotFound", "") };
        let found: Vec<Value> =
            paths.iter().filter_map(|path| Some(entry(path, commit.files.get(path)?))).collect();
        ok(&json!(found))
    }

    fn tree(&self, dataset: &str, revision: &str, folder: &str, query: &str) -> Response {
        let Some(commit) = self.at(dataset, revision) else { return failure(404, "RevisionNotFound", "") };
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let all: Vec<Value> = commit
            .files
            .iter()
            .filter(|(path, _)| path.starts_with(&prefix))
            .map(|(path, file)| entry(path, file))
            .collect();
        if all.is_empty() && !folder.is_empty() {
            return failure(404, "EntryNotFound", "no such folder");
        }
        let from = query.split('&').find_map(|part| part.strip_prefix("cursor=")?.parse().ok()).unwrap_or(0);
        let page = &all[from..(from + PAGE).min(all.len())];
        let folder = folder.replace('%', "%25").replace('/', "%2F");
        let kind = if self.memory().spaces.contains_key(dataset) { "spaces" } else { "datasets" };
        let next = format!(
            "<{}/api/{kind}/{dataset}/tree/{revision}/{folder}?recursive=true&expand=true&cursor={}>; rel=\"next\"",
            self.endpoint,
            from + PAGE
        );
        let link: &[(&str, &str)] = if from + PAGE < all.len() { &[("link", &next)] } else { &[] };
        reply(StatusCode::OK, link, json!(page).to_string())
    }

    fn batch(&self, asked: &Value) -> Response {
        let objects: Vec<Value> = asked["objects"]
            .as_array()
            .unwrap()
            .iter()
            .map(|object| {
                let (oid, size) = (object["oid"].as_str().unwrap(), object["size"].as_u64().unwrap());
                let mut answer = json!({ "oid": oid, "size": size });
                let parts = usize::try_from(size).unwrap().div_ceil(PART);
                let base = format!("{}/lfs/{oid}", self.endpoint);
                if self.memory().blobs.contains_key(oid) {
                    return answer;
                }
                answer["actions"] = if parts == 1 {
                    json!({ "upload": { "href": base } })
                } else {
                    let mut header = json!({ "chunk_size": PART.to_string() });
                    for part in 1..=parts {
                        header[format!("{part:05}")] = json!(format!("{base}/{part}"));
                    }
                    json!({ "upload": { "href": format!("{base}/complete"), "header": header } })
                };
                answer
            })
            .collect();
        ok(&json!({ "transfer": "basic", "objects": objects }))
    }

    fn store(&self, oid: &str, bytes: Bytes) -> Response {
        if Digest::of(&bytes).as_str() != oid {
            return failure(400, "", "these are other bytes");
        }
        self.memory().blobs.insert(oid.to_owned(), bytes);
        ok(&json!({}))
    }

    fn complete(&self, oid: &str, asked: &Value) -> Response {
        let mut whole = Vec::new();
        for part in asked["parts"].as_array().unwrap() {
            let number = usize::try_from(part["partNumber"].as_u64().unwrap()).unwrap();
            if part["etag"] != format!("\"part-{number}\"") {
                return failure(400, "", "a wrong tag");
            }
            whole.extend_from_slice(&self.memory().parts[&(oid.to_owned(), number)]);
        }
        self.store(oid, whole.into())
    }

    fn commit(&self, dataset: &str, body: &[u8]) -> Response {
        let lines: Vec<Value> =
            serde_json::Deserializer::from_slice(body).into_iter().map(Result::unwrap).collect();
        let mut memory = self.memory();
        let last = memory.datasets[dataset].last().unwrap().clone();
        let parent = &lines[0]["value"]["parentCommit"];
        if !parent.is_null() && *parent != last.sha {
            return failure(412, "", "A commit has happened since. Please refresh and try again.");
        }
        let mut files = last.files;
        let date = now();
        for line in &lines[1..] {
            let value = &line["value"];
            let path = value["path"].as_str().unwrap().to_owned();
            match line["key"].as_str().unwrap() {
                "file" => {
                    let bytes =
                        Bytes::from(BASE64_STANDARD.decode(value["content"].as_str().unwrap()).unwrap());
                    let (oid, size) = (git_digest(&bytes), bytes.len());
                    memory.blobs.insert(oid.clone(), bytes);
                    files.insert(path, File { oid, size, lfs: None, date: date.clone() });
                }
                "lfsFile" => {
                    let sha256 = value["oid"].as_str().unwrap().to_owned();
                    let Some(size) = memory.blobs.get(&sha256).map(Bytes::len) else {
                        return failure(400, "", "The file was not uploaded");
                    };
                    let pointer = format!(
                        "version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n"
                    );
                    let oid = git_digest(pointer.as_bytes());
                    files.insert(path, File { oid, size, lfs: Some(sha256), date: date.clone() });
                }
                "deletedFile" if files.remove(&path).is_some() => {}
                _ => return failure(404, "EntryNotFound", "A file with this name doesn't exist"),
            }
        }
        let commits = memory.datasets.get_mut(dataset).unwrap();
        let sha = git_digest(format!("{dataset} {}", commits.len()).as_bytes());
        commits.push(Commit { sha: sha.clone(), files });
        let url = format!("{}/datasets/{dataset}/commit/{sha}", self.endpoint);
        ok(&json!({ "success": true, "commitOid": sha, "commitUrl": url }))
    }

    fn resolve(
        &self,
        dataset: &str,
        revision: &str,
        path: &str,
        headers: &HeaderMap,
        method: &Method,
    ) -> Response {
        let Some(commit) = self.at(dataset, revision) else { return missing_dataset() };
        let Some(file) = commit.files.get(path) else { return failure(404, "EntryNotFound", "no such file") };
        let mut answer = match &file.lfs {
            Some(sha256) => {
                // Another host, as it is in earnest, so that clients must keep the token to themselves.
                let host = self.endpoint.replace("127.0.0.1", "localhost");
                let (to, tag) = (format!("{host}/cdn/{sha256}"), format!("\"{sha256}\""));
                let size = file.size.to_string();
                let headers = [("location", to.as_str()), ("x-linked-etag", &tag), ("x-linked-size", &size)];
                reply(StatusCode::FOUND, &headers, "")
            }
            None => send_file(&self.memory().blobs[&file.oid], headers, method),
        };
        answer.headers_mut().insert("x-repo-commit", commit.sha.parse().unwrap());
        answer.headers_mut().insert("etag", format!("\"{}\"", file.oid).parse().unwrap());
        answer
    }
}

/// Text goes into the commit, all else ahead of it.
fn preupload(asked: &Value) -> Response {
    let files: Vec<Value> = asked["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| {
            let sample = BASE64_STANDARD.decode(file["sample"].as_str().unwrap()).unwrap();
            let is_text = std::str::from_utf8(&sample).is_ok() && !sample.contains(&0);
            let mode = if is_text && file["size"].as_u64().unwrap() < 1000 { "regular" } else { "lfs" };
            json!({ "path": file["path"], "uploadMode": mode, "shouldIgnore": false })
        })
        .collect();
    ok(&json!({ "files": files }))
}

fn entry(path: &str, file: &File) -> Value {
    let mut entry = json!({
        "type": "file",
        "path": path,
        "oid": file.oid,
        "size": file.size,
        "lastCommit": { "id": "1", "title": "a commit", "date": file.date },
    });
    if let Some(sha256) = &file.lfs {
        entry["lfs"] = json!({ "oid": sha256, "size": file.size, "pointerSize": 130 });
    }
    entry
}

fn send_file(bytes: &Bytes, headers: &HeaderMap, method: &Method) -> Response {
    let range =
        headers.get("range").and_then(|range| range.to_str().ok()?.strip_prefix("bytes=")?.split_once('-'));
    let Some((start, end)) = range else {
        let length = bytes.len().to_string();
        let body = if method == Method::HEAD { Bytes::new() } else { bytes.clone() };
        return reply(StatusCode::OK, &[("content-length", &length)], body);
    };
    let end = end.parse().map_or(bytes.len(), |end: usize| (end + 1).min(bytes.len()));
    reply(StatusCode::PARTIAL_CONTENT, &[], bytes.slice(start.parse().unwrap()..end))
}

fn decoded(path: &str) -> String {
    Path::from_url_path(path).unwrap().to_string()
}

fn missing_dataset() -> Response {
    failure(404, "RepoNotFound", "Repository not found")
}

pub(super) fn failure(status: u16, code: &str, message: &str) -> Response {
    let headers = [("x-error-code", code), ("x-error-message", message)];
    reply(StatusCode::from_u16(status).unwrap(), &headers, json!({ "error": message }).to_string())
}

pub(super) fn ok(value: &Value) -> Response {
    reply(StatusCode::OK, &[("content-type", "application/json")], value.to_string())
}

fn reply(status: StatusCode, headers: &[(&str, &str)], body: impl Into<Body>) -> Response {
    let mut reply = Response::builder().status(status);
    for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
        reply = reply.header(*name, *value);
    }
    let now = jiff::Timestamp::from_millisecond(now_ms()).unwrap();
    reply.header("date", now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()).body(body.into()).unwrap()
}

fn now() -> String {
    jiff::Timestamp::from_millisecond(now_ms()).unwrap().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

fn now_ms() -> i64 {
    i64::try_from(brainwrought_core::clock::wall_time().0).unwrap()
}
