//! What stays in the artifact store, what goes, and what is made again.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod bench;
mod collecting;
mod deletion;
mod repair;
