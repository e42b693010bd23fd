//! [`PdfHost`]: reads PDFs in a child process, so that a hostile file can do no harm.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use brainwrought_core::data::{Figure, Language, OutlineEntry, Page, Rect};

use super::error::ParseError;
use super::limits::ParseLimits;
use super::wire::{Answer, CropRequest, Request, Work, pack, unpack};
use super::worker::CHILD_ARGUMENT;
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
}

/// A password that never shows up in logs, arguments or stored values.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// What was read from a PDF: a [`brainwrought_core::data::Document`] that does not know its file yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParsedPdf {
    /// The title, if the file has one.
    pub title: Option<String>,
    /// The language of most of the text.
    pub language: Language,
    /// Every page, in order.
    pub pages: Vec<Page>,
    /// The outline, in reading order.
    pub outline: Vec<OutlineEntry>,
    /// Figures and tables with a caption, in reading order.
    pub figures: Vec<Figure>,
    /// The engine that read it.
    pub engine: String,
    /// What a reader of the report should know.
    pub warnings: Vec<String>,
}

impl PdfHost {
    /// Reads in children of this program itself, with PDFium if its library lies beside the program, in `../lib` or in
    /// the system's library folders.
    ///
    /// # Errors
    ///
    /// Fails when the system cannot tell where the program lies.
    pub fn this_program() -> std::io::Result<Self> {
        let program = std::env::current_exe()?;
        let libpdfium = find_libpdfium(&program);
        Ok(Self { program, args: vec![CHILD_ARGUMENT.into()], libpdfium, password: None })
    }

    /// Sets the library to use if `path` is a file.
    #[must_use]
    pub fn with_libpdfium(mut self, path: &Path) -> Self {
        if path.is_file() {
            self.libpdfium = Some(path.to_owned());
        }
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
        // The text of a page with its JSON around it stays far below this.
        let output = 64 * 1024 * 1024 + u64::from(limits.max_pages) * 64 * 1024;
        let answer = match self.ask(Work::Parse, &pdf, limits, output, cancellation).await {
            // Where one engine breaks down the other may not.
            Err(ParseError::EngineCrashed(_)) if self.libpdfium.is_some() => {
                let built_in = Self { libpdfium: None, ..self.clone() };
                built_in.ask(Work::Parse, &pdf, limits, output, cancellation).await?
            }
            answer => answer?,
        };
        match unpack::<Answer>(&answer).map_err(|error| ParseError::Answer(error.into()))? {
            (Answer::Parsed, start) => serde_json::from_slice(answer.get(start..).unwrap_or_default())
                .map_err(|error| ParseError::Answer(error.into())),
            (Answer::Refused(refusal), _) => Err(refusal.into()),
            (Answer::Pictures(_), _) => Err(ParseError::Answer("pictures were not asked for".into())),
        }
    }

    /// Draws a page, or the part of it inside `crop` (in points, as displayed), `width_px` pixels wide on white.
    ///
    /// # Errors
    ///
    /// Fails like [`Self::parse`], and when there is no such page.
    pub async fn render_page(
        &self,
        pdf: Bytes,
        page: u32,
        crop: Option<Rect>,
        width_px: u32,
        cancellation: &CancellationToken,
    ) -> Result<RgbaImage, ParseError> {
        let mut images =
            self.render_crops(pdf, &[CropRequest { page, crop, width_px }], cancellation).await?;
        images.pop().ok_or(ParseError::NoSuchPage { page })
    }

    /// Draws several parts of pages with one child process, in the order asked for.
    ///
    /// # Errors
    ///
    /// Fails like [`Self::parse`], and when one of the pages is not there.
    pub async fn render_crops(
        &self,
        pdf: Bytes,
        crops: &[CropRequest],
        cancellation: &CancellationToken,
    ) -> Result<Vec<RgbaImage>, ParseError> {
        let limits = ParseLimits::default();
        let pdf = checked(&pdf, &limits)?;
        let mut images = Vec::with_capacity(crops.len());
        // A few at a time keep the answer small.
        for crops in crops.chunks(8) {
            let work = Work::Render(crops.to_vec());
            let answer = self.ask(work, &pdf, &limits, 1 << 30, cancellation).await?;
            images.extend(pictures(&answer)?);
        }
        Ok(images)
    }

    async fn ask(
        &self,
        work: Work,
        pdf: &[u8],
        limits: &ParseLimits,
        output: u64,
        cancellation: &CancellationToken,
    ) -> Result<Bytes, ParseError> {
        let request = Request {
            libpdfium: self.libpdfium.clone(),
            password: self.password.as_ref().map(|password| password.0.clone()),
            limits: limits.clone(),
            work,
        };
        let message = pack(&request, pdf).map_err(|error| ParseError::Answer(error.into()))?;
        let child_limits = ChildLimits {
            wall: Duration::from_secs(limits.max_seconds.saturating_mul(4)),
            cpu_seconds: limits.max_seconds,
            address_space: limits.max_memory,
            output,
        };
        let output =
            child::run(&self.program, &self.args, &[], message.into(), &child_limits, cancellation).await?;
        Ok(output.stdout)
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

fn pictures(answer: &[u8]) -> Result<Vec<RgbaImage>, ParseError> {
    let sizes = match unpack::<Answer>(answer).map_err(|error| ParseError::Answer(error.into()))? {
        (Answer::Pictures(sizes), start) => (sizes, start),
        (Answer::Refused(refusal), _) => return Err(refusal.into()),
        (Answer::Parsed, _) => return Err(ParseError::Answer("text was not asked for".into())),
    };
    let (sizes, mut start) = sizes;
    let mut images = Vec::with_capacity(sizes.len());
    for (width, height) in sizes {
        let length = width.saturating_mul(height).saturating_mul(4);
        let pixels = answer.get(start..start.saturating_add(length)).unwrap_or_default().to_vec();
        let image = RgbaImage::from_premultiplied(width, height, pixels);
        images.push(image.map_err(|error| ParseError::Answer(error.into()))?);
        start = start.saturating_add(length);
    }
    Ok(images)
}

fn find_libpdfium(program: &Path) -> Option<PathBuf> {
    let name = if cfg!(target_os = "macos") {
        "libpdfium.dylib"
    } else if cfg!(windows) {
        "pdfium.dll"
    } else {
        "libpdfium.so"
    };
    let folder = program.parent()?;
    let system = ["/usr/local/lib", "/usr/lib"].map(PathBuf::from);
    let beside = [folder.to_owned(), folder.join("../lib")];
    beside.into_iter().chain(system).map(|folder| folder.join(name)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn password_does_not_show() {
        let host = PdfHost { password: Some(Password::new("hunter2")), ..PdfHost::default() };
        assert!(!format!("{host:?}").contains("hunter2"));
    }

    #[test]
    fn what_is_no_pdf_never_reaches_an_engine() {
        let limits = ParseLimits { max_bytes: 20, ..ParseLimits::default() };
        assert!(matches!(checked(&Bytes::new(), &limits), Err(ParseError::Empty)));
        assert!(matches!(checked(&"<html></html>".into(), &limits), Err(ParseError::NotAPdf)));
        let long = Bytes::from(vec![b' '; 21]);
        assert!(matches!(checked(&long, &limits), Err(ParseError::TooLarge { bytes: 21, limit: 20 })));
        assert_eq!(checked(&"junk %PDF-1.7".into(), &limits).unwrap(), "%PDF-1.7");
    }
}
