//! [`letter_height`]: how high the small letters of a page are, before any of them is known.

use super::components::components;
use super::grey_image::GreyImage;

/// A pixel belongs to a letter where it is darker than this part of what is around it.
const DARKER: u64 = 82;
/// How far around is looked, in pixels.
const AROUND: usize = 25;
/// Heights of what may be a letter, in pixels.
const HEIGHTS: std::ops::RangeInclusive<u32> = 4..=120;
/// How many letters make a measure.
const MIN_LETTERS: usize = 20;

/// Measures the height that most marks of the size of letters have, in pixels; `None` where there are hardly any.
pub(super) fn letter_height(page: &GreyImage) -> Option<f32> {
    let sums = Sums::of(page);
    let is_ink = |x: usize, y: usize| {
        let pixel = page.pixels.get(y * page.width + x).copied().unwrap_or(u8::MAX);
        100 * u64::from(pixel) < DARKER * sums.mean_around(x, y)
    };
    let mut heights: Vec<u32> = components(page.width, page.height, is_ink)
        .iter()
        .map(|component| component.bounds())
        .map(|(left, top, right, bottom)| (right - left, bottom - top))
        // Rules and dust have other forms.
        .filter(|(width, height)| HEIGHTS.contains(height) && *width >= height / 4 && *width <= 3 * height)
        .map(|(_, height)| height)
        .collect();
    if heights.len() < MIN_LETTERS {
        return None;
    }
    let middle = heights.len() / 2;
    Some(*heights.select_nth_unstable(middle).1 as f32)
}

/// The sums of all pixels above and to the left of each one.
struct Sums {
    /// One more than the picture's width.
    stride: usize,
    height: usize,
    sums: Vec<u32>,
}

impl Sums {
    fn of(image: &GreyImage) -> Self {
        let stride = image.width + 1;
        let mut sums = vec![0; stride];
        sums.reserve(stride * image.height);
        for (y, row) in image.pixels.chunks_exact(image.width.max(1)).enumerate() {
            let mut sum = 0_u32;
            sums.push(0);
            for (x, pixel) in row.iter().enumerate() {
                // A picture of more than 16 million pixels may overflow; differences stay right all the same.
                sum = sum.wrapping_add(u32::from(*pixel));
                let above = sums.get(y * stride + x + 1).copied().unwrap_or(0);
                sums.push(sum.wrapping_add(above));
            }
        }
        Self { stride, height: image.height, sums }
    }

    fn mean_around(&self, x: usize, y: usize) -> u64 {
        let (left, right) = (x.saturating_sub(AROUND), (x + AROUND).min(self.stride - 1));
        let (top, bottom) = (y.saturating_sub(AROUND), (y + AROUND).min(self.height));
        let at = |x: usize, y: usize| self.sums.get(y * self.stride + x).copied().unwrap_or(0);
        let sum = at(right, bottom)
            .wrapping_sub(at(left, bottom))
            .wrapping_sub(at(right, top))
            .wrapping_add(at(left, top));
        u64::from(sum) / (((right - left) * (bottom - top)).max(1) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page in uneven light with marks of this height on it.
    fn page(height: usize, marks: usize) -> GreyImage {
        let (width, rows) = (400, 300);
        let mut pixels: Vec<u8> = (0..width * rows).map(|at| (120 + (at % width) / 4) as u8).collect();
        for mark in 0..marks {
            let (left, top) = (10 + mark % 12 * 30, 10 + mark / 12 * 50);
            for y in top..top + height {
                for x in left..left + height / 2 + 1 {
                    pixels[y * width + x] /= 3;
                }
            }
        }
        GreyImage { width, height: rows, pixels }
    }

    #[test]
    fn marks_are_measured_in_any_light() {
        assert_eq!(letter_height(&page(10, 60)), Some(10.0));
        assert_eq!(letter_height(&page(24, 60)), Some(24.0));
        assert_eq!(letter_height(&page(10, 8)), None);
    }
}
