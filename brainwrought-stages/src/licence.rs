//! The terms under which parts of a video may be used, where no SPDX expression of somebody else's says so.

/// Of what this program draws and plays itself: that of the program.
#[cfg(feature = "ffmpeg")]
pub(crate) const OWN: &str = env!("CARGO_PKG_LICENSE");

/// Of what the user brings along.
pub(crate) const SUPPLIED: &str = "supplied by the user, who answers for the right to use it";

/// Of what a provider made, which has its own terms.
pub(crate) const PROVIDER_TERMS: &str = "see the terms of the provider";

/// Of what is shown of the document.
pub(crate) fn of_document(file_name: &str) -> String {
    format!("rights stay with the author of {file_name}")
}
