//! [`Providers`]: everybody whom a server calls, at one address. A model there writes scripts; all others refuse, and
//! repeat in their refusals what they were sent.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use serde_json::{Value, json};

use brainwrought_testing::ModelServer;

/// The model that writes scripts; any other refuses.
pub(crate) const WRITER: &str = "writer";

/// The server. It lives as long as the test program.
pub(crate) struct Providers {
    /// Its host and port.
    pub(crate) host: String,
}

impl Providers {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let writer = ModelServer::start([]).url.trim_start_matches("http://").to_owned();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let writer = writer.clone();
                std::thread::spawn(move || serve(stream, &writer));
            }
        });
        Self { host }
    }
}

fn serve(mut stream: TcpStream, writer: &str) {
    let Some((head, body)) = read(&mut stream) else { return };
    let target = head.split(' ').nth(1).unwrap_or_default();
    let path = target.split('?').next().unwrap_or_default();
    let request: Value = serde_json::from_str(&body).unwrap_or_default();
    let said = repeated(&head, &body);
    let (status, answer) = if path.ends_with("/chat/completions") && request["model"] == WRITER {
        match request["response_format"]["json_schema"]["name"].as_str() {
            Some("Plan") => (200, planned()),
            _ => {
                if let Some(answer) = passed_on(writer, &body) {
                    let _ = stream.write_all(&answer);
                }
                return;
            }
        }
    } else if path.ends_with("/caption_image") {
        (200, json!({ "success": false, "error_message": said }))
    } else if path.contains("/videos") && head.starts_with("POST") {
        (200, json!({ "id": "clip-1" }))
    } else if path.contains("/videos") {
        (200, json!({ "status": "failed", "error": { "message": said } }))
    } else {
        (401, json!({ "error": { "message": said } }))
    };
    let answer = answer.to_string();
    let length = answer.len();
    let kind = "content-type: application/json\r\nconnection: close";
    let _ = write!(stream, "HTTP/1.1 {status} X\r\n{kind}\r\ncontent-length: {length}\r\n\r\n{answer}");
}

/// What was sent, as short as it can be said: providers are quoted with few letters.
fn repeated(head: &str, body: &str) -> String {
    let target = head.split(' ').nth(1).unwrap_or_default();
    let telling = |line: &&str| {
        let line = line.to_lowercase();
        ["authorization:", "proxy-authorization:", "x-api-key:", "xi-api-key:", "x-goog-api-key:"]
            .iter()
            .any(|name| line.starts_with(name))
    };
    let headers: Vec<&str> = head.lines().filter(telling).collect();
    let form = if body.starts_with('{') { "" } else { body };
    format!("no: {} {target} {form}", headers.join(" "))
}

/// One picture, one clip, one meme, one sound.
fn planned() -> Value {
    let scene = |scene: u32, show: &str, query: &str| {
        let effects = json!([{ "sound": "bell", "at_ms": 100 }]);
        json!({ "scene": scene, "show": show, "figure": "", "query": query, "meme": null, "effects": effects })
    };
    let mut meme = scene(3, "meme", "");
    meme["meme"] = json!({ "template": "brain", "top": "one queue", "bottom": "two queues" });
    let plan = json!({
        "scenes": [scene(1, "picture", "people in a queue"), scene(2, "clip", "people in a queue"), meme],
        "mood": "calm",
    });
    json!({
        "choices": [{ "message": { "content": plan.to_string() }, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": 10, "completion_tokens": 10 },
    })
}

fn passed_on(writer: &str, body: &str) -> Option<Vec<u8>> {
    let mut stream = TcpStream::connect(writer).ok()?;
    let length = body.len();
    write!(stream, "POST /v1/chat/completions HTTP/1.1\r\ncontent-length: {length}\r\n\r\n{body}").ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    Some(answer)
}

fn read(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [0; 4096];
        let count = stream.read(&mut buffer).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&buffer[..count]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        });
        if bytes.len() >= end + 4 + length.unwrap_or(0) {
            return Some((head, String::from_utf8_lossy(&bytes[end + 4..]).into_owned()));
        }
    }
}
