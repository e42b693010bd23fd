//! [`margin_numbers`]: the numbers of lines in the margin, as courts and reviewers have them.

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
    let near = |at: f32| candidates.iter().filter(move |other| (place(&other.word) - at).abs() <= ALIGNED);
    let best = candidates.iter().max_by_key(|candidate| near(place(&candidate.word)).count());
    best.map_or_else(Vec::new, |best| near(place(&best.word)).cloned().collect())
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

/// Tells whether all text beside the numbers lies on one side of them.
fn is_outside(margin: &[Candidate], rows: &[Vec<&Word>], is_left: bool) -> bool {
    let edge =
        margin.iter().map(|candidate| if is_left { candidate.word.right } else { candidate.word.left });
    let edge = if is_left { edge.fold(0.0, f32::max) } else { edge.fold(f32::INFINITY, f32::min) };
    let (Some(first), Some(last)) = (margin.first(), margin.last()) else { return false };
    let between = rows.get(first.row..=last.row).unwrap_or_default();
    let is_over = |word: &&&Word| {
        let is_number = margin.iter().any(|candidate| candidate.word.glyphs == word.glyphs);
        !is_number && if is_left { word.left < edge } else { word.right > edge }
    };
    let over = between.iter().filter(|row| row.iter().filter(|word| is_over(word)).count() > 0).count();
    over * 10 <= between.len()
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
    }
}
