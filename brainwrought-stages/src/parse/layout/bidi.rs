//! Lines of scripts that run to the left: from the order in which letters stand to the order in which they are read.
//!
//! A PDF places letters; whether it draws them as they are read or as they stand is up to the program that wrote it. So
//! lines with Arabic or Hebrew are taken as they stand and turned by the reversal of the bidirectional algorithm
//! (Unicode Standard Annex 9, rule L2), as far as its two levels of a usual line go.
//!
//! The crate `unicode-bidi` goes the other way, from text in the order of reading to that of showing, and knows nothing of
//! where letters stand. Here letters have places and no order yet, and each must keep its place while it is turned.

use crate::parse::page_content::Glyph;

/// Tells whether a letter belongs to a script that runs to the left.
pub(in crate::parse) fn runs_left(letter: char) -> bool {
    matches!(u32::from(letter), 0x0590..=0x08FF | 0xFB1D..=0xFDFF | 0xFE70..=0xFEFF) && !is_digit(letter)
}

/// A gap wider than this part of the size is a space even where the file writes others: letters that do not join their
/// neighbours stand almost as far apart as words.
const SURE_SPACE: f32 = 0.5;

/// A space that the file writes leaves at least this part of the size free: words are drawn in any order, and two that were
/// drawn one after the other need not be neighbours.
const MIN_SPACE: f32 = 0.05;

/// Puts letters into the order in which they are read, in whatever order they were drawn. `drawn` tells of each how many
/// spaces the file had before it, so letters with the same number are of one word; where the file has none, a gap wider
/// than `space` of the size is one. Returns nothing where no letter runs to the left.
pub(super) fn read_order(drawn: &[(Glyph, usize)], space: f32) -> Option<Vec<Glyph>> {
    let glyphs: Vec<Glyph> = drawn.iter().map(|(glyph, _)| *glyph).collect();
    let left = glyphs.iter().filter(|glyph| runs_left(glyph.letter)).count();
    if left == 0 {
        return None;
    }
    let right = glyphs.iter().filter(|glyph| runs_right(glyph.letter)).count();
    let mut order: Vec<usize> = (0..drawn.len()).collect();
    let line_runs_left = left >= right;
    let mut seen;
    if line_runs_left {
        // From the right; a mark over a letter ends before the letter does, and follows it.
        order.sort_by(|&a, &b| glyphs[b].right.total_cmp(&glyphs[a].right));
        seen = with_spaces(drawn, &order, space);
        turn_runs(&mut seen, runs_right_or_counts);
        for glyph in &mut seen {
            glyph.letter = mirrored(glyph.letter);
        }
    } else {
        order.sort_by(|&a, &b| glyphs[a].left.total_cmp(&glyphs[b].left));
        seen = with_spaces(drawn, &order, space);
        turn_runs(&mut seen, runs_left);
    }
    Some(seen)
}

/// Puts a space between letters that stand apart, before runs are turned and neighbours part.
fn with_spaces(drawn: &[(Glyph, usize)], order: &[usize], space: f32) -> Vec<Glyph> {
    let is_spaced = drawn.first().is_some_and(|(_, first)| drawn.iter().any(|(_, word)| word != first));
    let space = if is_spaced { SURE_SPACE } else { space };
    let mut seen: Vec<Glyph> = Vec::with_capacity(order.len() * 5 / 4);
    let mut last: Option<(Glyph, usize)> = None;
    for &at in order {
        let (glyph, word) = drawn[at];
        if let Some((other, other_word)) = last {
            let gap = (other.left - glyph.right).max(glyph.left - other.right);
            let least = if word == other_word { space } else { MIN_SPACE };
            if gap > least * other.size.min(glyph.size * 1.3) {
                seen.push(Glyph { letter: ' ', ..glyph });
            }
        }
        seen.push(glyph);
        last = Some((glyph, word));
    }
    seen
}

