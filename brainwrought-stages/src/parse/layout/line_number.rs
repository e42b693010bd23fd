//! [`margin_numbers`]: the numbers of lines in the margin, as courts and reviewers have them.

use std::collections::BTreeSet;
use std::ops::Range;

use super::word::{Word, rows};
use crate::parse::page_content::Glyph;

/// Numbers of one margin end, or begin, within so many points of each other.
const ALIGNED: f32 = 2.5;
/// The gap between a number and its line is at least this wide, in sizes.
const MIN_GAP: f32 = 0.7;
/// So many numbers make a margin where every line has one, and so many where every second, fifth or tenth has.
const MIN_EACH: usize = 6;
const MIN_SOME: usize = 3;
/// The part of the numbers that must follow the one before as they should: a page has headings and gaps.
const MOST: f32 = 0.75;
/// This part of the rows may reach into the margin: running headers.
const MAX_OVER: f32 = 0.1;
/// The lines that are numbered have so many words on average, and at most this part of their characters are digits.
const MIN_WORDS: usize = 3;
const MAX_DIGITS: f32 = 0.25;

/// A number that may be that of its line.
#[derive(Debug, Clone)]
struct Candidate {
    /// The row that it stands in, from the top.
    row: usize,
    value: u32,
    word: Word,
}

/// Finds the letters of line numbers: a column of rising numbers outside of the text, whose steps are those of its rows.
pub(super) fn margin_numbers(glyphs: &[Glyph], words: &[Word]) -> Vec<Range<usize>> {
    let rows = rows(words.iter());
    let mut found = Vec::new();
    for is_left in [true, false] {
        let at_edge = |row: &[&Word]| -> Option<(usize, f32)> {
            let (edge, next) = if is_left { (0, 1) } else { (row.len() - 1, row.len().wrapping_sub(2)) };
            let word = row.get(edge)?;
            let gap = row.get(next).map_or(f32::INFINITY, |next| {
                if is_left { next.left - word.right } else { word.left - next.right }
            });
            Some((edge, gap / word.size.max(1.0)))
        };
        let candidates: Vec<Candidate> = rows
            .iter()
            .enumerate()
            .filter_map(|(at, row)| {
                let (edge, gap) = at_edge(row)?;
                let word = (*row.get(edge)?).clone();
                let text: String =
                    glyphs.get(word.glyphs.clone())?.iter().map(|glyph| glyph.letter).collect();
                let value = text.parse().ok().filter(|_| text.len() <= 4 && gap >= MIN_GAP)?;
                Some(Candidate { row: at, value, word })
            })
            .collect();
        let edges: [fn(&Word) -> f32; 2] = [|word| word.right, |word| word.left];
        let margin = edges.map(|edge| aligned_most(&candidates, edge)).into_iter().max_by_key(Vec::len);
        if let Some(margin) = margin
            && counts_lines(&margin)
            && is_outside(&margin, &rows, is_left)
        {
            found.extend(margin.iter().map(|candidate| candidate.word.glyphs.clone()));
        }
    }
    found
}

/// The largest group of candidates that stand at one place.
fn aligned_most(candidates: &[Candidate], place: fn(&Word) -> f32) -> Vec<Candidate> {
    let mut places: Vec<f32> = candidates.iter().map(|candidate| place(&candidate.word)).collect();
    places.sort_by(f32::total_cmp);
    let within = |from: usize, at: f32| {
        places.get(from..).unwrap_or_default().partition_point(|place| *place <= at + 2.0 * ALIGNED)
    };
    let best = places.iter().enumerate().max_by_key(|(from, at)| within(*from, **at));
    let Some((_, &first)) = best else { return Vec::new() };
    let is_there = |candidate: &&Candidate| (first..=first + 2.0 * ALIGNED).contains(&place(&candidate.word));
    candidates.iter().filter(is_there).cloned().collect()
}

