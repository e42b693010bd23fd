//! [`FailingServer`]: an HTTP server that answers what it was told to, in order.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// A server on this machine; it stops with the test's runtime.
#[derive(Debug)]
pub(super) struct FailingServer {
    pub(super) address: String,
    seen: Arc<Mutex<Vec<String>>>,
}

/// What the server does with a request.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reply {
    /// Sends this status line, these headers and this body.
    Send(&'static str, &'static str, &'static str),
    /// Promises a body of the given length, sends another, and closes.
    Cut(usize, &'static str),
    /// Closes the connection without a word.
    Drop,
}

/// There is no such object, but there is the bucket.
pub(super) const NOTHING: Reply =
    Reply::Send("404 Not Found", "", "<Error><Code>NoSuchKey</Code><Message>no</Message></Error>");

impl FailingServer {
    /// Starts a server that gives these replies, the last one for ever.
    pub(super) async fn start(replies: &[Reply]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, mut left) = (Arc::clone(&seen), VecDeque::from(replies.to_vec()));
        tokio::spawn(async move {
            loop {
                let (mut socket, _) = listener.accept().await.unwrap();
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(socket.read_u8().await.unwrap_or(b'\n'));
                }
                let head = String::from_utf8_lossy(&head).into_owned();
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
                socket.read_exact(&mut body).await.unwrap();
                log.lock().unwrap().push(head.lines().next().unwrap_or_default().to_owned());
                let reply = if left.len() > 1 { left.pop_front() } else { left.front().copied() };
                let (status, headers, length, body) = match reply.unwrap() {
                    Reply::Send(status, headers, body) => (status, headers, body.len(), body),
                    Reply::Cut(length, body) => ("200 OK", OBJECT, length, body),
                    Reply::Drop => continue,
                };
                let text = format!(
                    "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
                );
                let _ = socket.write_all(text.as_bytes()).await;
            }
        });
        Self { address, seen }
    }

    /// The first line of each request so far.
    pub(super) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

/// The headers of an object.
pub(super) const OBJECT: &str = "etag: \"1\"\r\nlast-modified: Sat, 21 Nov 2026 08:00:00 GMT\r\n";
