//! [`Part`]: everything that was made of one segment.

use brainwrought_core::data::{Audio, Clip, Script, Segment, Visuals};

use super::AssembleError;

/// Everything that was made of one segment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part<'a> {
    pub(crate) segment: &'a Segment,
    pub(crate) audio: &'a Audio,
    pub(crate) visuals: &'a Visuals,
    pub(crate) clip: &'a Clip,
}

impl<'a> Part<'a> {
    /// Puts what was made of each segment together, in order.
    ///
    /// # Errors
    ///
    /// Fails when there is nothing, and when something is missing of a segment.
    pub(crate) fn all(
        script: &'a Script,
        audios: &'a [Audio],
        visuals: &'a [Visuals],
        clips: &'a [Clip],
    ) -> Result<Vec<Self>, AssembleError> {
        if clips.is_empty() {
            return Err(AssembleError::Empty);
        }
        let segments = script.segments.len();
        let fewest = audios.len().min(visuals.len()).min(clips.len());
        let most = audios.len().max(visuals.len()).max(clips.len());
        if fewest != segments || most != segments {
            return Err(AssembleError::Count {
                clips: if fewest == segments { most } else { fewest },
                segments,
            });
        }
        let made = audios.iter().zip(visuals).zip(clips);
        Ok(script
            .segments
            .iter()
            .zip(made)
            .map(|(segment, ((audio, visuals), clip))| Self { segment, audio, visuals, clip })
            .collect())
    }
}
