//! [`Strip`]: a line of text cut out of the picture of a page, as the recognition wants it.

use super::grey_image::GreyImage;
use super::region::Region;

/// A line of text, [`Strip::HEIGHT`] pixels high, and pixels of its edge after it where it is short.
#[derive(Debug)]
pub(super) struct Strip {
    pub(super) width: usize,
    pub(super) pixels: Vec<u8>,
    /// How many pixels show the line itself.
    pub(super) own_width: usize,
}

/// The narrowest strip that the model is given.
const MIN_WIDTH: usize = 64;
/// The widest: a line of 200 letters. What is longer is squeezed.
const MAX_WIDTH: usize = 3_200;
/// No more samples on each side for a pixel are needed for letters that a page has room for.
const MAX_SAMPLES: usize = 6;

impl Strip {
    /// The height that the models were trained with.
    pub(super) const HEIGHT: usize = 48;

    /// Cuts a line out of a page that is turned by `skew`.
    pub(super) fn cut(page: &GreyImage, region: &Region, skew: f32) -> Self {
        Self::scaled(page, region, skew, MIN_WIDTH, MAX_WIDTH)
    }

    /// Cuts out as much of the start of a line as fits into `width` pixels.
    pub(super) fn start_of(page: &GreyImage, region: &Region, skew: f32, width: usize) -> Self {
        let most = region.height() * width as f32 / Self::HEIGHT as f32;
        let start = Region { right: region.right.min(region.left + most), ..*region };
        Self::scaled(page, &start, skew, width, width)
    }

    fn scaled(page: &GreyImage, region: &Region, skew: f32, least: usize, most: usize) -> Self {
        let (sin, cos) = skew.sin_cos();
        let ratio = region.width() / region.height().max(1.0);
        let own_width = ((Self::HEIGHT as f32 * ratio).round() as usize).clamp(1, most);
        let width = own_width.max(least);
        let (x_step, y_step) = (region.width() / own_width as f32, region.height() / Self::HEIGHT as f32);
        let samples = (x_step.max(y_step).round() as usize).clamp(1, MAX_SAMPLES);
        let part = |step: usize| (step as f32 + 0.5) / samples as f32;
        let mut pixels = Vec::with_capacity(width * Self::HEIGHT);
        for row in 0..Self::HEIGHT {
            for column in 0..own_width {
                let mut sum = 0.0;
                for down in 0..samples {
                    for right in 0..samples {
                        let along = region.left + (column as f32 + part(right)) * x_step;
                        let across = region.top + (row as f32 + part(down)) * y_step;
                        sum += page.between(along * cos - across * sin, along * sin + across * cos);
                    }
                }
                pixels.push((sum / (samples * samples) as f32).round() as u8);
            }
            let edge = pixels.last().copied().unwrap_or(u8::MAX);
            pixels.resize((row + 1) * width, edge);
        }
        Self { width, pixels, own_width }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strip_follows_the_slope_of_its_line() {
        let slope = 0.1_f32;
        let (width, height) = (600, 200);
        let black = |at: usize| {
            let (x, y) = ((at % width) as f32, (at / width) as f32);
            (60.0..84.0).contains(&(y - slope * x))
        };
        let pixels = (0..width * height).map(|at| if black(at) { 0 } else { 255 }).collect();
        let page = GreyImage { width, height, pixels };
        let skew = slope.atan();
        let middle = |y: f32| y * skew.cos();
        let region =
            Region { left: 50.0, right: 530.0, top: middle(60.0) - 12.0, bottom: middle(84.0) + 12.0 };
        let strip = Strip::cut(&page, &region, skew);
        assert_eq!((strip.width, strip.pixels.len()), (strip.own_width, strip.width * 48));
        let dark = |row: usize| strip.pixels[row * strip.width..][..strip.width].iter().all(|p| *p < 100);
        let light = |row: usize| strip.pixels[row * strip.width..][..strip.width].iter().all(|p| *p > 150);
        assert!((16..32).all(dark) && (0..9).chain(39..48).all(light));
    }

    #[test]
    fn short_lines_are_filled_up_and_long_ones_squeezed() {
        let page = GreyImage { width: 40, height: 20, pixels: vec![200; 800] };
        let line = Region { left: 0.0, top: 0.0, right: 20.0, bottom: 20.0 };
        let strip = Strip::cut(&page, &line, 0.0);
        assert_eq!((strip.own_width, strip.width), (48, MIN_WIDTH));
        assert!(strip.pixels.iter().all(|pixel| *pixel == 200));
        let strip = Strip::cut(&page, &Region { right: 9_000.0, ..line }, 0.0);
        assert_eq!(strip.width, MAX_WIDTH);
        assert_eq!(Strip::start_of(&page, &Region { right: 9_000.0, ..line }, 0.0, 192).own_width, 192);
    }
}
