//! The server as clients meet it: real connections, real uploads, and some that mean harm.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod crowd;
mod deletion;
mod desk;
mod drafts;
mod edits;
mod events;
mod files;
mod full_disk;
mod hostile;
mod jobs;
mod page;
mod peers;
mod quick_pipeline;
mod sharing;
mod uploads;
mod webhooks;
