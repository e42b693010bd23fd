//! [`frame_size`]: the sizes that a video may have, and how they are written.

use std::ops::RangeInclusive;

/// The widths that a frame may have, in pixels: from a sixth of the usual one to twice.
pub const FRAME_WIDTHS: RangeInclusive<u32> = 180..=2160;

/// The heights that a frame may have, in pixels: from a sixth of the usual one to twice.
pub const FRAME_HEIGHTS: RangeInclusive<u32> = 320..=3840;

/// A text is no size that a frame may have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no frame size; give two even numbers from 180x320 to 2160x3840, such as 540x960")]
pub struct NoFrameSize(String);

/// Reads a size such as `540x960`.
///
/// # Errors
///
/// Fails when the text is no size, when a number is odd, which H.264 does not take, or outside [`FRAME_WIDTHS`] and
/// [`FRAME_HEIGHTS`].
pub fn frame_size(text: &str) -> Result<(u32, u32), NoFrameSize> {
    let number = |text: &str| text.parse::<u32>().ok().filter(|number| number.is_multiple_of(2));
    text.split_once('x')
        .and_then(|(width, height)| Some((number(width)?, number(height)?)))
        .filter(|(width, height)| FRAME_WIDTHS.contains(width) && FRAME_HEIGHTS.contains(height))
        .ok_or_else(|| NoFrameSize(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_two_even_numbers_within_the_limits() {
        assert_eq!(frame_size("540x960"), Ok((540, 960)));
        assert_eq!(frame_size("2160x3840"), Ok((2160, 3840)));
        for wrong in ["541x960", "178x320", "2162x3840", "540", "540x", "x960", "-540x960", ""] {
            let error = frame_size(wrong).unwrap_err().to_string();
            let [widths, heights] = [FRAME_WIDTHS, FRAME_HEIGHTS];
            let limits =
                format!("{}x{} to {}x{}", widths.start(), heights.start(), widths.end(), heights.end());
            assert!(error.contains(wrong) && error.contains(&limits), "{error}");
        }
    }
}
