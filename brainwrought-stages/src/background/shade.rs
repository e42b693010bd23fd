//! [`Shade`]: darkens the bands of a frame where text stands.

use super::seeded::ease;
use crate::picture::YuvFrame;

/// Brightness of each row, so that white text stands out from whatever moves behind it.
///
/// The bands fade in and out over 300 units of a frame 1,080 wide, so no edge shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shade {
    /// One gain per luma row, of 256.
    gains: Vec<u16>,
}

/// How much light the band of the captions and that of the panel lose.
const CAPTION_LOSS: f64 = 0.22;
const PANEL_LOSS: f64 = 0.15;

impl Shade {
    /// Darkens the caption band (y 1000 to 1300) by 22 % and the panel's area (y 250 to 1000) by 15 %, on a frame of
    /// the given size in pixels.
    pub fn under_text(width: usize, height: usize) -> Self {
        let scale = width.max(1) as f64 / 1080.0;
        let band = |y: f64, top: f64, bottom: f64| {
            let fade = 300.0;
            ease((y - top) / fade + 1.0) * ease((bottom - y) / fade + 1.0)
        };
        let gains = (0..height)
            .map(|row| {
                let y = (row as f64 + 0.5) / scale;
                let loss = (CAPTION_LOSS * band(y, 1000.0, 1300.0)).max(PANEL_LOSS * band(y, 270.0, 1000.0));
                ((1.0 - loss) * 256.0 + 0.5) as u16
            })
            .collect();
        Self { gains }
    }

    /// The brightness of an ink on a row of pixels.
    pub(super) fn luma(&self, row: usize, value: u8) -> u8 {
        darker(value, 16, self.gains.get(row).copied().unwrap_or(256))
    }

    /// The colour of an ink on a row of a colour plane.
    pub(super) fn chroma(&self, row: usize, value: u8) -> u8 {
        darker(value, 128, self.gains.get(row * 2).copied().unwrap_or(256))
    }

    /// Darkens a frame in place. Rows beyond the size that the shade was made for stay as they are.
    pub fn apply(&self, frame: &mut YuvFrame) {
        let width = frame.width();
        for (row, &gain) in frame.y.chunks_exact_mut(width).zip(&self.gains) {
            if gain < 256 {
                let lift = 16 * (256 - gain) + 128;
                for pixel in row {
                    *pixel = ((u16::from(*pixel) * gain + lift) >> 8) as u8;
                }
            }
        }
        let gains = self.gains.iter().step_by(2);
        let rows = frame.u.chunks_exact_mut(width / 2).zip(frame.v.chunks_exact_mut(width / 2));
        for ((u, v), &gain) in rows.zip(gains) {
            if gain < 256 {
                let lift = 128 * (256 - gain) + 128;
                for pixel in u.iter_mut().chain(v) {
                    *pixel = ((u16::from(*pixel) * gain + lift) >> 8) as u8;
                }
            }
        }
    }
}

/// Moves a value towards `black`.
fn darker(value: u8, black: u16, gain: u16) -> u8 {
    ((u16::from(value) * gain + black * (256 - gain) + 128) >> 8) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caption_band_is_darker_and_grey_stays_grey() {
        let mut frame = YuvFrame::black(1080, 1920);
        frame.y.fill(180);
        Shade::under_text(1080, 1920).apply(&mut frame);
        assert_eq!(frame.y[1919 * 1080], 180);
        let band = f64::from(frame.y[1150 * 1080] - 16) / 164.0;
        assert!((0.76..0.80).contains(&band), "{band}");
        assert!(frame.u.iter().chain(&frame.v).all(|&c| c == 128));
    }
}
