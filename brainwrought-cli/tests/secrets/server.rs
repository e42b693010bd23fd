//! [`Server`]: `brainwrought serve` with nothing of this machine's environment, and everything that can be asked of it.

use std::cell::Cell;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::planted::{Reader, Seen};

/// Where a command runs, and what it is told by the environment.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    pub(crate) folder: PathBuf,
    pub(crate) variables: Vec<(String, String)>,
}

impl Desk {
    /// Says something to the commands; an empty text takes it back.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.variables.push((name.to_owned(), value.into()));
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_brainwrought"));
        let path = std::env::var_os("PATH").unwrap_or_default();
        command.args(arguments).current_dir(&self.folder).env_clear().env("PATH", path).stdin(Stdio::null());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Submits a PDF by the command and returns the job's id.
    pub(crate) fn submit(&self, seen: &Seen, pdf: &Path, arguments: &[&str]) -> String {
        let usual = ["submit", pdf.to_str().unwrap(), "--length", "20", "--size", "270x480"];
        let submitted = self.command(&[&usual, arguments].concat()).output().unwrap();
        seen.note(Reader::Operator, format!("stderr of submit {arguments:?}"), submitted.stderr.clone());
        assert!(submitted.status.success(), "{submitted:?}");
        String::from_utf8(submitted.stdout).unwrap().trim().to_owned()
    }
}

/// A running server.
pub(crate) struct Server<'a> {
    child: Child,
    pub(crate) address: String,
    log: PathBuf,
    seen: &'a Seen,
    client: Cell<u8>,
}

impl<'a> Server<'a> {
    /// Starts a server on a port that is free, and waits until it says where.
    pub(crate) fn start(desk: &Desk, seen: &'a Seen, arguments: &[&str]) -> Self {
        let log = desk.folder.join("server.log");
        let mut child = desk
            .command(&[&["serve", "--port", "0"], arguments].concat())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::options().create(true).append(true).open(&log).unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said = std::fs::read_to_string(&log).unwrap();
        let address =
            line.trim().strip_prefix("http://").unwrap_or_else(|| panic!("{line}{said}")).to_owned();
        Self { child, address, log, seen, client: Cell::new(1) }
    }

