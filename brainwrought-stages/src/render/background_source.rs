//! Backdrops: a procedural style, or the user's own clip.

use std::error::Error;

use super::compositor::Backdrop;
use crate::background::{Shade, Style};
use crate::media::ClipReader;
use crate::picture::{Area, YuvFrame};

/// A procedural style, which darkens itself under text.
pub(super) struct StyleBackdrop {
    pub(super) style: Box<dyn Style + Send>,
    pub(super) at: u64,
}

impl Backdrop for StyleBackdrop {
    fn next(&mut self, frame: &mut YuvFrame, covered: &Area) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.style.draw(self.at, frame, covered);
        self.at += 1;
        Ok(())
    }
}

/// The user's own clip, looped and darkened under text.
pub(super) struct ClipBackdrop {
    pub(super) reader: ClipReader,
    pub(super) shade: Shade,
}

impl Backdrop for ClipBackdrop {
    fn next(&mut self, frame: &mut YuvFrame, _: &Area) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.reader.next_into(frame)?;
        self.shade.apply(frame);
        Ok(())
    }
}
