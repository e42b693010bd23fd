//! [`ParseLimits`] and [`DrawLimits`]: how much a PDF may ask for.

use serde::{Deserialize, Serialize};

/// The largest PDF that is taken, in bytes, by whichever way it comes. It is in memory as a whole several times.
pub const MAX_PDF_BYTES: u64 = 200_000_000;

/// How much a PDF may ask for before it is refused.
///
/// A file of 2 KB can make any engine run for ever or take many gigabytes, so these hold for every file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ParseLimits {
    /// The size of the file, in bytes.
    pub max_bytes: u64,
    /// The number of pages.
    pub max_pages: u32,
    /// Processor time, in seconds; four times as long may pass on the clock.
    pub max_seconds: u64,
    /// Processor time for each page, in seconds; a page that takes longer is left out. A page of a paper takes 0.02 s, a
    /// detailed map a few seconds.
    pub max_page_seconds: u64,
    /// Memory that the reading process may map, in bytes, with the file itself.
    pub max_memory: u64,
    /// Processor time for recognising text, in seconds, beside that for reading the file. Pages for which none is left stay
    /// unread. A page takes 2 to 10 seconds, a page of a newspaper a minute or two.
    pub max_ocr_seconds: u64,
    /// Memory for recognising text, in bytes, beside that for reading the file.
    pub max_ocr_memory: u64,
}

impl Default for ParseLimits {
    fn default() -> Self {
        Self {
            max_bytes: MAX_PDF_BYTES,
            max_pages: 3000,
            max_seconds: 30,
            max_page_seconds: 8,
            max_memory: 1536 << 20,
            max_ocr_seconds: 900,
            max_ocr_memory: 768 << 20,
        }
    }
}

/// How much drawing the pages of a PDF may take before a page is given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct DrawLimits {
    /// Processor time for each picture, in seconds. A page of a paper takes 0.02 s, a detailed map a few seconds.
    pub max_seconds: u64,
    /// Memory that the reading process may map, in bytes, with the file itself.
    pub max_memory: u64,
    /// The number of pages that may break a limit before no page of the file is drawn any more.
    pub max_failed_pages: usize,
}

impl Default for DrawLimits {
    fn default() -> Self {
        Self { max_seconds: 10, max_memory: 1 << 30, max_failed_pages: 3 }
    }
}
