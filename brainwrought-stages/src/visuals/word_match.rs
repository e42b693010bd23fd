//! [`QuotedWords`]: the words of a text, found again among the words of its print by how wide they are.

use std::ops::Range;

use super::printed_text::{Area, PrintLine};

/// The words of a block as they should show in print, and which of them are quoted.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct QuotedWords {
    /// How wide each word is, in units of a usual small letter.
    pub(super) widths: Vec<f32>,
    /// The places of the quoted words.
    pub(super) quoted: Range<usize>,
    /// Whether lines begin at the right.
    pub(super) from_right: bool,
}

/// What it costs to take two words for one, or to find no counterpart to one, beside the letters that are too much, in
/// units of a usual small letter.
const ODD: f32 = 1.5;
/// The width of a space.
const SPACE: f32 = 0.7;
/// The most that the words may be off, of their width in all, before the match is not believed.
const MAX_OFFSET: f32 = 0.4;
/// More pairs of words than this are not compared.
const MAX_PAIRS: usize = 4_000_000;
/// How many words of the text, and how many of the print, a step takes.
const STEPS: [(usize, usize); 7] = [(1, 1), (2, 1), (1, 2), (3, 1), (1, 3), (1, 0), (0, 1)];

impl QuotedWords {
    /// Finds the quoted words in print: an area for each line that holds some of them. Nothing when the words of the print
    /// do not look like those of the text.
    pub(super) fn runs(&self, lines: &[PrintLine]) -> Option<Vec<Area>> {
        let mut print: Vec<(usize, (usize, usize))> = Vec::new();
        for (number, line) in lines.iter().enumerate() {
            let from = print.len();
            print.extend(line.words.iter().map(|word| (number, *word)));
            if self.from_right {
                print[from..].reverse();
            }
        }
        let wide: Vec<f32> = print.iter().map(|(_, (left, right))| (right - left) as f32).collect();
        let found = self.found(&wide)?;
        let mut runs: Vec<(usize, Area)> = Vec::new();
        for &(number, (left, right)) in &print[found] {
            match runs.last_mut() {
                Some((line, run)) if *line == number => {
                    run.left = run.left.min(left);
                    run.right = run.right.max(right);
                }
                _ => {
                    let PrintLine { top, bottom, .. } = lines[number];
                    runs.push((number, Area { left, top, right, bottom }));
                }
            }
        }
        Some(runs.into_iter().map(|(_, run)| run).collect())
    }

    /// The places of the printed words that the quoted ones are. Of all ways to walk along both, a step for one word or a
    /// few that were printed together or apart, the one is taken on which the widths agree best.
    fn found(&self, print: &[f32]) -> Option<Range<usize>> {
        let (rows, columns) = (self.widths.len() + 1, print.len() + 1);
        if self.quoted.is_empty() || print.is_empty() || rows * columns > MAX_PAIRS {
            return None;
        }
        let scale = self.widths.iter().sum::<f32>() / print.iter().sum::<f32>().max(1.0);
        let mut costs = vec![f32::INFINITY; rows * columns];
        let mut steps = vec![0u8; rows * columns];
        costs[0] = 0.0;
        for row in 0..rows {
            for column in 0..columns {
                for (kind, &(down, right)) in STEPS.iter().enumerate() {
                    if down > row || right > column {
                        continue;
                    }
                    let before = costs[(row - down) * columns + column - right];
                    let text = &self.widths[row - down..row];
                    let shown = &print[column - right..column];
                    let cost = before + step_cost(text, shown, scale);
                    if cost < costs[row * columns + column] {
                        costs[row * columns + column] = cost;
                        steps[row * columns + column] = kind as u8;
                    }
                }
            }
        }
        let (mut row, mut column) = (rows - 1, columns - 1);
        if costs[row * columns + column] > MAX_OFFSET * self.widths.iter().sum::<f32>() {
            return None;
        }
        let mut found: Option<Range<usize>> = None;
        while row > 0 || column > 0 {
            let (down, right) = STEPS[usize::from(steps[row * columns + column])];
            let (text, shown) = (row - down..row, column - right..column);
            if text.start < self.quoted.end && self.quoted.start < text.end && !shown.is_empty() {
                let end = found.map_or(shown.end, |found| found.end);
                found = Some(shown.start..end);
            }
            (row, column) = (row - down, column - right);
        }
        found
    }
}

/// What it costs to take these words of the text for these words of the print.
fn step_cost(text: &[f32], print: &[f32], scale: f32) -> f32 {
    let with_spaces = |widths: f32, count: usize| widths + SPACE * count.saturating_sub(1) as f32;
    let expected = with_spaces(text.iter().sum(), text.len());
    let found = with_spaces(print.iter().sum::<f32>() * scale, print.len());
    let odd = (text.len() + print.len()) as f32 - 2.0;
    // A word that has no counterpart is odd too.
    (expected - found).abs() + ODD * if odd < 0.0 { 1.0 } else { odd }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of words of these widths, in letters of ten pixels, with gaps of seven.
    fn lines(widths: &[&[usize]]) -> Vec<PrintLine> {
        let line = |(number, widths): (usize, &&[usize])| {
            let mut x = 5;
            let mut words = Vec::new();
            for width in *widths {
                words.push((x, x + width * 10));
                x += width * 10 + 7;
            }
            PrintLine { top: number * 30, bottom: number * 30 + 20, words }
        };
        widths.iter().enumerate().map(line).collect()
    }

    fn quoted(widths: &[usize], quoted: Range<usize>, from_right: bool) -> QuotedWords {
        QuotedWords { widths: widths.iter().map(|&width| width as f32).collect(), quoted, from_right }
    }

    #[test]
    fn words_are_found_though_some_are_printed_together_or_apart() {
        // The print has the second and third word as one, and cuts the sixth in two at the end of a line.
        let text = quoted(&[3, 2, 4, 9, 1, 11, 5, 2], 3..7, false);
        let print = lines(&[&[3, 7, 9, 1, 5], &[6, 5, 2]]);
        let runs = text.runs(&print).unwrap();
        assert_eq!((runs[0].left, runs[0].right), (print[0].words[2].0, print[0].words[4].1));
        assert_eq!((runs[1].left, runs[1].right), (print[1].words[0].0, print[1].words[1].1));
    }

    #[test]
    fn right_to_left_text_begins_at_the_right() {
        let text = quoted(&[8, 3, 5], 0..1, true);
        let print = lines(&[&[5, 3, 8]]);
        let runs = text.runs(&print).unwrap();
        assert_eq!((runs.len(), runs[0].left), (1, print[0].words[2].0));
    }

    #[test]
    fn print_of_something_else_is_not_believed() {
        let text = quoted(&[2, 2, 2, 2], 1..2, false);
        assert_eq!(text.runs(&lines(&[&[1, 30], &[28]])), None);
        assert_eq!(text.runs(&[]), None);
    }
}
