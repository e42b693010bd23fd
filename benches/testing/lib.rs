//! What the tests of several crates share: servers of their own, programs of other people, small disks, wrong clocks, and
//! documents whose right reading is known.
//!
//! Everything here panics when it does not work, as a test does, and cleans up after itself, however the test ends.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod fake_clock;
mod model_server;
mod pdf_writer;
#[cfg(feature = "postgres")]
mod postgres_server;
mod proxy;
mod python_peer;
mod reading;
mod small_disk;
#[cfg(feature = "artifacts")]
mod watched_artifacts;

pub use fake_clock::FakeClock;
pub use model_server::{Act, Asked, ModelServer, USAGE};
pub use pdf_writer::{PROSE, PdfWriter, deflated_zeros, text};
#[cfg(feature = "postgres")]
pub use postgres_server::{Around, PostgresServer};
pub use proxy::Proxy;
pub use python_peer::{LLAMA, PythonPeer, python};
pub use reading::{
    Known, KnownBlock, KnownFigure, KnownPage, Read, ReadBlock, ReadFigure, ReadPage, ReadRow, Score,
    known_documents, mistakes, score,
};
pub use small_disk::SmallDisk;
#[cfg(feature = "artifacts")]
pub use watched_artifacts::{ArtifactCall, ArtifactWatch, WatchedArtifacts, no_space};

/// Says that a test could not run here, past the test harness, which swallows what a test that passes prints.
pub fn did_not_run(test: &str, why: &str) {
    use std::io::Write as _;
    let line = format!("\n!!! {test} DID NOT RUN: {why}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}
