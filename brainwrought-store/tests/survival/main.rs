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
mod full_disk;
#[path = "../postgres/jobs.rs"]
mod jobs;
mod killed;
mod pinned;
#[cfg(target_os = "linux")]
mod read_only;
