//! [`PrintedText`]: the lines and words of a drawn page, found in its pixels.

use crate::picture::RgbaImage;

/// A rectangle of whole pixels: left, top, right, bottom; right and bottom lie outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) left: usize,
    pub(super) top: usize,
    pub(super) right: usize,
    pub(super) bottom: usize,
}

/// One line of print and its words from left to right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PrintLine {
    pub(super) top: usize,
    pub(super) bottom: usize,
    pub(super) words: Vec<(usize, usize)>,
}

/// The ink of a drawn page: which pixels differ from the paper.
#[derive(Debug)]
pub(super) struct PrintedText {
    width: usize,
    height: usize,
    ink: Vec<bool>,
    /// The luma of the paper, from 0 to 255.
    pub(super) paper: u8,
}

/// How far a pixel must be from the paper to count as ink, of 255.
const INK_STEP: u8 = 56;

impl PrintedText {
    /// Looks at a picture. The paper is the most frequent shade.
    pub(super) fn from_image(image: &RgbaImage) -> Self {
        let lumas: Vec<u8> = image.pixels.chunks_exact(4).map(|p| luma(p[0], p[1], p[2])).collect();
        let mut counts = [0u32; 32];
        lumas.iter().for_each(|&luma| counts[usize::from(luma / 8)] += 1);
        let most = (0..32).rev().max_by_key(|&n| counts[n]).unwrap_or(31);
        let paper = (most * 8 + 7) as u8;
        let ink = lumas.iter().map(|&luma| luma.abs_diff(paper) > INK_STEP).collect();
        Self { width: image.width(), height: image.height(), ink, paper }
    }

    /// The part of the picture that is ink: 0 to 1.
    pub(super) fn coverage(&self) -> f32 {
        self.ink.iter().filter(|&&ink| ink).count() as f32 / self.ink.len().max(1) as f32
    }

    /// True when a row has no ink.
    pub(super) fn is_clear(&self, y: usize) -> bool {
        y < self.height && !self.row_has_ink(y, self.bounds())
    }

    /// The whole picture.
    pub(super) fn bounds(&self) -> Area {
        Area { left: 0, top: 0, right: self.width, bottom: self.height }
    }

    /// The smallest area that holds all ink; the whole picture when there is none.
    pub(super) fn inked(&self) -> Area {
        let bounds = self.bounds();
        let rows: Vec<usize> = (0..self.height).filter(|&y| self.row_has_ink(y, bounds)).collect();
        let (Some(&top), Some(&last)) = (rows.first(), rows.last()) else { return bounds };
        let column = |x: usize| (top..=last).any(|y| self.ink[y * self.width + x]);
        let left = (0..self.width).find(|&x| column(x)).unwrap_or(0);
        let right = (0..self.width).rfind(|&x| column(x)).map_or(self.width, |x| x + 1);
        Area { left, top, right, bottom: last + 1 }
    }

    /// Finds the lines of print inside `area`, from the top down.
    pub(super) fn lines(&self, area: Area) -> Vec<PrintLine> {
        let area = Area { right: area.right.min(self.width), bottom: area.bottom.min(self.height), ..area };
        if area.left >= area.right || area.top >= area.bottom {
            return Vec::new();
        }
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for y in area.top..area.bottom {
            if self.row_has_ink(y, area) {
                match runs.last_mut() {
                    Some(run) if run.1 == y => run.1 = y + 1,
                    _ => runs.push((y, y + 1)),
                }
            }
        }
        let usual = median(runs.iter().map(|run| run.1 - run.0));
        let mut lines: Vec<(usize, usize)> = Vec::new();
        for run in runs {
            let tall = run.1 - run.0;
            match lines.last_mut() {
                // A dot or an accent, or the rest of a letter below it, belongs to the line that it nearly touches.
                Some(line)
                    if run.0 - line.1 <= usual / 6 + 1
                        && (tall * 2 < usual || (line.1 - line.0) * 2 < usual) =>
                {
                    line.1 = run.1;
                }
                _ => lines.push(run),
            }
        }
        lines
            .into_iter()
            .filter(|line| (line.1 - line.0) * 3 >= usual)
            .flat_map(|line| split_joined(line, usual))
            .map(|(top, bottom)| PrintLine { top, bottom, words: self.words(area, top, bottom, usual) })
            .filter(|line| !line.words.is_empty())
            .collect()
    }

    fn words(&self, area: Area, top: usize, bottom: usize, usual: usize) -> Vec<(usize, usize)> {
        // Letters of a word stand closer than a fifth of the line's height.
        let gap = (usual / 5).max(2);
        let mut words: Vec<(usize, usize)> = Vec::new();
        for x in area.left..area.right {
            if (top..bottom).any(|y| self.ink[y * self.width + x]) {
                match words.last_mut() {
                    Some(word) if x < word.1 + gap => word.1 = x + 1,
                    _ => words.push((x, x + 1)),
                }
            }
        }
        words
    }

    fn row_has_ink(&self, y: usize, area: Area) -> bool {
        self.ink[y * self.width + area.left..y * self.width + area.right].iter().any(|&ink| ink)
    }
}

/// Finds the runs of words that lie between two places of the text, both as parts (0 to 1) of its width on one line.
///
/// Each run is an area on one line. Both ends are moved to the nearest gap between words.
pub(super) fn runs_between(lines: &[PrintLine], from: f32, to: f32) -> Vec<Area> {
    let widths: Vec<f32> = lines.iter().map(|line| line_width(line) as f32).collect();
    let whole: f32 = widths.iter().sum();
    let (start, end) = (from * whole, to * whole);
    let mut passed = 0.0;
    let mut runs = Vec::new();
    for (line, width) in lines.iter().zip(widths) {
        let (Some(first), Some(last)) = (line.words.first(), line.words.last()) else { continue };
        let left = if start <= passed {
            first.0
        } else {
            nearest(line.words.iter().map(|word| word.0).chain([last.1]), first.0 as f32 + start - passed)
        };
        let right = if end >= passed + width {
            last.1
        } else {
            nearest(line.words.iter().map(|word| word.1).chain([first.0]), first.0 as f32 + end - passed)
        };
        if left < right && start < passed + width && end > passed {
            runs.push(Area { left, top: line.top, right, bottom: line.bottom });
        }
        passed += width;
    }
    runs
}

