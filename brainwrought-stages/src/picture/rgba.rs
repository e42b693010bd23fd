//! [`RgbaImage`]: a drawn picture with transparency.

/// A picture of 8-bit RGBA, alpha premultiplied (as tiny-skia has it), sRGB, rows tightly packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RgbaImage {
    width: usize,
    height: usize,
    /// `width` × `height` × 4 bytes.
    pub pixels: Vec<u8>,
}

/// A picture could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RgbaImageError {
    /// The bytes are not a PNG that can be read.
    #[error("the picture is not a PNG that can be read")]
    Decode(#[source] png::DecodingError),
    /// The picture could not be written as PNG.
    #[error("the picture could not be written as PNG")]
    Encode(#[source] png::EncodingError),
    /// The pixels do not fill the picture.
    #[error("a picture of {width}×{height} needs {expected} bytes, not {found}")]
    Size {
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
        /// The bytes it needs.
        expected: usize,
        /// The bytes there are.
        found: usize,
    },
}

impl RgbaImage {
    /// Makes a transparent picture.
    pub fn transparent(width: usize, height: usize) -> Self {
        Self { width, height, pixels: vec![0; width * height * 4] }
    }

    /// Takes premultiplied pixels.
    ///
    /// # Errors
    ///
    /// Fails when `pixels` are not `width` × `height` × 4 bytes.
    pub fn from_premultiplied(width: usize, height: usize, pixels: Vec<u8>) -> Result<Self, RgbaImageError> {
        let expected = width * height * 4;
        if pixels.len() == expected {
            Ok(Self { width, height, pixels })
        } else {
            Err(RgbaImageError::Size { width, height, expected, found: pixels.len() })
        }
    }

    /// Width in pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The same picture, larger or smaller; `None` when nothing would be left of it.
    #[cfg(feature = "ffmpeg")]
    pub(crate) fn scaled(&self, scale: f32) -> Option<Self> {
        let side = |length: usize| (length as f32 * scale).round() as u32;
        let (width, height) = (side(self.width), side(self.height));
        let mut canvas = tiny_skia::Pixmap::new(width, height)?;
        let source = tiny_skia::PixmapRef::from_bytes(&self.pixels, self.width as u32, self.height as u32)?;
        let paint =
            tiny_skia::PixmapPaint { quality: tiny_skia::FilterQuality::Bilinear, ..Default::default() };
        let transform = tiny_skia::Transform::from_scale(
            width as f32 / self.width as f32,
            height as f32 / self.height as f32,
        );
        canvas.draw_pixmap(0, 0, source, &paint, transform, None);
        Self::from_premultiplied(width as usize, height as usize, canvas.take()).ok()
    }

    /// Reads a PNG of any colour type.
    ///
    /// # Errors
    ///
    /// Fails when the bytes are not a PNG that can be read.
    pub fn from_png(bytes: &[u8]) -> Result<Self, RgbaImageError> {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
        decoder
            .set_transformations(png::Transformations::normalize_to_color8() | png::Transformations::ALPHA);
        let mut reader = decoder.read_info().map_err(RgbaImageError::Decode)?;
        let mut raw = vec![0; reader.output_buffer_size().unwrap_or(0)];
        let info = reader.next_frame(&mut raw).map_err(RgbaImageError::Decode)?;
        let (width, height) = (info.width as usize, info.height as usize);
        raw.truncate(info.buffer_size());
        let pixels = match info.color_type {
            png::ColorType::GrayscaleAlpha => {
                raw.chunks_exact(2).flat_map(|p| premultiply([p[0], p[0], p[0], p[1]])).collect()
            }
            _ => raw.chunks_exact(4).flat_map(|p| premultiply([p[0], p[1], p[2], p[3]])).collect(),
        };
        Self::from_premultiplied(width, height, pixels)
    }

    /// Writes a PNG; the same pixels give the same bytes.
    ///
    /// # Errors
    ///
    /// Fails when the size is not one that PNG allows.
    pub fn to_png(&self) -> Result<Vec<u8>, RgbaImageError> {
        let straight: Vec<u8> =
            self.pixels.chunks_exact(4).flat_map(|p| unpremultiply([p[0], p[1], p[2], p[3]])).collect();
        let mut bytes = Vec::new();
        let (width, height) = (self.width as u32, self.height as u32);
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().map_err(RgbaImageError::Encode)?;
        writer.write_image_data(&straight).map_err(RgbaImageError::Encode)?;
        writer.finish().map_err(RgbaImageError::Encode)?;
        Ok(bytes)
    }
}

fn premultiply([r, g, b, a]: [u8; 4]) -> [u8; 4] {
    let scale = |c: u8| ((u16::from(c) * u16::from(a) + 127) / 255) as u8;
    [scale(r), scale(g), scale(b), a]
}

fn unpremultiply([r, g, b, a]: [u8; 4]) -> [u8; 4] {
    if a == 0 {
        return [0; 4];
    }
    let scale = |c: u8| ((u16::from(c) * 255 + u16::from(a) / 2) / u16::from(a)).min(255) as u8;
    [scale(r), scale(g), scale(b), a]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn png_keeps_opaque_and_clear_pixels() {
        let mut image = RgbaImage::transparent(2, 1);
        image.pixels = vec![10, 200, 30, 255, 0, 0, 0, 0];
        let bytes = image.to_png().unwrap();
        assert_eq!(RgbaImage::from_png(&bytes).unwrap(), image);
    }

    #[test]
    fn an_invalid_png_is_refused() {
        assert!(matches!(RgbaImage::from_png(b"%PDF-1.7"), Err(RgbaImageError::Decode(_))));
    }
}
