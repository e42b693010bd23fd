//! [`TextRecogniser`]: reads the picture of a page.

use std::sync::Arc;

use rten::ThreadPool;

use super::detector::{DetectedLines, Detector};
use super::direction::{DirectionClassifier, MAX_ASKED};
use super::grey_image::GreyImage;
use super::line_reader::{LineReader, ReadLetter};
use super::network::OcrError;
use super::page_glyphs::{Lay, PlacedLine, glyphs};
use super::region::Region;
use super::strip::Strip;
use super::weights::OpenWeights;
use crate::parse::page_content::Glyph;
use crate::picture::RgbaImage;

/// Reads the pictures of pages, with 70 MB of networks in memory.
pub(crate) struct TextRecogniser {
    detector: Detector,
    direction: DirectionClassifier,
    reader: LineReader,
}

/// What was read on the picture of a page.
#[derive(Debug, Default)]
pub(crate) struct RecognisedPage {
    /// The letters, line by line, in points.
    pub glyphs: Vec<Glyph>,
    /// How certain the letters are on average, from 0 to 1.
    pub confidence: f32,
    /// True when the time was up before the last line.
    pub is_cut: bool,
}

/// Lines whose letters are less certain than this on average are no text. PP-OCR drops them at the same value.
const MIN_CONFIDENCE: f32 = 0.5;
/// How many lines are read both ways up where they seem to stand upside down.
const TRIED: usize = 3;
/// Only lines of at least this many letters, or so long a word, tell which way a page stands.
const TELLING: f32 = 2.0;

impl TextRecogniser {
    /// The width of the picture of a page so many points wide, in pixels: 200 dots an inch. With 150, small print is misread
    /// more often; 300 is slower and no better.
    pub(crate) fn picture_width(page_width: f32) -> u32 {
        const DOTS_A_POINT: f32 = 200.0 / 72.0;
        (page_width * DOTS_A_POINT).round().clamp(1.0, 4096.0) as u32
    }

    /// Reads and checks the weights.
    pub(crate) fn load(weights: OpenWeights, threads: &Arc<ThreadPool>) -> Result<Self, OcrError> {
        let weights = weights.read()?;
        Ok(Self {
            detector: Detector::load(weights.detection, threads)?,
            direction: DirectionClassifier::load(weights.direction, threads)?,
            reader: LineReader::load(weights.recognition, threads)?,
        })
    }

    /// Reads the picture of a page that is `page_width` points wide. `time_is_up` is asked before each line.
    pub(crate) fn read(
        &self,
        picture: &RgbaImage,
        page_width: f32,
        time_is_up: &dyn Fn() -> bool,
    ) -> Result<RecognisedPage, OcrError> {
        let (turn, page, lines) = self.upright(GreyImage::of(picture))?;
        let mut read = Vec::new();
        let (mut certainty, mut letters, mut is_cut) = (0.0, 0_usize, false);
        for region in &lines.regions {
            if time_is_up() {
                is_cut = true;
                break;
            }
            let line = self.reader.read(&Strip::cut(&page, region, lines.skew))?;
            if confidence(&line) >= MIN_CONFIDENCE {
                certainty += line.iter().map(|letter| letter.confidence).sum::<f32>();
                letters += line.len();
                read.push(PlacedLine { region: *region, letters: line });
            }
        }
        let lay = Lay {
            size: (page.width as f32, page.height as f32),
            skew: lines.skew,
            turn,
            points_a_pixel: page_width / picture.width().max(1) as f32,
        };
        Ok(RecognisedPage {
            glyphs: glyphs(&read, &lay),
            confidence: certainty / (letters as f32).max(1.0),
            is_cut,
        })
    }

    /// Turns a page so that its lines run from left to right and stand upright, and finds them.
    fn upright(&self, page: GreyImage) -> Result<(u8, GreyImage, DetectedLines), OcrError> {
        let (mut turn, mut page) = (0, page);
        let mut lines = self.detector.lines(&page)?;
        let lengths = |is_upright: bool| -> f32 {
            let telling = lines.regions.iter().filter(|region| {
                let (longer, shorter) = if is_upright {
                    (region.height(), region.width())
                } else {
                    (region.width(), region.height())
                };
                longer > TELLING * shorter
            });
            telling.map(|region| region.width().max(region.height())).sum()
        };
        if lengths(true) > lengths(false) {
            turn = 1;
            page = page.turned_back(1);
            lines = self.detector.lines(&page)?;
        }
        let mut longest = lines.regions.clone();
        longest.sort_by(|a, b| b.width().total_cmp(&a.width()));
        longest.truncate(MAX_ASKED);
        if self.direction.suspects(&page, &longest, lines.skew)? {
            let other = page.turned_back(2);
            let turned = |region: &Region| opposite(region, (page.width, page.height), lines.skew);
            let (mut as_is, mut over) = (0.0, 0.0);
            for region in longest.iter().rev().take(TRIED) {
                as_is += confidence(&self.reader.read(&Strip::cut(&page, region, lines.skew))?);
                over += confidence(&self.reader.read(&Strip::cut(&other, &turned(region), lines.skew))?);
            }
            if over > as_is {
                turn += 2;
                lines.regions = lines.regions.iter().rev().map(turned).collect();
                page = other;
            }
        }
        Ok((turn, page, lines))
    }
}

/// Where a line lies on the page turned upside down.
fn opposite(region: &Region, (width, height): (usize, usize), skew: f32) -> Region {
    let (sin, cos) = skew.sin_cos();
    let (x, y) = (width as f32, height as f32);
    let (along, across) = (x * cos + y * sin, y * cos - x * sin);
    Region {
        left: along - region.right,
        right: along - region.left,
        top: across - region.bottom,
        bottom: across - region.top,
    }
}

/// How certain the letters of a line are on average.
fn confidence(line: &[ReadLetter]) -> f32 {
    line.iter().map(|letter| letter.confidence).sum::<f32>() / (line.len() as f32).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_again_upside_down() {
        let region = Region { left: 10.0, top: 20.0, right: 90.0, bottom: 30.0 };
        let opposite_of = opposite(&region, (200, 100), 0.0);
        assert_eq!(opposite_of, Region { left: 110.0, top: 70.0, right: 190.0, bottom: 80.0 });
        let back = opposite(&opposite(&region, (200, 100), 0.1), (200, 100), 0.1);
        assert!((back.left - region.left).abs() < 0.01 && (back.bottom - region.bottom).abs() < 0.01);
    }
}
