//! Webhooks: a receiver on 127.0.0.1 that answers as a test tells it, and checks every signature by itself.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use brainwrought_core::id::Digest;
use brainwrought_core::job::CallbackState;
use brainwrought_core::retry::RetryPolicy;
use brainwrought_http::{CallbackHost, HttpSettings, ServerSecret, Webhooks};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::Instant;

use crate::desk::{Desk, Reply, Strings};

const SECRET: &str = "a secret of the tests, long enough";

/// A message that arrived.
#[derive(Debug)]
struct Arrived {
    head: Reply,
    at: Instant,
}

impl Arrived {
    /// The message, if it is signed by the secret of the tests.
    fn message(&self) -> Value {
        let signature = self.head.header("brainwrought-signature");
        let (time, code) = signature.strip_prefix("t=").unwrap().split_once(",v1=").unwrap();
        let signed = [time.as_bytes(), b".", &self.head.body].concat();
        assert_eq!(code, hmac(SECRET.as_bytes(), &signed), "{signature}");
        assert_eq!(self.head.header("content-type"), "application/json");
        let message = self.head.json();
        assert_eq!(message["event_id"], self.head.header("brainwrought-event-id"));
        message
    }

    /// What the receiver in the guide says of the message, and of the same with one more byte. It is Python.
    #[expect(clippy::disallowed_methods, reason = "the guide's receiver is a program of its own")]
    fn told_by_the_guide(&self) -> String {
        let guide = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/guide/api.md");
        let guide = std::fs::read_to_string(guide).unwrap();
        let receiver = guide.split("```python\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let program = format!(
            "{receiver}
import sys
headers, body = {{'Brainwrought-Signature': sys.argv[1]}}, sys.argv[2].encode()
print(*(is_genuine(headers, told, sys.argv[3]) for told in (body, body + b' ')))"
        );
        let signature = self.head.header("brainwrought-signature");
        let arguments = ["-c", &program, signature, &self.head.text(), SECRET];
        let output = std::process::Command::new("python3").args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

/// HMAC-SHA256 by the letter of RFC 2104, to check the library by.
fn hmac(key: &[u8], text: &[u8]) -> String {
    assert!(key.len() <= 64);
    let pad = |with: u8| (0..64).map(|n| key.get(n).copied().unwrap_or(0) ^ with).collect::<Vec<u8>>();
    let raw = |digest: Digest| {
        let pairs = (0..64).step_by(2).map(|n| u8::from_str_radix(&digest.as_str()[n..n + 2], 16).unwrap());
        pairs.collect::<Vec<u8>>()
    };
    let inner = raw(Digest::of(&[pad(0x36), text.to_vec()].concat()));
    Digest::of(&[pad(0x5c), inner].concat()).as_str().to_owned()
}

/// A receiver of webhooks.
struct Receiver {
    port: u16,
    arrived: UnboundedReceiver<Arrived>,
}

impl Receiver {
    /// Answers with each of `answers` in turn, then with 204.
    async fn start(answers: &[&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let answers: Arc<Mutex<VecDeque<&str>>> = Arc::new(Mutex::new(answers.iter().copied().collect()));
        let (sender, arrived) = unbounded_channel();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut bytes = Vec::new();
                let head = loop {
                    let mut piece = [0; 4096];
                    let read = stream.read(&mut piece).await.unwrap_or(0);
                    bytes.extend_from_slice(&piece[..read]);
                    // A request reads like an answer, but for its first line.
                    let head = Reply::parse(&[b"HTTP/1.1 200 OK\r\nx: ", &bytes[..]].concat());
                    let whole =
                        head.header("content-length").parse().is_ok_and(|all: usize| head.body.len() >= all);
                    if read == 0 || whole {
                        break head;
                    }
                };
                let answer = answers.lock().unwrap().pop_front().unwrap_or("204 No Content");
                let _ = stream
                    .write_all(format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\n\r\n").as_bytes())
                    .await;
                let _ = sender.send(Arrived { head, at: Instant::now() });
            }
        });
        Self { port, arrived }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/done?token=x", self.port)
    }

    /// What a server must allow to reach it.
    fn host(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    async fn next(&mut self) -> Arrived {
        tokio::time::timeout(Duration::from_secs(20), self.arrived.recv()).await.unwrap().unwrap()
    }
}

fn allow(hosts: &[&str], max_attempts: u32) -> impl FnOnce(&mut HttpSettings) + use<> {
    let hosts: Vec<CallbackHost> = hosts.iter().map(|host| host.parse().unwrap()).collect();
    move |settings| {
        let mut webhooks = Webhooks::new(ServerSecret::new(SECRET).unwrap(), hosts);
        webhooks.retry = RetryPolicy { max_attempts, base_ms: 1, cap_ms: 2 };
        webhooks.poll = Duration::from_millis(20);
        settings.webhooks = Some(webhooks);
    }
}

async fn submit(desk: &Desk, name: &str, url: &str) -> String {
    let reply = desk.upload(name, b"%PDF-1.7 a paper", &[("callback_url", url)], &[]).await;
    assert_eq!(reply.status, 202, "{reply:?}");
    reply.json()["job_id"].as_str().unwrap().to_owned()
}

async fn wait_until(desk: &Desk, id: &str, state: CallbackState) -> Value {
    let wait = async {
        loop {
            let view = desk.jobs.get(&id.parse().unwrap()).await.unwrap();
            if view.job.callback.is_some_and(|callback| callback.state == state) {
                return desk.get(&format!("/api/jobs/{id}")).await.json()["callback"].clone();
            }
            desk.jobs.wait_for_work(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), wait).await.unwrap()
}

#[tokio::test]
async fn a_job_that_has_ended_is_told_to_its_callback_signed() {
    let mut receiver = Receiver::start(&[]).await;
    let desk = Desk::with(allow(&[&receiver.host()], 9), 1000).await;
    let id = submit(&desk, "paper.pdf", &receiver.url()).await;
    let arrived = receiver.next().await;
    let message = arrived.message();
    assert_eq!(arrived.told_by_the_guide(), "True False");
    assert_eq!(
        (&message["event"], &message["job"]["status"]),
        (&"job.completed".into(), &"COMPLETED".into())
    );
    assert_eq!(message["job"]["job_id"], id.as_str());
    let video = message["job"]["links"]["video.mp4"].as_str().unwrap();
    let path = video.strip_prefix(&format!("http://{}", desk.address)).unwrap();
    assert_eq!(desk.get(path).await.status, 200);
    assert!(!arrived.head.text().contains(SECRET));
    let callback = wait_until(&desk, &id, CallbackState::Delivered).await;
    assert_eq!(callback, serde_json::json!({ "state": "delivered", "attempts": 1, "error": null }));

    // Neither the secret nor the URL, which may hold the receiver's own, is shown.
    let job = desk.get(&format!("/api/jobs/{id}")).await.text();
    assert!(!job.contains(SECRET) && !job.contains("token=x"), "{job}");

    // A second end is a second event.
    assert_eq!(desk.ask("POST", &format!("/api/jobs/{id}/retry?from=check"), &[]).await.status, 202);
    let second = receiver.next().await.message();
    assert_eq!(second["event"], "job.completed");
    assert_ne!(second["event_id"], message["event_id"]);
}

#[tokio::test]
async fn failed_and_cancelled_jobs_are_told_too() {
    let mut receiver = Receiver::start(&[]).await;
    let desk = Desk::with(allow(&[&receiver.host()], 9), 3).await;
    submit(&desk, "silent.pdf", &receiver.url()).await;
    let failed = receiver.next().await.message();
    assert_eq!(failed["event"], "job.failed");
    let error = failed["job"]["error"].as_str().unwrap();
    assert!(error.contains("did not pass") && !error.contains("/srv/secret"), "{error}");
    let id = submit(&desk, "paper.pdf", &receiver.url()).await;
    desk.ask("POST", &format!("/api/jobs/{id}/cancel"), &[]).await;
    assert_eq!(receiver.next().await.message()["event"], "job.cancelled");
}

#[tokio::test]
async fn a_message_is_sent_again_until_it_is_accepted() {
    let elsewhere = Receiver::start(&[]).await;
    let redirect: &'static str = format!("302 Found\r\nlocation: {}", elsewhere.url()).leak();
    let answers = ["500 Oops", redirect, "429 Slow Down\r\nretry-after: 1"];
    let mut receiver = Receiver::start(&answers).await;
    let desk = Desk::with(allow(&[&receiver.host(), &elsewhere.host()], 9), 1000).await;
    let id = submit(&desk, "paper.pdf", &receiver.url()).await;
    let mut tries = Vec::new();
    for _ in 0..4 {
        tries.push(receiver.next().await);
    }
    let events: Vec<Value> = tries.iter().map(|arrived| arrived.message()["event_id"].clone()).collect();
    assert!(events.iter().all(|event| *event == events[0]), "{events:?}");
    assert!(tries[3].at - tries[2].at >= Duration::from_millis(900), "Retry-After is honoured");
    assert_eq!(wait_until(&desk, &id, CallbackState::Delivered).await["attempts"], 4);
    let mut elsewhere = elsewhere;
    assert!(elsewhere.arrived.try_recv().is_err(), "a redirect was followed");
}

#[tokio::test]
async fn attempts_end_when_they_are_used_up_or_the_receiver_is_gone() {
    let mut receiver = Receiver::start(&["500 Oops", "500 Oops", "410 Gone"]).await;
    let desk = Desk::with(allow(&[&receiver.host()], 2), 1000).await;
    let used_up = submit(&desk, "a.pdf", &receiver.url()).await;
    let callback = wait_until(&desk, &used_up, CallbackState::Abandoned).await;
    assert_eq!((&callback["attempts"], &callback["error"]), (&2.into(), &"the receiver answered 500".into()));
    let gone = submit(&desk, "b.pdf", &receiver.url()).await;
    assert_eq!(wait_until(&desk, &gone, CallbackState::Abandoned).await["attempts"], 1);
    for _ in 0..3 {
        receiver.next().await;
    }
    assert!(receiver.arrived.try_recv().is_err());
}

#[tokio::test]
async fn a_restart_loses_no_message() {
    let mut receiver = Receiver::start(&["500 Oops\r\nretry-after: 1"]).await;
    let host = receiver.host();
    let desk = Desk::with(allow(&[&host], 9), 3).await;
    let id = submit(&desk, "a.pdf", &receiver.url()).await;
    let first = receiver.next().await.message();
    let waiting = submit(&desk, "b.pdf", &receiver.url()).await;
    desk.wait_for(&waiting, "RUNNING").await;
    let (folder, jobs, artifacts) = desk.stop().await;
    // It ends while no server is there to see it.
    jobs.cancel(&waiting.parse().unwrap()).await.unwrap();
    assert!(receiver.arrived.try_recv().is_err());

    let desk = Desk::open(folder, jobs, artifacts, Strings::open(0), allow(&[&host], 9)).await;
    let mut messages = [receiver.next().await.message(), receiver.next().await.message()];
    messages.sort_by_key(|message| message["event"].to_string());
    assert_eq!(
        (&messages[0]["event"], &messages[0]["job"]["job_id"]),
        (&"job.cancelled".into(), &waiting.into())
    );
    assert_eq!(messages[1]["event_id"], first["event_id"], "the same event as before the restart");
    wait_until(&desk, &id, CallbackState::Delivered).await;
}

#[tokio::test]
async fn callbacks_go_only_where_the_operator_allows() {
    let mut receiver = Receiver::start(&[]).await;
    let port = receiver.port;
    let refuses = async |desk: &Desk, url: &str| {
        let reply = desk.upload("a.pdf", b"%PDF-1.7", &[("callback_url", url)], &[]).await;
        assert_eq!((reply.status, reply.code().as_str()), (422, "callback-refused"), "{url}: {reply:?}");
        reply.json()["error"]["message"].as_str().unwrap().to_owned()
    };
    let none = Desk::start().await;
    assert!(refuses(&none, &receiver.url()).await.contains("makes no callbacks"));
    let nobody = Desk::with(allow(&[], 9), 1000).await;
    assert!(refuses(&nobody, &receiver.url()).await.contains("makes no callbacks"));

    let named = format!("http://localhost:{port}");
    let desk = Desk::with(allow(&["hooks.example.com", &named], 9), 1000).await;
    // The name is allowed, and leads inside.
    assert!(refuses(&desk, &format!("{named}/")).await.contains("inside"));
    for url in [
        &receiver.url(),
        "http://hooks.example.com/",
        "https://hooks.example.com:444/",
        "https://other.example.com/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://2130706433/",
        "https://user:password@hooks.example.com/",
        "https://hooks.example.com/#part",
        "file:///etc/passwd",
        "nonsense",
        &format!("https://hooks.example.com/{}", "x".repeat(2048)),
    ] {
        refuses(&desk, url).await;
    }
    assert!(desk.jobs.list(&Default::default()).await.unwrap().is_empty());
    assert!(receiver.arrived.try_recv().is_err());
}

#[tokio::test]
async fn a_key_belongs_to_its_callback_too() {
    let receiver = Receiver::start(&[]).await;
    let desk = Desk::with(allow(&[&receiver.host()], 9), 1000).await;
    let url = receiver.url();
    let send = async |fields: &[(&str, &str)]| {
        desk.upload("a.pdf", b"%PDF-1.7", fields, &[("idempotency-key", "k")]).await
    };
    let first = send(&[("callback_url", &url)]).await;
    let again = send(&[("callback_url", &url)]).await;
    assert_eq!((first.status, again.status), (202, 202));
    assert_eq!(first.json()["job_id"], again.json()["job_id"]);
    assert_eq!(send(&[("callback_url", &format!("{url}y"))]).await.code(), "idempotency-key-reused");
    assert_eq!(send(&[]).await.code(), "idempotency-key-reused");
}
