//! [`Canvas`]: convex shapes with smooth edges, drawn straight into the planes of a frame.
//!
//! Tiny-skia draws RGBA. Converting that for the encoder costs 1.2 to 1.6 ms for every frame of 1080x1920 at best, and 5 to
//! 14 with swscale; drawing one straight took 3.4 ms for the runner. The arithmetic is such that IEEE 754 fixes it, so every
//! machine draws the same bytes.

use std::ops::Range;

use super::Shade;
use super::ink::Ink;
use super::shape::{Outline, is_steep};
pub(super) use super::shape::{Point, Shape};
use crate::picture::{Area, YuvFrame};

/// Width of the drawing space in its own units; its height follows from the frame.
pub(super) const SPACE_WIDTH: f64 = 1080.0;

/// Sub-rows that an edge is sampled on, for luma and for chroma.
const LUMA_SUB_ROWS: usize = 4;
const CHROMA_SUB_ROWS: usize = 2;

/// Draws into a frame, in a space that is [`SPACE_WIDTH`] units wide.
#[derive(Debug)]
pub(super) struct Canvas<'a> {
    frame: &'a mut YuvFrame,
    shade: Option<&'a Shade>,
    covered: Area,
    scale: f64,
    coverage: Vec<u16>,
}

impl<'a> Canvas<'a> {
    pub(super) fn new(frame: &'a mut YuvFrame) -> Self {
        let scale = frame.width() as f64 / SPACE_WIDTH;
        let coverage = vec![0; frame.width()];
        Self { frame, shade: None, covered: Area::default(), scale, coverage }
    }

    /// Darkens every ink by the row it is drawn on. That costs far less than to darken the finished frame; pictures that
    /// are pasted must be dark already. Most of what is drawn inside `covered` is left out.
    pub(super) fn shaded(frame: &'a mut YuvFrame, shade: &'a Shade, covered: &Area) -> Self {
        Self { shade: Some(shade), covered: covered.even(), ..Self::new(frame) }
    }

    /// The height of the drawing space.
    pub(super) fn height(&self) -> f64 {
        self.frame.height() as f64 / self.scale
    }

    /// Fills a shape.
    pub(super) fn fill(&mut self, shape: Shape<'_>, ink: Ink) {
        self.blend(shape, ink, 1.0);
    }

    /// Fills a shape that what lies behind shines through; `opacity` is from 0 to 1.
    pub(super) fn blend(&mut self, shape: Shape<'_>, ink: Ink, opacity: f64) {
        let alpha = (opacity.clamp(0.0, 1.0) * 256.0 + 0.5) as u32;
        if alpha == 0 {
            return;
        }
        let (width, height) = (self.frame.width(), self.frame.height());
        let (tint, outline) = (Tint { shade: self.shade, ink }, Outline::from_shape(&shape));
        let covered = self.covered.clone();
        let colour = covered.half();
        let luma = Raster { width, height, scale: self.scale, covered };
        luma.walk::<LUMA_SUB_ROWS>(&shape, &outline, &mut self.coverage, |row, at, part| {
            paint(&mut self.frame.y[at], tint.luma(row), part * alpha / 256);
        });
        let chroma =
            Raster { width: width / 2, height: height / 2, scale: self.scale / 2.0, covered: colour };
        let (u, v) = (&mut self.frame.u, &mut self.frame.v);
        chroma.walk::<CHROMA_SUB_ROWS>(&shape, &outline, &mut self.coverage, |row, at, part| {
            let part = part * alpha / 256;
            let (blue, red) = tint.chroma(row);
            paint(&mut u[at.clone()], blue, part);
            paint(&mut v[at], red, part);
        });
    }

    /// Copies the rows of a finished picture of the same size, from the top down to `bottom`.
    pub(super) fn paste(&mut self, picture: &YuvFrame, bottom: f64) {
        let (width, height) = (self.frame.width(), self.frame.height());
        let half_rows = ((bottom * self.scale / 2.0).ceil().max(0.0) as usize).min(height / 2);
        let colour = self.covered.half();
        copy_around(&mut self.frame.y, &picture.y, width, half_rows * 2, &self.covered);
        copy_around(&mut self.frame.u, &picture.u, width / 2, half_rows, &colour);
        copy_around(&mut self.frame.v, &picture.v, width / 2, half_rows, &colour);
    }

