//! Reads files in real child processes, with both engines: what users send, and what attackers send.
//!
//! This program is its own child, so it cannot use the usual test harness.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test program fails by panic and prints its results"
)]

mod confined;
mod formats;
mod hostile;
mod known;
mod page_layout;
mod reading;
mod recognition;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::ExitCode;

use brainwrought_core::id::Digest;
use brainwrought_stages::parse::{
    CropRequest, DrawLimits, OcrWeights, ParseError, ParseLimits, ParsedPdf, PdfHost, serve_if_child,
};
use brainwrought_stages::picture::RgbaImage;
use bytes::Bytes;
use tokio_util::sync::CancellationToken;

/// A test with its name.
pub(crate) type Test = (&'static str, fn(&Bench));

/// A picture for each part of a page that was asked for, or why there is none.
pub(crate) type Drawn = Vec<Result<RgbaImage, ParseError>>;

/// Runs one test with one engine.
pub(crate) struct Bench {
    pub host: PdfHost,
    runtime: tokio::runtime::Runtime,
}

impl Bench {
    pub(crate) fn parse(&self, pdf: Vec<u8>) -> Result<ParsedPdf, ParseError> {
        self.parse_within(pdf, &ParseLimits::default())
    }

    pub(crate) fn parse_within(&self, pdf: Vec<u8>, limits: &ParseLimits) -> Result<ParsedPdf, ParseError> {
        self.wait(self.host.parse(pdf.into(), limits, &CancellationToken::new()))
    }

    /// Draws parts of pages within limits that are tight, so that the tests are quick.
    pub(crate) fn draw(&self, pdf: &[u8], crops: &[CropRequest]) -> Result<Drawn, ParseError> {
        self.draw_with(&self.host, pdf, crops, 9)
    }

    /// Draws with a host of its own, until so many pages have broken a limit.
    pub(crate) fn draw_with(
        &self,
        host: &PdfHost,
        pdf: &[u8],
        crops: &[CropRequest],
        max_failed_pages: usize,
    ) -> Result<Drawn, ParseError> {
        let limits = DrawLimits { max_seconds: 1, max_memory: 700 << 20, max_failed_pages };
        let (file, pdf) = (Digest::of(pdf), Bytes::copy_from_slice(pdf));
        self.wait(host.render_crops(&file, pdf, crops, &limits, &CancellationToken::new()))
    }

    pub(crate) fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    pub(crate) fn engine(&self) -> &'static str {
        if self.host.libpdfium.is_some() { "pdfium" } else { "hayro" }
    }
}

fn main() -> ExitCode {
    serve_if_child();
    let filter = std::env::args().nth(1).filter(|argument| !argument.starts_with('-'));
    let engines = engines();
    let mut failed = 0;
    let tests = reading::TESTS
        .iter()
        .chain(page_layout::TESTS)
        .chain(known::TESTS)
        .chain(formats::TESTS)
        .chain(recognition::TESTS);
    for (name, test) in tests.chain(hostile::TESTS).chain(confined::TESTS).copied() {
        // Text is recognised on pictures, which both engines draw alike, and takes its time.
        let is_slow = recognition::TESTS.iter().skip(1).any(|(slow, _)| *slow == name);
        let engines = engines.iter().take(if is_slow { 1 } else { engines.len() });
        for libpdfium in engines.cloned() {
            let mut host = PdfHost::this_program().unwrap();
            host.libpdfium = libpdfium;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let bench = Bench { host, runtime };
            let name = format!("{name}::{}", bench.engine());
            if filter.as_ref().is_some_and(|filter| !name.contains(filter.as_str())) {
                continue;
            }
            let passed = catch_unwind(AssertUnwindSafe(|| test(&bench))).is_ok();
            println!("test {name} ... {}", if passed { "ok" } else { "FAILED" });
            failed += usize::from(!passed);
        }
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The native library, and none for the built-in engine alone.
#[cfg(feature = "pdfium")]
fn engines() -> Vec<Option<PathBuf>> {
    vec![Some(libpdfium()), None]
}

#[cfg(not(feature = "pdfium"))]
fn engines() -> Vec<Option<PathBuf>> {
    vec![None]
}

/// Finds the native library where `scripts/setup.sh` puts it.
#[cfg(feature = "pdfium")]
fn libpdfium() -> PathBuf {
    let path = data_folder().join("lib/libpdfium.so");
    assert!(path.is_file(), "{} is missing; run scripts/setup.sh first", path.display());
    path
}

/// Finds the weights of the text recognition where `scripts/setup.sh` puts them.
pub(crate) fn ocr_weights() -> OcrWeights {
    let folder = data_folder();
    OcrWeights::find(&folder)
        .unwrap_or_else(|| panic!("{}/ocr lacks a file; run scripts/setup.sh first", folder.display()))
}

#[expect(clippy::disallowed_methods, reason = "a test program reads its own environment")]
fn data_folder() -> PathBuf {
    let data = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).or_else(|| {
        let home = std::env::var_os("HOME").map(PathBuf::from)?;
        Some(home.join(".local/share"))
    });
    data.unwrap_or_default().join("brainwrought")
}

/// Tells what came out, without the text.
pub(crate) fn outcome(result: &Result<ParsedPdf, ParseError>) -> String {
    match result {
        Ok(parsed) => format!("{} pages with {}", parsed.pages.len(), parsed.engine),
        Err(error) => format!("{error:?}"),
    }
}
