//! [`Window`]: a picture that is looked at through a window, which moves slowly towards a part of it.

use crate::picture::{RgbaImage, YuvFrame};

/// An opaque picture and the window onto it.
#[derive(Debug)]
pub(super) struct Window {
    /// Where the window lies on the frame; even.
    x: i32,
    y: i32,
    /// Its size; even.
    width: usize,
    height: usize,
    /// The picture as planes, without any subsampling of colours: three bytes a pixel.
    pixels: Vec<[u8; 3]>,
    columns: usize,
    rows: usize,
    /// The part of the picture that fills the window in the end: left, top, width, height in its pixels.
    to: [f32; 4],
}

impl Window {
    /// Makes a window whose top left corner lies at a place of the frame.
    pub(super) fn new(
        image: &RgbaImage,
        (x, y): (i32, i32),
        (width, height): (u32, u32),
        to: [f32; 4],
    ) -> Self {
        let yuv = |pixel: &[u8]| {
            let [r, g, b] = [0, 1, 2].map(|channel| f32::from(pixel[channel]));
            // BT.709, limited range.
            let luma = 16.0 + 0.1826 * r + 0.6142 * g + 0.0620 * b;
            let blue = 128.0 - 0.1006 * r - 0.3386 * g + 0.4392 * b;
            let red = 128.0 + 0.4392 * r - 0.3989 * g - 0.0403 * b;
            [luma, blue, red].map(|value| value.round().clamp(0.0, 255.0) as u8)
        };
        Self {
            x: x & !1,
            y: y & !1,
            width: width as usize & !1,
            height: height as usize & !1,
            pixels: image.pixels.chunks_exact(4).map(yuv).collect(),
            columns: image.width(),
            rows: image.height(),
            to,
        }
    }

    /// Draws what the window shows when it has come so much of its way, from 0 to 1.
    pub(super) fn draw(&self, frame: &mut YuvFrame, share: f32) {
        if self.columns < 2 || self.rows < 2 || self.width == 0 || self.height == 0 {
            return;
        }
        // Slow at both ends.
        let eased = share * share * (3.0 - 2.0 * share);
        let from = [0.0, 0.0, self.columns as f32, self.rows as f32];
        let at = |n: usize| from[n] + (self.to[n] - from[n]) * eased;
        let [left, top, wide, high] = [at(0), at(1), at(2), at(3)];
        let (step_x, step_y) = (wide / self.width as f32, high / self.height as f32);
        let (width, height) = (frame.width(), frame.height());
        // Where a pixel of the window lies on the picture, in 1/256 pixels.
        let places: Vec<(usize, u32)> =
            (0..self.width).map(|n| place(left + (n as f32 + 0.5) * step_x - 0.5, self.columns)).collect();
        for row in 0..self.height {
            let Some(line) = usize::try_from(self.y + row as i32).ok().filter(|line| *line < height) else {
                continue;
            };
            let (upper, weight) = place(top + (row as f32 + 0.5) * step_y - 0.5, self.rows);
            let above = &self.pixels[upper * self.columns..(upper + 1) * self.columns];
            let below = &self.pixels[(upper + 1) * self.columns..(upper + 2) * self.columns];
            let mixed = |(at, share): (usize, u32), channel: usize| -> u8 {
                let mix = |line: &[[u8; 3]]| {
                    u32::from(line[at][channel]) * (256 - share) + u32::from(line[at + 1][channel]) * share
                };
                ((mix(above) * (256 - weight) + mix(below) * weight + (1 << 15)) >> 16) as u8
            };
            for (n, &at) in places.iter().enumerate() {
                let Some(column) = usize::try_from(self.x + n as i32).ok().filter(|column| *column < width)
                else {
                    continue;
                };
                frame.y[line * width + column] = mixed(at, 0);
                if line % 2 == 0 && column % 2 == 0 {
                    let half = line / 2 * (width / 2) + column / 2;
                    frame.u[half] = mixed(at, 1);
                    frame.v[half] = mixed(at, 2);
                }
            }
        }
    }
}

/// The pixel before a place and how far behind it the place lies, of 256.
fn place(at: f32, count: usize) -> (usize, u32) {
    let at = at.clamp(0.0, (count - 1) as f32 - 0.004);
    let whole = at as usize;
    (whole.min(count - 2), ((at - whole as f32) * 256.0) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_moves_from_all_of_the_picture_to_a_part_of_it() {
        // Black at the left, white at the right.
        let pixels = (0..64 * 32).flat_map(|n| if n % 64 < 32 { [0, 0, 0, 255] } else { [255; 4] }).collect();
        let image = RgbaImage::from_premultiplied(64, 32, pixels).unwrap();
        let window = Window::new(&image, (2, 2), (32, 16), [32.0, 8.0, 32.0, 16.0]);
        let whites = |share: f32| {
            let mut frame = YuvFrame::black(40, 24);
            window.draw(&mut frame, share);
            frame.y.iter().filter(|y| **y == 235).count()
        };
        assert!((250..=256).contains(&whites(0.0)), "{}", whites(0.0));
        assert!(whites(0.5) > 300);
        assert_eq!(whites(1.0), 32 * 16);
    }
}