    /// Fills whole rows from `top` down to `bottom`, rounded to whole pixels.
    pub(super) fn rows(&mut self, top: f64, bottom: f64, ink: Ink) {
        let (width, height) = (self.frame.width(), self.frame.height());
        let row = |y: f64, scale: f64, height: usize| ((y * scale + 0.5).max(0.0) as usize).min(height);
        let (first, last) = (row(top, self.scale, height), row(bottom, self.scale, height));
        let tint = Tint { shade: self.shade, ink };
        for row in first..last {
            self.frame.y[row * width..(row + 1) * width].fill(tint.luma(row));
        }
        let half = self.scale / 2.0;
        let (first, last) = (row(top, half, height / 2), row(bottom, half, height / 2));
        for row in first..last {
            let at = row * (width / 2)..(row + 1) * (width / 2);
            let (blue, red) = tint.chroma(row);
            self.frame.u[at.clone()].fill(blue);
            self.frame.v[at].fill(red);
        }
    }

    /// Fills everything below a curve, given as height at each place across.
    pub(super) fn below(&mut self, crest: impl Fn(f64) -> f64, ink: Ink) {
        let (width, height, scale) = (self.frame.width(), self.frame.height(), self.scale);
        let crests: Vec<f32> = (0..width).map(|x| (crest((x as f64 + 0.5) / scale) * scale) as f32).collect();
        let tint = Tint { shade: self.shade, ink };
        fill_below(&mut self.frame.y, &crests, height, |row| tint.luma(row));
        let halves: Vec<f32> = crests.iter().step_by(2).map(|y| y / 2.0).collect();
        fill_below(&mut self.frame.u, &halves, height / 2, |row| tint.chroma(row).0);
        fill_below(&mut self.frame.v, &halves, height / 2, |row| tint.chroma(row).1);
    }

    /// Fills rows with colours that go from one to another.
    pub(super) fn gradient(&mut self, top: f64, bottom: f64, from: Ink, to: Ink) {
        let steps = ((bottom - top) * self.scale / 2.0).max(1.0) as usize;
        let step = (bottom - top) / steps as f64;
        for n in 0..steps {
            let y = top + step * n as f64;
            self.rows(y, y + step, from.mix(to, (n as f64 + 0.5) / steps as f64));
        }
    }
}

/// An ink as it looks on each row.
#[derive(Clone, Copy)]
struct Tint<'a> {
    shade: Option<&'a Shade>,
    ink: Ink,
}

impl Tint<'_> {
    fn luma(self, row: usize) -> u8 {
        self.shade.map_or(self.ink.y, |shade| shade.luma(row, self.ink.y))
    }

    /// Blue and red of a row of the colour planes.
    fn chroma(self, row: usize) -> (u8, u8) {
        let Ink { u, v, .. } = self.ink;
        self.shade.map_or((u, v), |shade| (shade.chroma(row, u), shade.chroma(row, v)))
    }
}

/// A stretch of a row, and how much of it a shape covers, of 256.
type Run = (Range<usize>, u32);

/// One plane's size and its pixels per unit of the drawing space.
struct Raster {
    width: usize,
    height: usize,
    scale: f64,
    /// What needs not be painted.
    covered: Area,
}

impl Raster {
    /// The rows of a shape that are seen: above and below what covers it, or all of them where it sticks out sideways.
    fn seen(&self, shape: &Shape<'_>) -> [Range<usize>; 2] {
        let (top, bottom) = shape.rows();
        let first = (top * self.scale).floor().max(0.0) as usize;
        let last = ((bottom * self.scale).ceil().max(0.0) as usize).min(self.height);
        let Area { columns, rows } = &self.covered;
        let (left, right) = shape.columns();
        if left * self.scale >= columns.start as f64 && right * self.scale <= columns.end as f64 {
            return [first..last.min(rows.start), first.max(rows.end)..last];
        }
        [first..last, last..last]
    }

