//! What the stores survive: clocks that are set, disks that fill up or break, workers that are killed each time, a
//! network that is cut, a snapshot that somebody keeps.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod actor;
#[cfg(target_os = "linux")]
mod broken_disk;
#[cfg(target_os = "linux")]
mod clock;
mod cut_off;
#[cfg(target_os = "linux")]
mod fake_clock;
#[cfg(target_os = "linux")]
mod full_disk;
#[path = "../postgres/jobs.rs"]
mod jobs;
mod killed;
mod pinned;
#[path = "../torture/proxy.rs"]
mod proxy;
#[cfg(target_os = "linux")]
mod read_only;
#[path = "../postgres/server.rs"]
mod server;
#[cfg(target_os = "linux")]
mod small_disk;

/// Says that a test could not run, where everybody sees it: the harness shows no output of a test that passes.
#[cfg(target_os = "linux")]
fn did_not_run(test: &str, why: &str) {
    use std::io::Write as _;
    let line = format!("\n!!! {test} DID NOT RUN: {why}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}
