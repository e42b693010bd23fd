//! [`PythonPeer`]: programs of other people, in Python, that tests talk to.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// Serves SmolLM2, with 135 million parameters, by llama.cpp: `serve_llama(CONTEXT)` goes behind it.
pub const LLAMA: &str = include_str!("llama.py");

/// A server that runs until the test process ends, however it ends: it watches its standard input.
#[derive(Debug)]
pub struct PythonPeer {
    /// What the server said when it was ready, such as its port.
    pub greeting: String,
    _process: Child,
}

/// The Python that has the packages which `scripts/setup.sh tests` installs.
#[expect(clippy::disallowed_methods, reason = "a test looks for the files where setup puts them")]
pub fn python() -> Command {
    let set = |name| std::env::var_os(name).map(PathBuf::from);
    let data = set("BRAINWROUGHT_DATA")
        .or_else(|| set("XDG_DATA_HOME").map(|home| home.join("brainwrought")))
        .or_else(|| set("HOME").map(|home| home.join(".local/share/brainwrought")))
        .expect("HOME is set");
    let python = data.join("test-peers/bin/python");
    assert!(python.exists(), "{python:?} is missing; run `scripts/setup.sh tests` first");
    Command::new(python)
}

impl PythonPeer {
    /// Starts a script that prints one line when it is ready.
    pub fn start(script: &str) -> Self {
        let mut process = python()
            .args(["-c", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut greeting = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut greeting).unwrap();
        assert!(!greeting.is_empty(), "the script ended before it was ready: {script}");
        Self { greeting: greeting.trim().to_owned(), _process: process }
    }
}
