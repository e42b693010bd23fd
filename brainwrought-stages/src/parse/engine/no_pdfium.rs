//! PDFium where the feature `pdfium` is off: its library is not loaded, and the built-in engine opens every file.

use std::path::Path;

use super::Engine;
use crate::MissingFeature;
use crate::parse::error::ParseFailure;

pub(super) fn load(_path: &Path) -> Result<(), String> {
    Err(MissingFeature { what: "PDFium".to_owned(), feature: "pdfium" }.to_string())
}

pub(super) fn open(
    pdf: Vec<u8>,
    _password: Option<&str>,
) -> Result<Result<Box<dyn Engine>, Vec<u8>>, ParseFailure> {
    Ok(Err(pdf))
}
