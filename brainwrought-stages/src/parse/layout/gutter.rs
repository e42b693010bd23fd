//! [`gutters`]: the strips of white between columns of text, found before letters become lines.
//!
//! A gutter is seen over many lines at once, so it is found even where it is no wider than two spaces, and a line cannot
//! reach across it.

use super::ruled::RuledTable;
use super::word::{Word, median_size, rows};
use crate::parse::page_content::PageContent;

/// A strip of white from top to bottom between two columns, in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Gutter {
    pub left: f32,
    pub right: f32,
    pub top: f32,
    pub bottom: f32,
}

impl Gutter {
    pub(super) fn middle(&self) -> f32 {
        f32::midpoint(self.left, self.right)
    }

    fn width(&self) -> f32 {
        self.right - self.left
    }

    fn meets(&self, other: &Self) -> bool {
        self.left < other.right
            && self.right > other.left
            && self.top < other.bottom
            && self.bottom > other.top
    }

    /// Tells whether it lies between two places at a height.
    pub(super) fn parts(&self, left: f32, right: f32, height: f32) -> bool {
        left <= self.middle() && right >= self.middle() && (self.top..=self.bottom).contains(&height)
    }
}

/// The width of the strips that a page is looked at in, in points. Gutters are wider than four of them.
const BIN: f32 = 1.5;
/// A strip is taken for a gutter by so many lines beside it on either side, and this width in sizes: the spaces of justified
/// text reach 0.6 sizes, but stand one below the other over a few lines only. A narrower strip must go on for longer.
const WIDTHS: [(usize, f32); 4] = [(40, 0.35), (24, 0.55), (10, 0.8), (4, 1.1)];
/// The same where the pages before had a gutter in the same place.
const KNOWN: (usize, f32) = (2, 0.5);
/// The columns of a page differ in their width by less than this, in sizes.
const SAME_COLUMN: f32 = 0.4;
/// A line of a column has at least so many words and letters, as a rule; cells have fewer.
const MIN_WORDS: usize = 3;
const MIN_LETTERS: usize = 14;
/// The most words, strips of a page and candidates that are looked at, so that no file takes long.
const MAX_WORDS: usize = 12_000;
const MAX_BINS: usize = 800;
const MAX_CANDIDATES: usize = 2_000;
/// This part of the lines before a gutter end near it: the others end a paragraph, or text is set ragged.
const MIN_FULL: f32 = 0.3;
/// This part of the lines behind a gutter begin at its edge, or at one of two indents; formulas stand anywhere.
const MIN_ALIGNED: f32 = 0.45;
/// At most this part of the characters of a column are digits; tables have more.
const MAX_DIGITS: f32 = 0.3;

/// The least width in sizes of the white between running text and a table, an info box or notes beside it, and how many
/// lines of both there must be.
const BESIDE_WIDTH: f32 = 1.1;
const BESIDE_LINES: (usize, usize) = (8, 5);
/// Lines of running text have so many words at least, as a rule, where something else stands beside it.
const BESIDE_WORDS: usize = 6;
/// At most this part of the lines beside running text are level with a line of it. The cells of a table's row all are.
const MAX_LEVEL: f32 = 0.6;

/// Finds the gutters of a page. `known` are those of the pages before, whose places count for something. None goes through
/// one of the tables.
pub(super) fn gutters(
    page: &PageContent,
    words: &[Word],
    known: &[Gutter],
    tables: &[RuledTable],
) -> Vec<Gutter> {
    // A page of a newspaper has some five thousand words.
    let Some(size) = median_size(words).filter(|_| words.len() <= MAX_WORDS) else { return Vec::new() };
    let mut found: Vec<Gutter> = Vec::new();
    let mut doubtful: Vec<Gutter> = Vec::new();
    for strip in strips(words, page, size, tables) {
        // One that was rejected says nothing about another that is less tall and wider.
        if found.iter().any(|other| other.meets(&strip)) {
            continue;
        }
        let is_known = known.iter().any(|known| {
            let shared = known.right.min(strip.right) - known.left.max(strip.left);
            shared >= 0.5 * known.width().min(strip.width())
        });
        if is_gutter(&strip, words, size, is_known) {
            found.push(strip);
        } else if !is_known {
            doubtful.push(strip);
        }
    }
    // The columns of a page are equally wide: a short last one needs fewer lines to be told.
    let edge = words.iter().map(|word| word.left).fold(f32::INFINITY, f32::min);
    let columns: Vec<(f32, f32)> = found.iter().map(|gutter| (gutter.right, gutter.left - edge)).collect();
    let is_next = |strip: &Gutter| {
        columns.iter().any(|(start, width)| (strip.left - start - width).abs() <= SAME_COLUMN * size)
    };
    for strip in doubtful.into_iter().filter(is_next) {
        if found.iter().all(|other| !other.meets(&strip)) && is_gutter(&strip, words, size, true) {
            found.push(strip);
        }
    }
    found
}

