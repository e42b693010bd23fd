//! Clips of known words and pictures, joined and measured: the gate passes what is right and names what is wrong.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod assembling;
mod gate;
mod short;
