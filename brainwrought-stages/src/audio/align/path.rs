//! [`TimePath`]: the way through two lines of speech on which they sound most alike.
//!
//! Dynamic time warping (Sakoe and Chiba 1978) inside a band around the diagonal: one byte a cell is kept, for as
//! many cells as the shorter line has frames times the width of the band.

use super::cepstrum::Frame;

/// The band reaches at least this many frames to either side: 0.8 s.
const NARROWEST: usize = 80;
/// The band reaches at most this many frames to either side: 4 s, more than any pause that only one voice makes.
const WIDEST: usize = 400;
/// What a step costs more in which only one of the two goes on: voices rarely stand still.
const ALONE: f32 = 1.2;

/// Where the frames of one line lie in another.
#[derive(Debug)]
pub(super) struct TimePath {
    /// The frame of the other line for each frame of the one.
    places: Vec<f32>,
}

impl TimePath {
    /// Finds the way from the frames of `one` to those of `other`.
    pub(super) fn between(one: &[Frame], other: &[Frame]) -> Self {
        if one.is_empty() || other.is_empty() {
            return Self { places: vec![0.0; one.len()] };
        }
        let (rows, columns) = (one.len(), other.len());
        let radius = (rows.max(columns) / 5).clamp(NARROWEST, WIDEST);
        let width = 2 * radius + 1;
        // The first column of a row's band; the diagonal goes from corner to corner.
        let first = |row: usize| {
            let middle = if rows > 1 { row * (columns - 1) / (rows - 1) } else { 0 };
            middle as isize - radius as isize
        };
        let mut steps = vec![Step::Both as u8; rows * width];
        let mut before: Vec<f32> = Vec::new();
        for row in 0..rows {
            let start = first(row);
            let shift = start - if row > 0 { first(row - 1) } else { start };
            let cost_before = |slot: isize| -> f32 {
                let slot = usize::try_from(slot).ok();
                slot.and_then(|slot| before.get(slot)).copied().unwrap_or(f32::INFINITY)
            };
            let mut now = vec![f32::INFINITY; width];
            for slot in 0..width {
                let Ok(column) = usize::try_from(start + slot as isize) else { continue };
                let Some(there) = other.get(column) else { break };
                let distance = distance(&one[row], there);
                let above = slot as isize + shift;
                let (cost, step) = if row == 0 && column == 0 {
                    (0.0, Step::Both)
                } else {
                    let both = cost_before(above - 1) + distance;
                    let one_alone = cost_before(above) + ALONE * distance;
                    let other_alone =
                        slot.checked_sub(1).map_or(f32::INFINITY, |left| now[left] + ALONE * distance);
                    let mut best = (both, Step::Both);
                    if one_alone < best.0 {
                        best = (one_alone, Step::One);
                    }
                    if other_alone < best.0 {
                        best = (other_alone, Step::Other);
                    }
                    best
                };
                now[slot] = cost;
                steps[row * width + slot] = step as u8;
            }
            before = now;
        }
        // Back from the last corner; each row keeps the middle of its columns.
        let mut places = vec![0.0; rows];
        let (mut row, mut column) = (rows - 1, columns - 1);
        let mut last_column = column;
        loop {
            let slot = (column as isize - first(row)).clamp(0, width as isize - 1) as usize;
            let step = steps[row * width + slot];
            let leaves_row = step != Step::Other as u8 || column == 0;
            if leaves_row {
                places[row] = (column + last_column) as f32 / 2.0;
                if row == 0 {
                    break;
                }
                row -= 1;
                if step == Step::Both as u8 {
                    column = column.saturating_sub(1);
                }
                last_column = column;
            } else {
                column -= 1;
            }
        }
        Self { places }
    }

    /// The place of a frame of the one line in the other.
    pub(super) fn at(&self, frame: f32) -> f32 {
        let Some(last) = self.places.len().checked_sub(1) else { return 0.0 };
        let low = (frame.max(0.0).floor() as usize).min(last);
        let high = (low + 1).min(last);
        let share = (frame - low as f32).clamp(0.0, 1.0);
        self.places[low] * (1.0 - share) + self.places[high] * share
    }
}

/// Which of the two lines goes on.
#[derive(Debug, Clone, Copy)]
#[repr(u8)]
enum Step {
    Both,
    One,
    Other,
}

fn distance(one: &Frame, other: &Frame) -> f32 {
    one.iter().zip(other).map(|(a, b)| (a - b) * (a - b)).sum::<f32>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(values: &[f32]) -> Vec<Frame> {
        values.iter().map(|value| [*value; 26]).collect()
    }

    #[test]
    fn a_line_lies_in_itself_where_it_is() {
        let line = frames(&[0.0, 1.0, 2.0, 3.0, 2.0, 1.0]);
        assert_eq!(TimePath::between(&line, &line).places, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    }

    #[test]
    fn a_longer_pause_is_found_in_its_middle() {
        let path = TimePath::between(&frames(&[0.0, 5.0, 9.0]), &frames(&[0.0, 5.0, 5.0, 5.0, 9.0]));
        assert_eq!(path.places, [0.0, 2.0, 4.0]);
        assert_eq!(path.at(1.5), 3.0);
        assert_eq!((path.at(-1.0), path.at(99.0)), (0.0, 4.0));
    }

    #[test]
    fn long_lines_of_unequal_length_keep_to_the_band() {
        let line = |length: usize| {
            frames(&(0..length).map(|n| n as f32 * 100.0 / length as f32).collect::<Vec<_>>())
        };
        let path = TimePath::between(&line(9_000), &line(3_000));
        assert!((path.at(4_500.0) - 1_500.0).abs() < 10.0, "{}", path.at(4_500.0));
        assert!(path.places.windows(2).all(|pair| pair[0] <= pair[1]));
        assert_eq!(TimePath::between(&line(5), &[]).at(3.0), 0.0);
        assert_eq!(TimePath::between(&[], &line(5)).at(3.0), 0.0);
    }
}
