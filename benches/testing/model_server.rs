//! A server that speaks as OpenAI's does: it fails as often as a test wants, and otherwise answers from files, or writes scripts
//! in the words of the document it is shown.

use std::collections::VecDeque;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
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
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    requests: Mutex<Vec<Value>>,
    script: Mutex<VecDeque<Act>>,
    /// Where answers lie that somebody wrote.
    answers: Option<PathBuf>,
}

/// What the server was asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The step, such as `story`.
    pub step: String,
    /// All of the prompt: rules, document and task.
    pub text: String,
    /// The most tokens that the answer may have.
    pub max_tokens: u64,
}

/// What each answer is said to have taken: tokens of the prompt and of the answer.
pub const USAGE: (u64, u64) = (1_000, 100);

impl ModelServer {
    /// Starts it. It lives as long as the test program.
    pub fn start(script: impl IntoIterator<Item = Act>) -> Self {
        let script = Mutex::new(script.into_iter().collect());
        Self::serving(State { script, ..State::default() })
    }

    /// Starts one whose answers lie in a folder: the second one to the step `repair` in `repair-2.txt`, or else in `repair.txt`,
    /// whatever is in it. Where neither is, the answer is the plainest one.
    pub fn answering_from(folder: &Path) -> Self {
        Self::serving(State { answers: Some(folder.to_owned()), ..State::default() })
    }

    fn serving(state: State) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(state);
        let served = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&served);
                std::thread::spawn(move || serve(stream, &state));
            }
        });
        Self { url, state }
    }

    /// The steps that were asked for, such as `story`, in order.
    pub fn asked(&self) -> Vec<String> {
        self.state.requests.lock().unwrap().iter().map(step).collect()
    }

    /// All that was asked, in order.
    pub fn prompts(&self) -> Vec<Asked> {
        let asked = |request: &Value| Asked {
            step: step(request),
            text: shown(request),
            max_tokens: request["max_tokens"].as_u64().unwrap_or_default(),
        };
        self.state.requests.lock().unwrap().iter().map(asked).collect()
    }

    /// Sets what it does from now on.
    pub fn does(&self, script: impl IntoIterator<Item = Act>) {
        *self.state.script.lock().unwrap() = script.into_iter().collect();
    }
}

impl State {
    /// The answer that lies in a file for the latest request.
    fn written(&self, request: &Value) -> Option<String> {
        let folder = self.answers.as_ref()?;
        let step = step(request);
        let before = self.requests.lock().unwrap().iter().filter(|other| self::step(other) == step).count();
        let read = |name: String| std::fs::read_to_string(folder.join(name)).ok();
        read(format!("{step}-{before}.txt")).or_else(|| read(format!("{step}.txt")))
    }
}

fn serve(mut stream: TcpStream, state: &State) {
    let Some(request) = read(&mut stream) else { return };
    let act = {
        state.requests.lock().unwrap().push(request.clone());
        state.script.lock().unwrap().pop_front().unwrap_or(Act::Answer)
    };
    let reply = |status: u16, headers: &str, body: &str, more: usize| {
        let length = body.len() + more;
        format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}")
    };
    let json = "content-type: application/json\r\n";
    let text = match act {
        Act::Answer => {
            let written = state.written(&request);
            let content = written.unwrap_or_else(|| answer(&request).to_string());
            reply(200, json, &completion(&content).to_string(), 0)
        }
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

fn completion(content: &str) -> Value {
    let (prompt, answered) = USAGE;
    json!({
        "choices": [{ "message": { "content": content }, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": prompt, "completion_tokens": answered },
    })
}

/// An answer in the words of the document that is shown.
fn answer(request: &Value) -> Value {
    let schema = &request["response_format"]["json_schema"]["schema"];
    let text = shown(request);
    let sentences = sentences(&text);
    let line = |(number, text): &(u64, String)| json!({ "text": text, "role": "fact", "sources": [number] });
    match step(request).as_str() {
        "story" => {
            let hooks: Vec<Value> = sentences.iter().take(5).map(line).collect();
            let story = json!({
                "subject": "queues", "concepts": ["queue", "server", "waiting"], "voice": "warm", "hooks": hooks,
                "message": sentences.first().map(line),
            });
            json!({ "story": story, "script": null })
        }
        "script" => {
            let mut left = words_asked_for(&text);
            // The first one has opened the video.
            let fitting = sentences.iter().skip(1).take_while(|(_, text)| {
                let count = text.split(' ').count();
                let fits = count <= left;
                left = left.saturating_sub(count);
                fits
            });
            let scenes: Vec<Value> =
                fitting.map(|one| json!({ "title": "One thing", "lines": [line(one)] })).collect();
            json!({ "story": null, "script": { "hook": 1, "scenes": scenes } })
        }
        "ending" => {
            let start = |(_, text): &(u64, String), count: usize| {
                text.split(' ').take(count).collect::<Vec<_>>().join(" ")
            };
            let close = sentences.last().map(|one| json!({ "text": start(one, 6), "sources": [one.0] }));
            let question = sentences.first().map(|one| {
                json!({
                    "question": "What is told of here?", "choices": [start(one, 3), "nothing", "all the rest"],
                    "answer": 0, "reply": "", "sources": [one.0],
                })
            });
            let asked = if text.contains("`questions` is empty") { None } else { question };
            json!({ "questions": asked.into_iter().collect::<Vec<_>>(), "close": close, "close_second": "" })
        }
        "scene" => {
            let lines =
                sentences.iter().take(1).map(|(number, text)| json!({ "text": text, "source": number }));
            json!({ "lines": lines.collect::<Vec<_>>() })
        }
        _ => plainest(schema, schema),
    }
}

/// How many words a script should have.
fn words_asked_for(text: &str) -> usize {
    let told = text.rsplit_once("opening and the ending, which is written later: about ");
    let number = told.and_then(|(_, rest)| rest.split(' ').next()?.parse().ok());
    number.unwrap_or(100)
}

/// The step that a prompt names.
fn step(request: &Value) -> String {
    let text = shown(request);
    let named = text.rsplit_once("Step: ").and_then(|(_, rest)| rest.split(['.', '\n']).next());
    named.unwrap_or_default().to_owned()
}

fn shown(request: &Value) -> String {
    let shown = request["messages"].as_array().into_iter().flatten().filter_map(|m| m["content"].as_str());
    shown.collect::<Vec<_>>().join("\n")
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
