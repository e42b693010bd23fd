//! [`Line`]: letters that stand side by side, put together from what an engine saw.

use brainwrought_core::data::Rect;

use super::bidi::{read_order, runs_left};
use super::gutter::Gutter;
use super::letters::GlyphNormalizer;
use super::raised::{is_note_mark, lowered, raised};
use crate::parse::page_content::{ASCENT, DESCENT, Glyph, PageContent};

/// A gap wider than this part of the size is a space. TeX shrinks spaces to 0.14 in narrow columns; kerns stay under 0.08.
const SPACE: f32 = 0.12;
/// The same in a line whose spaces are written as letters.
const WRITTEN_SPACE: f32 = 0.15;
/// A gap wider than this many sizes ends a line: the gutter between columns, or the next cell of a table.
const WIDE_GAP: f32 = 1.4;
/// Marks above and below the line are at most this much smaller than the line.
const SCRIPT_SIZE: f32 = 0.86;
/// An initial is at least so many times as large as the text beside it. Small capitals are larger by less.
pub(super) const DROP_CAP: f32 = 1.7;

/// Letters that stand side by side on one baseline.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub text: String,
    pub left: f32,
    pub right: f32,
    pub baseline: f32,
    /// The size of most of its letters.
    pub size: f32,
    /// True when nearly all of its letters are bold; a few bold words at its start do not count.
    pub bold: bool,
    /// True when most of its letters are in a fixed-width face; a few such words in a sentence do not count.
    pub mono: bool,
    /// True when it opens with a raised mark, as a note does.
    pub opens_note: bool,
}

impl Line {
    pub(super) fn top(&self) -> f32 {
        self.baseline - ASCENT * self.size
    }

    pub(super) fn bottom(&self) -> f32 {
        self.baseline + DESCENT * self.size
    }

    pub(super) fn middle(&self) -> f32 {
        f32::midpoint(self.top(), self.bottom())
    }

    pub(super) fn width(&self) -> f32 {
        self.right - self.left
    }

    pub(super) fn bbox(&self) -> Rect {
        Rect { x: self.left, y: self.top(), width: self.width(), height: self.bottom() - self.top() }
    }

    /// Tells whether the line is read from its right end.
    pub(super) fn runs_left(&self) -> bool {
        self.text.chars().find(|letter| letter.is_alphabetic()).is_some_and(runs_left)
    }

    /// Tells whether both stand in the same row of text.
    pub(super) fn is_beside(&self, other: &Self) -> bool {
        let overlap = self.bottom().min(other.bottom()) - self.top().max(other.top());
        overlap > 0.5 * self.size.min(other.size)
    }
}

/// Puts the letters of a page into lines, in the order in which they are drawn. No line reaches across a gutter.
pub(super) fn lines_of(page: &PageContent, gutters: &[Gutter]) -> Vec<Line> {
    let mut pieces: Vec<Piece> = Vec::new();
    let (mut space, mut word) = (false, 0);
    let upright = page.glyphs.iter().filter(|glyph| glyph.turn == 0);
    for glyph in upright.filter(|glyph| is_on_page(glyph, page)) {
        if glyph.letter.is_whitespace() {
            space = true;
            continue;
        }
        word += usize::from(space);
        match pieces.last_mut() {
            Some(piece) if piece.takes(glyph, gutters) => piece.push(*glyph, space, word),
            _ => {
                drop_repeated(&mut pieces);
                pieces.push(Piece::new(*glyph, word));
            }
        }
        space = false;
    }
    drop_repeated(&mut pieces);
    joined(pieces, gutters).iter().map(Piece::line).filter(|line| !line.text.is_empty()).collect()
}

fn is_on_page(glyph: &Glyph, page: &PageContent) -> bool {
    let middle = f32::midpoint(glyph.left, glyph.right);
    glyph.size > 0.5
        && glyph.size < page.height
        && (0.0..=page.width).contains(&middle)
        && (0.0..=page.height + glyph.size).contains(&glyph.baseline)
}

