//! Reading a file, mostly a PDF: text in reading order, outline, figures with captions, language.
//!
//! A file is an input that may be hostile, so engines only ever run in a child process with limits: see [`PdfHost`].

mod engine;
mod error;
mod formats;
mod host;
mod layout;
mod libpdfium;
mod limits;
mod ocr;
mod page_content;
mod page_text;
mod processor_time;
mod readability;
mod reader;
mod reader_check;
mod reading;
mod rescue;
mod sandbox;
mod stage;
mod undrawable;
mod unread_pages;
mod wire;
mod worker;

pub use error::{DrawFailure, ParseError, UnreadablePdf};
pub use formats::{FileFormat, HEAD_BYTES, UnknownFormat};
pub use host::{Password, PdfHost};
pub use libpdfium::find_libpdfium;
pub use limits::{DrawLimits, MAX_PDF_BYTES, ParseLimits};
pub use ocr::{OcrMode, OcrWeights, OcrWeightsError};
pub(crate) use reader::serialize_reader;
pub use reader_check::ReaderCheck;
pub use sandbox::Power;
pub use stage::ParsePdf;
pub use unread_pages::{UnreadPages, Unrecognised};
pub use wire::{CropRequest, ParsedPdf};
pub use worker::serve_if_child;
