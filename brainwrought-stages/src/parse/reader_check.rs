//! [`ReaderCheck`]: what is known of the engine that reads PDFs here.

use brainwrought_core::data::Reader;

use super::sandbox::Power;

/// What a check of the reader found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReaderCheck {
    /// The engine that reads.
    pub reader: Reader,
    /// Why the PDFium library that was found is not used, if it is not.
    pub library_fault: Option<String>,
    /// What a reading process is not kept from on this system, or why that could not be found out.
    pub powers: Result<Vec<Power>, String>,
}
