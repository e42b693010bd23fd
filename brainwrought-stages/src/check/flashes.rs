//! [`FlashMeter`]: how often the picture flashes, after WCAG 2.2, success criterion 2.3.1.

use std::collections::VecDeque;

/// Columns and rows of cells that are looked at.
const COLUMNS: usize = 9;
const ROWS: usize = 16;
/// A flash is a pair of opposing changes of a tenth of the greatest relative luminance …
const CHANGE: f32 = 0.1;
/// … where the darker side is below this …
const DARKER_SIDE: f32 = 0.8;
/// … over a quarter of the field of view that is seen sharply: on a phone, a square as wide as the screen.
const AREA: usize = COLUMNS * COLUMNS / 4;
/// Frames within which changes of cells count as one.
const TOGETHER: usize = 3;

/// Counts flashes while frames go by.
#[derive(Debug)]
pub(super) struct FlashMeter {
    cells: Vec<Cell>,
    frames_per_second: u64,
    /// The frames of the last second in which a large part changed.
    recent: VecDeque<u64>,
    last: Option<Direction>,
    worst: u32,
}

#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    low: f32,
    high: f32,
    changed: Option<(Direction, u64)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Up,
    Down,
}

impl FlashMeter {
    pub(super) fn new(fps: u32) -> Self {
        Self {
            cells: Vec::new(),
            frames_per_second: u64::from(fps.max(1)),
            recent: VecDeque::new(),
            last: None,
            worst: 0,
        }
    }

    /// The most flashes in any second so far.
    pub(super) fn worst(&self) -> u32 {
        self.worst
    }

    /// Takes the next frame as a grid of luma samples.
    pub(super) fn frame(&mut self, index: u64, grid: &[u8], width: usize) {
        let luminances = luminances(grid, width);
        if self.cells.is_empty() {
            self.cells = luminances.iter().map(|l| Cell { low: *l, high: *l, changed: None }).collect();
            return;
        }
        for (cell, luminance) in self.cells.iter_mut().zip(luminances) {
            cell.take(index, luminance);
        }
        for direction in [Direction::Up, Direction::Down] {
            if self.last != Some(direction) && self.changed_area(index, direction) >= AREA {
                self.last = Some(direction);
                self.recent.push_back(index);
            }
        }
        while self.recent.front().is_some_and(|first| first + self.frames_per_second <= index) {
            self.recent.pop_front();
        }
        self.worst = self.worst.max(self.recent.len() as u32 / 2);
    }

    /// The most cells of any square that have just changed in a direction.
    fn changed_area(&self, index: u64, direction: Direction) -> usize {
        let row_counts: Vec<usize> = self
            .cells
            .chunks(COLUMNS)
            .map(|row| row.iter().filter(|cell| cell.has_just_changed(index, direction)).count())
            .collect();
        row_counts.windows(COLUMNS).map(|rows| rows.iter().sum()).max().unwrap_or(0)
    }
}

impl Cell {
    fn take(&mut self, index: u64, luminance: f32) {
        let up = luminance - self.low >= CHANGE && self.low < DARKER_SIDE;
        let down = self.high - luminance >= CHANGE && luminance < DARKER_SIDE;
        let direction = self.changed.map(|(direction, _)| direction);
        if up && direction != Some(Direction::Up) {
            *self = Self { low: luminance, high: luminance, changed: Some((Direction::Up, index)) };
        } else if down && direction != Some(Direction::Down) {
            *self = Self { low: luminance, high: luminance, changed: Some((Direction::Down, index)) };
        }
        // What goes on in the same direction is the same change: only its far end counts from then on.
        match self.changed.map(|(direction, _)| direction) {
            Some(Direction::Up) => {
                self.high = self.high.max(luminance);
                self.low = self.high;
            }
            Some(Direction::Down) => {
                self.low = self.low.min(luminance);
                self.high = self.low;
            }
            None => {
                self.low = self.low.min(luminance);
                self.high = self.high.max(luminance);
            }
        }
    }

    fn has_just_changed(&self, index: u64, direction: Direction) -> bool {
        self.changed.is_some_and(|(last, at)| last == direction && at + TOGETHER as u64 > index)
    }
}

/// The mean relative luminance of every cell.
fn luminances(grid: &[u8], width: usize) -> Vec<f32> {
    let width = width.max(1);
    let height = (grid.len() / width).max(1);
    let mut sums = vec![(0_u32, 0_u32); COLUMNS * ROWS];
    for (y, row) in grid.chunks_exact(width).enumerate() {
        for (x, luma) in row.iter().enumerate() {
            let place = (y * ROWS / height) * COLUMNS + x * COLUMNS / width;
            if let Some((sum, count)) = sums.get_mut(place) {
                *sum += u32::from(*luma);
                *count += 1;
            }
        }
    }
    sums.iter().map(|(sum, count)| luminance(*sum as f32 / (*count).max(1) as f32)).collect()
}

/// Relative luminance of limited-range luma, with the display's gamma (ITU-R BT.1886).
fn luminance(luma: f32) -> f32 {
    ((luma - 16.0) / 219.0).clamp(0.0, 1.0).powf(2.4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worst(seconds: usize, luma: impl Fn(usize, usize) -> u8) -> u32 {
        let mut meter = FlashMeter::new(30);
        for frame in 0..seconds * 30 {
            let grid: Vec<u8> = (0..90 * 160).map(|place| luma(frame, place)).collect();
            meter.frame(frame as u64, &grid, 90);
        }
        meter.worst()
    }

    #[test]
    fn a_strobe_is_counted() {
        assert_eq!(worst(3, |frame, _| if frame / 3 % 2 == 0 { 30 } else { 220 }), 5);
        assert_eq!(worst(3, |frame, _| if frame / 5 % 2 == 0 { 30 } else { 220 }), 3);
    }

    #[test]
    fn slow_fades_small_flashes_and_cuts_are_none() {
        assert_eq!(worst(4, |frame, _| 30 + frame as u8), 0);
        assert_eq!(worst(2, |frame, place| if place < 900 && frame % 4 < 2 { 220 } else { 30 }), 0);
        assert_eq!(worst(4, |frame, _| if frame / 45 % 2 == 0 { 30 } else { 220 }), 0);
    }

    #[test]
    fn what_moves_through_the_picture_does_not_flash() {
        assert_eq!(
            worst(4, |frame, place| if (place / 90 + 160 - frame % 160) % 160 < 30 { 220 } else { 60 }),
            0
        );
    }
}
