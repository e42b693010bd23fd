//! What the job stores survive: clocks that are set, disks that fill up or break, workers that are killed each time.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod clock;
mod fake_clock;
#[path = "../postgres/jobs.rs"]
mod jobs;
#[path = "../postgres/server.rs"]
mod server;