/// Tells whether the numbers rise as their rows do.
fn counts_lines(margin: &[Candidate]) -> bool {
    let steps: Vec<(u32, usize)> = margin
        .iter()
        .zip(margin.iter().skip(1))
        .map(|(a, b)| (b.value.wrapping_sub(a.value), b.row - a.row))
        .collect();
    let usual = |step: u32| steps.iter().filter(|(value, _)| *value == step).count();
    let Some((step, count)) =
        [1, 2, 3, 5, 10].map(|step| (step, usual(step))).into_iter().max_by_key(|(_, count)| *count)
    else {
        return false;
    };
    let least = if step == 1 { MIN_EACH } else { MIN_SOME };
    let in_step =
        steps.iter().filter(|(value, rows)| *value == step && rows.abs_diff(step as usize) <= 1).count();
    margin.len() >= least && in_step as f32 >= MOST * steps.len() as f32 && count > 0
}

/// Tells whether all text of the page lies on one side of the numbers, and is running text: the first column of a table, such
/// as one of years, stands over other text, or beside figures.
fn is_outside(margin: &[Candidate], rows: &[Vec<&Word>], is_left: bool) -> bool {
    let edge =
        margin.iter().map(|candidate| if is_left { candidate.word.right } else { candidate.word.left });
    let edge = if is_left { edge.fold(0.0, f32::max) } else { edge.fold(f32::INFINITY, f32::min) };
    let numbers: BTreeSet<usize> = margin.iter().map(|candidate| candidate.word.glyphs.start).collect();
    let is_over = |word: &&Word| {
        let is_past = if is_left { word.left < edge } else { word.right > edge };
        is_past && !numbers.contains(&word.glyphs.start)
    };
    let over = rows.iter().filter(|row| row.iter().any(is_over)).count();
    let mut beside: Vec<usize> = Vec::new();
    let (mut letters, mut digits) = (0, 0);
    for candidate in margin {
        let row = rows.get(candidate.row).map_or(&[][..], Vec::as_slice);
        let others = row.iter().filter(|word| !numbers.contains(&word.glyphs.start));
        beside.push(others.clone().count());
        letters += others.clone().map(|word| word.letters).sum::<usize>();
        digits += others.map(|word| word.digits).sum::<usize>();
    }
    beside.sort_unstable();
    let words = beside.get(beside.len() / 2).copied().unwrap_or(0);
    over as f32 <= MAX_OVER * rows.len() as f32
        && words >= MIN_WORDS
        && digits as f32 <= MAX_DIGITS * letters as f32
}

#[cfg(test)]
mod tests {
    use super::super::line::tests::set;
    use super::super::word::words;
    use super::*;

    fn dropped(glyphs: &[Glyph]) -> Vec<String> {
        let text = |range: Range<usize>| glyphs[range].iter().map(|glyph| glyph.letter).collect();
        margin_numbers(glyphs, &words(glyphs)).into_iter().map(text).collect()
    }

    fn lines(number: impl Fn(usize) -> Option<usize>) -> Vec<Glyph> {
        let line = |at: usize| {
            let y = 100.0 + 12.0 * at as f32;
            let mut glyphs =
                number(at).map_or_else(Vec::new, |number| set(&number.to_string(), 50.0, y, 8.0));
            glyphs.extend(set("kept the 9 animals in the ark", 72.0, y, 10.0));
            glyphs
        };
        (0..20).flat_map(line).collect()
    }

    #[test]
    fn the_numbers_of_lines_are_found_and_numbers_in_the_text_are_not() {
        let each: Vec<String> = (1..=20).map(|number| number.to_string()).collect();
        let found = dropped(&lines(|at| Some(at + 1)));
        assert_eq!(found.len(), 20, "{found:?}");
        assert!(each.iter().all(|number| found.contains(number)));
        assert_eq!(dropped(&lines(|at| ((at + 1) % 5 == 0).then_some(at + 1))), ["5", "10", "15", "20"]);
        assert!(dropped(&lines(|_| None)).is_empty());
        assert!(dropped(&lines(|at| Some(at * 37 % 100))).is_empty());
        let years = (0..10).flat_map(|row| {
            let y = 100.0 + 12.0 * row as f32;
            let year = set(&(2010 + row).to_string(), 50.0, y, 10.0);
            [year, set("12.5", 150.0, y, 10.0), set("3.75", 250.0, y, 10.0)].concat()
        });
        let years: Vec<Glyph> = years.collect();
        assert!(dropped(&years).is_empty(), "{:?}", dropped(&years));
    }
}
