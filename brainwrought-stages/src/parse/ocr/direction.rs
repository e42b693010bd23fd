//! [`DirectionClassifier`]: whether lines of text stand upside down.

use std::sync::Arc;

use rten::ThreadPool;

use super::grey_image::GreyImage;
use super::network::{Network, OcrError, Scale};
use super::region::Region;
use super::strip::Strip;

/// Tells lines that stand upside down from others, by their shapes alone.
pub(super) struct DirectionClassifier {
    network: Network,
}

/// The width of the pictures that the model was trained with.
const WIDTH: usize = 192;
/// How many lines are asked.
pub(super) const MAX_ASKED: usize = 9;

impl DirectionClassifier {
    pub(super) fn load(weights: Vec<u8>, threads: &Arc<ThreadPool>) -> Result<Self, OcrError> {
        Ok(Self { network: Network::load(weights, "tells which way up text stands", threads)? })
    }

    /// Tells whether most of the longest lines stand upside down. The model errs with small letters now and then, so this is
    /// a suspicion.
    pub(super) fn suspects(&self, page: &GreyImage, longest: &[Region], skew: f32) -> Result<bool, OcrError> {
        let mut turned = 0;
        let asked = longest.len().min(MAX_ASKED);
        for region in longest.iter().take(asked) {
            let strip = Strip::start_of(page, region, skew, WIDTH);
            let (_, values) = self.network.run(&strip.pixels, [Strip::HEIGHT, WIDTH], &Scale::EVEN)?;
            turned += usize::from(matches!(values[..], [upright, turned] if turned > upright));
        }
        Ok(2 * turned > asked)
    }
}
