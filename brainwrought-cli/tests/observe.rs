//! What the command tells of itself, and what it is told by its config file.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::disallowed_methods, reason = "these tests start processes and wait for them")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// A process that is killed when this goes.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_brainwrought"));
    for name in ["BRAINWROUGHT_STORE", "BRAINWROUGHT_CONFIG", "DATABASE_URL", "RUST_LOG"] {
        command.env_remove(name);
    }
    command.args(args).current_dir(folder);
    command
}

fn run(folder: &Path, args: &[&str]) -> Output {
    command(folder, args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Submits a file that is no PDF, whose job fails at its first stage.
fn submit_broken(folder: &Path) {
    std::fs::write(folder.join("broken.pdf"), "%PDF-1.7 and nothing more").unwrap();
    let output = run(folder, &["submit", "broken.pdf"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
}

fn scrape(address: SocketAddr) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

#[test]
fn a_process_of_the_fleet_serves_metrics_and_logs_json() {
    let folder = tempfile::tempdir().unwrap();
    submit_broken(folder.path());
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let log = folder.path().join("log.jsonl");
    let child =
        command(folder.path(), &["dev", "--metrics", &address.to_string(), "--log-format", "json", "-v"])
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
    let running = Running(child);
    let deadline = Instant::now() + Duration::from_secs(60);
    let page = loop {
        let page = scrape(address).unwrap_or_default();
        let is_there =
            ["brainwrought_failures_total", "brainwrought_tasks"].iter().all(|name| page.contains(name));
        if is_there {
            break page;
        }
        assert!(Instant::now() < deadline, "no metrics within a minute:\n{page}");
        std::thread::sleep(Duration::from_millis(50));
    };
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert!(page.contains("brainwrought_claims_total{stage=\"parse\"} 1"), "{page}");
    assert!(page.contains("brainwrought_failures_total{stage=\"parse\",will_retry=\"false\"} 1"), "{page}");
    assert!(page.contains("# TYPE brainwrought_tasks gauge"), "{page}");
    assert!(page.contains("brainwrought_oldest_ready_seconds{stage=\"parse\"}"), "{page}");
    let read = "brainwrought_artifact_bytes_total{stage=\"parse\",direction=\"read\"} 25";
    assert!(page.contains(read), "{page}");
    drop(running);
    let log = std::fs::read_to_string(log).unwrap();
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let failed = lines.iter().find(|line| line["message"] == "an attempt failed").unwrap();
    let spans: Vec<&str> =
        failed["spans"].as_array().unwrap().iter().map(|span| span["name"].as_str().unwrap()).collect();
    assert_eq!(spans, ["job", "stage", "attempt"], "{failed}");
    assert_eq!(failed["spans"][1]["stage"], "parse");
}

#[test]
fn a_server_shows_its_own_metrics_and_those_of_the_fleet() {
    let folder = tempfile::tempdir().unwrap();
    submit_broken(folder.path());
    let mut child = command(folder.path(), &["serve", "--port", "0", "--no-workers"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut greeting = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut greeting).unwrap();
    let running = Running(child);
    let page = scrape(greeting.trim().strip_prefix("http://").unwrap().parse().unwrap()).unwrap();
    drop(running);
    for line in [
        "brainwrought_http_streams 0",
        "brainwrought_jobs{status=\"PENDING\"} 1",
        "brainwrought_jobs_submitted_total 0",
        "# TYPE brainwrought_tasks gauge",
        "brainwrought_oldest_ready_seconds{stage=\"render\"} 0",
    ] {
        assert!(page.lines().any(|found| found == line), "{line}:\n{page}");
    }
}

#[test]
fn top_shows_the_fleet_to_people_and_to_scripts() {
    let folder = tempfile::tempdir().unwrap();
    submit_broken(folder.path());
    let output = run(folder.path(), &["orchestrator", "--once"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let page = text(&run(folder.path(), &["top", "--once"]).stdout);
    assert!(page.contains("1 ready, 0 running, 0 at work") && page.contains("broken.pdf"), "{page}");
    let view: Value =
        serde_json::from_slice(&run(folder.path(), &["top", "--once", "--json"]).stdout).unwrap();
    assert_eq!(view["stages"][0]["stage"], "parse");
    assert_eq!(view["stages"][0]["ready"], 1);
    assert_eq!(view["jobs"][0]["status"], "PENDING");
}

#[test]
fn arguments_win_over_the_environment_and_that_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::write(path.join("brainwrought.toml"), "store = \"file:./from-file\"\n").unwrap();
    submit_broken(path);
    assert!(path.join("from-file").is_dir() && !path.join("data").exists());
    let count = |output: Output| -> usize {
        let jobs: Value = serde_json::from_slice(&output.stdout).unwrap();
        jobs.as_array().unwrap().len()
    };
    assert_eq!(count(run(path, &["list", "--json"])), 1);
    let from_environment = command(path, &["list", "--json"])
        .env("BRAINWROUGHT_STORE", "file:./from-environment")
        .output()
        .unwrap();
    assert_eq!(count(from_environment), 0);
    let typed = command(path, &["list", "--json", "--store", "file:./from-file"])
        .env("BRAINWROUGHT_STORE", "file:./from-environment")
        .env("DATABASE_URL", "postgres://127.0.0.1:1/none")
        .output()
        .unwrap();
    assert_eq!(count(typed), 1);
    // Another program's database is left alone.
    let foreign =
        command(path, &["list", "--json"]).env("DATABASE_URL", "mysql://127.0.0.1:1/none").output().unwrap();
    assert_eq!(count(foreign), 1);
    let named = command(path, &["list", "--json", "--config", "other.toml"]).output().unwrap();
    assert_eq!(named.status.code(), Some(2), "{}", text(&named.stderr));
    std::fs::write(path.join("other.toml"), "stroe = \"file:./data\"\n").unwrap();
    let wrong = command(path, &["list", "--json", "--config", "other.toml"]).output().unwrap();
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("`stroe`"), "{}", text(&wrong.stderr));
}

#[test]
fn the_database_may_come_from_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let output = command(folder.path(), &["list"])
        .env("DATABASE_URL", "postgres://127.0.0.1:1/none")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
}
