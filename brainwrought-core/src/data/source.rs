//! [`SourcePdf`]: what a job for a video starts from.

use serde::{Deserialize, Serialize};

use super::BlobRef;
use crate::id::Digest;
use crate::stage::StageData;

/// The document as it was handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourcePdf {
    /// The bytes of the file. They are not known to be a PDF until they are parsed.
    pub pdf: BlobRef,
    /// The name that the user knows the file by, without folders. For people only: it never becomes a path.
    pub file_name: String,
}

impl SourcePdf {
    /// Describes a file by its name, of which folders are cut off whichever system it comes from, and its bytes. They are
    /// not stored by this, see [`Submission::with_blob`](crate::engine::Submission::with_blob).
    pub fn new(file_name: &str, bytes: &[u8]) -> Self {
        let base = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
        let base = if base.is_empty() { "document.pdf" } else { base };
        let media_type = "application/pdf".to_owned();
        let pdf = BlobRef { digest: Digest::of(bytes), bytes: bytes.len() as u64, media_type };
        Self { pdf, file_name: base.to_owned() }
    }
}

impl StageData for SourcePdf {
    const SCHEMA: &'static str = "source-pdf/1";
}
