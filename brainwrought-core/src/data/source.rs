//! [`SourcePdf`]: what a job starts from.

use serde::{Deserialize, Serialize};

use super::BlobRef;
use crate::stage::StageData;

/// The document as it was handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourcePdf {
    /// The bytes of the file. They are not known to be a PDF until they are parsed.
    pub pdf: BlobRef,
    /// The name that the user knows the file by, without folders. For people only: it never becomes a path.
    pub file_name: String,
}

impl StageData for SourcePdf {
    const SCHEMA: &'static str = "source-pdf/1";
}