/// How many pieces back a piece is looked for that is drawn again.
const REPEATED_WITHIN: usize = 40;

/// Drops the last piece if one of the pieces just before it says the same in the same place.
fn drop_repeated(pieces: &mut Vec<Piece>) {
    if let Some((last, before)) = pieces.split_last()
        && before.iter().rev().take(REPEATED_WITHIN).any(|piece| piece.is_repeated(last))
    {
        pieces.pop();
    }
}

/// Where a letter stands in its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shift {
    None,
    Raised,
    Lowered,
}

/// A line that grows letter by letter.
struct Piece {
    glyphs: Vec<Placed>,
    /// Of the largest letter, so that small marks do not move the line.
    size: f32,
    baseline: f32,
    left: f32,
    right: f32,
}

/// A letter with what stands before it.
struct Placed {
    glyph: Glyph,
    /// True when the file itself has a space there.
    spaced: bool,
    /// The distance to the letters before, as a part of the size.
    gap: f32,
    /// How many spaces the page had when the letter was drawn.
    word: usize,
}

impl Piece {
    fn new(glyph: Glyph, word: usize) -> Self {
        Self {
            glyphs: vec![Placed { glyph, spaced: false, gap: 0.0, word }],
            size: glyph.size,
            baseline: glyph.baseline,
            left: glyph.left,
            right: glyph.right,
        }
    }

    /// Some programs draw words twice, a little apart, to make them bold or cast a shadow.
    fn is_repeated(&self, other: &Self) -> bool {
        let reach = 0.2 * self.size;
        (self.left - other.left).abs() < reach
            && (self.right - other.right).abs() < reach
            && (self.baseline - other.baseline).abs() < reach
            && self.glyphs.len() == other.glyphs.len()
            && self.glyphs.iter().zip(&other.glyphs).all(|(a, b)| a.glyph.letter == b.glyph.letter)
    }

    fn takes(&self, glyph: &Glyph, gutters: &[Gutter]) -> bool {
        let size = self.size.max(glyph.size);
        let gap = glyph.left - self.right;
        self.is_level(glyph.baseline, glyph.size)
            && gap > -1.2 * size
            && gap < WIDE_GAP * size
            && !self.is_initial_of(glyph)
            && !are_parted(gutters, self.right, glyph.left, self.middle())
    }

    /// Tells whether the piece is a large initial beside a line of text.
    fn is_initial_of(&self, glyph: &Glyph) -> bool {
        self.glyphs.len() <= 2
            && self.size >= DROP_CAP * glyph.size
            && self.glyphs.iter().all(|placed| !placed.glyph.letter.is_ascii_digit())
            && self.glyphs.iter().any(|placed| placed.glyph.letter.is_uppercase())
            && glyph.letter.is_alphabetic()
    }

    fn middle(&self) -> f32 {
        self.baseline - 0.5 * (ASCENT - DESCENT) * self.size
    }

    fn is_level(&self, baseline: f32, size: f32) -> bool {
        let drop = baseline - self.baseline;
        if drop.abs() <= 0.22 * self.size.min(size) {
            return true;
        }
        if size < SCRIPT_SIZE * self.size {
            (-0.75 * self.size..0.4 * self.size).contains(&drop)
        } else if self.size < SCRIPT_SIZE * size {
            (-0.4 * size..0.75 * size).contains(&drop)
        } else {
            false
        }
    }

    fn push(&mut self, glyph: Glyph, space: bool, word: usize) {
        let gap = glyph.left - self.right;
        let spaced = space && gap > -0.3 * self.size;
        let gap = gap / self.size.min(glyph.size * 1.3);
        if glyph.size > self.size * 1.02 {
            self.size = glyph.size;
            self.baseline = glyph.baseline;
        }
        self.left = self.left.min(glyph.left);
        self.right = self.right.max(glyph.right);
        self.glyphs.push(Placed { glyph, spaced, gap, word });
    }

