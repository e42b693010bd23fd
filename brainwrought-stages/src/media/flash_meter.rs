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
/// Counts flashes while frames go by.
///
/// A cell flashes when it changes to and fro. The picture flashes as often as a quarter of some square does: what moves
/// through the picture changes each cell once or twice on its way and is no flash.
#[derive(Debug)]
pub(crate) struct FlashMeter {
    cells: Vec<Cell>,
    frames_per_second: u64,
    worst: u32,
}

#[derive(Debug, Clone, Default)]
struct Cell {
    low: f32,
    high: f32,
    last: Option<Direction>,
    /// The frames of the last second in which it changed.
    changes: VecDeque<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Up,
    Down,
}

impl FlashMeter {
    pub(crate) fn new(fps: u32) -> Self {
        Self { cells: Vec::new(), frames_per_second: u64::from(fps.max(1)), worst: 0 }
    }

    /// The most flashes in any second so far.
    pub(crate) fn worst(&self) -> u32 {
        self.worst
    }

    /// Takes the next frame as a grid of luma samples.
    pub(crate) fn frame(&mut self, index: u64, grid: &[u8], width: usize) {
        let luminances = luminances(grid, width);
        if self.cells.is_empty() {
            self.cells = luminances.iter().map(|l| Cell { low: *l, high: *l, ..Cell::default() }).collect();
            return;
        }
        let forget = index.saturating_sub(self.frames_per_second);
        for (cell, luminance) in self.cells.iter_mut().zip(luminances) {
            cell.take(index, luminance);
            while cell.changes.front().is_some_and(|at| *at <= forget) {
                cell.changes.pop_front();
            }
        }
        while self.largest_area(self.worst + 1) >= AREA {
            self.worst += 1;
        }
    }

    /// The most cells of any square that flashed at least so often in the last second.
    fn largest_area(&self, flashes: u32) -> usize {
        let flashed = |cell: &&Cell| cell.changes.len() as u32 / 2 >= flashes;
        let row_counts: Vec<usize> =
            self.cells.chunks(COLUMNS).map(|row| row.iter().filter(flashed).count()).collect();
        row_counts.windows(COLUMNS).map(|rows| rows.iter().sum()).max().unwrap_or(0)
    }
}

impl Cell {
    fn take(&mut self, index: u64, luminance: f32) {
        let up = luminance - self.low >= CHANGE && self.low < DARKER_SIDE;
        let down = self.high - luminance >= CHANGE && luminance < DARKER_SIDE;
        let change = match self.last {
            Some(Direction::Up) => down.then_some(Direction::Down),
            Some(Direction::Down) => up.then_some(Direction::Up),
            None if up => Some(Direction::Up),
            None => down.then_some(Direction::Down),
        };
        if let Some(direction) = change {
            (self.low, self.high, self.last) = (luminance, luminance, Some(direction));
            self.changes.push_back(index);
        }
        // What goes on in the same direction is the same change: only its far end counts from then on.
        match self.last {
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
    fn motion_is_no_flash() {
        assert_eq!(
            worst(4, |frame, place| if (place / 90 + 160 - frame % 160) % 160 < 30 { 220 } else { 60 }),
            0
        );
    }
}
