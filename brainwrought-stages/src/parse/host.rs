//! [`PdfHost`]: starts the child processes that read PDFs and other files, so that a hostile one can do no harm.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use super::error::ParseError;
use super::libpdfium::find_libpdfium;
use super::ocr::OcrWeights;
use super::reader_check::ReaderCheck;
use super::undrawable::UndrawablePages;
use super::wire::{CHILD_ARGUMENT, Request, Work, pack};
use super::worker;
use crate::child::{self, ChildLimits};

/// Starts the child processes that read PDFs and other files.
///
/// The program must call [`super::serve_if_child`] first thing in its `main`, or be another program that does.
#[derive(Debug, Clone, Default)]
pub struct PdfHost {
    /// The program to start.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// The native PDFium library. Without one the built-in engine reads alone: it is a little worse at text.
    pub libpdfium: Option<PathBuf>,
    /// The weights of the text recognition. Without them, scans stay unread.
    pub ocr_weights: Option<OcrWeights>,
    /// The password that opens the files.
    pub password: Option<Password>,
    /// True when the program is this one, which must call [`super::serve_if_child`].
    is_this_program: bool,
    /// What is known of the library, by its path.
    checked: Arc<Mutex<BTreeMap<Option<PathBuf>, ReaderCheck>>>,
    pub(super) undrawable: UndrawablePages,
}

/// A password that never shows up in logs, arguments or stored values.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl PdfHost {
    /// Reads in children of this program itself, whose `main` must begin with [`super::serve_if_child`], with PDFium if its library lies beside the program, in `../lib` or in
    /// the system's library folders.
    ///
    /// # Errors
    ///
    /// Fails when the system cannot tell where the program lies.
    pub fn this_program() -> std::io::Result<Self> {
        let program = std::env::current_exe()?;
        Ok(Self {
            program,
            args: vec![CHILD_ARGUMENT.into()],
            libpdfium: find_libpdfium(None),
            is_this_program: true,
            ..Self::default()
        })
    }

    /// Sets the library to use if `path` is a file.
    #[must_use]
    pub fn with_libpdfium(mut self, path: &Path) -> Self {
        if path.is_file() {
            self.libpdfium = Some(path.to_owned());
        }
        self
    }

    /// Reads with the built-in engine alone.
    #[must_use]
    pub fn without_libpdfium(mut self) -> Self {
        self.libpdfium = None;
        self
    }

    /// Sets the weights to recognise text with.
    #[must_use]
    pub fn with_ocr_weights(mut self, weights: Option<OcrWeights>) -> Self {
        self.ocr_weights = weights;
        self
    }

    /// Sets the password.
    #[must_use]
    pub fn with_password(mut self, password: Option<Password>) -> Self {
        self.password = password;
        self
    }

    /// Asks a reading process, and returns what it answered with how it ended.
    pub(super) async fn ask(
        &self,
        work: Work,
        pdf: &[u8],
        output: u64,
        cancellation: &CancellationToken,
    ) -> (Bytes, Result<(), ParseError>) {
        self.ask_watching(work, pdf, output, cancellation, &mut |_| {}).await
    }

    /// Asks a reading process, and shows `watch` what it has answered so far each time that there is more.
    pub(super) async fn ask_watching(
        &self,
        work: Work,
        pdf: &[u8],
        output: u64,
        cancellation: &CancellationToken,
        watch: &mut (dyn FnMut(&[u8]) + Send),
    ) -> (Bytes, Result<(), ParseError>) {
        if self.is_this_program && !worker::serves() {
            return (Bytes::new(), Err(ParseError::NotServing));
        }
        let limits = ChildLimits {
            wall: Duration::from_secs(work.max_seconds().saturating_mul(4)),
            cpu_seconds: work.max_seconds(),
            address_space: work.max_memory(),
            output,
        };
        let request = Request {
            // Where nothing is for it to read, the library is not loaded.
            libpdfium: self.usable_library().filter(|_| !matches!(work, Work::Read(..))),
            ocr_weights: self.ocr_weights.as_ref().map(|weights| weights.folder.clone()),
            password: self.password.as_ref().map(|password| password.0.clone()),
            work,
        };
        let message = match pack(&request, pdf) {
            Ok(message) => message.into(),
            Err(error) => return (Bytes::new(), Err(ParseError::Answer(error.into()))),
        };
        let (program, args) = (&self.program, &self.args);
        let (answer, result) =
            child::run_watching_output(program, args, &[], message, &limits, cancellation, watch).await;
        (answer, result.map(drop).map_err(ParseError::from))
    }

    /// The library to load: none that is known to be of no use.
    fn usable_library(&self) -> Option<PathBuf> {
        let is_usable = |check: &ReaderCheck| check.library_fault.is_none();
        self.libpdfium.clone().filter(|_| self.checked().get(&self.libpdfium).is_none_or(is_usable))
    }

    /// What is known of libraries.
    pub(super) fn checked(&self) -> MutexGuard<'_, BTreeMap<Option<PathBuf>, ReaderCheck>> {
        self.checked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Password {
    /// Takes a password.
    pub fn new(password: impl Into<String>) -> Self {
        Self(password.into())
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn password_does_not_show() {
        let host = PdfHost { password: Some(Password::new("hunter2")), ..PdfHost::default() };
        assert!(!format!("{host:?}").contains("hunter2"));
    }
}
