//! `serve` as a person and a supervisor meet it: a real process, a real upload, SIGTERM, and another start.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::disallowed_methods, reason = "these tests start processes and wait for them")]

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use brainwrought_testing::{PdfWriter, deflated_zeros};
use serde_json::Value;

/// A running server.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    /// Starts a server on a port that is free, and waits until it says where.
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_brainwrought"))
            .args(["serve", "--port", "0"])
            .args(arguments)
            .current_dir(folder)
            .env_remove("BRAINWROUGHT_STORE")
            .env_remove("BRAINWROUGHT_OPERATOR_TOKEN")
            .env_remove("BRAINWROUGHT_WEBHOOK_SECRET")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(folder.join("server.log")).unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("http://").unwrap().to_owned();
        Self { child, address }
    }

    fn ask(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> (u16, Vec<u8>) {
        let (address, length) = (&self.address, body.len());
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n"
        );
        exchange(TcpStream::connect(&self.address).unwrap(), &[head.as_bytes(), body].concat())
    }

    fn job(&self, id: &str) -> Value {
        serde_json::from_slice(&self.ask("GET", &format!("/api/jobs/{id}"), "", b"").1).unwrap()
    }

    /// Looks at a job until it is as it should be.
    fn wait(&self, id: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let until = Instant::now() + Duration::from_secs(300);
        loop {
            let job = self.job(id);
            assert_ne!(job["status"], "FAILED", "{job:#}");
            if fits(&job) {
                return job;
            }
            assert!(Instant::now() < until, "{job:#}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The memory of the process in kB: `VmRSS` is what it has, `VmHWM` the most that it had.
    fn memory(&self, line: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|text| text.strip_prefix(line)?.strip_prefix(':')).unwrap();
        line.split_whitespace().next().unwrap().parse().unwrap()
    }

    /// Waits until an idle server has given the memory of its jobs back.
    fn wait_for_memory_below(&self, kilobytes: u64) {
        let until = Instant::now() + Duration::from_secs(60);
        while self.memory("VmRSS") >= kilobytes {
            assert!(Instant::now() < until, "{} kB of {} kB", self.memory("VmRSS"), self.memory("VmHWM"));
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Ends it as a supervisor does.
    fn terminate(mut self) -> std::process::ExitStatus {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        self.child.wait().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a request and reads the status and the body of the answer.
fn exchange(mut stream: impl Read + Write, request: &[u8]) -> (u16, Vec<u8>) {
    stream.write_all(request).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let status = std::str::from_utf8(&bytes[9..12]).unwrap().parse().unwrap();
    (status, bytes[end + 4..].to_vec())
}

fn upload(server: &Server) -> String {
    let pdf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/queues.pdf");
    upload_pdf(server, &std::fs::read(pdf).unwrap())
}

fn upload_pdf(server: &Server, pdf: &[u8]) -> String {
    let mut body = Vec::new();
    for (name, value) in [("length", "20"), ("size", "270x480")] {
        let part = format!("--xyz\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.into_bytes());
    }
    body.extend(b"--xyz\r\ncontent-disposition: form-data; name=\"pdf\"; filename=\"queues.pdf\"\r\n\r\n");
    body.extend([pdf, b"\r\n--xyz--\r\n"].concat());
    let headers = "content-type: multipart/form-data; boundary=xyz\r\n";
    let (status, answer) = server.ask("POST", "/api/jobs", headers, &body);
    assert_eq!(status, 202, "{}", String::from_utf8_lossy(&answer));
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    answer["job_id"].as_str().unwrap().to_owned()
}

#[test]
fn a_server_that_is_stopped_hands_its_work_to_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let front = Server::start(folder.path(), &["--no-workers"]);
    let id = upload(&front);
    assert_eq!(front.job(&id)["status"], "PENDING", "a front works on nothing");
    assert!(front.terminate().success());

    let first = Server::start(folder.path(), &[]);
    first.wait(&id, |job| job["stages"][0]["status"] == "DONE");
    assert!(first.terminate().success());
    let stored = std::fs::read(folder.path().join("data/jobs").join(format!("{id}.json"))).unwrap();
    let stored: Value = serde_json::from_slice(&stored).unwrap();
    for task in stored["stages"].as_array().unwrap() {
        assert!(task["lease"].is_null() && task["history"].is_null(), "handed back, not lost: {task:#}");
    }

    let second = Server::start(folder.path(), &[]);
    let job = second.wait(&id, |job| job["status"] == "COMPLETED");
    let video = job["links"]["video.mp4"].as_str().unwrap();
    let path = video.strip_prefix(&format!("http://{}", second.address)).unwrap();
    let (status, start) = second.ask("GET", path, "range: bytes=4-7\r\n", b"");
    assert_eq!((status, &start[..]), (206, &b"ftyp"[..]));
    assert!(!job.to_string().contains(folder.path().to_str().unwrap()));
    // A part of it is the program itself, which is larger without optimisation.
    second.wait_for_memory_below(200_000);
    assert_eq!(second.ask("DELETE", &format!("/api/jobs/{id}"), "", b"").0, 204);
    assert!(!folder.path().join("data/outputs").join(&id).exists());
}

#[test]
fn a_host_that_the_operator_allows_is_called_back() {
    let receiver = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let host = format!("http://{}", receiver.local_addr().unwrap());
    let path = format!("/api/jobs?callback_url={host}/done");
    let send = |server: &Server| server.ask("POST", &path, "content-type: application/pdf\r\n", b"%PDF-1.7");
    let folder = tempfile::tempdir().unwrap();
    let strict = Server::start(folder.path(), &["--no-workers"]);
    assert_eq!(send(&strict).0, 422);
    assert!(strict.terminate().success());

    let server = Server::start(folder.path(), &["--no-workers", "--callback-host", &host]);
    let (status, answer) = send(&server);
    assert_eq!(status, 202, "{}", String::from_utf8_lossy(&answer));
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    let id = answer["job_id"].as_str().unwrap();
    assert_eq!(server.ask("POST", &format!("/api/jobs/{id}/cancel"), "", b"").0, 200);
    let mut line = String::new();
    let mut signature = None;
    let mut request = BufReader::new(receiver.accept().unwrap().0);
    while request.read_line(&mut line).unwrap() > 2 {
        signature = signature.or_else(|| line.strip_prefix("brainwrought-signature: t=").map(str::to_owned));
        line.clear();
    }
    assert!(signature.unwrap().contains(",v1="));
    let secret = std::fs::metadata(folder.path().join("data/credentials/webhook.secret")).unwrap();
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&secret.permissions()) & 0o777, 0o600);
}

#[test]
fn only_its_own_machine_reaches_a_server_and_only_by_its_own_name() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["--no-workers"]);
    assert!(server.address.starts_with("127.0.0.1:"));
    let mut stream = TcpStream::connect(&server.address).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: rebound.example\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
}

/// Debian's nginx, listening on a socket in a folder for each way in which it may stand before a server.
struct Nginx {
    child: Child,
    folder: PathBuf,
}

impl Nginx {
    /// Starts it and waits until it answers. `ways` are the names of the sockets and what each adds to `proxy_pass`.
    fn start(folder: &Path, server: &Server, ways: &[(&str, &str)]) -> Self {
        let folder = folder.join("nginx");
        std::fs::create_dir(&folder).unwrap();
        let shown = folder.display();
        let mut config = format!(
            "daemon off; master_process off; pid {shown}/pid; error_log {shown}/error.log; events {{}}\nhttp {{ access_log off;"
        );
        for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"] {
            config += &format!(" {kind}_temp_path {shown}/{kind};");
        }
        for (name, more) in ways {
            let pass = format!("proxy_pass http://{}; {more}", server.address);
            config += &format!("\nserver {{ listen unix:{shown}/{name}; location / {{ {pass} }} }}");
        }
        std::fs::write(folder.join("nginx.conf"), config + "\n}\n").unwrap();
        let child = Command::new(Self::program())
            .arg("-p")
            .arg(&folder)
            .args(["-c", "nginx.conf", "-e", "error.log"])
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let mut nginx = Self { child, folder };
        let until = Instant::now() + Duration::from_secs(20);
        while nginx.connect(ways[ways.len() - 1].0).is_err() {
            let ended = nginx.child.try_wait().unwrap();
            assert!(ended.is_none() && Instant::now() < until, "nginx does not start: {ended:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
        nginx
    }

    /// Where `scripts/setup.sh tests` puts it, or the one of the system.
    fn program() -> PathBuf {
        let set = |name| std::env::var_os(name).map(PathBuf::from);
        let data = set("BRAINWROUGHT_DATA")
            .or_else(|| set("XDG_DATA_HOME").map(|home| home.join("brainwrought")))
            .or_else(|| set("HOME").map(|home| home.join(".local/share/brainwrought")))
            .unwrap();
        let own = data.join("test-nginx/usr/sbin/nginx");
        if own.exists() { own } else { "nginx".into() }
    }

    fn connect(&self, way: &str) -> std::io::Result<UnixStream> {
        UnixStream::connect(self.folder.join(way))
    }

    /// Lists the jobs by one of the ways.
    fn list(&self, way: &str, headers: &str) -> u16 {
        let head =
            format!("GET /api/jobs HTTP/1.1\r\nhost: video.example\r\nconnection: close\r\n{headers}\r\n");
        exchange(self.connect(way).unwrap(), head.as_bytes()).0
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_proxy_makes_nobody_an_operator() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["--no-workers"]);
    let token = std::fs::read_to_string(folder.path().join("data/operator-token")).unwrap();
    let auth = format!("authorization: Bearer {}\r\n", token.trim());
    assert_eq!(server.ask("GET", "/api/jobs", "", b"").0, 401, "this machine alone is no proof of a person");
    assert_eq!(server.ask("GET", "/api/jobs", &auth, b"").0, 200);

    let ways = [
        ("plain", ""),
        ("real-ip", "proxy_set_header X-Real-IP $remote_addr;"),
        ("forwarded-for", "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;"),
        ("forwarded", "proxy_set_header Forwarded \"for=192.0.2.1\";"),
        ("via", "proxy_set_header Via \"1.1 proxy\";"),
    ];
    let nginx = Nginx::start(folder.path(), &server, &ways);
    for (way, _) in ways {
        assert_eq!(nginx.list(way, ""), 401, "{way}");
        // The plainest configuration shows nothing of the proxy: there the token is all that tells operators.
        assert_eq!(nginx.list(way, &auth), if way == "plain" { 200 } else { 401 }, "{way}");
    }
    assert!(server.terminate().success());
    let log = std::fs::read_to_string(folder.path().join("server.log")).unwrap();
    assert_eq!(log.matches("--proxies 1").count(), 1, "{log}");
    assert!(!log.contains(token.trim()));
}

/// A page whose two megabytes of drawing instructions become two gigabytes.
fn bomb() -> Vec<u8> {
    let mut writer = PdfWriter::new();
    let stream = writer.stream("/Filter /FlateDecode", &deflated_zeros(2 << 30));
    let page = writer.page("0 0 m");
    let mut pdf = writer.finish();
    let (own, other) = (format!("/Contents {} 0 R", page - 1), format!("/Contents {stream} 0 R"));
    let at = pdf.windows(own.len()).position(|window| window == own.as_bytes()).unwrap();
    pdf[at..at + own.len()].copy_from_slice(other.as_bytes());
    pdf
}

#[test]
fn a_bomb_goes_off_in_the_child_and_the_server_stays() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let id = upload_pdf(&server, &bomb());
    let until = Instant::now() + Duration::from_secs(200);
    let job = loop {
        let job = server.job(&id);
        if job["status"] == "FAILED" {
            break job;
        }
        assert!(Instant::now() < until, "{job:#}");
        assert_eq!(server.ask("GET", "/healthz", "", b"").0, 200);
        std::thread::sleep(Duration::from_millis(100));
    };
    assert!(job["error"].as_str().unwrap().starts_with("parse: "), "{job:#}");
    assert!(!job.to_string().contains(folder.path().to_str().unwrap()), "{job:#}");
    let peak = server.memory("VmHWM");
    assert!(peak < 400_000, "{peak} kB");
    assert_eq!(server.ask("DELETE", &format!("/api/jobs/{id}"), "", b"").0, 204);
    assert!(server.terminate().success());
}
