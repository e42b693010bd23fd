//! A server under load: two hundred uploads at once while five hundred pages watch, against an empty handler in the same run.
//!
//! It belongs to `brainwrought-cli`, whose command is the server: `cargo bench -p brainwrought-cli --bench http`.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench speaks to whoever runs it")]
#![expect(clippy::disallowed_methods, reason = "a bench reads the clock and starts its server")]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

const UPLOADS: usize = 200;
const PDF_BYTES: usize = 5_000_000;
const STREAMS: usize = 500;
/// Questions that are asked for each figure.
const QUESTIONS: usize = 1000;
/// How many clients have asked.
static ASKED: AtomicUsize = AtomicUsize::new(0);

fn main() {
    // Under `cargo test` a bench is only built.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    if std::env::args().any(|argument| argument == "--empty") {
        return runtime.block_on(empty());
    }
    runtime.block_on(load());
}

/// An axum server that does nothing.
async fn empty() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    let app = axum::Router::new().route("/", axum::routing::get(async || "{}"));
    axum::serve(listener, app).await.unwrap();
}

async fn load() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_brainwrought"));
    // Each client names itself, so that each has a quota of its own.
    command.args(["serve", "--no-workers", "--port", "0", "--max-jobs", "1000", "--proxies", "1"]);
    command
        .args(["--host", "127.0.0.1"])
        .current_dir(folder.path())
        .env("BRAINWROUGHT_OPERATOR_TOKEN", "bench");
    let server = Server::start(command);
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--bench", "--empty"]);
    let empty = Server::start(command);

    let pdf: Arc<[u8]> = (0..PDF_BYTES as u32).map(|n| (n.wrapping_mul(n) >> 7) as u8).collect();
    let (first, _, alone) = upload(&server.address, &pdf, 0).await;
    let idle = server.memory("VmRSS:");
    let nothing = questions(&empty.address, "/").await;
    let status = format!("/api/jobs/{first}");
    let quiet = questions(&server.address, &status).await;

    let mut streams = JoinSet::new();
    for number in 0..STREAMS {
        streams.spawn(watch(server.address.clone(), first.clone(), number));
    }
    while server.streams().await < STREAMS {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let watched = questions(&server.address, &status).await;
    let began = Instant::now();
    let mut uploads = JoinSet::new();
    for number in 1..=UPLOADS {
        let (address, pdf) = (server.address.clone(), Arc::clone(&pdf));
        uploads.spawn(async move { upload(&address, &pdf, number).await });
    }
    let during = questions(&server.address, &status).await;
    let uploaded = uploads.join_all().await;
    let took = began.elapsed();
    let (peak, after) = (server.memory("VmHWM:"), server.memory("VmRSS:"));

    let listed = get(&server.address, "/api/jobs?limit=500", 1).await;
    let lost = uploaded.iter().filter(|(id, _, _)| id.is_empty() || !listed.contains(id.as_str())).count();
    let calm = questions(&server.address, &status).await;
    let cancel = format!("/api/jobs/{first}/cancel");
    talk(&server.address, &request("POST", &cancel, 1, 0)).await;
    let ended = streams.join_all().await.into_iter().filter(|is_ended| *is_ended).count();

    let mut waits: Vec<Duration> = uploaded.iter().map(|(_, _, wait)| *wait).collect();
    waits.sort();
    let ratio = |figure: Duration| figure.as_secs_f64() / nothing.1.as_secs_f64();
    println!(
        "http  {UPLOADS} uploads of {} MB at once beside {STREAMS} streams in {took:.1?}: {lost} lost, {ended} streams ended",
        PDF_BYTES / 1_000_000
    );
    println!(
        "http  memory {idle:.0} MB idle, {peak:.0} MB at most (+{:.0}), {after:.0} MB after",
        peak - idle
    );
    println!(
        "http  reply after the last byte: alone {alone:.1?}; of {UPLOADS} p50 {:.1?}, last {:.1?}",
        waits[UPLOADS / 2],
        waits[UPLOADS - 1]
    );
    println!("http  an empty handler p50 {:.2?} p99 {:.2?}", nothing.0, nothing.1);
    for (what, (p50, p99)) in [
        ("idle", quiet),
        ("with the streams", watched),
        ("during the uploads", during),
        ("with 200 jobs and the streams", calm),
    ] {
        println!(
            "http  status {what}: p50 {p50:.2?} p99 {p99:.2?}, p99 {:.1} times the empty handler's",
            ratio(p99)
        );
    }
    assert_eq!((lost, ended), (0, STREAMS));
    assert!(peak - idle < 300.0, "the memory grows too much");
}

