//! [`Server`]: `brainwrought serve` in a process of its own, that can be killed and started again in the same place.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

/// A running server.
pub(crate) struct Server {
    child: Child,
    /// Where it is, as `http://127.0.0.1:…`.
    pub(crate) url: String,
}

impl Server {
    /// Starts a server on a port that is free.
    pub(crate) fn start(folder: &Path, arguments: &[&str]) -> Self {
        Self::at("0", folder, arguments)
    }

    /// Starts a server where one was that is gone.
    pub(crate) fn again(url: &str, folder: &Path, arguments: &[&str]) -> Self {
        Self::at(url.rsplit(':').next().unwrap(), folder, arguments)
    }

    fn at(port: &str, folder: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_brainwrought"))
            .args(["serve", "--port", port])
            .args(arguments)
            .current_dir(folder)
            .env_remove("BRAINWROUGHT_STORE")
            .env_remove("BRAINWROUGHT_OPERATOR_TOKEN")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().to_owned();
        assert!(url.starts_with("http://"), "the server did not start");
        Self { child, url }
    }

    /// Ends it without a chance to tidy up, as a power cut does.
    pub(crate) fn kill(self) {
        drop(self);
    }

    /// Ends it as a supervisor does.
    pub(crate) fn terminate(mut self) {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The paper that everybody may use.
pub(crate) fn paper() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/queues.pdf").canonicalize().unwrap()
}
