//! [`PdfHost`]: reads files in a child process, so that a hostile one can do no harm.

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
use super::formats::Head;
use super::libpdfium::find_libpdfium;
use super::limits::{DrawLimits, ParseLimits};
use super::reader::ReaderCheck;
use super::undrawable::UndrawablePages;
use super::wire::{Answer, CHILD_ARGUMENT, CropRequest, ParsedPdf, Request, Work, pack, unpack};
use super::worker;
use crate::child::{self, ChildLimits};
use crate::picture::RgbaImage;

/// A child draws so many pictures at most, which keeps its answer small.
const PICTURES_PER_CHILD: usize = 8;

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

    /// Reads text, outline and figures of a PDF, or of another file whose content tells what it is.
    ///
    /// # Errors
    ///
    /// Fails like [`Self::parse_named`].
    pub async fn parse(
        &self,
        file: Bytes,
        limits: &ParseLimits,
        cancellation: &CancellationToken,
    ) -> Result<ParsedPdf, ParseError> {
        self.parse_named(file, "", limits, cancellation).await
    }

    /// Reads text, outline and figures of a file of any kind that [`FileFormat`](super::FileFormat) names. `file_name` tells
    /// what the content leaves open: whether a text is Markdown.
    ///
    /// # Errors
    ///
    /// Fails when the file is of no kind that can be read, cannot be opened or breaks a limit; see [`ParseError`].
    pub async fn parse_named(
        &self,
        file: Bytes,
        file_name: &str,
        limits: &ParseLimits,
        cancellation: &CancellationToken,
    ) -> Result<ParsedPdf, ParseError> {
        let (file, is_pdf) = checked(&file, file_name, limits)?;
        // The text of a page with its JSON around it stays far below this.
        let output = 64 * 1024 * 1024 + u64::from(limits.max_pages) * 64 * 1024;
        let work = || match is_pdf {
            true => Work::Parse(limits.clone()),
            false => Work::Read(limits.clone(), file_name.to_owned()),
        };
        let (mut answer, mut result) = self.ask(work(), &file, output, cancellation).await;
        // Where one engine breaks down the other may not.
        if is_pdf && matches!(result, Err(ParseError::EngineCrashed(_))) && self.libpdfium.is_some() {
            let built_in = self.clone().without_libpdfium();
            (answer, result) = built_in.ask(work(), &file, output, cancellation).await;
        }
        result?;
        let start = match unpack::<Answer>(&answer).map_err(|error| ParseError::Answer(error.into()))? {
            (Answer::Parsed, start) => start,
            (Answer::Refused(refusal), _) => return Err(refusal.into()),
            _ => return Err(ParseError::Answer("text was asked for".into())),
        };
        let body = answer.get(start..).unwrap_or_default();
        let mut parsed: ParsedPdf =
            serde_json::from_slice(body).map_err(|error| ParseError::Answer(error.into()))?;
        if is_pdf {
            self.name_reader(&mut parsed);
        }
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
        let (pdf, is_pdf) = checked(&pdf, "", &ParseLimits::default())?;
        if !is_pdf {
            return Err(ParseError::NoPages);
        }
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
            // Where nothing is for it to read, the library is not loaded.
            libpdfium: self.usable_library().filter(|_| !matches!(work, Work::Read(..))),
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

/// Refuses what no reader needs to see, cuts off what stands before `%PDF-`, and tells whether the file is a PDF.
fn checked(file: &Bytes, file_name: &str, limits: &ParseLimits) -> Result<(Bytes, bool), ParseError> {
    if file.is_empty() {
        return Err(ParseError::Empty);
    }
    let bytes = file.len() as u64;
    if bytes > limits.max_bytes {
        return Err(ParseError::TooLarge { bytes, limit: limits.max_bytes });
    }
    match Head::of(file, file_name).map_err(ParseError::UnknownFormat)? {
        Head::Pdf(start) => Ok((file.slice(start..), true)),
        Head::Zip | Head::Text(_) => Ok((file.clone(), false)),
    }
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
            Answer::Parsed | Answer::Probed(_) => {
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
    fn a_file_that_cannot_be_read_never_reaches_an_engine() {
        let limits = ParseLimits { max_bytes: 20, ..ParseLimits::default() };
        let checked = |file: Bytes| checked(&file, "paper.pdf", &limits);
        assert!(matches!(checked(Bytes::new()), Err(ParseError::Empty)));
        assert!(matches!(checked("\x7FELF\x02".into()), Err(ParseError::UnknownFormat(_))));
        let long = Bytes::from(vec![b' '; 21]);
        assert!(matches!(checked(long), Err(ParseError::TooLarge { bytes: 21, limit: 20 })));
        assert_eq!(checked("junk %PDF-1.7".into()).unwrap(), ("%PDF-1.7".into(), true));
        assert_eq!(checked("<html></html>".into()).unwrap(), ("<html></html>".into(), false));
    }
}
