//! A server on 127.0.0.1, and a client that sends any bytes.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use brainwrought_core::artifact_store::ArtifactStore;
use brainwrought_core::engine::{Engine, EngineSettings, WorkScope};
use brainwrought_core::id::WorkerId;
use brainwrought_core::job_store::JobStore;
use brainwrought_core::memory::{MemoryArtifactStore, MemoryJobStore};
use brainwrought_core::pipeline::ErasedPipeline;
use brainwrought_http::{HttpSettings, MetricsRenderer, app, deliver_webhooks, serve};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::quick_pipeline::{pipeline, script_only};

/// What the stages of a test share with it.
#[derive(Debug, Clone)]
pub(crate) struct Strings {
    /// Each spoken segment takes one permit; a test that wants a job to stand still gives none.
    pub(crate) gate: Arc<tokio::sync::Semaphore>,
    /// How often a segment was spoken.
    pub(crate) spoken: Arc<AtomicUsize>,
}

impl Strings {
    /// So many segments may be spoken.
    pub(crate) fn open(permits: usize) -> Self {
        Self { gate: Arc::new(tokio::sync::Semaphore::new(permits)), spoken: Arc::default() }
    }
}

/// A running server with its stores.
pub(crate) struct Desk {
    pub(crate) folder: Arc<tempfile::TempDir>,
    pub(crate) engine: Engine,
    pub(crate) jobs: Arc<dyn JobStore>,
    pub(crate) artifacts: Arc<dyn ArtifactStore>,
    pub(crate) strings: Strings,
    pub(crate) address: SocketAddr,
    pub(crate) router: axum::Router,
    pub(crate) shutdown: CancellationToken,
    pub(crate) running: Vec<JoinHandle<()>>,
}

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

/// The metrics of this process, which all servers in it share.
fn metrics() -> MetricsRenderer {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    let recorder = RECORDER.get_or_init(|| PrometheusBuilder::new().install_recorder().unwrap());
    MetricsRenderer::new(|| recorder.render())
}

