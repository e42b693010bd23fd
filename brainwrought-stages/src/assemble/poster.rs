//! The poster: one frame of the video as a PNG.

use bytes::Bytes;

use crate::media::{ClipReader, ClipSettings, MediaError};
use crate::picture::{RgbaImage, RgbaImageError, YuvFrame};

/// Where in the video the poster is taken, in milliseconds, when no clip brought one: the hook is on screen by then.
const POSTER_MS: u64 = 1000;

/// Why there is no poster.
#[derive(Debug, thiserror::Error)]
pub(super) enum PosterError {
    /// The video could not be read back.
    #[error("the video could not be read back")]
    Media(#[from] MediaError),
    /// The picture could not be written.
    #[error("the picture could not be written")]
    Image(#[from] RgbaImageError),
}

/// Takes a frame out of a video.
pub(super) fn poster(video: Bytes, width: u32, height: u32, fps: u32) -> Result<Vec<u8>, PosterError> {
    let settings = ClipSettings { width, height, fps, offset_ms: POSTER_MS };
    let mut frame = YuvFrame::black(width as usize, height as usize);
    ClipReader::open(video, settings)?.next_into(&mut frame)?;
    Ok(rgba(&frame)?.to_png()?)
}

/// Converts from BT.709 limited range (ITU-R BT.709-6, table 4).
fn rgba(frame: &YuvFrame) -> Result<RgbaImage, RgbaImageError> {
    let (width, height) = (frame.width(), frame.height());
    let mut pixels = Vec::with_capacity(width * height * 4);
    let (rows, chroma) = (frame.y.chunks_exact(width.max(1)), width / 2);
    for (n, row) in rows.enumerate() {
        let line = n / 2 * chroma..(n / 2 + 1) * chroma;
        let (us, vs) = (frame.u.get(line.clone()).unwrap_or_default(), frame.v.get(line).unwrap_or_default());
        for (pair, (u, v)) in row.chunks_exact(2).zip(us.iter().zip(vs)) {
            let (u, v) = (f32::from(*u) - 128.0, f32::from(*v) - 128.0);
            for y in pair {
                let y = (f32::from(*y) - 16.0) * (255.0 / 219.0);
                let rgb = [y + 1.7927 * v, y - 0.2132 * u - 0.5329 * v, y + 2.1124 * u];
                pixels.extend(rgb.map(|c| c.round().clamp(0.0, 255.0) as u8));
                pixels.push(255);
            }
        }
    }
    RgbaImage::from_premultiplied(width, height, pixels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_black_and_red_keep_their_colours() {
        for (yuv, rgb) in
            [([235, 128, 128], [255, 255, 255]), ([16, 128, 128], [0, 0, 0]), ([63, 102, 240], [255, 0, 0])]
        {
            let mut frame = YuvFrame::black(2, 2);
            frame.y.fill(yuv[0]);
            frame.u.fill(yuv[1]);
            frame.v.fill(yuv[2]);
            let image = rgba(&frame).unwrap();
            let found = &image.pixels[..3];
            assert!(found.iter().zip(rgb).all(|(a, b)| a.abs_diff(b) <= 2), "{yuv:?} became {found:?}");
        }
    }
}
