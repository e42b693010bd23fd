//! The server as clients meet it: real connections, real uploads, and some that mean harm.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod desk;
mod events;
mod files;
mod hostile;
mod jobs;
mod page;
mod uploads;