    /// Paints one row between two straight sides; false when they come too close to each other to be told apart.
    fn paint_between(
        &self,
        row: usize,
        [above, below]: [(f64, f64); 2],
        paint: &mut impl FnMut(usize, Range<usize>, u32),
    ) -> bool {
        let base = row * self.width;
        let limit = self.width as f64;
        let place = |x: f64| (x * self.scale).clamp(0.0, limit);
        let (left0, left1) = (place(above.0.min(below.0)), place(above.0.max(below.0)));
        let (right0, right1) = (place(above.1.min(below.1)), place(above.1.max(below.1)));
        let (outer0, inner0) = (whole(left0), next_whole(left1));
        let (inner1, outer1) = (whole(right0), next_whole(right1).min(self.width));
        if inner0 > inner1 {
            return false;
        }
        for x in outer0..inner0 {
            let at = x as f64;
            // A side that stays within one pixel halves it at its own middle.
            let part = if inner0 - outer0 == 1 {
                1.0 - ((left0 + left1) * 0.5 - at)
            } else {
                right_of(left0 - at, left1 - at)
            };
            paint(row, base + x..base + x + 1, (part * 256.0) as u32);
        }
        if inner0 < inner1 {
            paint(row, base + inner0..base + inner1, 256);
        }
        for x in inner1..outer1 {
            let at = x as f64;
            let part = if outer1 - inner1 == 1 {
                (right0 + right1) * 0.5 - at
            } else {
                1.0 - right_of(right0 - at, right1 - at)
            };
            paint(row, base + x..base + x + 1, (part * 256.0) as u32);
        }
        true
    }

    /// The rows in which a shape has the same upright sides, and what each of them looks like: the left edge, what lies
    /// between, the right edge. Bars and walls are mostly this, and need no look at every row.
    fn steady(&self, shape: &Shape<'_>) -> Option<(Range<usize>, [Run; 3])> {
        let Shape::RoundRect(left, top, right, bottom, r) = *shape else { return None };
        let rows =
            ((top + r) * self.scale).ceil().max(0.0) as usize..((bottom - r) * self.scale).max(0.0) as usize;
        let limit = self.width as f64;
        let (left, right) = ((left * self.scale).clamp(0.0, limit), (right * self.scale).clamp(0.0, limit));
        let (inner0, inner1) = (left.ceil() as usize, right as usize);
        (inner0 <= inner1).then(|| {
            let (outer0, outer1) = (left as usize, right.ceil() as usize);
            let entry = ((inner0 as f64 - left) * 256.0) as u32;
            let exit = ((right - inner1 as f64) * 256.0) as u32;
            (rows, [(outer0..inner0, entry), (inner0..inner1, 256), (inner1..outer1, exit)])
        })
    }