/// Turns every stretch of letters that `is_in` tells, with what stands between two of them, but not at its ends.
fn turn_runs(glyphs: &mut [Glyph], is_in: fn(char) -> bool) {
    let mut at = 0;
    while at < glyphs.len() {
        if !is_in(glyphs[at].letter) {
            at += 1;
            continue;
        }
        let mut end = at + 1;
        let mut next = end;
        while let Some(glyph) = glyphs.get(next) {
            if is_in(glyph.letter) {
                end = next + 1;
            } else if is_strong(glyph.letter) {
                break;
            }
            next += 1;
        }
        glyphs[at..end].reverse();
        at = end;
    }
}

fn runs_right(letter: char) -> bool {
    letter.is_alphabetic() && !runs_left(letter)
}

fn runs_right_or_counts(letter: char) -> bool {
    runs_right(letter) || is_digit(letter)
}

fn is_strong(letter: char) -> bool {
    runs_left(letter) || runs_right_or_counts(letter)
}

/// Numbers run to the right in every script.
fn is_digit(letter: char) -> bool {
    letter.is_ascii_digit() || matches!(letter, '\u{0660}'..='\u{0669}' | '\u{06F0}'..='\u{06F9}')
}

fn mirrored(letter: char) -> char {
    match letter {
        '(' => ')',
        ')' => '(',
        '[' => ']',
        ']' => '[',
        '{' => '}',
        '}' => '{',
        '«' => '»',
        '»' => '«',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Letters that stand side by side, from the left, ten points each.
    fn standing(text: &str) -> Vec<(Glyph, usize)> {
        let glyph = |(n, letter): (usize, char)| {
            let glyph = Glyph {
                letter,
                left: n as f32 * 10.0,
                right: n as f32 * 10.0 + 9.0,
                baseline: 0.0,
                size: 10.0,
                bold: false,
                mono: false,
                turn: 0,
                unseen: None,
            };
            (glyph, 0)
        };
        text.chars().enumerate().map(glyph).collect()
    }

    fn read(text: &str) -> Option<String> {
        read_order(&standing(text), 0.15).map(|glyphs| glyphs.iter().map(|glyph| glyph.letter).collect())
    }

    #[test]
    fn arabic_is_read_from_the_right_and_its_numbers_from_the_left() {
        let logical: String = "النحل60000نحلة".to_owned();
        let seen: String = "ةلحن60000لحنلا".to_owned();
        assert_eq!(read(&seen).unwrap(), logical);
        // Brackets are drawn mirrored.
        assert_eq!(read("(لحن)").unwrap(), "(نحل)");
        assert_eq!(read("Raft"), None);
        assert_eq!(read("aلحنbcde").unwrap(), "aنحلbcde");
    }

    #[test]
    fn the_order_of_drawing_does_not_matter() {
        let mut drawn = standing("لحن");
        drawn.reverse();
        // The last letter stands apart.
        drawn[0].0.left += 4.0;
        drawn[0].0.right += 4.0;
        let letters: String = read_order(&drawn, 0.15).unwrap().iter().map(|glyph| glyph.letter).collect();
        assert_eq!(letters, "ن حل");
        // Where the file writes its spaces, a gap like that is none.
        drawn[2].1 = 1;
        let letters: String = read_order(&drawn, 0.15).unwrap().iter().map(|glyph| glyph.letter).collect();
        assert_eq!(letters, "نح ل");
    }

    #[test]
    fn words_are_told_by_the_spaces_between_them_whichever_way_each_was_drawn() {
        // The word at the right is drawn first, from its left; a letter of it stands almost as far off as the next word.
        let mut drawn = standing("لم راد");
        drawn.remove(2);
        for (glyph, word) in &mut drawn {
            if glyph.left < 20.0 {
                glyph.left += 8.5;
                glyph.right += 8.5;
                *word = 1;
            }
        }
        drawn[2].0.right -= 1.0;
        drawn.rotate_left(2);
        let letters: String = read_order(&drawn, 0.15).unwrap().iter().map(|glyph| glyph.letter).collect();
        assert_eq!(letters, "دار مل");
    }
}