    /// Asks for something, and notes the whole answer. Where one client asks too often, another goes on.
    pub(crate) fn ask(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> (u16, Vec<u8>) {
        loop {
            let answer = self.ask_once(method, path, headers, body);
            if answer.0 != 429 {
                return answer;
            }
            assert!(self.client.get() < 250, "{path} is refused for ever");
            self.client.set(self.client.get() + 1);
        }
    }

    fn ask_once(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> (u16, Vec<u8>) {
        let (address, length) = (&self.address, body.len());
        let host = if headers.starts_with("host:") { String::new() } else { format!("host: {address}\r\n") };
        let head = format!(
            "{method} {path} HTTP/1.1\r\n{host}{headers}connection: close\r\ncontent-length: {length}\r\n\r\n"
        );
        let mut stream = self.connect();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
        let mut bytes = Vec::new();
        // A stream of events may be cut by the timeout; what came counts.
        let _ = stream.read_to_end(&mut bytes);
        self.seen.note(Reader::Client, format!("{method} {path}"), bytes.clone());
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or_else(|| panic!("{path}"));
        let status = std::str::from_utf8(&bytes[9..12]).unwrap().parse().unwrap();
        (status, bytes[end + 4..].to_vec())
    }

    /// Connects as the client with the address `127.0.0.<client>`.
    fn connect(&self) -> TcpStream {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let stream = runtime.block_on(async {
            let socket = tokio::net::TcpSocket::new_v4().unwrap();
            socket.bind(([127, 0, 0, self.client.get()], 0).into()).unwrap();
            socket.connect(self.address.parse().unwrap()).await.unwrap()
        });
        let stream = stream.into_std().unwrap();
        stream.set_nonblocking(false).unwrap();
        stream
    }

    pub(crate) fn get(&self, path: &str) -> (u16, Vec<u8>) {
        self.ask("GET", path, "", b"")
    }

    pub(crate) fn json(&self, path: &str) -> Value {
        serde_json::from_slice(&self.get(path).1).unwrap()
    }

    /// Uploads a PDF and returns the job's id.
    pub(crate) fn upload(&self, pdf: &[u8], options: &[(&str, &str)]) -> String {
        let mut body = Vec::new();
        for (name, value) in [&[("length", "20"), ("size", "270x480")], options].concat() {
            let part = format!("--xyz\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend(part.into_bytes());
        }
        body.extend(
            b"--xyz\r\ncontent-disposition: form-data; name=\"pdf\"; filename=\"queues.pdf\"\r\n\r\n",
        );
        body.extend([pdf, b"\r\n--xyz--\r\n"].concat());
        let headers = "content-type: multipart/form-data; boundary=xyz\r\n";
        let (status, answer) = self.ask("POST", "/api/jobs", headers, &body);
        assert_eq!(status, 202, "{}", String::from_utf8_lossy(&answer));
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        answer["job_id"].as_str().unwrap().to_owned()
    }

    /// Uploads a PDF that cannot be stored.
    pub(crate) fn upload_without_store(&self, pdf: &[u8]) {
        let (status, _) = self.ask("POST", "/api/jobs", "content-type: application/pdf\r\n", pdf);
        assert!(status >= 500, "{status}");
    }

    /// Waits until a job is as it should be, and notes how it was each time.
    pub(crate) fn wait(&self, id: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let until = Instant::now() + Duration::from_secs(400);
        loop {
            let job = self.json(&format!("/api/jobs/{id}"));
            if fits(&job) {
                return job;
            }
            assert!(Instant::now() < until, "{job:#}");
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    pub(crate) fn wait_for_end(&self, id: &str) -> Value {
        self.wait(id, |job| {
            ["COMPLETED", "FAILED", "CANCELLED"].contains(&job["status"].as_str().unwrap_or_default())
        })
    }

    /// Calls a tool as agents do.
    pub(crate) fn tool(&self, name: &str, arguments: &Value, headers: &str) -> Value {
        let call = json!({
            "jsonrpc": "2.0", "id": 1, "method": "tools/call",
            "params": { "name": name, "arguments": arguments },
        });
        self.message(&call, headers)
    }

    pub(crate) fn message(&self, message: &Value, headers: &str) -> Value {
        let usual = "content-type: application/json\r\naccept: application/json, text/event-stream\r\n";
        let body = message.to_string();
        let (_, answer) = self.ask("POST", "/mcp", &format!("{usual}{headers}"), body.as_bytes());
        let text = String::from_utf8_lossy(&answer).into_owned();
        let data = text.lines().find_map(|line| line.strip_prefix("data: ")).unwrap_or(&text);
        serde_json::from_str(data).unwrap_or_default()
    }

    /// Everything that can be asked about a job, by the description of the API, the links and the pages.
    pub(crate) fn ask_everything_about(&self, id: &str) {
        let job = self.json(&format!("/api/jobs/{id}"));
        for link in job["links"].as_object().unwrap().values() {
            let path = link.as_str().unwrap().split_once(&self.address).unwrap().1.to_owned();
            self.get(&path);
            self.ask("GET", &path, "accept: text/html\r\n", b"");
        }
        for page in ["panel", "variants"] {
            self.get(&format!("/jobs/{id}/{page}"));
        }
        self.get(&format!("/?job_id={id}"));
        for tool in ["get_job", "get_script"] {
            self.tool(tool, &json!({ "job_id": id }), "");
        }
        self.tool("wait_for_job", &json!({ "job_id": id, "seconds": 0 }), "");
        for name in ["manifest.json", "report.json", "captions.srt", "input.pdf"] {
            self.tool("get_output", &json!({ "job_id": id, "name": name }), "");
        }
        self.tool("edit_script", &json!({ "job_id": id, "lines": [{ "line": 999, "text": "No." }] }), "");
        let edit = json!({ "lines": [{ "line": 999, "text": "No." }] }).to_string();
        let json = "content-type: application/json\r\n";
        self.ask("POST", &format!("/api/jobs/{id}/script/check"), json, edit.as_bytes());
    }

    /// Every operation of the description, with this job where one is named; what changes a job comes last.
    pub(crate) fn walk_the_description(&self, id: &str, view: &str, upload: &str) {
        let document = self.json("/api/openapi.json");
        let mut operations = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, _) in item.as_object().unwrap().iter().filter(|(_, value)| value.is_object()) {
                operations.push((method.to_uppercase(), path.clone()));
            }
        }
        assert!(operations.len() >= 17, "{operations:?}");
        operations.sort_by_key(|(method, _)| (method == "DELETE", method != "GET"));
        for (method, path) in operations {
            let path = path.replace("{job_id}", id).replace("{view_id}", view).replace("{upload}", upload);
            let path = path.replace("{file}", "manifest.json");
            assert!(!path.contains('{'), "{path} names something that this test does not know");
            let body = if method == "GET" { "" } else { "{}" };
            self.ask(&method, &path, "content-type: application/json\r\n", body.as_bytes());
        }
    }

    /// The pages and files that belong to no job, and refusals of every kind.
    pub(crate) fn ask_about_the_server(&self, token: &str) {
        for path in [
            "/",
            "/?tab=retrieve",
            "/?job_id=nonsense",
            "/api/docs",
            "/nowhere",
            "/metrics",
            "/readyz",
            "/healthz",
            "/api/jobs",
            "/api/jobs/0123456789abcdef0123456789abcdef",
            "/jobs/x/video.mp4",
            "/v/x",
            "/examples/a/b",
            "/samples/voices/heart.wav",
            "/samples/backgrounds/calm.png",
            "/assets/page.js",
        ] {
            self.get(path);
            self.ask("GET", path, "accept: text/html\r\n", b"");
        }
        let operator = format!("authorization: Bearer {token}\r\n");
        assert_eq!(self.ask("GET", "/api/jobs", &operator, b"").0, 200);
        self.tool("list_jobs", &json!({}), &operator);
        self.tool("list_jobs", &json!({}), "");
        self.tool("nonsense", &json!({}), "");
        for method in ["initialize", "tools/list"] {
            let client = json!({ "name": "test", "version": "1" });
            let params = json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client });
            self.message(&json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }), "");
        }
        assert_eq!(self.ask("GET", "/", "host: rebound.example\r\n", b"").0, 403);
        assert_eq!(self.ask("POST", "/api/jobs", "origin: https://evil.example\r\n", b"x").0, 403);
        let pdf = "content-type: application/pdf\r\n";
        for query in ["callback_url=https://elsewhere.example/x", "voice=nobody", "size=2160x3840&length=180"]
        {
            self.ask("POST", &format!("/api/jobs?{query}"), pdf, b"%PDF-1.7");
        }
        self.ask("POST", "/api/jobs", pdf, b"no PDF");
        self.ask("POST", "/api/jobs", "content-type: text/plain\r\n", b"no PDF");
    }

    /// Ends it as a supervisor does, and notes its log.
    pub(crate) fn terminate(mut self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        self.child.wait().unwrap();
        self.seen.note(Reader::Operator, "the log", std::fs::read(&self.log).unwrap());
    }
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