/// Finds the strips of white that have words on both sides, the tallest first.
fn strips(words: &[Word], page: &PageContent, size: f32, tables: &[RuledTable]) -> Vec<Gutter> {
    let bins = ((page.width / BIN).ceil().max(1.0) as usize).min(MAX_BINS);
    let width = page.width / bins as f32;
    let mut covered: Vec<Vec<(f32, f32)>> = vec![Vec::new(); bins];
    for word in words {
        // The boxes of letters reach a little beyond their ink.
        let from = ((word.left + 0.3) / width).max(0.0) as usize;
        let to = ((word.right - 0.3) / width).max(0.0) as usize;
        for bin in covered.get_mut(from..=to.min(bins - 1).max(from)).unwrap_or_default() {
            bin.push((word.top(), word.bottom()));
        }
    }
    for RuledTable { area, .. } in tables {
        let (from, to) = ((area.x / width).max(0.0) as usize, (area.right() / width).max(0.0) as usize);
        for bin in covered.get_mut(from..=to.min(bins - 1).max(from)).unwrap_or_default() {
            bin.push((area.y, area.bottom()));
        }
    }
    let left = words.iter().map(|word| word.left).fold(f32::INFINITY, f32::min);
    let right = words.iter().map(|word| word.right).fold(0.0, f32::max);
    let (top, bottom) = words.iter().fold((f32::INFINITY, 0.0_f32), |(top, bottom), word| {
        (top.min(word.top()), bottom.max(word.bottom()))
    });
    // Four lines and the room between them.
    let least = 3.5 * size;
    let white: Vec<Vec<(f32, f32)>> =
        covered.into_iter().map(|bin| white_runs(bin, top, bottom, least)).collect();
    let mut candidates: Vec<Gutter> = Vec::new();
    for (at, runs) in white.iter().enumerate() {
        let x = at as f32 * width;
        if x <= left || x + width >= right {
            continue;
        }
        for &(run_top, run_bottom) in runs {
            let is_known = |strip: &Gutter| {
                strip.left <= x
                    && strip.right > x
                    && strip.top <= run_top + 1.0
                    && strip.bottom >= run_bottom - 1.0
            };
            if candidates.len() >= MAX_CANDIDATES || candidates.iter().any(is_known) {
                continue;
            }
            // As wide as it can be without losing more than a tenth of its height.
            let enough = 0.9 * (run_bottom - run_top);
            let (mut first, mut last) = (at, at);
            let (mut high, mut low) = (run_top, run_bottom);
            let reach = |bin: usize, high: f32, low: f32| {
                let runs = white.get(bin)?;
                let shared = runs.iter().map(|&(a, b)| (a.max(high), b.min(low)));
                shared.filter(|(a, b)| b - a >= enough).max_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0)))
            };
            while let Some((a, b)) = first.checked_sub(1).and_then(|bin| reach(bin, high, low)) {
                (first, high, low) = (first - 1, a, b);
            }
            while let Some((a, b)) = reach(last + 1, high, low) {
                (last, high, low) = (last + 1, a, b);
            }
            // Most of it may go on where a line reaches a little into it; a space in a line across is narrower.
            let quarter = (last - first) / 4;
            let inner = white.get(first + quarter..=last - quarter).unwrap_or_default();
            let around = |runs: &Vec<(f32, f32)>| runs.iter().copied().find(|&(a, b)| a <= high && b >= low);
            let run = inner.iter().map(around).reduce(|one, other| {
                let ((a, b), (c, d)) = (one?, other?);
                Some((a.max(c), b.min(d)))
            });
            let (high, low) = run.flatten().map_or((high, low), |(a, b)| {
                let slack = 0.1 * (low - high);
                (if high - a <= slack { a } else { high }, if b - low <= slack { b } else { low })
            });
            let strip = Gutter {
                left: first as f32 * width,
                right: (last + 1) as f32 * width,
                top: high,
                bottom: low,
            };
            if strip.left > left && strip.right < right {
                candidates.push(strip);
            }
        }
    }
    // The tallest first, and of those the widest.
    candidates.sort_by(|a, b| {
        let key = |strip: &Gutter| ((strip.bottom - strip.top) / size).round() * 8.0 + strip.width() / size;
        key(b).total_cmp(&key(a))
    });
    candidates
}