    /// Hands the letters on, with small marks above and below the line as what they mean.
    fn compose(&self, composer: &mut GlyphNormalizer, space: f32) {
        let apart = self.set_apart(space);
        let is_space = |placed: &Placed| match apart {
            Some(word_gap) => placed.gap > word_gap,
            None => placed.spaced || placed.gap > space,
        };
        let mut rest = self.glyphs.as_slice();
        // After the mark of a note that was dropped: whether a space stood before it.
        let mut dropped: Option<bool> = None;
        while let Some(placed) = rest.first() {
            let shift = self.shift(&placed.glyph);
            let same = rest.iter().take_while(|other| self.shift(&other.glyph) == shift).count();
            let (run, after) = rest.split_at(same.max(1));
            rest = after;
            let meant = if shift == Shift::None {
                None
            } else {
                let text: String = run.iter().map(|placed| placed.glyph.letter).collect();
                let next = after.first().map(|placed| placed.glyph.letter);
                match shift {
                    // A mark that opens a line is that of the note which follows.
                    Shift::Raised if composer.tail().is_empty() && is_note_mark(&text) => {
                        Some(format!("{text} "))
                    }
                    Shift::Raised => raised(&text, composer.tail(), is_space(placed), next),
                    _ => lowered(&text, composer.tail()),
                }
            };
            match meant {
                Some(meant) => {
                    let mut place = placed.glyph;
                    for letter in meant.chars() {
                        place.letter = letter;
                        composer.push(&place, false);
                    }
                    dropped = meant.is_empty().then(|| is_space(placed));
                }
                None => {
                    for placed in run {
                        let is_stop = matches!(placed.glyph.letter, '.' | ',' | ';' | ':' | ')');
                        let spaced = match dropped.take() {
                            // The space beside a mark stands before no full stop.
                            Some(_) if is_stop => false,
                            Some(before) => before || is_space(placed),
                            None => is_space(placed),
                        };
                        composer.push(&placed.glyph, spaced);
                    }
                }
            }
        }
    }

    /// The gap from which on words part, in sizes, where all letters are set apart as in "A B S T R A C T".
    fn set_apart(&self, space: f32) -> Option<f32> {
        const MIN_LETTERS: usize = 5;
        let after = self.glyphs.get(1..).filter(|after| after.len() + 1 >= MIN_LETTERS)?;
        let mut gaps: Vec<f32> = after.iter().map(|placed| placed.gap).collect();
        let apart = after.iter().filter(|placed| placed.spaced || placed.gap > space).count();
        let letters = self.glyphs.iter().filter(|placed| placed.glyph.letter.is_alphabetic()).count();
        gaps.sort_by(f32::total_cmp);
        let median = gaps.get(gaps.len() / 2).copied()?;
        // Words of one letter each are no words.
        let is_apart =
            apart * 10 >= after.len() * 9 && letters * 10 >= self.glyphs.len() * 9 && median > space;
        is_apart.then_some(1.7 * median)
    }

    /// Where a letter stands: small letters above and below the line are marks.
    fn shift(&self, glyph: &Glyph) -> Shift {
        let up = (self.baseline - glyph.baseline) / self.size.max(0.1);
        match up {
            _ if glyph.size >= SCRIPT_SIZE * self.size => Shift::None,
            up if up > 0.18 => Shift::Raised,
            up if up < -0.08 => Shift::Lowered,
            _ => Shift::None,
        }
    }

    /// Tells whether the first letters are a raised mark, and not all.
    fn opens_note(&self) -> bool {
        let is_raised = |placed: &&Placed| self.shift(&placed.glyph) == Shift::Raised;
        let mark: String =
            self.glyphs.iter().take_while(is_raised).map(|placed| placed.glyph.letter).collect();
        !mark.is_empty() && mark.chars().count() < self.glyphs.len() && is_note_mark(&mark)
    }

