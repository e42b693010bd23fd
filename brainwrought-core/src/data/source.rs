//! [`SourcePdf`]: what a job for a video starts from, a PDF or another file.

use serde::{Deserialize, Serialize};

use super::BlobRef;
use crate::id::Digest;
use crate::stage::StageData;

/// The document as it was handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourcePdf {
    /// The bytes of the file. What they are is not known until they are parsed: besides PDFs, stages may read files of
    /// other kinds.
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
        let named = base.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("pdf"));
        // Only what browsers may show goes by another type; what a file holds is told when it is parsed.
        let media_type =
            if named || bytes.starts_with(b"%PDF-") { "application/pdf" } else { "application/octet-stream" };
        let media_type = media_type.to_owned();
        let pdf = BlobRef { digest: Digest::of(bytes), bytes: bytes.len() as u64, media_type };
        Self { pdf, file_name: base.to_owned() }
    }
}

impl StageData for SourcePdf {
    const SCHEMA: &'static str = "source-pdf/1";
}
