//! [`Desk`]: a folder with a store of its own, and the command in it.

use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use brainwrought_core::id::Digest;
use serde_json::Value;

/// A folder with a store of its own, and the command in it.
pub(crate) struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_brainwrought"));
        command.args(arguments).current_dir(self.folder.path());
        for store in ["BRAINWROUGHT_STORE", "BRAINWROUGHT_JOBS", "BRAINWROUGHT_ARTIFACTS"] {
            command.env_remove(store);
        }
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).stdin(Stdio::null()).output().unwrap()
    }

    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(arguments);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
    }

    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    pub(crate) fn digest(&self, name: &str) -> Digest {
        Digest::of(&std::fs::read(self.path(name)).unwrap())
    }

    /// The only job, as its file has it.
    pub(crate) fn job_file(&self) -> Option<Value> {
        let entries = std::fs::read_dir(self.path("data/jobs")).ok()?;
        let is_job = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "json");
        let path = entries.filter_map(|entry| Some(entry.ok()?.path())).find(is_job)?;
        serde_json::from_slice(&std::fs::read(path).ok()?).ok()
    }
}
