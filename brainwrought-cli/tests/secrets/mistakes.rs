//! Servers that do not start, because a setting is mistyped or what it names is not there: what they say of it.

use std::io::Read as _;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::planted::{Planted, Reader, Seen};
use crate::providers::Providers;
use crate::server::Desk;

/// Starts servers with settings that cannot work, and notes what they say.
pub(crate) fn start(planted: &Planted, seen: &Seen, providers: &Providers, home: &Path) {
    let host = &providers.host;
    let text = |setting: &str, text: &str| text.replace('T', &planted.secret(setting));
    let mut wrong: Vec<Vec<(&str, String)>> = Vec::new();
    for (setting, value) in [
        ("BRAINWROUGHT_LLM", "https:/me:T@host/v1#model"),
        ("BRAINWROUGHT_LLM", "htps://me:T@host/v1?key=T#model"),
        ("BRAINWROUGHT_LLM", "https://me:T@host name/v1#model"),
        ("BRAINWROUGHT_LLM", "https://host/v1?key=T"),
        ("BRAINWROUGHT_TRENDS", "htps://me:T@host/mcp?key=T"),
        ("BRAINWROUGHT_TRENDS", "mpc:npx server --key=T"),
        ("BRAINWROUGHT_TRENDS", "mcp:npx 'server --key=T"),
        ("BRAINWROUGHT_STORE", "postgres:/me:T@host/database"),
        ("BRAINWROUGHT_STORE", "redis://me:T@host/0?password=T"),
        ("BRAINWROUGHT_JOBS", "postgres://me:T@127.0.0.1:1/database?password=T"),
        ("BRAINWROUGHT_JOBS", "postgres://me:T@[host/database"),
        ("DATABASE_URL", "postgres://me:T@127.0.0.1:1/database"),
        ("DATABASE_URL", "postgresql://me:T@host:port/database"),
        ("BRAINWROUGHT_ARTIFACTS", "s3://me:T@bucket/prefix?key=T"),
        ("BRAINWROUGHT_ARTIFACTS", "hf://me:T@datasets/owner/name"),
        ("BRAINWROUGHT_WEBHOOK_SECRET", "T"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http//me:T@host name?key=T"),
        ("BRAINWROUGHT_OFFLINE", "perhaps"),
    ] {
        let value = if setting == "BRAINWROUGHT_OFFLINE" { value.to_owned() } else { text(setting, value) };
        wrong.push(vec![(setting, value)]);
    }
    // Stores that are called, and that repeat what they were sent.
    let endpoint = |setting: &str| planted.address(setting, "http", host, "/store");
    let key = |setting: &'static str| (setting, planted.secret(setting));
    let artifacts = |url: &str| ("BRAINWROUGHT_ARTIFACTS", url.to_owned());
    wrong.extend([
        vec![
            artifacts("s3://bucket/prefix"),
            ("AWS_ENDPOINT_URL", endpoint("AWS_ENDPOINT_URL")),
            ("AWS_ACCESS_KEY_ID", "name-of-a-key".to_owned()),
            key("AWS_SECRET_ACCESS_KEY"),
            key("AWS_SESSION_TOKEN"),
        ],
        vec![
            artifacts("az://container/prefix"),
            ("AZURE_STORAGE_ENDPOINT", endpoint("AZURE_STORAGE_ENDPOINT")),
            ("AZURE_STORAGE_ACCOUNT_NAME", "account".to_owned()),
            (
                "AZURE_STORAGE_SAS_KEY",
                format!("sv=2024-01-01&sig={}", planted.secret("AZURE_STORAGE_SAS_KEY")),
            ),
        ],
        vec![
            artifacts("az://container/prefix"),
            ("AZURE_STORAGE_ENDPOINT", format!("http://{host}/store")),
            ("AZURE_STORAGE_ACCOUNT_NAME", "account".to_owned()),
            key("AZURE_STORAGE_ACCOUNT_KEY"),
        ],
        vec![artifacts("gs://bucket/prefix"), key("GOOGLE_SERVICE_ACCOUNT_KEY")],
        vec![
            artifacts("hf://datasets/owner/name"),
            ("HF_ENDPOINT", endpoint("HF_ENDPOINT")),
            key("HF_TOKEN"),
        ],
        vec![
            artifacts("hf://datasets/owner/name"),
            ("HF_ENDPOINT", text("HF_ENDPOINT", "htp:me:T@host name")),
            key("HF_TOKEN"),
        ],
        vec![("HF_DATASET_REPO", "owner/name".to_owned()), ("HF_ENDPOINT", text("HF_ENDPOINT", "me:T@host"))],
    ]);
    std::thread::scope(|scope| {
        let runs: Vec<_> = wrong.iter().map(|variables| scope.spawn(|| said(home, variables, ""))).collect();
        for (variables, run) in wrong.iter().zip(runs) {
            let names: Vec<&str> = variables.iter().map(|(name, _)| *name).collect();
            seen.note(Reader::Operator, format!("what `serve` says of {names:?}"), run.join().unwrap());
        }
    });
    for (key, value) in [
        ("llm", "https:/me:T@host/v1#model"),
        ("trends", "htps://me:T@host/mcp?key=T"),
        ("jobs", "postgres://me:T@127.0.0.1:1/database"),
        ("artifacts", "s4://me:T@bucket"),
        ("store", "redis://me:T@host/0"),
        ("pictures", "clippy:T"),
        ("options", "T"),
    ] {
        let config = format!("{key} = \"{}\"\n", text(key, value));
        seen.note(Reader::Operator, format!("what `serve` says of `{key}`"), said(home, &[], &config));
    }
    let flag = text("--store", "postgres://me:T@127.0.0.1:1/database");
    let desk = Desk { folder: home.to_owned(), variables: Vec::new() };
    let said = desk.command(&["serve", "--port", "0", "--store", &flag]).output().unwrap();
    seen.note(Reader::Operator, "what `serve` says of `--store`", [said.stdout, said.stderr].concat());
}

/// What a server says that starts with these variables and this config file. One that starts after all is stopped.
fn said(home: &Path, variables: &[(&str, String)], config: &str) -> Vec<u8> {
    let folder = tempfile::tempdir_in(home).unwrap();
    std::fs::write(folder.path().join("brainwrought.toml"), config).unwrap();
    let mut desk = Desk { folder: folder.path().to_owned(), variables: Vec::new() };
    desk.set("RUST_LOG", "debug");
    for (name, value) in variables {
        desk.set(name, value.as_str());
    }
    let mut child = desk
        .command(&["serve", "--port", "0", "--no-workers"])
        .stdout(Stdio::piped())
        .stderr(std::fs::File::create(folder.path().join("log")).unwrap())
        .spawn()
        .unwrap();
    let until = Instant::now() + Duration::from_secs(4);
    while child.try_wait().unwrap().is_none() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(50));
    }
    let _ = child.kill();
    let mut said = Vec::new();
    child.stdout.take().unwrap().read_to_end(&mut said).unwrap();
    child.wait().unwrap();
    said.extend(std::fs::read(folder.path().join("log")).unwrap());
    said
}
