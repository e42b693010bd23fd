//! [`Detector`]: where on the picture of a page lines of text stand.

use std::sync::Arc;

use rten::ThreadPool;

use super::components::components;
use super::grey_image::GreyImage;
use super::ink::letter_height;
use super::network::{Network, OcrError, Scale};
use super::region::{Region, lines_of, skew};

/// Finds lines of text: differentiable binarisation (Liao et al., 2020), as PP-OCR does it.
pub(super) struct Detector {
    network: Network,
}

/// The lines of a page and how the page lies.
#[derive(Debug, Default)]
pub(super) struct DetectedLines {
    pub(super) regions: Vec<Region>,
    /// The angle of the lines, in radians; grows clockwise.
    pub(super) skew: f32,
}

/// The mean and the spread of the pictures that the model was trained with (ImageNet).
const SCALE: [Scale; 3] = [
    Scale { mean: 0.485, spread: 0.229 },
    Scale { mean: 0.456, spread: 0.224 },
    Scale { mean: 0.406, spread: 0.225 },
];
/// Small letters are made this high, in pixels: below 4 lines run into each other, and time grows with the square.
const LETTER_HEIGHT: f32 = 5.5;
/// The longer side of the picture in which lines are looked for is at least this.
const MIN_SIDE: f32 = 480.0;
/// What it is where no letters were found to take a measure of.
const USUAL_SIDE: f32 = 960.0;
/// The most pixels of that picture: a page of a newspaper.
const MAX_PIXELS: f32 = 4.5e6;
/// The model takes sides that are multiples of this.
const GRID: usize = 32;
/// So many rows are looked at together at most, so that memory does not grow with the page.
const BAND_PIXELS: usize = 1 << 20;
/// Rows of a band that the next one sees as well. What the model says near an edge is worth little.
const OVERLAP: usize = 2 * GRID;
/// From this probability on, of 255, a pixel belongs to a line: 0.3, as PP-OCR has it.
const TEXT: u8 = 77;

impl Detector {
    pub(super) fn load(weights: Vec<u8>, threads: &Arc<ThreadPool>) -> Result<Self, OcrError> {
        Ok(Self { network: Network::load(weights, "finds lines of text", threads)? })
    }

    /// Finds the lines of a page.
    pub(super) fn lines(&self, page: &GreyImage) -> Result<DetectedLines, OcrError> {
        let scale = scale_of(page);
        let side = |length: usize| {
            let length = (length as f32 * scale / GRID as f32).round().max(1.0) as usize;
            length * GRID
        };
        let small = page.resized(side(page.width), side(page.height));
        let probable = self.probabilities(&small)?;
        let is_text = |x: usize, y: usize| probable.get(y * small.width + x).is_some_and(|p| *p > TEXT);
        let found = components(small.width, small.height, is_text);
        let skew = skew(&found);
        let factor = (page.width as f32 / small.width as f32, page.height as f32 / small.height as f32);
        let probability = |x: u32, y: u32| {
            probable.get(y as usize * small.width + x as usize).map_or(0.0, |p| f32::from(*p) / 255.0)
        };
        Ok(DetectedLines { regions: lines_of(&found, skew, factor, probability), skew })
    }

    /// The probability of text for each pixel, of 255.
    fn probabilities(&self, image: &GreyImage) -> Result<Vec<u8>, OcrError> {
        let width = image.width;
        let rows = (BAND_PIXELS / width / GRID).max(3) * GRID;
        let mut all = Vec::with_capacity(image.pixels.len());
        let mut top = 0;
        loop {
            let bottom = (top + rows).min(image.height);
            let band = image.pixels.get(top * width..bottom * width).unwrap_or_default();
            let (shape, values) = self.network.run(band, [bottom - top, width], &SCALE)?;
            if shape != [1, 1, bottom - top, width] {
                return Err(self.network.failed("its answer has another size than its picture"));
            }
            // Each of two bands counts for the half of what both see that is farther from its edge.
            let skipped = all.len() / width - top;
            let kept = if bottom < image.height { bottom - top - OVERLAP / 2 } else { bottom - top };
            let kept = values.get(skipped * width..kept * width).unwrap_or_default();
            all.extend(kept.iter().map(|p| (p * 255.0).round().clamp(0.0, 255.0) as u8));
            if bottom == image.height {
                return Ok(all);
            }
            top = bottom - OVERLAP;
        }
    }
}

/// By how much a page is made smaller to look for lines on it.
fn scale_of(page: &GreyImage) -> f32 {
    let longer = page.width.max(page.height) as f32;
    let wanted = letter_height(page).map_or(USUAL_SIDE / longer, |height| LETTER_HEIGHT / height);
    let most = (MAX_PIXELS / (page.width * page.height) as f32).sqrt().min(1.0);
    wanted.max(MIN_SIDE / longer).min(most)
}
