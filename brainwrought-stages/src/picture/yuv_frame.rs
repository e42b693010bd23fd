//! [`YuvFrame`]: one frame as the encoder wants it.

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

    /// Copies another frame of the same size without allocating.
    pub fn copy_from(&mut self, other: &Self) {
        self.clone_from(other);
    }
}
