//! [`ParseError`]: why a file could not be read.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::formats::{FileFormat, UnknownFormat};
use super::unread_pages::UnreadPages;
use crate::child::ChildError;
use brainwrought_core::stage::StageError;

/// Why a file could not be read, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// The file has no bytes.
    #[error("the file is empty; download or export it again")]
    Empty,
    /// The file is of no kind that can be read.
    #[error(transparent)]
    UnknownFormat(UnknownFormat),
    /// The file is an archive, as books and the files of Office are, and cannot be unpacked or understood.
    #[error("the file is damaged; download or export it again")]
    DamagedArchive,
    /// What is in the file is encrypted.
    #[error("the file is locked: its text is encrypted; save a copy without protection")]
    Protected,
    /// A part of the file is small only while it is packed.
    #[error(
        "the file unpacks to more than {limit} bytes, which is too much; leave out what is large, or split it"
    )]
    UnpacksTooLarge {
        /// The bytes that a part may unpack to.
        limit: u64,
    },
    /// Elements stand inside each other deeper than any document needs.
    #[error("the file nests its elements more than {limit} deep; save it anew with the program that made it")]
    TooDeep {
        /// The depth allowed.
        limit: usize,
    },
    /// The file has more elements than allowed.
    #[error("the file has more than {limit} elements; split it")]
    TooManyElements {
        /// The number allowed.
        limit: usize,
    },
    /// One element of the file has more attributes than any document needs.
    #[error(
        "an element of the file has more than {limit} attributes; save it anew with the program that made it"
    )]
    TooManyAttributes {
        /// The number allowed.
        limit: usize,
    },
    /// The text would fill more pages than allowed.
    #[error("the text fills more than {pages} pages, which is the limit; split it")]
    TooMuchText {
        /// The pages allowed.
        pages: u32,
    },
    /// The file has no text to speak of.
    #[error("the {format} holds hardly any text; there is nothing to make a video from")]
    NoWords {
        /// What the file is.
        format: FileFormat,
    },
    /// The file is a PDF, but its structure is broken beyond repair.
    #[error("the PDF is damaged and no text could be saved from it; download or export it again")]
    Corrupt,
    /// The file is encrypted and no password was given.
    #[error("the PDF is locked; save a copy without a password, or give its password")]
    PasswordRequired,
    /// The file is encrypted and the password does not open it.
    #[error("the password does not open the PDF; check it and try again")]
    WrongPassword,
    /// The file is encrypted in a way that the engine does not know.
    #[error("the PDF is encrypted in a way that cannot be read; save a copy without protection")]
    UnknownEncryption,
    /// The file has more bytes than allowed.
    #[error("the file has {bytes} bytes, and {limit} are allowed; split it")]
    TooLarge {
        /// The bytes it has.
        bytes: u64,
        /// The bytes allowed.
        limit: u64,
    },
    /// The file has more pages than allowed.
    #[error("the PDF has {pages} pages, and {limit} are allowed; split it")]
    TooManyPages {
        /// The pages it has.
        pages: u32,
        /// The pages allowed.
        limit: u32,
    },
    /// Most pages have no text, or text that nobody can read, and none was recognised on them.
    #[error("the text of the PDF cannot be read: {0}; use a copy with text, or run it through OCR first")]
    Unread(UnreadPages),
    /// The pages show nothing that could be told.
    #[error(
        "the PDF has no text on its {}; there is nothing to make a video from",
        if *pages == 1 { "only page".to_owned() } else { format!("{pages} pages") }
    )]
    NoText {
        /// The number of pages.
        pages: u32,
    },
    /// A picture of a page was asked for where the text flows, and nobody has laid out pages.
    #[error("the file has no pages that could be drawn")]
    NoPages,
    /// A picture of a page was asked for that is not there.
    #[error("the PDF has no page {page}")]
    NoSuchPage {
        /// The page, from 1.
        page: u32,
    },
    /// A page is damaged, and no picture of it can be drawn.
    #[error("page {page} is damaged and cannot be drawn")]
    BrokenPage {
        /// The page, from 1.
        page: u32,
    },
    /// Drawing a page breaks a limit, or the engine.
    #[error("page {page} cannot be drawn: {reason}")]
    UndrawablePage {
        /// The page, from 1.
        page: u32,
        /// What happened when it was tried.
        reason: DrawFailure,
    },
    /// So many pages break a limit that no more are tried.
    #[error("{pages} pages cannot be drawn within the limits, so no page of this PDF is drawn any more")]
    Undrawable {
        /// The number of pages that were tried and broke a limit.
        pages: usize,
    },
    /// Reading took longer than allowed.
    #[error(
        "reading the file took too long and was stopped; split it, or print it to a new PDF and try that one"
    )]
    Timeout,
    /// Reading took more memory than allowed.
    #[error(
        "reading the file took too much memory and was stopped; split it, or print it to a new PDF and try that one"
    )]
    OutOfMemory,
    /// The engine broke down over the file.
    #[error("the reader broke down over the file; print it to a new PDF and try that one")]
    EngineCrashed(#[source] ChildError),
    /// Files are read in a child process of this program, which would not know that it is one.
    #[error(
        "files are read in a child process of this program, but its `main` does not begin with \
         `brainwrought_stages::parse::serve_if_child()`; add that call"
    )]
    NotServing,
    /// The reading process could not be started or talked to.
    #[error("the reading process could not be run")]
    Reader(#[source] ChildError),
    /// The reading process answered with something that makes no sense.
    #[error(
        "the reading process gave an answer that cannot be understood; are all parts of the same version?"
    )]
    Answer(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The work was told to stop.
    #[error("reading the file was cancelled")]
    Cancelled,
}

