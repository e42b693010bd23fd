//! The engine on stores in memory, with stages that count how often they run.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod bench;
mod full_store;
mod garbage;
mod outputs;
mod running;
mod unreachable_store;
