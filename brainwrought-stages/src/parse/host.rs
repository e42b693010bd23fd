//! [`PdfHost`]: reads PDFs in a child process, so that a hostile file can do no harm.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use brainwrought_core::id::Digest;

use super::engine::MAX_PICTURE_PIXELS;
use super::error::{DrawFailure, ParseError};
use super::libpdfium::find_libpdfium;
use super::limits::{DrawLimits, ParseLimits};
use super::reader::ReaderCheck;
use super::undrawable::UndrawablePages;
use super::wire::{Answer, CHILD_ARGUMENT, CropRequest, ParsedPdf, Reading, Request, Work, pack, unpack};
use super::worker;
use crate::child::{self, ChildLimits};
use crate::picture::RgbaImage;

/// How many bytes at the start of a file must hold `%PDF-` whole. ISO 32000-1, implementation note 13, asks for 1,024;
/// readers in use look much further, because mail and web servers put their own lines in front.
pub const PDF_HEADER_WITHIN: usize = 64 * 1024;

/// Finds `%PDF-` within the first [`PDF_HEADER_WITHIN`] bytes. Whoever takes in PDFs asks this, so that all take the same.
pub fn find_pdf_header(pdf: &[u8]) -> Option<usize> {
    let head = pdf.get(..PDF_HEADER_WITHIN).unwrap_or(pdf);
    head.windows(5).position(|window| window == b"%PDF-")
}

/// A child draws so many pictures at most, which keeps its answer small.
const PICTURES_PER_CHILD: usize = 8;

