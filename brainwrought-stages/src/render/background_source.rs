//! [`BackgroundSource`]: a procedural style, or the user's own clip.

use std::error::Error;

use super::compositor::BackgroundSource;
use crate::background::{Shade, Style};
use crate::media::ClipReader;
use crate::picture::{Area, YuvFrame};

/// A procedural style, which darkens itself under text.
pub(super) struct StyleSource {
    pub(super) style: Box<dyn Style + Send>,
    pub(super) at: u64,
}

impl BackgroundSource for StyleSource {
    fn next(&mut self, frame: &mut YuvFrame, covered: &Area) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.style.draw(self.at, frame, covered);
        self.at += 1;
        Ok(())
    }
}

/// The user's own clip, looped and darkened under text.
pub(super) struct ClipSource {
    pub(super) reader: ClipReader,
    pub(super) shade: Shade,
}

impl BackgroundSource for ClipSource {
    fn next(&mut self, frame: &mut YuvFrame, _: &Area) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.reader.next_into(frame)?;
        self.shade.apply(frame);
        Ok(())
    }
}
