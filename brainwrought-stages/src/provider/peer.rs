//! [`Peer`]: a server of other people that a test talks to.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// A server in Python that runs until the test process ends, however it ends: it watches its standard input.
#[derive(Debug)]
pub(crate) struct Peer {
    /// The address that the server said when it was ready.
    pub(crate) url: String,
    _process: Child,
    _scratch: tempfile::TempDir,
}

/// The script of a reference server: what all of them have in common, and its own part.
pub(crate) fn reference_script(own: &str) -> String {
    format!("{}{own}", include_str!("reference_server.py"))
}

impl Peer {
    /// Starts a [`reference_script`].
    pub(crate) fn start_reference(own: &str, kind: &str) -> Self {
        Self::start(&reference_script(own), kind)
    }

    /// Starts a script. Its arguments are `kind`, the folder that `scripts/setup.sh tests` fills, and a folder of its own.
    pub(crate) fn start(script: &str, kind: &str) -> Self {
        let (data, scratch) = (data(), tempfile::tempdir().unwrap());
        let mut process = python()
            .args(["-c", script, kind])
            .args([data.as_path(), scratch.path()])
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut url).unwrap();
        if url.is_empty() {
            let output = process.wait_with_output().unwrap();
            panic!("{kind} ended before it was ready: {}", String::from_utf8_lossy(&output.stderr));
        }
        // What it says later is for nobody, and must not fill a pipe.
        let mut rest = process.stderr.take().unwrap();
        std::thread::spawn(move || std::io::copy(&mut rest, &mut std::io::sink()));
        Self { url: url.trim().to_owned(), _process: process, _scratch: scratch }
    }
}

#[expect(clippy::disallowed_methods, reason = "a test looks for the files where setup puts them")]
fn data() -> PathBuf {
    let set = |name| std::env::var_os(name).map(PathBuf::from);
    set("BRAINWROUGHT_DATA")
        .or_else(|| set("XDG_DATA_HOME").map(|home| home.join("brainwrought")))
        .or_else(|| set("HOME").map(|home| home.join(".local/share/brainwrought")))
        .expect("HOME is set")
}

/// The Python that has the packages of other people.
pub(crate) fn interpreter() -> PathBuf {
    let python = data().join("test-peers/bin/python");
    assert!(python.exists(), "{python:?} is missing; run `scripts/setup.sh tests` first");
    python
}

#[expect(clippy::disallowed_methods, reason = "a test starts programs of other people")]
fn python() -> Command {
    Command::new(interpreter())
}
