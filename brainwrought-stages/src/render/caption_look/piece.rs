//! [`Piece`]: a part of a caption that is on screen for some frames.

use std::ops::Range;

use crate::picture::RgbaImage;
use crate::text::Ink;

/// A picture with its place on the frame and the frames it is there. What comes later in a caption lies above.
///
/// Whatever else is to stand beside a caption, such as an icon, is one more of these.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    pub(crate) ink: Ink,
    /// When it is there, in order; stretches may be empty.
    pub(crate) frames: Vec<Range<u64>>,
    /// How many frames it takes to come, and to go.
    pub(crate) fades: (u64, u64),
}

impl Piece {
    /// A piece that is there at once and goes at once.
    pub(super) fn new(ink: Ink, frames: impl IntoIterator<Item = Range<u64>>) -> Self {
        Self { ink, frames: frames.into_iter().collect(), fades: (0, 0) }
    }

    /// A piece that comes and goes softly.
    pub(super) fn fading(self, fades: (u64, u64)) -> Self {
        Self { fades, ..self }
    }
}

/// Tells how much of something is seen at a frame, of 256; `None` while it is not there.
pub(in crate::render) fn opacity(frames: &[Range<u64>], fades: (u64, u64), n: u64) -> Option<u16> {
    let range = frames.iter().find(|range| range.contains(&n))?;
    let share = |passed: u64, frames: u64| ((passed * 256) / (frames + 1)).min(256) as u16;
    Some(share(n - range.start + 1, fades.0).min(share(range.end - n, fades.1)))
}

/// A part of a picture; `None` where it is empty or sticks out.
pub(in crate::render) fn cut(
    image: &RgbaImage,
    left: usize,
    top: usize,
    width: usize,
    height: usize,
) -> Option<RgbaImage> {
    if width == 0 || height == 0 || top + height > image.height() {
        return None;
    }
    let rows = image.pixels.chunks_exact(image.width() * 4).skip(top).take(height);
    let pixels: Option<Vec<&[u8]>> = rows.map(|row| row.get(left * 4..(left + width) * 4)).collect();
    RgbaImage::from_premultiplied(width, height, pixels?.concat()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_comes_and_goes_softly() {
        let seen = |n| opacity(&[10..20, 30..40], (3, 2), n);
        assert_eq!((seen(9), seen(20), seen(25), seen(40)), (None, None, None, None));
        assert_eq!((seen(10), seen(11), seen(12), seen(13)), (Some(64), Some(128), Some(192), Some(256)));
        assert_eq!((seen(37), seen(38), seen(39)), (Some(256), Some(170), Some(85)));
        assert_eq!(opacity(std::slice::from_ref(&(5..6)), (0, 0), 5), Some(256));
    }

    #[test]
    fn a_part_of_a_picture_has_its_pixels() {
        let pixels: Vec<u8> = (0..12_u8).flat_map(|n| [n, n, n, 255]).collect();
        let image = RgbaImage::from_premultiplied(4, 3, pixels).unwrap();
        let part = cut(&image, 1, 1, 2, 2).unwrap();
        assert_eq!(part.pixels.iter().step_by(4).copied().collect::<Vec<_>>(), [5, 6, 9, 10]);
        assert!(cut(&image, 3, 0, 2, 1).is_none() && cut(&image, 0, 2, 1, 2).is_none());
        assert!(cut(&image, 0, 0, 0, 3).is_none());
    }
}