/// The parts of a height that nothing covers, at least `least` high.
fn white_runs(mut covered: Vec<(f32, f32)>, top: f32, bottom: f32, least: f32) -> Vec<(f32, f32)> {
    covered.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut runs, mut from) = (Vec::new(), top);
    for (start, end) in covered.into_iter().chain([(bottom, bottom)]) {
        if start - from >= least {
            runs.push((from, start));
        }
        from = from.max(end);
    }
    runs
}

/// The lines on one side of a strip.
struct Side {
    lines: Vec<SideLine>,
}

/// A line beside a strip.
#[derive(Debug, Clone, Copy)]
struct SideLine {
    /// The height of its middle.
    height: f32,
    /// Its end at the strip.
    near: f32,
    /// Its other end.
    far: f32,
    words: usize,
    letters: usize,
    digits: usize,
}

impl Side {
    /// Collects the words beside a strip as far as they hang together. `sign` is -1 for the left side, and 1 for the right.
    fn beside(strip: &Gutter, words: &[Word], sign: f32) -> Self {
        let edge = if sign < 0.0 { strip.left } else { strip.right };
        let near = |word: &Word| if sign < 0.0 { word.right } else { word.left };
        let far = |word: &Word| if sign < 0.0 { word.left } else { word.right };
        let beside = words.iter().filter(|word| {
            (strip.top - 1.0..=strip.bottom + 1.0).contains(&word.middle())
                && sign * (near(word) - edge) >= -BIN - 0.5
        });
        let mut lines = Vec::new();
        for mut row in rows(beside) {
            row.sort_by(|a, b| (sign * near(a)).total_cmp(&(sign * near(b))));
            let Some(first) = row.first() else { continue };
            let mut line = SideLine {
                height: first.middle(),
                near: near(first),
                far: far(first),
                words: 0,
                letters: 0,
                digits: 0,
            };
            for word in row {
                // What stands farther away is another column or another cell.
                if sign * (near(word) - line.far) > 1.2 * word.size {
                    break;
                }
                line.far = if sign < 0.0 { line.far.min(far(word)) } else { line.far.max(far(word)) };
                line.words += 1;
                line.letters += word.letters;
                line.digits += word.digits;
            }
            lines.push(line);
        }
        Self { lines }
    }

    fn within(&self, top: f32, bottom: f32) -> impl Iterator<Item = &SideLine> {
        self.lines.iter().filter(move |line| (top..=bottom).contains(&line.height))
    }
}

/// Tells whether a strip parts columns of running text, rather than the cells of a table or the words of a line.
fn is_gutter(strip: &Gutter, words: &[Word], size: f32, is_known: bool) -> bool {
    let is_wide_enough = |count: usize, width: f32| {
        let is_enough = |(lines, least): &(usize, f32)| count >= *lines && width >= *least * size;
        WIDTHS.iter().any(is_enough) || is_known && is_enough(&KNOWN)
    };
    // Most strips are too small whatever stands beside them: lines are hardly nearer than their size.
    if !is_wide_enough(((strip.bottom - strip.top) / (0.9 * size)) as usize, strip.width() + 2.0 * BIN) {
        return false;
    }
    let (left, right) = (Side::beside(strip, words, -1.0), Side::beside(strip, words, 1.0));
    let reach = |side: &Side| {
        let first = side.lines.first().map_or(f32::INFINITY, |line| line.height);
        (first, side.lines.last().map_or(0.0, |line| line.height))
    };
    let (a, b) = (reach(&left), reach(&right));
    let (top, bottom) = (a.0.max(b.0), a.1.min(b.1));
    let count = left.within(top, bottom).count().min(right.within(top, bottom).count());
    let from = left.lines.iter().map(|line| line.near).fold(0.0, f32::max);
    let to = right.lines.iter().map(|line| line.near).fold(f32::INFINITY, f32::min);
    if !is_wide_enough(count, strip.width().max(to - from)) {
        return false;
    }
    let is_prose = |side: &Side| {
        let mut words: Vec<usize> = side.lines.iter().map(|line| line.words).collect();
        let mut letters: Vec<usize> = side.lines.iter().map(|line| line.letters).collect();
        let median = |counts: &mut Vec<usize>| {
            counts.sort_unstable();
            counts.get(counts.len() / 2).copied().unwrap_or(0)
        };
        let all: usize = side.lines.iter().map(|line| line.letters).sum();
        let digits: usize = side.lines.iter().map(|line| line.digits).sum();
        // Scripts without spaces have one word a line.
        let letters = median(&mut letters);
        (median(&mut words) >= MIN_WORDS || letters >= 2 * MIN_LETTERS)
            && letters >= MIN_LETTERS
            && digits as f32 <= MAX_DIGITS * all as f32
    };
    let (is_left, is_right) = (is_prose(&left), is_prose(&right));
    if !is_left || !is_right {
        let (prose, other) = if is_left { (&left, &right) } else { (&right, &left) };
        let is_either = is_left || is_right;
        return is_either && strip.width() >= BESIDE_WIDTH * size && stands_beside(prose, other, size);
    }
    // The lines of a column end at its edge; the cells of a table seldom do.
    let column = left.lines.iter().map(|line| strip.left - line.far).fold(0.0, f32::max);
    let full = left.lines.iter().filter(|line| strip.left - line.near <= 0.15 * column).count();
    // The lines of the other one begin at its edge, or at the indents of its lists.
    let mut indents: Vec<(i32, usize)> = Vec::new();
    for line in right.lines.iter().filter(|line| line.near - strip.right <= 4.0 * size) {
        let place = (line.near / (0.5 * size)).round() as i32;
        match indents.iter_mut().find(|(other, _)| (other - place).abs() <= 1) {
            Some((_, count)) => *count += 1,
            None => indents.push((place, 1)),
        }
    }
    indents.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let aligned: usize = indents.iter().take(2).map(|(_, count)| count).sum();
    let at_edge = right.lines.iter().filter(|line| line.near - strip.right <= 1.5 * size).count();
    full as f32 >= MIN_FULL * left.lines.len() as f32
        && aligned.max(at_edge) as f32 >= MIN_ALIGNED * right.lines.len() as f32
}

