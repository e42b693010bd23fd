//! `--llm auto`: the best model of a server on this machine, and nobody is asked who was not meant.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::disallowed_methods, reason = "these tests start processes and wait for them")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};

/// A server like Ollama with some models, none of which wants to write.
struct Ollama {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Ollama {
    fn start(models: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                serve(&mut stream.unwrap(), models, &seen);
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(stream: &mut TcpStream, models: &str, seen: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(&mut *stream);
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    // A client that still sends when it is hung up on may not read the answer.
    let mut length = 0;
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header).unwrap() <= 2 {
            break;
        }
        let header = header.to_ascii_lowercase();
        length = header.strip_prefix("content-length:").map_or(length, |text| text.trim().parse().unwrap());
    }
    reader.read_exact(&mut vec![0; length]).unwrap();
    seen.lock().unwrap().push(line.trim().to_owned());
    let (status, body) = match line.split(' ').nth(1) {
        Some("/api/tags") => ("200 OK", models),
        _ => ("200 OK", REFUSAL),
    };
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\n");
    let _ = write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len());
}

const MODELS: &str = r#"{"models":[
    {"name":"nomic-embed-text:latest","size":274000000,"details":{"families":["nomic-bert"]}},
    {"name":"smollm2:135m","size":271000000,"details":{"parameter_size":"134.52M"}},
    {"name":"qwen2.5:0.5b","size":398000000,"details":{"parameter_size":"494.03M"}}]}"#;
/// What a model says that does not want to: the script is then written without it.
const REFUSAL: &str = r#"{"choices":[{"message":{"content":"","refusal":"I cannot"},"finish_reason":"content_filter"}],
    "usage":{"prompt_tokens":10,"completion_tokens":1}}"#;
const EMBEDDERS: &str = r#"{"models":[{"name":"bge-m3:latest","size":1200000000}]}"#;

fn brainwrought(folder: &Path, servers: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_brainwrought"))
        .args(arguments)
        .current_dir(folder)
        .env("BRAINWROUGHT_LLM_SERVERS", servers)
        .env_remove("BRAINWROUGHT_OFFLINE")
        .env_remove("BRAINWROUGHT_STORE")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

fn paper() -> String {
    let pdf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/queues.pdf");
    pdf.to_str().unwrap().to_owned()
}

#[test]
fn the_job_stores_the_model_that_was_found() {
    let folder = tempfile::tempdir().unwrap();
    let server = Ollama::start(MODELS);
    let servers = format!("http://127.0.0.1:9 {}", server.url);
    let submitted = brainwrought(folder.path(), &servers, &["submit", &paper(), "--llm", "auto", "--json"]);
    assert!(submitted.status.success(), "{}", said(&submitted));
    let job: serde_json::Value = serde_json::from_slice(&submitted.stdout).unwrap();
    assert_eq!(job["options"]["llm"], format!("{}/v1#qwen2.5:0.5b", server.url), "{job:#}");
    assert_eq!(server.asked(), ["GET /api/tags HTTP/1.1"]);

    let doctor = brainwrought(folder.path(), &servers, &["doctor", "--json"]);
    let findings: serde_json::Value = serde_json::from_slice(&doctor.stdout).unwrap();
    let finding = findings.as_array().unwrap().iter().find(|one| one["name"] == "local model").unwrap();
    assert!(finding["present"] == true && finding["detail"].as_str().unwrap().starts_with("qwen2.5:0.5b"));
}

#[test]
fn without_a_model_the_command_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let make = ["make", &paper(), "--llm", "auto"];
    let nobody = brainwrought(folder.path(), "http://127.0.0.1:9", &make);
    assert_eq!(nobody.status.code(), Some(2));
    assert!(said(&nobody).contains("no model server answers at http://127.0.0.1:9"), "{}", said(&nobody));
    let server = Ollama::start(EMBEDDERS);
    let embedders = brainwrought(folder.path(), &server.url, &make);
    assert!(said(&embedders).contains("bge-m3:latest, the only model there"), "{}", said(&embedders));
    let elsewhere = brainwrought(folder.path(), "http://me:hush@192.0.2.7", &make);
    assert_eq!(elsewhere.status.code(), Some(2));
    assert!(said(&elsewhere).contains("addresses of this machine") && !said(&elsewhere).contains("hush"));
}

#[test]
fn offline_nobody_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let server = Ollama::start(MODELS);
    for command in ["make", "script", "submit"] {
        let refused =
            brainwrought(folder.path(), &server.url, &["--offline", command, &paper(), "--llm", "auto"]);
        assert_eq!(refused.status.code(), Some(2), "{command}: {}", said(&refused));
        assert!(said(&refused).contains("--offline opens no connection"), "{}", said(&refused));
    }
    let doctor = brainwrought(folder.path(), &server.url, &["--offline", "doctor"]);
    assert!(said(&doctor).contains("nobody was asked"), "{}", said(&doctor));
    // Nor is anybody who did not ask for it.
    let script = brainwrought(folder.path(), &server.url, &["script", &paper(), "-o", "-", "--length", "20"]);
    assert!(script.status.success(), "{}", said(&script));
    assert_eq!(server.asked(), Vec::<String>::new());
}

#[test]
fn a_make_that_goes_on_keeps_its_model() {
    let folder = tempfile::tempdir().unwrap();
    let server = Ollama::start(MODELS);
    let make = ["make", &paper(), "--llm", "auto", "--length", "15", "--size", "180x320", "-o", "out.mp4"];
    let made = brainwrought(folder.path(), &server.url, &make);
    assert!(made.status.success(), "{}", said(&made));
    assert!(said(&made).contains("model    qwen2.5:0.5b"), "{}", said(&made));
    // The server is gone, and the job is known.
    let again = brainwrought(folder.path(), "http://127.0.0.1:9", &[&make[..], &["--force"]].concat());
    assert!(again.status.success(), "{}", said(&again));
    let jobs = std::fs::read_dir(folder.path().join("data/jobs")).unwrap();
    let jobs = jobs.filter(|job| job.as_ref().unwrap().path().extension().is_some_and(|end| end == "json"));
    assert_eq!(jobs.count(), 1);
}