/// A server in a process of its own, which says its address first.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(mut command: Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).stdin(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("http://").unwrap().to_owned();
        Self { process, address }
    }

    /// What the kernel says of its memory, in megabytes.
    fn memory(&self, field: &str) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap();
        line.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1000.0
    }

    /// How many event streams are open.
    async fn streams(&self) -> usize {
        let metrics = get(&self.address, "/metrics", 0).await;
        let line = metrics.lines().find_map(|line| line.strip_prefix("brainwrought_http_streams "));
        line.unwrap().trim().parse().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The head of a request from a client with a number.
fn request(method: &str, path: &str, client: usize, length: usize) -> Vec<u8> {
    let address = format!("10.{}.{}.{}", client >> 16, client >> 8 & 255, client & 255);
    format!(
        "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\nx-forwarded-for: {address}\r\n\
         authorization: Bearer bench\r\ncontent-type: multipart/form-data; boundary=xyz\r\ncontent-length: {length}\r\n\r\n"
    )
    .into_bytes()
}

async fn talk(address: &str, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

async fn get(address: &str, path: &str, client: usize) -> String {
    talk(address, &request("GET", path, client, 0)).await
}

/// Asks one question after the other, each over a connection of its own, and tells p50 and p99.
async fn questions(address: &str, path: &str) -> (Duration, Duration) {
    let mut took = Vec::with_capacity(QUESTIONS);
    // Each fifty come from a client that has not asked before, for those that only ask are slowed down.
    let first = (1 << 16) | ASKED.fetch_add(QUESTIONS.div_ceil(50), Ordering::Relaxed);
    for number in 0..QUESTIONS {
        let began = Instant::now();
        let answer = get(address, path, first + number / 50).await;
        took.push(began.elapsed());
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    took.sort();
    (took[QUESTIONS / 2], took[QUESTIONS * 99 / 100])
}

/// Uploads a PDF that no other upload has; tells the job, the whole time, and the time from the last byte to the answer.
async fn upload(address: &str, pdf: &[u8], number: usize) -> (String, Duration, Duration) {
    let head =
        b"--xyz\r\ncontent-disposition: form-data; name=\"pdf\"; filename=\"load.pdf\"\r\n\r\n%PDF-1.7 ";
    let tail = format!("{number}\r\n--xyz--\r\n");
    let length = head.len() + pdf.len() + tail.len();
    let began = Instant::now();
    let mut stream = TcpStream::connect(address).await.unwrap();
    for part in [&request("POST", "/api/jobs", number, length), &head[..], pdf, tail.as_bytes()] {
        stream.write_all(part).await.unwrap();
    }
    let sent = Instant::now();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let id = answer.split("\"job_id\":\"").nth(1).and_then(|rest| rest.get(..32)).unwrap_or_default();
    if id.is_empty() {
        println!("http  an upload failed: {answer}");
    }
    (id.to_owned(), began.elapsed(), sent.elapsed())
}

/// Watches a job to its end, and tells whether it came.
async fn watch(address: String, job: String, number: usize) -> bool {
    let path = format!("/api/jobs/{job}/events");
    get(&address, &path, 2 << 16 | number).await.contains("event: end")
}
