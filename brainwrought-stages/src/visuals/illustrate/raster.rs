//! Downloaded pictures: decoded within limits, cropped to size, and encoded again.

use std::io::Cursor;

use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits};

/// The largest picture that is read, in pixels of one side.
const MAX_SIDE: u32 = 8_192;
/// The most memory that reading one may take, in bytes: 48 megapixels of four bytes.
const MAX_MEMORY: u64 = 192 << 20;
/// A picture smaller than this on one side shows nothing.
const MIN_SIDE: u32 = 64;
/// How far from its end a JPEG has its last marker, in bytes: some have more behind it.
const TAIL: usize = 64 << 10;
/// How far the shape of a picture may be from the wished one before its edges are cut, as a factor.
const LOOSE: f64 = 1.5;

/// Reads a PNG, JPEG or WebP, turns it upright, cuts what is far too wide or tall, and scales it until it fits into
/// `size`; the result is a PNG.
pub(super) fn fitted(bytes: &[u8], size: (u32, u32)) -> Result<Vec<u8>, String> {
    let image = cropped(decoded(bytes)?, size);
    let (width, height) = fitting((image.width(), image.height()), size);
    let image = image.resize_exact(width, height, FilterType::CatmullRom).into_rgba8();
    let mut png = Cursor::new(Vec::new());
    image.write_to(&mut png, ImageFormat::Png).map_err(|error| error.to_string())?;
    Ok(png.into_inner())
}

fn decoded(bytes: &[u8]) -> Result<DynamicImage, String> {
    // The first bytes decide, whatever the provider calls it; what is no picture of the three kinds is not even tried.
    let format = image::guess_format(bytes).map_err(|_| "it is no picture".to_owned())?;
    if !matches!(format, ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP) {
        return Err("it is neither PNG nor JPEG nor WebP".to_owned());
    }
    // Its reader makes a grey half of what is missing.
    let end = bytes.get(bytes.len().saturating_sub(TAIL)..).unwrap_or_default();
    if format == ImageFormat::Jpeg && !end.windows(2).any(|pair| pair == [0xFF, 0xD9]) {
        return Err("it ends early".to_owned());
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(|error| error.to_string())?;
    let (width, height) = decoder.dimensions();
    if width.min(height) < MIN_SIDE {
        return Err(format!("it is only {width}×{height} pixels large"));
    }
    limits.reserve(decoder.total_bytes()).map_err(|_| format!("it is {width}×{height} pixels large"))?;
    let orientation = decoder.orientation().map_err(|error| error.to_string())?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(|error| error.to_string())?;
    image.apply_orientation(orientation);
    Ok(image)
}

/// Cuts the sides, or top and bottom, of a picture that is far wider or taller than the wished shape.
fn cropped(image: DynamicImage, (width, height): (u32, u32)) -> DynamicImage {
    let wished = f64::from(width.max(1)) / f64::from(height.max(1));
    let (w, h) = (image.width(), image.height());
    let shape = f64::from(w) / f64::from(h);
    if shape > wished * LOOSE {
        let kept = ((f64::from(h) * wished * LOOSE) as u32).clamp(1, w);
        image.crop_imm((w - kept) / 2, 0, kept, h)
    } else if shape * LOOSE < wished {
        let kept = ((f64::from(w) * LOOSE / wished) as u32).clamp(1, h);
        // What a picture shows is rather above its middle.
        image.crop_imm(0, (h - kept) / 3, w, kept)
    } else {
        image
    }
}

/// The largest size of a picture of this shape that fits.
fn fitting((width, height): (u32, u32), (most_width, most_height): (u32, u32)) -> (u32, u32) {
    let across = f64::from(most_width.max(1)) / f64::from(width.max(1));
    let factor = across.min(f64::from(most_height.max(1)) / f64::from(height.max(1)));
    let scaled = |side: u32| ((f64::from(side) * factor).round() as u32).max(1);
    (scaled(width).min(most_width.max(1)), scaled(height).min(most_height.max(1)))
}

#[cfg(test)]
pub(super) mod tests {
    use image::RgbImage;

    use super::*;

    /// A picture with a gradient, in a format.
    pub(in super::super) fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let image = RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 128]));
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn size_of(png: &[u8]) -> (u32, u32) {
        let image = image::load_from_memory(png).unwrap();
        (image.width(), image.height())
    }

    #[test]
    fn pictures_of_three_formats_fit_and_keep_their_shape() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
            assert_eq!(size_of(&fitted(&picture(300, 200, format), (600, 500)).unwrap()), (600, 400));
        }
        assert_eq!(size_of(&fitted(&picture(900, 90, ImageFormat::Png), (600, 300)).unwrap()), (600, 200));
        assert_eq!(size_of(&fitted(&picture(90, 900, ImageFormat::Png), (600, 600)).unwrap()), (400, 600));
    }

    #[test]
    fn an_invalid_or_too_large_picture_is_refused() {
        let tiny = picture(8, 8, ImageFormat::Png);
        for bytes in [b"".as_slice(), b"<html>no</html>", b"GIF89a\x01\x00\x01\x00\x00\x00\x00", &tiny] {
            assert!(fitted(bytes, (100, 100)).is_err());
        }
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
            let whole = picture(200, 200, format);
            assert!(fitted(&whole[..whole.len() / 3], (100, 100)).is_err(), "{format:?}");
        }
        let whole = picture(200, 200, ImageFormat::Png);
        // The head of a PNG that says it is 30,000 pixels wide, which would be 3.6 GB.
        let mut bomb = whole.clone();
        bomb[16..20].copy_from_slice(&30_000_u32.to_be_bytes());
        bomb[20..24].copy_from_slice(&30_000_u32.to_be_bytes());
        assert!(fitted(&bomb, (100, 100)).is_err());
        let mut wide = whole;
        wide[16..20].copy_from_slice(&8_000_u32.to_be_bytes());
        wide[20..24].copy_from_slice(&8_000_u32.to_be_bytes());
        assert!(fitted(&wide, (100, 100)).is_err());
    }
}
