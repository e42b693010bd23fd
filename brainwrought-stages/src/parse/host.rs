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
use super::ocr::{OcrMode, OcrWeights};
use super::reader::ReaderCheck;
use super::undrawable::UndrawablePages;
use super::wire::{Answer, CHILD_ARGUMENT, CropRequest, ParsedPdf, Request, Work, pack, unpack};
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
    /// The weights of the text recognition. Without them, scans stay unread.
    pub ocr_weights: Option<OcrWeights>,
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

    /// Reads text, outline and figures. Text that cannot be read is recognised, as by [`OcrMode::Auto`].
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
        self.parse_watched(pdf, limits, OcrMode::Auto, cancellation, &mut |_, _| {}).await
    }

    /// Reads like [`Self::parse`], recognises text where `ocr` says so, and tells `progress` of each page that was recognised,
    /// with the number of pages.
    ///
    /// # Errors
    ///
    /// Fails like [`Self::parse`].
    pub async fn parse_watched(
        &self,
        pdf: Bytes,
        limits: &ParseLimits,
        ocr: OcrMode,
        cancellation: &CancellationToken,
        progress: &mut (dyn FnMut(u32, u32) + Send),
    ) -> Result<ParsedPdf, ParseError> {
        let pdf = checked(&pdf, limits)?;
        // The text of a page with its JSON around it stays far below this.
        let output = 64 * 1024 * 1024 + u64::from(limits.max_pages) * 64 * 1024;
        let work = || Work::Parse(limits.clone(), ocr);
        let mut told = 0;
        let mut watch = |answer: &[u8]| {
            while let Some((Answer::Progress { page, pages }, start)) =
                answer.get(told..).and_then(|rest| unpack::<Answer>(rest).ok())
            {
                told += start;
                progress(page, pages);
            }
        };
        let (mut answer, mut result) =
            self.ask_watching(work(), &pdf, output, cancellation, &mut watch).await;
        // Where one engine breaks down the other may not.
        if matches!(result, Err(ParseError::EngineCrashed(_))) && self.libpdfium.is_some() {
            let built_in = self.clone().without_libpdfium();
            (answer, result) = built_in.ask(work(), &pdf, output, cancellation).await;
        }
        result?;
        let mut body = &answer[..];
        loop {
            let (next, start) = unpack::<Answer>(body).map_err(|error| ParseError::Answer(error.into()))?;
            body = body.get(start..).unwrap_or_default();
            match next {
                Answer::Progress { .. } => {}
                Answer::Parsed => break,
                Answer::Refused(refusal) => return Err(refusal.into()),
                _ => return Err(ParseError::Answer("text was asked for".into())),
            }
        }
        let mut parsed: ParsedPdf =
            serde_json::from_slice(body).map_err(|error| ParseError::Answer(error.into()))?;
        self.name_reader(&mut parsed);
        Ok(parsed)
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
        self.ask_watching(work, pdf, output, cancellation, &mut |_| {}).await
    }

    /// Asks a reading process, and shows `watch` what it has answered so far each time that there is more.
    async fn ask_watching(
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
            libpdfium: self.usable_library(),
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
            Answer::Parsed | Answer::Probed(_) | Answer::Progress { .. } => {
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
