//! [`RenderError`]: why a segment could not be rendered.

use std::error::Error;

use brainwrought_core::data::Rule;

use crate::background::BackgroundError;
use crate::gate::rule::listed;
use crate::media::MediaError;
use crate::picture::RgbaImageError;

/// A segment could not be rendered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// The encoder or a clip failed.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// The background could not be opened.
    #[error(transparent)]
    Background(#[from] BackgroundError),
    /// A stored panel is no picture.
    #[error("a stored panel cannot be read; the pictures have to be made again")]
    Panel(#[from] RgbaImageError),
    /// The background stopped.
    #[error("the background clip could not be read to its end")]
    BackgroundFrame(#[source] Box<dyn Error + Send + Sync>),
    /// The narration is not a whole number of frames long.
    #[error(
        "the narration has {samples} samples, which is no whole number of frames; it has to be made again"
    )]
    UnevenAudio {
        /// The number of samples.
        samples: u64,
    },
    /// The gate would refuse the captions.
    #[error(
        "segment {segment} was not rendered, because its captions would not pass the gate: {}; change the words of the \
         script, install a font that has them, or turn captions off",
        listed(.rules)
    )]
    WouldFail {
        /// The segment, from 1.
        segment: u32,
        /// The rules that would fail.
        rules: Vec<Rule>,
    },
    /// The work was told to stop.
    #[error("rendering was cancelled")]
    Cancelled,
    /// Composing panicked.
    #[error("composing a frame panicked; please report it with the PDF")]
    Panicked,
}