impl Desk {
    /// Starts a server whose jobs run to their end.
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}, 1000).await
    }

    /// Starts a server whose jobs may speak `permits` segments.
    pub(crate) async fn with(change: impl FnOnce(&mut HttpSettings), permits: usize) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let strings = Strings::open(permits);
        let (jobs, artifacts) =
            (Arc::new(MemoryJobStore::default()), Arc::new(MemoryArtifactStore::default()));
        Self::open(folder, jobs, artifacts, strings, change).await
    }

    /// Starts a server on stores that are there already.
    pub(crate) async fn open(
        folder: Arc<tempfile::TempDir>,
        jobs: Arc<dyn JobStore>,
        artifacts: Arc<dyn ArtifactStore>,
        strings: Strings,
        change: impl FnOnce(&mut HttpSettings),
    ) -> Self {
        let (inputs, outputs) = (folder.path().join("inputs"), folder.path().join("outputs"));
        let mut settings = HttpSettings::new(inputs, outputs.clone());
        settings.metrics = Some(metrics());
        settings.quotas.changes = 1000;
        settings.quotas.requests = 10_000;
        change(&mut settings);
        let mut engine_settings =
            EngineSettings::new(WorkerId("test".to_owned()), folder.path().join("scratch"));
        engine_settings.poll = Duration::from_millis(20);
        engine_settings.grace = Duration::from_millis(200);
        let for_pipelines = strings.clone();
        let pipelines = move |name: &str, options: &Value| {
            let (strings, outputs) = (for_pipelines.clone(), outputs.clone());
            let approved = options.get("approved-script");
            let approved = approved.map(|blob| serde_json::from_value(blob.clone())).transpose()?;
            let built: ErasedPipeline = match name {
                "script" => script_only()?.into(),
                _ => pipeline(strings, outputs, approved)?.into(),
            };
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(built)
        };
        let engine = Engine::new(Arc::clone(&jobs), Arc::clone(&artifacts), pipelines, engine_settings);
        let shutdown = CancellationToken::new();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (limits, timeouts) = (settings.limits, settings.timeouts);
        let callbacks = tokio::spawn(deliver_webhooks(engine.clone(), settings.clone(), shutdown.clone()));
        let router = app(engine.clone(), settings, shutdown.clone());
        let (stop, own) = (shutdown.clone(), engine.clone());
        let worker = tokio::spawn(async move { engine.run_all(WorkScope::default(), stop).await });
        let server = tokio::spawn(serve(listener, router.clone(), limits, timeouts, shutdown.clone()));
        let running = vec![worker, server, callbacks];
        Self { folder, engine: own, jobs, artifacts, strings, address, router, shutdown, running }
    }

    /// Ends everything as SIGTERM does, and waits for it.
    pub(crate) async fn stop(
        mut self,
    ) -> (Arc<tempfile::TempDir>, Arc<dyn JobStore>, Arc<dyn ArtifactStore>) {
        self.shutdown.cancel();
        for running in std::mem::take(&mut self.running) {
            tokio::time::timeout(Duration::from_secs(10), running).await.unwrap().unwrap();
        }
        (Arc::clone(&self.folder), Arc::clone(&self.jobs), Arc::clone(&self.artifacts))
    }

    /// Sends bytes as they are and reads what comes back until the server closes.
    pub(crate) async fn send(&self, request: &[u8]) -> Reply {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // A server that refuses early closes while the rest is still being sent.
        let _ = stream.write_all(request).await;
        let mut bytes = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut bytes)).await;
        let _ = read.expect("the server neither answers nor closes");
        Reply::parse(&bytes)
    }

    /// Sends a request without a body.
    pub(crate) async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.send(&self.head(method, path, headers, 0)).await
    }

    /// What a metric without labels has counted in this process, for all servers in it.
    pub(crate) async fn counted(&self, name: &str) -> f64 {
        let text = self.get("/metrics").await.text();
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.unwrap_or_else(|| panic!("no {name}:\n{text}")).parse().unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, &[]).await
    }

    pub(crate) fn head(&self, method: &str, path: &str, headers: &[(&str, &str)], length: usize) -> Vec<u8> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.address);
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        if length > 0 || method == "POST" {
            head += &format!("content-length: {length}\r\n");
        }
        (head + "\r\n").into_bytes()
    }

    /// Uploads a PDF.
    pub(crate) async fn upload(
        &self,
        name: &str,
        pdf: &[u8],
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Reply {
        self.upload_to("/api/jobs", name, pdf, fields, headers).await
    }

    pub(crate) async fn upload_to(
        &self,
        path: &str,
        name: &str,
        pdf: &[u8],
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Reply {
        let body = form(name, pdf, fields);
        let mut all = vec![("content-type", "multipart/form-data; boundary=xyz")];
        all.extend(headers);
        self.send(&[self.head("POST", path, &all, body.len()), body].concat()).await
    }

    /// Uploads a PDF and returns its job's id.
    pub(crate) async fn submit(&self, name: &str) -> String {
        let reply = self.upload(name, b"%PDF-1.7 a paper", &[], &[]).await;
        assert_eq!(reply.status, 202, "{reply:?}");
        reply.json()["job_id"].as_str().unwrap().to_owned()
    }

    /// Sends JSON.
    pub(crate) async fn send_json(&self, method: &str, path: &str, body: &Value) -> Reply {
        let body = body.to_string();
        let head = self.head(method, path, &[("content-type", "application/json")], body.len());
        self.send(&[head, body.into_bytes()].concat()).await
    }

    /// Sends a form without files, as browsers without scripts do.
    pub(crate) async fn send_form(&self, path: &str, fields: &str) -> Reply {
        let kind = ("content-type", "application/x-www-form-urlencoded");
        let head = self.head("POST", path, &[kind], fields.len());
        self.send(&[head, fields.as_bytes().to_vec()].concat()).await
    }

    /// Waits until the job is over, however it ends.
    pub(crate) async fn wait_until_over(&self, id: &str) -> Value {
        let wait = async {
            loop {
                let job = self.get(&format!("/api/jobs/{id}")).await.json();
                if ["COMPLETED", "FAILED", "CANCELLED"].contains(&job["status"].as_str().unwrap()) {
                    return job;
                }
                self.jobs.wait_for_work(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), wait).await.unwrap()
    }

    /// Waits until the job has a status.
    pub(crate) async fn wait_for(&self, id: &str, status: &str) -> Value {
        let wait = async {
            loop {
                let job = self.get(&format!("/api/jobs/{id}")).await.json();
                if job["status"] == status {
                    return job;
                }
                assert_ne!(job["status"], "FAILED", "{job:#}");
                self.jobs.wait_for_work(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), wait).await.unwrap()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.shutdown.cancel();
        self.running.iter().for_each(JoinHandle::abort);
    }
}

/// A form with a PDF, its boundary `xyz`.
pub(crate) fn form(name: &str, pdf: &[u8], fields: &[(&str, &str)]) -> Vec<u8> {
    let mut body = Vec::new();
    for (field, value) in fields {
        let part = format!("--xyz\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n");
        body.extend(part.into_bytes());
    }
    let head = format!(
        "--xyz\r\nContent-Disposition: form-data; name=\"pdf\"; filename=\"{name}\"\r\nContent-Type: application/pdf\r\n\r\n"
    );
    body.extend(head.into_bytes());
    body.extend(pdf);
    body.extend(b"\r\n--xyz--\r\n");
    body
}

impl Reply {
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let Some(end) = end else {
            return Self { status: 0, headers: BTreeMap::new(), body: bytes.to_vec() };
        };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: BTreeMap<String, String> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let mut body = bytes[end + 4..].to_vec();
        if headers.get("transfer-encoding").is_some_and(|coding| coding == "chunked") {
            body = unchunked(&body);
        }
        Self { status, headers, body }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(crate) fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(line) = body.windows(2).position(|two| two == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&body[..line]).unwrap(), 16).unwrap();
        let rest = &body[line + 2..];
        let size = size.min(rest.len());
        whole.extend_from_slice(&rest[..size]);
        body = rest.get(size + 2..).unwrap_or_default();
        if size == 0 {
            break;
        }
    }
    whole
}
