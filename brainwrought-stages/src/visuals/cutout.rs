//! A quote cut out of a wide page, its words set anew on narrower lines so that they can be read on a phone.

use super::printed_text::{Area, PrintLine};
use crate::picture::RgbaImage;

/// Words shown before and after the quote, where there is room.
const WORDS_BEFORE: usize = 5;
const WORDS_AFTER: usize = 9;

/// A word of the page as it was drawn.
#[derive(Debug, Clone, Copy)]
struct Scrap {
    line: usize,
    left: usize,
    right: usize,
    quoted: bool,
}

/// Sets the words of `runs` and some around them on lines at most `width` pixels wide, at most `height` in all.
///
/// Returns the picture and the areas that the quote takes up on it; nothing when `runs` hold no word.
pub(super) fn reset(
    image: &RgbaImage,
    lines: &[PrintLine],
    runs: &[Area],
    (width, height): (usize, usize),
    paper: [u8; 3],
) -> Option<(RgbaImage, Vec<Area>)> {
    let scraps = scraps(lines, runs);
    let first = scraps.iter().position(|scrap| scrap.quoted)?;
    let last = scraps.iter().rposition(|scrap| scrap.quoted)?;
    let tall = median(lines.iter().map(|line| line.bottom - line.top))?;
    let (rise, pitch) = (tall / 4 + 2, tall + tall / 2 + 4);
    // The marker reaches a little beyond the words.
    let inset = tall / 4 + 2;
    let text_width = width.saturating_sub(2 * inset).max(1);
    let space = (tall * 2 / 5).max(3);
    let rows = (height / pitch).max(1);
    let start = first.saturating_sub(WORDS_BEFORE);
    let end = (last + 1 + WORDS_AFTER).min(scraps.len());
    // Context gives way first; what still does not fit is cut at the end.
    let trials = [start..end, first..end, first..last + 1];
    let (chosen, placed) = trials
        .iter()
        .map(|range| (range.clone(), place(&scraps[range.clone()], text_width, space)))
        .find(|(_, placed)| placed.last().is_none_or(|spot| spot.1 < rows))
        .unwrap_or_else(|| (first..last + 1, place(&scraps[first..last + 1], text_width, space)));
    let used = placed.iter().map(|spot| spot.1 + 1).max().unwrap_or(1).min(rows);
    let mut out = RgbaImage::transparent(width, used * pitch);
    for pixel in out.pixels.chunks_exact_mut(4) {
        pixel.copy_from_slice(&[paper[0], paper[1], paper[2], 255]);
    }
    let mut quoted: Vec<Area> = Vec::new();
    for (scrap, &(x, row)) in scraps[chosen].iter().zip(&placed) {
        if row >= used {
            break;
        }
        let (x, top) = (x + inset, row * pitch + rise);
        copy_scrap(image, scrap, &lines[scrap.line], &mut out, (x, top));
        if scrap.quoted {
            let area = Area { left: x, top, right: x + scrap.right - scrap.left, bottom: top + tall };
            match quoted.last_mut() {
                Some(run) if run.top == area.top => run.right = area.right,
                _ => quoted.push(area),
            }
        }
    }
    Some((out, quoted))
}

fn scraps(lines: &[PrintLine], runs: &[Area]) -> Vec<Scrap> {
    let mut scraps = Vec::new();
    for (line, print) in lines.iter().enumerate() {
        for &(left, right) in &print.words {
            let middle = usize::midpoint(left, right);
            let quoted =
                runs.iter().any(|run| run.top == print.top && (run.left..run.right).contains(&middle));
            scraps.push(Scrap { line, left, right, quoted });
        }
    }
    scraps
}

/// Breaks words into rows: the left edge and the row of each.
fn place(scraps: &[Scrap], width: usize, space: usize) -> Vec<(usize, usize)> {
    let (mut x, mut row) = (0, 0);
    let mut placed = Vec::with_capacity(scraps.len());
    for scrap in scraps {
        let wide = scrap.right - scrap.left;
        if x > 0 && x + wide > width {
            (x, row) = (0, row + 1);
        }
        placed.push((x, row));
        x += wide + space;
    }
    placed
}

/// Copies a word's own rows, so that nothing of the lines above and below comes along.
fn copy_scrap(
    image: &RgbaImage,
    scrap: &Scrap,
    line: &PrintLine,
    out: &mut RgbaImage,
    (x, y): (usize, usize),
) {
    let wide = (scrap.right - scrap.left).min(out.width().saturating_sub(x));
    let tall = (line.bottom - line.top).min(out.height().saturating_sub(y));
    for n in 0..tall {
        let from = ((line.top + n) * image.width() + scrap.left) * 4;
        let to = ((y + n) * out.width() + x) * 4;
        out.pixels[to..to + wide * 4].copy_from_slice(&image.pixels[from..from + wide * 4]);
    }
}

fn median(values: impl Iterator<Item = usize>) -> Option<usize> {
    let mut values: Vec<usize> = values.collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_lines_become_narrow_ones() {
        let mut image = RgbaImage::transparent(400, 60);
        image.pixels.fill(255);
        let words: Vec<(usize, usize)> = (0..8).map(|n| (10 + n * 48, 50 + n * 48)).collect();
        let lines: Vec<PrintLine> = (0..2)
            .map(|n| PrintLine { top: 8 + n * 26, bottom: 24 + n * 26, words: words.clone() })
            .collect();
        let runs = [
            Area { left: 300, top: 8, right: 394, bottom: 24 },
            Area { left: 10, top: 34, right: 100, bottom: 50 },
        ];
        let (out, quoted) = reset(&image, &lines, &runs, (200, 200), [255; 3]).unwrap();
        assert_eq!(out.width(), 200);
        assert!(quoted.iter().all(|area| area.right <= 200));
        let words: usize = quoted.iter().map(|area| area.right - area.left).sum();
        assert!(words >= 4 * 40, "{quoted:?}");
    }

    #[test]
    fn without_a_quote_there_is_no_clipping() {
        let image = RgbaImage::transparent(10, 10);
        assert!(reset(&image, &[], &[], (100, 100), [255; 3]).is_none());
    }
}
