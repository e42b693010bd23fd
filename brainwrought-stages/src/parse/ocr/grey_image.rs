//! [`GreyImage`]: the picture of a page without its colours.

use crate::picture::RgbaImage;

/// A picture of 8-bit grey, rows tightly packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GreyImage {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) pixels: Vec<u8>,
}

impl GreyImage {
    /// Takes the colours off an opaque picture.
    pub(super) fn of(image: &RgbaImage) -> Self {
        // Rec. 601 luma, in parts of 256.
        let luma = |p: &[u8; 4]| (77 * u32::from(p[0]) + 150 * u32::from(p[1]) + 29 * u32::from(p[2])) >> 8;
        let pixels = image.pixels.as_chunks().0.iter().map(|pixel| luma(pixel) as u8).collect();
        Self { width: image.width(), height: image.height(), pixels }
    }

    /// Turns the picture counterclockwise by so many quarters, so that writing with that `turn` (see
    /// [`crate::parse::page_content::Glyph::turn`]) stands upright.
    pub(super) fn turned_back(&self, turn: u8) -> Self {
        let (width, height) = (self.width, self.height);
        let size = if turn % 2 == 1 { (height, width) } else { (width, height) };
        let from = |x: usize, y: usize| match turn % 4 {
            1 => (width - 1 - y, x),
            2 => (width - 1 - x, height - 1 - y),
            3 => (y, height - 1 - x),
            _ => (x, y),
        };
        let mut pixels = Vec::with_capacity(self.pixels.len());
        for y in 0..size.1 {
            pixels.extend((0..size.0).map(|x| {
                let (x, y) = from(x, y);
                self.pixels.get(y * width + x).copied().unwrap_or(u8::MAX)
            }));
        }
        Self { width: size.0, height: size.1, pixels }
    }

    /// The pixel at a place; beyond the edges, that of the edge.
    pub(super) fn at(&self, x: isize, y: isize) -> f32 {
        let x = x.clamp(0, self.width as isize - 1).unsigned_abs();
        let y = y.clamp(0, self.height as isize - 1).unsigned_abs();
        self.pixels.get(y * self.width + x).map_or(255.0, |pixel| f32::from(*pixel))
    }

    /// The grey between pixels. The middle of the first one is at (0.5, 0.5).
    pub(super) fn between(&self, x: f32, y: f32) -> f32 {
        let (x, y) = (x - 0.5, y - 0.5);
        let (left, top) = (x.floor(), y.floor());
        let (right_part, lower_part) = (x - left, y - top);
        let (left, top) = (left as isize, top as isize);
        let row = |y: isize| self.at(left, y) + right_part * (self.at(left + 1, y) - self.at(left, y));
        let upper = row(top);
        upper + lower_part * (row(top + 1) - upper)
    }

    /// A picture of another size, each pixel the mean of what it covers.
    pub(super) fn resized(&self, width: usize, height: usize) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        let (x_step, y_step) = (self.width as f32 / width as f32, self.height as f32 / height as f32);
        // So many samples a side for each pixel miss nothing of what it covers.
        let samples = (x_step.max(y_step).ceil() as usize).clamp(1, MAX_SAMPLES);
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let mut sum = 0.0;
                for down in 0..samples {
                    for right in 0..samples {
                        let part = |step: usize| (step as f32 + 0.5) / samples as f32;
                        sum +=
                            self.between((x as f32 + part(right)) * x_step, (y as f32 + part(down)) * y_step);
                    }
                }
                pixels.push((sum / (samples * samples) as f32).round() as u8);
            }
        }
        Self { width, height, pixels }
    }
}

/// A picture is never made smaller by more than this, except where a letter fills half a page.
const MAX_SAMPLES: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn image(width: usize, pixels: &[u8]) -> GreyImage {
        GreyImage { width, height: pixels.len() / width, pixels: pixels.to_vec() }
    }

    #[test]
    fn a_turned_picture_is_turned_back() {
        let upright = image(3, &[1, 2, 3, 4, 5, 6]);
        // A quarter clockwise: the first row stands at the right.
        let turned = image(2, &[4, 1, 5, 2, 6, 3]);
        assert_eq!(turned.turned_back(1), upright);
        assert_eq!(upright.turned_back(2).turned_back(2), upright);
        assert_eq!(upright.turned_back(3), turned);
        assert_eq!(upright.turned_back(3).turned_back(1), upright);
    }

    #[test]
    fn pixels_in_between_are_mixed() {
        let two = image(2, &[0, 100]);
        assert_eq!((two.between(0.5, 0.5), two.between(1.0, 0.5), two.between(9.0, 9.0)), (0.0, 50.0, 100.0));
        assert_eq!(image(4, &[0, 100, 50, 50]).resized(2, 1).pixels, [50, 50]);
    }

    #[test]
    fn colours_become_grey() {
        let pixels = vec![255, 255, 255, 255, 255, 0, 0, 255];
        let colours = RgbaImage::from_premultiplied(2, 1, pixels).unwrap();
        assert_eq!(GreyImage::of(&colours).pixels, [255, 76]);
    }
}
