//! [`Resources`]: where the default stages find what is not built in.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::audio::HibariVoice;
use crate::parse::{Password, PdfHost};
use crate::text::Fonts;

/// Where the default stages find what is not built in. It never goes into a job: two machines may differ in it.
#[derive(Debug, Clone)]
pub struct Resources {
    /// How PDFs are read: in a child process of this program.
    pub host: PdfHost,
    /// The neural voice, loaded once for all jobs.
    pub voice: Arc<HibariVoice>,
    /// espeak-ng, if there is one.
    pub espeak: Option<PathBuf>,
    /// The fonts for captions and cards.
    pub fonts: Fonts,
    /// The folder for finished videos.
    pub outputs: PathBuf,
}
