//! [`words`]: letters that stand together, before there are lines.

use std::ops::Range;

use super::letters::is_ideograph;
use crate::parse::page_content::{ASCENT, DESCENT, Glyph};

/// A gap of more than this part of the size ends a word.
const WORD_GAP: f32 = 0.2;
/// A word of two ideographs says as much as one of six letters.
const IDEOGRAPH_LETTERS: usize = 3;

/// A word, as far as it is known before there are lines.
#[derive(Debug, Clone)]
pub(super) struct Word {
    /// Its letters among all letters of the page.
    pub glyphs: Range<usize>,
    pub left: f32,
    pub right: f32,
    pub baseline: f32,
    pub size: f32,
    /// How much it says, in letters of an alphabet.
    pub letters: usize,
    pub digits: usize,
}

impl Word {
    pub(super) fn top(&self) -> f32 {
        self.baseline - ASCENT * self.size
    }

    pub(super) fn bottom(&self) -> f32 {
        self.baseline + DESCENT * self.size
    }

    pub(super) fn middle(&self) -> f32 {
        f32::midpoint(self.top(), self.bottom())
    }

    /// Tells whether both stand in one row.
    pub(super) fn is_beside(&self, other: &Self) -> bool {
        (self.baseline - other.baseline).abs() < 0.4 * self.size.max(other.size)
    }
}

/// Cuts the letters into words in the order in which they are drawn.
pub(super) fn words(glyphs: &[Glyph]) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut ended = true;
    for (at, glyph) in glyphs.iter().enumerate().filter(|(_, glyph)| glyph.turn == 0) {
        if glyph.letter.is_whitespace() {
            ended = true;
            continue;
        }
        let digit = usize::from(glyph.letter.is_numeric());
        // An ideograph says as much as a few letters.
        let weight = if is_ideograph(glyph.letter) { IDEOGRAPH_LETTERS } else { 1 };
        match words.last_mut() {
            Some(word)
                if !ended
                    && (glyph.baseline - word.baseline).abs() < 0.5 * word.size
                    && (-0.5..WORD_GAP).contains(&((glyph.left - word.right) / word.size.max(1.0))) =>
            {
                word.glyphs.end = at + 1;
                word.right = word.right.max(glyph.right);
                word.letters += weight;
                word.digits += digit;
            }
            _ => words.push(Word {
                glyphs: at..at + 1,
                left: glyph.left,
                right: glyph.right,
                baseline: glyph.baseline,
                size: glyph.size,
                letters: weight,
                digits: digit,
            }),
        }
        ended = false;
    }
    words
}

/// Lines run over each other where in so many rows, and in this part of all, words stand on others.
const PILED_ROWS: usize = 10;
const PILED_PART: f32 = 0.25;

/// Tells whether lines of a page run over each other, as they do where the file has lost the widths of a font: nobody can
/// tell any more which words belong together.
pub(in crate::parse) fn is_piled(glyphs: &[Glyph]) -> bool {
    let seen: Vec<Glyph> = glyphs.iter().filter(|glyph| glyph.unseen.is_none()).copied().collect();
    let words = words(&seen);
    let stands_on = |before: &Word, word: &Word| {
        // What is struck twice to look bold stands in the same place, and marks are smaller.
        let is_apart = word.left - before.left > 0.5 * word.size;
        let is_level = (word.baseline - before.baseline).abs() < 0.2 * word.size;
        let ratio = word.size / before.size.max(0.1);
        is_apart
            && is_level
            && (0.8..1.25).contains(&ratio)
            && before.letters.min(word.letters) > 1
            && before.right.min(word.right) - word.left > word.size
    };
    let (mut all, mut piled) = (0, 0);
    for row in rows(words.iter()).iter().filter(|row| row.len() > 1) {
        all += 1;
        let mut furthest: Option<&Word> = None;
        let mut is_piled = false;
        for word in row {
            is_piled |= furthest.is_some_and(|before| stands_on(before, word));
            furthest = Some(match furthest {
                Some(before) if before.right >= word.right => before,
                _ => word,
            });
        }
        piled += usize::from(is_piled);
    }
    piled >= PILED_ROWS && piled as f32 >= PILED_PART * all as f32
}

/// The usual size of words, where there are any.
pub(super) fn median_size(words: &[Word]) -> Option<f32> {
    let mut sizes: Vec<f32> = words.iter().map(|word| word.size).collect();
    sizes.sort_by(f32::total_cmp);
    sizes.get(sizes.len() / 2).copied().filter(|size| *size > 1.0)
}

/// Groups words into rows from top to bottom, each from left to right.
pub(super) fn rows<'a>(words: impl Iterator<Item = &'a Word>) -> Vec<Vec<&'a Word>> {
    let mut sorted: Vec<&Word> = words.collect();
    sorted.sort_by(|a, b| a.baseline.total_cmp(&b.baseline));
    let mut rows: Vec<Vec<&Word>> = Vec::new();
    for word in sorted {
        match rows.last_mut() {
            Some(row) if row.first().is_some_and(|first| first.is_beside(word)) => row.push(word),
            _ => rows.push(vec![word]),
        }
    }
    rows.iter_mut().for_each(|row| row.sort_by(|a, b| a.left.total_cmp(&b.left)));
    rows
}

#[cfg(test)]
mod tests {
    use super::super::line::tests::set;
    use super::*;

    #[test]
    fn columns_that_run_over_each_other_are_piled() {
        let page = |right: f32| -> Vec<Glyph> {
            let rows = (0..14).map(|row| 100.0 + 12.0 * row as f32);
            let line = |x, y| set("The leader takes new entries", x, y, 10.0);
            rows.flat_map(|y| [line(50.0, y), line(right, y)].concat()).collect()
        };
        assert!(is_piled(&page(150.0)));
        assert!(!is_piled(&page(200.0)));
        assert!(!is_piled(&page(51.0)), "it is struck twice");
    }
}