    fn line(&self) -> Line {
        let mut composer = GlyphNormalizer::default();
        let (mut letters, mut bold, mut mono) = (0, 0, 0);
        let mut sizes: Vec<(u32, usize)> = Vec::new();
        // A file that writes its spaces may set letters wide apart; one that does not may have narrow gaps for them.
        let has_spaces = self.glyphs.iter().any(|placed| placed.spaced);
        let space = if has_spaces { WRITTEN_SPACE } else { SPACE };
        let glyphs: Vec<(Glyph, usize)> =
            self.glyphs.iter().map(|placed| (placed.glyph, placed.word)).collect();
        match read_order(&glyphs, space) {
            Some(read) => {
                let mut spaced = false;
                for glyph in &read {
                    if glyph.letter != ' ' {
                        composer.push(glyph, spaced);
                    }
                    spaced = glyph.letter == ' ';
                }
            }
            None => {
                self.compose(&mut composer, space);
            }
        }
        for Placed { glyph, .. } in &self.glyphs {
            letters += 1;
            bold += usize::from(glyph.bold);
            mono += usize::from(glyph.mono);
            let key = (glyph.size * 10.0).round() as u32;
            match sizes.iter_mut().find(|(size, _)| *size == key) {
                Some((_, count)) => *count += 1,
                None => sizes.push((key, 1)),
            }
        }
        let mut size = sizes.iter().max_by_key(|(size, count)| (*count, *size)).map_or(0, |(size, _)| *size);
        let largest = sizes.iter().filter(|(_, count)| count * 10 >= letters).map(|(size, _)| *size).max();
        let is_small = |glyph: &Glyph| (glyph.size * 10.0).round() as u32 == size;
        if !self.glyphs.iter().any(|placed| is_small(&placed.glyph) && placed.glyph.letter.is_lowercase()) {
            // Small capitals are drawn as capitals of a smaller size.
            size = largest.unwrap_or(size);
        }
        Line {
            text: composer.finish(),
            left: self.left,
            right: self.right,
            baseline: self.baseline,
            size: size as f32 / 10.0,
            bold: bold * 10 >= letters * 9,
            mono: mono * 4 >= letters * 3,
            opens_note: self.opens_note(),
        }
    }
}

/// Joins pieces of one row that touch, where they were not drawn one after the other.
fn joined(pieces: Vec<Piece>, gutters: &[Gutter]) -> Vec<Piece> {
    let mut rows: Vec<usize> = (0..pieces.len()).collect();
    rows.sort_by(|&a, &b| {
        let place = |index: usize| pieces.get(index).map_or((0.0, 0.0), |piece| (piece.baseline, piece.left));
        let (a, b) = (place(a), place(b));
        a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
    });
    let mut slots: Vec<Option<Piece>> = pieces.into_iter().map(Some).collect();
    for (at, &index) in rows.iter().enumerate() {
        for &other in rows.get(at + 1..).unwrap_or_default() {
            let (Some(a), Some(b)) =
                (slots.get(index).and_then(Option::as_ref), slots.get(other).and_then(Option::as_ref))
            else {
                continue;
            };
            if b.baseline - a.baseline > 0.3 * a.size {
                break;
            }
            let (first, second) = if a.left <= b.left { (index, other) } else { (other, index) };
            if !touches(&slots, first, second, gutters) {
                continue;
            }
            let place = first.min(second);
            let left = slots.get_mut(first).and_then(Option::take);
            let right = slots.get_mut(second).and_then(Option::take);
            let (Some(mut left), Some(right)) = (left, right) else { continue };
            for Placed { glyph, spaced, word, .. } in right.glyphs {
                left.push(glyph, spaced, word);
            }
            if let Some(slot) = slots.get_mut(place) {
                *slot = Some(left);
            }
            if place != index {
                break;
            }
        }
    }
    slots.into_iter().flatten().collect()
}

fn touches(slots: &[Option<Piece>], first: usize, second: usize, gutters: &[Gutter]) -> bool {
    let (Some(Some(a)), Some(Some(b))) = (slots.get(first), slots.get(second)) else { return false };
    let gap = b.left - a.right;
    let size = a.size.max(b.size);
    a.is_level(b.baseline, b.size)
        && gap > -0.3 * size
        && gap < 0.8 * size
        && !b.glyphs.first().is_some_and(|placed| a.is_initial_of(&placed.glyph))
        && !are_parted(gutters, a.right, b.left, a.middle())
}

