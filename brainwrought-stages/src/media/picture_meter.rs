//! [`PictureMeter`]: black, frozen and flashing pictures, and captions that can be seen.

use brainwrought_core::data::Rect;

use super::flash_meter::FlashMeter;
use super::probe::LumaView;

/// Pixels from one sample to the next, in both directions.
const STEP: usize = 8;
/// A frame is black when its mean luma is at most this (16 is black) …
const BLACK_MEAN: u32 = 20;
/// … and at most one sample in a hundred is brighter than this.
const BLACK_SPOT: u8 = 48;
/// Frames are the same while the mean difference of their luma is below this. FFmpeg's `freezedetect` has 0.255; slow waves
/// of one colour need the finer number, and a picture that stands still is encoded without any difference.
const SAME: f32 = 0.1;
/// A caption is seen when its box holds at least one bright sample in so many …
const CAPTION_SHARE: usize = 50;
/// … brighter than this, as white and gold letters are …
const CAPTION_BRIGHT: u8 = 170;
/// … and as many darker than this, as their stroke is.
const CAPTION_DARK: u8 = 70;

/// A place and time where a caption should be seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct CaptionSpot {
    /// The number of the frame.
    pub(crate) frame: u64,
    /// The box of the caption, in pixels.
    pub(crate) bbox: Rect,
}

/// Looks at frames as they are decoded.
#[derive(Debug)]
pub(crate) struct PictureMeter {
    grid: Vec<u8>,
    anchor: Vec<u8>,
    anchor_at: u64,
    black_since: Option<u64>,
    flashes: FlashMeter,
    spots: std::iter::Peekable<std::vec::IntoIter<CaptionSpot>>,
    /// The longest black stretch, in frames.
    pub(crate) longest_black: u64,
    /// The longest stretch without movement, in frames.
    pub(crate) longest_frozen: u64,
    /// Captions that were looked for.
    pub(crate) captions: u64,
    /// Captions that could not be seen.
    pub(crate) unseen_captions: u64,
}

impl PictureMeter {
    /// Starts with the captions to look for.
    pub(crate) fn new(fps: u32, mut spots: Vec<CaptionSpot>) -> Self {
        spots.sort_by_key(|spot| spot.frame);
        Self {
            grid: Vec::new(),
            anchor: Vec::new(),
            anchor_at: 0,
            black_since: None,
            flashes: FlashMeter::new(fps),
            spots: spots.into_iter().peekable(),
            longest_black: 0,
            longest_frozen: 0,
            captions: 0,
            unseen_captions: 0,
        }
    }

    /// The most flashes in any second.
    pub(crate) fn flashes(&self) -> u32 {
        self.flashes.worst()
    }

    /// Takes the next frame.
    pub(crate) fn frame(&mut self, frame: LumaView<'_>) {
        let rows = frame.luma.chunks(frame.stride.max(1)).take(frame.height).step_by(STEP);
        self.grid.clear();
        self.grid.extend(rows.flat_map(|row| row.iter().take(frame.width).step_by(STEP)));
        self.look_for_black(frame.index);
        self.look_for_movement(frame.index);
        self.flashes.frame(frame.index, &self.grid, frame.width.div_ceil(STEP));
        while let Some(spot) = self.spots.next_if(|spot| spot.frame <= frame.index) {
            self.captions += 1;
            self.unseen_captions += u64::from(!is_caption(frame, spot.bbox));
        }
    }

    fn look_for_black(&mut self, index: u64) {
        let sum: u32 = self.grid.iter().map(|luma| u32::from(*luma)).sum();
        let spots = self.grid.iter().filter(|luma| **luma > BLACK_SPOT).count();
        let is_black = sum <= BLACK_MEAN * self.grid.len() as u32 && spots * 100 <= self.grid.len();
        if is_black {
            let since = *self.black_since.get_or_insert(index);
            self.longest_black = self.longest_black.max(index + 1 - since);
        } else {
            self.black_since = None;
        }
    }

    /// Compares with the frame where the picture last moved, so that a slow drift counts as movement.
    fn look_for_movement(&mut self, index: u64) {
        let differences = self.grid.iter().zip(&self.anchor).map(|(a, b)| u32::from(a.abs_diff(*b)));
        let sum: u32 = differences.sum();
        if self.anchor.is_empty() || sum as f32 >= SAME * self.grid.len() as f32 {
            self.anchor.clone_from(&self.grid);
            self.anchor_at = index;
        } else {
            self.longest_frozen = self.longest_frozen.max(index + 1 - self.anchor_at);
        }
    }
}

/// Tells whether a box holds both letters and their stroke.
fn is_caption(frame: LumaView<'_>, bbox: Rect) -> bool {
    let place = |at: f32, most: usize| (at.max(0.0) as usize).min(most);
    let (left, right) = (place(bbox.x, frame.width), place(bbox.right(), frame.width));
    let (top, bottom) = (place(bbox.y, frame.height), place(bbox.bottom(), frame.height));
    let rows = frame.luma.chunks(frame.stride.max(1)).take(bottom).skip(top).step_by(2);
    let (mut all, mut bright, mut dark) = (0, 0, 0);
    for luma in rows.flat_map(|row| row.get(left..right).unwrap_or_default().iter().step_by(2)) {
        all += 1;
        bright += usize::from(*luma >= CAPTION_BRIGHT);
        dark += usize::from(*luma <= CAPTION_DARK);
    }
    all > 0 && bright * CAPTION_SHARE >= all && dark * CAPTION_SHARE >= all
}