    /// Calls `paint` with runs of the plane and how much of them the shape covers, of 256.
    fn walk<const SUB: usize>(
        &self,
        shape: &Shape<'_>,
        outline: &Outline,
        coverage: &mut [u16],
        mut paint: impl FnMut(usize, Range<usize>, u32),
    ) {
        let limit = self.width as f64;
        let (steady, unit) = (self.steady(shape), 1.0 / self.scale);
        let Outline { bands, body } = outline;
        let is_curved = matches!(shape, Shape::Ellipse(..) | Shape::Capsule(..));
        let mut chord_above = None;
        let mut next_row = usize::MAX;
        for row in self.seen(shape).into_iter().flatten() {
            let base = row * self.width;
            if let Some((_, runs)) = steady.as_ref().filter(|(rows, _)| rows.contains(&row)) {
                for (run, part) in runs.iter().filter(|(run, _)| !run.is_empty()) {
                    paint(row, base + run.start..base + run.end, *part);
                }
                continue;
            }
            let (above, below) = (row as f64 * unit, (row + 1) as f64 * unit);
            let straight = bands.iter().find_map(|band| band.sides(above, below));
            let sides = if straight.is_none() && is_curved {
                // The lower end of one row is the upper end of the next.
                if row != next_row {
                    chord_above = shape.chord(above, body.as_ref());
                }
                next_row = row + 1;
                let upper = std::mem::replace(&mut chord_above, shape.chord(below, body.as_ref()));
                upper
                    .zip(chord_above)
                    .map(|(upper, lower)| [upper, lower])
                    .filter(|sides| is_steep(sides, unit))
            } else {
                straight
            };
            if let Some(sides) = sides
                && self.paint_between(row, sides, &mut paint)
            {
                continue;
            }
            let (mut left, mut right) = (limit, 0.0f64);
            let (mut solid_left, mut solid_right) = (0.0f64, limit);
            let mut chords = [(0.0, 0.0); SUB];
            let mut found = 0;
            for sub in 0..SUB {
                let y = (row as f64 + (sub as f64 + 0.5) / SUB as f64) / self.scale;
                if let Some((x0, x1)) = shape.chord(y, body.as_ref()) {
                    let (x0, x1) = ((x0 * self.scale).clamp(0.0, limit), (x1 * self.scale).clamp(0.0, limit));
                    left = left.min(x0);
                    right = right.max(x1);
                    solid_left = solid_left.max(x0);
                    solid_right = solid_right.min(x1);
                    chords[found] = (x0, x1);
                    found += 1;
                }
            }
            if found == 0 || left >= right {
                continue;
            }
            let (start, end) = (left as usize, (right.ceil() as usize).min(self.width));
            let (mut inner0, mut inner1) = (solid_left.ceil() as usize, solid_right as usize);
            if found < SUB || inner0 >= inner1 {
                (inner0, inner1) = (end, end);
            }
            let edges = [(start, inner0), (inner1, end)];
            for (from, to) in edges {
                if from >= to {
                    continue;
                }
                coverage[from..to].fill(0);
                for &(x0, x1) in &chords[..found] {
                    cover::<SUB>(&mut coverage[from..to], x0 - from as f64, x1 - from as f64);
                }
                for (x, &part) in coverage.iter().enumerate().take(to).skip(from) {
                    paint(row, base + x..base + x + 1, u32::from(part).min(256));
                }
            }
            if inner0 < inner1 {
                paint(row, base + inner0..base + inner1, 256);
            }
        }
    }
}

/// Copies the first rows of a plane, but for what lies inside `covered`.
fn copy_around(target: &mut [u8], source: &[u8], width: usize, rows: usize, covered: &Area) {
    let end = rows * width;
    let (top, bottom) = (covered.rows.start.min(rows), covered.rows.end.min(rows));
    target[..top * width].copy_from_slice(&source[..top * width]);
    for row in top..bottom {
        let base = row * width;
        for part in [base..base + covered.columns.start, base + covered.columns.end..base + width] {
            target[part.clone()].copy_from_slice(&source[part]);
        }
    }
    target[bottom * width..end].copy_from_slice(&source[bottom * width..end]);
}

/// The smallest whole number that is not below `x`, which is not negative.
fn next_whole(x: f64) -> usize {
    let below = x as u32;
    below as usize + usize::from(x > f64::from(below))
}

/// The largest whole number that is not above `x`, which is not negative: a narrow conversion is a quick one.
fn whole(x: f64) -> usize {
    x as u32 as usize
}

fn fill_below(plane: &mut [u8], crests: &[f32], height: usize, ink: impl Fn(usize) -> u8) {
    let highest = crests.iter().copied().fold(f32::INFINITY, f32::min).max(0.0) as usize;
    let lowest = crests.iter().copied().fold(0.0, f32::max).ceil() as usize;
    let width = crests.len();
    for row in highest..height {
        let (pixels, value) = (&mut plane[row * width..(row + 1) * width], ink(row));
        if row >= lowest {
            pixels.fill(value);
            continue;
        }
        let bottom = (row + 1) as f32;
        for (pixel, &crest) in pixels.iter_mut().zip(crests) {
            let part = ((bottom - crest).clamp(0.0, 1.0) * 256.0) as i32;
            let old = i32::from(*pixel);
            *pixel = (old + (((i32::from(value) - old) * part + 128) >> 8)) as u8;
        }
    }
}