/// Tells whether a gutter lies between two places at a height.
fn are_parted(gutters: &[Gutter], left: f32, right: f32, height: f32) -> bool {
    gutters.iter().any(|gutter| gutter.parts(left, right, height))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Sets `text` in a face whose letters are half as wide as high.
    pub(crate) fn set(text: &str, x: f32, y: f32, size: f32) -> Vec<Glyph> {
        let mut left = x;
        let mut glyphs = Vec::new();
        for letter in text.chars() {
            let right = left + size / 2.0;
            let glyph = Glyph {
                letter,
                left,
                right,
                baseline: y,
                size,
                bold: false,
                mono: false,
                turn: 0,
                unseen: None,
            };
            glyphs.push(glyph);
            left = right;
        }
        glyphs
    }

    fn page(glyphs: Vec<Glyph>) -> PageContent {
        PageContent { number: 1, width: 600.0, height: 800.0, glyphs, ..PageContent::default() }
    }

    fn texts(glyphs: Vec<Glyph>) -> Vec<String> {
        lines_of(&page(glyphs), &[]).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn gap_makes_a_space_and_a_wide_gap_a_line() {
        let mut glyphs = set("two", 10.0, 50.0, 10.0);
        glyphs.extend(set("words", 28.0, 50.0, 10.0));
        glyphs.extend(set("next", 90.0, 50.0, 10.0));
        assert_eq!(texts(glyphs), ["two words", "next"]);
    }

    #[test]
    fn small_marks_stay_in_the_line() {
        let mut glyphs = set("x", 10.0, 50.0, 10.0);
        glyphs.extend(set("2", 15.0, 46.0, 7.0));
        glyphs.extend(set("y", 18.5, 50.0, 10.0));
        assert_eq!(texts(glyphs), ["x²y"]);
    }

    #[test]
    fn letters_that_are_set_apart_make_words() {
        let apart = |text: &str, x: f32| -> Vec<Glyph> {
            let letters = text.chars().enumerate();
            letters
                .flat_map(|(at, letter)| set(&letter.to_string(), x + 9.0 * at as f32, 50.0, 10.0))
                .collect()
        };
        let mut glyphs = apart("ABSTRACT", 10.0);
        glyphs.extend(apart("ART", 87.0));
        assert_eq!(texts(glyphs), ["ABSTRACT ART"]);
    }

    #[test]
    fn pieces_drawn_out_of_order_are_joined() {
        let mut glyphs = set("right", 35.0, 50.0, 10.0);
        glyphs.extend(set("below", 10.0, 62.0, 10.0));
        glyphs.extend(set("left", 10.0, 50.0, 10.0));
        assert_eq!(texts(glyphs), ["left right", "below"]);
    }

    #[test]
    fn words_drawn_twice_count_once_but_double_letters_stay() {
        let mut glyphs = set("offer", 10.0, 50.0, 10.0);
        glyphs.extend(set("offer", 10.4, 50.2, 10.0));
        // An engine may give both letters of a ligature the same place.
        for start in [1, 6] {
            glyphs[start].right = glyphs[start + 1].right;
            glyphs[start + 1] = glyphs[start];
        }
        assert_eq!(texts(glyphs), ["offer"]);
    }

    #[test]
    fn text_off_the_page_or_rotated_is_left_out() {
        let mut glyphs = set("here", 10.0, 50.0, 10.0);
        glyphs.extend(set("outside", 700.0, 50.0, 10.0));
        let mut stamp = set("stamp", 10.0, 90.0, 10.0);
        stamp.iter_mut().for_each(|glyph| glyph.turn = 1);
        glyphs.extend(stamp);
        assert_eq!(texts(glyphs), ["here"]);
    }
}
