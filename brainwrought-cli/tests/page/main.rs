//! The page as a student meets it: a real server, a real Chromium, a real PDF.
//!
//! `scripts/setup.sh tests` brings Chromium and axe-core. The browser is driven over its own debugging pipe, so that no
//! driver program of a matching version is needed.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::disallowed_methods, reason = "these tests start processes and wait for them")]

mod access;
mod axe;
mod browser;
mod kill;
mod script_first;
mod server;
mod visit;
