//! [`probe`]: tries what a reading process must not be able to do.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io;
use std::net::{Ipv4Addr, UdpSocket};

use serde::{Deserialize, Serialize};

/// Something that a reading process has no need of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Power {
    /// To open a socket.
    Network,
    /// To become another program.
    Execute,
    /// To start another process.
    StartProcess,
    /// To send a signal to the process that started it.
    Signal,
    /// To open a file for writing.
    WriteFile,
    /// To make or cut off a file.
    CreateFile,
    /// To delete a file.
    DeleteFile,
    /// To read a file that is no font.
    ReadFile,
}

impl fmt::Display for Power {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Network => "opening a socket",
            Self::Execute => "becoming another program",
            Self::StartProcess => "starting a process",
            Self::Signal => "sending a signal",
            Self::WriteFile => "writing a file",
            Self::CreateFile => "making a file",
            Self::DeleteFile => "deleting a file",
            Self::ReadFile => "reading any file",
        })
    }
}

/// A path that leads nowhere: what is refused before the path is looked at is refused for every path.
const NOWHERE: &str = "/nonexistent/brainwrought-probe";

/// Tries everything in [`Power`], and returns what this process was not kept from.
pub(in crate::parse) fn probe() -> Vec<Power> {
    let tried = [
        (Power::Network, UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).map(drop)),
        (Power::Execute, execute()),
        (Power::StartProcess, start_process()),
        (Power::Signal, signal_parent()),
        (Power::WriteFile, OpenOptions::new().write(true).open("/dev/null").map(drop)),
        (Power::CreateFile, File::create("/dev/null").map(drop)),
        (Power::DeleteFile, std::fs::remove_file(NOWHERE)),
        (Power::ReadFile, own_program()),
    ];
    tried.into_iter().filter(|(_, result)| !is_refused(result)).map(|(power, _)| power).collect()
}

fn is_refused(result: &io::Result<()>) -> bool {
    result.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::PermissionDenied)
}

#[expect(clippy::disallowed_methods, reason = "it is tried here that no program can be started")]
fn start_process() -> io::Result<()> {
    std::process::Command::new(NOWHERE).status().map(drop)
}

#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "it is tried here that no program can be started")]
fn execute() -> io::Result<()> {
    use std::os::unix::process::CommandExt;
    Err(std::process::Command::new(NOWHERE).exec())
}

#[cfg(unix)]
fn signal_parent() -> io::Result<()> {
    let Some(parent) = rustix::process::getppid() else { return Ok(()) };
    Ok(rustix::process::test_kill_process(parent)?)
}

#[cfg(unix)]
fn own_program() -> io::Result<()> {
    File::open("/proc/self/exe").map(drop)
}

#[cfg(not(unix))]
fn execute() -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn signal_parent() -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn own_program() -> io::Result<()> {
    Ok(())
}