/// What happened when reading or drawing a page was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DrawFailure {
    /// It took longer than allowed.
    Timeout,
    /// It took more memory than allowed.
    OutOfMemory,
    /// The engine broke down.
    Crash,
}

impl DrawFailure {
    /// Finds what a failure of the reading process says of the page that it was drawing; `None` when it is not the page.
    pub(crate) fn from_error(error: &ParseError) -> Option<Self> {
        match error {
            ParseError::Timeout => Some(Self::Timeout),
            ParseError::OutOfMemory => Some(Self::OutOfMemory),
            ParseError::EngineCrashed(_) => Some(Self::Crash),
            _ => None,
        }
    }

    /// The failure of a whole file that it is for a page.
    pub(crate) fn into_error(self) -> Option<ParseError> {
        match self {
            Self::Timeout => Some(ParseError::Timeout),
            Self::OutOfMemory => Some(ParseError::OutOfMemory),
            Self::Crash => None,
        }
    }
}

impl fmt::Display for DrawFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Timeout => "it takes too long",
            Self::OutOfMemory => "it takes too much memory",
            Self::Crash => "the PDF engine breaks down over it",
        })
    }
}

impl ParseError {
    /// Tells whether trying the same file again can help: only trouble with starting the reader can pass.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Reader(_) | Self::Cancelled)
    }
}

impl From<ChildError> for ParseError {
    fn from(error: ChildError) -> Self {
        match error {
            ChildError::Timeout { .. } => Self::Timeout,
            ChildError::OutOfMemory { .. } | ChildError::TooMuchOutput { .. } => Self::OutOfMemory,
            ChildError::Cancelled => Self::Cancelled,
            // PDFium gives up in silence when it gets no memory; whatever else breaks down says why.
            ChildError::Crashed { status, ref stderr, .. } if stderr.is_empty() && is_aborted(status) => {
                Self::OutOfMemory
            }
            ChildError::Crashed { .. } => Self::EngineCrashed(error),
            ChildError::Missing { .. } | ChildError::Io { .. } => Self::Reader(error),
        }
    }
}

#[cfg(unix)]
fn is_aborted(status: std::process::ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    status.signal() == Some(rustix::process::Signal::ABORT.as_raw())
}

#[cfg(not(unix))]
fn is_aborted(_: std::process::ExitStatus) -> bool {
    false
}

/// A [`ParseError`] with the file it is about.
#[derive(Debug, thiserror::Error)]
#[error("{file_name} could not be read")]
pub struct UnreadablePdf {
    /// The name that the user knows the file by.
    pub file_name: String,
    /// Why.
    #[source]
    pub source: ParseError,
}

impl From<UnreadablePdf> for StageError {
    fn from(error: UnreadablePdf) -> Self {
        match &error.source {
            ParseError::Cancelled => Self::cancelled(),
            source if source.is_retryable() => Self::retryable(error),
            _ => Self::fatal(error),
        }
    }
}

/// What the reading process says when it cannot do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ParseFailure {
    Corrupt,
    UnknownFormat(UnknownFormat),
    DamagedArchive,
    Protected,
    UnpacksTooLarge { limit: u64 },
    TooDeep { limit: usize },
    TooManyElements { limit: usize },
    TooManyAttributes { limit: usize },
    TooMuchText { pages: u32 },
    TooLarge { bytes: u64, limit: u64 },
    NoWords { format: FileFormat },
    PasswordRequired,
    WrongPassword,
    UnknownEncryption,
    TooManyPages { pages: u32, limit: u32 },
    Unread(UnreadPages),
    NoText { pages: u32 },
    NoSuchPage { page: u32 },
    BrokenPage { page: u32 },
}

impl From<UnknownFormat> for ParseFailure {
    fn from(found: UnknownFormat) -> Self {
        Self::UnknownFormat(found)
    }
}

impl From<ParseFailure> for ParseError {
    fn from(refusal: ParseFailure) -> Self {
        match refusal {
            ParseFailure::Corrupt => Self::Corrupt,
            ParseFailure::UnknownFormat(found) => Self::UnknownFormat(found),
            ParseFailure::DamagedArchive => Self::DamagedArchive,
            ParseFailure::Protected => Self::Protected,
            ParseFailure::UnpacksTooLarge { limit } => Self::UnpacksTooLarge { limit },
            ParseFailure::TooDeep { limit } => Self::TooDeep { limit },
            ParseFailure::TooManyElements { limit } => Self::TooManyElements { limit },
            ParseFailure::TooManyAttributes { limit } => Self::TooManyAttributes { limit },
            ParseFailure::TooMuchText { pages } => Self::TooMuchText { pages },
            ParseFailure::TooLarge { bytes, limit } => Self::TooLarge { bytes, limit },
            ParseFailure::NoWords { format } => Self::NoWords { format },
            ParseFailure::PasswordRequired => Self::PasswordRequired,
            ParseFailure::WrongPassword => Self::WrongPassword,
            ParseFailure::UnknownEncryption => Self::UnknownEncryption,
            ParseFailure::TooManyPages { pages, limit } => Self::TooManyPages { pages, limit },
            ParseFailure::Unread(pages) => Self::Unread(pages),
            ParseFailure::NoText { pages } => Self::NoText { pages },
            ParseFailure::NoSuchPage { page } => Self::NoSuchPage { page },
            ParseFailure::BrokenPage { page } => Self::BrokenPage { page },
        }
    }
}
