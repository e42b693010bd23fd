//! A server on this machine that does what a test tells it, request by request, and keeps what it was sent.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What the server does with one request.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Answers: status, headers as lines, body.
    Answer(u16, &'static str, String),
    /// Answers with bytes that are no text.
    Bytes(u16, &'static str, Vec<u8>),
    /// Promises more than it sends, and hangs up.
    Cut(&'static str, String),
    /// Says nothing until the client goes away.
    Silence,
    /// Sends the head of an answer and the start of a body, then says nothing more.
    Stall(&'static str, String),
    /// Hangs up without a word.
    HangUp,
}

/// The server. It answers one request after another, and hangs up on those beyond its script.
#[derive(Debug)]
pub(crate) struct ScriptedServer {
    /// Its address, as `http://127.0.0.1:port`.
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl ScriptedServer {
    pub(crate) async fn start(script: Vec<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        tokio::spawn(async move {
            let mut script = script.into_iter();
            while let Ok((stream, _)) = listener.accept().await {
                let act = script.next().unwrap_or(Act::HangUp);
                tokio::spawn(serve(stream, act, Arc::clone(&seen)));
            }
        });
        Self { url, requests }
    }

    /// The requests so far: head and body as they came.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// An answer of JSON.
pub(crate) fn json(status: u16, body: &serde_json::Value) -> Act {
    Act::Answer(status, "content-type: application/json\r\n", body.to_string())
}

async fn serve(mut stream: TcpStream, act: Act, seen: Arc<Mutex<Vec<String>>>) {
    let Some(request) = read_request(&mut stream).await else { return };
    seen.lock().unwrap().push(request);
    let head = |status: u16, headers: &str, length: usize| {
        format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n")
    };
    let (bytes, stays) = match act {
        Act::Answer(status, headers, body) => {
            ((head(status, headers, body.len()) + &body).into_bytes(), false)
        }
        Act::Bytes(status, headers, body) => {
            ([head(status, headers, body.len()).into_bytes(), body].concat(), false)
        }
        Act::Cut(headers, body) => ((head(200, headers, body.len() + 100) + &body).into_bytes(), false),
        Act::Stall(headers, body) => ((head(200, headers, body.len() + 100) + &body).into_bytes(), true),
        Act::Silence => (Vec::new(), true),
        Act::HangUp => (Vec::new(), false),
    };
    let _ = stream.write_all(&bytes).await;
    if stays {
        // Until the client goes away.
        let _ = stream.read(&mut [0; 1]).await;
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [0; 4096];
        let count = stream.read(&mut buffer).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        });
        if body.len() >= length.unwrap_or(0) {
            return Some(text.into_owned());
        }
    }
}
