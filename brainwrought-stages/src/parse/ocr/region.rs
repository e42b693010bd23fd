//! [`Region`]: the place of a line of text on the picture of a page.

use super::components::{Component, Run};

/// A line of text, as a box on the page turned by its skew around the page's upper left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Region {
    pub(super) left: f32,
    pub(super) top: f32,
    pub(super) right: f32,
    pub(super) bottom: f32,
}

/// How many lines of a page are looked at; a page of a newspaper has a thousand.
const MAX_REGIONS: usize = 1_500;
/// Lines on which the model is less certain than this, of 1, are none.
const MIN_PROBABILITY: f32 = 0.55;
/// Areas that are lower than this, in pixels, are dust.
const MIN_HEIGHT: f32 = 2.0;
/// By how much the model shrinks lines: what it finds grows by its area over its outline times this (`unclip_ratio` of
/// PP-OCR).
const UNCLIP: f32 = 1.5;
/// Only areas that are so many times as wide as high tell an angle.
const LONG: f32 = 6.0;
/// A scan is turned by less than this, in radians; about 11 degrees.
const MAX_SKEW: f32 = 0.2;

impl Region {
    pub(super) fn width(&self) -> f32 {
        self.right - self.left
    }

    pub(super) fn height(&self) -> f32 {
        self.bottom - self.top
    }
}

/// The angle of most lines, in radians, by the slopes of long areas.
pub(super) fn skew(found: &[Component]) -> f32 {
    let mut slopes: Vec<(f32, f32)> = Vec::new();
    for component in found {
        let (left, top, right, bottom) = component.bounds();
        let (width, height) = ((right - left) as f32, (bottom - top) as f32);
        if width > LONG * height.min(MAX_THICKNESS) && width > height {
            slopes.push((slope(component), width));
        }
    }
    slopes.sort_by(|a, b| a.0.total_cmp(&b.0));
    let all: f32 = slopes.iter().map(|(_, width)| width).sum();
    let mut before = 0.0;
    let middle = slopes.iter().find(|(_, width)| {
        before += width;
        2.0 * before >= all
    });
    let skew = middle.map_or(0.0, |(slope, _)| slope.atan());
    if skew.abs() <= MAX_SKEW { skew } else { 0.0 }
}

/// A long line that slopes is as high as it slopes; its own height is no more than this.
const MAX_THICKNESS: f32 = 24.0;

/// The slope of the line through the middles of an area's pixels with the least squares of distances.
fn slope(component: &Component) -> f32 {
    let (mut n, mut x, mut y, mut xx, mut xy) = (0.0_f64, 0.0_f64, 0.0_f64, 0.0_f64, 0.0_f64);
    for Run { row, start, end } in &component.runs {
        let (start, end, row) = (f64::from(*start), f64::from(*end), f64::from(*row));
        let count = end - start;
        // The sums of a run of whole numbers and of their squares.
        let sum = count * (start + end - 1.0) / 2.0;
        let squares = |n: f64| (n - 1.0) * n * (2.0 * n - 1.0) / 6.0;
        n += count;
        x += sum;
        y += count * row;
        xx += squares(end) - squares(start);
        xy += row * sum;
    }
    let spread = n * xx - x * x;
    if spread > 0.0 { ((n * xy - x * y) / spread) as f32 } else { 0.0 }
}

/// Makes lines of the areas that the model found, from the top down. `factor` is how much larger the page is than the
/// picture of the areas, `probability` what the model says of a pixel.
pub(super) fn lines_of(
    found: &[Component],
    skew: f32,
    factor: (f32, f32),
    probability: impl Fn(u32, u32) -> f32,
) -> Vec<Region> {
    let mut regions: Vec<Region> = Vec::new();
    for component in found {
        let (mut sum, mut count) = (0.0, 0.0);
        for run in &component.runs {
            sum += (run.start..run.end).map(|x| probability(x, run.row)).sum::<f32>();
            count += (run.end - run.start) as f32;
        }
        let Region { left, top, right, bottom } = turned_bounds(component, skew);
        let (width, height) = (right - left, bottom - top);
        if height < MIN_HEIGHT || width < MIN_HEIGHT || sum < MIN_PROBABILITY * count {
            continue;
        }
        let grown = UNCLIP * width * height / (2.0 * (width + height));
        regions.push(Region {
            left: (left - grown) * factor.0,
            top: (top - grown) * factor.1,
            right: (right + grown) * factor.0,
            bottom: (bottom + grown) * factor.1,
        });
    }
    if regions.len() > MAX_REGIONS {
        regions.sort_by(|a, b| (b.width() * b.height()).total_cmp(&(a.width() * a.height())));
        regions.truncate(MAX_REGIONS);
    }
    regions.sort_by(|a, b| a.top.total_cmp(&b.top));
    regions
}

/// The box around an area on the page turned by `skew`.
fn turned_bounds(component: &Component, skew: f32) -> Region {
    let (sin, cos) = skew.sin_cos();
    let mut bounds = Region { left: f32::MAX, top: f32::MAX, right: f32::MIN, bottom: f32::MIN };
    for Run { row, start, end } in &component.runs {
        for x in [*start as f32, *end as f32] {
            // The middle of a row counts, so that a slope does not make a line higher than it is.
            let y = *row as f32 + 0.5;
            let (along, across) = (x * cos + y * sin, y * cos - x * sin);
            bounds.left = bounds.left.min(along);
            bounds.right = bounds.right.max(along);
            bounds.top = bounds.top.min(across - 0.5);
            bounds.bottom = bounds.bottom.max(across + 0.5);
        }
    }
    bounds
}

#[cfg(test)]
mod tests {
    use super::super::components::components;
    use super::*;

    /// Lines of 300 × 6 pixels that slope by this much.
    fn sloping(slope: f32) -> Vec<Component> {
        components(400, 300, |x, y| {
            let y = y as f32 - slope * x as f32;
            (20..320).contains(&x) && y > 30.0 && y % 40.0 < 6.0
        })
    }

    #[test]
    fn the_slope_of_lines_is_the_skew() {
        for slope in [0.0_f32, 0.05, 0.03, -0.04] {
            let found = sloping(slope);
            assert!((skew(&found) - slope.atan()).abs() < 0.004, "{slope} {}", skew(&found));
            let lines = lines_of(&found, skew(&found), (2.0, 2.0), |_, _| 0.9);
            let whole: Vec<&Region> = lines.iter().filter(|line| line.width() > 590.0).collect();
            assert!(whole.len() >= 4, "{slope} {lines:?}");
            // 6 pixels and 4.4 on each side, doubled.
            assert!(whole.iter().all(|line| (26.0..36.0).contains(&line.height())), "{slope} {whole:?}");
        }
    }

    #[test]
    fn specks_and_what_the_model_doubts_are_no_lines() {
        let specks = components(400, 400, |x, y| x % 4 == 0 && y % 4 == 0);
        assert_eq!(specks.len(), 10_000);
        assert_eq!(lines_of(&specks, 0.0, (1.0, 1.0), |_, _| 0.9), []);
        assert_eq!(lines_of(&sloping(0.0), 0.0, (1.0, 1.0), |_, _| 0.4), []);
        let blocks = components(800, 800, |x, y| x % 8 < 4 && y % 8 < 4);
        assert_eq!(lines_of(&blocks, 0.0, (1.0, 1.0), |_, _| 0.9).len(), MAX_REGIONS);
    }
}
