//! [`YuvFrame`]: one frame as the encoder wants it.

use super::RgbaImage;

/// A frame in planar YUV 4:2:0, BT.709 limited range (luma 16 to 235), rows tightly packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YuvFrame {
    width: usize,
    height: usize,
    /// Luma: `width` × `height` bytes.
    pub y: Vec<u8>,
    /// Blue difference: half the width × half the height.
    pub u: Vec<u8>,
    /// Red difference: half the width × half the height.
    pub v: Vec<u8>,
}

impl YuvFrame {
    /// Makes a black frame. Odd sizes are rounded up to even ones, as 4:2:0 needs.
    pub fn black(width: usize, height: usize) -> Self {
        let (width, height) = (width.next_multiple_of(2), height.next_multiple_of(2));
        Self {
            width,
            height,
            y: vec![16; width * height],
            u: vec![128; width * height / 4],
            v: vec![128; width * height / 4],
        }
    }

    /// Width in pixels; even.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels; even.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Converts to sRGB, for posters and for looking at.
    pub fn to_rgba(&self) -> RgbaImage {
        let mut image = RgbaImage::transparent(self.width, self.height);
        for (at, pixel) in image.pixels.chunks_exact_mut(4).enumerate() {
            let (column, row) = (at % self.width, at / self.width);
            let half = row / 2 * (self.width / 2) + column / 2;
            let y = 1.1644 * (f32::from(self.y[at]) - 16.0);
            let (u, v) = (f32::from(self.u[half]) - 128.0, f32::from(self.v[half]) - 128.0);
            let channel = |value: f32| value.round().clamp(0.0, 255.0) as u8;
            let [r, g, b] = [y + 1.7927 * v, y - 0.2132 * u - 0.5329 * v, y + 2.1124 * u].map(channel);
            pixel.copy_from_slice(&[r, g, b, 255]);
        }
        image
    }

    /// Copies another frame of the same size without allocating.
    pub fn copy_from(&mut self, other: &Self) {
        self.clone_from(other);
    }
}