/// Tells whether something that is no column of text stands beside one, rather than being cells of the same rows.
fn stands_beside(prose: &Side, other: &Side, size: f32) -> bool {
    let mut words: Vec<usize> = prose.lines.iter().map(|line| line.words).collect();
    words.sort_unstable();
    let usual = words.get(words.len() / 2).copied().unwrap_or(0);
    let is_level =
        |line: &&SideLine| prose.lines.iter().any(|own| (own.height - line.height).abs() < 0.1 * size);
    let level = other.lines.iter().filter(is_level).count();
    prose.lines.len() >= BESIDE_LINES.0
        && other.lines.len() >= BESIDE_LINES.1
        && usual >= BESIDE_WORDS
        && level as f32 <= MAX_LEVEL * other.lines.len() as f32
}

#[cfg(test)]
mod tests {
    use super::super::line::tests::set;
    use super::super::word::words;
    use super::*;
    use crate::parse::page_content::Glyph;

    fn found(glyphs: Vec<Glyph>) -> Vec<Gutter> {
        let words = words(&glyphs);
        let page = PageContent { number: 1, width: 600.0, height: 800.0, glyphs, ..PageContent::default() };
        gutters(&page, &words, &[], &[])
    }

    /// Lines of words, 12 points apart, that fill a column.
    fn column(left: f32, lines: usize) -> Vec<Glyph> {
        let words = [
            "some words that fill a",
            "line of text with what",
            "people say and write a",
            "whole line of it with",
        ];
        (0..lines)
            .flat_map(|line| set(words[line % words.len()], left, 100.0 + 12.0 * line as f32, 10.0))
            .collect()
    }

    #[test]
    fn a_narrow_gutter_is_seen_over_many_lines() {
        // Lines of 22 letters of five points each: the columns are nine points apart.
        let glyphs = [column(50.0, 12), column(169.0, 12), column(288.0, 12)].concat();
        let found = found(glyphs);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found.iter().any(|gutter| gutter.parts(160.0, 169.0, 150.0)), "{found:?}");
    }

    #[test]
    fn spaces_and_cells_are_no_gutters() {
        assert!(found(column(50.0, 30)).is_empty());
        let cells = (0..20).flat_map(|row| {
            let y = 100.0 + 12.0 * row as f32;
            [set("name", 50.0, y, 10.0), set("12.5", 150.0, y, 10.0), set("3.75", 250.0, y, 10.0)].concat()
        });
        assert!(found(cells.collect()).is_empty());
    }

    #[test]
    fn a_box_beside_running_text_has_a_gutter_and_a_table_has_none() {
        let line = "running text in lines of many words";
        let prose = || (0..16).flat_map(|at| set(line, 50.0, 100.0 + 12.0 * at as f32, 10.0));
        let beside =
            |step: f32| (0..10).flat_map(move |at| set("Born 943", 260.0, 100.0 + step * at as f32, 10.0));
        assert_eq!(found(prose().chain(beside(17.0)).collect()).len(), 1);
        assert!(found(prose().chain(beside(12.0)).collect()).is_empty(), "these are rows");
    }

    #[test]
    fn a_heading_across_ends_a_gutter() {
        let mut glyphs = [column(50.0, 12), column(172.0, 12)].concat();
        glyphs.extend(set("a heading across both of the columns", 60.0, 80.0, 10.0));
        let found = found(glyphs);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].top > 80.0 && !found[0].parts(160.0, 172.0, 78.0));
    }
}