fn line_width(line: &PrintLine) -> usize {
    line.words.last().map_or(0, |last| last.1) - line.words.first().map_or(0, |first| first.0)
}

fn nearest(places: impl Iterator<Item = usize>, wanted: f32) -> usize {
    places
        .min_by(|&a, &b| (a as f32 - wanted).abs().total_cmp(&(b as f32 - wanted).abs()))
        .unwrap_or_default()
}

/// Lines whose descenders touch the next line's ascenders show as one tall run.
fn split_joined((top, bottom): (usize, usize), usual: usize) -> Vec<(usize, usize)> {
    let tall = bottom - top;
    let parts = if usual > 6 { ((tall as f32 / usual as f32) * 0.72).round().max(1.0) as usize } else { 1 };
    if parts < 2 || tall * 10 < usual * 18 {
        return vec![(top, bottom)];
    }
    (0..parts).map(|n| (top + tall * n / parts, top + tall * (n + 1) / parts)).collect()
}

fn median(values: impl Iterator<Item = usize>) -> usize {
    let mut values: Vec<usize> = values.filter(|&value| value > 2).collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn luma(r: u8, g: u8, b: u8) -> u8 {
    ((54 * u32::from(r) + 183 * u32::from(g) + 19 * u32::from(b)) / 256) as u8
}

/// Marks areas like a yellow text marker: on light paper the print stays dark, on dark paper it turns yellow.
pub(super) fn mark(image: &mut RgbaImage, runs: &[Area], paper: u8) {
    let (width, height) = (image.width(), image.height());
    // The marks of tight lines overlap, and the marker must not show twice there.
    let mut marked = vec![false; width * height];
    for run in runs {
        let tall = run.bottom - run.top;
        let (reach, rise) = (tall / 5 + 2, tall / 7 + 2);
        let rows = run.top.saturating_sub(rise)..(run.bottom + rise).min(height);
        let middle = rows.start + rows.len() / 2;
        for y in rows {
            // The tip of a marker is slanted.
            let slant = (middle as f32 - y as f32) * 0.16;
            let left = ((run.left as f32 - reach as f32 + slant).max(0.0) as usize).min(width);
            let right = ((run.right as f32 + reach as f32 + slant).max(0.0) as usize).clamp(left, width);
            marked[y * width + left..y * width + right].fill(true);
        }
    }
    for (pixel, _) in image.pixels.chunks_exact_mut(4).zip(&marked).filter(|(_, marked)| **marked) {
        tint(pixel, paper);
    }
}

fn tint(pixel: &mut [u8], paper: u8) {
    let part = |value: u8, part: u16| (u16::from(value) * part / 255) as u8;
    if paper >= 110 {
        pixel[1] = part(pixel[1], 224);
        pixel[2] = part(pixel[2], 70);
        return;
    }
    let light = luma(pixel[0], pixel[1], pixel[2]);
    pixel[0] = (pixel[0] + (255 - pixel[0]) / 4).max(light);
    pixel[1] = (pixel[1] + (255 - pixel[1]) / 6).max(part(light, 224));
    pixel[2] = part(pixel[2], 110);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three lines of four words, each word 30 wide and 12 tall, lines 24 apart.
    fn sample() -> RgbaImage {
        let mut image = RgbaImage::transparent(200, 90);
        image.pixels.fill(255);
        for line in 0..3 {
            for word in 0..4 {
                for y in 10 + line * 24..22 + line * 24 {
                    for x in 10 + word * 40..40 + word * 40 {
                        image.pixels[(y * 200 + x) * 4..][..3].fill(20);
                    }
                }
            }
        }
        image
    }

    #[test]
    fn lines_and_words_are_seen() {
        let print = PrintedText::from_image(&sample());
        let lines = print.lines(print.bounds());
        assert_eq!(lines.len(), 3);
        assert_eq!(
            lines[1],
            PrintLine { top: 34, bottom: 46, words: vec![(10, 40), (50, 80), (90, 120), (130, 160)] }
        );
        assert_eq!(print.inked(), Area { left: 10, top: 10, right: 160, bottom: 70 });
    }

    #[test]
    fn a_quote_runs_from_word_to_word() {
        let print = PrintedText::from_image(&sample());
        let lines = print.lines(print.bounds());
        // From the third word of the first line to the second word of the second.
        let runs = runs_between(&lines, 2.05 / 12.0, 5.95 / 12.0);
        assert_eq!(
            runs,
            [
                Area { left: 90, top: 10, right: 160, bottom: 22 },
                Area { left: 10, top: 34, right: 80, bottom: 46 }
            ]
        );
    }

    #[test]
    fn marks_are_yellow_and_print_stays_dark() {
        let mut image = sample();
        mark(&mut image, &[Area { left: 10, top: 10, right: 40, bottom: 22 }], 255);
        let at = |x: usize, y: usize| &image.pixels[(y * 200 + x) * 4..][..3];
        assert_eq!(at(8, 16), [255, 224, 70]);
        assert!(at(20, 16).iter().all(|&c| c <= 20));
        assert_eq!(at(100, 60)[2], 20);
        assert_eq!(at(195, 60), [255, 255, 255]);
    }
}
