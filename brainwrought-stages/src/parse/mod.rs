//! Reading a PDF: text in reading order, outline, figures with captions, language.
//!
//! A PDF is an input that may be hostile, so engines only ever run in a child process with limits: see [`PdfHost`].

mod engine;
mod error;
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
mod rescue;
mod sandbox;
mod stage;
mod undrawable;
mod unread_pages;
mod wire;
mod worker;

pub use error::{DrawFailure, ParseError, UnreadablePdf};
pub use host::{PDF_HEADER_WITHIN, Password, PdfHost, find_pdf_header};
pub use libpdfium::find_libpdfium;
pub use limits::{DrawLimits, MAX_PDF_BYTES, ParseLimits};
pub use ocr::{OcrMode, OcrWeights, OcrWeightsError};
pub use reader::ReaderCheck;
pub(crate) use reader::serialize_reader;
pub use sandbox::Power;
pub use stage::ParsePdf;
pub use unread_pages::{UnreadPages, Unrecognised};
pub use wire::{CropRequest, ParsedPdf};
pub use worker::serve_if_child;
