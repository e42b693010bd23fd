//! A server that speaks as OpenAI's does: it fails as often as a test wants, and otherwise writes scripts in the words of the
//! document it is shown.

use std::collections::VecDeque;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Map, Value, json};

/// What the server does with a request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Act {
    /// Answers.
    Answer,
    /// Refuses: status and more headers.
    Refuse(u16, &'static str),
    /// Says nothing until the client goes away.
    Silence,
    /// Hangs up in the middle of its answer.
    Cut,
    /// Sends a page in the place of an answer.
    Page,
}

/// The server. It does what its script says, request by request, and answers those beyond it.
#[derive(Debug)]
pub struct ModelServer {
    /// Its address, as `http://127.0.0.1:port`.
    pub url: String,
    requests: Arc<Mutex<Vec<Value>>>,
    script: Arc<Mutex<VecDeque<Act>>>,
}

/// What each answer is said to have taken: tokens of the prompt and of the answer.
pub const USAGE: (u64, u64) = (1_000, 100);

impl ModelServer {
    /// Starts it. It lives as long as the test program.
    pub fn start(script: impl IntoIterator<Item = Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::<Mutex<Vec<Value>>>::default();
        let script = Arc::new(Mutex::new(script.into_iter().collect::<VecDeque<_>>()));
        let (seen, acts) = (Arc::clone(&requests), Arc::clone(&script));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (seen, acts) = (Arc::clone(&seen), Arc::clone(&acts));
                std::thread::spawn(move || serve(stream, &seen, &acts));
            }
        });
        Self { url, requests, script }
    }

    /// The names of the answers that were asked for, such as `Analysis`, in order.
    pub fn asked(&self) -> Vec<String> {
        self.requests.lock().unwrap().iter().map(name).collect()
    }

    /// Sets what it does from now on.
    pub fn does(&self, script: impl IntoIterator<Item = Act>) {
        *self.script.lock().unwrap() = script.into_iter().collect();
    }
}

fn serve(mut stream: TcpStream, seen: &Mutex<Vec<Value>>, acts: &Mutex<VecDeque<Act>>) {
    let Some(request) = read(&mut stream) else { return };
    let act = {
        seen.lock().unwrap().push(request.clone());
        acts.lock().unwrap().pop_front().unwrap_or(Act::Answer)
    };
    let reply = |status: u16, headers: &str, body: &str, more: usize| {
        let length = body.len() + more;
        format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}")
    };
    let json = "content-type: application/json\r\n";
    let text = match act {
        Act::Answer => reply(200, json, &completion(&request).to_string(), 0),
        Act::Cut => reply(200, json, "{\"choices\":", 100),
        Act::Page => reply(200, "content-type: text/html\r\n", "<html>", 0),
        Act::Refuse(status, headers) => {
            let body = json!({ "error": { "message": "not now" } }).to_string();
            reply(status, &format!("{json}{headers}"), &body, 0)
        }
        Act::Silence => {
            let _ = stream.read(&mut [0; 1]);
            return;
        }
    };
    let _ = stream.write_all(text.as_bytes());
}

fn read(stream: &mut TcpStream) -> Option<Value> {
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [0; 4096];
        let count = stream.read(&mut buffer).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        });
        if body.len() >= length.unwrap_or(0) {
            return serde_json::from_str(body).ok();
        }
    }
}

fn completion(request: &Value) -> Value {
    let schema = &request["response_format"]["json_schema"]["schema"];
    let shown = request["messages"].as_array().into_iter().flatten().filter_map(|m| m["content"].as_str());
    let sentences = sentences(&shown.collect::<Vec<_>>().join("\n"));
    let answer = match name(request).as_str() {
        "Analysis" => json!({
            "subject": "queues", "concepts": ["queue", "server", "waiting"], "angle": "idle time is not waste",
            "summary": sentences.iter().take(3).map(|(number, _)| *number).collect::<Vec<_>>(),
        }),
        "Scenes" => {
            let line =
                |(number, text): &(u64, String)| json!({ "text": text, "role": "fact", "source": number });
            let scene = |one: &(u64, String)| json!({ "title": "One thing", "lines": [line(one)] });
            json!({ "scenes": sentences.iter().take(10).map(scene).collect::<Vec<_>>() })
        }
        _ => plainest(schema, schema),
    };
    let (prompt, answered) = USAGE;
    json!({
        "choices": [{ "message": { "content": answer.to_string() }, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": prompt, "completion_tokens": answered },
    })
}

fn name(request: &Value) -> String {
    request["response_format"]["json_schema"]["name"].as_str().unwrap_or_default().to_owned()
}

/// The numbered sentences of the document that are short enough to be spoken as they are.
fn sentences(shown: &str) -> Vec<(u64, String)> {
    let numbered = shown.lines().filter_map(|line| {
        let (number, text) = line.strip_prefix('[')?.split_once("] ")?;
        Some((number.parse().ok()?, text.to_owned()))
    });
    numbered.filter(|(_, text): &(u64, String)| (8..=15).contains(&text.split(' ').count())).collect()
}

/// The plainest value that a schema takes.
fn plainest(schema: &Value, root: &Value) -> Value {
    if let Some(place) = schema["$ref"].as_str() {
        return plainest(root.pointer(place.trim_start_matches('#')).unwrap_or(&Value::Null), root);
    }
    if let Some(first) = schema["enum"].get(0).or_else(|| schema.get("const")) {
        return first.clone();
    }
    if let Some(one) = schema["anyOf"].get(0).or_else(|| schema["oneOf"].get(0)) {
        return plainest(one, root);
    }
    match schema["type"].as_str() {
        Some("object") => {
            let properties = schema["properties"].as_object().into_iter().flatten();
            let values = properties.map(|(name, value)| (name.clone(), plainest(value, root)));
            Value::Object(values.collect::<Map<_, _>>())
        }
        Some("array") => json!([]),
        Some("integer" | "number") => json!(1),
        Some("boolean") => json!(false),
        _ => json!("plain"),
    }
}
