//! [`ShowVisual`]: a drawn [`Show`](super::Show), in parts that move with the voice.

use serde::{Deserialize, Serialize};

use super::BlobRef;

/// A picture about what is said, in parts that come in as they are said. It takes the place of the scene's
/// [`Panel`](super::Panel) from its word on, until the next one or the end of its line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShowVisual {
    /// The line of the scene, from 0.
    pub line: u32,
    /// The word of the line at which it appears, from 0.
    pub at_word: u32,
    /// The name of its kind, such as `number`.
    pub kind: String,
    /// A PNG with alpha that holds the pictures of all layers.
    pub sheet: BlobRef,
    /// Width in pixels of the output frame.
    pub width: u32,
    /// Height in pixels of the output frame.
    pub height: u32,
    /// The parts, the lowest first.
    pub layers: Vec<Layer>,
    /// The page it comes from, from 1, if it shows a page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// The size of its smallest letters, in pixels of a frame 1,080 wide; 0 where nothing is set in type.
    #[serde(default)]
    pub smallest_type: f32,
    /// What it shows, in words, for people who cannot see it.
    pub description: String,
}

/// A part of a [`ShowVisual`]. Lengths are in pixels of the output frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Layer {
    /// Its place on the sheet.
    pub from: Patch,
    /// Where its left edge lies, from the left edge of the show.
    pub x: i32,
    /// Where its top edge lies, from the top edge of the show.
    pub y: i32,
    /// When it comes in.
    pub enters: Moment,
    /// When it goes; with the show where nothing else is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaves: Option<Moment>,
    /// How it comes in, and how it moves.
    pub motion: Motion,
}

/// A rectangle of a sheet, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patch {
    /// From the left.
    pub x: u32,
    /// From the top.
    pub y: u32,
    /// The width.
    pub width: u32,
    /// The height.
    pub height: u32,
}

/// A moment of a line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// The word of the line, from 0; `None` for the moment at which the show appears.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub word: Option<u32>,
    /// So many milliseconds behind it.
    #[serde(default)]
    pub after_ms: u32,
}

impl Moment {
    /// When the show appears.
    pub const START: Self = Self { word: None, after_ms: 0 };

    /// When a word is said.
    pub const fn word(word: u32) -> Self {
        Self { word: Some(word), after_ms: 0 }
    }

    /// So much later.
    #[must_use]
    pub const fn later(self, ms: u32) -> Self {
        Self { after_ms: self.after_ms + ms, ..self }
    }
}

/// How a [`Layer`] comes in, and how it moves.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "by")]
#[non_exhaustive]
pub enum Motion {
    /// It is there at once.
    Cut,
    /// It fades in.
    Fade,
    /// It jumps out of its middle.
    Pop,
    /// It comes up from below.
    Rise,
    /// It comes in from the left, or from the right where `from_right`.
    Slide {
        /// Whether it comes from the right.
        from_right: bool,
    },
    /// It is uncovered.
    Wipe {
        /// The side that is uncovered last.
        towards: Side,
        /// How long that takes, in milliseconds.
        over_ms: u32,
    },
    /// Its picture holds so many pictures of equal height, one below the other, that are shown one after the other; the last
    /// stays.
    Count {
        /// The number of pictures.
        steps: u32,
        /// How long they take, in milliseconds.
        over_ms: u32,
    },
    /// It travels by so many pixels, again and again.
    Travel {
        /// To the right.
        dx: i32,
        /// Down.
        dy: i32,
        /// How long one way takes, in milliseconds.
        over_ms: u32,
    },
    /// It is a window of this size onto its picture, which moves slowly from all of it to a part of it.
    Push {
        /// The width of the window.
        width: u32,
        /// The height of the window.
        height: u32,
        /// The part of the sheet that fills the window in the end; of the window's proportions.
        to: Patch,
        /// How long the way takes, in milliseconds.
        over_ms: u32,
    },
}

/// A side of a rectangle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Side {
    /// The left one.
    Left,
    /// The right one.
    Right,
    /// The upper one.
    Top,
    /// The lower one.
    Bottom,
}