/// The part of a pixel that lies right of a side which goes evenly from `low` to `high`, seen from the pixel's left
/// edge at 0.
fn right_of(low: f64, high: f64) -> f64 {
    if high - low < 1e-6 {
        return (1.0 - low).clamp(0.0, 1.0);
    }
    // The integral of a ramp from 0 to 1.
    let swept = |u: f64| {
        if u <= 0.0 {
            0.0
        } else if u < 1.0 {
            u * u / 2.0
        } else {
            u - 0.5
        }
    };
    (swept(1.0 - low) - swept(1.0 - high)) / (high - low)
}

/// Adds one sub-row's share of 256 to the pixels between `x0` and `x1`.
fn cover<const SUB: usize>(pixels: &mut [u16], x0: f64, x1: f64) {
    let share = 256.0 / SUB as f64;
    let (x0, x1) = (x0.max(0.0), x1.min(pixels.len() as f64));
    if x0 >= x1 {
        return;
    }
    let (first, last) = (x0 as usize, (x1 as usize).min(pixels.len() - 1));
    if first == last {
        pixels[first] += ((x1 - x0) * share) as u16;
        return;
    }
    pixels[first] += ((first as f64 + 1.0 - x0) * share) as u16;
    for pixel in &mut pixels[first + 1..last] {
        *pixel += share as u16;
    }
    pixels[last] += ((x1 - last as f64) * share) as u16;
}

fn paint(pixels: &mut [u8], value: u8, part: u32) {
    if let [pixel] = pixels {
        let part = part.min(256);
        *pixel = ((u32::from(*pixel) * (256 - part) + u32::from(value) * part + 128) >> 8) as u8;
        return;
    }
    if part >= 256 {
        pixels.fill(value);
        return;
    }
    let (keep, add) = ((256 - part) as u16, u16::from(value) * part as u16 + 128);
    for pixel in pixels {
        // 255 · 256 + 128 is the largest sum and fits 16 bits, which keeps the loop in narrow vectors.
        *pixel = ((u16::from(*pixel) * keep + add) >> 8) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disc_covers_its_area() {
        let mut frame = YuvFrame::black(1080, 200);
        Canvas::new(&mut frame).fill(Shape::Ellipse((100.3, 99.7), 50.0, 50.0), Ink::rgb(0xFFFFFF));
        let lit: f64 = frame.y.iter().map(|&y| f64::from(y - 16) / 219.0).sum();
        assert!((lit - std::f64::consts::PI * 2500.0).abs() < 60.0, "{lit}");
    }

    #[test]
    fn shapes_outside_the_frame_are_clipped() {
        let mut frame = YuvFrame::black(108, 192);
        let mut canvas = Canvas::new(&mut frame);
        let far = 1e7;
        canvas.fill(
            Shape::Polygon(&[(-far, -far), (far, -50.0), (far, 900.0), (-far, far)]),
            Ink::rgb(0xFF00FF),
        );
        canvas.fill(Shape::Capsule((-far, 10.0), (far, 20.0), 5.0), Ink::rgb(0xFFFFFF));
        canvas.fill(Shape::Polygon(&[]), Ink::rgb(0xFFFFFF));
    }

    #[test]
    fn half_covered_pixels_are_half_lit() {
        let mut frame = YuvFrame::black(1080, 20);
        Canvas::new(&mut frame).fill(
            Shape::Polygon(&[(10.5, 4.5), (20.0, 4.5), (20.0, 10.0), (10.5, 10.0)]),
            Ink::rgb(0xFFFFFF),
        );
        assert_eq!(frame.y[6 * 1080 + 12], 235);
        assert!((120..=130).contains(&frame.y[6 * 1080 + 10]));
        assert!((120..=130).contains(&frame.y[4 * 1080 + 15]));
    }
}