/// Starts the child processes that read PDFs.
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
    /// The password that opens the files.
    pub password: Option<Password>,
    /// True when the program is this one, which must call [`super::serve_if_child`].
    is_this_program: bool,
    /// What is known of the library, by its path.
    checked: Arc<Mutex<BTreeMap<Option<PathBuf>, ReaderCheck>>>,
    undrawable: UndrawablePages,
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

    /// Sets the password.
    #[must_use]
    pub fn with_password(mut self, password: Option<Password>) -> Self {
        self.password = password;
        self
    }

    /// Reads text, outline and figures.
    ///
    /// # Errors
    ///
    /// Fails when the file is no PDF, cannot be opened or breaks a limit; see [`ParseError`].
    pub async fn parse(
        &self,
        pdf: Bytes,
        limits: &ParseLimits,
        cancellation: &CancellationToken,
    ) -> Result<ParsedPdf, ParseError> {
        let pdf = checked(&pdf, limits)?;
        let mut left_out: Vec<(u32, DrawFailure)> = Vec::new();
        let mut limits = limits.clone();
        loop {
            let pages = left_out.iter().map(|(page, _)| *page).collect();
            let (answer, result) = self.ask_for_text(&limits, pages, &pdf, cancellation).await;
            let (reading, text) = text_answer(&answer);
            let error = match (result, text) {
                (Ok(()), Some(Ok(mut parsed))) => {
                    self.name_reader(&mut parsed);
                    let left_out = left_out.iter();
                    let told = left_out.map(|(page, reason)| format!("page {page} was left out: {reason}"));
                    parsed.warnings.extend(told);
                    return Ok(parsed);
                }
                (Err(error), _) | (Ok(()), Some(Err(error))) => error,
                (Ok(()), None) => ParseError::Answer("text was asked for".into()),
            };
            let is_empty = matches!(error, ParseError::NoText { .. } | ParseError::NoTextLayer { .. });
            // The text may have been on the page that was left out.
            if let Some((_, reason)) = left_out.first().filter(|_| is_empty) {
                return Err(reason.into_error().unwrap_or(error));
            }
            // The page that was read last is to blame, and the others may be read without it.
            let failure = DrawFailure::from_error(&error).filter(|failure| *failure != DrawFailure::Crash);
            let page = reading.and_then(|reading| reading.page);
            let (Some(failure), Some(page), Some(reading)) = (failure, page, reading) else {
                return Err(error);
            };
            let mut used = reading.used_seconds;
            if failure == DrawFailure::Timeout {
                used += limits.max_page_seconds;
            }
            limits.max_seconds = limits.max_seconds.saturating_sub(used);
            if limits.max_seconds == 0 || left_out.len() >= MAX_LEFT_OUT {
                return Err(error);
            }
            left_out.push((page, failure));
        }
    }

    /// Asks for the text of all pages but those that are left out.
    async fn ask_for_text(
        &self,
        limits: &ParseLimits,
        left_out: Vec<u32>,
        pdf: &[u8],
        cancellation: &CancellationToken,
    ) -> (Bytes, Result<(), ParseError>) {
        // The text of a page with its JSON around it stays far below this.
        let output = 64 * 1024 * 1024 + u64::from(limits.max_pages) * 64 * 1024;
        let work = || Work::Parse(limits.clone(), left_out.clone());
        let (answer, result) = self.ask(work(), pdf, output, cancellation).await;
        // Where one engine breaks down the other may not.
        if matches!(result, Err(ParseError::EngineCrashed(_))) && self.libpdfium.is_some() {
            return self.clone().without_libpdfium().ask(work(), pdf, output, cancellation).await;
        }
        (answer, result)
    }

    /// Draws parts of pages, in the order asked for, each on white.
    ///
    /// A page that cannot be drawn within the limits costs its own picture and not the others. It is not tried again by
    /// this host and its clones, and after [`DrawLimits::max_failed_pages`] no page of the file is. `file` is the digest
    /// of `pdf` as it is stored.
    ///
    /// # Errors
    ///
    /// Fails like [`Self::parse`] when the file cannot be opened or the reader cannot be run.
    pub async fn render_crops(
        &self,
        file: &Digest,
        pdf: Bytes,
        crops: &[CropRequest],
        limits: &DrawLimits,
        cancellation: &CancellationToken,
    ) -> Result<Vec<Result<RgbaImage, ParseError>>, ParseError> {
        let pdf = checked(&pdf, &ParseLimits::default())?;
        let mut drawn: Vec<Result<RgbaImage, ParseError>> = Vec::with_capacity(crops.len());
        while let Some(next) = crops.get(drawn.len()) {
            let refusal = |crop: &CropRequest| self.undrawable.refusal(file, crop.page, limits);
            if let Some(refusal) = refusal(next) {
                drawn.push(Err(refusal));
                continue;
            }
            let left = crops.iter().skip(drawn.len());
            let batch: Vec<CropRequest> =
                left.take(PICTURES_PER_CHILD).take_while(|crop| refusal(crop).is_none()).cloned().collect();
            let wanted = batch.len();
            // Each picture has four bytes a pixel and a few around it.
            let output = wanted as u64 * (4 * MAX_PICTURE_PIXELS as u64 + (1 << 20));
            let work = Work::Render(batch, limits.clone());
            let (answer, result) = self.ask(work, &pdf, output, cancellation).await;
            let before = drawn.len();
            drawn.extend(pictures(&answer)?.into_iter().take(wanted));
            // What came before the end of the process is good, and the page that came next is to blame.
            let blamed = crops.get(drawn.len()).filter(|_| drawn.len() < before + wanted);
            match (blamed, result) {
                (None, _) => {}
                (Some(crop), Err(error)) => match DrawFailure::from_error(&error) {
                    Some(failure) => self.undrawable.add(file, crop.page, failure),
                    None => return Err(error),
                },
                (Some(_), Ok(())) => return Err(ParseError::Answer("pictures are missing".into())),
            }
        }
        Ok(drawn)
    }

    /// Asks a reading process, and returns what it answered with how it ended.
    pub(super) async fn ask(
        &self,
        work: Work,
        pdf: &[u8],
        output: u64,
        cancellation: &CancellationToken,
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
            libpdfium: self.usable_library(),
            password: self.password.as_ref().map(|password| password.0.clone()),
            work,
        };
        let message = match pack(&request, pdf) {
            Ok(message) => message.into(),
            Err(error) => return (Bytes::new(), Err(ParseError::Answer(error.into()))),
        };
        let (program, args) = (&self.program, &self.args);
        let (answer, result) =
            child::run_keeping_output(program, args, &[], message, &limits, cancellation).await;
        (answer, result.map(drop).map_err(ParseError::from))
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

/// Refuses what no engine needs to see, and cuts off what stands before `%PDF-`.
fn checked(pdf: &Bytes, limits: &ParseLimits) -> Result<Bytes, ParseError> {
    if pdf.is_empty() {
        return Err(ParseError::Empty);
    }
    let bytes = pdf.len() as u64;
    if bytes > limits.max_bytes {
        return Err(ParseError::TooLarge { bytes, limit: limits.max_bytes });
    }
    let start = find_pdf_header(pdf).ok_or(ParseError::NotAPdf)?;
    Ok(pdf.slice(start..))
}

/// How many pages of a file may be left out before it is given up.
const MAX_LEFT_OUT: usize = 8;

/// Reads how far a reading process came, and what it said in the end.
fn text_answer(answer: &[u8]) -> (Option<Reading>, Option<Result<ParsedPdf, ParseError>>) {
    let (mut rest, mut last) = (answer, None);
    // A process that was stopped leaves a part of an answer behind.
    while let Ok((answer, start)) = unpack::<Answer>(rest) {
        rest = rest.get(start..).unwrap_or_default();
        let text = match answer {
            Answer::Reading(reading) => {
                last = Some(reading);
                continue;
            }
            Answer::Parsed => serde_json::from_slice(rest).map_err(|error| ParseError::Answer(error.into())),
            Answer::Refused(refusal) => Err(refusal.into()),
            Answer::Picture(..) | Answer::NoPicture(_) | Answer::Probed(_) => break,
        };
        return (last, Some(text));
    }
    (last, None)
}

/// Reads the pictures that an answer holds whole.
fn pictures(answer: &[u8]) -> Result<Vec<Result<RgbaImage, ParseError>>, ParseError> {
    let mut images = Vec::new();
    let mut rest = answer;
    // A process that was stopped leaves a part of an answer behind.
    while let Ok((answer, start)) = unpack::<Answer>(rest) {
        rest = rest.get(start..).unwrap_or_default();
        match answer {
            Answer::Picture(width, height) => {
                let length = width.saturating_mul(height).saturating_mul(4);
                let Some((pixels, after)) = rest.split_at_checked(length) else { break };
                let image = RgbaImage::from_premultiplied(width, height, pixels.to_vec());
                images.push(Ok(image.map_err(|error| ParseError::Answer(error.into()))?));
                rest = after;
            }
            Answer::NoPicture(refusal) => images.push(Err(refusal.into())),
            Answer::Refused(refusal) => return Err(refusal.into()),
            Answer::Reading(_) | Answer::Parsed | Answer::Probed(_) => {
                return Err(ParseError::Answer("pictures were asked for".into()));
            }
        }
    }
    Ok(images)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn password_does_not_show() {
        let host = PdfHost { password: Some(Password::new("hunter2")), ..PdfHost::default() };
        assert!(!format!("{host:?}").contains("hunter2"));
    }

    #[tokio::test]
    async fn a_program_that_would_not_serve_is_not_started_again() {
        let host = PdfHost::this_program().unwrap();
        let read = host.parse("%PDF-1.7".into(), &ParseLimits::default(), &CancellationToken::new()).await;
        let error = read.unwrap_err();
        assert!(matches!(error, ParseError::NotServing) && !error.is_retryable(), "{error:?}");
        assert!(error.to_string().contains("serve_if_child()"), "{error}");
    }

    #[test]
    fn a_file_that_is_no_pdf_never_reaches_an_engine() {
        let limits = ParseLimits { max_bytes: 20, ..ParseLimits::default() };
        assert!(matches!(checked(&Bytes::new(), &limits), Err(ParseError::Empty)));
        assert!(matches!(checked(&"<html></html>".into(), &limits), Err(ParseError::NotAPdf)));
        let long = Bytes::from(vec![b' '; 21]);
        assert!(matches!(checked(&long, &limits), Err(ParseError::TooLarge { bytes: 21, limit: 20 })));
        assert_eq!(checked(&"junk %PDF-1.7".into(), &limits).unwrap(), "%PDF-1.7");
    }
}
